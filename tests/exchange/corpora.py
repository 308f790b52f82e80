"""Any corpus: what a round trip has to bring back. Shared by the tests of all formats.

Texts hold emoji of several code points, combining marks, right-to-left words, odd spaces and line
ends, also as their first and last characters; spans nest, cross and fall into fragments; some
annotators found nothing, some are models, and some work waits in another round. Notes, titles and
answers in words may have several lines.
"""

from dataclasses import replace

from hypothesis import strategies as st

from annotations.exchange.frame.naming import canonical
from annotations.exchange.records import (
    Answer,
    ArticleRecord,
    AssignmentRecord,
    AttributeRecord,
    ChoiceRecord,
    CodebookRecord,
    Corpus,
    EntityRecord,
    FragmentRecord,
    GoldRecord,
    LabelRecord,
    LinkProvenanceRecord,
    LinkRecord,
    LinkVoteRecord,
    MembershipRecord,
    MessageRecord,
    PersonRecord,
    ProvenanceRecord,
    RegionRecord,
    RoundRecord,
    RuleRecord,
    RulingRecord,
    SpanRecord,
    StudyRecord,
    ThreadRecord,
    VoteRecord,
)
from annotations.text.cleaning import sha256
from annotations.text.direction import direction
from annotations.text.offsets import graphemes

LABELS = (
    LabelRecord(
        "attribution",
        "Attribution",
        "Who answers for the words.",
        key="2",
        tag="A",
        slot=2,
        attributes=(
            AttributeRecord(
                "source_kind",
                "Kind of source",
                "choice",
                choices=(ChoiceRecord("person", "A person"), ChoiceRecord("paper", "A paper")),
            ),
            AttributeRecord("entity", "Who", "entity"),
        ),
        rules=(RuleRecord("A1", "Take the whole phrase.", examples_yes=("“he said”",)),),
    ),
    LabelRecord(
        "allegation",
        "Allegation",
        key="3",
        tag="L",
        slot=3,
        attributes=(
            AttributeRecord("hedge", "Hedge words", "text"),
            AttributeRecord("is_quoted", "Quoted?", "yes_no"),
        ),
    ),
    LabelRecord("loaded_word", "Loaded word", key="4", tag="C", slot=4, fragments=True),
)
PARTS = st.sampled_from(
    ["word", "“", "”", "\u00e9", "e\u0301", "\U0001f469\u200d\U0001f467", "🇳🇴", "🔥", "שלום",
     "يوسف", "\u2028", "\u00a0", "\n", "\n\n", "\t", " ", " ", "\ufdfd", "\ufeff", "=1+1", ",", ";",
     "<b>", "&amp;", "'", '"', "\\n", "T1\t", "-DOCSTART-", "|", "[1]", "*", "_", "a b c",
     "\x0b", "\x0c"]
)  # fmt: skip
SIGNS = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"])
WORDS = st.one_of(
    st.sampled_from(["=1+1", "@x", "'quoted'", "a|b", "a;b", "50 %", "_", "*", "a\\b", "x[1]"]),
    st.text(SIGNS, min_size=1, max_size=12),
).filter(lambda words: words == " ".join(words.split()))  # fmt: skip
# What is typed into a field of several lines; nothing trims it.
SAID = st.one_of(
    WORDS,
    WORDS,
    st.sampled_from(
        ["two\nlines", " edges ", "\n\nlate", "a\x0bb\x0cc", "tab\tbed", "\ufeffx", "x\n"]
    ),
)
EDGES = st.sampled_from(["", "", "", "\n", " ", "\ufeff", "\t\n", "\x0c", "\u2028", "\u3000\u00a0"])
ANNOTATORS, MODEL = ("bob", "carol", "zoë 🔥"), "tagger"
ORIGINS = st.sampled_from(["", "", "hand", "same_words", "import"])
STATES = st.sampled_from(["submitted", "submitted", "in_progress", "returned", "waiting", ""])


@st.composite
def works(
    draw: st.DrawFn, text: str, annotator: str, regions: list[tuple[int, int]]
) -> AssignmentRecord:
    """One annotator's marks, perhaps none."""
    edges = [0, *(end for _, end in graphemes(text))]
    names = draw(st.lists(WORDS, max_size=2, unique_by=str.casefold))
    entities = [EntityRecord(f"entity {n}", name) for n, name in enumerate(names, 1)]
    spans: dict[object, SpanRecord] = {}
    for n in range(draw(st.integers(0, 5))):
        label = draw(st.sampled_from([*LABELS, None]))
        most = 3 if label is None or label.fragments else 1
        fragments = _fragments(draw, text, edges, most, regions)
        if fragments:
            slug = label.slug if label else None
            answers = _answers(draw, label, entities) if label else {}
            note = draw(st.one_of(st.just(""), SAID))
            flag = draw(st.sampled_from(["", "", "boundary", "codebook_gap"]))
            stretch = tuple((each.start, each.end) for each in fragments)
            is_model = annotator == MODEL
            spans[slug, stretch] = SpanRecord(
                f"n{n}", slug, fragments, answers, note, flag,
                codebook=draw(st.sampled_from([None, None, 2])) if annotator else None,
                suggested=is_model or (annotator != "" and draw(st.integers(0, 5)) == 0),
                origin="model" if is_model else draw(ORIGINS) if annotator else "",
            )  # fmt: skip
    made = list(spans.values())
    links = [
        LinkRecord(one.id, other.id, draw(st.sampled_from([None, *one.fragments])))
        for one in made
        for other in made
        if one.label == "attribution" != other.label and draw(st.booleans())
    ]
    return AssignmentRecord(
        annotator, tuple(made), tuple(links), tuple(entities), state=draw(STATES),
        round=draw(st.sampled_from(["Pilot", "Pilot", "Main", ""])),
        codebook=draw(st.sampled_from([1, 1, None])),
    )  # fmt: skip


def _fragments(
    draw: st.DrawFn, text: str, edges: list[int], most: int, regions: list[tuple[int, int]]
) -> tuple[FragmentRecord, ...]:
    places = sorted(draw(st.sets(st.sampled_from(edges), min_size=2, max_size=2 * most)))
    pairs = list(zip(places[::2], places[1::2], strict=False))
    return tuple(
        FragmentRecord(start, end, text[start:end])
        for start, end in pairs
        if text[start:end].strip()
        and not any(start < upper and lower < end for lower, upper in regions)
    )


def _answers(
    draw: st.DrawFn, label: LabelRecord, entities: list[EntityRecord]
) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for attribute in label.attributes:
        if not draw(st.booleans()):
            continue
        if attribute.kind == "entity" and entities:
            answers[attribute.name] = draw(st.sampled_from(entities)).id
        elif attribute.kind == "choice":
            answers[attribute.name] = draw(st.sampled_from(attribute.choices)).value
        elif attribute.kind == "yes_no":
            answers[attribute.name] = draw(st.booleans())
        elif attribute.kind == "text":
            answers[attribute.name] = draw(SAID.filter(str.strip))
    return answers


MOMENTS = st.sampled_from(["2026-01-02T03:04:05.000006Z", "2026-01-02T03:04:05Z"])


@st.composite
def golds(
    draw: st.DrawFn, text: str, regions: list[tuple[int, int]], people: list[str]
) -> GoldRecord:
    """Decided spans and links with their votes and all that happened to them."""
    marks = draw(works(text, "", regions))
    why = [draw(decisions(span, people)) for span in marks.spans]
    joined = [
        LinkProvenanceRecord(
            link.source, link.target, True, "majority", tuple(people), decided_by="dave",
            decided_at=draw(MOMENTS),
            votes=tuple(
                LinkVoteRecord(name, cut, link.cue if cut else None, draw(MOMENTS), 1)
                for name in people for cut in [draw(st.booleans())]
            ),
            rulings=(RulingRecord(draw(MOMENTS), "dave", "decide", "decided", "majority",
                                  linked=True, cue=link.cue),),
        )
        for link in marks.links
    ]  # fmt: skip
    state = draw(st.sampled_from(["closed", "closed", "open"]))
    return GoldRecord(marks.spans, marks.links, marks.entities, tuple(why), tuple(joined), state)


@st.composite
def decisions(draw: st.DrawFn, span: SpanRecord, people: list[str]) -> ProvenanceRecord:
    by_rule = draw(st.booleans())
    slug = span.label or "extent"
    votes = [
        VoteRecord(name, slug, span.fragments, {"hedge": draw(WORDS)}, draw(WORDS), "boundary",
                   draw(MOMENTS), 1)
        if draw(st.booleans()) else VoteRecord(name, note=draw(WORDS))
        for name in people
    ]  # fmt: skip
    made = RulingRecord(
        draw(MOMENTS), "dave", "merge", "decided", "rule", "unanimous", slug, span.fragments
    )
    taken_back = RulingRecord(draw(MOMENTS), "dave", "reopen", "open")
    return ProvenanceRecord(
        span.id, span.start, span.end, "boundary", "rule" if by_rule else "variant",
        agreed_exactly=tuple(people), decided_by="" if by_rule else "dave",
        merge_rule="union" if by_rule else "", why="" if by_rule else "boundary",
        codebook_rule="" if by_rule else "A1", note=draw(st.one_of(st.just(""), WORDS)),
        decided_at=draw(MOMENTS), votes=tuple(votes),
        rulings=(made, taken_back, made) if draw(st.booleans()) else (made,),
    )  # fmt: skip


@st.composite
def talks(draw: st.DrawFn, text: str) -> ThreadRecord:
    """A thread on the article or on its first characters."""
    edge = next(iter(graphemes(text)))[1]
    about = draw(st.sampled_from([None, FragmentRecord(0, edge, text[:edge])]))
    said = draw(st.lists(WORDS, min_size=1, max_size=2))
    messages = tuple(MessageRecord("dave", draw(MOMENTS), words) for words in said)
    return ThreadRecord(
        messages,
        about,
        draw(st.sampled_from(["", "A1"])),
        draw(st.sampled_from(["", "2026-01-03T00:00:00Z"])),
    )


@st.composite
def articles(draw: st.DrawFn, number: int = 1) -> ArticleRecord:
    parts = draw(st.lists(PARTS, min_size=1, max_size=30))
    text = f"{draw(EDGES)}a{number}{''.join(parts)}{draw(st.sampled_from('z.'))}{draw(EDGES)}"
    regions = draw(st.sampled_from([[], [], [(0, 2)]]))
    people = draw(st.sets(st.sampled_from([*ANNOTATORS, MODEL]), max_size=3))
    made = [draw(works(text, annotator, regions)) for annotator in sorted(people)]
    gold = (
        draw(golds(text, regions, sorted(people))) if bool(people) and draw(st.booleans()) else None
    )
    threads = draw(st.lists(talks(text), max_size=1)) if people else []
    return canonical(
        ArticleRecord(
            id=f"article-{number}",
            title=draw(st.one_of(st.just(f"Title {number}"), SAID)),
            text=text,
            sha256=sha256(text),
            n_code_points=len(text),
            outlet=draw(st.sampled_from(["", "The Paper"])),
            byline=draw(st.sampled_from(["", "A. Nyone"])),
            url=draw(st.sampled_from(["", "https://example.org/a?b=c&d"])),
            published_on=draw(st.sampled_from(["", "2023-11-10"])),
            language="en",
            direction=direction(text),
            event=draw(st.sampled_from(["", "the fire"])),
            regions=tuple(RegionRecord(start, end, "metadata") for start, end in regions),
            assignments=tuple(made),
            gold=gold,
            threads=tuple(threads),
        )
    )


ODD = {"attribution": "Named Entity", "allegation": "B-Ünï|x/2 [1]", "loaded_word": "*"}


def with_odd_labels(corpus: Corpus) -> Corpus:
    """The same corpus with labels that no codebook of ours has, but files of others do."""

    def marks(spans: tuple[SpanRecord, ...]) -> tuple[SpanRecord, ...]:
        return tuple(replace(each, label=ODD.get(each.label or "")) for each in spans)

    labels = tuple(replace(label, slug=ODD[label.slug]) for label in LABELS)
    articles = []
    for article in corpus.articles:
        works = tuple(replace(work, spans=marks(work.spans)) for work in article.assignments)
        gold = article.gold and replace(article.gold, spans=marks(article.gold.spans))
        articles.append(canonical(replace(article, assignments=works, gold=gold)))
    books = tuple(replace(book, labels=labels) for book in corpus.study.codebooks)
    study = replace(corpus.study, codebooks=books)
    return Corpus(study, tuple(articles))


MEMBER = (MembershipRecord("annotator"),)
STUDY = StudyRecord(
    name="Studied",
    codebooks=tuple(
        CodebookRecord(number, LABELS, (RuleRecord("B1", "Mark the shortest."),))
        for number in (1, 2)
    ),
    people=(
        *(PersonRecord(name, name, memberships=MEMBER) for name in ANNOTATORS),
        PersonRecord(MODEL, is_model=True),
        PersonRecord("dave", "Dave", memberships=(MembershipRecord("curator"),)),
    ),
    rounds=(RoundRecord("Pilot", "pilot"), RoundRecord("Main", "main", 1)),
)  # fmt: skip


@st.composite
def corpora(draw: st.DrawFn, most: int = 3) -> Corpus:
    """A study and up to `most` articles, in canonical form (frame/naming.py)."""
    n_articles = draw(st.integers(1, most))
    return Corpus(STUDY, tuple(draw(articles(number)) for number in range(1, n_articles + 1)))

"""What an import leaves out is said, one sentence a loss, before anything is stored."""

from typing import Any

import pytest

from annotations.exchange.bringing import (
    LEFT_OUT,
    NEW,
    Book,
    Here,
    Mapping,
    fit_work,
    foresee,
    is_unseen,
    plan_labels,
    show_foreseen,
    survey,
)
from annotations.exchange.frame import Findings, Reading
from annotations.exchange.records import (
    ArticleRecord,
    AssignmentRecord,
    CodebookRecord,
    FragmentRecord,
    GoldRecord,
    LinkRecord,
    MessageRecord,
    ProvenanceRecord,
    RegionRecord,
    SpanRecord,
    StudyRecord,
    ThreadRecord,
)
from annotations.text.cleaning import sha256

TEXT = "Photo. Officials in Arden said on Monday that the strike was over."
LABELS: dict[str, dict[str, Any]] = {
    slug: {"slug": slug, "name": slug.title(), "fragments": False, "archived": False,
           "attributes": []}
    for slug in ("attribution", "allegation", "reporting")
}  # fmt: skip


def at(words: str) -> FragmentRecord:
    start = TEXT.index(words)
    return FragmentRecord(start, start + len(words), words)


def mark(key: str, label: str | None, *words: str, **more: Any) -> SpanRecord:
    return SpanRecord(key, label, tuple(map(at, words)), **more)


SOURCE = mark("1", "attribution", "Officials")
SAID = mark("2", "allegation", "strike")


def article(*spans: SpanRecord, links: tuple[LinkRecord, ...] = (), **more: Any) -> ArticleRecord:
    work = AssignmentRecord("bob", spans, links)
    told: dict[str, Any] = {"assignments": (work,), "file": "a", **more}
    return ArticleRecord("a", "Strike", TEXT, sha256(TEXT), len(TEXT), **told)


@pytest.mark.parametrize(
    ("spans", "link", "why"),
    [
        ((mark("1", "attribution", "Officials", note="x" * 5_001),), None,
         "its note is cut after 5,000 characters"),
        ((mark("1", "attribution", "Officials", flag="odd"),), None,
         "its flag “odd” is none of this program's"),
        ((mark("1", None, "Officials", attributes={"a": "b"}),), None,
         "the answers of what bears no label are left out"),
        ((SOURCE, SAID), LinkRecord("1", "2", at("Photo")),
         "the cue of its link lies in what is not article text"),
        ((mark("1", None, "Officials"), SAID), LinkRecord("1", "2"),
         "its link is left out: no link begins at an extent"),
        ((mark("1", "reporting", "Officials"), SAID), LinkRecord("1", "2"),
         "its link is left out, because a link begins at a mark of Attribution, whose words answer "
         "for others. Let the label of this mark become Attribution, and its links come in"),
    ],
)  # fmt: skip
def test_what_is_cut_of_a_mark_is_said(
    spans: tuple[SpanRecord, ...], link: LinkRecord | None, why: str
) -> None:
    told = article(*spans, links=(link,) if link else ())
    findings, book = Findings(), Book(LABELS, {slug: slug for slug in LABELS})
    fitted = fit_work(told.assignments[0], told, book, [(0, 6)], findings)
    assert [str(each) for each in findings] == [f"a: “Strike”, mark 1: {why}."]
    assert (len(fitted.spans), len(fitted.links)) == (len(spans), 1 if link and link.cue else 0)
    assert len(fitted.spans[0].note) <= 5_000


def test_links_go_with_what_is_left_out() -> None:
    told = article(SOURCE, SAID, links=(LinkRecord("1", "2"),))
    findings = Findings()
    fitted = fit_work(
        told.assignments[0], told, Book(LABELS, {"attribution": "attribution"}), [], findings
    )
    assert (len(fitted.spans), fitted.links) == (1, ())
    assert [str(each) for each in findings] == [
        "Links to or from marks that are left out are left out too."
    ]


def lost(told: ArticleRecord, here: Here | None, **mapped: Any) -> list[str]:
    """Of a study of two codebook versions, all of its labels made new but those of `labels`."""
    study = StudyRecord(codebooks=(CodebookRecord(1), CodebookRecord(2)))

    def opened() -> Reading:
        return Reading(iter([told]), Findings(), study)

    found = survey(opened())
    usual: dict[str, Any] = {"labels": dict.fromkeys(found.labels, NEW), "people": {"bob": NEW}}
    mapping = Mapping(**{**usual, **mapped})
    reading = opened()
    names = [name for name, choice in mapping.labels.items() if choice == NEW]
    planned = plan_labels(names, found, reading.study, [])
    labels = {**LABELS, **{new.slug: new.as_content() for new in planned.values()}}
    book = Book.with_new(labels, {name: name for name in LABELS}, planned)
    findings = foresee(reading, mapping, book, lambda digest: here)
    assert is_unseen(found, findings) == bool(findings.of("lost"))
    show_foreseen(found, findings)
    assert not is_unseen(found, findings)
    return [str(each) for each in findings.of("lost")]


LONG = "Whoever speaks for the office " * 4
ASKED = {
    "Negation": True, "isQuoted": "yes", "sure": "high", "Sure": "low", "Уверенность": "да",
    "says": LONG, "2nd": "b",
}  # fmt: skip


def test_questions_that_others_name_otherwise_get_names_and_keep_their_titles() -> None:
    told = article(*(mark(str(n), "Claim", TEXT[n : n + 3], attributes=ASKED) for n in range(6)))
    found = survey(Reading(iter([told]), Findings(), StudyRecord()))
    planned = plan_labels(["Claim"], found, StudyRecord(), [])
    made = {each.called: (each.name, each.title, each.kind) for each in planned["Claim"].attributes}
    assert made == {
        "2nd": ("label_2nd", "2nd", "choice"),
        "Negation": ("negation", "Negation", "yes_no"),
        "Sure": ("sure_2", "Sure", "choice"),
        "isQuoted": ("is_quoted", "isQuoted", "choice"),
        "says": ("says", "Says", "text"),  # too long for a choice
        "sure": ("sure", "Sure", "choice"),
        "Уверенность": ("question", "Уверенность", "choice"),
    }
    labels = {"claim": planned["Claim"].as_content()}
    new, findings = Book.with_new(labels, {}, planned), Findings()
    fitted = fit_work(told.assignments[0], told, new, [], findings)
    assert fitted.spans[0].attributes == {made[name][0]: each for name, each in ASKED.items()}
    assert list(findings) == []
    # Brought in once more: names and titles lead back, but for what two questions are called.
    again = Book(labels, {"Claim": "claim"})
    fitted = fit_work(told.assignments[0], told, again, [], findings)
    lacking = {made[name][0]: each for name, each in ASKED.items() if name != "Sure"}
    assert fitted.spans[0].attributes == lacking
    (said, *_) = map(str, findings)
    assert said == "a: “Strike”, mark 0: a second answer to “sure” is left out."


ODD = {"Not a name": "x"}
FULL = article(
    mark("1", "attribution", "Officials", "Arden", codebook=2),
    mark("2", "odd one", "strike"),
    regions=(RegionRecord(0, 6, "caption"),),
    gold=GoldRecord(
        (mark("1", "allegation", "strike", attributes=ODD),), provenance=(ProvenanceRecord("1"),)
    ),
    threads=(ThreadRecord((MessageRecord("bob", "", "Why?"),)),),
)


def test_everything_that_a_study_has_no_place_for_is_foreseen() -> None:
    said = lost(FULL, Here({"title": "Another"}, []), labels={"odd one": NEW}, gold_as="carol")
    assert [sentence.partition(" (")[0] for sentence in said] == [
        "a: Threads of discussion are left out.",
        "a: How gold was decided",
        "a: Articles that the study has already keep their own particulars",
        "a: What is not article text stays as the study has it where the article is here already; "
        "further stretches in these files are left out.",
        "a: “Strike”, mark 1: Attribution takes one stretch, not 2.",
        "Allegation has no question “Not a name”; its answers are left out.",
        "Under which version of its codebook a mark was made is left out: all count as made under "
        "the study's newest.",
    ]


def test_a_new_article_loses_less_and_what_was_left_out_by_choice_is_not_said() -> None:
    said = lost(FULL, None, people={"bob": LEFT_OUT})
    assert said == [
        "a: Threads of discussion are left out.",
        "a: Gold is left out, unless somebody is chosen who gets it as their work.",
    ]


def test_rounds_that_become_one_are_named() -> None:
    works = tuple(
        AssignmentRecord(name, (), round=f"Round {number}")
        for number, name in enumerate(("bob", "carol"), 1)
    )
    people = {"bob": NEW, "carol": NEW}
    (said,) = lost(article(assignments=works), None, people=people)
    assert said == (
        "The rounds of the work (“Round 1”, “Round 2”) are left out: all of it comes into one "
        "round."
    )

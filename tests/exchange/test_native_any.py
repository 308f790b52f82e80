"""Any marks on any text come back from the file as they went in, and fit where they came from."""

from hypothesis import given
from hypothesis import strategies as st

from annotations.exchange import native
from annotations.exchange.fitting import misfits
from annotations.exchange.records import (
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    MarksRecord,
    SpanRecord,
)
from annotations.text.cleaning import sha256
from annotations.text.offsets import graphemes

CONTENT = {
    "labels": [
        {"slug": "attribution", "name": "A", "fragments": False, "attributes": [
            {"name": "who", "kind": "entity", "choices": []},
            {"name": "why", "kind": "text", "choices": []},
        ]},
        {"slug": "allegation", "name": "G", "fragments": False, "attributes": []},
    ]
}  # fmt: skip
# Letters, quotes, emoji of several code points, combining marks, right-to-left, odd spaces.
PARTS = st.sampled_from(
    ["word", "“", "”", "\u00e9", "e\u0301", "\U0001f469\u200d\U0001f467", "🇳🇴", "🔥", "שלום",
     "يوسف", "\u2028", "\u00a0", "\n", " ", "\ufdfd", "\ufeff"]
)  # fmt: skip
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda words: words == words.strip()
)


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, MarksRecord]:
    text = "a" + "".join(draw(st.lists(PARTS, min_size=1, max_size=40))) + "z"
    edges = [0, *(end for _, end in graphemes(text))]

    def fragments(most: int) -> tuple[FragmentRecord, ...]:
        places = sorted(draw(st.sets(st.sampled_from(edges), min_size=2, max_size=2 * most)))
        pairs = zip(places[::2], places[1::2], strict=False)
        found = (FragmentRecord(start, end, text[start:end]) for start, end in pairs)
        return tuple(each for each in found if each.text.strip())

    entities = tuple(
        EntityRecord(f"E{n}", name) for n, name in enumerate(draw(st.lists(WORDS, max_size=3)), 1)
    )
    spans: dict[object, SpanRecord] = {}
    for n in range(draw(st.integers(0, 8))):
        label = draw(st.sampled_from(["attribution", "allegation", None]))
        stretch = fragments(1 if label else 3)
        if not stretch:
            continue
        answers = {}
        if label == "attribution":
            answers = {"why": draw(WORDS)}
            if entities:
                answers["who"] = draw(st.sampled_from(entities)).id
        note = draw(st.one_of(st.just(""), WORDS))
        spans[label, stretch] = SpanRecord(f"S{n}", label, stretch, answers, note)
    ordered = sorted(spans.values(), key=lambda span: span.label is None)
    links = [
        LinkRecord(source.id, target.id, draw(st.sampled_from([None, *source.fragments])))
        for source in ordered
        for target in ordered
        if source.label == "attribution" != target.label and draw(st.booleans())
    ]
    marks = MarksRecord(
        sha256(text), len(text), "bob", 1, entities=entities, spans=tuple(ordered),
        links=tuple(links),
    )  # fmt: skip
    return text, marks


@given(marked_texts())
def test_any_marks_are_read_back_as_they_were_written(made: tuple[str, MarksRecord]) -> None:
    text, marks = made
    content = native.write(marks)
    assert native.read(content) == native.Reading(marks, ())
    assert native.write(native.read(content).marks) == content
    assert misfits(marks, text, [], CONTENT) == []

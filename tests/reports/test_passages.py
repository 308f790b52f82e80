"""The list behind a number has exactly as many entries as the number says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.agreement import Continuum, Unit, attribute_agreement
from annotations.agreement.matched import answers
from annotations.reports.counted import count_articles
from annotations.reports.gold_counts import GOLD, tally_gold
from annotations.reports.passages import AGAINST_GOLD, LISTINGS, Passage, Wanted, find_passages
from annotations.reports.places import Listed, count_places
from annotations.reports.tables import ALL_LABELS, Corpus, build_tables

LABELS = ("attribution", "allegation", "extent")
NAMES = ("bob", "carol", "erin")


@st.composite
def readings(draw: st.DrawFn) -> Continuum:
    annotators = {}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)):
        units = []
        for number in range(draw(st.integers(0, 5))):
            start = draw(st.integers(0, 35))
            end = start + draw(st.integers(1, 5))
            label = draw(st.sampled_from(LABELS))
            voice = draw(st.sampled_from(["outlet", "source", None]))
            attributes = {"voice": voice} if voice else {}
            units.append(Unit(((start, end),), label, f"{name} {number}", attributes))
        annotators[name] = units
    links = {
        name: [(0, len(set(units)) - 1)]
        for name, units in annotators.items()
        if len(set(units)) > 1
    }
    return Continuum.of(40, annotators, links=links, key="article")


def numbered(articles: list[Continuum]) -> list[Continuum]:
    return [
        Continuum(one.length, one.annotators, one.links, f"article {number}")
        for number, one in enumerate(articles)
    ]


def spans(found: list[Passage], label: str = "") -> int:
    return sum(passage.n_spans(label) for passage in found)


@given(st.lists(readings(), max_size=3))
def test_every_cell_of_every_table_leads_to_as_many_places(given_articles: list[Continuum]) -> None:
    articles = numbered(given_articles)
    names = [str(one.key) for one in articles]
    counted = count_articles(articles, [{}] * len(articles))
    asked = [(label, "voice") for label in LABELS]
    tables = build_tables(Corpus(names, counted, LABELS, asked=asked), replicates=2)

    def listed(**wanted: str) -> list[Passage]:
        return find_passages(articles, Wanted(**wanted))  # type: ignore[arg-type]

    for row in tables["labels"]:
        label = row["label"] if row["label"] != ALL_LABELS else ""
        for kind in ("agreed", "presence", "boundary", "label"):
            assert row["split"][kind] == spans(listed(label=label, kind=kind), label)
        alike = spans(listed(listing="exact", label=label, kind="agreed"), label)
        all_of_it = spans(listed(listing="exact", label=label), label)
        if row["exact_f1"]["value"] is not None:
            assert row["exact_f1"]["value"] == pytest.approx(alike / all_of_it)
    for cell in tables["confusion"]:
        found = listed(label=cell["one"] or cell["other"], other=cell["other"] or "-")
        assert cell["n"] == len(found)
    for row in tables["articles"]:
        kinds = row["split"]
        assert kinds["units"] == spans(listed(article=row["article"]))
    for row in tables["pairs"]:
        alike = spans(listed(listing="exact", kind="agreed", a=row["a"], b=row["b"]))
        if row["exact_f1"]["value"] is not None:
            of_both = spans(listed(listing="exact", a=row["a"], b=row["b"]))
            assert row["exact_f1"]["value"] == pytest.approx(alike / of_both)
    assert [row["label"] for row in tables["attributes"]] == sorted(LABELS)
    for row in tables["attributes"]:
        listing = listed(listing="attributes", label=row["label"], attribute=row["attribute"])
        parts = row["parts"]
        floor = answers(articles, row["attribute"], row["label"])
        assert parts == attribute_agreement(floor).parts
        assert parts["blank"] == sum(one.kind == "blank" for one in listing)
        assert parts["spans"] == sum(one.kind != "blank" for one in listing)
    for match in ("exact", "tolerant"):
        found = listed(listing="links", match=match)
        assert tables["links"][match]["shared"] == sum(one.kind == "agreed" for one in found)
        assert tables["links"][match]["lonely"] == sum(one.kind != "agreed" for one in found)


def test_a_place_only_one_found_names_who() -> None:
    article = Continuum.of(
        10, {"bob": [Unit(((0, 4),), "extent", "one")], "carol": []}, key="article"
    )

    (passage,) = find_passages([article], Wanted(kind="presence"))

    assert (passage.kind, passage.span_a, passage.span_b) == ("missed", "one", None)


def test_passages_come_in_reading_order() -> None:
    bob = [Unit(((20, 24),), "extent", "late"), Unit(((0, 4),), "extent", "early")]
    article = Continuum.of(30, {"bob": bob, "carol": []}, key="article")

    found = find_passages([article], Wanted())

    assert [passage.span_a for passage in found] == ["early", "late"]


WANTED = st.builds(
    Wanted,
    listing=st.sampled_from(LISTINGS),
    label=st.sampled_from(("", *LABELS)),
    other=st.sampled_from(("", "", "-", *LABELS)),
    kind=st.sampled_from(("", "agreed", "presence", "disagreement", "boundary", "blank", "own")),
    a=st.sampled_from(("", *NAMES)),
    b=st.sampled_from(("", *NAMES)),
    attribute=st.sampled_from(("", "", "voice")),
    match=st.sampled_from(("exact", "tolerant")),
    alone=st.sampled_from(("", "1")),
)


@given(st.lists(readings(), min_size=1, max_size=3), readings(), WANTED)
def test_what_was_counted_says_how_many_passages_there_are(
    given_articles: list[Continuum], decided: Continuum, wanted: Wanted
) -> None:
    articles, counts, spans_of = [], [], []
    for plain in numbered(given_articles):
        units = next(iter(decided.annotators.values()), ())
        beside = Continuum.of(40, {**plain.annotators, GOLD: units}, key=plain.key)
        (counted,) = count_articles([plain], [{}], [tally_gold(beside)])
        (found,) = count_places([counted], wanted)
        counts.append(found.passages)
        spans_of.append(found.spans)
        articles.append(beside if wanted.listing in AGAINST_GOLD else plain)
    listed = [find_passages([one], wanted) for one in articles]
    whole = find_passages(articles, wanted)

    assert counts == [len(found) for found in listed]
    assert spans_of == [spans(found, wanted.label) for found in listed]
    lazy = Listed(counts, lambda first, last: find_passages(articles[first:last], wanted))
    assert [lazy[at : at + 3] for at in range(0, len(lazy), 3)] == [
        whole[at : at + 3] for at in range(0, len(whole), 3)
    ]

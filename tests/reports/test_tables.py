"""The tables say what the agreement floor says, for the demo of three readings and odd ones."""

import json

import pytest

from annotations.agreement import Continuum, Unit, compute, splits
from annotations.agreement.comparisons import compare
from annotations.reports.counted import count_articles
from annotations.reports.tables import ALL_LABELS, HEADLINE, Corpus, build_tables

LABELS = ("reporting", "attribution", "allegation", "extent")


def corpus_of(*articles: Continuum) -> Corpus:
    names = [f"article {number}" for number in range(len(articles))]
    return Corpus(names, count_articles(articles, [{}] * len(articles)), LABELS)


def reading(*spans: tuple[int, int, str]) -> list[Unit]:
    return [Unit(((start, end),), label) for start, end, label in spans]


@pytest.fixture
def articles() -> list[Continuum]:
    return [
        Continuum.of(
            200,
            {
                "bob": reading((0, 10, "attribution"), (20, 60, "extent"), (70, 90, "allegation")),
                "carol": reading((0, 12, "attribution"), (20, 60, "extent"), (70, 90, "reporting")),
            },
            links={"bob": [(0, 1)], "carol": [(0, 1)]},
        ),
        Continuum.of(
            100,
            {
                "bob": reading((0, 10, "attribution")),
                "carol": [],
                "erin": reading((0, 10, "attribution"), (50, 60, "allegation")),
            },
        ),
        Continuum.of(50, {"bob": reading((0, 5, "reporting"))}),
    ]


def test_the_headline_is_the_floors(articles: list[Continuum]) -> None:
    tables = build_tables(corpus_of(*articles))

    for name, agreement in compute(articles, HEADLINE).items():
        assert tables["headline"][name] == agreement.as_dict()


def test_every_label_has_its_row_and_all_have_one(articles: list[Continuum]) -> None:
    rows = build_tables(corpus_of(*articles))["labels"]

    assert [row["label"] for row in rows] == [*LABELS, ALL_LABELS]
    assert [row["spans"] for row in rows] == [1, 4, 2, 2, 9]
    assert sum(row["split"]["units"] for row in rows[:-1]) == rows[-1]["split"]["units"]


def test_the_split_is_the_floors(articles: list[Continuum]) -> None:
    row = build_tables(corpus_of(*articles))["labels"][1]
    found = splits(one for article in articles for one in compare(article))["attribution"]

    assert row["split"]["presence"] == found.presence
    assert row["split"]["boundary"] == found.boundary
    assert row["split"]["agreed"] == found.agreed


def test_a_label_nobody_used_is_undefined_in_words() -> None:
    one = Continuum.of(20, {"bob": reading((0, 5, "extent")), "carol": reading((0, 5, "extent"))})

    row = build_tables(corpus_of(one))["labels"][0]

    assert row["exact_f1"]["value"] is None
    assert row["exact_f1"]["reason"] == "nobody used this label"


def test_articles_come_with_the_most_disagreement_first(articles: list[Continuum]) -> None:
    rows = build_tables(corpus_of(*articles))["articles"]

    assert [row["article"] for row in rows] == ["article 0", "article 1"]
    assert rows[0]["split"]["units"] - rows[0]["split"]["agreed"] == 4


def test_links_count_both_ways_of_matching(articles: list[Continuum]) -> None:
    links = build_tables(corpus_of(*articles))["links"]

    assert (links["exact"]["shared"], links["exact"]["lonely"]) == (0, 2)
    assert links["tolerant"]["value"] == 1


@pytest.mark.parametrize(
    "articles_given",
    [
        [],
        [Continuum.of(10, {})],
        [Continuum.of(10, {"bob": []})],
        [Continuum.of(10, {"bob": [], "carol": []})],
        [Continuum.of(0, {"bob": [], "carol": []})],
        [Continuum.of(10, {"bob": reading((0, 1, "extent"))}), Continuum.of(9, {"carol": []})],
    ],
    ids=["none", "unread", "one reader", "both found nothing", "no text", "no shared article"],
)
def test_odd_corpora_have_reasons_and_no_nan(articles_given: list[Continuum]) -> None:
    tables = build_tables(corpus_of(*articles_given))

    assert "NaN" not in json.dumps(tables)
    for agreement in tables["headline"].values():
        assert agreement["value"] is None
        assert agreement["reason"]

"""What INCEpTION's curation merges, and what it leaves, told with our own text and rules.

Where its rule is ours, its expectation is ours too; where ours differs on purpose, the test says
so by name (project/decisions/0099).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from annotations.agreement import Continuum, Unit
from annotations.curation.finding import DrawnLink, find_cases, find_links
from annotations.curation.merging import merge_case, merge_link
from annotations.curation.models import MergeRules
from annotations.curation.resolving import Grain

TEXT = "The ferry operator allegedly hid a report from the stubborn harbour council."
FERRY, OPERATOR, HID, COUNCIL = (4, 9), (0, 18), (19, 32), (51, 75)
GRAIN = Grain(TEXT, [(0, len(TEXT))], frozenset({"extent"}), {})

Mark = tuple[str, tuple[int, int], Mapping[str, str]]


@dataclass(frozen=True)
class Triple:
    """What each annotator marked, the rules, and what comes out."""

    name: str
    people: Sequence[Sequence[Mark]]
    merged: set[tuple[str, tuple[int, int]]]
    rules: dict[str, object] = field(default_factory=dict)


def m(label: str, place: tuple[int, int], **answers: str) -> Mark:
    return label, place, answers


def merged(triple: Triple) -> set[tuple[str, tuple[int, int]]]:
    told = {"unanimous": True, "at_least": None, "boundary": "", "least_votes": 2, **triple.rules}
    rules = MergeRules(**told)
    people = {
        f"user{n}": [Unit((place,), label, key=f"{n}.{i}", attributes=answers)
                     for i, (label, place, answers) in enumerate(marks)]
        for n, marks in enumerate(triple.people, 1)
    }  # fmt: skip
    article = Continuum.of(len(TEXT), people)
    found = set()
    for case in find_cases(article):
        made = merge_case(case.variants, len(people), rules, GRAIN)
        if made:
            found.add((made.reading.label, made.reading.fragments[0]))
    return found


A = "attribution"
G = "allegation"
SAME = [
    Triple("all mark the same", [[m(A, OPERATOR)], [m(A, OPERATOR)]], {(A, OPERATOR)}),
    Triple("only one marks it: incomplete, left", [[m(A, OPERATOR)], []], set()),
    Triple(
        "only one marks it, and incomplete ones are wanted",
        [[m(A, OPERATOR)], []],
        {(A, OPERATOR)},
        {"at_least": 1},
    ),
    Triple("labels differ: left", [[m(A, OPERATOR)], [m(G, OPERATOR)]], set()),
    Triple(
        "one of several answers differs: the whole span is left",
        [[m(A, OPERATOR, kind="named", who="x")], [m(A, OPERATOR, kind="named", who="y")]],
        set(),
    ),
    Triple(
        "an answer that one leaves open differs too",
        [[m(A, OPERATOR, kind="named")], [m(A, OPERATOR)]],
        set(),
    ),
    Triple(
        "agreed and disputed spans side by side: only the agreed one",
        [[m(A, OPERATOR), m(G, HID)], [m(A, OPERATOR), m("reporting", HID)]],
        {(A, OPERATOR)},
    ),
    Triple(
        "threshold: two of three over one of three",
        [[m(A, OPERATOR)], [m(A, OPERATOR)], [m(G, OPERATOR)]],
        {(A, OPERATOR)},
        {"at_least": 2},
    ),
    Triple(
        "threshold: one against one is a tie, left",
        [[m(A, OPERATOR)], [m(G, OPERATOR)], []],
        set(),
        {"at_least": 1},
    ),
    Triple(
        "threshold: fewer votes than asked for are left",
        [[m(A, OPERATOR)], [m(A, OPERATOR)], []],
        set(),
        {"at_least": 3},
    ),
    Triple(
        "only unanimous ones: two of three are left",
        [[m(A, OPERATOR)], [m(A, OPERATOR)], [m(G, OPERATOR)]],
        set(),
    ),
    Triple(
        "three of five over two of five",
        [[m(A, HID)]] * 3 + [[m(G, HID)]] * 2,
        {(A, HID)},
        {"at_least": 3},
    ),
]


@pytest.mark.parametrize("triple", SAME, ids=lambda triple: triple.name)
def test_what_is_merged_there_is_merged_here(triple: Triple) -> None:
    assert merged(triple) == triple.merged


OURS = [
    Triple(
        "there two stacked labels stop the merge; here each is a case of its own",
        [[m(A, OPERATOR), m(G, OPERATOR)], [m(A, OPERATOR), m(G, OPERATOR)]],
        {(A, OPERATOR), (G, OPERATOR)},
    ),
    Triple(
        "there other boundaries are two incomplete positions; here one case, left without a rule",
        [[m(A, FERRY)], [m(A, OPERATOR)]],
        set(),
        {"at_least": 2},
    ),
    Triple(
        "and merged by a boundary rule",
        [[m(A, FERRY)], [m(A, OPERATOR)]],
        {(A, FERRY)},
        {"boundary": "intersection"},
    ),
    Triple(
        "there a lonely annotator's marks are agreed; here an article needs two",
        [[m(A, OPERATOR)]],
        set(),
    ),
    Triple(
        "there the most voted wins without a majority; here it needs more than all others",
        [[m(A, HID)]] * 2 + [[m(G, HID)], [m("reporting", HID)]],
        set(),
        {"at_least": 2},
    ),
]


@pytest.mark.parametrize("triple", OURS, ids=lambda triple: triple.name)
def test_where_ours_differs_on_purpose(triple: Triple) -> None:
    assert merged(triple) == triple.merged


# --- links ----------------------------------------------------------------------------------------


def link_rules(
    drawn: Mapping[str, tuple[tuple[int, int], tuple[int, int] | None] | None],
) -> set[str]:
    """Of each link case the rule that takes it. A link goes from the operator to a target."""
    places = [OPERATOR, HID, COUNCIL]
    units = {
        who: [Unit((place,), "x", key=f"{who}{n}") for n, place in enumerate(places)]
        for who in drawn
    }
    article = Continuum.of(len(TEXT), units)
    links = [
        DrawnLink(f"link {who}", who, f"{who}0", f"{who}{places.index(link[0])}", link[1])
        for who, link in drawn.items()
        if link
    ]
    found = find_links(find_cases(article), links, article.names)
    rules = MergeRules(unanimous=True, at_least=None, least_votes=2)
    return {merge_link(one.variants, len(drawn), rules) for one in found}


@pytest.mark.parametrize(
    ("drawn", "rules"),
    [
        ({"a": (HID, None), "b": (HID, None)}, {"unanimous"}),
        ({"a": (HID, None), "b": None}, {""}),
        ({"a": (HID, (4, 9)), "b": (HID, (10, 18))}, {""}),  # as there another role: left
        ({"a": (HID, None), "b": (COUNCIL, None)}, {""}),  # another target: left
    ],
)
def test_links_are_merged_when_both_ends_and_words_are_the_same(
    drawn: dict[str, tuple[tuple[int, int], tuple[int, int] | None] | None], rules: set[str]
) -> None:
    assert link_rules(drawn) == rules

"""Cases: the places of an article where annotators meet or part, each with its readings.

Every span of every annotator stands in exactly one case, and a case holds at most one span of
each annotator. How spans come together:

1. Spans alike to the letter (same fragments, same label) are together, whatever else is near.
2. What is left of every two annotators is paired by the agreement floor (`agreement.aligned`):
   one label when they share a character, different labels when they share at least half of
   what either covers; the greatest total weight, same label first.
3. With three or more annotators those pairs can contradict each other. They are taken from the
   heaviest down, and a pair that would put two spans of one annotator together is left out. Pairs
   that step 2 did not choose fill what is left, in the same order. Of pairs that weigh the same the
   one that begins first is taken, then the one that ends last, then by fragments and labels.

With two annotators that is the floor's matching, but for rule 1. Nothing depends on chance or on
the order of rows, nor on names: the same spans give the same cases. Where two pairings of step 2
weigh the same, the floor decides by the places of the spans. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import Any, TypeAlias

from annotations.agreement import Continuum, Unit, aligned
from annotations.agreement.pairing import weighed

from .kinds import Kind

Stretch: TypeAlias = tuple[int, int]
Stretches: TypeAlias = tuple[Stretch, ...]
# How much a case of a kind tells about the codebook and its readers.
TELLING: dict[Kind, float] = {
    "label": 1.0,
    "nesting": 0.8,
    "boundary": 0.6,
    "missing": 0.6,
    "attribute": 0.4,
    "link": 0.3,
    "unanimous": 0.0,
    "added": 0.0,
}
Answers: TypeAlias = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of marking a case, and who chose it: same stretch, label and answers.

    For a link the unit is that of its cue words, or None without any.
    """

    unit: Unit | None
    annotators: tuple[str, ...]
    before: int = 0  # code points that it begins before the commonest start; negative: after
    after: int = 0  # code points that it ends after the commonest end; negative: before

    @property
    def n_votes(self) -> int:
        return len(self.annotators)

    @property
    def answers(self) -> Answers:
        return answers_of(self.unit) if self.unit else ()


@dataclass(frozen=True, slots=True)
class FoundCase:
    """`number` counts from 1 in reading order; variants with the most annotators first."""

    number: int
    kind: Kind
    variants: tuple[Variant, ...]
    missing: tuple[str, ...]
    span_ids: tuple[str, ...]  # of the units' keys, sorted
    members: Mapping[str, Unit] = field(repr=False, default_factory=dict)

    @property
    def units(self) -> Iterator[Unit]:
        return (variant.unit for variant in self.variants if variant.unit)

    @property
    def start(self) -> int:
        return min(unit.start for unit in self.units)

    @property
    def end(self) -> int:
        return max(unit.end for unit in self.units)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(unit.label for unit in self.units))

    @property
    def n_annotators(self) -> int:
        return len(self.members) + len(self.missing)

    def of(self, annotator: str) -> Variant | None:
        """What this annotator has here; None for nothing."""
        return next((one for one in self.variants if annotator in one.annotators), None)


def answers_of(unit: Unit) -> Answers:
    return tuple(sorted((name, answer) for name, answer in unit.attributes.items() if answer))


def find_cases(article: Continuum) -> list[FoundCase]:
    """Every span of every annotator in exactly one case, in reading order."""
    groups = _groups(article)
    members = [{who: article.annotators[who][at] for who, at in group.items()} for group in groups]
    members.sort(key=_place)
    near = _by_label(article)
    return [_case(n, found, article.names, near) for n, found in enumerate(members, 1)]


# --- bringing spans together --------------------------------------------------------------------

Node: TypeAlias = tuple[str, int]  # annotator, index of the unit
Group: TypeAlias = dict[str, int]


def _groups(article: Continuum) -> list[Group]:
    groups: dict[Node, Group] = {}
    alike: dict[Unit, Group] = {}
    for who in article.names:
        for at, unit in enumerate(article.annotators[who]):
            group = alike.setdefault(unit, {})
            group[who] = at
            groups[who, at] = group
    chosen, others = _pairs(article)
    for _, one, other in (*sorted(chosen), *sorted(others)):
        _join(groups, one, other)
    return list({id(group): group for group in groups.values()}.values())


def _join(groups: dict[Node, Group], one: Node, other: Node) -> None:
    ours, theirs = groups[one], groups[other]
    if ours is theirs or ours.keys() & theirs.keys():
        return
    ours.update(theirs)
    for node in theirs.items():
        groups[node] = ours


# Weight, place and looks of both; then their names.
Pair: TypeAlias = tuple[tuple[float, int, int, list[tuple[Stretches, str]]], Node, Node]


def _pairs(article: Continuum) -> tuple[list[Pair], list[Pair]]:
    """Pairs of spans by weight: those the floor's matching chose, and those it did not."""
    chosen: list[Pair] = []
    others: list[Pair] = []
    for a, b in article.pairs:
        both = set(article.annotators[a]) & set(article.annotators[b])
        ours, theirs = (_without(article.annotators[who], both) for who in (a, b))
        left, right = [unit for _, unit in ours], [unit for _, unit in theirs]
        matched = {(match.i, match.j) for match in aligned(left, right)}
        for i, j, weight in weighed(left, right):
            one, other = left[i], right[j]
            looks = sorted(((one.fragments, one.label), (other.fragments, other.label)))
            order = (-weight, min(one.start, other.start), -max(one.end, other.end), looks)
            pair = (order, (a, ours[i][0]), (b, theirs[j][0]))
            (chosen if (i, j) in matched else others).append(pair)
    return chosen, others


def _without(units: Sequence[Unit], both: set[Unit]) -> list[tuple[int, Unit]]:
    """What is not alike, in reading order."""
    left = [(at, unit) for at, unit in enumerate(units) if unit not in both]
    return sorted(left, key=lambda one: (one[1].fragments, one[1].label))


def _place(members: Mapping[str, Unit]) -> tuple[int, int, tuple[tuple[str, Stretches], ...]]:
    units = members.values()
    looks = tuple(sorted((unit.label, unit.fragments) for unit in units))
    return min(u.start for u in units), -max(u.end for u in units), looks


# --- what a case is -----------------------------------------------------------------------------


def _case(
    number: int,
    members: Mapping[str, Unit],
    everyone: Sequence[str],
    near: Mapping[tuple[str, str], Sequence[Unit]],
) -> FoundCase:
    variants = _variants(members)
    missing = tuple(who for who in everyone if who not in members)
    kind = _kind(variants, missing, near)
    ids = tuple(sorted(str(unit.key) for unit in members.values()))
    return FoundCase(number, kind, variants, missing, ids, members)


def _variants(members: Mapping[str, Unit]) -> tuple[Variant, ...]:
    chosen: dict[tuple[Unit, Answers], list[str]] = {}
    for who in sorted(members):
        unit = members[who]
        chosen.setdefault((unit, answers_of(unit)), []).append(who)
    order = sorted(
        chosen, key=lambda one: (-len(chosen[one]), one[0].fragments, one[0].label, one[1])
    )
    extents: Counter[Stretches] = Counter(unit.fragments for unit in members.values())
    commonest = min(extents, key=partial(_commonest, extents))
    start, end = commonest[0][0], commonest[-1][1]
    return tuple(
        Variant(unit, tuple(chosen[unit, answers]), start - unit.start, unit.end - end)
        for unit, answers in order
    )


def _commonest(extents: Mapping[Stretches, int], fragments: Stretches) -> tuple[int, Stretches]:
    return -extents[fragments], fragments


def _kind(
    variants: Sequence[Variant],
    missing: Sequence[str],
    near: Mapping[tuple[str, str], Sequence[Unit]],
) -> Kind:
    """The first that fits: nesting (one reading lies inside another under another label, or
    somebody who has nothing here has one span of the label around it, or several within it),
    label, boundary, missing, attribute, unanimous."""
    units = [variant.unit for variant in variants if variant.unit]
    if len({unit.label for unit in units}) > 1:
        apart = [(a, b) for a, b in combinations(units, 2) if a.label != b.label]
        return "nesting" if any(holds(a, b) or holds(b, a) for a, b in apart) else "label"
    label = units[0].label
    others = (other for who in missing for other in near.get((who, label), ()))
    if any(holds(other, unit) or holds(unit, other) for other in others for unit in units):
        return "nesting"
    if len({unit.fragments for unit in units}) > 1:
        return "boundary"
    if missing:
        return "missing"
    return "attribute" if len(variants) > 1 else "unanimous"


def holds(outer: Unit, inner: Unit) -> bool:
    """Whether one stretch lies inside another, larger one."""
    return (
        outer.start <= inner.start
        and inner.end <= outer.end
        and (outer.start, outer.end) != (inner.start, inner.end)
    )


def _by_label(article: Continuum) -> dict[tuple[str, str], list[Unit]]:
    found: dict[tuple[str, str], list[Unit]] = {}
    for who, units in article.annotators.items():
        for unit in units:
            found.setdefault((who, unit.label), []).append(unit)
    return found


# --- how contested a case is --------------------------------------------------------------------


def contest_of(kind: Kind, votes: Iterable[int], n_annotators: int) -> float:
    """From 0 (all agree) to 2: the share of annotators who are not with the largest group (having
    nothing here is a group too), and how telling the kind is."""
    groups = list(votes)
    groups.append(n_annotators - sum(groups))
    if kind in ("unanimous", "added") or max(groups) == n_annotators:
        return 0.0
    return round(1 - max(groups) / n_annotators + TELLING[kind], 4)


# --- links --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DrawnLink:
    """A link as an annotator drew it, between two of their spans."""

    id: str
    annotator: str
    source: str
    target: str
    cue: Stretch | None = None
    at: str = ""  # ISO 8601


@dataclass(frozen=True, slots=True)
class FoundLink:
    """Links whose ends lie in the same two cases, by the index of these cases."""

    source: int
    target: int
    variants: tuple[Variant, ...]
    missing: tuple[str, ...]
    link_ids: tuple[str, ...]
    members: Mapping[str, DrawnLink] = field(repr=False, default_factory=dict)


def find_links(
    cases: Sequence[FoundCase], links: Iterable[DrawnLink], everyone: Sequence[str]
) -> list[FoundLink]:
    """Every drawn link in exactly one, in the order of their ends. Two links of one annotator
    between the same two cases cannot be: a case holds one span of theirs."""
    at = {span: index for index, case in enumerate(cases) for span in case.span_ids}
    drawn: dict[tuple[int, int], dict[str, DrawnLink]] = {}
    for link in links:
        ends = (at.get(link.source), at.get(link.target))
        if ends[0] is not None and ends[1] is not None and ends[0] != ends[1]:
            drawn.setdefault((ends[0], ends[1]), {})[link.annotator] = link
    return [_link(ends, drawn[ends], everyone) for ends in sorted(drawn)]


def _link(
    ends: tuple[int, int], members: Mapping[str, DrawnLink], everyone: Sequence[str]
) -> FoundLink:
    chosen: dict[Stretch | None, list[str]] = {}
    for who in sorted(members):
        chosen.setdefault(members[who].cue, []).append(who)
    order = sorted(chosen, key=lambda cue: (-len(chosen[cue]), cue is None, cue or (0, 0)))
    variants = tuple(
        Variant(Unit((cue,), "cue") if cue else None, tuple(chosen[cue])) for cue in order
    )
    missing = tuple(who for who in everyone if who not in members)
    ids = tuple(sorted(link.id for link in members.values()))
    return FoundLink(*ends, variants, missing, ids, members)

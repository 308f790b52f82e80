"""Cases: the places of an article where annotators meet or part, each with its readings.

A case is one unitary alignment of the best alignment of all annotators (see
`agreement.aligned_units`): at most one span of each. It depends on the spans alone, so the cases
of an article stay the same as long as the marks do.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from annotations.agreement import Continuum, Unit, aligned, aligned_units
from annotations.agreement.clusters import TooManyClusters
from annotations.agreement.continuum import Fragment

CaseKind = Literal["alike", "boundary", "label", "missing"]
CASE_KINDS: dict[CaseKind, str] = {
    "label": "Different label",
    "boundary": "Different boundaries",
    "missing": "Not found by all",
    "alike": "Alike",
}


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of marking a case, and who chose it."""

    unit: Unit
    annotators: tuple[str, ...]
    before: int  # code points that it begins before the majority's start; negative: after
    after: int  # code points that it ends after the majority's end; negative: before


@dataclass(frozen=True, slots=True)
class Case:
    """`number` counts from 1 in reading order; variants with the most annotators first."""

    number: int
    kind: CaseKind
    variants: tuple[Variant, ...]
    missing: tuple[str, ...]

    @property
    def start(self) -> int:
        return min(variant.unit.start for variant in self.variants)

    @property
    def end(self) -> int:
        return max(variant.unit.end for variant in self.variants)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(variant.unit.label for variant in self.variants))

    def of(self, annotator: str) -> Variant | None:
        """What this annotator has here; None for nothing."""
        return next((one for one in self.variants if annotator in one.annotators), None)


def find_cases(article: Continuum) -> list[Case]:
    """Every span of every annotator in exactly one case, in reading order."""
    try:
        groups: Sequence[Mapping[str, int]] = aligned_units(article)
    except TooManyClusters:
        groups = _aligned_to_first(article)
    members = [
        {name: article.annotators[name][index] for name, index in group.items()} for group in groups
    ]
    members.sort(key=_place)
    return [_case(number, found, article.names) for number, found in enumerate(members, 1)]


def _place(members: Mapping[str, Unit]) -> tuple[int, int, tuple[str, ...]]:
    units = members.values()
    return min(u.start for u in units), -max(u.end for u in units), tuple(sorted(members))


def _case(number: int, members: Mapping[str, Unit], everyone: Sequence[str]) -> Case:
    chosen = Counter(members.values())
    order = sorted(chosen, key=lambda unit: (-chosen[unit], unit.fragments, unit.label))
    extents: Counter[tuple[Fragment, ...]] = Counter(u.fragments for u in members.values())
    start, end = _hull(min(extents, key=partial(_commonest, extents)))
    variants = tuple(
        Variant(
            next(mine for mine in members.values() if mine == unit),
            tuple(sorted(name for name, mine in members.items() if mine == unit)),
            start - unit.start,
            unit.end - end,
        )
        for unit in order
    )
    missing = tuple(name for name in everyone if name not in members)
    return Case(number, _kind(variants, missing), variants, missing)


def _commonest(
    extents: Mapping[tuple[Fragment, ...], int], fragments: tuple[Fragment, ...]
) -> tuple[int, tuple[Fragment, ...]]:
    return -extents[fragments], fragments


def _hull(fragments: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return fragments[0][0], fragments[-1][1]


def _kind(variants: Sequence[Variant], missing: Sequence[str]) -> CaseKind:
    if len({variant.unit.label for variant in variants}) > 1:
        return "label"
    if len({variant.unit.fragments for variant in variants}) > 1:
        return "boundary"
    return "missing" if missing else "alike"


def _aligned_to_first(article: Continuum) -> list[dict[str, int]]:
    """Where the best alignment is out of reach: each annotator against the first who has it."""
    groups: list[dict[str, int]] = []
    place: dict[tuple[str, int], dict[str, int]] = {}
    for at, name in enumerate(article.names):
        lonely = set(range(len(article.annotators[name])))
        for earlier in article.names[:at]:
            for match in aligned(article.annotators[earlier], article.annotators[name]):
                if match.i is None or match.j is None or match.j not in lonely:
                    continue
                group = place[earlier, match.i]
                if name not in group:
                    group[name] = match.j
                    place[name, match.j] = group
                    lonely.discard(match.j)
        for index in sorted(lonely):
            place[name, index] = {name: index}
            groups.append(place[name, index])
    return groups

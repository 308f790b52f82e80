"""Before and after a calibration: how far they agree, and who moved towards whom. Pure.

Both versions of everybody's marks are values of the agreement floor; whoever has not revised has
the same marks twice. "a moved towards b" is measured against b's first version, which nobody had
seen: agreement of a's second version with it, less agreement of a's first version with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Literal

from annotations.agreement import Agreement, Continuum, Unit, aligned, measure

MEASURES = ("krippendorff_alpha_u", "exact_f1", "character_f1")
MOVED_BY = ("krippendorff_alpha_u", "character_f1")
Kind = Literal["boundary", "label", "answers", "dropped", "added"]
KINDS: dict[Kind, str] = {
    "label": "Changed the label",
    "boundary": "Moved the boundaries",
    "answers": "Changed an answer",
    "dropped": "Took it back",
    "added": "Marked it now",
}


@dataclass(frozen=True)
class Twice:
    """One article with everybody's marks before the reveal and after the revision."""

    before: Continuum
    after: Continuum

    @property
    def names(self) -> Sequence[str]:
        return self.before.names


@dataclass(frozen=True)
class Change:
    """One figure, before and after; `difference` is None when either is undefined."""

    before: Agreement
    after: Agreement

    @property
    def difference(self) -> float | None:
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value


@dataclass(frozen=True)
class Move:
    """One mark that an annotator changed. `towards`: who had it so from the beginning."""

    article: str
    annotator: str
    kind: Kind
    before: Unit | None
    after: Unit | None
    towards: tuple[str, ...]

    @property
    def start(self) -> int:
        unit = self.after or self.before
        assert unit is not None
        return unit.start


def figures(articles: Sequence[Twice]) -> dict[str, Change]:
    """Measure -> change, for all annotators together."""
    return {name: _change(articles, name) for name in MEASURES}


def _change(articles: Sequence[Twice], name: str) -> Change:
    return Change(
        measure(name, [one.before for one in articles]),
        measure(name, [one.after for one in articles]),
    )


def labels_of(articles: Sequence[Twice]) -> list[str]:
    """Every label that anybody used in either version, in the order of the alphabet."""
    versions = (line for one in articles for line in (one.before, one.after))
    return sorted(
        {unit.label for line in versions for who in line.names for unit in units(line, who)}
    )


def by_label(articles: Sequence[Twice]) -> dict[str, Change]:
    """uα of each label alone."""
    return {
        label: _change(
            [Twice(one.before.layer(label), one.after.layer(label)) for one in articles],
            "krippendorff_alpha_u",
        )
        for label in labels_of(articles)
    }


def people_of(articles: Sequence[Twice]) -> list[str]:
    return sorted({name for one in articles for name in one.names})


def by_pair(articles: Sequence[Twice]) -> dict[tuple[str, str], dict[str, Change]]:
    """(a, b) with a < b -> measure -> change; pairs that share no article are left out."""
    found = {}
    for a, b in combinations(people_of(articles), 2):
        shared = [
            Twice(one.before.only((a, b)), one.after.only((a, b)))
            for one in articles
            if {a, b} <= set(one.names)
        ]
        if shared:
            found[a, b] = {name: _change(shared, name) for name in MEASURES}
    return found


def towards(articles: Sequence[Twice]) -> dict[tuple[str, str], dict[str, float | None]]:
    """(who moved, to whom) -> measure -> change of agreement with the other's first version."""
    found = {}
    for a, b in permutations(people_of(articles), 2):
        shared = [one for one in articles if {a, b} <= set(one.names)]
        if not shared:
            continue
        still = [
            _pair(one.before.length, units(one.before, a), units(one.before, b)) for one in shared
        ]
        moved = [
            _pair(one.before.length, units(one.after, a), units(one.before, b)) for one in shared
        ]
        found[a, b] = {
            name: Change(measure(name, still), measure(name, moved)).difference for name in MOVED_BY
        }
    return found


def _pair(length: int, one: Sequence[Unit], other: Sequence[Unit]) -> Continuum:
    return Continuum.of(length, {"a": one, "b": other})


def units(line: Continuum, who: str) -> Sequence[Unit]:
    return line.annotators.get(who, ())


def moves(articles: Mapping[str, Twice]) -> list[Move]:
    """Every mark that was changed, by article, place and annotator."""
    found = [move for key, one in articles.items() for move in _moves(key, one)]
    order = {key: n for n, key in enumerate(articles)}
    return sorted(found, key=lambda move: (order[move.article], move.start, move.annotator))


def _moves(key: str, one: Twice) -> Iterator[Move]:
    for who in one.names:
        before, after = units(one.before, who), units(one.after, who)
        for match in aligned(before, after):
            old = before[match.i] if match.i is not None else None
            new = after[match.j] if match.j is not None else None
            kind = _kind(old, new)
            if kind is not None:
                yield Move(key, who, kind, old, new, _towards(one, who, old, new))


def _kind(old: Unit | None, new: Unit | None) -> Kind | None:
    if old is None:
        return "added"
    if new is None:
        return "dropped"
    if old.label != new.label:
        return "label"
    if old.fragments != new.fragments:
        return "boundary"
    return "answers" if dict(old.attributes) != dict(new.attributes) else None


def _towards(one: Twice, who: str, old: Unit | None, new: Unit | None) -> tuple[str, ...]:
    """Those whose first version has what this one came to, or has nothing where this one took
    a mark back, while they did not have what this one had."""
    others = [name for name in one.names if name != who]
    return tuple(
        name
        for name in others
        if _has(units(one.before, name), new, old) and not _same(units(one.before, name), old, new)
    )


def _has(theirs: Sequence[Unit], wanted: Unit | None, instead: Unit | None) -> bool:
    if wanted is not None:
        return any(_alike(unit, wanted) for unit in theirs)
    assert instead is not None
    return not any(unit.label == instead.label and _overlap(unit, instead) for unit in theirs)


def _same(theirs: Sequence[Unit], old: Unit | None, new: Unit | None) -> bool:
    """Whether they had the earlier mark, so that this was no move to them."""
    if old is None or (new is not None and _alike(old, new)):
        return False
    return any(_alike(unit, old) for unit in theirs)


def _alike(a: Unit, b: Unit) -> bool:
    return a.label == b.label and a.fragments == b.fragments


def _overlap(a: Unit, b: Unit) -> bool:
    return a.start < b.end and b.start < a.end

"""Two annotators' readings side by side: what both found, where they part, and over what.

Every number here can be led back to its spans: `findings` lists, for an article, each aligned or
lonely unit by its index in `Continuum.annotators[name]`, and the counts are the lengths of such
lists. A `Comparison` is the additive, JSON-ready count of one article and one pair.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotations.agreement.continuum import Continuum, as_corpus
from annotations.agreement.pairing import Kind, Match, aligned, best_pairs, near
from annotations.agreement.result import (
    NOT_USED,
    NOTHING_MARKED,
    ONE_ANNOTATOR,
    Agreement,
    share,
    undefined,
)

TOLERANCES = (0, 1, 2, 5, 10, 20, 50, 100)
Tally = tuple[str | None, str | None, Kind]


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where two readings of an article meet or part.

    article            index in the corpus.
    a, b               the annotators, names in order; match.i and match.j their units.
    label_a, label_b   None where that annotator has nothing there.
    """

    article: int
    a: str
    b: str
    match: Match
    label_a: str | None
    label_b: str | None

    @property
    def tally(self) -> Tally:
        return self.label_a, self.label_b, self.match.kind


@dataclass(frozen=True, slots=True)
class Comparison:
    """Counts of one article and one pair of annotators.

    tallies  (label of a, label of b, kind) -> how many findings; None = nothing there.
    within   label -> per tolerance, one-to-one pairs with every boundary at most so far off.
    """

    a: str
    b: str
    tallies: Mapping[Tally, int]
    tolerances: tuple[int, ...]
    within: Mapping[str, tuple[int, ...]]

    def as_dict(self) -> dict[str, Any]:
        return {
            "a": self.a,
            "b": self.b,
            "tallies": [[*tally, n] for tally, n in self.tallies.items()],
            "tolerances": list(self.tolerances),
            "within": {label: list(counts) for label, counts in self.within.items()},
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Comparison":
        tallies = {(one, other, kind): n for one, other, kind, n in stored["tallies"]}
        within = {label: tuple(counts) for label, counts in stored["within"].items()}
        return cls(stored["a"], stored["b"], tallies, tuple(stored["tolerances"]), within)


@dataclass(frozen=True, slots=True)
class Split:
    """Units of one label (or of all) by what became of them; the three sorts of disagreement.

    presence: only one of the two found it. boundary: both, same label, other boundaries.
    label: both, under another label (with or without other boundaries).
    """

    agreed: int = 0
    presence: int = 0
    boundary: int = 0
    label: int = 0

    @property
    def units(self) -> int:
        return self.agreed + self.disagreeing

    @property
    def disagreeing(self) -> int:
        return self.presence + self.boundary + self.label

    def share(self, sort: str) -> float | None:
        """The sort's share of the disagreement, 0-1; None when there is no disagreement."""
        return getattr(self, sort) / self.disagreeing if self.disagreeing else None


def findings(articles: Continuum | Iterable[Continuum]) -> Iterator[Finding]:
    """Every unit of every pair of annotators, aligned one to one (see `pairing.aligned`)."""
    for index, article in enumerate(as_corpus(articles)):
        for a, b in article.pairs:
            yield from _of_pair(index, article, a, b)


def compare(
    article: Continuum,
    tolerances: Sequence[int] = TOLERANCES,
    matches: Mapping[tuple[str, str], Sequence[Match]] | None = None,
) -> list[Comparison]:
    """The counts of an article, one per pair of annotators.

    matches: what `pairing.aligned` gave for each pair, if the caller has it already.
    """
    known = matches or {}
    return [_counted(article, a, b, tuple(tolerances), known.get((a, b))) for a, b in article.pairs]


def summed(counts: Iterable[Comparison]) -> Comparison:
    """All counts as one, without names of annotators; for `splits`, `confusion` and the curve."""
    given = list(counts)
    tolerances = given[0].tolerances if given else TOLERANCES
    tallies: Counter[Tally] = Counter()
    within: dict[str, list[int]] = {}
    for one in given:
        for tally, n in one.tallies.items():
            tallies[tally] += n
        for label, reached in one.within.items():
            sums = within.setdefault(label, [0] * len(tolerances))
            for at, n in enumerate(reached):
                sums[at] += n
    total = {label: tuple(sums) for label, sums in within.items()}
    return Comparison("", "", dict(tallies), tolerances, total)


def splits(counts: Iterable[Comparison]) -> dict[str | None, Split]:
    """Presence, boundary, label: per label, and for all labels together under None.

    A unit counts once per pair of annotators; an aligned pair under two labels counts one unit
    for each of the two.
    """
    sums: dict[str | None, Counter[str]] = {None: Counter()}
    for one in counts:
        for (label_a, label_b, kind), n in one.tallies.items():
            sort = "presence" if kind in ("missed", "extra") else kind
            for label in (label_a, label_b):
                if label is not None:
                    sums.setdefault(label, Counter())[sort] += n
                    sums[None][sort] += n
    return {label: Split(**found) for label, found in sums.items()}


def confusion(counts: Iterable[Comparison]) -> dict[tuple[str | None, str | None], int]:
    """(label of a, label of b) -> aligned pairs; None on one side: missed or extra.

    a is the annotator whose name sorts first. For a table without sides use `symmetric`.
    """
    table: Counter[tuple[str | None, str | None]] = Counter()
    for one in counts:
        for (label_a, label_b, _), n in one.tallies.items():
            table[label_a, label_b] += n
    return dict(table)


def symmetric(
    table: Mapping[tuple[str | None, str | None], int],
) -> dict[tuple[str | None, str | None], int]:
    """The same with (x, y) and (y, x) as one, the lesser label first and None last."""
    sums: Counter[tuple[str | None, str | None]] = Counter()
    for (one, other), n in table.items():
        x, y = sorted((one, other), key=lambda label: (label is None, label or ""))
        sums[x, y] += n
    return dict(sums)


def tolerance_curve(
    counts: Iterable[Comparison], label: str | None = None
) -> list[tuple[int, Agreement]]:
    """F1 against the allowed distance of boundaries in characters; at 0 it is exact F1.

    It never falls. A pair needs one label, as many fragments, and every boundary within reach.
    """
    given = list(counts)
    tolerances = given[0].tolerances if given else TOLERANCES
    matched, units = [0] * len(tolerances), 0
    for one in given:
        for (label_a, label_b, _), n in one.tallies.items():
            units += n * sum(x is not None and label in (None, x) for x in (label_a, label_b))
        for name, reached in one.within.items():
            if label in (None, name):
                matched = [x + n for x, n in zip(matched, reached, strict=True)]
    if not given:
        return [(t, undefined("tolerant_f1", ONE_ANNOTATOR)) for t in tolerances]
    reason = NOTHING_MARKED if label is None else NOT_USED
    return [
        (t, share("tolerant_f1", 2 * n, units, reason=reason))
        for t, n in zip(tolerances, matched, strict=True)
    ]


def _of_pair(
    index: int, article: Continuum, a: str, b: str, matches: Sequence[Match] | None = None
) -> Iterator[Finding]:
    ours, theirs = article.annotators[a], article.annotators[b]
    for match in aligned(ours, theirs) if matches is None else matches:
        label_a = None if match.i is None else ours[match.i].label
        label_b = None if match.j is None else theirs[match.j].label
        yield Finding(index, a, b, match, label_a, label_b)


def _counted(
    article: Continuum,
    a: str,
    b: str,
    tolerances: tuple[int, ...],
    matches: Sequence[Match] | None,
) -> Comparison:
    ours, theirs = article.annotators[a], article.annotators[b]
    tallies = Counter(finding.tally for finding in _of_pair(0, article, a, b, matches))
    close = near(ours, theirs, max(tolerances, default=0))
    within: dict[str, list[int]] = {}
    n_edges, pairs = 0, list[tuple[int, int]]()
    for at, tolerance in enumerate(tolerances):
        edges = [(i, j, 1.0) for i, j, distance in close if distance <= tolerance]
        if len(edges) != n_edges:
            n_edges, pairs = len(edges), best_pairs(edges)
        for i, _ in pairs:
            within.setdefault(ours[i].label, [0] * len(tolerances))[at] += 1
    reached = {label: tuple(counts) for label, counts in within.items()}
    return Comparison(a, b, dict(tallies), tolerances, reached)

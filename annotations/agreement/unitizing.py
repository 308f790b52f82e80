"""Unitized alpha of one continuum whose units do not overlap: u, |u, cu and (k)u.

Krippendorff, Mathet, Bouvry & Widloecher (2016), On the reliability of unitizing textual continua:
further developments, Quality & Quantity 50, with its erratum. Each annotator's line is cut into
units and gaps. Where labels overlap (the rule in our studies) use `krippendorff_alpha_u` of the
registry, which works per label layer; nothing here ever flattens across labels.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Literal

from annotations.agreement.continuum import Continuum, Unit
from annotations.agreement.result import (
    NEVER_MET,
    NOT_USED,
    NOTHING_MARKED,
    ONE_ANNOTATOR,
    Agreement,
    chance_corrected,
    undefined,
)

OVERLAPPING = "units of one annotator overlap: compute per label"
Run = tuple[int, int, str]
SelfPairing = Literal["mass", "perpair", "union"]


@dataclass(frozen=True, slots=True)
class Masses:
    """What u and |u need: lengths by label, over all annotators; "" never stands for a gap.

    together   ordered coincidences between different values, each over m - 1; None = gap.
    lengths    positions by value.
    squares    summed squared unit lengths by value (for the gap: its length).
    """

    together: Mapping[tuple[str | None, str | None], float]
    lengths: Mapping[str | None, int]
    squares: Mapping[str | None, int]


def runs_of(units: tuple[Unit, ...]) -> list[Run]:
    """Contiguous stretches in order; stretches of one label that overlap are one, touching ones
    stay two."""
    runs: list[Run] = []
    by_label: dict[str, Run] = {}
    for start, end, label in sorted(
        (start, end, unit.label) for unit in units for start, end in unit.fragments
    ):
        open_run = by_label.get(label)
        if open_run and start < open_run[1]:
            by_label[label] = (open_run[0], max(end, open_run[1]), label)
        else:
            if open_run:
                runs.append(open_run)
            by_label[label] = (start, end, label)
    return sorted([*runs, *by_label.values()])


def lines_of(article: Continuum) -> list[list[Run]] | None:
    """Every annotator's runs, or None when somebody's labels overlap."""
    lines = [runs_of(article.annotators[name]) for name in article.names]
    if any(a[1] > b[0] for line in lines for a, b in pairwise(line)):
        return None
    return lines


def masses(length: int, lines: list[list[Run]]) -> Masses:
    m = len(lines)
    lengths: dict[str | None, int] = defaultdict(int)
    squares: dict[str | None, int] = defaultdict(int)
    together: dict[tuple[str | None, str | None], float] = defaultdict(float)
    for line in lines:
        for start, end, label in line:
            lengths[label] += end - start
            squares[label] += (end - start) ** 2
    lengths[None] = squares[None] = m * length - sum(lengths.values())
    for a, b in combinations(lines, 2):
        for n, one, other in _side_by_side(length, a, b):
            if one != other:
                together[one, other] += n / (m - 1)
                together[other, one] += n / (m - 1)
    return Masses(together, lengths, squares)


def alpha_u(article: Continuum) -> Agreement:
    """uα over all labels at once: 1 - observed / expected mass of differing positions."""
    return _u("krippendorff_alpha_u", article, collapse=False)


def alpha_bar_u(article: Continuum) -> Agreement:
    """|uα: labels count only as "marked" against gap; units stay the original ones."""
    return _u("krippendorff_alpha_bar_u", article, collapse=True)


def _u(name: str, article: Continuum, *, collapse: bool) -> Agreement:
    lines, problem = _lines(article)
    if problem:
        return undefined(name, problem)
    m = masses(article.length, lines)
    total = len(lines) * article.length
    free = total**2 - sum(m.squares.values())
    unlike = sum(
        l_c * l_k
        for c, l_c in m.lengths.items()
        for k, l_k in m.lengths.items()
        if c != k and (not collapse or c is None or k is None)
    )
    observed = sum(n for (c, k), n in m.together.items() if not collapse or None in (c, k))
    if not article.n_units:
        return undefined(name, NOTHING_MARKED)
    expected = total * unlike / free if free else 0.0
    return chance_corrected(name, observed, expected)


def alpha_cu(article: Continuum, reading: SelfPairing = "mass") -> Agreement:
    """cuα: do the labels agree where two annotators both have a unit?

    m >= 3 annotators: published readings of the self-pairing term differ. "mass" takes a unit's
    mean covered length (ours), "perpair" the mean of its squared covered lengths, "union" the
    length that anybody else covers. For m = 2 all three are the same.
    """
    name = "krippendorff_alpha_cu"
    met, problem = _meetings(article, reading)
    if problem or met is None:
        return undefined(name, problem)
    n = sum(met.lengths.values())
    unlike = sum(a * b for c, a in met.lengths.items() for k, b in met.lengths.items() if c != k)
    observed = sum(x for (c, k), x in met.together.items() if c != k)
    free = n * n - sum(met.squares.values())
    return chance_corrected(name, observed, n * unlike / free if free > 0 else 0.0)


def alpha_ku(article: Continuum, label: str, reading: SelfPairing = "mass") -> Agreement:
    """(k)uα: of the places where both have a unit and one says `label`, do both say it?"""
    name = "krippendorff_alpha_ku"
    met, problem = _meetings(article, reading)
    if problem or met is None:
        return undefined(name, problem)
    if label not in met.lengths:
        used = label in article.labels
        return undefined(name, NEVER_MET if used else NOT_USED)
    n, n_k, s_k = sum(met.lengths.values()), met.lengths[label], met.squares[label]
    observed = sum(x for (c, k), x in met.together.items() if c == label != k)
    pairs = n_k * n - s_k
    return chance_corrected(name, observed, n_k * n_k * (n - n_k) / pairs if pairs > 0 else 0.0)


@dataclass(frozen=True, slots=True)
class Meetings:
    """Where two annotators both have a unit: coincidences, marginals, self-pairings by label."""

    together: Mapping[tuple[str, str], float]
    lengths: Mapping[str, float]
    squares: Mapping[str, float]


def _lines(article: Continuum) -> tuple[list[list[Run]], str]:
    if len(article.annotators) < 2:
        return [], ONE_ANNOTATOR
    lines = lines_of(article)
    return ([], OVERLAPPING) if lines is None else (lines, "")


def _meetings(article: Continuum, reading: SelfPairing) -> tuple[Meetings | None, str]:
    lines, problem = _lines(article)
    if problem:
        return None, problem
    together: dict[tuple[str, str], float] = defaultdict(float)
    lengths: dict[str, float] = defaultdict(float)
    squares: dict[str, float] = defaultdict(float)
    others = len(lines) - 1
    for i, line in enumerate(lines):
        for run in line:
            covers = [
                [
                    (max(run[0], s), min(run[1], e), label)
                    for s, e, label in other
                    if s < run[1] and run[0] < e
                ]
                for j, other in enumerate(lines)
                if j != i
            ]
            for start, end, label in (cover for one in covers for cover in one):
                together[run[2], label] += (end - start) / others
                lengths[run[2]] += (end - start) / others
            squares[run[2]] += _self_pairing(covers, reading)
    if not lengths:
        return None, NEVER_MET if article.n_units else NOTHING_MARKED
    return Meetings(together, lengths, squares), ""


def _self_pairing(covers: list[list[Run]], reading: SelfPairing) -> float:
    sizes = [sum(end - start for start, end, _ in one) for one in covers]
    if reading == "perpair":
        return sum(size**2 for size in sizes) / len(sizes)
    if reading == "union":
        stretches = sorted((start, end) for one in covers for start, end, _ in one)
        return float(_covered(stretches)) ** 2
    return (sum(sizes) / len(sizes)) ** 2


def _covered(stretches: list[tuple[int, int]]) -> int:
    total, reach = 0, 0
    for start, end in stretches:
        total += max(0, end - max(start, reach))
        reach = max(reach, end)
    return total


def _side_by_side(
    length: int, a: list[Run], b: list[Run]
) -> Iterator[tuple[int, str | None, str | None]]:
    """Stretches over which both annotators' values stay the same: (length, value a, value b)."""
    cuts = sorted({0, length, *(x for s, e, _ in (*a, *b) for x in (s, e))})
    i = j = 0
    for start, end in pairwise(cuts):
        while i < len(a) and a[i][1] <= start:
            i += 1
        while j < len(b) and b[j][1] <= start:
            j += 1
        one = a[i][2] if i < len(a) and a[i][0] <= start else None
        other = b[j][2] if j < len(b) and b[j][0] <= start else None
        yield end - start, one, other

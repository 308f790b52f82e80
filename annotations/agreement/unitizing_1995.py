"""Krippendorff's first alpha for unitizing, from squared boundary differences.

Krippendorff (1995, 2004). Only for comparison with older papers: it is not monotone, a worse
boundary can raise it. Use `krippendorff_alpha_u` instead.
"""

from collections.abc import Iterable

from annotations.agreement.continuum import Continuum
from annotations.agreement.result import (
    NOTHING_MARKED,
    ONE_ANNOTATOR,
    Agreement,
    chance_corrected,
    undefined,
)
from annotations.agreement.unitizing import Run, runs_of

Section = tuple[int, int, bool]


def alpha_u_1995(article: Continuum, label: str | None = None) -> Agreement:
    """αU of one label, or of all (observed and expected disagreement summed over labels).

    Lengths are whole positions; positions outside the label's units are gaps. The units of one
    label must not overlap for one annotator: overlapping ones are taken as one.
    """
    name = "krippendorff_alpha_u_1995"
    if len(article.annotators) < 2:
        return undefined(name, ONE_ANNOTATOR)
    labels = article.labels if label is None else (label,)
    observed = expected = 0.0
    for one in labels:
        lines = _sections(article, one)
        observed += _observed(lines, article.length)
        expected += _expected(lines, article.length)
    if not any(unit.label in labels for units in article.annotators.values() for unit in units):
        return undefined(name, NOTHING_MARKED)
    return chance_corrected(name, observed, expected)


def _sections(article: Continuum, label: str) -> list[list[Section]]:
    return [
        _with_gaps((r for r in runs_of(article.annotators[n]) if r[2] == label), article.length)
        for n in article.names
    ]


def _with_gaps(runs: Iterable[Run], length: int) -> list[Section]:
    sections: list[Section] = []
    reach = 0
    for start, end, _ in runs:
        if start > reach:
            sections.append((reach, start, False))
        sections.append((start, end, True))
        reach = end
    if reach < length:
        sections.append((reach, length, False))
    return sections


def _observed(lines: list[list[Section]], length: int) -> float:
    m = len(lines)
    total = sum(
        _apart(one, other)
        for i, a in enumerate(lines)
        for j, b in enumerate(lines)
        if i != j
        for one in a
        for other in b
    )
    return total / (m * (m - 1) * length**2)


def _apart(one: Section, other: Section) -> int:
    """Squared difference of two sections (start, end, is a unit)."""
    start, end, unit = one
    s, e, other_unit = other
    if unit and other_unit:
        return (start - s) ** 2 + (end - e) ** 2 if start < e and s < end else 0
    if unit and not other_unit and s <= start and end <= e:
        return (end - start) ** 2
    if other_unit and not unit and start <= s and e <= end:
        return (e - s) ** 2
    return 0


def _expected(lines: list[list[Section]], length: int) -> float:
    m = len(lines)
    units = [end - start for line in lines for start, end, unit in line if unit]
    gaps = [end - start for line in lines for start, end, unit in line if not unit]
    total = 0.0
    for n in units:
        total += (len(units) - 1) / 3 * (2 * n**3 - 3 * n**2 + n)
        total += n**2 * sum(gap - n + 1 for gap in gaps if gap >= n)
    pairs = m * length * (m * length - 1) - sum(n * (n - 1) for n in units)
    return 2 / length * total / pairs if pairs > 0 else 0.0

"""Percentile bootstrap over articles, as matrix products.

Articles are drawn, not characters: characters of one article are not independent, and resampling
them gives intervals ten times too narrow. Every figure is a ratio of sums, so a replicate is a
row of weights times a matrix of terms. Above EXACT_UP_TO articles each weight is Poisson(1)
(Hanley & MacGibbon 2006), so that articles can be taken in chunks of bounded memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotations.agreement.figures import Terms, figure, terms_of
from annotations.agreement.result import FEW_ARTICLES, Agreement, Interval
from annotations.agreement.sums import Sums

Matrix = NDArray[np.float64]
REPLICATES = 1000
LEAST_ARTICLES = 10
EXACT_UP_TO = 20_000
CHUNK = 4096
LEAST_DEFINED_SHARE = 0.9
UNSTABLE = "undefined in too many of the replicates for an interval"


def figures_with_intervals(
    sums: Sums,
    measures: Sequence[str],
    *,
    replicates: int = REPLICATES,
    seed: int = 1,
    level: float = 0.95,
) -> dict[str, Agreement]:
    """Every measure with its interval, and its labels with theirs; one draw serves them all."""
    terms = [terms_of(sums, measure) for measure in measures]
    intervals = intervals_of(terms, replicates=replicates, seed=seed, level=level)
    found = {}
    for one, given in zip(terms, intervals, strict=True):
        whole = figure(sums, one.measure)
        by_label = {label: _with(part, given[label]) for label, part in whole.by_label.items()}
        found[one.measure] = replace(_with(whole, given[None]), by_label=by_label)
    return found


def intervals_of(
    terms: Sequence[Terms], *, replicates: int = REPLICATES, seed: int = 1, level: float = 0.95
) -> list[dict[str | None, tuple[Interval | None, str]]]:
    """Per measure: label (None = pooled) -> the interval, or None and the reason.

    All terms are over the same articles.
    """
    columns = [one.columns for one in terms]
    names = [(at, name) for at, (labels, _, _) in enumerate(columns) for name in labels]
    parts = np.column_stack([part for _, part, _ in columns])
    wholes = np.column_stack([whole for _, _, whole in columns])
    answers: list[dict[str | None, tuple[Interval | None, str]]] = [{} for _ in terms]
    drawn = None
    if len(parts) >= LEAST_ARTICLES:
        drawn = replicate_sums(np.column_stack([parts, wholes]), replicates, seed)
    for column, (at, name) in enumerate(names):
        if drawn is None:
            answers[at][name] = (None, FEW_ARTICLES)
            continue
        part, whole = drawn[:, column], drawn[:, len(names) + column]
        answers[at][name] = _percentiles(
            _Replicates(part, whole, terms[at].form == "chance"), level
        )
    return answers


def replicate_sums(terms: Matrix, replicates: int, seed: int) -> Matrix:
    """(replicates, F): column sums of (A, F) terms over articles drawn with replacement."""
    random = np.random.default_rng(seed)
    if len(terms) > EXACT_UP_TO:
        return _poisson(terms, replicates, random)
    n = len(terms)
    found = np.empty((replicates, terms.shape[1]))
    step = max(1, 4_000_000 // max(n, 1))
    for low in range(0, replicates, step):
        rows = min(step, replicates - low)
        drawn = random.integers(0, n, size=(rows, n)) + np.arange(rows)[:, None] * n
        weights = np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)
        found[low : low + rows] = weights.astype(float) @ terms
    return found


def _poisson(terms: Matrix, replicates: int, random: np.random.Generator) -> Matrix:
    found = np.zeros((replicates, terms.shape[1]))
    table = _poisson_table()
    for low in range(0, len(terms), CHUNK):
        some = terms[low : low + CHUNK]
        drawn = random.integers(0, len(table), size=(replicates, len(some)), dtype=np.uint16)
        found += table[drawn] @ some
    return found


def _poisson_table() -> Matrix:
    """65,536 equally likely values that follow Poisson(1) to 1 in 65,536."""
    chances = np.exp(-1) / np.cumprod(np.append(1.0, np.arange(1, 12)))
    edges = np.rint(np.cumsum(chances) * 2**16).astype(int)
    return np.repeat(np.arange(12.0), np.diff(np.append(0, edges)))


@dataclass(frozen=True, slots=True)
class _Replicates:
    part: Matrix
    whole: Matrix
    chance: bool


def _percentiles(drawn: _Replicates, level: float) -> tuple[Interval | None, str]:
    defined = drawn.whole > 0
    if defined.mean() < LEAST_DEFINED_SHARE:
        return None, UNSTABLE
    ratio = drawn.part[defined] / drawn.whole[defined]
    values = 1 - ratio if drawn.chance else ratio
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high), level), ""


def _with(agreement: Agreement, given: tuple[Interval | None, str]) -> Agreement:
    if agreement.value is None:
        return agreement
    return agreement.with_interval(*given)

"""Given units, each judged by several annotators: alpha, kappas, pi, AC1 and AC2.

`Coding` holds the judgements; every measure takes one and answers an `Agreement`, with observed
and expected disagreement. Literature: Krippendorff (2011); Cohen (1960), for more than two
annotators in the pooled form of Conger (1980) and Davies & Fleiss (1982); Scott (1955); Fleiss
(1971), with missing values as in Gwet (2014); Gwet (2008) for AC1, (2014) for AC2.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.agreement.distances import DISTANCES, Matrix, NotNumbers, as_numbers
from annotations.agreement.result import (
    NO_SHARED_UNIT,
    NO_VARIATION,
    ONE_ANNOTATOR,
    Agreement,
    chance_corrected,
    undefined,
)

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Coding:
    """Judgements of U units by m annotators.

    codes    (U, m) indices into `values`; -1 where an annotator gave none.
    weights  (U,) how often the unit occurs (a stretch of 40 equal characters is one row, 40).
    values   what can be said, in order; those of a codebook that nobody used count for AC1.
    """

    codes: Codes
    weights: Matrix
    values: tuple[Any, ...]

    @classmethod
    def of(
        cls,
        units: Iterable[Sequence[Hashable | None]],
        *,
        values: Iterable[Any] | None = None,
        weights: Iterable[float] | None = None,
    ) -> "Coding":
        """From rows of values, one row a unit, one column an annotator, None = not judged.

        `values` may add values that nobody used, and fixes their order.
        """
        rows = [list(row) for row in units]
        width = max((len(row) for row in rows), default=0)
        used = {value for row in rows for value in row if value is not None}
        order = list(dict.fromkeys(values)) if values is not None else []
        order += in_order(used - set(order))
        place = {value: index for index, value in enumerate(order)}
        codes = np.full((len(rows), width), -1, dtype=np.int64)
        for u, row in enumerate(rows):
            codes[u, : len(row)] = [-1 if value is None else place[value] for value in row]
        given = np.ones(len(rows)) if weights is None else np.array(list(weights), dtype=float)
        return cls(codes, given, tuple(order))

    @property
    def counts(self) -> Matrix:
        """(U, q): how many annotators gave unit u the value k."""
        every = np.arange(len(self.values))
        said: Matrix = np.sum(self.codes[:, :, None] == every, axis=1, dtype=np.float64)
        return said

    def between(self, i: int, j: int) -> Matrix:
        """(q, q): units by what annotator i (rows) and j (columns) said; both must have spoken."""
        q = len(self.values)
        a, b = self.codes[:, i], self.codes[:, j]
        both = (a >= 0) & (b >= 0)
        flat = np.bincount(a[both] * q + b[both], weights=self.weights[both], minlength=q * q)
        return np.asarray(flat.reshape(q, q))

    def one_against_rest(self, value: Hashable) -> "Coding":
        """The same judgements, seen only as `value` or not."""
        index = self.values.index(value)
        codes = np.where(self.codes < 0, -1, (self.codes == index).astype(np.int64))
        return Coding(codes, self.weights, (False, True))


def in_order(values: Iterable[Any]) -> list[Any]:
    """Numbers by size, then words, then sets by their members: an order that does not wander."""

    def rank(value: Any) -> tuple[int, float, str]:
        if isinstance(value, int | float):
            return 0, float(value), ""
        if isinstance(value, frozenset):
            return 2, len(value), " ".join(sorted(map(str, value)))
        return 1, 0.0, str(value)

    return sorted(values, key=rank)


def krippendorff_alpha(coding: Coding, distance: str = "nominal") -> Agreement:
    """1 - (n - 1) sum o_ck d_ck / sum n_c n_k d_ck over the coincidences o_ck.

    distance: nominal, ordinal (in the order of `values`), interval, ratio, masi (sets), jaccard.
    Units judged by fewer than two annotators are left out.
    """
    name = "krippendorff_alpha" if distance == "nominal" else f"krippendorff_alpha_{distance}"
    if coding.codes.shape[1] < 2:
        return undefined(name, ONE_ANNOTATOR)
    counts = coding.counts
    judged = counts.sum(axis=1)
    kept = judged >= 2
    counts, judged, weights = counts[kept], judged[kept], coding.weights[kept]
    n_values = weights @ counts
    n = float(n_values.sum())
    if n <= 1:
        return undefined(name, NO_SHARED_UNIT)
    scaled = weights / (judged - 1)
    coincidences = (counts * scaled[:, None]).T @ counts - np.diag(scaled @ counts)
    try:
        apart = DISTANCES[distance](coding.values, n_values)
    except NotNumbers as error:
        return undefined(name, str(error))
    observed = float((coincidences * apart).sum()) / n
    expected = float(n_values @ apart @ n_values) / (n * (n - 1))
    return chance_corrected(name, observed, expected)


def cohen_kappa(coding: Coding, weights: str = "nominal") -> Agreement:
    """Chance from each annotator's own distribution (Cohen 1960; weighted: Cohen 1968).

    weights: nominal, linear or quadratic. More than two annotators: observed and expected
    disagreement are pooled over all pairs (Conger 1980, Davies & Fleiss 1982).
    """
    name = "cohen_kappa" if weights == "nominal" else f"cohen_kappa_{weights}"
    m = coding.codes.shape[1]
    if m < 2:
        return undefined(name, ONE_ANNOTATOR)
    try:
        apart = 1 - _agreement_weights(coding.values, weights)
    except NotNumbers as error:
        return undefined(name, str(error))
    observed = expected = total = 0.0
    for i, j in combinations(range(m), 2):
        table = coding.between(i, j)
        n = float(table.sum())
        if n:
            observed += float((table * apart).sum())
            expected += float(table.sum(axis=1) @ apart @ table.sum(axis=0)) / n
            total += n
    if not total:
        return undefined(name, NO_SHARED_UNIT)
    return chance_corrected(name, observed / total, expected / total)


def cohen_kappa_se(coding: Coding) -> Agreement:
    """Large-sample standard error of Cohen's kappa (Fleiss, Cohen & Everitt 1969), for two."""
    name = "cohen_kappa_se"
    if coding.codes.shape[1] != 2:
        return undefined(name, "this standard error is for exactly two annotators")
    table = coding.between(0, 1)
    n = float(table.sum())
    if not n:
        return undefined(name, NO_SHARED_UNIT)
    p = table / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    agreed, chance = float(np.trace(p)), float(rows @ columns)
    if chance >= 1:
        return undefined(name, NO_VARIATION)
    on = p.diagonal() * np.square((1 - chance) - (rows + columns) * (1 - agreed))
    off = p * np.square(columns[:, None] + rows[None, :]) * (1 - agreed) ** 2
    variance = on.sum() + off.sum() - off.trace()
    variance -= (agreed * chance - 2 * chance + agreed) ** 2
    return Agreement(name, float(np.sqrt(max(variance, 0) / n)) / (1 - chance) ** 2)


def scott_pi(coding: Coding) -> Agreement:
    """Chance from the distribution of all judgements together; more annotators: Fleiss's kappa."""
    return _multi_pi(coding, "scott_pi")


def fleiss_kappa(coding: Coding, value: Hashable = None) -> Agreement:
    """Fleiss (1971); with `value`, the kappa of that one category against the rest.

    Missing judgements: agreement over units judged twice or more, chance from every unit.
    """
    if value is None:
        return _multi_pi(coding, "fleiss_kappa")
    return _multi_pi(coding.one_against_rest(value), "fleiss_kappa")


def fleiss_se_1971(coding: Coding) -> Agreement:
    """The standard error printed in Fleiss (1971). Superseded (its null variance is wrong); kept
    to check old papers. Needs the same number of judgements for every unit."""
    name = "fleiss_se_1971"
    counts, weights = coding.counts, coding.weights
    judged = set(counts.sum(axis=1).tolist())
    if len(judged) != 1 or (n := judged.pop()) < 2:
        return undefined(name, "every unit needs the same number of judgements, two or more")
    total = float(weights.sum())
    p = weights @ counts / (total * n)
    chance = float(p @ p)
    if chance >= 1:
        return undefined(name, NO_VARIATION)
    spread = chance - (2 * n - 3) * chance**2 + 2 * (n - 2) * float((p**3).sum())
    return Agreement(name, float(np.sqrt(2 * spread / (total * n * (n - 1)))) / (1 - chance))


def gwet_ac1(coding: Coding) -> Agreement:
    """Pe = sum p_k (1 - p_k) / (q - 1), q = all of `values`, used or not (Gwet 2008)."""
    return _gwet(coding, "gwet_ac1", "nominal")


def gwet_ac2(coding: Coding, weights: str = "quadratic") -> Agreement:
    """AC1 with partial credit for near values: linear, quadratic or ordinal (Gwet 2014)."""
    return _gwet(coding, f"gwet_ac2_{weights}", weights)


def bennett_s(coding: Coding) -> Agreement:
    """Chance = 1/q: every value as likely as the other (Bennett, Alpert & Goldstein 1954)."""
    observed, _, problem = _disagreement(coding, np.eye(len(coding.values)))
    if problem:
        return undefined("bennett_s", problem)
    return chance_corrected("bennett_s", observed, 1 - 1 / len(coding.values))


def observed_agreement(coding: Coding) -> Agreement:
    """The plain share of agreeing pairs of judgements, not corrected for chance."""
    observed, _, problem = _disagreement(coding, np.eye(len(coding.values)))
    if problem:
        return undefined("observed_agreement", problem)
    return Agreement("observed_agreement", 1 - observed)


def _multi_pi(coding: Coding, name: str) -> Agreement:
    observed, prevalence, problem = _disagreement(coding, np.eye(len(coding.values)))
    if problem:
        return undefined(name, problem)
    return chance_corrected(name, observed, 1 - float(prevalence @ prevalence))


def _gwet(coding: Coding, name: str, kind: str) -> Agreement:
    q = len(coding.values)
    try:
        weights = _agreement_weights(coding.values, kind)
    except NotNumbers as error:
        return undefined(name, str(error))
    observed, prevalence, problem = _disagreement(coding, weights)
    if problem:
        return undefined(name, problem)
    if q < 2:
        return undefined(name, NO_VARIATION)
    chance = float(weights.sum()) / (q * (q - 1)) * float(prevalence @ (1 - prevalence))
    return chance_corrected(name, observed, 1 - chance)


def _disagreement(coding: Coding, weights: Matrix) -> tuple[float, Matrix, str]:
    """Mean observed disagreement, prevalence of the values, and what prevents both (or "")."""
    if coding.codes.shape[1] < 2:
        return 0.0, np.zeros(0), ONE_ANNOTATOR
    counts, occurs = coding.counts, coding.weights
    judged = counts.sum(axis=1)
    seen, twice = judged > 0, judged > 1
    if not occurs[twice].sum():
        return 0.0, np.zeros(0), NO_SHARED_UNIT
    prevalence = (occurs[seen] / judged[seen]) @ counts[seen] / occurs[seen].sum()
    agreeing = (counts[twice] * (counts[twice] @ weights - 1)).sum(axis=1)
    pairs = judged[twice] * (judged[twice] - 1)
    agreed = float(occurs[twice] @ (agreeing / pairs) / occurs[twice].sum())
    return 1 - agreed, prevalence, ""


def _agreement_weights(values: Sequence[Any], kind: str) -> Matrix:
    """q x q weights of agreement, 1 on the diagonal, 0 at the far ends."""
    q = len(values)
    if kind == "nominal" or q < 2:
        return np.eye(q)
    numeric = all(isinstance(value, int | float) for value in values)
    points = as_numbers(values if numeric else range(q))
    gaps = np.abs(points[:, None] - points)
    if kind == "linear":
        return np.asarray(1 - gaps / gaps.max())
    if kind == "quadratic":
        return np.asarray(1 - np.square(gaps / gaps.max()))
    ranks = np.abs(np.arange(q)[:, None] - np.arange(q)) + 1
    chosen = ranks * (ranks - 1) / 2
    return np.asarray(1 - chosen / chosen.max())

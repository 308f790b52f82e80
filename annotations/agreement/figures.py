"""Measures that are a ratio of sums over articles and label layers.

Per article and label each measure has two terms, part and whole. A figure of any set of articles,
labels and annotators is 1 - sum of parts / sum of wholes (observed over expected disagreement, so
chance is reckoned within each article), or sum of parts / sum of wholes for the F1 family. Never
the mean of figures, never labels flattened into each other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from annotations.agreement.result import (
    NO_VARIATION,
    NOT_USED,
    NOTHING_MARKED,
    ONE_ANNOTATOR,
    Agreement,
    chance_corrected,
    share,
    undefined,
)
from annotations.agreement.sums import Sums
from annotations.agreement.sweeping import Block

Matrix = NDArray[np.float64]
Pair = tuple[Matrix, Matrix]
Form = Literal["share", "chance"]


@dataclass(frozen=True, slots=True)
class Terms:
    """parts, wholes (A, K): shared articles by label (labels None, K = 1: no layers).

    articles  (A,) their index in the corpus, ascending.
    """

    measure: str
    form: Form
    articles: NDArray[np.int64]
    labels: tuple[str, ...] | None
    parts: Matrix
    wholes: Matrix

    @property
    def columns(self) -> tuple[list[str | None], Matrix, Matrix]:
        """Names (None = pooled), parts and wholes of the pooled figure and of each label."""
        if self.labels is None:
            return [None], self.parts, self.wholes
        parts = np.column_stack([self.parts.sum(axis=1), self.parts])
        wholes = np.column_stack([self.wholes.sum(axis=1), self.wholes])
        return [None, *self.labels], parts, wholes


def exact_f1(block: Block) -> Pair:
    """2 |A ∩ B| / (|A| + |B|) on (fragments, label): Hripcsak & Rothschild (2005)."""
    return 2 * _summed(block.exact), (block.m - 1) * _summed(block.units)


def character_f1(block: Block) -> Pair:
    """2 |X ∩ Y| / (|X| + |Y|) over the characters of each label."""
    return 2 * _summed(block.both), (block.m - 1) * _summed(block.covered)


def alpha_u(block: Block) -> Pair:
    """uα of each label against gap: Krippendorff, Mathet, Bouvry & Widloecher (2016)."""
    return _unitized(block, block.covered, block.squares, block.both, block.lengths[:, None])


def alpha_bar_u(block: Block) -> Pair:
    """|uα: marked against gap, whatever the label; overlapping units never pair with themselves."""
    part, whole = _unitized(
        block, block.any_covered, block.any_squares, block.any_both, block.lengths
    )
    return part[:, None], whole[:, None]


def krippendorff_alpha(block: Block) -> Pair:
    """Nominal alpha of each label over positions (characters, words or sentences)."""
    n = block.m * block.lengths[:, None]
    ones = _summed(block.covered)
    rest = np.asarray(n - block.covered.sum(axis=0), dtype=np.float64)
    expected = _over(2 * ones * rest, n - 1)
    return 2 * _differing(block) / (block.m - 1), expected


def cohen_kappa(block: Block) -> Pair:
    """Cohen's kappa of each label over positions, summed over pairs of annotators."""
    length = block.lengths[:, None]
    expected = np.zeros(block.both.shape[1:])
    for i, j in block.pairs:
        a, b = block.covered[i], block.covered[j]
        expected += _over(1.0 * a * (length - b) + 1.0 * b * (length - a), length)
    return _differing(block), expected


def scott_pi(block: Block) -> Pair:
    """Scott's pi of each label over positions; with more annotators it is Fleiss's kappa."""
    share_of = _prevalence(block)
    chance = 2 * share_of * (1 - share_of)
    return _differing(block), np.asarray(len(block.pairs) * block.lengths[:, None] * chance)


def gwet_ac1(block: Block) -> Pair:
    """AC1 of each label over positions: has it or has it not, so q = 2 values for each, used or
    not. A label that nobody used at all is no layer and adds nothing."""
    share_of = _prevalence(block)
    chance = 1 - 2 * share_of * (1 - share_of)
    return _differing(block), np.asarray(len(block.pairs) * block.lengths[:, None] * chance)


MEASURES: Mapping[str, tuple[Form, Callable[[Block], Pair]]] = {
    "exact_f1": ("share", exact_f1),
    "character_f1": ("share", character_f1),
    "krippendorff_alpha_u": ("chance", alpha_u),
    "krippendorff_alpha_bar_u": ("chance", alpha_bar_u),
    "krippendorff_alpha": ("chance", krippendorff_alpha),
    "cohen_kappa": ("chance", cohen_kappa),
    "scott_pi": ("chance", scott_pi),
    "fleiss_kappa": ("chance", scott_pi),
    "gwet_ac1": ("chance", gwet_ac1),
}


def terms_of(sums: Sums, measure: str) -> Terms:
    """The two terms of each shared article and label."""
    form, how = MEASURES[measure]
    pairs = [how(block) for block in sums.blocks]
    articles = np.concatenate([np.zeros(0, np.int64), *(block.articles for block in sums.blocks)])
    order = np.argsort(articles, kind="stable")
    layered = measure != "krippendorff_alpha_bar_u"
    labels = sums.labels if layered else None
    empty = np.zeros((0, 1 if labels is None else len(labels)))
    parts = np.concatenate([empty, *(part for part, _ in pairs)])
    wholes = np.concatenate([empty, *(whole for _, whole in pairs)])
    return Terms(measure, form, articles[order], labels, parts[order], wholes[order])


def figure(sums: Sums, measure: str) -> Agreement:
    """The pooled figure and, where there are layers, one per label."""
    terms = terms_of(sums, measure)
    names, parts, wholes = terms.columns
    units = _units_by_label(sums)
    found = {}
    for name, part, whole in zip(names, parts.sum(axis=0), wholes.sum(axis=0), strict=True):
        n_units = sum(units.values()) if name is None else units[name]
        found[name] = _figure(terms, name, float(part), float(whole), n_units)
    whole_figure = found.pop(None)
    return Agreement(
        measure,
        whole_figure.value,
        whole_figure.reason,
        whole_figure.observed,
        whole_figure.expected,
        whole_figure.parts,
        {str(label): one for label, one in found.items()},
    )


def article_figures(sums: Sums, measure: str) -> dict[int, Agreement]:
    """Index of each shared article -> its pooled figure, without labels; all at once."""
    terms = terms_of(sums, measure)
    _, parts, wholes = terms.columns
    n_units = np.zeros(sums.n_articles, dtype=np.int64)
    for block in sums.blocks:
        n_units[block.articles] = block.units.sum(axis=(0, 2))
    return {
        article: _figure(terms, None, float(part), float(whole), int(n_units[article]))
        for article, part, whole in zip(
            terms.articles.tolist(), parts[:, 0], wholes[:, 0], strict=True
        )
    }


def counts(sums: Sums) -> dict[str, int]:
    """What stands behind the figures: articles shared, annotators, spans, characters, pairs of
    readings, and pairs of readings in which both found nothing."""
    names = {int(code) for block in sums.blocks for code in np.unique(block.annotators)}
    nothing = 0
    for block in sums.blocks:
        found = block.units.sum(axis=2)
        nothing += sum(int(((found[i] + found[j]) == 0).sum()) for i, j in block.pairs)
    return {
        "articles": sums.n_shared,
        "annotators": len(names),
        "spans": sum(int(block.units.sum()) for block in sums.blocks),
        "characters": sum(int(block.lengths.sum()) for block in sums.blocks),
        "pairs": sum(len(block.pairs) * len(block.articles) for block in sums.blocks),
        "both_found_nothing": nothing,
    }


def by_pairs(sums: Sums, measure: str) -> dict[tuple[str, str], Agreement]:
    """The figure of every two annotators over the articles they share."""
    return {
        (one, other): figure(sums.only((one, other)), measure)
        for i, one in enumerate(sums.names)
        for other in sums.names[i + 1 :]
    }


def leave_one_out(sums: Sums, measures: Iterable[str]) -> dict[str, dict[str, Agreement]]:
    """annotator -> measure -> the figure without that annotator: who pulls it down, and up."""
    wanted = list(measures)
    return {
        name: {measure: figure(rest, measure) for measure in wanted}
        for name in sums.names
        for rest in [sums.without(name)]
    }


def _figure(terms: Terms, label: str | None, part: float, whole: float, n_units: int) -> Agreement:
    if not len(terms.articles):
        return undefined(terms.measure, ONE_ANNOTATOR)
    if not n_units:
        return undefined(terms.measure, NOTHING_MARKED if label is None else NOT_USED)
    if terms.form == "share":
        return share(terms.measure, part, whole)
    return chance_corrected(terms.measure, part, whole, reason=NO_VARIATION)


def _units_by_label(sums: Sums) -> dict[str, int]:
    total = np.zeros(len(sums.labels), dtype=np.int64)
    for block in sums.blocks:
        total += block.units.sum(axis=(0, 1))
    return dict(zip(sums.labels, total.tolist(), strict=True))


def _unitized(
    block: Block,
    covered: NDArray[np.int64],
    squares: Matrix,
    both: NDArray[np.int64],
    lengths: NDArray[np.int64],
) -> Pair:
    """Masses of differing positions, observed and expected (both orders of every pair)."""
    marked = _summed(covered)
    total = np.asarray(block.m * lengths, dtype=np.float64)
    gap = np.asarray(block.m * lengths - covered.sum(axis=0), dtype=np.float64)
    expected = _over(2 * total * marked * gap, total**2 - _summed(squares) - gap)
    return 2 * _apart(block, covered, both) / (block.m - 1), expected


def _differing(block: Block) -> Matrix:
    """(A, K): positions on which two annotators differ, summed over pairs."""
    return _apart(block, block.covered, block.both)


def _apart(block: Block, covered: NDArray[np.int64], both: NDArray[np.int64]) -> Matrix:
    """Subtracted as whole numbers, so that a difference of one in 1e15 stays one."""
    apart = (block.m - 1) * covered.sum(axis=0) - 2 * both.sum(axis=0)
    return np.asarray(apart, dtype=np.float64)


def _prevalence(block: Block) -> Matrix:
    return _over(_summed(block.covered), block.m * block.lengths[:, None])


def _over(part: Matrix, whole: NDArray[np.int64] | Matrix) -> Matrix:
    bottom = np.broadcast_to(np.asarray(whole, dtype=float), part.shape)
    return np.asarray(np.divide(part, bottom, out=np.zeros_like(part), where=bottom > 0))


def _summed(part: NDArray[np.int64] | Matrix) -> Matrix:
    """Over slots or pairs; whole numbers, as floats that hold them exactly."""
    return np.asarray(part.sum(axis=0), dtype=np.float64)

"""The cases of the agreement floor, made from a seed. Each returns what it computed."""

import numpy as np
from numpy.typing import NDArray

from annotations.agreement import Continuum, Spans, figure, figures_with_intervals, measure, sums_of

LABELS = ("reporting", "attribution", "allegation", "characterization")
LENGTH = 4_800  # 800 words of six characters
ADDITIVE = ("krippendorff_alpha_u", "krippendorff_alpha_bar_u", "exact_f1", "character_f1")


def article(n_annotators: int, n_spans: int, seed: int = 1) -> Continuum:
    """Annotators who see the same `n_spans` places, miss some, add others, and draw boundaries
    and labels a little differently."""
    dice = np.random.default_rng(seed)
    rows = _rows(dice, 1, n_annotators, n_spans)
    marked: dict[str, list[tuple[int, int, str]]] = {f"a{who}": [] for who in range(n_annotators)}
    for _, who, label, start, end in rows.tolist():
        marked[f"a{who}"].append((start, end, LABELS[label]))
    return Continuum.of(LENGTH, marked)


def corpus(n_articles: int, n_annotators: int, n_spans: int, seed: int = 1) -> Spans:
    """The same, as columns of numbers."""
    dice = np.random.default_rng(seed)
    present = np.stack(
        [
            np.repeat(np.arange(n_articles), n_annotators),
            np.tile(np.arange(n_annotators), n_articles),
        ],
        axis=1,
    )
    names = tuple(f"a{who}" for who in range(n_annotators))
    lengths = np.full(n_articles, LENGTH)
    rows = np.empty((n_articles * n_annotators * n_spans, 5), dtype=np.int64)
    for low in range(0, n_articles, 5_000):
        some = _rows(dice, min(5_000, n_articles - low), n_annotators, n_spans)
        some[:, 0] += low
        rows[low * n_annotators * n_spans :][: len(some)] = some
    return Spans.contiguous(names, LABELS, lengths, present, rows)


def _rows(
    dice: np.random.Generator, n_articles: int, n_annotators: int, n_spans: int
) -> NDArray[np.int64]:
    """(N, 5) article, annotator, label, start, end, in the order of articles."""
    shape = (n_articles, n_annotators, n_spans)
    common = (n_articles, 1, n_spans)
    own = dice.random(shape) < 0.25
    start = np.where(
        own, dice.integers(8, LENGTH - 80, shape), dice.integers(8, LENGTH - 80, common)
    )
    size = np.where(own, dice.integers(8, 60, shape), dice.integers(8, 60, common))
    label = np.where(
        dice.random(shape) < 0.1, dice.integers(0, 4, shape), dice.integers(0, 4, common)
    )
    start = start + dice.integers(-4, 5, shape) * (dice.random(shape) < 0.5)
    end = start + size + dice.integers(-3, 7, shape) * (dice.random(shape) < 0.5)
    where = np.indices(shape)
    columns = (where[0], where[1], label, start, np.minimum(end, LENGTH))
    return np.stack([column.ravel() for column in columns], axis=1).astype(np.int64)


def gamma_of(n_annotators: int, n_spans: int) -> float | None:
    return measure("gamma", article(n_annotators, n_spans), seed=1, samples=30).value


def figures_of(spans: Spans) -> list[float | None]:
    sums = sums_of(spans)
    return [figure(sums, name).value for name in ADDITIVE]


def intervals_of(spans: Spans) -> list[float | None]:
    found = figures_with_intervals(sums_of(spans), ADDITIVE, replicates=1000, seed=1)
    return [one.value for one in found.values()]


def pygamma_of(n_annotators: int, n_spans: int) -> float:
    """The same article and number of samples through pygamma-agreement, where it is installed."""
    import pygamma_agreement as pygamma
    from pyannote.core import Segment

    given = pygamma.Continuum()
    for name, units in article(n_annotators, n_spans).annotators.items():
        for unit in units:
            given.add(name, Segment(unit.start, unit.end), unit.label)
    how = pygamma.CombinedCategoricalDissimilarity(alpha=1, beta=1, delta_empty=1)
    return float(given.compute_gamma(how, n_samples=30, precision_level=None).gamma)

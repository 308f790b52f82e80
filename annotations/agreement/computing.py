"""Several measures of the same articles at once, with intervals, each sum made only once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from annotations.agreement.continuum import Continuum
from annotations.agreement.dissimilarity import Dissimilarity
from annotations.agreement.figures import Terms
from annotations.agreement.gamma import (
    UNSOLVED,
    GammaSums,
    gamma_by_pairs,
    gamma_cat_from,
    gamma_from,
    gamma_sums,
)
from annotations.agreement.registry import measure, named
from annotations.agreement.resampling import REPLICATES, figures_with_intervals, intervals_of
from annotations.agreement.result import Agreement
from annotations.agreement.sums import sums_of


def compute(
    articles: Sequence[Continuum],
    measures: Sequence[str],
    *,
    seed: int = 1,
    samples: int = 30,
    replicates: int = REPLICATES,
    dissimilarity: Dissimilarity | None = None,
) -> dict[str, Agreement]:
    """Measure -> agreement, in the order asked. Measures that are sums over articles, and gamma and
    gamma_cat, bear an interval, or the reason why there is none. Raises UnknownMeasure."""
    wanted = [named(name) for name in dict.fromkeys(measures)]
    how = dissimilarity or Dissimilarity()
    summed = [one.name for one in wanted if one.summed]
    options = {"replicates": replicates, "seed": seed}
    found = figures_with_intervals(sums_of(articles), summed, **options) if summed else {}
    if any(one.seeded for one in wanted):
        numbered = dict(enumerate(articles, 1))
        read = {n: one for n, one in numbered.items() if len(one.annotators) > 1} or numbered
        sums = [
            gamma_sums(article, seed=seed, samples=samples, dissimilarity=how)
            for article in read.values()
        ]
        found["gamma"] = gamma_with_interval(sums, replicates=replicates, seed=seed)
        if found["gamma"].reason in UNSOLVED:
            pairs = gamma_by_pairs(articles, seed=seed, samples=samples, dissimilarity=how)
            found["gamma"] = _by_pairs(found["gamma"], _unsolved(read, sums), pairs)
        found["gamma_cat"] = gamma_cat_with_interval(sums, replicates=replicates, seed=seed)
    return {
        one.name: found[one.name] if one.name in found else measure(one.name, articles)
        for one in wanted
    }


def _unsolved(articles: Mapping[int, Continuum], sums: Sequence[GammaSums]) -> list[str]:
    """The articles whose exact gamma is out of reach, by their keys or their numbers."""
    return [
        f"article {number if article.key is None else article.key}"
        for (number, article), one in zip(articles.items(), sums, strict=True)
        if one.problem in UNSOLVED
    ]


def _by_pairs(
    whole: Agreement, names: Sequence[str], pairs: Mapping[tuple[str, str], Agreement]
) -> Agreement:
    """Undefined as it is, with the articles named and gamma of every two annotators as parts."""
    parts = {f"{one} and {other}": found.value for (one, other), found in pairs.items()}
    return replace(whole, reason=f"{whole.reason} ({', '.join(names)})", parts=parts)


def gamma_with_interval(
    sums: Sequence[GammaSums], *, replicates: int = REPLICATES, seed: int = 1
) -> Agreement:
    """Gamma of a corpus with the bootstrap over its articles (chance is not drawn again)."""
    terms = [(one.mean_units * one.observed, one.mean_units * one.expected) for one in _read(sums)]
    return _with_interval(gamma_from(sums), terms, replicates, seed)


def gamma_cat_with_interval(
    sums: Sequence[GammaSums], *, replicates: int = REPLICATES, seed: int = 1
) -> Agreement:
    """The same of gamma_cat, and of gamma_k of each label over the articles that have it."""
    whole, read = gamma_cat_from(sums), _read(sums)
    terms = [
        _category(one.category_weight, one.category_observed, one.category_expected) for one in read
    ]
    by_label = {
        label: _with_interval(
            part,
            [_category(*one.by_label[label]) for one in read if label in one.by_label],
            replicates,
            seed,
        )
        for label, part in whole.by_label.items()
    }
    return replace(_with_interval(whole, terms, replicates, seed), by_label=by_label)


def _read(sums: Sequence[GammaSums]) -> list[GammaSums]:
    return [one for one in sums if one.n_annotators > 1]


def _category(weight: float, observed: float, expected: float | None) -> tuple[float, float]:
    """What an article adds to the two sums; nothing where chance aligned nothing."""
    return (0.0, 0.0) if expected is None else (weight * observed, weight * expected)


def _with_interval(
    whole: Agreement, terms: Sequence[tuple[float, float]], replicates: int, seed: int
) -> Agreement:
    """`terms` of each article: observed, expected."""
    if whole.value is None:
        return whole
    parts, wholes = np.array(terms).reshape(-1, 2).T
    drawn = Terms(
        whole.measure, "chance", np.arange(len(parts)), None, parts[:, None], wholes[:, None]
    )
    (found,) = intervals_of([drawn], replicates=replicates, seed=seed)
    return whole.with_interval(*found[None])

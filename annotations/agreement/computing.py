"""Several measures of the same articles at once, with intervals, each sum made only once."""

from collections.abc import Sequence

import numpy as np

from annotations.agreement.continuum import Continuum, shared
from annotations.agreement.dissimilarity import Dissimilarity
from annotations.agreement.figures import Terms
from annotations.agreement.gamma import GammaSums, gamma_cat_from, gamma_from, gamma_sums
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
    """Measure -> agreement, in the order asked. Measures that are sums over articles, and gamma,
    bear an interval, or the reason why there is none. Raises UnknownMeasure."""
    wanted = [named(name) for name in dict.fromkeys(measures)]
    how = dissimilarity or Dissimilarity()
    summed = [one.name for one in wanted if one.summed]
    options = {"replicates": replicates, "seed": seed}
    found = figures_with_intervals(sums_of(articles), summed, **options) if summed else {}
    if any(one.seeded for one in wanted):
        sums = [
            gamma_sums(article, seed=seed, samples=samples, dissimilarity=how)
            for article in (shared(articles) or articles)
        ]
        found["gamma"] = gamma_with_interval(sums, replicates=replicates, seed=seed)
        found["gamma_cat"] = gamma_cat_from(sums)
    return {
        one.name: found[one.name] if one.name in found else measure(one.name, articles)
        for one in wanted
    }


def gamma_with_interval(
    sums: Sequence[GammaSums], *, replicates: int = REPLICATES, seed: int = 1
) -> Agreement:
    """Gamma of a corpus with the bootstrap over its articles (chance is not drawn again)."""
    whole = gamma_from(sums)
    if whole.value is None:
        return whole
    kept = [one for one in sums if one.n_annotators > 1]
    parts = np.array([[one.mean_units * one.observed] for one in kept])
    wholes = np.array([[one.mean_units * one.expected] for one in kept])
    terms = Terms("gamma", "chance", np.arange(len(kept)), None, parts, wholes)
    (found,) = intervals_of([terms], replicates=replicates, seed=seed)
    return whole.with_interval(*found[None])

"""Positions whose value is the set of labels on them: alpha with the MASI distance.

For articles where labels overlap and one figure over all labels is wanted; the empty set is a
value ("nobody, nothing"). Passonneau (2006), Measuring agreement on set-valued items.
"""

import itertools
from collections.abc import Iterable

from annotations.agreement.coding import Coding, krippendorff_alpha
from annotations.agreement.continuum import Continuum, Unit, as_corpus, shared
from annotations.agreement.result import (
    NOTHING_MARKED,
    ONE_ANNOTATOR,
    Agreement,
    chance_corrected,
    undefined,
)


def positions_of(article: Continuum) -> Coding:
    """Units = stretches over which nobody's labels change, weighing their length; values = sets
    of labels; one column an annotator, names in order."""
    names = article.names
    cuts = sorted({0, article.length, *(x for name in names for x in _edges(article, name))})
    stretches = list(itertools.pairwise(cuts))
    columns = [_labels_on(article.annotators[name], cuts) for name in names]
    return Coding.of(
        zip(*columns, strict=True) if names else [],
        values=[frozenset()],
        weights=[end - start for start, end in stretches] if names else [],
    )


def krippendorff_alpha_masi(articles: Continuum | Iterable[Continuum]) -> Agreement:
    """Over positions; observed and expected disagreement summed over articles."""
    name = "krippendorff_alpha_masi"
    corpus = shared(as_corpus(articles))
    if not corpus:
        return undefined(name, ONE_ANNOTATOR)
    if not any(article.n_units for article in corpus):
        return undefined(name, NOTHING_MARKED)
    observed = expected = 0.0
    for article in corpus:
        one = krippendorff_alpha(positions_of(article), "masi")
        n = len(article.annotators) * article.length
        observed += n * (one.observed or 0.0)
        expected += n * (one.expected or 0.0)
    return chance_corrected(name, observed, expected)


def _edges(article: Continuum, name: str) -> Iterable[int]:
    return (x for unit in article.annotators[name] for part in unit.fragments for x in part)


def _labels_on(units: Iterable[Unit], cuts: list[int]) -> list[frozenset[str]]:
    place = {cut: index for index, cut in enumerate(cuts)}
    found: list[set[str]] = [set() for _ in cuts[1:]]
    for unit in units:
        for start, end in unit.fragments:
            for index in range(place[start], place[end]):
                found[index].add(unit.label)
    return [frozenset(labels) for labels in found]

"""Gamma and gamma_cat: the best alignment of all units against what chance would align.

Mathet, Widloecher & Metivier (2015), The unified and holistic method gamma; Mathet (2017), The
agreement measure gamma_cat. The alignment is the optimum, not a heuristic. Chance: rotate each
annotator's units around the article by a random shift, seeded. Do not compare figures between
different numbers of annotators.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from annotations.agreement.aligning import DEFAULT, Alignment, best_alignment
from annotations.agreement.clusters import TooManyClusters
from annotations.agreement.continuum import Continuum, as_corpus, shared
from annotations.agreement.deadline import Deadline, TookTooLong
from annotations.agreement.dissimilarity import Dissimilarity
from annotations.agreement.lines import Line, fingerprint, line_of
from annotations.agreement.result import (
    NEVER_MET,
    NO_VARIATION,
    NOTHING_MARKED,
    ONE_ANNOTATOR,
    Agreement,
    undefined,
)

OUT_OF_REACH = "so many units so close together are out of reach: see gamma by pairs of annotators"
TOOK_TOO_LONG = (
    "the best alignment was not found in the time given: see gamma by pairs of annotators"
)
UNSOLVED = (OUT_OF_REACH, TOOK_TOO_LONG)
SAMPLES = 30


@dataclass(frozen=True, slots=True)
class GammaSums:
    """What one article adds to gamma; plain numbers, ready for JSON by `as_dict`.

    mean_units is the mean number of units per annotator; observed and expected are disorders,
    spread the standard deviation of the expected over the samples. category_* the same for
    gamma_cat with the weight of the observed pairs; expected is None when no sample aligned
    anything. problem: why there is none of it, or "".
    """

    mean_units: float = 0.0
    observed: float = 0.0
    expected: float = 0.0
    spread: float = 0.0
    samples: int = 0
    n_annotators: int = 0
    category_weight: float = 0.0
    category_observed: float = 0.0
    category_expected: float | None = None
    problem: str = ""
    by_label: Mapping[str, tuple[float, float, float | None]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "GammaSums":
        by_label = {label: tuple(sums) for label, sums in stored["by_label"].items()}
        return cls(**{**stored, "by_label": by_label})


def gamma_sums(
    article: Continuum,
    *,
    seed: int = 1,
    samples: int = SAMPLES,
    dissimilarity: Dissimilarity = DEFAULT,
    seconds: float | None = None,
) -> GammaSums:
    """Observed and expected disorder of one article. The same units, seed and number of samples
    give the same figures, whatever the order or the names of annotators and labels.

    seconds: how long it may take; None, as long as it takes.
    """
    n = len(article.annotators)
    if n < 2:
        return GammaSums(n_annotators=n, problem=ONE_ANNOTATOR)
    if not article.n_units:
        return GammaSums(n_annotators=n, problem=NOTHING_MARKED)
    line = line_of(article)
    random = np.random.default_rng([seed, *fingerprint(line)])
    shifts = random.integers(0, article.length, size=(samples, n))
    try:
        deadline = Deadline.after(seconds)
        observed = best_alignment(line, dissimilarity, deadline)
        drawn = [best_alignment(line.rotated(shift), dissimilarity, deadline) for shift in shifts]
    except TooManyClusters:
        return GammaSums(n_annotators=n, mean_units=line.mean_units, problem=OUT_OF_REACH)
    except TookTooLong:
        return GammaSums(n_annotators=n, mean_units=line.mean_units, problem=TOOK_TOO_LONG)
    return summed(line, observed, drawn)


def summed(line: Line, observed: Alignment, drawn: Sequence[Alignment]) -> GammaSums:
    """One article's sums from its best alignment and those of its samples."""
    disorders = np.array([one.disorder for one in drawn])
    weighted, weight = observed.category
    return GammaSums(
        mean_units=line.mean_units,
        observed=observed.disorder,
        expected=float(disorders.mean()) if len(drawn) else 0.0,
        spread=float(disorders.std(ddof=1)) if len(drawn) > 1 else 0.0,
        samples=len(drawn),
        n_annotators=line.n_annotators,
        category_weight=weight,
        category_observed=weighted / weight if weight else 0.0,
        category_expected=_mean_ratio(one.category for one in drawn),
        by_label={
            line.labels[k]: (
                w,
                x / w if w else 0.0,
                _mean_ratio(one.by_label.get(k, (0.0, 0.0)) for one in drawn),
            )
            for k, (x, w) in sorted(observed.by_label.items())
        },
    )


def gamma_from(sums: Iterable[GammaSums]) -> Agreement:
    """Gamma of a corpus: 1 - sum x observed / sum x expected, x = mean units per annotator.

    Articles nobody marked, or one annotator only, add nothing. parts: samples, standard_error
    (of the sampling of chance, not of the articles; None with one sample), articles,
    annotators_min, annotators_max.
    """
    given = list(sums)
    problem = next((one.problem for one in given if one.problem in UNSOLVED), "")
    kept = [one for one in given if not one.problem]
    if problem or not kept:
        return undefined("gamma", problem or _why(given))
    observed = sum(one.mean_units * one.observed for one in kept)
    expected = sum(one.mean_units * one.expected for one in kept)
    parts = _sampling(kept, observed, expected)
    if observed == 0:
        return Agreement("gamma", 1.0, observed=0.0, expected=expected, parts=parts)
    if expected == 0:
        return undefined("gamma", NO_VARIATION)
    units = sum(one.mean_units for one in kept)
    value = 1 - observed / expected
    return Agreement(
        "gamma", value, observed=observed / units, expected=expected / units, parts=parts
    )


def gamma_cat_from(sums: Iterable[GammaSums]) -> Agreement:
    """Gamma_cat of a corpus: articles weigh by the weight of their aligned pairs.

    by_label: gamma_k, the pairs in which at least one unit has label k. None when nothing was
    aligned, or when chance aligned nothing or only equal labels while the annotators differ.
    """
    given = list(sums)
    kept = [one for one in given if not one.problem]
    if not kept or any(one.problem in UNSOLVED for one in given):
        return undefined("gamma_cat", gamma_from(given).reason)
    whole = _cat(
        [(one.category_weight, one.category_observed, one.category_expected) for one in kept]
    )
    labels = sorted({label for one in kept for label in one.by_label})
    by_label = {
        label: _cat([one.by_label[label] for one in kept if label in one.by_label])
        for label in labels
    }
    return replace(whole, by_label=by_label)


def gamma(
    articles: Continuum | Iterable[Continuum],
    *,
    seed: int = 1,
    samples: int = SAMPLES,
    dissimilarity: Dissimilarity = DEFAULT,
) -> Agreement:
    """Gamma of one article or a corpus; None when nobody marked anything or n < 2."""
    return gamma_from(_all_sums(articles, seed, samples, dissimilarity))


def gamma_cat(
    articles: Continuum | Iterable[Continuum],
    *,
    seed: int = 1,
    samples: int = SAMPLES,
    dissimilarity: Dissimilarity = DEFAULT,
) -> Agreement:
    """Gamma_cat of one article or a corpus, with gamma_k by label."""
    return gamma_cat_from(_all_sums(articles, seed, samples, dissimilarity))


def gamma_by_pairs(
    articles: Continuum | Iterable[Continuum], **options: Any
) -> dict[tuple[str, str], Agreement]:
    """Gamma of every two annotators over the articles they share: always within reach."""
    corpus = as_corpus(articles)
    pairs = sorted({pair for article in corpus for pair in article.pairs})
    return {
        pair: gamma([a.only(pair) for a in corpus if set(pair) <= set(a.annotators)], **options)
        for pair in pairs
    }


def _all_sums(
    articles: Continuum | Iterable[Continuum], seed: int, samples: int, how: Dissimilarity
) -> list[GammaSums]:
    corpus = as_corpus(articles)
    return [
        gamma_sums(one, seed=seed, samples=samples, dissimilarity=how)
        for one in (shared(corpus) or corpus)
    ]


def _mean_ratio(sums: Iterable[tuple[float, float]]) -> float | None:
    ratios = [apart / weight for apart, weight in sums if weight]
    return float(np.mean(ratios)) if ratios else None


def _cat(sums: Sequence[tuple[float, float, float | None]]) -> Agreement:
    aligned = [(w, o, e) for w, o, e in sums if w]
    if not aligned:
        return undefined("gamma_cat", NEVER_MET)
    known = [(w, o, e) for w, o, e in aligned if e is not None]
    total = sum(w for w, _, _ in aligned)
    observed = sum(w * o for w, o, _ in aligned) / total
    if observed == 0 and not known:
        return Agreement("gamma_cat", 1.0, observed=0.0, expected=0.0)
    expected = sum(w * e for w, _, e in known)
    if not expected:
        if observed == 0:
            return undefined("gamma_cat", NO_VARIATION)
        return undefined("gamma_cat", "chance aligned no different labels in the samples drawn")
    value = 1 - sum(w * o for w, o, _ in known) / expected
    return Agreement("gamma_cat", value, observed=observed, expected=expected / total)


def _sampling(
    kept: Sequence[GammaSums], observed: float, expected: float
) -> dict[str, float | None]:
    variance = sum(
        (one.mean_units * one.spread) ** 2 / one.samples for one in kept if one.samples > 1
    )
    drawn_once = any(one.samples < 2 for one in kept)  # one sample has no spread to tell
    error = None if drawn_once or not expected else observed / expected**2 * math.sqrt(variance)
    return {
        "samples": kept[0].samples,
        "standard_error": error,
        "articles": len(kept),
        "annotators_min": min(one.n_annotators for one in kept),
        "annotators_max": max(one.n_annotators for one in kept),
    }


def _why(given: Sequence[GammaSums]) -> str:
    reasons = {one.problem for one in given}
    return NOTHING_MARKED if NOTHING_MARKED in reasons else ONE_ANNOTATOR

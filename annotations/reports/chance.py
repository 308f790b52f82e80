"""Gamma of an article in the form it is stored: all labels together, and each alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from annotations.agreement import (
    Agreement,
    Continuum,
    GammaSums,
    gamma_cat_from,
    gamma_from,
    gamma_sums,
    gamma_with_interval,
)

SAMPLES = 30
ALL = "all"  # beside "labels": {slug: …}


def gamma_of_article(article: Continuum, *, seed: int, samples: int = SAMPLES) -> dict[str, Any]:
    """{"all": sums, "labels": {label: sums}}; sums as `GammaSums.as_dict()`."""
    layers = {label: article.layer(label) for label in article.labels}
    return {
        ALL: gamma_sums(article, seed=seed, samples=samples).as_dict(),
        "labels": {
            label: gamma_sums(layer, seed=seed, samples=samples).as_dict()
            for label, layer in layers.items()
        },
    }


def gamma_tables(
    stored: Sequence[tuple[str, Mapping[str, Any]]], labels: Sequence[str], *, seed: int
) -> dict[str, Any]:
    """Gamma and gamma_cat of the corpus, gamma per label and per article (id, stored)."""
    sums = [GammaSums.from_dict(one[ALL]) for _, one in stored]
    cat = gamma_cat_from(sums)
    return {
        "gamma": gamma_with_interval(sums, seed=seed).as_dict(),
        "gamma_cat": replace(cat, by_label={}).as_dict(),
        "gamma_k": {label: one.as_dict() for label, one in cat.by_label.items()},
        "labels": {label: _of_label(stored, label, seed).as_dict() for label in labels},
        "articles": {
            article: gamma_from([one]).as_dict()
            for (article, _), one in zip(stored, sums, strict=True)
        },
    }


def _of_label(stored: Sequence[tuple[str, Mapping[str, Any]]], label: str, seed: int) -> Agreement:
    """Over the articles in which somebody used the label; in the others it is absent, not 1."""
    used = [one["labels"][label] for _, one in stored if label in one["labels"]]
    if not used:
        reason = "nobody used this label"
        return Agreement("gamma", None, reason)
    return gamma_with_interval([GammaSums.from_dict(one) for one in used], seed=seed)

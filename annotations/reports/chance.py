"""Gamma of an article in the form it is stored: all labels together, and each alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from annotations.agreement import (
    UNSOLVED,
    Agreement,
    Continuum,
    GammaSums,
    gamma_cat_with_interval,
    gamma_from,
    gamma_sums,
    gamma_with_interval,
)

SAMPLES = 30
SECONDS = 60.0  # for all labels together, and for each alone
ALL = "all"  # beside "labels": {slug: …}


def gamma_of_article(article: Continuum, *, seed: int, samples: int = SAMPLES) -> dict[str, Any]:
    """{"all": sums, "labels": {label: sums}}; sums as `GammaSums.as_dict()`."""
    layers = {label: article.layer(label) for label in article.labels}
    return {
        ALL: gamma_sums(article, seed=seed, samples=samples, seconds=SECONDS).as_dict(),
        "labels": {
            label: gamma_sums(layer, seed=seed, samples=samples, seconds=SECONDS).as_dict()
            for label, layer in layers.items()
        },
    }


def is_unsolved(stored: Mapping[str, Any]) -> bool:
    """Whether the exact gamma of all annotators of this article is out of reach."""
    return stored[ALL]["problem"] in UNSOLVED


def gamma_of_pairs(article: Continuum, *, seed: int, samples: int = SAMPLES) -> dict[str, Any]:
    """{"pairs": [[one, other, sums], …]}: every two annotators alone."""
    return {
        "pairs": [
            [*pair, gamma_sums(article.only(pair), seed=seed, samples=samples).as_dict()]
            for pair in article.pairs
        ]
    }


def pair_tables(stored: Sequence[Mapping[str, Any]], *, seed: int) -> list[dict[str, Any]]:
    """A row for every two annotators, from what `gamma_of_pairs` gave of each article."""
    found: dict[tuple[str, str], list[GammaSums]] = {}
    for one in stored:
        for a, b, sums in one["pairs"]:
            found.setdefault((a, b), []).append(GammaSums.from_dict(sums))
    return [
        {"a": a, "b": b, "articles": len(sums), **gamma_with_interval(sums, seed=seed).as_dict()}
        for (a, b), sums in sorted(found.items())
    ]


def gamma_tables(
    stored: Sequence[tuple[str, Mapping[str, Any]]], labels: Sequence[str], *, seed: int
) -> dict[str, Any]:
    """Gamma and gamma_cat of the corpus, gamma per label and per article (id, stored)."""
    sums = [GammaSums.from_dict(one[ALL]) for _, one in stored]
    cat = gamma_cat_with_interval(sums, seed=seed)
    return {
        "gamma": gamma_with_interval(sums, seed=seed).as_dict(),
        "gamma_cat": replace(cat, by_label={}).as_dict(),
        "gamma_k": {label: one.as_dict() for label, one in cat.by_label.items()},
        "labels": {label: _of_label(stored, label, seed).as_dict() for label in labels},
        "articles": {
            article: gamma_from([one]).as_dict()
            for (article, _), one in zip(stored, sums, strict=True)
        },
        "out_of_reach": [article for article, one in stored if is_unsolved(one)],
    }


def _of_label(stored: Sequence[tuple[str, Mapping[str, Any]]], label: str, seed: int) -> Agreement:
    """Over the articles in which somebody used the label; in the others it is absent, not 1."""
    used = [one["labels"][label] for _, one in stored if label in one["labels"]]
    if not used:
        reason = "nobody used this label"
        return Agreement("gamma", None, reason)
    return gamma_with_interval([GammaSums.from_dict(one) for one in used], seed=seed)

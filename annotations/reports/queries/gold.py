"""Closed gold beside what the annotators marked, for counting one against the other."""

from collections.abc import Iterator, Sequence

from annotations.agreement import Continuum
from annotations.curation.queries import read_gold_units
from annotations.study.models import Study

from ..gold_counts import GOLD
from .continua import read_continua
from .inputs import ArticleInput


def read_beside_gold(
    study: Study,
    inputs: Sequence[ArticleInput],
    *,
    labels: Sequence[str] = (),
    known: Sequence[Continuum] = (),
) -> Iterator[Continuum | None]:
    """An article each: the whole text in code points, its gold as one more reading under `GOLD`.
    None where the adjudication is not closed. Six queries per 500 articles, none without gold.

    `known`: what `read_continua` gave of these articles and labels, counted in code points; those
    of which nothing was cut out are not read again. Not for the measures between annotators: gold
    is none of them.
    """
    closed = [one for one in inputs if one.gold]
    if not closed:
        yield from (None for _ in inputs)
        return
    decided = read_gold_units(study, [one.article_id for one in closed])
    whole = {
        one.article_id: article
        for one, article in zip(inputs, known, strict=False)
        if not one.uncounted
    }
    read = read_continua(
        [one.uncut() for one in closed if one.article_id not in whole], labels=labels
    )
    for one in inputs:
        if not one.gold:
            yield None
            continue
        units = decided.get(one.article_id, ())
        gold = [unit for unit in units if not labels or unit.label in labels]
        article = whole.get(one.article_id) or next(read)
        yield Continuum.of(
            article.length, {**article.annotators, GOLD: gold}, key=str(one.article_id)
        )

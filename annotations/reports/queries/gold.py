"""Closed gold beside what the annotators marked, for counting one against the other."""

from collections.abc import Iterator, Sequence

from annotations.agreement import Continuum
from annotations.curation.queries import read_gold_units
from annotations.study.models import Study

from ..gold_counts import GOLD
from .continua import read_continua
from .inputs import ArticleInput


def read_beside_gold(
    study: Study, inputs: Sequence[ArticleInput], *, labels: Sequence[str] = ()
) -> Iterator[Continuum | None]:
    """An article each: the whole text in code points, its gold as one more reading under `GOLD`.
    None where the adjudication is not closed. Six queries per 500 articles, none without gold.

    Not for the measures between annotators: gold is none of them.
    """
    closed = [one.uncut() for one in inputs if one.gold]
    known = read_gold_units(study, [one.article_id for one in closed]) if closed else {}
    read = read_continua(closed, labels=labels)
    for one in inputs:
        if not one.gold:
            yield None
            continue
        units = known.get(one.article_id, ())
        gold = [unit for unit in units if not labels or unit.label in labels]
        article = next(read)
        yield Continuum.of(
            article.length, {**article.annotators, GOLD: gold}, key=str(one.article_id)
        )

"""Keep the stored sums of articles true to the submitted work."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from annotations.agreement import ENGINE_VERSION
from annotations.study.models import Study

from ..counted import COUNTED_VERSION, Counted, count_articles, narrowed
from ..gold_counts import tally_gold
from ..models import ArticleSums, Level
from ..queries import (
    ArticleInput,
    read_beside_gold,
    read_continua,
    read_inputs,
    read_versions,
)
from ..selection import Selection

KEPT_FIELDS = ["input_hash", "sums", "computed_at"]
CHUNK = 500


def refresh_sums(
    *, study: Study, level: str = Level.CHARACTER, inputs: Sequence[ArticleInput] | None = None
) -> dict[uuid.UUID, Counted]:
    """Article -> what it adds to every table, counting anew only articles whose input changed.

    Sums are of all submitted work on an article; `choose` narrows them to a selection. `inputs`
    is all submitted work of the study, if it has been read already.
    """
    if inputs is None:
        inputs = read_inputs(study, Selection(level=level))
    rows = ArticleSums.objects.filter(study=study, level=level)
    if len(inputs) <= CHUNK:
        rows = rows.filter(article__in=[one.article_id for one in inputs])
    known = {
        article: (hash_, sums)
        for article, hash_, sums in rows.values_list("article_id", "input_hash", "sums")
    }
    found: dict[uuid.UUID, Counted] = {}
    stale: list[ArticleInput] = []
    for one in inputs:
        hash_, sums = known.get(one.article_id, ("", {}))
        if hash_ == hash_of(one, level):
            found[one.article_id] = sums
        else:
            stale.append(one)
    for first in range(0, len(stale), CHUNK):
        found |= _count(study, stale[first : first + CHUNK], level)
    return found


def hash_of(one: ArticleInput, level: str) -> str:
    return one.whole_hash(f"{ENGINE_VERSION}.{COUNTED_VERSION}", level=str(level))


def _count(study: Study, stale: Sequence[ArticleInput], level: str) -> dict[uuid.UUID, Counted]:
    counted = count_anew(study, stale, level=level)
    now = timezone.now()
    rows = [
        ArticleSums(
            study=study,
            article_id=one.article_id,
            level=level,
            input_hash=hash_of(one, level),
            sums=sums,
            computed_at=now,
        )
        for one, sums in zip(stale, counted, strict=True)
    ]
    with transaction.atomic():
        ArticleSums.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["article", "level"],
            update_fields=KEPT_FIELDS,
        )
    return {row.article_id: row.sums for row in rows}


def count_inputs(
    study: Study, selection: Selection, inputs: Sequence[ArticleInput]
) -> list[Counted]:
    """What each of the chosen articles adds to the tables, in their order.

    With chosen labels the articles are counted anew, as if there were no other labels: what is
    stored is of all of them, and neither "any label" nor an alignment can be narrowed. The tables
    made of it are kept.
    """
    if not selection.labels:
        whole = _all_work_on(study, selection, inputs)
        counted = refresh_sums(study=study, level=selection.level, inputs=whole)
        return choose(counted, inputs)
    found: list[Counted] = []
    for first in range(0, len(inputs), CHUNK):
        some = inputs[first : first + CHUNK]
        found += count_anew(study, some, labels=selection.labels, level=selection.level)
    return found


def _all_work_on(
    study: Study, selection: Selection, inputs: Sequence[ArticleInput]
) -> Sequence[ArticleInput] | None:
    """All submitted work on these articles; None for that of the whole study."""
    narrows = (selection.rounds, selection.annotators, selection.codebook_versions)
    if not any(narrows) and not any(one.is_part for one in inputs):
        return inputs
    if len(inputs) > CHUNK:
        return None
    return read_inputs(study, Selection(articles=tuple(one.article_id for one in inputs)))


def count_anew(
    study: Study, inputs: Sequence[ArticleInput], *, labels: Sequence[str] = (), level: str
) -> list[Counted]:
    """What each article adds to every table, from its rows; nothing is stored."""
    continua = list(read_continua(inputs, labels=labels, level=level))
    known = continua if level == Level.CHARACTER else ()
    beside = read_beside_gold(study, inputs, labels=labels, known=known)
    gold = [tally_gold(one) for one in beside]
    return count_articles(continua, read_versions(inputs), gold)


def choose(counted: dict[uuid.UUID, Counted], inputs: Sequence[ArticleInput]) -> list[Counted]:
    """The sums of the chosen articles, narrowed to the chosen work, in their order."""
    return [narrowed(counted[one.article_id], {str(who) for who in one.work}) for one in inputs]

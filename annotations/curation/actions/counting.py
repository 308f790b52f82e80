"""Keep the counts of cases true to the submitted work and the decisions.

What changes them leaves a notice in the very transaction that changes it (annotations/notices.py).
Whoever needs the counts works off the notices first. Counting takes its time and locks nothing:
what was counted is stored only if nobody counted the article meanwhile, and only the notices that
were read before are struck, so that whatever is committed later is counted again.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Sequence
from time import monotonic

from django.db import connection, transaction
from django.utils import timezone

from annotations.study.models import Study

from ..ballots import read_ballots
from ..models import ArticleCases, Case, RecountDue, StudyCases
from ..queries import submitted_works
from ..queries.queue import (
    ENGINE,
    Listed,
    Totals,
    Waiting,
    count_due,
    count_open_works,
    new_since,
    read_articles,
    read_due,
    read_left_open,
    read_waiting,
)
from ..seen import count_cases, see_cases

CHUNK = 200
COUNTING = 3.0  # seconds in which cases are counted for a page; the next one goes on
ALL_OF_IT = """
INSERT INTO annotations_recountdue (study_id, article_id)
SELECT DISTINCT study_id, article_id FROM annotations_assignment
WHERE study_id = %s AND state = 'submitted'
"""


def counted_in_time(study: Study) -> tuple[Totals, int]:
    """All articles with submitted work together, counted anew where that was due; and how many
    could not be counted in time, and are left as they were or out."""
    if StudyCases.objects.filter(study=study, engine=ENGINE).first() is None:
        _begin(study)
    began, n_left = monotonic(), 0
    while due := read_due(study, CHUNK):
        _recount(study, due)
        if monotonic() - began > COUNTING:
            n_left = count_due(study)
            break
    return Totals(**StudyCases.objects.get(study=study).totals), n_left


def _begin(study: Study) -> None:
    """Everything is due."""
    with transaction.atomic():
        StudyCases.objects.get_or_create(study=study)
        row = StudyCases.objects.select_for_update().get(study=study)
        if row.engine == ENGINE:
            return
        ArticleCases.objects.filter(study=study).delete()
        with connection.cursor() as cursor:
            key = Study._meta.pk.get_db_prep_value(study.pk, connection)
            cursor.execute(ALL_OF_IT, [key])
        row.engine, row.totals = ENGINE, Totals().as_json()
        row.save()


def _recount(study: Study, due: Sequence[tuple[int, uuid.UUID]]) -> None:
    articles = {article for _, article in due}
    before = _tokens(articles)
    counted = count_anew(study, read_waiting(study, submitted_works(study, articles)))
    with transaction.atomic():
        sums = StudyCases.objects.select_for_update().get(study=study)
        kept = {row.article_id: row for row in ArticleCases.objects.filter(article__in=articles)}
        ours = {
            one for one in articles if (kept[one].token if one in kept else None) == before.get(one)
        }
        totals = Totals(**sums.totals)
        for one in ours & kept.keys():
            totals.add(kept[one], -1)
        for one in ours & counted.keys():
            totals.add(counted[one])
        ArticleCases.objects.filter(article__in=ours).delete()
        ArticleCases.objects.bulk_create([counted[one] for one in ours & counted.keys()])
        RecountDue.objects.filter(pk__in=[pk for pk, one in due if one in ours]).delete()
        sums.totals = totals.as_json()
        sums.save()


def _tokens(articles: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    rows = ArticleCases.objects.filter(article__in=articles).order_by()
    return dict(rows.values_list("article_id", "token"))


def count_anew(study: Study, waiting: Sequence[Waiting]) -> dict[uuid.UUID, ArticleCases]:
    """Article -> a row as it ought to be, not stored."""
    ballots = read_ballots({one.article_id: (one.length, one.works) for one in waiting})
    rows: dict[uuid.UUID, list[Case]] = defaultdict(list)
    begun = [one.adjudication_id for one in waiting if one.adjudication_id and one.rev]
    touched = Case.objects.filter(adjudication__in=begun).defer("votes", "note")
    for row in touched.select_related("gold_span", "gold_link").order_by("pk"):
        rows[row.adjudication_id].append(row)
    closed = [one.adjudication_id for one in waiting if one.state == "closed"]
    left_open = read_left_open(pk for pk in closed if pk) if closed else {}
    now, found = timezone.now(), {}
    for one in waiting:
        known = rows.get(one.adjudication_id, []) if one.adjudication_id else []
        cases = see_cases(ballots[one.article_id], known)
        counts = count_cases(cases)
        left = left_open.get(one.adjudication_id) if one.adjudication_id else None
        by = sorted(str(work.annotator_id) for work in one.works)
        told = {**counts.as_json(), "by": by, "new": 0 if left is None else new_since(cases, left)}
        found[one.article_id] = ArticleCases(
            study=study,
            article_id=one.article_id,
            token=uuid.uuid4(),
            n_works=len(one.works),
            is_closed=one.state == "closed",
            n_all=counts.n_all,
            n_decided=counts.n_decided,
            n_changed=counts.n_changed,
            contest=round(counts.contest, 3),
            counts=json.loads(json.dumps(told)),  # as it will be read
            counted_at=now,
        )
    return found


def listed(study: Study, chosen: Sequence[ArticleCases]) -> list[Listed]:
    ids = [row.article_id for row in chosen]
    articles, still_open = read_articles(ids), count_open_works(study, ids)
    return [
        Listed(articles[row.article_id], row, still_open.get(row.article_id, 0)) for row in chosen
    ]

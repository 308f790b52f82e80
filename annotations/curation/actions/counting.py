"""Keep the counts of cases true to the submitted work and the decisions."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from time import monotonic

from django.db import transaction
from django.utils import timezone

from annotations.study.models import Study

from ..ballots import read_ballots
from ..models import ArticleCases, Case
from ..queries import submitted_works
from ..queries.queue import (
    Listed,
    Sought,
    Waiting,
    articles_of_round,
    count_open_works,
    read_articles,
    read_counts,
    read_waiting,
    who_is_meant,
)
from ..seen import count_cases, see_cases

CHUNK = 200
COUNTING = 3.0  # seconds in which cases are counted for a page; the next one goes on
KEPT_FIELDS = ["input_hash", "n_all", "n_decided", "n_changed", "contest", "counts", "counted_at"]


def refresh_counts(
    *, study: Study, waiting: Sequence[Waiting], seconds: float | None = None
) -> dict[uuid.UUID, ArticleCases]:
    """Article -> its counts, counting anew only those whose work or decisions changed.

    After `seconds` no further ones are begun: those are left out, and counted the next time.
    """
    found, stale = read_counts(waiting)
    began = monotonic()
    for first in range(0, len(stale), CHUNK):
        if seconds is not None and first and monotonic() - began > seconds:
            break
        found |= _count(study, stale[first : first + CHUNK])
    return found


def _count(study: Study, stale: Sequence[Waiting]) -> dict[uuid.UUID, ArticleCases]:
    ballots = read_ballots({one.article_id: (one.length, one.works) for one in stale})
    rows: dict[uuid.UUID, list[Case]] = defaultdict(list)
    begun = [one.adjudication_id for one in stale if one.adjudication_id and one.rev]
    touched = Case.objects.filter(adjudication__in=begun).defer("votes", "note")
    for row in touched.select_related("gold_span", "gold_link").order_by("pk"):
        rows[row.adjudication_id].append(row)
    now = timezone.now()
    counted = []
    for one in stale:
        known = rows.get(one.adjudication_id, []) if one.adjudication_id else []
        counts = count_cases(see_cases(ballots[one.article_id], known))
        counted.append(
            ArticleCases(
                study=study,
                article_id=one.article_id,
                input_hash=one.input_hash,
                n_all=counts.n_all,
                n_decided=counts.n_decided,
                n_changed=counts.n_changed,
                contest=round(counts.contest, 3),
                counts=counts.as_json(),
                counted_at=now,
            )
        )
    with transaction.atomic():
        ArticleCases.objects.bulk_create(
            counted, update_conflicts=True, unique_fields=["article"], update_fields=KEPT_FIELDS
        )
    return {row.article_id: row for row in counted}


Counted = list[tuple[Waiting, ArticleCases]]


def counted(study: Study) -> Counted:
    """Articles with submitted work and their counts, but for those not counted in time."""
    found, _ = counted_in_time(study)
    return found


def counted_in_time(study: Study) -> tuple[Counted, int]:
    """Articles with submitted work and their counts; and how many could not be counted in time."""
    waiting = read_waiting(study, submitted_works(study))
    counts = refresh_counts(study=study, waiting=waiting, seconds=COUNTING)
    found = [(one, counts[one.article_id]) for one in waiting if one.article_id in counts]
    return found, len(waiting) - len(found)


def chosen_of(study: Study, found: Counted, sought: Sought) -> Counted:
    """Those with open cases first, the most contested first."""
    if sought.round_id:
        of_round = articles_of_round(study, sought.round_id)
        found = [pair for pair in found if pair[0].article_id in of_round]
    meant = {}
    if sought.annotator:
        meant = who_is_meant(study, sought.annotator, [one.article_id for one, _ in found])
    chosen = [
        (one, counts)
        for one, counts in found
        if sought.takes(one.state, counts, meant.get(one.article_id, ""))
    ]
    return sorted(chosen, key=lambda pair: (pair[0].state == "closed", -pair[1].contest))


def listed(study: Study, chosen: Counted) -> list[Listed]:
    ids = [one.article_id for one, _ in chosen]
    articles, still_open = read_articles(ids), count_open_works(study, ids)
    return [
        Listed(
            articles[one.article_id],
            counts,
            one.state,
            len(one.works),
            still_open.get(one.article_id, 0),
        )
        for one, counts in chosen
    ]

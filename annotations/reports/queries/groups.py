"""Articles by round, by month of submission and by codebook version, for figures over time."""

import uuid
from collections import defaultdict

from django.db.models import Max

from annotations.marking.models import Span
from annotations.study.models import Study

from ..selection import Selection
from .inputs import submitted_work

Groups = dict[str, dict[str, set[uuid.UUID]]]


def read_groups(study: Study, selection: Selection) -> Groups:
    """kind ("round", "month", "version") -> group -> articles, groups in their order.

    An article stands in the month of its last submission and under the latest codebook version
    of its spans; in every round in which it was submitted.
    """
    work = submitted_work(study, selection)
    rounds: dict[str, set[uuid.UUID]] = defaultdict(set)
    rows = work.order_by("round__position", "round__name").values_list("round__name", "article_id")
    for name, article in rows:
        rounds[name].add(article)
    months: dict[str, set[uuid.UUID]] = defaultdict(set)
    latest = work.order_by().values("article_id").annotate(at=Max("submitted_at"))
    for row in sorted(latest, key=lambda row: row["at"]):
        months[f"{row['at']:%Y-%m}"].add(row["article_id"])
    versions: dict[str, set[uuid.UUID]] = defaultdict(set)
    spans = Span.objects.marked().filter(assignment__in=work).order_by()
    newest = spans.values("assignment__article_id").annotate(last=Max("codebook_version__number"))
    for made in sorted(newest, key=lambda made: made["last"]):
        versions[str(made["last"])].add(made["assignment__article_id"])
    return {"round": dict(rounds), "month": dict(months), "version": dict(versions)}

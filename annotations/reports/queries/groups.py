"""Articles by round and by month of submission, for figures over time."""

import uuid
from collections import defaultdict

from annotations.study.models import Study

from ..selection import Selection
from .inputs import submitted_work

Groups = dict[str, dict[str, set[uuid.UUID]]]


def read_groups(study: Study, selection: Selection) -> Groups:
    """kind ("round", "month") -> group -> articles, groups in their order. One query.

    An article stands in the month of its last submission, and in every round in which it was
    submitted.
    """
    rounds: dict[str, set[uuid.UUID]] = defaultdict(set)
    latest: dict[uuid.UUID, str] = {}
    work = submitted_work(study, selection).order_by("round__position", "round__name")
    for name, article, at in work.values_list("round__name", "article_id", "submitted_at"):
        rounds[name].add(article)
        latest[article] = max(latest.get(article, ""), f"{at:%Y-%m}")
    months: dict[str, set[uuid.UUID]] = defaultdict(set)
    for article, month in sorted(latest.items(), key=lambda item: item[1]):
        months[month].add(article)
    return {"round": dict(rounds), "month": dict(months)}

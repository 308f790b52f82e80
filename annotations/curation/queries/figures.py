"""How long a study's decisions took."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from uuid import UUID

from annotations.study.models import Study

from ..models import Ruling, RulingKind, RulingStatus

BREAK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Pace:
    """Between two rulings of one curator on one article, one after the other. Gaps longer than
    BREAK count as breaks and are left out; rulings sent together came at one time. `median` is None
    without any gap."""

    n_gaps: int
    n_breaks: int
    n_curators: int
    median: timedelta | None


def read_pace(study: Study) -> Pace:
    """One query. What rules merged takes nobody any time."""
    made = Ruling.objects.filter(study=study, status=RulingStatus.APPLIED)
    rows = made.exclude(kind=RulingKind.MERGE).order_by("user", "adjudication", "at", "id")
    return pace_of(rows.values_list("user_id", "adjudication_id", "at").iterator())


def pace_of(rulings: Iterable[tuple[UUID, UUID, datetime]]) -> Pace:
    """(curator, adjudication, time), in the order of all three."""
    gaps, people = [], set()
    for (who, where, at), (next_who, next_where, then) in pairwise(rulings):
        if (who, where) == (next_who, next_where) and then > at:
            gaps.append(then - at)
            people.add(who)
    told = [gap.total_seconds() for gap in gaps if gap <= BREAK]
    middle = timedelta(seconds=median(told)) if told else None
    return Pace(len(told), len(gaps) - len(told), len(people), middle)

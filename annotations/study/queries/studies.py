"""Studies, their rounds, and the record of who did what."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from annotations.accounts.models import User

from ..models import AuditEntry, Role, Round, Study

BIN_KEEPS = timedelta(days=30)
UNFINISHED = ("waiting", "in_progress", "returned")  # states of assignments, a room above
WITHDRAWN = "withdrawn"
LOOKED_AT = 2_000  # acts
PURGED = "study.purged"  # the act of which a purged study is known


def studies_seen_by(user: User) -> QuerySet[Study]:
    """Kept studies in which the person takes part: whose codebook they may read."""
    mine = Study.objects.kept().filter(memberships__user=user, memberships__ended_at=None)
    return mine.distinct().order_by("name", "pk")


def bin_of(user: User) -> QuerySet[Study]:
    """Studies in the bin that this person managed, last thrown away first."""
    since = timezone.now() - BIN_KEEPS
    binned = Study.objects.filter(deleted_at__gt=since).select_related("deleted_by")
    if not user.is_superuser:
        binned = binned.filter(
            memberships__user=user,
            memberships__role=Role.MANAGER,
            memberships__ended_at=None,
        )
    return binned.distinct().order_by("-deleted_at", "pk")


def fetch_binned(user: User, study_id: uuid.UUID) -> Study:
    study = bin_of(user).filter(pk=study_id).first()
    if study is None:
        raise Http404("No such study in the bin.")
    return study


def long_binned(keeps: timedelta = BIN_KEEPS) -> QuerySet[Study]:
    """Studies that have been in the bin for at least `keeps` and were not purged yet."""
    before = timezone.now() - keeps
    purged = AuditEntry.objects.filter(study=OuterRef("pk"), action=PURGED)
    binned = Study.objects.filter(deleted_at__lte=before).select_related("deleted_by")
    return binned.filter(~Exists(purged)).order_by("deleted_at", "pk")


def fetch_round(study: Study, round_id: uuid.UUID) -> Round:
    found = study.rounds.filter(pk=round_id).first()
    if found is None:
        raise Http404("No such round.")
    return found


@dataclass(frozen=True)
class RoundNow:
    """A round as it stands today. `days_left` until its deadline: 0 on the day, then negative."""

    round: Round
    n_all: int  # assignments
    n_left: int  # of them not submitted
    days_left: int | None

    @property
    def is_late(self) -> bool:
        return self.n_left > 0 and self.days_left is not None and self.days_left < 0

    @property
    def n_days(self) -> int:
        return abs(self.days_left or 0)


def days_until(deadline: date | None, today: date) -> int | None:
    return (deadline - today).days if deadline else None


def rounds_now(study: Study, today: date) -> list[RoundNow]:
    """The study's rounds in their order, with what is left to do in each. Three queries.

    What lies in the bin is counted apart, so that no article is looked at but those in it.
    """
    work = study.assignments.order_by().values_list("round", "state").annotate(n=Count("*"))
    counted = Counter({(pk, state): n for pk, state, n in work})
    binned = work.filter(article__study=study, article__deleted_at__isnull=False)
    counted.subtract({(pk, state): n for pk, state, n in binned})
    n_all: Counter[uuid.UUID] = Counter()
    n_left: Counter[uuid.UUID] = Counter()
    for (pk, state), n in counted.items():
        n_all[pk] += n if state != WITHDRAWN else 0
        n_left[pk] += n if state in UNFINISHED else 0
    return [
        RoundNow(each, n_all[each.pk], n_left[each.pk], days_until(each.ends_on, today))
        for each in study.rounds.all()
    ]


@dataclass(frozen=True)
class Sought:
    """Which acts: of one person, on one kind of thing, from one day to another, both included."""

    actor: str = ""  # user name
    noun: str = ""
    since: date | None = None
    until: date | None = None


def list_history(study: Study, sought: Sought = Sought()) -> QuerySet[AuditEntry]:
    """Acts in the study, newest first. Days begin at midnight in the site's zone."""
    entries = study.audit_entries.select_related("actor").order_by("-pk")
    if sought.actor:
        entries = entries.filter(actor__username=sought.actor)
    if sought.noun:
        entries = entries.filter(action__startswith=f"{sought.noun}.")
    if sought.since:
        entries = entries.filter(at__gte=midnight(sought.since))
    if sought.until and sought.until < date.max:
        entries = entries.filter(at__lt=midnight(sought.until + timedelta(days=1)))
    return entries


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def recent_acts(study: Study, column: str) -> set[Any]:
    """What the newest have there: enough to choose from, at the same cost after years."""
    entries = AuditEntry.objects.filter(study=study)
    newest = entries.order_by("-pk").values_list(column, flat=True)
    return set(newest[:LOOKED_AT])


def actors(study: Study) -> QuerySet[User]:
    """Everybody who is or was a member, and whoever else did something of late."""
    members = study.memberships.order_by().values("user")
    others = recent_acts(study, "actor")
    return User.objects.filter(Q(pk__in=members) | Q(pk__in=others)).order_by("username")


def nouns(study: Study) -> list[str]:
    """Kinds of things that acts were done to of late, as in `noun.verb`."""
    return sorted({action.split(".")[0] for action in recent_acts(study, "action")})

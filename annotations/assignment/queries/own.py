"""One person's own assignments: what is next, what waits, what is done."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from annotations.accounts.models import User
from annotations.accounts.paging import PAGE, Cursor, Page, page_of
from annotations.study.models import Membership, Role, Round, Study

from ..models import Assignment, AssignmentState
from .counts import Counts, active_times, count_by
from .door import with_article
from .released import OPENED

# What comes first when somebody goes on with their work.
NEXT_STATES = (AssignmentState.RETURNED, AssignmentState.IN_PROGRESS, AssignmentState.WAITING)


def work_in(study: Study, person: User, state: AssignmentState) -> "QuerySet[Assignment]":
    """A person's assignments in one state, in the order of their queue."""
    return Assignment.objects.filter(
        study=study, annotator=person, state=state, article__deleted_at=None
    ).order_by("position", "pk")


def next_assignment(user: User, study: Study) -> Assignment | None:
    """What to go on with: first what was returned, then what was begun, then what waits."""
    for state in NEXT_STATES:
        found = with_article(work_in(study, user, state)).first()
        if found is not None:
            return found
    return None


@dataclass(frozen=True)
class Queue:
    """What a person still has to do. Returned and begun work stands on the first page only."""

    returned: list[Assignment]
    in_progress: list[Assignment]
    waiting: Page[Assignment]

    @property
    def next(self) -> Assignment | None:
        """As `next_assignment` says it, on the first page."""
        return next(iter([*self.returned, *self.in_progress, *self.waiting.rows]), None)


def queue_of(study: Study, person: User, cursor: Cursor) -> Queue:
    first_page = cursor == Cursor()

    def whole(state: AssignmentState) -> list[Assignment]:
        return list(with_article(work_in(study, person, state))[:PAGE]) if first_page else []

    waiting = with_article(work_in(study, person, AssignmentState.WAITING))
    return Queue(
        whole(AssignmentState.RETURNED),
        whole(AssignmentState.IN_PROGRESS),
        page_of(waiting, by="position", cursor=cursor),
    )


def deadlines_of(study: Study, person: User) -> list[Round]:
    """Rounds with a deadline in which the person has work left (`n_left`), the nearest first."""
    rounds = list(study.rounds.filter(ends_on__isnull=False).order_by("ends_on", "pk"))
    if not rounds:
        return []
    mine = Assignment.objects.filter(study=study, annotator=person, round__in=rounds)
    left = mine.open().filter(article__deleted_at=None).order_by().values_list("round")
    numbers = dict(left.annotate(n=Count("pk")))
    for each in rounds:
        each.n_left = numbers.get(each.pk, 0)  # type: ignore[attr-defined]
    return [each for each in rounds if each.pk in numbers]


def done_by(study: Study, person: User, cursor: Cursor) -> Page[Assignment]:
    """What a person has submitted, the end of their queue first."""
    done = with_article(work_in(study, person, AssignmentState.SUBMITTED))
    return page_of(done, by="position", cursor=cursor, descending=True)


def comparable(user: User) -> "QuerySet[Assignment]":
    """Submitted work of the person beside which they may read what somebody else made of it."""
    others = Assignment.objects.filter(OPENED, article=OuterRef("article")).exclude(annotator=user)
    own = Assignment.objects.filter(OPENED, annotator=user, article__deleted_at=None)
    return own.filter(Exists(others)).order_by()


def opened_of(study: Study, user: User, rows: Iterable[Assignment]) -> set[uuid.UUID]:
    """The articles of these on which the person may read what somebody else made of them."""
    here = comparable(user).filter(study=study, article__in=[row.article_id for row in rows])
    return set(here.values_list("article", flat=True))


def handed_over_by(study: Study, person: User, cursor: Cursor) -> Page[Assignment]:
    """What was taken over by others, with whoever has it now."""
    gone = with_article(work_in(study, person, AssignmentState.WITHDRAWN))
    return page_of(gone.select_related("handed_to__annotator"), by="position", cursor=cursor)


def timed(assignments: Iterable[Assignment]) -> list[tuple[Assignment, timedelta]]:
    """Each with the time actively spent on it, in one query."""
    found = list(assignments)
    times = active_times(assignment.pk for assignment in found)
    return [(assignment, times.get(assignment.pk, timedelta())) for assignment in found]


@dataclass(frozen=True)
class Part:
    """A study as one of its people meets it: their roles, what is next, how much is done.

    `everybody` is None for those who may not see what others do.
    """

    study: Study
    roles: tuple[Role, ...]
    next: Assignment | None
    own: Counts
    everybody: Counts | None
    n_comparable: int = 0

    @property
    def is_manager(self) -> bool:
        return Role.MANAGER in self.roles

    @property
    def is_curator(self) -> bool:
        return Role.CURATOR in self.roles


def parts_of(user: User) -> list[Part]:
    """The studies somebody takes part in: the same few queries however many there are."""
    roles: dict[Study, set[Role]] = {}
    memberships = Membership.objects.current().filter(user=user, study__deleted_at=None)
    for membership in memberships.select_related("study").order_by("study__name", "study", "role"):
        roles.setdefault(membership.study, set()).add(Role(membership.role))
    overseen = [study for study, held in roles.items() if held & {Role.CURATOR, Role.MANAGER}]
    next_of = _next_in_each(user, list(roles))
    own = count_by(roles, "study", annotator=user.pk)
    everybody = count_by(overseen, "study")
    beside = comparable(user).values("study").annotate(n=Count("pk"))
    n_comparable = dict(beside.values_list("study", "n"))
    return [
        Part(
            study=study,
            roles=tuple(role for role in Role if role in held),
            next=next_of.get(study.pk),
            own=own.get(study.pk, Counts()),
            everybody=everybody.get(study.pk, Counts()) if study in overseen else None,
            n_comparable=n_comparable.get(study.pk, 0),
        )
        for study, held in roles.items()
    ]


def _next_in_each(user: User, studies: list[Study]) -> dict[uuid.UUID, Assignment]:
    """What `next_assignment` says, for several studies at once."""
    firsts = (
        Subquery(
            Assignment.objects.filter(
                study=OuterRef("pk"), annotator=user, state=state, article__deleted_at=None
            )
            .order_by("position", "pk")
            .values("pk")[:1]
        )
        for state in NEXT_STATES
    )
    chosen = Study.objects.filter(pk__in=[study.pk for study in studies]).order_by()
    ids = chosen.annotate(next_id=Coalesce(*firsts)).values("next_id")
    found = with_article(Assignment.objects.filter(pk__in=ids))
    return {assignment.study_id: assignment for assignment in found}

"""Who marks what."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from annotations.accounts.models import Scope
from annotations.assignment.actions import assign_article
from annotations.assignment.actions.plans import RoundClosed
from annotations.assignment.actions.single import AssignedAlready
from annotations.assignment.models import OPEN_STATES, Assignment
from annotations.assignment.queries.door import fetch_article, oversees, with_article
from annotations.assignment.queries.people import list_annotators
from annotations.study.models import Study
from annotations.study.policy import BLINDED, Act, Standing
from annotations.study.queries import fetch_standing
from annotations.study.queries.studies import fetch_round

from ..calls import Answer, Call, route
from ..paging import answer_page
from ..problems import Fault, conflict, refused
from ..shapes.marks import AssignmentIn, AssignmentsAsked, AssignmentShape
from ..shapes.pages import Page

ABOUT = "Assignments"


def assignments_seen(standing: Standing) -> "QuerySet[Assignment]":
    """One's own; everybody's for managers and curators."""
    found = Assignment.objects.filter(study=standing.study, article__deleted_at=None)
    if not oversees(standing):
        found = found.filter(annotator=standing.user)
    return with_article(found).select_related("article", "round", "annotator")


@route(
    "GET",
    "/studies/{study_id}/assignments",
    scope=Scope.READ,
    about=ABOUT,
    query=AssignmentsAsked,
    answer=Page[AssignmentShape],
)
def list_assignments(call: Call[AssignmentsAsked, None]) -> Answer:
    """Your assignments; for managers and curators everybody's."""
    standing = fetch_standing(call.user, call.study_id, Act.SEE_STUDY)
    found = assignments_seen(standing)
    if standing.is_blinded and call.query.annotator not in (None, call.user.pk):
        raise PermissionDenied(BLINDED)
    for name in ("state", "article", "annotator"):
        if value := getattr(call.query, name):
            found = found.filter(**{name: value})

    def tell(rows: Sequence[Assignment]) -> list[dict[str, Any]]:
        return [assignment_json(row, standing) for row in rows]

    return answer_page(call, found, tell, by=("id",))


def assignment_json(row: Assignment, standing: Standing) -> dict[str, Any]:
    """Those who curate blindly are not told whose it is, and only managers how far somebody else
    has come with open work."""
    is_own = row.annotator_id == standing.user.pk
    is_told = is_own or not standing.is_blinded
    is_followed = is_own or standing.is_manager or row.state not in OPEN_STATES
    return {
        "id": row.pk,
        "article": {"id": row.article_id, "title": row.article.title},
        "annotator": {"id": row.annotator_id, "name": str(row.annotator)} if is_told else None,
        "round": row.round_id,
        "state": row.state,
        "rev": row.rev if is_followed else None,
        "created_at": row.created_at,
        "started_at": row.started_at if is_followed else None,
        "submitted_at": row.submitted_at,
        "returned_at": row.returned_at,
        "return_reason": row.return_reason,
    }


@route(
    "GET",
    "/studies/{study_id}/assignments/{assignment_id}",
    scope=Scope.READ,
    about=ABOUT,
    answer=AssignmentShape,
)
def show_assignment(call: Call[None, None]) -> Answer:
    """An assignment that you may see."""
    standing = fetch_standing(call.user, call.study_id, Act.SEE_STUDY)
    found = assignments_seen(standing).filter(pk=call.id("assignment_id")).first()
    if found is None:
        raise Http404("No such assignment.")
    return Answer(assignment_json(found, standing))


@route(
    "POST",
    "/studies/{study_id}/assignments",
    scope=Scope.MANAGE,
    about=ABOUT,
    body=AssignmentIn,
    answer=AssignmentShape,
    status=201,
    refuses=(409,),
)
def create_assignment(call: Call[None, AssignmentIn]) -> Answer:
    """Give an article to an annotator, at the end of their queue."""
    standing = fetch_standing(call.user, call.study_id, Act.ASSIGN)
    study = standing.study
    asked = call.body
    article = or_fault("/article", lambda: fetch_article(study, asked.article))
    round = or_fault("/round", lambda: fetch_round(study, asked.round))
    annotator = or_fault("/annotator", lambda: fetch_annotator(study, asked.annotator))
    try:
        made = assign_article(
            study=study, actor=call.user, article=article, annotator=annotator, round=round
        )
    except (AssignedAlready, RoundClosed) as error:
        raise conflict(str(error)) from error
    where = f"{call.request.path}/{made.pk}"
    return Answer(assignment_json(made, standing), 201, headers={"Location": where})


def fetch_annotator(study: Study, user_id: uuid.UUID) -> Any:
    found = list_annotators(study).filter(pk=user_id).first()
    if found is None:
        raise Http404("No such annotator in this study.")
    return found


def or_fault(field: str, fetch: Any) -> Any:
    """What the body names must be there; if not, the refusal says which member names it."""
    try:
        return fetch()
    except Http404 as error:
        raise refused(str(error), Fault(str(error), "body", field)) from error

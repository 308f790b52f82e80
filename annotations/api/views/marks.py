"""Marks of an annotator: read by whom the pages show them to, changed by their own annotator.

Changes go through the same ledger of operations as those of the marking page.
"""

import hashlib
from typing import Any

from django.http import Http404

from annotations.accounts.models import Scope
from annotations.assignment.models import Assignment
from annotations.marking.actions import (
    AlreadyClosed,
    ChangedMeanwhile,
    Unfinished,
    apply_operations,
    note_reading,
    submit_assignment,
)
from annotations.marking.models import Entity
from annotations.marking.outcomes import status_of
from annotations.marking.protocol import Batch, read_op
from annotations.marking.queries import fetch_work, live_spans, read_links, read_spans
from annotations.marking.reading import fetch_reading
from annotations.marking.wire import entity_wire
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing

from ..calls import Answer, Call, route
from ..problems import Fault, Problem, conflict, refused, stale
from ..reading import read_tags
from ..shapes.marks import MarksShape, OperationsIn, ResultsShape, SubmissionIn, SubmissionShape

ABOUT = "Marks"


def fetch_assignment(call: Call[Any, Any], act: Act) -> Assignment:
    """The assignment that the address names, for members who might do `act`; what they may see of
    it is asked next."""
    fetch_standing(call.user, call.study_id, act)
    rows = Assignment.objects.filter(study=call.study_id, article__deleted_at=None)
    found = rows.filter(pk=call.id("assignment_id")).only("article_id", "annotator_id").first()
    if found is None:
        raise Http404("No such work.")
    return found


@route(
    "GET",
    "/studies/{study_id}/assignments/{assignment_id}/marks",
    scope=Scope.READ,
    about=ABOUT,
    answer=MarksShape,
)
def show_marks(call: Call[None, None]) -> Answer:
    """Your own marks; or somebody's submitted ones, for curators, managers, and annotators once
    the comparison is open."""
    asked = fetch_assignment(call, Act.SEE_STUDY)
    if asked.annotator_id == call.user.pk:
        found = fetch_work(call.user, call.study_id, asked.article_id).assignment
    else:
        found = fetch_reading(call.user, call.study_id, asked.article_id, asked.pk).assignment
        note_reading(assignment=found, actor=call.user)
    told = marks_json(found)
    digest = hashlib.sha256(repr(told).encode()).hexdigest()[:16]
    return Answer(told, etag=f"{found.rev}-{digest}")


def marks_json(assignment: Assignment) -> dict[str, Any]:
    article = assignment.article
    spans = live_spans(assignment.pk)
    named = Entity.objects.filter(values__span__in=spans.order_by().values("pk")).distinct()
    return {
        "assignment": assignment.pk,
        "article": article.pk,
        "sha256": article.text_sha256,
        "state": assignment.state,
        "rev": assignment.rev,
        "spans": read_spans(spans, article.text),
        "links": read_links(assignment.pk),
        "entities": [entity_wire(entity) for entity in named.order_by("folded_name", "pk")],
    }


def fetch_own(call: Call[Any, Any], act: Act) -> Assignment:
    asked = fetch_assignment(call, act)
    if asked.annotator_id != call.user.pk:
        raise Http404("No such work of yours.")
    return asked


@route(
    "POST",
    "/studies/{study_id}/assignments/{assignment_id}/operations",
    scope=Scope.MARK,
    about=ABOUT,
    body=OperationsIn,
    answer=ResultsShape,
    answers=(409, 410, 422),
)
def change_marks(call: Call[None, OperationsIn]) -> Answer:
    """Add, change and remove your own marks. 200 when anything was taken; else 409, 410 or 422
    with the same results. The same operation under its op_id again is answered like the first
    time; another one under a used op_id is `invalid` and changes nothing."""
    asked = fetch_own(call, Act.MARK)
    plain = call.body.model_dump(mode="json", exclude_unset=True)
    ops = tuple(read_op(op) for op in plain["ops"])
    reply = apply_operations(
        user=call.user,
        study_id=call.study_id,
        article_id=asked.article_id,
        batch=Batch(call.body.base_rev, None, ops, asked.pk, compared=True),
    )
    status = status_of(reply)
    del reply["codebook"]  # for the marking page
    return Answer(reply, status)


@route(
    "POST",
    "/studies/{study_id}/assignments/{assignment_id}/submission",
    scope=Scope.MARK,
    about=ABOUT,
    body=SubmissionIn,
    answer=SubmissionShape,
    if_match=True,
    refuses=(409,),
)
def submit_marks(call: Call[None, SubmissionIn]) -> Answer:
    """Submit your own marks: from then on they cannot be changed. With If-Match (the ETag of the
    marks) only if nothing was changed since."""
    asked = fetch_own(call, Act.SUBMIT)
    try:
        done = submit_assignment(
            user=call.user,
            study_id=call.study_id,
            article_id=asked.article_id,
            confirmed=call.body.confirmed,
            rev=rev_meant(call),
        )
    except Unfinished as error:
        faults = [Fault(str(one), "body", "/confirmed") for one in error.missing[:20]]
        raise refused(str(error), *faults) from error
    except ChangedMeanwhile as error:
        raise stale(str(error)) from error
    except AlreadyClosed as error:
        raise conflict(str(error)) from error
    told = {
        "assignment": asked.pk,
        "number": done.number,
        "rev": done.rev,
        "submitted_at": done.submitted_at,
        "sha256": done.content_sha256,
    }
    return Answer(told)


def rev_meant(call: Call[Any, Any]) -> int | None:
    """The revision in the marks' ETag; None where any will do. Raises Problem 412 for another
    tag than one of marks."""
    header = call.request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    for tag in read_tags(header):
        rev, dash, _ = tag.partition("-")
        if dash and rev.isascii() and rev.isdigit() and len(rev) < 11:
            return int(rev)
    raise Problem(412, "stale", "This If-Match names no state of these marks.")

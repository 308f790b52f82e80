"""Pages that ask before they act: handing work over, and returning a submission."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotations.accounts.asking import me, posted
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing
from annotations.study.undo_offers import say_done
from annotations.text.refusal import Refusal

from ..actions import hand_over, hand_over_all, return_submission
from ..actions.handing_over import HandedOver
from ..forms import HandOverAllForm, HandOverForm, ReturnForm
from ..models import OPEN_STATES, AssignmentState
from ..planning import count
from ..queries.counts import count_own
from ..queries.door import fetch_assignment
from ..queries.people import fetch_person, list_annotators, takers
from .single import after


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_one(
    request: HttpRequest, study_id: uuid.UUID, assignment_id: uuid.UUID
) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.ASSIGN)
    assignment = fetch_assignment(standing.study, assignment_id)
    there = assignment.article.assignments.values("annotator")
    able = list_annotators(standing.study).exclude(pk__in=there)
    form = HandOverForm(posted(request), able=able)
    if form.is_valid():
        try:
            made = hand_over(assignment=assignment, actor=me(request), to=form.cleaned_data["to"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            say_done(request, f"{made.annotator} has “{made.article}” now.")
            return after(request, assignment)
    context = {
        "standing": standing,
        "assignment": assignment,
        "is_open": assignment.state in OPEN_STATES,
        "form": form,
        "able": able,
    }
    status = 422 if form.is_bound else 200
    return render(request, "assignment/hand_over.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_everything(
    request: HttpRequest, study_id: uuid.UUID, user_id: uuid.UUID
) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.ASSIGN)
    person = fetch_person(standing.study, user_id)
    counts, able = count_own(standing.study, person.pk), dict(takers(standing.study, person))
    form = HandOverAllForm(posted(request), takers=able, n_articles=counts.left)
    if form.is_valid():
        to = form.cleaned_data["to"]
        try:
            done = hand_over_all(study=standing.study, actor=me(request), person=person, to=to)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            tell(request, done, str(person), str(to))
            return redirect("assignment:person", study_id, user_id)
    context = {
        "standing": standing,
        "person": person,
        "counts": counts,
        "form": form,
        "able": able,
        "can_take": any(able.values()),
    }
    status = 422 if form.is_bound else 200
    return render(request, "assignment/hand_over_all.html", context, status=status)


def tell(request: HttpRequest, done: HandedOver, person: str, to: str) -> None:
    say_done(request, f"{to} has {count(len(done.made), 'more article')} from {person}.")
    if done.stayed:
        stayed = count(len(done.stayed), "article stays", "articles stay")
        messages.warning(request, f"{stayed} with {person}, because {to} has or had them already.")


@require_http_methods(["GET", "HEAD", "POST"])
def return_(request: HttpRequest, study_id: uuid.UUID, assignment_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.RETURN_SUBMISSION)
    assignment = fetch_assignment(standing.study, assignment_id)
    form = ReturnForm(posted(request))
    if form.is_valid():
        try:
            return_submission(assignment=assignment, actor=me(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            say_done(
                request,
                f"“{assignment.article}” is back with {standing.called(assignment.annotator)}.",
            )
            return after(request, assignment)
    context = {
        "standing": standing,
        "assignment": assignment,
        "is_submitted": assignment.state == AssignmentState.SUBMITTED,
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "assignment/return.html", context, status=status)

"""By hand: the people on an article, the articles of a person, and what can be done to each."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.asking import me, posted
from annotations.accounts.models import User
from annotations.accounts.paging import read_cursor
from annotations.corpus.models import Article
from annotations.study.models import Study
from annotations.study.policy import Act, Standing
from annotations.study.queries import fetch_standing
from annotations.study.undo_offers import say_done
from annotations.text.refusal import Refusal

from ..actions import assign_article, remove_assignment, remove_waiting
from ..forms import AssignForm
from ..models import Assignment, AssignmentState
from ..planning import count
from ..queries.articles import articles_not_with, in_order, places_on
from ..queries.counts import count_own
from ..queries.door import fetch_article, fetch_assignment, fetch_overseer, fetch_sighted
from ..queries.own import done_by, handed_over_by, queue_of, timed
from ..queries.people import fetch_person, list_annotators


@require_http_methods(["GET", "HEAD", "POST"])
def article(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """Who works on an article. A manager adds people here."""
    if request.method == "POST":
        standing = fetch_standing(me(request), study_id, Act.ASSIGN)
    else:
        standing = fetch_overseer(me(request), study_id)
    found = fetch_article(standing.study, article_id)
    form = assign_form(request, standing.study, found)
    if form.is_valid() and assigned(request, form, standing, found):
        if request.POST.get("back") == "person":
            return redirect("assignment:person", study_id, form.cleaned_data["annotator"].pk)
        return redirect("assignment:article", study_id, article_id)
    places = in_order(standing, places_on(found))
    context = {
        "standing": standing,
        "may_assign": standing.may(Act.ASSIGN),
        "article": found,
        "places": places,
        "n_submitted": sum(p.assignment.state == AssignmentState.SUBMITTED for p in places),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "assignment/article.html", context, status=status)


def assign_form(request: HttpRequest, study: Study, article: Article) -> AssignForm:
    there = Assignment.objects.filter(article=article).values("annotator")
    able = list_annotators(study).exclude(pk__in=there)
    return AssignForm(posted(request), study=study, able=able)


def assigned(request: HttpRequest, form: AssignForm, standing: Standing, article: Article) -> bool:
    try:
        made = assign_article(
            study=standing.study, actor=me(request), article=article, **form.cleaned_data
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    say_done(request, f"{made.annotator} has “{article}” now.")
    return True


@require_safe
def person(request: HttpRequest, study_id: uuid.UUID, user_id: uuid.UUID) -> HttpResponse:
    """One person's work; a manager finds articles for them here."""
    standing = fetch_sighted(me(request), study_id)
    somebody = fetch_person(standing.study, user_id)
    words = request.GET.get("words", "").strip()
    context = {
        "standing": standing,
        "may_assign": standing.may(Act.ASSIGN),
        "person": somebody,
        "is_able": list_annotators(standing.study).filter(pk=somebody.pk).exists(),
        "counts": count_own(standing.study, somebody.pk),
        "rounds": standing.study.rounds.filter(closed_at=None),
        "words": words,
        "found": articles_not_with(standing.study, somebody, words) if words else [],
        **listed(request, standing.study, somebody),
    }
    return render(request, "assignment/person.html", context)


def listed(request: HttpRequest, study: Study, somebody: User) -> dict[str, Any]:
    """The part of a person's work that is asked for: still to do, done, or handed over."""
    shown, cursor = request.GET.get("list", ""), read_cursor(request.GET)
    if shown == "done":
        page = done_by(study, somebody, cursor)
        rows = page.rows
    elif shown == "handed_over":
        page = handed_over_by(study, somebody, cursor)
        rows = page.rows
    else:
        queue = queue_of(study, somebody, cursor)
        shown, page = "open", queue.waiting
        rows = [*queue.returned, *queue.in_progress, *page.rows]
    return {"shown": shown, "page": page, "rows": timed(rows)}


@require_POST
def remove(request: HttpRequest, study_id: uuid.UUID, assignment_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.ASSIGN)
    assignment = fetch_assignment(standing.study, assignment_id)
    try:
        remove_assignment(assignment=assignment, actor=me(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        say_done(request, f"“{assignment.article}” is taken back from {assignment.annotator}.")
    return after(request, assignment)


@require_POST
def clear(request: HttpRequest, study_id: uuid.UUID, user_id: uuid.UUID) -> HttpResponse:
    """Take back all that waits in somebody's queue."""
    standing = fetch_standing(me(request), study_id, Act.ASSIGN)
    somebody = fetch_person(standing.study, user_id)
    n_removed = remove_waiting(study=standing.study, actor=me(request), person=somebody)
    say_done(request, f"{count(n_removed, 'article')} taken back from {somebody}.")
    return redirect("assignment:study", study_id)


def after(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """Back to the page the act was begun on: the person's or the article's."""
    if request.POST.get("back", request.GET.get("back")) == "person":
        return redirect("assignment:person", assignment.study_id, assignment.annotator_id)
    return redirect("assignment:article", assignment.study_id, assignment.article_id)

"""Threads: the study's list, one thread, those on an article, and what is done in them."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.asking import me, posted
from annotations.accounts.models import User
from annotations.accounts.narrowing import say_left_out, say_unknown
from annotations.corpus.models import Article
from annotations.study.models import Rule
from annotations.study.policy import Act
from annotations.text.refusal import Refusal

from ..actions import discussion as actions
from ..actions import hold_case
from ..forms.discussion import (
    STATES,
    CommentForm,
    CorrectionForm,
    PassageForm,
    RuleCitedForm,
    SoughtForm,
)
from ..models import Meeting, Thread
from ..passages import HERE, talked_blocks
from ..queries import fetch_docket, find_case, read_cases
from ..queries.board import Board, fetch_flags, fetch_threads
from ..queries.discussion import (
    REASONS,
    Seen,
    context_of,
    fetch_own_comment,
    fetch_thread,
    find_span,
    place_of,
    read_comments,
    threads_on,
)
from ..queries.talk import ShownNames, Talk, fetch_talk, names_on, readers_of

PAGE = 30


@require_safe
def discussion(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    """Everything that is, was or should be talked about, as far as the person may read it."""
    talk = fetch_talk(me(request), study_id)
    shown = request.GET.get("show", "open")
    if shown not in STATES:
        say_unknown(request, "state", shown)
        shown = "open"
    board = Board(talk)
    form = SoughtForm(request.GET, board=board)
    say_left_out(request, form)
    sought = form.sought(shown)
    flags = shown == "flags"
    found = board.asked(sought)
    pages = Paginator(found.rows, PAGE)
    pages.count = found.n_rows
    page = pages.get_page(request.GET.get("page"))
    chosen = list(page.object_list)
    rows: list[Any] = [*fetch_flags(chosen)] if flags else [*fetch_threads(chosen)]
    about = {row.assignment.article_id if flags else row.article_id for row in rows}
    names = names_on(talk.study, talk.user, about)
    context = {
        "standing": talk.standing,
        "talk": talk,
        "shown": shown,
        "form": form,
        "page": page,
        "counts": board.counts,
        "rows": [flag_row(row, names) if flags else thread_row(row, names) for row in rows],
    }
    return render(request, "curation/discussion.html", context)


def thread_row(thread: Thread, names: Any) -> dict[str, Any]:
    return {
        "thread": thread,
        "who": names.of(thread.opened_by, thread.article_id),
        "reason": REASONS.get(thread.flag, ""),
    }


def flag_row(span: Any, names: Any) -> dict[str, Any]:
    article = span.assignment.article
    return {
        "span": span,
        "article": article,
        "quote": actions.quote_of(span),
        "who": names.of(span.assignment.annotator, article.pk),
        "reason": REASONS.get(span.flag, ""),
    }


@require_safe
def thread(request: HttpRequest, study_id: uuid.UUID, thread_id: uuid.UUID) -> HttpResponse:
    seen = fetch_thread(me(request), study_id, thread_id)
    return show_thread(request, seen)


def show_thread(
    request: HttpRequest, seen: Seen, form: CommentForm | None = None, status: int = 200
) -> HttpResponse:
    """The page, or for htmx the thread alone."""
    htmx = bool(getattr(request, "htmx", False))
    name = "curation/_thread.html" if htmx else "curation/thread.html"
    return render(request, name, thread_context(seen, form), status=status)


def thread_context(seen: Seen, form: CommentForm | None = None) -> dict[str, Any]:
    standing, row = seen.talk.standing, seen.thread
    return {
        "standing": standing,
        "seen": seen,
        "thread": row,
        "article": row.article,
        "context": context_of(row),
        "comments": read_comments(seen),
        "form": form or CommentForm(),
        "people": people_json(row.article, seen.names),
        "reason": REASONS.get(row.flag, ""),
        "span_by": span_by(seen),
        "rules": RuleCitedForm(study=seen.talk.study, initial={"rule": row.rule_id}),
        "may_settle": seen.talk.on_desk,
        "may_change_codebook": standing.may(Act.EDIT_CODEBOOK) and not row.codebook_version_id,
    }


def span_by(seen: Seen) -> str:
    span = seen.thread.span
    return seen.names.of(span.assignment.annotator, seen.thread.article_id) if span else ""


def people_json(article: Article, names: ShownNames) -> list[dict[str, str]]:
    """Whom one may name: those who may read it; while curation is blind its annotators are not
    told."""
    readers = readers_of(article, desk_only=article.pk in names.blind)
    return [{"name": user.username, "shown": str(user)} for user in readers]


@require_POST
def comment(request: HttpRequest, study_id: uuid.UUID, thread_id: uuid.UUID) -> HttpResponse:
    seen = fetch_thread(me(request), study_id, thread_id)
    form = CommentForm(posted(request))
    if form.is_valid():
        try:
            actions.add_comment(seen=seen, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("text", str(refusal))
        else:
            if getattr(request, "htmx", False):
                return show_thread(request, seen)
            return redirect("curation:thread", study_id, thread_id)
    return show_thread(request, seen, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, study_id: uuid.UUID, comment_id: uuid.UUID) -> HttpResponse:
    """One's own comment, said better."""
    found = fetch_own_comment(me(request), study_id, comment_id)
    talk, article = fetch_talk(me(request), study_id), found.thread.article
    form = CorrectionForm(posted(request), initial={"text": found.text})
    if form.is_valid():
        try:
            actions.correct_comment(comment=found, text=form.cleaned_data["text"])
        except Refusal as refusal:
            form.add_error("text", str(refusal))
        else:
            return redirect("curation:thread", study_id, found.thread_id)
    context = {
        "standing": talk.standing,
        "comment": found,
        "form": form,
        "people": people_json(article, names_on(talk.study, talk.user, [article.pk])),
    }
    status = 422 if form.is_bound else 200
    return render(request, "curation/comment.html", context, status=status)


@require_POST
def take_back(request: HttpRequest, study_id: uuid.UUID, comment_id: uuid.UUID) -> HttpResponse:
    found = fetch_own_comment(me(request), study_id, comment_id)
    actions.take_back_comment(comment=found)
    messages.success(request, "Your comment is taken back.")
    return redirect("curation:thread", study_id, found.thread_id)


@require_POST
def resolve(request: HttpRequest, study_id: uuid.UUID, thread_id: uuid.UUID) -> HttpResponse:
    seen = fetch_to_settle(me(request), study_id, thread_id)
    return settle(request, seen, lambda: actions.set_resolved(seen=seen, resolved=asked(request)))


def fetch_to_settle(user: User, study_id: uuid.UUID, thread_id: uuid.UUID) -> Seen:
    """The thread; PermissionDenied for annotators, who read and write in it."""
    seen = fetch_thread(user, study_id, thread_id)
    if not seen.talk.on_desk:
        raise PermissionDenied(str(actions.NotForYou()))
    return seen


def asked(request: HttpRequest) -> bool:
    return request.POST.get("resolved") == "yes"


@require_POST
def rule(request: HttpRequest, study_id: uuid.UUID, thread_id: uuid.UUID) -> HttpResponse:
    seen = fetch_to_settle(me(request), study_id, thread_id)
    form = RuleCitedForm(posted(request), study=seen.talk.study)
    chosen: Rule | None = form.cleaned_data["rule"] if form.is_valid() else seen.thread.rule
    return settle(request, seen, lambda: actions.cite_rule(seen=seen, rule=chosen))


def settle(request: HttpRequest, seen: Seen, act: Any) -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("curation:thread", seen.talk.study.pk, seen.thread.pk)


@require_POST
def seen(request: HttpRequest, study_id: uuid.UUID, thread_id: uuid.UUID) -> HttpResponse:
    """The page says by itself that it was looked at."""
    actions.mark_seen(seen=fetch_thread(me(request), study_id, thread_id))
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def article(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """The threads on an article beside its text; `?span=…` begins one on a span."""
    talk = fetch_talk(me(request), study_id)
    found = talk.about(article_id)
    wanted = request.GET.get("span", "")
    if wanted:
        return on_span(request, talk, found, wanted)
    form = PassageForm(posted(request))
    if form.is_valid():
        data = form.cleaned_data
        try:
            about = actions.passage_of(found, data["words"], data["start"])
            made = begin(talk, found, about, form)
        except Refusal as refusal:
            form.add_error("words", str(refusal))
        else:
            return redirect("curation:thread", study_id, made.pk)
    status = 422 if form.is_bound else 200
    return render(
        request, "curation/article.html", article_context(talk, found, form), status=status
    )


def begin(talk: Talk, found: Article, about: actions.About, form: CommentForm) -> Thread:
    data = form.cleaned_data
    return actions.open_thread(
        talk=talk, article=found, about=about, text=data["text"], comment_id=data["comment_id"]
    )


def on_span(request: HttpRequest, talk: Talk, found: Article, wanted: str) -> HttpResponse:
    """A thread on a span; where there is one, it is shown."""
    span = find_span(found, as_uuid(wanted))
    there = span.threads.first()
    if there is not None:
        return redirect("curation:thread", talk.study.pk, there.pk)
    form = CommentForm(posted(request))
    if form.is_valid():
        try:
            made = begin(talk, found, actions.About(span=span), form)
        except Refusal as refusal:
            form.add_error("text", str(refusal))
        else:
            return redirect("curation:thread", talk.study.pk, made.pk)
    here = [(part.start, part.end) for part in span.fragments.all()]
    context = article_context(talk, found, form, here)
    names = names_on(talk.study, talk.user, [found.pk])
    context["about"] = {
        "span": span,
        "quote": actions.quote_of(span),
        "who": names.of(span.assignment.annotator, found.pk),
    }
    status = 422 if form.is_bound else 200
    return render(request, "curation/article.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def on_case(
    request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID, case_id: uuid.UUID
) -> HttpResponse:
    """The thread on a case, or its first comment: for those who decide the article's cases."""
    docket = fetch_docket(me(request), study_id, article_id)
    case = find_case(read_cases(docket), case_id)
    there = case.row.threads.first() if case.row else None
    if there is not None:
        return redirect("curation:thread", study_id, there.pk)
    talk = fetch_talk(me(request), study_id)
    found = talk.about(article_id)
    form = CommentForm(posted(request))
    if form.is_valid():
        where = {"study_id": study_id, "article_id": article_id, "case_id": case_id}
        try:
            with transaction.atomic():
                held = hold_case(user=me(request), **where)
                about = actions.About(case=held, meeting=meeting_of(request, found))
                made = begin(talk, found, about, form)
        except Refusal as refusal:
            form.add_error("text", str(refusal))
        else:
            return redirect("curation:thread", study_id, made.pk)
    context = article_context(talk, found, form, [(case.start, case.end)])
    context["about"] = {"title": case.title, "quote": found.text[case.start : case.end]}
    status = 422 if form.is_bound else 200
    return render(request, "curation/article.html", context, status=status)


def meeting_of(request: HttpRequest, found: Article) -> Meeting | None:
    """The meeting in which a thread is begun, if there is such a meeting on the article."""
    wanted = as_uuid(request.GET.get("meeting", ""))
    return Meeting.objects.filter(article=found, pk=wanted).first()


def as_uuid(given: str) -> uuid.UUID:
    try:
        return uuid.UUID(given)
    except ValueError:
        return uuid.UUID(int=0)  # there is none such


def article_context(
    talk: Talk, found: Article, form: CommentForm, here: Sequence[tuple[int, int]] = ()
) -> dict[str, Any]:
    """`here`: the stretches that the form is about."""
    threads = list(threads_on(talk, found.pk))
    for each in threads:
        each.article = found
    threads.sort(key=place_of)
    names = names_on(talk.study, talk.user, [found.pk])
    places = [(number, place_of(each)) for number, each in enumerate(threads, 1)]
    places += [(HERE, stretch) for stretch in here]
    blocks = talked_blocks(found.text, [(start, end) for start, end in found.blocks], places)
    return {
        "standing": talk.standing,
        "article": found,
        "blocks": blocks,
        "here": next((block.number for block in blocks if block.is_here), None),
        "rows": [thread_row(each, names) for each in threads],
        "form": form,
        "people": people_json(found, names),
    }

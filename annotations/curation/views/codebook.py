"""From a thread to the codebook: as a hard case of its rule, or as a new rule."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotations.accounts.asking import me, posted
from annotations.accounts.models import User
from annotations.study.models import CodebookVersion
from annotations.study.policy import Act
from annotations.text.refusal import Refusal

from ..actions import discussion as actions
from ..forms.discussion import RuleForm
from ..queries.discussion import Seen, fetch_thread, next_rule_name

CLIP = 300


def fetch_for_codebook(user: User, study_id: uuid.UUID, thread_id: uuid.UUID) -> Seen:
    """The thread; PermissionDenied for those who may read it but not change the codebook."""
    seen = fetch_thread(user, study_id, thread_id)
    if not seen.talk.standing.may(Act.EDIT_CODEBOOK):
        raise PermissionDenied("Only managers change the codebook.")
    return seen


def reason_line(seen: Seen) -> str:
    """Names the thread by its article and day: its words might tell who marked what."""
    row = seen.thread
    title = row.article.title
    named = title if len(title) <= 120 else f"{title[:120]}…"
    return f"From the discussion of {row.opened_at:%-d %B %Y} on “{named}”"


def quoted(seen: Seen) -> str:
    return " ".join(seen.thread.quote.split())[:CLIP]


@require_POST
def hard_case(request: HttpRequest, study_id: uuid.UUID, thread_id: uuid.UUID) -> HttpResponse:
    """One click: the words of the thread become a hard case of the rule that it cites."""
    seen = fetch_for_codebook(me(request), study_id, thread_id)
    try:
        version = actions.add_hard_case(seen=seen, example=quoted(seen), reason=reason_line(seen))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        tell(request, version)
    return redirect("curation:thread", study_id, thread_id)


def tell(request: HttpRequest, version: CodebookVersion) -> None:
    messages.success(request, f"The codebook has a new version, number {version.number}.")


@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request: HttpRequest, study_id: uuid.UUID, thread_id: uuid.UUID) -> HttpResponse:
    """A new rule, filled in from the thread."""
    seen = fetch_for_codebook(me(request), study_id, thread_id)
    form = RuleForm(posted(request), study=seen.talk.study, initial=start_of(seen))
    if form.is_valid():
        try:
            version = actions.make_rule(seen=seen, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            tell(request, version)
            return redirect("curation:thread", study_id, thread_id)
    context = {"standing": seen.talk.standing, "thread": seen.thread, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "curation/new_rule.html", context, status=status)


def start_of(seen: Seen) -> dict[str, Any]:
    span = seen.thread.span
    label = span.label if span else None
    alike = label.rules.values_list("name", flat=True) if label else ()
    return {
        "name": next_rule_name(seen.talk.study, alike),
        "label": label,
        "case": quoted(seen),
        "reason": reason_line(seen),
    }

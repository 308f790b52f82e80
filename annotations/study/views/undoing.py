"""The one address that undoes a manager's acts."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from annotations.accounts.asking import me
from annotations.text.refusal import Refusal

from ..actions.undoing import UNDOINGS
from ..actions.undoing import undo as undo_acts
from ..models import AuditEntry
from ..policy import Act
from ..queries import fetch_standing
from ..undo_offers import MOST


@require_POST
def undo(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    """`acts`: numbers from the history, undone together; `next`: the page to go back to."""
    standing = fetch_standing(me(request), study_id, Act.SEE_AUDIT)
    numbers = read_numbers(request.POST.get("acts", ""))
    acts = AuditEntry.objects.filter(study=standing.study, pk__in=numbers)
    found = set(acts.order_by().values_list("action", flat=True))
    if not found:
        raise Http404("No such act.")
    for action in found & UNDOINGS.keys():
        if not standing.may(right := UNDOINGS[action].right):
            raise PermissionDenied(f"Your role does not allow you to {right.value}.")
    try:
        undo_acts(study=standing.study, actor=standing.user, numbers=numbers)
    except Refusal as refusal:
        messages.error(request, f"Nothing was undone. {refusal}")
    else:
        messages.success(request, "Undone.")
    return redirect(page_after(request, study_id))


def read_numbers(given: str) -> list[int]:
    """As `say_done` wrote them; nonsense names no act."""
    parts = given.split(",")[: MOST + 1]
    plain = all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts)
    return [int(part) for part in parts] if plain and len(parts) <= MOST else []


def page_after(request: HttpRequest, study_id: uuid.UUID) -> str:
    """Where the button was, if that is a page of this site; else the history."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    if ours and wanted.startswith("/"):  # redirect() would take a word for a view's name
        return wanted
    return reverse("study:history", args=[study_id])

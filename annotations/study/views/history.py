"""Who did what in a study: to read, to narrow down, to take away."""

import csv
import json
import uuid
from collections.abc import Iterator
from datetime import UTC

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.accounts.asking import me
from annotations.accounts.paging import page_of, read_cursor
from annotations.accounts.security import note
from annotations.text.cells import shielded

from ..actions.undoing import UNDOINGS, already_undone, undoable
from ..forms.studies import HistoryForm
from ..models import AuditEntry
from ..policy import Act, Standing
from ..queries import fetch_standing
from ..queries.studies import actors, list_history, nouns

AT_ONCE = 500  # rows in memory while a file is written
HEAD = ("id", "at", "person", "act", "about", "subject", "subject_id", "before", "after")


@require_safe
def history(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.SEE_AUDIT)
    form = HistoryForm(request.GET)
    entries = list_history(standing.study, form.sought())
    cursor = read_cursor(request.GET, AuditEntry)
    page = page_of(entries, by="pk", cursor=cursor, descending=True)
    undone = already_undone(page.rows)
    context = {
        "standing": standing,
        "form": form,
        "page": page,
        "undoable": [each for each in undoable(page.rows, undone) if may_undo(standing, each)],
        "undone": {int(number) for number in undone},
        "actors": actors(standing.study),
        "nouns": nouns(standing.study),
        "who": request.GET.get("who", ""),
        "what": request.GET.get("what", ""),
    }
    return render(request, "study/history.html", context)


def may_undo(standing: Standing, entry: AuditEntry) -> bool:
    return standing.may(UNDOINGS[entry.action].right)


@require_safe
def history_export(request: HttpRequest, study_id: uuid.UUID) -> HttpResponseBase:
    """What the page shows with the same choices, all of it, as CSV."""
    standing = fetch_standing(me(request), study_id, Act.SEE_AUDIT)
    entries = list_history(standing.study, HistoryForm(request.GET).sought())
    note("history.exported", person=standing.user.pk, study=standing.study.pk)
    lines = csv_lines(entries.iterator(chunk_size=AT_ONCE))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="history.csv"'
    return response


class Echo:
    """What csv writes into, and what hands each line on."""

    def write(self, line: str) -> str:
        return line


def csv_lines(entries: Iterator[AuditEntry]) -> Iterator[str]:
    """Cells that a spreadsheet would run begin with an apostrophe."""
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(HEAD)
    for entry in entries:
        yield writer.writerow([shielded(cell) for cell in cells(entry)])


def cells(entry: AuditEntry) -> tuple[str, ...]:
    """As HEAD names them; the time in UTC."""
    return (
        str(entry.pk),
        entry.at.astimezone(UTC).isoformat(timespec="seconds"),
        entry.actor.username,
        entry.action,
        entry.subject_type,
        entry.subject_name,
        entry.subject_id,
        json.dumps(entry.before, ensure_ascii=False, sort_keys=True) if entry.before else "",
        json.dumps(entry.after, ensure_ascii=False, sort_keys=True) if entry.after else "",
    )

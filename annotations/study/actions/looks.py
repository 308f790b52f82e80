"""A site admin's looks into studies that they do not belong to are on record, whatever the page."""

from collections.abc import Callable
from datetime import UTC, datetime, time

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ..models import AuditEntry
from ..policy import Standing
from ..queries.door import LET_IN
from .audit import MADE_NOW, record

ACTION = "study.looked_at"


def noting_looks(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, inside of noting_acts: what left a record of its own needs no second one."""

    def answered(request: HttpRequest) -> HttpResponse:
        token = LET_IN.set([])
        try:
            response = get_response(request)
            let_in, made = LET_IN.get(), MADE_NOW.get()
        finally:
            LET_IN.reset(token)
        page = request.resolver_match.view_name if request.resolver_match else ""
        if let_in and not made and response.status_code == 200:
            note_look(standing=let_in[0], page=page)
        return response

    return answered


def note_look(*, standing: Standing, page: str) -> None:
    """Once a day (UTC) for each person, study and kind of page."""
    today = datetime.combine(timezone.now().astimezone(UTC).date(), time.min, UTC)
    known = AuditEntry.objects.filter(
        study=standing.study, actor=standing.user, action=ACTION, at__gte=today, after__page=page
    )
    if not known.exists():
        record(
            study=standing.study,
            actor=standing.user,
            action=ACTION,
            subject=standing.study,
            after={"page": page},
        )

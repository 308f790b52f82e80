"""A site admin's looks into studies that they do not belong to are on record, whatever the page."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from django.db import models
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
        if let_in and not made and response.status_code == 200:
            there = request.resolver_match
            page, ids = (there.view_name, there.kwargs) if there else ("", {})
            note_look(standing=let_in[0], page=page, ids=ids)
        return response

    return answered


def note_look(*, standing: Standing, page: str, ids: dict[str, Any]) -> None:
    """Once a day (UTC) for each person, page and thing that its address names; an article that it
    names is what was looked at, else the study."""
    today = datetime.combine(timezone.now().astimezone(UTC).date(), time.min, UTC)
    study = standing.study
    subject: models.Model = study
    if "article_id" in ids:
        named = study.articles.only("title", "study").filter(pk=ids["article_id"])
        subject = named.first() or study
    others = {key: _plain(ids[key]) for key in sorted(ids) if key not in {"study_id", "article_id"}}
    after = {"page": page, **others}
    known = AuditEntry.objects.filter(
        study=study, actor=standing.user, action=ACTION, at__gte=today, subject_id=str(subject.pk)
    )
    if not known.filter(**{f"after__{key}": told for key, told in after.items()}).exists():
        record(
            study=study,
            actor=standing.user,
            action=ACTION,
            subject=subject,
            after=after,
        )


def _plain(named: object) -> int | str:
    return named if isinstance(named, int) else str(named)

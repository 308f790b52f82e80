"""Decisions that came while an adjudication was closed: kept, not applied."""

from django.db.models import Exists, OuterRef
from django.urls import reverse

from annotations.marking.wire import Wire

from ..models import Choice, Ruling, RulingKind, RulingStatus
from .docket import Docket


def read_held(docket: Docket, known: set[str]) -> list[Wire]:
    """Those on whose case nothing was decided since, the oldest first; none while it is closed.
    `known`: ids of the cases that can be opened. One query, none if it was never closed."""
    adjudication = docket.adjudication
    if adjudication is None or adjudication.state == "closed" or not adjudication.n_versions:
        return []
    since = Ruling.objects.filter(
        adjudication=adjudication,
        case_id=OuterRef("case_id"),
        status=RulingStatus.APPLIED,
        pk__gt=OuterRef("pk"),
    )
    rows = Ruling.objects.filter(adjudication=adjudication, status=RulingStatus.HELD)
    page = reverse("curation:adjudicate", args=[docket.study.pk, docket.article.pk])
    return [
        {
            "what": _what(row),
            "by": str(row.user),
            "at": row.at,
            "url": f"{page}?case={row.case_id}" if str(row.case_id) in known else "",
            "words": _words(row),
        }
        for row in rows.filter(~Exists(since)).select_related("user")
    ]


def _asked(row: Ruling) -> Wire:
    found = (row.asked or {}).get("case")
    return found if isinstance(found, dict) else {}


def _what(row: Ruling) -> str:
    asked = _asked(row)
    choice = asked.get("choice")
    if row.kind != RulingKind.DECIDE:
        return RulingKind(row.kind).label.capitalize()
    if choice == Choice.VARIANT:
        return f"Took variant {asked.get('variant', '')}".strip()
    if choice == "keep":
        return "Gave a reason"
    return str(Choice(choice).label) if choice in Choice.values else "Decided"


def _words(row: Ruling) -> str:
    """Of a span that was edited or added by hand."""
    span = _asked(row).get("span")
    parts = span.get("fragments") if isinstance(span, dict) else None
    quotes = [one.get("quote") for one in parts or () if isinstance(one, dict)]
    return " … ".join(quote for quote in quotes if isinstance(quote, str))

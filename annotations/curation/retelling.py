"""Decisions told again: the last ruling on each case is what the case and its gold say."""

import uuid
from collections.abc import Iterator, Sequence

from annotations.marking.wire import Wire, parse_stretch
from annotations.study.checkup import RESTORE, Finding, rows_in

from .models import Adjudication, Case, Ruling, RulingStatus
from .sitting import CASE_FIELDS, plain

ARTICLES_AT_ONCE = 50
WORDS = {"curator_id": "who decided", "gold": "its span", "link": "its link", "ver": "its version"}


def check_decisions(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Some adjudications at a time: each case stands as its last ruling left it."""
    chunk: list[uuid.UUID] = []
    for pk in rows_in(Adjudication, study_id).order_by("pk").values_list("pk", flat=True):
        chunk.append(pk)
        if len(chunk) == ARTICLES_AT_ONCE:
            yield from _check(chunk)
            chunk = []
    yield from _check(chunk)


def _check(ids: Sequence[uuid.UUID]) -> Iterator[Finding]:
    applied = Ruling.objects.filter(adjudication__in=ids, status=RulingStatus.APPLIED)
    columns = ("case_id", "study_id", "after")
    last = {
        case: (study, after)
        for case, study, after in applied.order_by("rev").values_list(*columns).iterator(500)
    }
    cases = Case.objects.filter(adjudication__in=ids).select_related("gold_span", "gold_link")
    for row in cases.order_by().iterator(500):
        _, told = last.pop(row.pk, (row.study_id, None))
        if wrong := _differ(_stored(row), told):
            what = f"It is not as its last ruling left it: {', '.join(wrong)}."
            yield Finding("curation.rulings", row.study_id, f"case {row.pk}", what, RESTORE)
    for pk, (study, _) in last.items():
        what = "It was ruled on, and is not there."
        yield Finding("curation.rulings", study, f"case {pk}", what, RESTORE)


def _differ(stored: Wire, told: Wire | None) -> list[str]:
    """In what they do. A case that was put back to the beginning says nothing."""
    if not told:
        untouched = stored["state"] == "open" and not stored["gold"] and not stored["link"]
        return [] if untouched and told is None else ["its state"]
    kept = stored if "votes" in told else {**stored, "votes": None}  # a merge leaves them out
    names = [name for name in kept if told.get(name) != kept[name]]
    return [WORDS.get(name, f"its {name.removesuffix('_id').replace('_', ' ')}") for name in names]


def _stored(row: Case) -> Wire:
    """In the form in which a ruling keeps it (`state_of`)."""
    told: Wire = {name: plain(getattr(row, name)) for name in CASE_FIELDS}
    told |= {"ver": row.ver, "gold": None, "link": None}
    gold = getattr(row, "gold_span", None)
    if gold is not None and gold.deleted_at is None:
        told["gold"] = {
            "id": str(gold.pk),
            "label": plain(gold.label_id),
            "fragments": _fragments(gold.stretch),
            "answers": gold.answers,
        }
    link = getattr(row, "gold_link", None)
    if link is not None and link.deleted_at is None:
        cue = [link.cue_start, link.cue_end] if link.cue_start is not None else None
        told["link"] = {"id": str(link.pk), "cue": cue}
    return told


def _fragments(stretch: str) -> list[list[int]]:
    try:
        return [list(part) for part in parse_stretch(stretch)]
    except ValueError:  # which another check tells of
        return []

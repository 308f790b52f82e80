"""The history of marks in words: who did what, when, and what each was before and after."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from annotations.accounts.models import User
from annotations.assignment.models import Assignment

from .codebook import Codebook
from .models import Entity, Flag, Link, Operation, OperationKind, OperationStatus, Span
from .protocol import is_uuid
from .wire import Wire

PAGE = 50
CLIP = 120
EXTENT = "Extent"


@dataclass(frozen=True)
class Change:
    """One thing that an operation changed; empty where there was or is nothing."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One operation in words. `restorable`: the mark can be put back to how this left it."""

    op_id: uuid.UUID
    rev: int
    at: datetime
    who: User
    verb: str
    what: str
    quote: str
    changes: tuple[Change, ...]
    target_id: uuid.UUID
    restorable: str


@dataclass(frozen=True)
class Names:
    """What ids are called."""

    codebook: Codebook
    entities: Mapping[str, str]

    def label(self, span: Wire) -> str:
        label = self.codebook.labels.get(uuid.UUID(span["label"])) if span["label"] else None
        return label.name if label else EXTENT

    def title(self, span: Wire, attribute: str) -> str:
        label = self.codebook.labels.get(uuid.UUID(span["label"])) if span["label"] else None
        rule = label.attributes.get(attribute) if label else None
        return rule.title if rule else attribute

    def answer(self, answer: str) -> str:
        return self.entities.get(answer, answer)


def clip(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= CLIP else f"{plain[: CLIP - 1]}…"


def quote_of(span: Wire) -> str:
    return clip(" … ".join(part["quote"] for part in span["fragments"]))


def fetch_operations(
    assignment: Assignment, mark: uuid.UUID | None, before_rev: int | None
) -> list[Operation]:
    """Applied operations, the latest first, one more than a page holds."""
    rows = Operation.objects.filter(assignment=assignment, status=OperationStatus.APPLIED)
    if mark:
        rows = rows.filter(target_id=mark)
    if before_rev is not None:
        rows = rows.filter(rev__lt=before_rev)
    return list(rows.select_related("user").order_by("-rev")[: PAGE + 1])


def entity_names(operations: Iterable[Operation]) -> dict[str, str]:
    ids = {
        answer
        for row in operations
        for side in (row.before, row.after)
        for answer in ((side or {}).get("span") or {}).get("attributes", {}).values()
        if is_uuid(answer)
    }
    return {str(row.pk): row.name for row in Entity.objects.filter(pk__in=ids)} if ids else {}


def versions_now(operations: Iterable[Operation]) -> dict[uuid.UUID, tuple[int, bool]]:
    """For each span and link: its version, and whether it is removed."""
    ids = {row.target_id for row in operations}
    columns = ("pk", "ver", "deleted_at")
    spans = Span.objects.filter(pk__in=ids).order_by().values_list(*columns)
    links = Link.objects.filter(pk__in=ids).order_by().values_list(*columns)
    return {pk: (ver, removed is not None) for pk, ver, removed in spans.union(links, all=True)}


def entries(operations: list[Operation], codebook: Codebook) -> list[Entry]:
    names = Names(codebook, entity_names(operations))
    now = versions_now(operations)
    return [entry_of(row, names, now) for row in operations]


def entry_of(row: Operation, names: Names, now: Mapping[uuid.UUID, tuple[int, bool]]) -> Entry:
    before, after = row.before or {}, row.after or {}
    shown = after or before
    return Entry(
        op_id=row.op_id,
        rev=row.rev or 0,
        at=row.at,
        who=row.user,
        verb=OperationKind(row.kind).label,
        what=what_of(row, shown, names),
        quote=quote_of(shown["span"]) if shown.get("span") else words_of(shown),
        changes=tuple(changes_of(before, after, names)) if row.kind == OperationKind.SET else (),
        target_id=row.target_id,
        restorable=restorable(row, now),
    )


def what_of(row: Operation, shown: Wire, names: Names) -> str:
    if row.target_type == "span":
        return names.label(shown["span"])
    return "Link" if row.target_type == "link" else "Name"


def words_of(shown: Wire) -> str:
    if shown.get("entity"):
        return str(shown["entity"]["name"])
    cue = (shown.get("link") or {}).get("cue")
    return clip(cue["quote"]) if cue else ""


def restorable(row: Operation, now: Mapping[uuid.UUID, tuple[int, bool]]) -> str:
    """ "Bring back" a removed mark, or go "back to this" from a later version; else empty."""
    if row.target_id not in now:
        return ""
    ver, removed = now[row.target_id]
    if row.kind == OperationKind.DEL:
        return "Bring back" if removed and row.result["ver"] == ver else ""
    return "" if removed or row.result["ver"] == ver else "Back to this"


def changes_of(before: Wire, after: Wire, names: Names) -> Iterator[Change]:
    if before.get("span") and after.get("span"):
        yield from span_changes(before["span"], after["span"], names)
    elif before.get("link") and after.get("link"):
        yield Change("Cue words", words_of(before), words_of(after))
    elif before.get("entity") and after.get("entity"):
        yield Change("Name", before["entity"]["name"], after["entity"]["name"])


def span_changes(old: Wire, new: Wire, names: Names) -> Iterator[Change]:
    pairs = [
        ("Label", names.label(old), names.label(new)),
        ("Words", quote_of(old), quote_of(new)),
        ("Note", clip(old["note"]), clip(new["note"])),
        ("Flag", flag_title(old), flag_title(new)),
        ("State", old["state"], new["state"]),
    ]
    for attribute in sorted(old["attributes"].keys() | new["attributes"].keys()):
        span = new if attribute in new["attributes"] else old
        sides = (side["attributes"].get(attribute, "") for side in (old, new))
        pairs.append((names.title(span, attribute), *map(names.answer, sides)))  # type: ignore[arg-type]
    yield from (Change(*pair) for pair in pairs if pair[1] != pair[2])


def flag_title(span: Wire) -> str:
    return Flag(span["flag"]).label if span["flag"] else ""

"""Rows that hold each other: what one row says goes into the digest of the next, so that none can
be changed or taken away by itself. No secret is in it: whoever makes all later digests anew too
leaves no trace in the database. So digests are also written down elsewhere (the security log).

Nobody waits for anybody. An entry of the audit names the digests of all newest entries that its
transaction saw: one mostly, several after people acted at the same moment. What is written by two
at once are two branches, which the next entry ties together.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from .models import AuditEntry, CodebookVersion, Study

CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=str)
LOOKED_BACK = 64  # entries among which the newest are looked for
SAID = ("study_id", "actor_id", "action", "subject_type", "subject_id", "subject_name")


def joined(before: str, said: Any) -> str:
    """The digest of what is said after `before`: SHA-256 of both, the second as canonical JSON."""
    return hashlib.sha256(f"{before}\n{CANONICAL.encode(said)}".encode()).hexdigest()


def settled(value: Any) -> Any:
    """JSON as either database gives it back: PostgreSQL makes 10^20 of 1e20, keys are words."""
    if isinstance(value, dict):
        return {str(key): settled(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [settled(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def witness_of(version: CodebookVersion) -> str:
    """What the entry about a version of the codebook holds of it."""
    when, who = version.created_at.isoformat(), str(version.created_by_id)
    return joined("", [version.number, version.reason, when, who, settled(version.content)])


def digest_of(entry: AuditEntry) -> str:
    told = [str(getattr(entry, name)) for name in SAID]
    when = entry.at.isoformat()
    return joined(
        entry.seen, [*told, when, settled(entry.before), settled(entry.after), entry.witness]
    )


def newest(study_id: Any) -> str:
    """The digests of the entries that no other has named yet, as this transaction sees it. Who
    sees none waits for whoever else may be writing the first: there is one beginning only."""
    rows = AuditEntry.objects.filter(study=study_id).order_by("-pk")
    told = rows.values_list("digest", "seen")[:LOOKED_BACK]
    if found := untied(told):
        return found
    with transaction.atomic():
        list(Study.objects.select_for_update(no_key=True).filter(pk=study_id).values_list("pk"))
        return untied(told.all())


def untied(rows: Iterable[tuple[str, str]]) -> str:
    """Of (digest, seen), the newest first."""
    found, named = [], set()
    for digest, seen in rows:
        found.append(digest)
        named.update(seen.split())
    return " ".join(sorted({each for each in found if each and each not in named}))


def seal(entries: Iterable[AuditEntry], seen: str) -> Iterator[AuditEntry]:
    """The same entries, each tied to the one before, the first to those `seen`."""
    for entry in entries:
        entry.seen = seen
        entry.digest = seen = digest_of(entry)
        yield entry

"""What the doctor finds, and its checks of what all tables have in common.

Each room checks its own rows in a module of this name; `project.doctor` asks all of them. A check
reads a part at a time, so that its memory does not grow with the study.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby, islice
from typing import Any, TypeAlias, TypeVar

from django.db import connection
from django.db.models import Count, Exists, ForeignKey, Max, Model, OuterRef, QuerySet

from annotations.guards import missing_guards

from .actions.purging import tables_of_a_study
from .models import AuditEntry, CodebookVersion, Membership, Role, Study
from .sealing import digest_of, witness_of

AT_ONCE = 500  # rows fetched together
FAR_BACK = 10_000  # digests of a study that are held in memory
RESTORE = "Take what it was from a backup; until then do not use it."
TELL = "Make a backup, then tell those who look after Sourcemark: this is a fault of the program."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be: `check` is room.thing, `where` names the row."""

    check: str
    study_id: uuid.UUID | None
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        study = f"study {self.study_id}, " if self.study_id else ""
        return f"{self.check}: {study}{self.where}: {self.what} {self.remedy}"


Check: TypeAlias = Callable[[uuid.UUID | None], Iterator[Finding]]
Row = TypeVar("Row", bound=Model)


def rows_in(model: type[Row], study_id: uuid.UUID | None) -> "QuerySet[Row]":
    """All rows of the table, or those of one study, in no order."""
    found: QuerySet[Row] = model._base_manager.order_by()
    return found.filter(study=study_id) if study_id else found


def check_guards(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """The triggers that keep texts and history as they are stand, for all studies alike."""
    for name in missing_guards(connection):
        yield Finding(
            "study.guards", None, f"trigger {name}",
            "It is missing, switched off or does something else.",
            "Run `manage.py migrate`, which sets it again, and find out who took it away.",
        )  # fmt: skip


def check_references(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Whatever a row names is there, and of the same study."""
    for model in tables_of_a_study():
        if not (asked := _loose(model, is_of_one=study_id is not None)):
            continue
        one = [Study._meta.pk.get_db_prep_value(study_id, connection)] if study_id else []
        with connection.cursor() as cursor:
            cursor.execute(asked, one * asked.count("%s"))
            while rows := cursor.fetchmany(AT_ONCE):
                for name, *ids in rows:
                    yield _reference(model, name, *ids)


def _reference(model: type[Model], name: str, pk: object, study: object, named: object) -> Finding:
    field = model._meta.get_field(name)
    assert isinstance(field, ForeignKey)
    where = f"{model._meta.model_name} {model._meta.pk.to_python(pk)}"
    what = f"Its {name} {field.to_python(named)} is not there, or is of another study."
    return Finding("study.references", Study._meta.pk.to_python(study), where, what, RESTORE)


@cache
def _loose(model: type[Model], *, is_of_one: bool) -> str:
    """The statement that finds loose references in all columns of a table: name, row, study, id.

    Written by hand: to have a hundred of them made from querysets costs more than to run them.
    """
    quote = connection.ops.quote_name
    parts = []
    for field in model._meta.concrete_fields:
        if not isinstance(field, ForeignKey) or field.name == "study":
            continue
        target, column = field.related_model._meta, quote(str(field.column))
        there = f"there.{quote(str(field.target_field.column))} = here.{column}"
        if any(one.name == "study" for one in target.fields):
            there += " AND there.study_id = here.study_id"
        told = ", ".join(
            f"CAST({each} AS varchar(40))"
            for each in (quote(str(model._meta.pk.column)), "study_id", column)
        )
        parts.append(
            f"SELECT '{field.name}', {told} FROM {quote(model._meta.db_table)} AS here"
            f" WHERE {column} IS NOT NULL AND NOT EXISTS"
            f" (SELECT 1 FROM {quote(target.db_table)} AS there WHERE {there})"
            + (" AND study_id = %s" if is_of_one else "")
        )
    return " UNION ALL ".join(parts)


def check_codebook(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Versions count on from 1."""
    counted = rows_in(CodebookVersion, study_id).values("study_id")
    for row in counted.annotate(n=Count("pk"), last=Max("number")).iterator(AT_ONCE):
        if row["n"] != row["last"]:
            what = f"There are {row['n']} versions, and the last is number {row['last']}."
            yield Finding("study.codebook", row["study_id"], "codebook", what, RESTORE)


def check_audit(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Each entry fits its digest and those of the entries before it, and none of these is gone.
    That the newest is gone is seen by nothing but a digest kept elsewhere (`check_since`)."""
    entries = rows_in(AuditEntry, study_id).order_by("study_id", "pk").iterator(AT_ONCE)
    for study, group in groupby(entries, key=lambda entry: entry.study_id):
        before: dict[str, None] = {}  # digests, those of long ago first
        is_first = True
        for entry in group:
            for what in _entry_faults(entry, before, is_first=is_first):
                yield Finding("study.audit", study, f"audit entry {entry.pk}", what, RESTORE)
            before[entry.digest], is_first = None, False
            if len(before) > FAR_BACK:
                del before[next(iter(before))]


def _entry_faults(
    entry: AuditEntry, before: Mapping[str, None], *, is_first: bool
) -> Iterator[str]:
    if not entry.digest:
        yield "It has no digest: it was put in past Sourcemark."
        return
    if digest_of(entry) != entry.digest:
        yield "It does not fit its digest: it was changed."
    if not (is_first or entry.seen):
        yield "It begins anew, though it is not the first."
    for digest in entry.seen.split():
        if digest not in before and not _is_there(entry, digest):
            yield "An entry before it is gone, or was changed along with its digest."


def _is_there(entry: AuditEntry, digest: str) -> bool:
    return AuditEntry.objects.filter(study=entry.study_id, pk__lt=entry.pk, digest=digest).exists()


def check_witnesses(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Each version of the codebook is the one whose making the audit tells of."""
    told = rows_in(AuditEntry, study_id).filter(subject_type="codebookversion").exclude(witness="")
    witnesses = dict(told.values_list("subject_id", "witness").iterator(AT_ONCE))
    for version in rows_in(CodebookVersion, study_id).iterator(20):
        witness = witnesses.pop(str(version.pk), "")  # "": nothing tells of it
        if witness and witness != witness_of(version):
            what = "It is not what the audit says was made: it was changed."
            where = f"version {version.number} of the codebook"
            yield Finding("study.codebook", version.study_id, where, what, RESTORE)
    for pk in witnesses:
        what = "The audit tells of its making, and it is not there."
        yield Finding("study.codebook", study_id, f"version {pk} of the codebook", what, RESTORE)


def sums_told(
    study_id: uuid.UUID | None, action: str, number: str
) -> Iterator[dict[tuple[str, Any], str]]:
    """What the audit says of sums that were made by such acts, a portion at a time:
    (id of the subject, `number` in "after") -> SHA-256."""
    entries = rows_in(AuditEntry, study_id).filter(action=action, after__has_key="sha256")
    told = entries.values_list("subject_id", "after").iterator(AT_ONCE)
    while portion := list(islice(told, AT_ONCE)):
        yield {(subject, after.get(number)): after["sha256"] for subject, after in portion}


def check_since(digest: str, study_id: uuid.UUID | None) -> Iterator[Finding]:
    """The entry of this digest is there; then so is, unchanged, all that came before it."""
    if not rows_in(AuditEntry, study_id).filter(digest=digest).exists():
        what = "No entry of the audit has it: what there was then is gone, or was written anew."
        yield Finding("study.audit", study_id, f"digest {digest}", what, RESTORE)


def check_managers(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Somebody manages each study that is not in the bin."""
    led = Membership.objects.current().filter(study=OuterRef("pk"), role=Role.MANAGER)
    studies = Study.objects.kept().exclude(Exists(led))
    for study in (studies.filter(pk=study_id) if study_id else studies).iterator(AT_ONCE):
        what = "Nobody manages it."
        yield Finding(
            "study.managers", study.pk, f"“{study.name}”", what,
            "Make somebody its manager on its page for people, as site admin.",
        )  # fmt: skip


CHECKS: tuple[Check, ...] = (
    check_guards,
    check_references,
    check_codebook,
    check_audit,
    check_witnesses,
    check_managers,
)

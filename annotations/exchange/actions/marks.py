"""One annotator's marks on an article, from and to a file of native JSON."""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment, AssignmentState
from annotations.marking.actions import Refused, store_marks
from annotations.marking.models import Origin, Span
from annotations.marking.protocol import Op, read_op
from annotations.marking.queries import read_regions
from annotations.study.actions import record
from annotations.study.queries.codebook import codebook_content, latest_version
from annotations.text.refusal import Refusal

from .. import native
from ..fitting import misfits
from ..operations import Operations
from ..queries import read_marks
from ..records import MarksRecord, MarksRefused

AT_ONCE = 200  # operations a statement names; a longer statement is too much for SQLite


class MarksThere(Refusal):
    """There are marks already."""


class Closed(Refusal):
    """The work is no longer open."""


@dataclass(frozen=True)
class Imported:
    """How much came in; `remarks` says what of the file did not, or not as it stood there."""

    n_spans: int
    n_extents: int
    n_links: int
    remarks: tuple[str, ...]

    def __str__(self) -> str:
        numbers = {"span": self.n_spans, "extent": self.n_extents, "link": self.n_links}
        return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for word, n in numbers.items())


def export_marks(*, assignment: Assignment) -> bytes:
    """The annotator's marks as they stand. Reads only; the same marks give the same bytes."""
    return native.write(read_marks(assignment))


@transaction.atomic
def import_marks(
    *, assignment: Assignment, actor: User, content: bytes, replace: bool = False
) -> Imported:
    """Store the marks in a native file as the annotator's, all or none, marked as imported.

    Raises MarksRefused with a sentence for each thing that is wrong or does not fit, Closed when
    the work is submitted or handed over, and MarksThere when the annotator has marks on the
    article already; with `replace` those are removed first (their history stays).
    Takes some ten queries per 200 marks, and two per new name in the ledger.
    """
    locked = Assignment.objects.select_for_update().get(pk=assignment.pk)
    _refuse_closed(locked)
    reading = native.read(content)
    book = codebook_content(assignment.study)
    article = assignment.article
    regions = [(start, end) for start, end, _ in read_regions(article)]
    problems = misfits(reading.marks, article.text, regions, book)
    if problems:
        raise MarksRefused(problems)
    n_removed = _make_room(assignment, actor, replace)
    labels = {label["slug"]: label for label in book["labels"]}
    operations = Operations(reading.marks, labels, Origin.IMPORT)
    store_operations(assignment, actor, operations)
    _begin(locked)
    remarks = (*reading.losses, *_remarks(assignment, reading.marks))
    imported = _counted(reading.marks, remarks)
    record(
        study=assignment.study,
        actor=actor,
        action="marks.imported",
        subject=assignment,
        before={"spans": n_removed},
        after={
            "annotator": assignment.annotator.username,
            "file_sha256": hashlib.sha256(content).hexdigest(),
            "spans": imported.n_spans,
            "extents": imported.n_extents,
            "links": imported.n_links,
        },
    )
    return imported


def _refuse_closed(assignment: Assignment) -> None:
    if assignment.state in OPEN_STATES:
        return
    state = assignment.get_state_display().lower()
    raise Closed(f"This work is {state}. Return it to its annotator before you import into it.")


def _make_room(assignment: Assignment, actor: User, replace: bool) -> int:
    """Remove what is there, if so wanted; how many spans that were."""
    there = list(Span.objects.live().filter(assignment=assignment).order_by("start", "id"))
    if there and not replace:
        name = assignment.annotator.username
        raise MarksThere(
            f"{name} has marks on this article already ({len(there)}). Import with --replace to "
            "remove them first; their history stays."
        )
    ops = [_removal(span) for span in there]
    for chunk in _chunks(ops):
        store_marks(actor=actor, assignment=assignment, ops=chunk)
    return len(there)


def _removal(span: Span) -> Op:
    wire: dict[str, Any] = {"op_id": str(uuid.uuid4()), "kind": "del", "on": "span"}
    return read_op({**wire, "ver": span.ver, "span": {"id": str(span.pk)}})


def _chunks(ops: Sequence[Op]) -> Iterator[list[Op]]:
    rest = iter(ops)
    while chunk := list(islice(rest, AT_ONCE)):
        yield chunk


def store_operations(
    assignment: Assignment,
    actor: User,
    operations: Operations,
    batch: uuid.UUID | None = None,
) -> None:
    """Portion by portion. Raises MarksRefused with the marks that were refused by name. `batch`
    stands as the tab of the operations."""
    for chunk in _chunks(list(operations)):
        try:
            store_marks(
                actor=actor,
                assignment=assignment,
                ops=chunk,
                origin=operations.origin,
                tab=batch,
            )
        except Refused as refused:
            raise MarksRefused(_problems(refused, operations)) from refused


def _problems(refused: Refused, operations: Operations) -> list[str]:
    """The refused operations by the names of their marks; links that only follow are left out."""
    named = [
        (operations.named[uuid.UUID(answer["op_id"])], answer["message"])
        for answer in refused.answers
        if answer.get("message")
    ]
    first = [pair for pair in named if not pair[0].startswith("Link ")]
    return [f"{name}: {message}" for name, message in first or named]


def _begin(assignment: Assignment) -> None:
    waiting = Assignment.objects.filter(pk=assignment.pk, state=AssignmentState.WAITING)
    waiting.update(state=AssignmentState.IN_PROGRESS, started_at=timezone.now())


def _counted(marks: MarksRecord, remarks: tuple[str, ...]) -> Imported:
    n_extents = sum(span.label is None for span in marks.spans)
    return Imported(len(marks.spans) - n_extents, n_extents, len(marks.links), remarks)


def _remarks(assignment: Assignment, marks: MarksRecord) -> Iterator[str]:
    """What was stored otherwise than the file has it."""
    name = assignment.annotator.username
    if marks.annotator != name:
        yield f"The file calls the annotator “{marks.annotator}”; the marks are stored as {name}’s."
    number = latest_version(assignment.study).number
    versions = {span.codebook or marks.codebook for span in marks.spans} - {None, number}
    if versions:
        listed = ", ".join(map(str, sorted(version for version in versions if version)))
        yield (
            f"The file’s marks were made under codebook version {listed}; "
            f"they count as made under the study’s current version, {number}."
        )
    answers = {answer for span in marks.spans for answer in span.attributes.values()}
    unused = [entity.name for entity in marks.entities if entity.id not in answers]
    if unused:
        yield f"No mark names {', '.join(unused)}, so the ledger was left without."

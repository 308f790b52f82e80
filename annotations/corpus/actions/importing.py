"""Bringing files in, first half: what they hold is read and judged, nothing becomes an article."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.study.models import Study
from annotations.text.refusal import Refusal

from ..files import Reader, TooMuch, tidy
from ..models import Import, ImportState, SourceFile
from ..queries import import_limits, known_texts
from ..records import Defaults, Limits, Record, RecordWrong, draft_of, in_bytes, shortened
from ..tables import MOST_COLUMNS
from .storing import store_import

FORGOTTEN_AFTER = timedelta(days=1)
_SHOWN = 160  # code points of the beginning of a text

File = tuple[str, bytes]  # name, content
Finding = dict[str, Any]
# {"file": index, "name", "place", "problem": sentence or "", and without a problem:
#  "source": Source.as_json(), "sha256", "n_words", "n_code_points", "prefix_end", "begins",
#  "same_as": {"id", "title"} of an article, {"name", "place"} of an earlier record, or None,
#  and maybe "left_out": [names of columns that were passed over from here on]}


class NothingToImport(Refusal):
    """Choose at least one file."""


def prepare_import(
    *,
    study: Study,
    actor: User,
    files: Iterable[File],
    defaults: Defaults | None = None,
    leave_out: bool = False,
) -> Import:
    """Keep the files and say of every record what would be stored or what is wrong.

    With `leave_out`, columns that are not known are passed over; the findings name them.
    Raises TooMuch when the files go beyond the limits; then nothing is kept.
    """
    files = list(files)
    limits = import_limits()
    _check_size(files, limits)
    reader = Reader(limits, leave_out=leave_out)
    findings = read_findings(study, files, defaults or Defaults(), reader)
    with transaction.atomic():
        _forget_old(study)
        made = Import.objects.create(
            study=study, created_by=actor, findings=findings, n_records=len(findings)
        )
        SourceFile.objects.bulk_create(
            SourceFile(
                study=study,
                imported_in=made,
                position=position,
                name=tidy(name),
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
                n_bytes=len(content),
            )
            for position, (name, content) in enumerate(files)
        )
    return made


def import_files(
    *,
    study: Study,
    actor: User,
    files: Iterable[File],
    defaults: Defaults | None = None,
    all_or_none: bool = False,
) -> Import:
    """Prepare and store in one go, without a person looking at the preview."""
    made = prepare_import(study=study, actor=actor, files=files, defaults=defaults)
    return store_import(import_id=made.pk, actor=actor, all_or_none=all_or_none)


@transaction.atomic
def cancel_import(*, made: Import) -> None:
    """Give up a preview: its files are forgotten, nothing was stored."""
    waiting = Import.objects.filter(pk=made.pk, state__in=[ImportState.PREVIEW, ImportState.FAILED])
    n_changed = waiting.update(state=ImportState.CANCELLED, findings=[], finished_at=timezone.now())
    if n_changed:
        SourceFile.objects.filter(imported_in=made).delete()


def read_findings(
    study: Study, files: list[File], defaults: Defaults, reader: Reader
) -> list[Finding]:
    """A row a record, in the order of the files. Texts are not kept."""
    known: dict[str, dict[str, str]] = {
        sha256: {"id": str(pk), "title": title}
        for sha256, (pk, title) in known_texts(study).items()
    }
    findings: list[Finding] = []
    passed_over: set[str] = set()
    for index, (name, content) in enumerate(files):
        for record in reader.read(name, content):
            finding = judge(record, index, defaults, reader.limits)
            if not finding["problem"]:
                finding["same_as"] = known.get(finding["sha256"])
                known.setdefault(finding["sha256"], {"name": record.name, "place": record.place})
            new = [name for name in record.left_out if name not in passed_over]
            if new:  # each column is told once
                finding["left_out"] = [shortened(name) for name in new[:MOST_COLUMNS]]
                passed_over.update(new)
            findings.append(finding)
    return findings


def judge(record: Record, file: int, defaults: Defaults, limits: Limits) -> Finding:
    found: Finding = {
        "file": file, "name": record.name, "place": record.place, "problem": "", "same_as": None,
    }  # fmt: skip
    try:
        draft = draft_of(record, defaults, limits)
    except RecordWrong as wrong:
        return {**found, "problem": str(wrong)}
    return {
        **found,
        "source": draft.source.as_json(),
        "sha256": draft.sha256,
        "n_words": draft.n_words,
        "n_code_points": len(draft.text),
        "prefix_end": draft.prefix_end,
        "begins": draft.text[draft.prefix_end :][:_SHOWN],
    }


def _check_size(files: list[File], limits: Limits) -> None:
    if not files:
        raise NothingToImport
    n_bytes = sum(len(content) for _, content in files)
    if n_bytes > limits.upload_bytes:
        raise TooMuch(
            f"These files are {in_bytes(n_bytes)} together; one import may hold "
            f"{in_bytes(limits.upload_bytes)}. Bring them in by several imports."
        )


def _forget_old(study: Study) -> None:
    """Previews that nobody came back to."""
    old = timezone.now() - FORGOTTEN_AFTER
    waiting = Import.objects.filter(study=study, state=ImportState.PREVIEW, created_at__lt=old)
    for made in waiting.only("pk"):
        cancel_import(made=made)

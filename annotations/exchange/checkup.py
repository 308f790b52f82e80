"""The doctor's check of kept exports."""

import hashlib
import uuid
from collections.abc import Iterator

from django.core.files.storage import storages

from annotations.study.checkup import AT_ONCE, Check, Finding, rows_in, sums_told

from .models import Export, ExportState


def check_exports(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Each file is byte for byte what was made. One that is gone was forgotten, which is no fault:
    its page says so."""
    store = storages["exports"]
    made = rows_in(Export, study_id).filter(state=ExportState.DONE)
    for pk, study, path, sha256 in made.values_list("pk", "study_id", "path", "sha256").iterator(
        AT_ONCE
    ):
        if not store.exists(path):
            continue
        with store.open(path) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            what = "Its bytes do not fit its SHA-256: the file was changed."
            remedy = "Remove it, and make the export again."
            yield Finding("exchange.exports", study, f"export {pk}", what, remedy)


def check_sums(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Each export that is kept has the SHA-256 that the audit told when it was made."""
    for told in sums_told(study_id, "study.exported", ""):
        made = Export.objects.filter(pk__in=[subject for subject, _ in told])
        for pk, study, sha256 in made.values_list("pk", "study_id", "sha256"):
            if told[str(pk), None] != sha256:
                what = "Its SHA-256 is not the one that the audit tells: it was changed."
                remedy = "Remove it, and make the export again."
                yield Finding("exchange.sums", study, f"export {pk}", what, remedy)


CHECKS: tuple[Check, ...] = (check_exports, check_sums)

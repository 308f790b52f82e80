"""The doctor's checks of texts, source files and regions."""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from itertools import pairwise

from django.db.models import F

from annotations.study.checkup import RESTORE, Check, Finding, rows_in
from annotations.text.cleaning import first_unstorable

from .models import Article, Region, SourceFile

AT_ONCE = 20  # texts and files are large


def check_texts(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Each text is what was imported: hash, length, blocks that tile it, sentences inside it."""
    columns = ("pk", "study_id", "text", "text_sha256", "n_code_points", "blocks", "sentences")
    for pk, study, text, sha256, length, *cuts in (
        rows_in(Article, study_id).values_list(*columns).iterator(AT_ONCE)
    ):
        for what in _faults(text, sha256, length, *cuts):
            yield Finding("corpus.texts", study, f"article {pk}", what, RESTORE)


def _faults(
    text: str, sha256: str, length: int, blocks: Sequence[object], sentences: Sequence[object]
) -> Iterator[str]:
    if hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != sha256:
        yield "Its text does not fit its SHA-256: the text was changed."
    if "\r" in text or first_unstorable(text):
        yield "Its text holds characters that no import lets in (CR, NUL or other controls)."
    if len(text) != length:
        yield f"Its text has {len(text)} code points, not {length} as stored."
    if not _tile(blocks, length):
        yield "Its blocks do not tile the text."
    if not _in_order(sentences, length):
        yield "Its sentences overlap or leave the text."


def _stretches(pairs: Sequence[object]) -> list[tuple[int, int]] | None:
    """None when these are no stretches."""
    found = []
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(n) is int for n in pair)):
            return None
        found.append((pair[0], pair[1]))
    return found


def _tile(pairs: Sequence[object], length: int) -> bool:
    found = _stretches(pairs)
    if not found or found[0][0] != 0 or found[-1][1] != length:
        return False
    met = all(left[1] == right[0] for left, right in pairwise(found))
    return met and all(start < end for start, end in found)


def _in_order(pairs: Sequence[object], length: int) -> bool:
    found = _stretches(pairs)
    if found is None:
        return False
    apart = all(left[1] <= right[0] for left, right in pairwise(found))
    return apart and all(0 <= start < end <= length for start, end in found)


def check_source_files(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Each file is byte for byte what came in."""
    columns = ("pk", "study_id", "content", "sha256", "n_bytes")
    found = rows_in(SourceFile, study_id).values_list(*columns).iterator(AT_ONCE)
    for pk, study, content, sha256, n_bytes in found:
        whole = bytes(content)
        if (hashlib.sha256(whole).hexdigest(), len(whole)) != (sha256, n_bytes):
            what = "Its bytes do not fit its SHA-256 and size: it was changed."
            yield Finding("corpus.files", study, f"source file {pk}", what, RESTORE)


def check_regions(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """No region leaves its article."""
    out = rows_in(Region, study_id).filter(end__gt=F("article__n_code_points"))
    for pk, study in out.values_list("pk", "study_id").iterator(500):
        what = "It ends after the end of the text."
        yield Finding("corpus.regions", study, f"region {pk}", what, "Remove it on the article.")


CHECKS: tuple[Check, ...] = (check_texts, check_source_files, check_regions)

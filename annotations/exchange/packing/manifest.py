"""manifest.json: what an export is, so that a paper can name it and a program can check it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from annotations.agreement import ENGINE_VERSION

from ..frame import Form
from ..records import StudyRecord
from .aliases import Renaming
from .choosing import QUOTING, Wanted
from .counting import Counts

NAME = "sourcemark-export/1"


@dataclass(frozen=True, slots=True)
class FileFacts:
    path: str
    n_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class About:
    """What is said of an export beside what it holds. `agreement` are tables for the data card:
    (title, columns, rows, note). `secret` is what pseudonyms are made with: the same in every
    export of a study, or empty for pseudonyms that are this export's alone."""

    as_of: str  # the newest thing that is in it
    made_by: str = ""
    agreement: Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]], str]] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    secret: bytes = field(default=b"", repr=False)


def without_names(about: About, renaming: Renaming) -> About:
    """Whoever made it is not named, nor anybody in the name of a report."""
    agreement = [
        (title, columns, rows, renaming.words(note))
        for title, columns, rows, note in about.agreement
    ]
    return replace(about, made_by="", agreement=agreement)


def manifest(
    *,
    about: About,
    form: Form,
    study: StudyRecord,
    wanted: Wanted | None,
    options: Mapping[str, str],
    counts: Counts,
    files: Sequence[FileFacts],
) -> bytes:
    """`wanted` is None for a whole study, to which no filter applies."""
    losses = [loss.sentence for loss in form.losses]
    if wanted is not None and not wanted.texts:
        losses.append(
            "The texts are left out: offsets count code points of the text of the hash. " + QUOTING
        )
    told = {
        "format": NAME,
        "as_of": about.as_of,
        "made_by": about.made_by,
        "study": {"id": study.id, "name": study.name},
        "codebook_versions": [each.number for each in study.codebooks],
        "file_format": {"name": form.name, "title": form.title, "options": dict(options)},
        "filters": wanted.as_json() if wanted is not None else None,
        "offset_unit": "Unicode code point, end exclusive",
        "losses": losses,
        "counts": counts.as_json(),
        "engine_version": ENGINE_VERSION,
        **about.more,
        "files": [
            {"path": each.path, "bytes": each.n_bytes, "sha256": each.sha256} for each in files
        ],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()

"""Native JSON of one annotator's marks on an article: "sourcemark-marks/1" in and out.

Its shape is described in the README. "sourcemark-seed/1", its forerunner, is read too
(native_seed.py). Whether marks fit a text and a codebook is another question: fitting.py.
"""

import json
from typing import Any, NamedTuple

from .native_entries import OFFSET_UNIT, build_marks, unknown_keys
from .native_seed import SEED_FORMAT, from_seed
from .records import FragmentRecord, LinkRecord, MarksRecord, MarksRefused, SpanRecord
from .strict_json import load_object

FORMAT = "sourcemark-marks/1"


class Reading(NamedTuple):
    """What a file holds, and what of it has no place here: a sentence for each loss."""

    marks: MarksRecord
    losses: tuple[str, ...]


def read(content: bytes) -> Reading:
    """The marks in a file. Raises MarksRefused with everything that is wrong in it."""
    data = load_object(content)
    if data.get("format") == FORMAT:
        return Reading(build_marks(data), tuple(unknown_keys(data)))
    if data.get("format") != SEED_FORMAT:
        said = json.dumps(data.get("format"))
        raise MarksRefused([f"The file's format is {said}; known are {FORMAT}, {SEED_FORMAT}."])
    try:
        data, losses = from_seed(data)
    except (AttributeError, KeyError, TypeError) as error:
        raise MarksRefused([f"The file is not whole {SEED_FORMAT}: {error!r}."]) from error
    return Reading(build_marks(data), tuple(losses))


def write(marks: MarksRecord) -> bytes:
    """The file for `marks`, in their order: the same marks give the same bytes."""
    article = {
        "file": marks.file,
        "title": marks.title,
        "sha256": marks.text_sha256,
        "code_points": marks.n_code_points,
        "offset_unit": OFFSET_UNIT,
    }
    head = {
        "format": FORMAT,
        "document": {key: value for key, value in article.items() if value != ""},
        "annotator": marks.annotator,
        "codebook": {"version": marks.codebook},
    }
    lists = {
        "entities": [{"id": entity.id, "name": entity.name} for entity in marks.entities],
        "spans": [_written(span) for span in marks.spans if span.label is not None],
        "extents": [_written(span) for span in marks.spans if span.label is None],
        "links": [_written_link(link) for link in marks.links],
    }
    lines = [f'"{key}": {_json(value)}' for key, value in head.items()]
    lines += [f'"{key}": {_json_lines(entries)}' for key, entries in lists.items()]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _json_lines(entries: list[dict[str, Any]]) -> str:
    """A JSON list with an entry a line: short, and a comparison of two files can be read."""
    return "[\n" + ",\n".join(map(_json, entries)) + "\n]" if entries else "[]"


def _written(span: SpanRecord) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": span.id}
    fragments = [_written_fragment(fragment) for fragment in span.fragments]
    if span.label is not None:
        entry["label"] = span.label
    if span.label is not None and len(fragments) == 1:
        entry |= fragments[0]
    else:
        entry["fragments"] = fragments
    if span.label is not None:
        entry["attributes"] = dict(span.attributes)
    optional = {"note": span.note, "flag": span.flag, "codebook": span.codebook}
    return entry | {key: value for key, value in optional.items() if value}


def _written_fragment(fragment: FragmentRecord) -> dict[str, Any]:
    return {"start": fragment.start, "end": fragment.end, "text": fragment.text}


def _written_link(link: LinkRecord) -> dict[str, Any]:
    cue = {"cue": _written_fragment(link.cue)} if link.cue else {}
    return {"from": link.source, "to": link.target, **cue}

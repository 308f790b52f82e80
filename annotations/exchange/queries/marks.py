"""One annotator's marks, from rows to neutral records."""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping

from annotations.assignment.models import Assignment
from annotations.marking.models import AttributeValue, Link, Span
from annotations.marking.wire import parse_stretch
from annotations.study.models import AttributeKind
from annotations.study.queries.codebook import latest_version

from ..records import (
    Answer,
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    MarksRecord,
    SpanRecord,
)

EXTENT_TAG, ENTITY_TAG = "X", "E"


def read_marks(assignment: Assignment) -> MarksRecord:
    """The annotator's marks as they stand, in reading order; suggestions are no marks.

    At most six queries, however many marks there are.
    """
    article, rows = assignment.article, _marked_spans(assignment)
    labels = {row.label_id: row.label for row in rows if row.label}
    ids = _ids([labels[row.label_id].tag if row.label_id else EXTENT_TAG for row in rows])
    names = {row.pk: name for row, name in zip(rows, ids, strict=True)}
    answers, entities = _answers(assignment)
    version = max((row.codebook_version.number for row in rows), default=None)
    spans = [
        _span(row, names[row.pk], article.text, answers.get(row.pk, {}), version) for row in rows
    ]
    return MarksRecord(
        text_sha256=article.text_sha256,
        n_code_points=article.n_code_points,
        annotator=assignment.annotator.username,
        codebook=version or latest_version(assignment.study).number,
        title=article.title,
        file=article.source_file.name if article.source_file else "",
        entities=entities,
        spans=tuple(sorted(spans, key=lambda span: span.label is None)),
        links=tuple(_links(assignment, list(names), names)),
    )


def _marked_spans(assignment: Assignment) -> list[Span]:
    """In reading order: outer before inner, then as the codebook has the labels, extents last."""
    rows = list(
        Span.objects.marked()
        .filter(assignment=assignment)
        .select_related("label", "codebook_version")
        .defer("codebook_version__content")
    )

    def place(row: Span) -> tuple[object, ...]:
        label = (0, row.label.position, row.label.slug) if row.label else (1, 0, "")
        return row.start, -row.end, label, parse_stretch(row.stretch)

    return sorted(rows, key=place)


def _ids(tags: list[str]) -> list[str]:
    """A1, R1, R2, X1 …: each tag is counted for itself; one that ends in a digit gets a dash."""
    counted: Counter[str] = Counter()
    ids = []
    for tag in tags:
        counted[tag] += 1
        ids.append(f"{tag}{'-' if tag[-1:].isdigit() else ''}{counted[tag]}")
    return ids


def _span(
    row: Span, name: str, text: str, answers: Mapping[str, Answer], version: int | None
) -> SpanRecord:
    number = row.codebook_version.number
    return SpanRecord(
        id=name,
        label=row.label.slug if row.label else None,
        fragments=tuple(
            FragmentRecord(start, end, text[start:end]) for start, end in parse_stretch(row.stretch)
        ),
        attributes=answers,
        note=row.note,
        flag=row.flag,
        codebook=None if number == version else number,
    )


def _answers(
    assignment: Assignment,
) -> tuple[dict[uuid.UUID, dict[str, Answer]], tuple[EntityRecord, ...]]:
    """Answers by span, as the codebook orders them, and the entities that they name.

    Entries of the same folded name are one: the annotator's own and the study's list may have it.
    """
    rows = list(
        AttributeValue.objects.filter(
            span__assignment=assignment, span__deleted_at=None, span__state="marked"
        )
        .select_related("attribute", "entity")
        .order_by("attribute__position", "attribute__name", "span")
    )
    named = sorted({(e.folded_name, e.name) for row in rows if (e := row.entity)})
    ledger: dict[str, EntityRecord] = {}
    for folded, name in named:
        ledger.setdefault(folded, EntityRecord(f"{ENTITY_TAG}{len(ledger) + 1}", name))
    answers: dict[uuid.UUID, dict[str, Answer]] = {}
    for row in rows:
        answer: Answer = ledger[row.entity.folded_name].id if row.entity else row.text
        if row.attribute.kind == AttributeKind.YES_NO:
            answer = row.text == "yes"
        answers.setdefault(row.span_id, {})[row.attribute.name] = answer
    return answers, tuple(ledger.values())


def _links(
    assignment: Assignment, order: list[uuid.UUID], names: Mapping[uuid.UUID, str]
) -> Iterator[LinkRecord]:
    places = {pk: place for place, pk in enumerate(order)}
    rows = [
        row
        for row in Link.objects.live().filter(assignment=assignment)
        if row.source_id in places and row.target_id in places
    ]
    for row in sorted(rows, key=lambda row: (places[row.source_id], places[row.target_id])):
        cue = None
        if row.cue_start is not None and row.cue_end is not None:
            cue = FragmentRecord(row.cue_start, row.cue_end, row.cue_quote)
        yield LinkRecord(names[row.source_id], names[row.target_id], cue)

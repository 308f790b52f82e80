"""What a model found, brought to annotators as suggestions. A model is never an annotator."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment
from annotations.corpus.models import Article
from annotations.marking.models import Origin
from annotations.marking.queries import read_regions
from annotations.study.actions import record
from annotations.study.models import Study
from annotations.study.queries.codebook import codebook_content, latest_version
from annotations.text.refusal import Refusal

from ..fitting import misfits
from ..operations import Operations
from ..records import EntityRecord, MarksRecord, MarksRefused, SpanRecord
from .marks import store_operations


class SuggestionsNotAllowed(Refusal):
    """This study takes no suggestions of models. A manager can allow them in its settings."""


class NobodyMarks(Refusal):
    """Nobody's work on this article is open, so there is nobody to suggest anything to."""


class NotOpen(Refusal):
    """One of these assignments is not of this article, or not open any more."""


@dataclass(frozen=True)
class Model:
    name: str
    version: str


@dataclass(frozen=True)
class Suggested:
    """`batch` is the tab of the operations and stands in the study's history."""

    batch: uuid.UUID
    assignments: tuple[uuid.UUID, ...]


@transaction.atomic
def bring_suggestions(
    *,
    study: Study,
    actor: User,
    article: Article,
    model: Model,
    spans: Sequence[SpanRecord],
    entities: Sequence[EntityRecord],
    only: Sequence[uuid.UUID] | None = None,
) -> Suggested:
    """Suggest the spans to everybody who has the article open, or `only` in these assignments.

    All or nothing; some ten queries for each assignment and 200 spans. A span that an annotator
    has already is left as it is. Raises SuggestionsNotAllowed, NobodyMarks, NotOpen; and
    MarksRefused with a sentence for each thing that does not fit, which begins with its span.
    """
    if not study.suggestions_allowed:
        raise SuggestionsNotAllowed
    content = codebook_content(study)
    version = latest_version(study).number
    marks = marks_of(article, spans, entities, model.name, version)
    regions = [(start, end) for start, end, _ in read_regions(article)]
    if problems := misfits(marks, article.text, regions, content):
        raise MarksRefused(problems)
    works = open_works(article, only)
    batch = uuid.uuid4()
    labels = {label["slug"]: label for label in content["labels"]}
    for work in works:
        operations = Operations(marks, labels, Origin.MODEL)
        store_operations(work, actor, operations, batch)
    record(
        study=study,
        actor=actor,
        action="suggestions.brought_in",
        subject=article,
        after={
            "model": model.name,
            "version": model.version,
            "batch": str(batch),
            "spans": len(spans),
            "assignments": [str(work.pk) for work in works],
        },
    )
    return Suggested(batch, tuple(work.pk for work in works))


def marks_of(
    article: Article,
    spans: Sequence[SpanRecord],
    entities: Sequence[EntityRecord],
    name: str,
    version: int,
) -> MarksRecord:
    return MarksRecord(
        article.text_sha256,
        article.n_code_points,
        name,
        version,
        entities=tuple(entities),
        spans=tuple(spans),
        links=(),
    )


def open_works(article: Article, only: Sequence[uuid.UUID] | None) -> list[Assignment]:
    rows = Assignment.objects.filter(article=article, state__in=OPEN_STATES).order_by("pk")
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    found = list(rows.select_related("article", "annotator", "study"))
    if only is not None and len(found) != len(set(only)):
        raise NotOpen
    if not found:
        raise NobodyMarks
    return found

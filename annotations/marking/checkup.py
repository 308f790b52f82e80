"""The doctor's checks of marks: where they stand, what they are joined to, and their history."""

import uuid
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.study.checkup import AT_ONCE, RESTORE, TELL, Check, Finding, rows_in
from annotations.text.names import fold

from .chain import check_chains
from .models import AttributeValue, Entity, Link, Operation, OperationStatus, Span
from .retelling import check_histories
from .wire import format_stretch


class TextAtHand:
    """The text of one article at a time; ask for them article by article."""

    def __init__(self) -> None:
        self.article_id: uuid.UUID | None = None
        self.text = ""

    def of(self, article_id: uuid.UUID) -> str:
        if article_id != self.article_id:
            texts = Article.objects.filter(pk=article_id).values_list("text", flat=True)
            self.article_id, self.text = article_id, texts.first() or ""
        return self.text


def check_spans(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Fragments lie in the text and quote it; the span says the same as its fragments."""
    parts = ("start", "end", "quote", "text_length")
    columns = ("assignment__article_id", "pk", "study_id", "start", "end", "stretch")
    found = rows_in(Span, study_id).order_by("assignment__article_id", "pk", "fragments__start")
    found_rows = found.values_list(*columns, *(f"fragments__{part}" for part in parts))
    at_hand = TextAtHand()
    for key, group in groupby(found_rows.iterator(AT_ONCE), key=lambda row: row[:6]):
        article_id, pk, study, *told = key
        fragments = [row[6:] for row in group if row[6] is not None]
        for what in _span_faults(at_hand.of(article_id), told, fragments):
            yield Finding("marking.spans", study, f"span {pk}", what, RESTORE)


def _span_faults(text: str, told: list[Any], fragments: list[tuple[Any, ...]]) -> Iterator[str]:
    if not fragments:
        yield "It has no fragments."
        return
    for start, end, quote, length in fragments:
        if not (0 <= start < end <= len(text)) or length != len(text):
            yield f"Fragment {start}–{end} of {length} leaves the text of {len(text)} code points."
        elif text[start:end] != quote:
            yield f"Fragment {start}–{end} does not quote the text."
    places = [(start, end) for start, end, *_ in fragments]
    if any(left[1] > right[0] for left, right in pairwise(places)):
        yield "Its fragments overlap."
    if told != [places[0][0], places[-1][1], format_stretch(places)]:
        yield f"It says {told[2]} ({told[0]}–{told[1]}), its fragments {format_stretch(places)}."


def check_links(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """A link joins marks of one piece of work, live ones if it lives; its cue quotes the text."""
    links = rows_in(Link, study_id)
    strange = links.exclude(
        source__assignment=F("assignment"), target__assignment=F("assignment")
    )  # fmt: skip
    for pk, study in strange.values_list("pk", "study_id").iterator(AT_ONCE):
        what = "It joins marks of other work."
        yield Finding("marking.links", study, f"link {pk}", what, TELL)
    dead = Q(source__deleted_at__isnull=False) | Q(target__deleted_at__isnull=False)
    for pk, study in links.filter(dead, deleted_at=None).values_list("pk", "study_id"):
        what = "A mark at its end was removed."
        yield Finding("marking.links", study, f"link {pk}", what, TELL)
    columns = ("assignment__article_id", "pk", "study_id", "cue_start", "cue_end", "cue_quote")
    cues = links.filter(cue_start__isnull=False).order_by("assignment__article_id", "pk")
    at_hand = TextAtHand()
    for article_id, pk, study, start, end, quote in cues.values_list(*columns).iterator(AT_ONCE):
        if at_hand.of(article_id)[start:end] != quote:
            what = f"Its cue {start}–{end} does not quote the text."
            yield Finding("marking.links", study, f"link {pk}", what, RESTORE)


def check_answers(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Each answers a question of its span's label; names are of the annotator's own ledger."""
    values = rows_in(AttributeValue, study_id)
    strange = values.exclude(attribute__label=F("span__label"))
    theirs = values.filter(entity__owner__isnull=False)
    theirs = theirs.exclude(entity__owner=F("span__assignment__annotator"))
    for found, what in (
        (strange, "It answers a question that the label of its span does not ask."),
        (theirs, "It names an entry of somebody else's ledger."),
    ):
        for pk, study, span in found.values_list("pk", "study_id", "span_id").iterator(AT_ONCE):
            yield Finding("marking.answers", study, f"answer {pk} of span {span}", what, TELL)


def check_names(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """An entry of a ledger is found under its name, lives while an answer names it, and stands for
    another of the same ledger or for none."""
    entries = rows_in(Entity, study_id)
    for pk, study, name, folded in entries.values_list(
        "pk", "study_id", "name", "folded_name"
    ).iterator(AT_ONCE):
        if fold(name) != folded:
            what = "It is kept under another name than its own."
            yield Finding("marking.names", study, f"name {pk}", what, TELL)
    named = AttributeValue.objects.filter(entity=OuterRef("pk"), span__deleted_at=None)
    dead = entries.filter(Exists(named), deleted_at__isnull=False)
    strange = entries.filter(same_as__isnull=False).exclude(
        ~Q(same_as=F("pk")),
        same_as__study=F("study"),
    )
    for found, what in (
        (dead, "It was removed, and marks still name it."),
        (strange, "It stands for itself, or for a name of another study."),
    ):
        for pk, study in found.values_list("pk", "study_id").iterator(AT_ONCE):
            yield Finding("marking.names", study, f"name {pk}", what, TELL)


def check_operations(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """What was applied has a revision, what was not has none; marks were made by somebody."""
    operations = rows_in(Operation, study_id)
    applied = Q(status=OperationStatus.APPLIED)
    wrong = operations.filter(applied, rev=None) | operations.filter(~applied, rev__isnull=False)
    for pk, study in wrong.values_list("pk", "study_id").iterator(AT_ONCE):
        what = "Its revision does not fit its status."
        yield Finding("marking.operations", study, f"operation {pk}", what, RESTORE)
    marked = rows_in(Span, study_id).filter(assignment=OuterRef("pk"), origin="hand")
    waiting = rows_in(Assignment, study_id).filter(Exists(marked), state="waiting")
    for work, study in waiting.values_list("pk", "study_id").iterator(AT_ONCE):
        what = "It holds marks and says that it has not been begun."
        yield Finding("marking.operations", study, f"assignment {work}", what, TELL)


CHECKS: tuple[Check, ...] = (
    check_spans,
    check_links,
    check_answers,
    check_names,
    check_operations,
    check_histories,
    check_chains,
)

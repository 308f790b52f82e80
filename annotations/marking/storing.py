"""Marks into rows, in the order in which a batch makes its changes.

New spans and links wait, so that many go into one INSERT; any other change writes them first.
They are poured, without an instance of a model for each: a corpus from elsewhere has millions.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from annotations.study.pouring import pour

from .codebook import Codebook
from .models import AttributeValue, Entity, Fragment, Link, Span
from .state import EntityState, LinkState, SpanState

Row = tuple[Any, ...]
SPAN = (
    "id", "study", "assignment", "kind", "label", "codebook_version", "start", "end", "stretch",
    "note", "flag", "state", "origin", "ver", "changed_rev", "created_at", "changed_at",
)  # fmt: skip
FRAGMENT = ("study", "span", "start", "end", "quote", "text_length")
LINK = (
    "id", "study", "assignment", "source", "target", "cue_start", "cue_end", "cue_quote", "ver",
    "changed_rev", "created_at", "changed_at",
)  # fmt: skip
VALUE = ("study", "span", "attribute", "text", "entity")
VALUE_IDS = ("study_id", "span_id", "attribute_id", "text", "entity_id")


class Writer:
    """Writes one assignment's marks. `close` must be called at the end."""

    def __init__(
        self,
        *,
        study_id: uuid.UUID,
        assignment_id: uuid.UUID,
        owner_id: uuid.UUID,
        text: str,
        codebook: Codebook,
        now: datetime,
    ) -> None:
        self.study_id = study_id
        self.assignment_id = assignment_id
        self.owner_id = owner_id
        self.text = text
        self.codebook = codebook
        self.now = now
        self._spans: list[tuple[SpanState, int]] = []
        self._links: list[tuple[LinkState, int]] = []

    def close(self) -> None:
        spans, links = self._spans, self._links
        self._spans, self._links = [], []
        if spans:
            pour(Span, SPAN, (self._span_row(span, rev) for span, rev in spans))
            states = [span for span, _ in spans]
            pour(Fragment, FRAGMENT, (row for span in states for row in self._fragments(span)))
            values = [
                self._value_row(span, name, answer)
                for span in states
                for name, answer in span.attributes.items()
            ]
            pour(AttributeValue, VALUE, values)
        if links:
            pour(Link, LINK, (self._link_row(link, rev) for link, rev in links))

    # --- spans ----------------------------------------------------------------------------

    def add_span(self, span: SpanState, rev: int) -> None:
        self._spans.append((span, rev))

    def change_span(self, before: SpanState, after: SpanState, rev: int) -> None:
        self.close()
        start, end = after.hull
        version = {"codebook_version": self.codebook.id_of(after.codebook)}
        Span.objects.filter(pk=after.id).update(
            kind=after.kind,
            label=after.label_id,
            start=start,
            end=end,
            stretch=after.stretch,
            note=after.note,
            flag=after.flag,
            state=after.state,
            ver=after.ver,
            changed_rev=rev,
            changed_at=self.now,
            **(version if after.codebook != before.codebook else {}),
        )
        if after.fragments != before.fragments:
            self._change_fragments(before, after)
        if after.attributes != before.attributes or after.label_id != before.label_id:
            self._change_values(before, after)

    def remove_span(self, span: SpanState, links: list[LinkState], rev: int) -> None:
        self._mark_span(span, links, rev, self.now)

    def restore_span(self, span: SpanState, links: list[LinkState], rev: int) -> None:
        self._mark_span(span, links, rev, None)

    def _mark_span(
        self, span: SpanState, links: list[LinkState], rev: int, deleted_at: datetime | None
    ) -> None:
        self.close()
        changed = {"deleted_at": deleted_at, "changed_rev": rev, "changed_at": self.now}
        Span.objects.filter(pk=span.id).update(ver=span.ver, **changed)
        by_version: dict[int, list[uuid.UUID]] = {}
        for link in links:
            by_version.setdefault(link.ver, []).append(link.id)
        for ver, ids in by_version.items():
            Link.objects.filter(pk__in=ids).update(ver=ver, **changed)

    def _span_row(self, span: SpanState, rev: int) -> Row:
        return (
            span.id,
            self.study_id,
            self.assignment_id,
            span.kind,
            span.label_id,
            self.codebook.id_of(span.codebook),
            *span.hull,
            span.stretch,
            span.note,
            span.flag,
            span.state,
            span.origin,
            span.ver,
            rev,
            self.now,
            self.now,
        )

    def _fragments(self, span: SpanState) -> Iterable[Row]:
        for start, end in span.fragments:
            yield self.study_id, span.id, start, end, self.text[start:end], len(self.text)

    def _change_fragments(self, before: SpanState, after: SpanState) -> None:
        rows = Fragment.objects.filter(span=after.id)
        if len(before.fragments) == len(after.fragments) == 1:
            start, end = after.fragments[0]
            rows.update(start=start, end=end, quote=self.text[start:end])
            return
        rows.delete()
        pour(Fragment, FRAGMENT, self._fragments(after))

    def _change_values(self, before: SpanState, after: SpanState) -> None:
        """Values belong to a label's attribute: after relabelling all are written anew."""
        rows = AttributeValue.objects.filter(span=after.id)
        if before.label_id != after.label_id:
            rows.delete()
            self._write_values(after, after.attributes)
            return
        gone = before.attributes.keys() - after.attributes.keys()
        if gone:
            rows.filter(attribute__name__in=gone).delete()
        changed = {
            name: answer
            for name, answer in after.attributes.items()
            if before.attributes.get(name) != answer
        }
        self._write_values(after, changed)

    def _write_values(self, span: SpanState, only: Iterable[str]) -> None:
        """Answers to questions that may have had another one."""
        rows = [
            AttributeValue(**dict(zip(VALUE_IDS, self._value_row(span, name, answer), strict=True)))
            for name, answer in span.attributes.items()
            if name in only
        ]
        if rows:
            AttributeValue.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["span", "attribute"],
                update_fields=["text", "entity"],
            )

    def _value_row(self, span: SpanState, name: str, answer: str) -> Row:
        assert span.label_id is not None  # an extent has no attributes
        rule = self.codebook.labels[span.label_id].attributes[name]
        if rule.kind == "entity":
            return self.study_id, span.id, rule.id, "", uuid.UUID(answer)
        return self.study_id, span.id, rule.id, answer, None

    # --- links ------------------------------------------------------------------------------

    def add_link(self, link: LinkState, rev: int) -> None:
        self._links.append((link, rev))

    def change_link(self, link: LinkState, rev: int) -> None:
        """Also its removal and its return."""
        self.close()
        start, end = link.cue or (None, None)
        Link.objects.filter(pk=link.id).update(
            source=link.source,
            target=link.target,
            cue_start=start,
            cue_end=end,
            cue_quote=self.text[start:end] if link.cue else "",
            ver=link.ver,
            changed_rev=rev,
            changed_at=self.now,
            deleted_at=self.now if link.removed else None,
        )

    def _link_row(self, link: LinkState, rev: int) -> Row:
        start, end = link.cue or (None, None)
        return (
            link.id,
            self.study_id,
            self.assignment_id,
            link.source,
            link.target,
            start,
            end,
            self.text[start:end] if link.cue else "",
            link.ver,
            rev,
            self.now,
            self.now,
        )

    # --- the ledger -------------------------------------------------------------------------

    def add_entity(self, entity: EntityState) -> EntityState:
        """The entry; or the one that another article of the same annotator made just now."""
        row = self._entity_row(entity)
        Entity.objects.bulk_create([row], ignore_conflicts=True)
        stored = Entity.objects.filter(
            study=self.study_id,
            owner=self.owner_id,
            folded_name=entity.folded_name,
            deleted_at=None,
        ).first()
        if stored is None:
            raise IntegrityError("This id was given to another entry at the same moment.")
        return EntityState(stored.pk, stored.name, stored.folded_name, stored.ver)

    def add_alias(self, alias: EntityState) -> None:
        row = self._entity_row(alias)
        row.deleted_at = self.now
        row.same_as_id = alias.same_as
        Entity.objects.bulk_create([row])

    def change_entity(self, entity: EntityState) -> None:
        """Renames, removes or brings back. Raises IntegrityError when another was quicker."""
        read = Entity.objects.filter(pk=entity.id, ver=entity.ver - 1)
        changed = read.update(
            name=entity.name,
            folded_name=entity.folded_name,
            ver=entity.ver,
            deleted_at=self.now if entity.removed else None,
        )
        if not changed:
            raise IntegrityError("The entry was changed at the same moment.")

    def _entity_row(self, entity: EntityState) -> Entity:
        return Entity(
            id=entity.id,
            study_id=self.study_id,
            owner_id=self.owner_id,
            name=entity.name,
            folded_name=entity.folded_name,
            ver=entity.ver,
            created_at=self.now,
        )

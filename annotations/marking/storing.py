"""Marks into rows, in the order in which a batch makes its changes.

New spans and links wait, so that many go into one INSERT; any other change writes them first.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError

from .codebook import Codebook
from .models import AttributeValue, Entity, Fragment, Link, Span
from .state import EntityState, LinkState, SpanState


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
            Span.objects.bulk_create(self._span_row(span, rev) for span, rev in spans)
            states = [span for span, _ in spans]
            Fragment.objects.bulk_create(row for span in states for row in self._fragments(span))
            self._write_values(states)
        if links:
            Link.objects.bulk_create(self._link_row(link, rev) for link, rev in links)

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

    def _span_row(self, span: SpanState, rev: int) -> Span:
        start, end = span.hull
        return Span(
            id=span.id,
            study_id=self.study_id,
            assignment_id=self.assignment_id,
            kind=span.kind,
            label_id=span.label_id,
            codebook_version_id=self.codebook.id_of(span.codebook),
            start=start,
            end=end,
            stretch=span.stretch,
            note=span.note,
            flag=span.flag,
            state=span.state,
            origin=span.origin,
            ver=span.ver,
            changed_rev=rev,
            created_at=self.now,
            changed_at=self.now,
        )

    def _fragments(self, span: SpanState) -> Iterable[Fragment]:
        for start, end in span.fragments:
            yield Fragment(
                study_id=self.study_id,
                span_id=span.id,
                start=start,
                end=end,
                quote=self.text[start:end],
                text_length=len(self.text),
            )

    def _change_fragments(self, before: SpanState, after: SpanState) -> None:
        rows = Fragment.objects.filter(span=after.id)
        if len(before.fragments) == len(after.fragments) == 1:
            start, end = after.fragments[0]
            rows.update(start=start, end=end, quote=self.text[start:end])
            return
        rows.delete()
        Fragment.objects.bulk_create(self._fragments(after))

    def _change_values(self, before: SpanState, after: SpanState) -> None:
        """Values belong to a label's attribute: after relabelling all are written anew."""
        rows = AttributeValue.objects.filter(span=after.id)
        if before.label_id != after.label_id:
            rows.delete()
            self._write_values([after])
            return
        gone = before.attributes.keys() - after.attributes.keys()
        if gone:
            rows.filter(attribute__name__in=gone).delete()
        changed = {
            name: answer
            for name, answer in after.attributes.items()
            if before.attributes.get(name) != answer
        }
        self._write_values([after], only=changed)

    def _write_values(self, spans: Iterable[SpanState], only: Iterable[str] | None = None) -> None:
        rows = [
            self._value_row(span, name, answer)
            for span in spans
            for name, answer in span.attributes.items()
            if only is None or name in only
        ]
        if rows:
            AttributeValue.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["span", "attribute"],
                update_fields=["text", "entity"],
            )

    def _value_row(self, span: SpanState, name: str, answer: str) -> AttributeValue:
        assert span.label_id is not None  # an extent has no attributes
        rule = self.codebook.labels[span.label_id].attributes[name]
        is_entity = rule.kind == "entity"
        return AttributeValue(
            study_id=self.study_id,
            span_id=span.id,
            attribute_id=rule.id,
            text="" if is_entity else answer,
            entity_id=uuid.UUID(answer) if is_entity else None,
        )

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

    def _link_row(self, link: LinkState, rev: int) -> Link:
        start, end = link.cue or (None, None)
        return Link(
            id=link.id,
            study_id=self.study_id,
            assignment_id=self.assignment_id,
            source_id=link.source,
            target_id=link.target,
            cue_start=start,
            cue_end=end,
            cue_quote=self.text[start:end] if link.cue else "",
            ver=link.ver,
            changed_rev=rev,
            created_at=self.now,
            changed_at=self.now,
        )

    # --- the ledger -------------------------------------------------------------------------

    def add_entity(self, entity: EntityState) -> EntityState:
        """The entry; or the one that another article of the same annotator made just now."""
        row = self._entity_row(entity)
        Entity.objects.bulk_create([row], ignore_conflicts=True)
        [stored] = Entity.objects.filter(
            study=self.study_id,
            owner=self.owner_id,
            folded_name=entity.folded_name,
            deleted_at=None,
        )
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

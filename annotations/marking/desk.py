"""All that a batch of operations can touch, in memory, and the rules between marks."""

import uuid
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .articles import FixedText
from .checking import BY_BROWSER, Ground, Invalid
from .codebook import REPORTING, Codebook
from .lint import Mark, Place, lint
from .models import Origin
from .protocol import Asked
from .state import EntityState, LinkState, SpanState
from .wire import Stretch, Wire

Stand: TypeAlias = tuple[uuid.UUID | None, tuple[Stretch, ...]]


@dataclass
class Desk:
    """One assignment's marks, as far as the batch concerns them; `rev` is its last revision and
    `digest` that of its history before the batch."""

    assignment_id: uuid.UUID
    study_id: uuid.UUID
    owner_id: uuid.UUID
    rev: int
    state: str
    digest: str
    fixed: FixedText
    codebook: Codebook
    regions: list[Stretch] = field(default_factory=list)
    spans: dict[uuid.UUID, SpanState] = field(default_factory=dict)
    links: dict[uuid.UUID, LinkState] = field(default_factory=dict)
    entities: dict[uuid.UUID, EntityState] = field(default_factory=dict)
    answered: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict)
    asked: dict[uuid.UUID, Asked] = field(default_factory=dict)
    foreign_ops: set[uuid.UUID] = field(default_factory=set)
    origins: tuple[Origin, ...] = BY_BROWSER
    _by_place: dict[Stand, set[uuid.UUID]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.fixed.text

    @property
    def ground(self) -> Ground:
        return Ground(self.text, self.codebook, self.regions, self.entities, self.origins)

    def put(self, span: SpanState) -> None:
        self.spans[span.id] = span
        self._by_place.setdefault((span.label_id, span.fragments), set()).add(span.id)

    def twin(self, span: SpanState) -> SpanState | None:
        """The other live span with the same label on exactly the same stretch."""
        place = (span.label_id, span.fragments)
        others = (self.spans[other] for other in self._by_place.get(place, set()) - {span.id})
        return next((o for o in others if o.live and (o.label_id, o.fragments) == place), None)

    def hints_for(self, span: SpanState) -> list[Wire]:
        """What may be wrong with the boundaries of a span just saved; nothing for imports."""
        if span.state == "suggested" or Origin.IMPORT in self.origins:
            return []
        others = [
            Mark(self.slug_of(other), other.fragments)
            for other in self.spans.values()
            if other.live and other.label_id and other.id != span.id and other.state == "marked"
        ]
        mark = Mark(self.slug_of(span), span.fragments)
        place = Place(self.text, mark, self.fixed.sentences, others)
        english = self.fixed.language.lower().startswith("en")
        return [{"rule": rule, "message": said} for rule, said in lint(place, english)]

    def slug_of(self, span: SpanState) -> str:
        label = self.codebook.labels.get(span.label_id) if span.label_id else None
        return label.slug if label else ""

    def live_links(self, *span_ids: uuid.UUID) -> list[LinkState]:
        """Live links from or to any of the spans."""
        touching = set(span_ids)
        return [link for link in self.links.values() if link.live and touching & set(link.ends)]

    def is_live(self, span_id: uuid.UUID, otherwise: bool) -> bool:
        span = self.spans.get(span_id)
        return span.live if span else otherwise

    def ends_live(self, link: LinkState) -> bool:
        source_live = self.is_live(link.source, link.source_live)
        return source_live and self.is_live(link.target, link.target_live)

    def names(self, entity_id: uuid.UUID) -> bool:
        """Whether a live span on the desk names the entity."""
        answer = str(entity_id)
        return any(span.live and answer in span.attributes.values() for span in self.spans.values())

    def labels_of(self, link: LinkState) -> tuple[uuid.UUID | None, uuid.UUID | None]:
        """The labels of a link's source and target as they stand."""
        source, target = self.spans.get(link.source), self.spans.get(link.target)
        return (
            source.label_id if source else link.source_label,
            target.label_id if target else link.target_label,
        )


def check_ends(
    codebook: Codebook, source_label: uuid.UUID | None, target_label: uuid.UUID | None
) -> None:
    """Whether a link may lead from a mark of one label to a mark of the other (None: extent).

    A link comes from a source phrase: an attribution, where the codebook knows that label. It
    leads to what that source answers for: an extent or a mark of another label, but not
    reporting.
    """
    source = codebook.labels.get(source_label) if source_label else None
    target = codebook.labels.get(target_label) if target_label else None
    if source is None:
        raise Invalid("A link begins at a source phrase, not at an extent.")
    if not codebook.begins(source.slug):
        raise Invalid(f"A link begins at an attribution, not at {source.name}.")
    if target and target.slug == REPORTING:
        raise Invalid("Reporting is the outlet's own voice: no source answers for it.")
    if target and target.id == source.id:
        raise Invalid(f"A link leads from {source.name} to a mark of another kind.")


def check_still_linkable(desk: Desk, span: SpanState) -> None:
    """Whether the span, as it is about to be, still fits the links that it has."""
    for link in desk.live_links(span.id):
        if span.state == "suggested":
            raise Invalid("This mark has links and cannot become a suggestion again.")
        source_label, target_label = desk.labels_of(link)
        try:
            if link.source == span.id:
                check_ends(desk.codebook, span.label_id, target_label)
            else:
                check_ends(desk.codebook, source_label, span.label_id)
        except Invalid as error:
            raise Invalid(f"Remove the links of this mark first. {error}") from error

"""Neutral records as the operations by which an annotator would have made the same marks."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from annotations.marking.models import Origin, SpanKind, SpanState
from annotations.marking.protocol import Op, read_op

from .records import Answer, FragmentRecord, LinkRecord, MarksRecord, SpanRecord

Label = Mapping[str, Any]  # of a codebook version's content


class Operations:
    """Reading order: before a span the names it needs, after its second end each link.

    `named` tells which record an operation makes ("Span A1"), for whoever has to name it.
    """

    def __init__(self, marks: MarksRecord, labels: Mapping[str, Label], origin: Origin) -> None:
        self.marks = marks
        self.labels = labels
        self.origin = origin
        self.named: dict[uuid.UUID, str] = {}
        self._span_ids = {span.id: uuid.uuid4() for span in marks.spans}
        self._entity_ids = {entity.id: uuid.uuid4() for entity in marks.entities}
        self._links_of: defaultdict[str, list[LinkRecord]] = defaultdict(list)
        for link in marks.links:
            self._links_of[link.source].append(link)
            self._links_of[link.target].append(link)

    def __iter__(self) -> Iterator[Op]:
        names = {entity.id: entity.name for entity in self.marks.entities}
        known: set[str] = set()
        made: set[str] = set()
        for span in sorted(self.marks.spans, key=lambda span: (span.start, -span.end)):
            for entity in self._entities_of(span):
                if entity not in known:
                    known.add(entity)
                    wire = {"id": str(self._entity_ids[entity]), "name": names[entity]}
                    yield self._add("entity", wire, f"Entity {entity}")
            made.add(span.id)
            yield self._add("span", self._span_wire(span), f"{span.kind} {span.id}")
            for link in self._links_of[span.id]:
                if {link.source, link.target} <= made:
                    name = f"Link {link.source} → {link.target}"
                    yield self._add("link", self._link_wire(link), name)

    def _add(self, on: str, wire: dict[str, Any], name: str) -> Op:
        op = read_op({"op_id": str(uuid.uuid4()), "kind": "add", "on": on, on: wire})
        self.named[op.op_id] = name
        return op

    def _entities_of(self, span: SpanRecord) -> Iterator[str]:
        for attribute in self.labels[span.label]["attributes"] if span.label else ():
            answer = span.attributes.get(attribute["name"])
            if attribute["kind"] == "entity" and isinstance(answer, str):
                yield answer

    def _span_wire(self, span: SpanRecord) -> dict[str, Any]:
        label = self.labels[span.label] if span.label else None
        kinds = {each["name"]: each["kind"] for each in label["attributes"]} if label else {}
        return {
            "id": str(self._span_ids[span.id]),
            "kind": SpanKind.LABEL if label else SpanKind.EXTENT,
            "label": label["id"] if label else None,
            "fragments": [_fragment_wire(fragment) for fragment in span.fragments],
            "attributes": {
                name: self._answer(kinds[name], answer) for name, answer in span.attributes.items()
            },
            "note": span.note,
            "flag": span.flag,
            "state": SpanState.SUGGESTED if span.suggested else SpanState.MARKED,
            "origin": self.origin,
        }

    def _answer(self, kind: str, answer: Answer) -> str:
        if isinstance(answer, bool):
            return "yes" if answer else "no"
        return str(self._entity_ids[answer]) if kind == "entity" else answer

    def _link_wire(self, link: LinkRecord) -> dict[str, Any]:
        return {
            "id": str(uuid.uuid4()),
            "source": str(self._span_ids[link.source]),
            "target": str(self._span_ids[link.target]),
            "cue": _fragment_wire(link.cue) if link.cue else None,
        }


def _fragment_wire(fragment: FragmentRecord) -> dict[str, Any]:
    return {"start": fragment.start, "end": fragment.end, "quote": fragment.text}

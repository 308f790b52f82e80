"""What a batch of operations names, before any of it is checked."""

import uuid
from collections.abc import Iterable, Iterator

from annotations.text.names import fold

from .models import OperationKind, OperationTarget
from .protocol import Op, is_uuid


class Touched:
    """What the operations name: ids by kind, stretches, names."""

    def __init__(self, ops: Iterable[Op]) -> None:
        self.ops = list(ops)
        self.op_ids = [op.op_id for op in self.ops]
        self.ids = {on: self._ids(on) for on in OperationTarget}
        self.span_ids = self.ids[OperationTarget.SPAN] | set(self._link_ends())
        self.entity_ids = self.ids[OperationTarget.ENTITY] | set(self._answers())
        self.stretches = set(self._stretches())
        self.names = {fold(name) for name in self._names()}
        self.restored_spans = self._restored(OperationTarget.SPAN)
        self.restored_links = self._restored(OperationTarget.LINK)

    def _ids(self, on: OperationTarget) -> set[uuid.UUID]:
        return {op.target_id for op in self.ops if op.on == on}

    def _restored(self, on: OperationTarget) -> set[uuid.UUID]:
        kind = OperationKind.RESTORE
        return {op.target_id for op in self.ops if op.on == on and op.kind == kind}

    def _link_ends(self) -> Iterator[uuid.UUID]:
        for op in self.ops:
            if op.on == OperationTarget.LINK:
                ends = (op.payload.get(end) for end in ("source", "target"))
                yield from (uuid.UUID(end) for end in ends if is_uuid(end))

    def _answers(self) -> Iterator[uuid.UUID]:
        for op in self.ops:
            answers = op.payload.get("attributes")
            if op.on == OperationTarget.SPAN and isinstance(answers, dict):
                yield from (uuid.UUID(each) for each in answers.values() if is_uuid(each))

    def _stretches(self) -> Iterator[tuple[int, int]]:
        """Hulls of what the spans are to cover, as far as they can be read."""
        for op in self.ops:
            parts = op.payload.get("fragments")
            if op.on != OperationTarget.SPAN or not isinstance(parts, list):
                continue
            parts = [part for part in parts if isinstance(part, dict)]
            places = [part.get(side) for part in parts for side in ("start", "end")]
            numbers = [place for place in places if type(place) is int and 0 <= place < 2**31]
            if numbers:
                yield min(numbers), max(numbers)

    def _names(self) -> Iterator[str]:
        for op in self.ops:
            name = op.payload.get("name")
            if op.on == OperationTarget.ENTITY and isinstance(name, str) and not op.fault:
                yield name

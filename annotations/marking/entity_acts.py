"""The source ledger: names are found or made, renamed, removed when unused, brought back.

A ledger serves all articles of its annotator, so two articles may change it at once: writes are
conditional on what was read.
"""

from annotations.text.names import fold

from .checking import Invalid
from .desk import Desk
from .models import OperationStatus
from .outcomes import Outcome, conflict, gone, same
from .protocol import Op
from .state import EntityState
from .storing import Writer
from .wire import Wire

MAX_NAME = 200


def check_name(value: object) -> tuple[str, str]:
    """A name and its folded form, or Invalid."""
    name = " ".join(value.split()) if isinstance(value, str) else ""
    folded = fold(name)
    if not folded:
        raise Invalid("A name in the ledger needs at least one visible character.")
    if max(len(name), len(folded)) > MAX_NAME:
        raise Invalid(f"A name in the ledger has at most {MAX_NAME} characters.")
    return name, folded


def told(entity: EntityState) -> Wire:
    return {"entity": entity.wire()}


def named(desk: Desk, folded: str) -> EntityState | None:
    """The usable entry of that name, the annotator's own first."""
    found = [e for e in desk.entities.values() if e.usable and e.folded_name == folded]
    return min(found, key=lambda entity: entity.shared, default=None)


def own_entity(desk: Desk, op: Op) -> EntityState | None:
    entity = desk.entities.get(op.target_id)
    if entity and entity.shared:
        raise Invalid("This name is on the study's own list, which its manager keeps.")
    return entity if entity and entity.own else None


def add_entity(desk: Desk, writer: Writer, op: Op) -> Outcome:
    """Another entry of the same name is taken instead, and this id is remembered as its alias."""
    known = desk.entities.get(op.target_id)
    if known and not (known.own or known.shared):
        raise Invalid("The id of this name is in use. Enter the name again.")
    if known and known.same_as and known.same_as in desk.entities:
        known = desk.entities[known.same_as]
    if known:
        return same(known.id, known.ver, told(known)) if known.usable else gone(op)
    name, folded = check_name(op.payload.get("name"))
    asked = EntityState(op.target_id, name, folded)
    living = named(desk, folded) or writer.add_entity(asked)
    desk.entities[living.id] = living
    if living.id == asked.id:
        return Outcome(OperationStatus.APPLIED, asked.id, asked.ver, after=told(asked))
    asked.removed, asked.same_as = True, living.id
    desk.entities[asked.id] = asked
    writer.add_alias(asked)
    return same(living.id, living.ver, told(living))


def set_entity(desk: Desk, writer: Writer, op: Op) -> Outcome:
    entity = own_entity(desk, op)
    if entity is None or entity.removed:
        return gone(op)
    before = told(entity)
    if op.ver != entity.ver:
        return conflict(op, entity.ver, before)
    name, folded = check_name(op.payload.get("name"))
    if name == entity.name:
        return same(entity.id, entity.ver, before)
    other = named(desk, folded)
    if other and other.id != entity.id:
        raise Invalid(f"“{other.name}” is in the ledger already.")
    asked = EntityState(entity.id, name, folded, entity.ver + 1, in_use=entity.in_use)
    desk.entities[entity.id] = asked
    writer.change_entity(asked)
    return Outcome(OperationStatus.APPLIED, asked.id, asked.ver, before=before, after=told(asked))


def remove_entity(desk: Desk, writer: Writer, op: Op) -> Outcome:
    entity = own_entity(desk, op)
    if entity is None or entity.removed:
        return gone(op)
    before = told(entity)
    if op.ver != entity.ver:
        return conflict(op, entity.ver, before)
    if entity.in_use or desk.names(entity.id):
        raise Invalid(f"“{entity.name}” stays in the ledger while marks name it.")
    entity.removed, entity.ver = True, entity.ver + 1
    writer.change_entity(entity)
    return Outcome(OperationStatus.APPLIED, entity.id, entity.ver, before=before)


def restore_entity(desk: Desk, writer: Writer, op: Op) -> Outcome:
    entity = own_entity(desk, op)
    if entity is None or entity.same_as:
        return gone(op)
    if not entity.removed:
        return same(entity.id, entity.ver, told(entity))
    if op.ver != entity.ver:
        return conflict(op, entity.ver, {"entity": None})
    other = named(desk, entity.folded_name)
    if other:
        return same(other.id, other.ver, told(other))
    entity.removed, entity.ver = False, entity.ver + 1
    writer.change_entity(entity)
    wire = told(entity)
    return Outcome(OperationStatus.APPLIED, entity.id, entity.ver, after=wire, current=wire)

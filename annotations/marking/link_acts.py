"""Adding, changing, removing and bringing back links."""

import uuid

from .checking import Invalid, check_fragment
from .desk import Desk, check_ends
from .models import OperationStatus
from .outcomes import Outcome, conflict, gone, same
from .protocol import Op, is_uuid
from .span_acts import TAKEN
from .state import LinkState, SpanState, any_overlap
from .storing import Writer
from .wire import Stretch, Wire


def told(desk: Desk, link: LinkState) -> Wire:
    return {"link": link.wire(desk.text)}


def applied(desk: Desk, link: LinkState, before: Wire | None) -> Outcome:
    return Outcome(
        OperationStatus.APPLIED, link.id, link.ver, before=before, after=told(desk, link)
    )


def check_link(desk: Desk, op: Op, before: LinkState | None) -> LinkState:
    """The link that is asked for, fit to be stored, or Invalid."""
    source = _end(desk, op.payload.get("source"))
    target = _end(desk, op.payload.get("target"))
    if source.id == target.id:
        raise Invalid("A link needs two different marks.")
    if before is None or before.ends != (source.id, target.id):
        check_ends(desk.codebook, source.label_id, target.label_id)
    cue = _cue(desk, op.payload.get("cue"), before)
    return LinkState(op.target_id, source.id, target.id, cue, before.ver + 1 if before else 1)


def _end(desk: Desk, value: object) -> SpanState:
    span = desk.spans.get(uuid.UUID(value)) if isinstance(value, str) and is_uuid(value) else None
    if span is None or not span.live:
        raise Invalid("A mark at one end of this link is not there.")
    if span.state == "suggested":
        raise Invalid("Accept the suggestion before you link it.")
    return span


def _cue(desk: Desk, value: object, before: LinkState | None) -> Stretch | None:
    if value is None:
        return None
    cue = check_fragment(desk.text, value)
    if (before is None or before.cue != cue) and any_overlap([cue], desk.regions):
        raise Invalid("These cue words are not article text.")
    return cue


def twin(desk: Desk, link: LinkState) -> LinkState | None:
    others = desk.live_links(link.source)
    return next((o for o in others if o.ends == link.ends and o.id != link.id), None)


def add_link(desk: Desk, writer: Writer, op: Op) -> Outcome:
    known = desk.links.get(op.target_id)
    if known and not known.own:
        raise Invalid(TAKEN)
    if known and known.removed:
        return gone(op)
    asked = check_link(desk, op, None)
    if known:
        again = (known.ends, known.cue) == (asked.ends, asked.cue)
        wire = told(desk, known)
        return same(known.id, known.ver, wire) if again else conflict(op, known.ver, wire)
    living = twin(desk, asked)
    if living:
        return same(living.id, living.ver, told(desk, living))
    desk.links[asked.id] = asked
    writer.add_link(asked, desk.rev + 1)
    return applied(desk, asked, None)


def set_link(desk: Desk, writer: Writer, op: Op) -> Outcome:
    link = desk.links.get(op.target_id)
    if link is None or not link.live:
        return gone(op)
    before = told(desk, link)
    if op.ver != link.ver:
        return conflict(op, link.ver, before)
    asked = check_link(desk, op, link)
    if (asked.ends, asked.cue) == (link.ends, link.cue):
        return same(link.id, link.ver, before)
    if twin(desk, asked):
        raise Invalid("These two marks are linked already.")
    desk.links[link.id] = asked
    writer.change_link(asked, desk.rev + 1)
    return applied(desk, asked, before)


def remove_link(desk: Desk, writer: Writer, op: Op) -> Outcome:
    link = desk.links.get(op.target_id)
    if link is None or not link.live:
        return gone(op)
    before = told(desk, link)
    if op.ver != link.ver:
        return conflict(op, link.ver, before)
    link.removed, link.fell_with_span, link.ver = True, False, link.ver + 1
    writer.change_link(link, desk.rev + 1)
    return Outcome(OperationStatus.APPLIED, link.id, link.ver, before=before)


def restore_link(desk: Desk, writer: Writer, op: Op) -> Outcome:
    link = desk.links.get(op.target_id)
    if link is None or not link.own:
        return gone(op)
    if not link.removed:
        wire = told(desk, link)
        return same(link.id, link.ver, wire) if op.ver == link.ver else conflict(op, link.ver, wire)
    if op.ver != link.ver:
        return conflict(op, link.ver, {"link": None})
    if not desk.ends_live(link):
        raise Invalid("A mark at one end of this link has been removed. Bring it back first.")
    check_ends(desk.codebook, *desk.labels_of(link))
    living = twin(desk, link)
    if living:
        return same(living.id, living.ver, told(desk, living))
    link.removed, link.ver = False, link.ver + 1
    writer.change_link(link, desk.rev + 1)
    wire = told(desk, link)
    return Outcome(OperationStatus.APPLIED, link.id, link.ver, after=wire, current=wire)

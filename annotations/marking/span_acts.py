"""Adding, changing, removing and bringing back spans: on the desk, and through the writer."""

from .checking import Invalid, check_span, check_trimmed
from .desk import Desk, check_still_linkable
from .models import OperationStatus
from .outcomes import Outcome, conflict, gone, same
from .protocol import Op
from .state import LinkState, SpanState
from .storing import Writer
from .wire import Wire

TAKEN = "The id of this mark is in use. Make the mark again."


def span_wire(desk: Desk, span: SpanState, links: list[LinkState] | None = None) -> Wire:
    """A span for history and answers; with the links that go or come with it."""
    told: Wire = {"span": span.wire(desk.text)}
    if links:
        told["links"] = [link.wire(desk.text) for link in links]
    return told


def applied(desk: Desk, span: SpanState, before: Wire | None) -> Outcome:
    return Outcome(
        OperationStatus.APPLIED,
        span.id,
        span.ver,
        before=before,
        after=span_wire(desk, span),
        hints=desk.hints_for(span),
    )


def add_span(desk: Desk, writer: Writer, op: Op) -> Outcome:
    known = desk.spans.get(op.target_id)
    if known and not known.own:
        raise Invalid(TAKEN)
    if known and known.removed:
        return gone(op)
    asked = check_span(desk.ground, op.target_id, op.payload, None)
    if known:
        told = span_wire(desk, known)
        again = known.content == asked.content
        return same(known.id, known.ver, told) if again else conflict(op, known.ver, told)
    twin = desk.twin(asked)
    if twin:
        return same(twin.id, twin.ver, span_wire(desk, twin))
    check_trimmed(desk.ground, asked, None)
    desk.put(asked)
    writer.add_span(asked, desk.rev + 1)
    return applied(desk, asked, None)


def set_span(desk: Desk, writer: Writer, op: Op) -> Outcome:
    span = desk.spans.get(op.target_id)
    if span is None or not span.live:
        return gone(op)
    before = span_wire(desk, span)
    if op.ver != span.ver:
        return conflict(op, span.ver, before)
    asked = check_span(desk.ground, span.id, op.payload, span)
    if asked.content == span.content:
        return same(span.id, span.ver, before)
    if desk.twin(asked):
        raise Invalid("Another mark of yours has this label on exactly these words.")
    check_trimmed(desk.ground, asked, span)
    if asked.label_id != span.label_id or asked.state != span.state:
        check_still_linkable(desk, asked)
    desk.put(asked)
    writer.change_span(span, asked, desk.rev + 1)
    return applied(desk, asked, before)


def remove_span(desk: Desk, writer: Writer, op: Op) -> Outcome:
    """Its links go with it."""
    span = desk.spans.get(op.target_id)
    if span is None or not span.live:
        return gone(op)
    if op.ver != span.ver:
        return conflict(op, span.ver, span_wire(desk, span))
    links = desk.live_links(span.id)
    before = span_wire(desk, span, links)
    span.removed, span.ver = True, span.ver + 1
    for link in links:
        link.removed, link.fell_with_span, link.ver = True, True, link.ver + 1
    writer.remove_span(span, links, desk.rev + 1)
    return Outcome(OperationStatus.APPLIED, span.id, span.ver, before=before)


def restore_span(desk: Desk, writer: Writer, op: Op) -> Outcome:
    """The links that went with a span come back with it, where their other end is there."""
    span = desk.spans.get(op.target_id)
    if span is None or not span.own:
        return gone(op)
    if not span.removed:
        told = span_wire(desk, span)
        return same(span.id, span.ver, told) if op.ver == span.ver else conflict(op, span.ver, told)
    if op.ver != span.ver:
        return conflict(op, span.ver, {"span": None})
    twin = desk.twin(span)
    if twin:
        return same(twin.id, twin.ver, span_wire(desk, twin))
    span.removed, span.ver = False, span.ver + 1
    links = links_to_restore(desk, span)
    for link in links:
        link.removed, link.fell_with_span, link.ver = False, False, link.ver + 1
    writer.restore_span(span, links, desk.rev + 1)
    told = span_wire(desk, span, links)
    return Outcome(OperationStatus.APPLIED, span.id, span.ver, after=told, current=told)


def links_to_restore(desk: Desk, span: SpanState) -> list[LinkState]:
    taken = {link.ends for link in desk.live_links(span.id)}
    found = []
    for link in sorted(desk.links.values(), key=lambda link: str(link.id)):
        if not (link.own and link.removed and link.fell_with_span and span.id in link.ends):
            continue
        if link.ends in taken or not desk.ends_live(link):
            continue
        taken.add(link.ends)
        found.append(link)
    return found

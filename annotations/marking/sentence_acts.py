"""What the sentence form asks for, as operations of the protocol."""

import uuid

from .forms import EXTENT, AnswersForm, CueForm, LinkForm, MarkForm, RemoveForm
from .models import OperationKind, OperationTarget
from .protocol import Op, cleaned, storable
from .sentence_page import SentencePage
from .sentences import Found, find_words, hull, paragraph_of, paragraphs_around
from .wire import Stretch, Wire, fragment_wire


def op_of(
    op_id: uuid.UUID,
    kind: OperationKind,
    on: OperationTarget,
    payload: Wire,
    ver: int | None = None,
) -> Op:
    asked = {"op_id": str(op_id), "kind": kind.value, "on": on.value, on.value: payload}
    return Op(
        op_id=op_id,
        kind=kind,
        on=on,
        target_id=uuid.UUID(payload["id"]),
        ver=ver,
        payload=payload,
        asked=cleaned(asked if ver is None else {**asked, "ver": ver}),
        fault="" if storable(payload) else "The words hold a character that cannot be stored.",
    )


def places_of(page: SentencePage, form: MarkForm) -> list[Found]:
    """Where the words to mark may stand: the chosen place, else all in sentence or paragraph."""
    start, end = page.here
    words, chosen = form.cleaned_data["words"], form.cleaned_data["which"]
    if not words:
        return [Found(start, end, "", page.text[start:end], "")]
    found = find_words(page.text, start, end, words)
    if not found:
        found = find_around(page, start, words)
    if chosen is not None:
        return [each for each in found if each.start == chosen]
    offset = form.cleaned_data["start"]
    exact = [each for each in found if offset is not None and each.start == start + offset]
    return exact or found


def find_around(page: SentencePage, place: int, words: str) -> list[Found]:
    """In the paragraph of the place; else in those beside it too, or running over their edges."""
    blocks = page.work.article.blocks
    return find_words(page.text, *paragraph_of(blocks, place), words) or find_words(
        page.text, *paragraphs_around(blocks, place), words
    )


def moved_to(page: SentencePage, span: Wire, words: str) -> Stretch | None:
    """Where a mark's new words stand: over its old ones, else at the only place nearby."""
    start, end = hull(span)
    found = find_around(page, start, words)
    over = [each for each in found if each.start < end and each.end > start] or found
    return (over[0].start, over[0].end) if len(over) == 1 else None


def mark_op(page: SentencePage, form: MarkForm, place: Stretch) -> Op:
    """A new span; or with `join`, an extent with one part more."""
    told = form.cleaned_data
    part = fragment_wire(page.text, *place)
    joined = page.span(uuid.UUID(told["join"])) if told.get("join") else None
    if joined and told["label"] == EXTENT:
        payload = {**joined, "fragments": [*joined["fragments"], part]}
        return op_of(told["op_id"], OperationKind.SET, OperationTarget.SPAN, payload, joined["ver"])
    is_extent = told["label"] == EXTENT
    payload = {
        "id": str(told["span_id"]),
        "kind": "extent" if is_extent else "label",
        "label": None if is_extent else told["label"],
        "fragments": [part],
        "codebook": told["codebook"],
    }
    return op_of(told["op_id"], OperationKind.ADD, OperationTarget.SPAN, payload)


def answer_ops(
    page: SentencePage, form: AnswersForm, span: Wire, place: Stretch | None = None
) -> list[Op]:
    """The changed span, at its new `place`; before it the names that are not in the ledger yet."""
    told = form.cleaned_data
    is_extent = told["label"] == EXTENT
    relabelled = told["label"] != (span["label"] or EXTENT)
    names, answers = name_ops(form) if not relabelled else ([], {})
    payload = {
        **span,
        "kind": "extent" if is_extent else "label",
        "label": None if is_extent else told["label"],
        "attributes": {**kept_answers(page, span), **answers} if not relabelled else {},
        "flag": told["flag"],
        "note": told["note"].replace("\r\n", "\n"),
        "state": "marked",
        **({"codebook": told["codebook"]} if relabelled else {}),
        **({"fragments": [fragment_wire(page.text, *place)]} if place else {}),
    }
    changed = op_of(told["op_id"], OperationKind.SET, OperationTarget.SPAN, payload, told["ver"])
    return [*names, changed]


def kept_answers(page: SentencePage, span: Wire) -> dict[str, str]:
    """Answers to archived questions, which the form does not show."""
    label = page.labels.get(span["label"] or "")
    archived = {a["name"] for a in label["attributes"] if a["archived"]} if label else set()
    return {name: answer for name, answer in span["attributes"].items() if name in archived}


def name_ops(form: AnswersForm) -> tuple[list[Op], dict[str, str]]:
    """Operations that enter typed names into the ledger, and the answers with ids for names.

    The ids come from the form's own, so that the same form sent again enters no second name.
    """
    ops, answers = [], form.answers()
    for attribute in form.attributes:
        typed = answers.get(attribute["name"])
        if attribute["kind"] != "entity" or not typed:
            continue
        known = next((pk for pk, name in form.names.items() if name == typed), None)
        if known is None:
            op_id = uuid.uuid5(form.cleaned_data["op_id"], f"operation {attribute['name']}")
            known = str(uuid.uuid5(op_id, "entity"))
            payload = {"id": known, "name": typed}
            ops.append(op_of(op_id, OperationKind.ADD, OperationTarget.ENTITY, payload))
        answers[attribute["name"]] = known
    return ops, answers


def link_op(page: SentencePage, form: LinkForm, cue: Stretch | None) -> Op:
    told = form.cleaned_data
    payload = {
        "id": str(told["link_id"]),
        "source": told["source"],
        "target": told["target"],
        "cue": fragment_wire(page.text, *cue) if cue else None,
    }
    return op_of(told["op_id"], OperationKind.ADD, OperationTarget.LINK, payload)


def find_cue(page: SentencePage, form: LinkForm) -> Stretch | None:
    """The cue words nearest to the source, in its paragraph; None when they are not there."""
    source = page.span(uuid.UUID(form.cleaned_data["source"]))
    return cue_near(page, source, form.cleaned_data["cue"]) if source else None


def cue_near(page: SentencePage, source: Wire, words: str) -> Stretch | None:
    start, end = hull(source)
    found = find_words(page.text, *paragraph_of(page.work.article.blocks, start), words)
    apart = [each for each in found if each.end <= start or each.start >= end] or found
    nearest = min(
        apart, key=lambda each: min(abs(each.start - end), abs(start - each.end)), default=None
    )
    return (nearest.start, nearest.end) if nearest else None


def cue_op(form: CueForm, page: SentencePage, link: Wire, cue: Stretch | None) -> Op:
    told = form.cleaned_data
    payload = {**link, "cue": fragment_wire(page.text, *cue) if cue else None}
    return op_of(told["op_id"], OperationKind.SET, OperationTarget.LINK, payload, told["ver"])


def remove_op(form: RemoveForm, on: OperationTarget) -> Op:
    told = form.cleaned_data
    return op_of(told["op_id"], OperationKind.DEL, on, {"id": str(told["target_id"])}, told["ver"])

"""Whether a span may be as it is asked for. Every refusal is a sentence for its annotator."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from annotations.text.offsets import is_grapheme_edge
from annotations.text.refusal import Refusal

from .codebook import AttributeRule, Codebook, LabelRule
from .models import Flag, Origin, SpanKind
from .models import SpanState as Suggested
from .protocol import is_uuid
from .state import EntityState, SpanState, any_overlap
from .wire import Stretch, Wire

MAX_FRAGMENTS = 50
MAX_NOTE = 5_000
MAX_WORDS = 500  # of a free answer, in code points
KINDS, FLAGS, STATES = tuple(SpanKind.values), tuple(Flag.values), tuple(Suggested.values)
NO_SPACE = "\x1c\x1d\x1e\x1f\x85"  # white space to Python, but not to a browser, which trims
BY_BROWSER = (Origin.HAND, Origin.SAME_WORDS)


class Invalid(Refusal):
    """This mark cannot be stored as it is."""


@dataclass(frozen=True)
class Ground:
    """What a span is checked against."""

    text: str
    codebook: Codebook
    regions: Sequence[Stretch]
    entities: Mapping[uuid.UUID, EntityState]
    origins: Sequence[Origin] = BY_BROWSER


def check_span(
    ground: Ground, span_id: uuid.UUID, payload: Wire, before: SpanState | None
) -> SpanState:
    """The span that is asked for, fit to be stored, or Invalid.

    What stays as it was `before` is not checked again: its label may be archived by now, or its
    words have become "not article text".
    """
    kind = one_of(KINDS, payload.get("kind", SpanKind.LABEL), "kind of mark")
    label = _label(ground.codebook, kind, payload.get("label"), before)
    fragments = check_fragments(ground.text, payload.get("fragments"))
    if before is None or before.fragments != fragments:
        _check_place(ground, fragments, label)
    elif len(fragments) > 1 and label and not label.fragments_allowed:
        raise Invalid(f"A mark of {label.name} is one stretch without gaps.")
    attributes = _attributes(ground, label, payload.get("attributes") or {}, before)
    return SpanState(
        id=span_id,
        kind=kind,
        label_id=label.id if label else None,
        fragments=fragments,
        attributes=attributes,
        note=words_of(payload.get("note", ""), MAX_NOTE, "note"),
        flag=one_of(FLAGS, payload.get("flag", ""), "flag"),
        state=one_of(STATES, payload.get("state", Suggested.MARKED), "state"),
        origin=before.origin if before else _origin(ground, payload),
        ver=before.ver + 1 if before else 1,
        codebook=_codebook_number(ground, label, payload.get("codebook"), before),
    )


def _codebook_number(
    ground: Ground, label: LabelRule | None, said: Any, before: SpanState | None
) -> int:
    """The version that the annotator saw when the label was chosen; unsaid, the newest."""
    if before and before.label_id == (label.id if label else None):
        return before.codebook
    if said is None or said == ground.codebook.number:
        return ground.codebook.number
    version = ground.codebook.earlier(said) if type(said) is int else None
    if version is None:
        raise Invalid(
            "This mark names a version of the codebook that the study does not have. "
            "Load the page again and make it anew."
        )
    if label and label.id not in version.labels:
        raise Invalid(f"Version {said} of the codebook has no label {label.name} yet.")
    return int(said)


def _origin(ground: Ground, payload: Wire) -> str:
    return one_of(ground.origins, payload.get("origin", Origin.HAND), "origin")


def one_of(choices: Sequence[str], value: Any, what: str) -> str:
    if isinstance(value, str) and value in choices:
        return str(value)
    raise Invalid(f"There is no such {what}.")


def words_of(value: Any, most: int, what: str) -> str:
    if not isinstance(value, str):
        raise Invalid(f"The {what} must be text.")
    if len(value) > most:
        raise Invalid(f"The {what} is longer than {most} characters.")
    return value


def _label(codebook: Codebook, kind: str, value: Any, before: SpanState | None) -> LabelRule | None:
    if kind == SpanKind.EXTENT:
        if value is not None:
            raise Invalid("What a source answers for is drawn without a label.")
        return None
    label = codebook.labels.get(uuid.UUID(value)) if is_uuid(value) else None
    if label is None:
        raise Invalid("This label is not in the study's codebook.")
    if label.archived and (before is None or before.label_id != label.id):
        raise Invalid(f"The label {label.name} is archived and takes no new marks.")
    return label


# --- where it stands --------------------------------------------------------------------------


def check_fragments(text: str, value: Any) -> tuple[Stretch, ...]:
    """The stretches of a mark in reading order: inside the text, quoted rightly, apart."""
    if not isinstance(value, list) or not value:
        raise Invalid("A mark needs a stretch of text.")
    if len(value) > MAX_FRAGMENTS:
        raise Invalid(f"A mark has at most {MAX_FRAGMENTS} parts.")
    fragments = tuple(sorted(check_fragment(text, part) for part in value))
    if any(left[1] >= right[0] for left, right in pairwise(fragments)):
        raise Invalid("Two parts of this mark touch or overlap. Join them into one.")
    return fragments


def check_trimmed(ground: Ground, asked: SpanState, before: SpanState | None) -> None:
    """A mark made here begins and ends with a visible character, and so does each of its parts, as
    the page trims them. What came from a file keeps the words it came with."""
    if set(ground.origins) != set(BY_BROWSER) or (before and before.origin not in BY_BROWSER):
        return
    if before is None or before.fragments != asked.fragments:
        edges = {at for start, end in asked.fragments for at in (start, end - 1)}
        if any(_is_space(ground.text, at) for at in edges):
            raise Invalid("The mark begins or ends with white space. Leave that out.")


def _is_space(text: str, at: int) -> bool:
    """Whether white space stands there that is a whole character to readers."""
    space = text[at].isspace() and text[at] not in NO_SPACE
    return space and is_grapheme_edge(text, at) and is_grapheme_edge(text, at + 1)


def check_fragment(text: str, part: Any) -> Stretch:
    """One stretch `[start, end)` whose quote is what stands there."""
    start, end, quote = _bounds_and_quote(part)
    if start >= end:
        problem = "is empty" if start == end else "ends before it starts"
        raise Invalid(f"The stretch {start}-{end} {problem}.")
    if not 0 <= start < end <= len(text):
        raise Invalid(f"The stretch {start}-{end} is not inside the text of 0-{len(text)}.")
    if text[start:end] != quote:
        raise Invalid(
            "The words sent are not the words at this place of the stored text. "
            "Load the page again and mark them anew."
        )
    if not quote.strip():
        raise Invalid("A mark needs at least one visible character.")
    if not (is_grapheme_edge(text, start) and is_grapheme_edge(text, end)):
        raise Invalid("The mark begins or ends inside a character. Take the whole character.")
    return start, end


def _bounds_and_quote(part: Any) -> tuple[int, int, str]:
    if isinstance(part, dict):
        start, end, quote = (part.get(name) for name in ("start", "end", "quote"))
        if type(start) is int and type(end) is int and isinstance(quote, str):
            return start, end, quote
    raise Invalid("A stretch needs a start, an end and the words between.")


def _check_place(ground: Ground, fragments: tuple[Stretch, ...], label: LabelRule | None) -> None:
    if len(fragments) > 1 and label and not label.fragments_allowed:
        raise Invalid(f"A mark of {label.name} is one stretch without gaps.")
    if any_overlap(fragments, ground.regions):
        raise Invalid("These words are not article text and cannot be marked.")


# --- what is answered about it ------------------------------------------------------------------


def _attributes(
    ground: Ground, label: LabelRule | None, value: Any, before: SpanState | None
) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Invalid("The answers about a mark must be given by name.")
    known = label.attributes if label else {}
    old = before.attributes if before and before.label_id == (label.id if label else None) else {}
    found = {}
    for name, answer in value.items():
        if answer is None or answer == "":
            continue
        if name not in known:
            raise Invalid(f"{label.name if label else 'An extent'} has no question “{name[:40]}”.")
        found[name] = answer if old.get(name) == answer else _answer(ground, known[name], answer)
    return found


def _answer(ground: Ground, rule: AttributeRule, answer: Any) -> str:
    if rule.archived:
        raise Invalid(f"“{rule.title}” is archived and takes no new answers.")
    if not isinstance(answer, str):
        raise Invalid(f"The answer to “{rule.title}” must be text.")
    return ANSWERS[rule.kind](ground, rule, answer)


def _choice(ground: Ground, rule: AttributeRule, answer: str) -> str:
    if answer not in rule.choices:
        raise Invalid(f"“{answer[:40]}” is none of the choices of “{rule.title}”.")
    return answer


def _yes_no(ground: Ground, rule: AttributeRule, answer: str) -> str:
    if answer not in ("yes", "no"):
        raise Invalid(f"“{rule.title}” is answered by yes or no.")
    return answer


def _words(ground: Ground, rule: AttributeRule, answer: str) -> str:
    if not answer.strip():
        raise Invalid(f"The answer to “{rule.title}” has no visible character.")
    return words_of(answer, MAX_WORDS, f"answer to “{rule.title}”")


def _entity(ground: Ground, rule: AttributeRule, answer: str) -> str:
    entity = ground.entities.get(uuid.UUID(answer)) if is_uuid(answer) else None
    if entity and entity.same_as:
        entity = ground.entities.get(entity.same_as)
    if entity is None or not entity.usable:
        raise Invalid(f"The answer to “{rule.title}” is not in your ledger.")
    return str(entity.id)


ANSWERS: dict[str, Callable[[Ground, AttributeRule, str], str]] = {
    "choice": _choice,
    "yes_no": _yes_no,
    "text": _words,
    "entity": _entity,
}

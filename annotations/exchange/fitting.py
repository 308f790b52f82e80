"""Whether marks fit the text and the codebook that they are brought to.

Nothing is repaired: each thing that does not fit is a sentence that names its span. `content` is
a codebook version's content (annotations/study/queries/codebook.py).
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from annotations.text.cleaning import sha256
from annotations.text.offsets import Stretch, is_grapheme_edge

from .records import Answer, FragmentRecord, MarksRecord, SpanRecord

NEAR = 400  # code points on either side in which a misplaced quote is looked for
SHOWN = 60  # code points of a quote that a sentence shows
ATTRIBUTION, REPORTING = "attribution", "reporting"

Content = dict[str, Any]


def misfits(
    marks: MarksRecord, text: str, regions: Sequence[Stretch], content: Content
) -> list[str]:
    """A sentence for everything that does not fit; empty when all does.

    `regions` are the stretches that are not article text.
    """
    if marks.text_sha256 != sha256(text):
        return [
            "These marks belong to another text: its SHA-256 begins with "
            f"{marks.text_sha256[:12]}, this article's with {sha256(text)[:12]}."
        ]
    if marks.n_code_points != len(text):
        return [
            f"The file counts {marks.n_code_points} code points, the article has {len(text)}: "
            "its offsets are not code points of this text."
        ]
    return [
        *_misplaced(marks, text, regions),
        *_unlabelled(marks, content),
        *_unlinked(marks, content),
    ]


def _misplaced(marks: MarksRecord, text: str, regions: Sequence[Stretch]) -> Iterator[str]:
    named = [(f"{span.kind} {span.id}", part) for span in marks.spans for part in span.fragments]
    for link in marks.links:
        if link.cue:
            named.append((f"Link {link.source} → {link.target}, cue", link.cue))
    for name, fragment in named:
        yield from _wrong_words(name, fragment, text)
        for start, end in regions:
            if fragment.start < end and start < fragment.end:
                yield f"{name} reaches into {start}–{end}, which is not article text."


def _wrong_words(name: str, fragment: FragmentRecord, text: str) -> Iterator[str]:
    start, end = fragment.start, fragment.end
    if end > len(text):
        yield f"{name}: {start}–{end} lies outside the text, which has {len(text)} code points."
    elif text[start:end] != fragment.text:
        yield (
            f"{name}: at {start}–{end} stands {_shown(text[start:end])}, "
            f"not {_shown(fragment.text)}{_where_it_is(fragment, text)}."
        )
    elif not fragment.text.strip():
        yield f"{name}: {start}–{end} holds no words."
    elif not (is_grapheme_edge(text, start) and is_grapheme_edge(text, end)):
        yield f"{name}: {start}–{end} cuts a character in two."


def _where_it_is(fragment: FragmentRecord, text: str) -> str:
    """The one place nearby where the words do stand, to help whoever mends the file."""
    low = max(0, fragment.start - NEAR)
    stretch = text[low : fragment.end + NEAR]
    if stretch.count(fragment.text) != 1:
        return ""
    start = low + stretch.index(fragment.text)
    return f", which stands at {start}–{start + len(fragment.text)}"


def _shown(words: str) -> str:
    return json.dumps(words if len(words) <= SHOWN else words[:SHOWN] + "…", ensure_ascii=False)


def _unlabelled(marks: MarksRecord, content: Content) -> Iterator[str]:
    labels = {label["slug"]: label for label in content["labels"]}
    entities = {entity.id for entity in marks.entities}
    for span in marks.spans:
        if span.label is None:
            continue
        label = labels.get(span.label)
        if label is None:
            yield f"Span {span.id}: the codebook has no label “{span.label}”."
            continue
        if len(span.fragments) > 1 and not label["fragments"]:
            yield f"Span {span.id}: {label['name']} takes one stretch, not {len(span.fragments)}."
        yield from _wrong_answers(span, label, entities)


def _wrong_answers(span: SpanRecord, label: Content, entities: set[str]) -> Iterator[str]:
    asked = {attribute["name"]: attribute for attribute in label["attributes"]}
    for name, answer in span.attributes.items():
        attribute = asked.get(name)
        if attribute is None:
            yield f"Span {span.id}: {label['name']} has no attribute {json.dumps(name)}."
        elif (wrong := _wrong_answer(attribute, answer, entities)) is not None:
            yield f"Span {span.id}: “{name}” {wrong}."


def _wrong_answer(attribute: Content, answer: Answer, entities: set[str]) -> str | None:
    kind = attribute["kind"]
    if kind == "yes_no":
        return None if isinstance(answer, bool) else "must be true or false"
    if isinstance(answer, bool):
        return "cannot be true or false"
    if kind == "entity" and answer not in entities:
        return f"names the entity {_shown(answer)}, which the file does not list"
    if kind == "choice":
        known = [*attribute["choices"], *attribute.get("former_choices", ())]
        values = [choice["value"] for choice in known]
        if answer not in values:
            return f"cannot be {_shown(answer)}; it is one of {', '.join(values)}"
    return None


def _unlinked(marks: MarksRecord, content: Content) -> Iterator[str]:
    """Links that lead from or to what they cannot. A codebook without attributions is not strict
    about where a link begins."""
    spans = {span.id: span for span in marks.spans}
    known = {None, *(label["slug"] for label in content["labels"])}
    strict = ATTRIBUTION in known
    for link in marks.links:
        source, target = spans[link.source], spans[link.target]
        if not {source.label, target.label} <= known:
            continue  # said of the span already
        name = f"Link {link.source} → {link.target}"
        if source.label is None or (strict and source.label != ATTRIBUTION):
            yield f"{name}: a link begins at an attribution, and {source.id} is none."
        elif target.label in (source.label, REPORTING):
            yield f"{name}: a link from {source.label} cannot lead to {target.label}."

"""What a submission holds, and what is still open before it."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping

from annotations.assignment.models import Assignment
from annotations.corpus.models import Article

from .codebook import AttributeRule, Codebook, LabelRule
from .models import Entity
from .queries import read_works
from .wire import Wire, entity_wire


def submission_content(assignment: Assignment, article: Article, codebook: Codebook) -> Wire:
    """The marks in their wire form, with the names they use and what was left open."""
    return submission_contents([assignment], article, codebook)[assignment.pk]


def submission_contents(
    assignments: Iterable[Assignment], article: Article, codebook: Codebook
) -> dict[uuid.UUID, Wire]:
    """Of several works on one article. Four queries, however many."""
    works = {each.pk: each for each in assignments}
    marks = read_works(list(works), article.text)
    names = {
        pk: {answer for span in spans for answer in entity_answers(span, codebook)}
        for pk, (spans, _) in marks.items()
    }
    named = {name for each in names.values() for name in each}
    entities = [entity_wire(row) for row in Entity.objects.filter(pk__in=named)]
    return {
        pk: {
            "article": {"id": str(article.pk), "sha256": article.text_sha256},
            "codebook": codebook.number,
            "rev": works[pk].rev,
            "spans": spans,
            "links": links,
            "entities": [each for each in entities if each["id"] in names[pk]],
            "left_open": list(left_open(spans, codebook)),
        }
        for pk, (spans, links) in marks.items()
    }


def content_sha256(content: Wire) -> str:
    """Of its canonical JSON: keys sorted, no spaces, UTF-8."""
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def label_of(span: Wire, codebook: Codebook) -> LabelRule | None:
    return codebook.labels.get(uuid.UUID(span["label"])) if span["label"] else None


def entity_answers(span: Wire, codebook: Codebook) -> Iterator[str]:
    label = label_of(span, codebook)
    for name, answer in span["attributes"].items():
        if label and label.attributes[name].kind == "entity":
            yield answer


def unanswered(label: LabelRule | None, answers: Mapping[str, str]) -> list[AttributeRule]:
    """The required questions of a label that have no answer."""
    asked = label.attributes.values() if label else ()
    return [one for one in asked if one.required and not one.archived and not answers.get(one.name)]


def left_open(spans: Iterable[Wire], codebook: Codebook) -> Iterator[Wire]:
    """Required questions without an answer, flags, and suggestions nobody has decided on."""
    for span in spans:
        label = label_of(span, codebook)
        name = label.name if label else "Extent"
        about = {"id": span["id"], "label": name, "quote": span["fragments"][0]["quote"][:80]}
        if span["state"] == "suggested":
            yield {**about, "what": "suggestion", "message": "A suggestion is undecided."}
            continue
        for rule in unanswered(label, span["attributes"]):
            message = f"“{rule.title}” has no answer."
            yield {**about, "what": "attribute", "attribute": rule.name, "message": message}
        if span["flag"]:
            yield {**about, "what": "flag", "flag": span["flag"], "message": "It is flagged."}

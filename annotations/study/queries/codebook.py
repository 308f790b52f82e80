"""The codebook as plain values: what it says now, and what any version of it said.

A version's `content`:
{"labels": [{"id", "slug", "name", "definition", "key", "tag", "slot", "extent", "fragments",
             "archived", "attributes": [ATTRIBUTE…], "rules": [RULE…]}],
 "rules": [RULE…]}                                 # cards that hold for every label
ATTRIBUTE = {"id", "name", "title", "kind", "required", "archived",
             "choices": [{"value", "title"}], "former_choices": [{"value", "title"}]}
RULE = {"id", "name", "title", "text", "examples_yes": [str], "examples_no": [str],
        "hard_cases": [str]}                       # archived cards are left out
"""

import uuid
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404

from ..models import Attribute, CodebookVersion, Label, Rule, Study

MARKS_COUNTED = 1_000
SOME_MARKS = (
    "SELECT COUNT(*) FROM (SELECT 1 FROM annotations_span"
    " WHERE codebook_version_id = annotations_codebookversion.id LIMIT %s) AS few"
)

Content = dict[str, Any]
Row = TypeVar("Row", bound=Model)


def codebook_content(study: Study) -> Content:
    """The codebook as its rows say it now."""
    rules = [rule for rule in study.rules.all() if rule.archived_at is None]
    labels = study.labels.prefetch_related("attributes")
    return {
        "labels": [
            label_content(label, [rule for rule in rules if rule.label_id == label.pk])
            for label in labels
        ],
        "rules": [rule_content(rule) for rule in rules if rule.label_id is None],
    }


def label_content(label: Label, rules: list[Rule]) -> Content:
    return {
        "id": str(label.pk),
        "slug": label.slug,
        "name": label.name,
        "definition": label.definition,
        "key": label.key,
        "tag": label.tag,
        "slot": label.slot,
        "extent": label.extent,
        "fragments": label.fragments_allowed,
        "archived": label.archived_at is not None,
        "attributes": [attribute_content(each) for each in label.attributes.all()],
        "rules": [rule_content(rule) for rule in rules],
    }


def attribute_content(attribute: Attribute) -> Content:
    bare = [
        (bool(choice.get("archived")), {"value": choice["value"], "title": choice["title"]})
        for choice in attribute.choices
    ]
    return {
        "id": str(attribute.pk),
        "name": attribute.name,
        "title": attribute.title,
        "kind": attribute.kind,
        "required": attribute.required,
        "archived": attribute.archived_at is not None,
        "choices": [choice for archived, choice in bare if not archived],
        "former_choices": [choice for archived, choice in bare if archived],
    }


def rule_content(rule: Rule) -> Content:
    return {
        "id": str(rule.pk),
        "name": rule.name,
        "title": rule.title,
        "text": rule.text,
        "examples_yes": rule.examples_yes.splitlines(),
        "examples_no": rule.examples_no.splitlines(),
        "hard_cases": rule.hard_cases.splitlines(),
    }


def latest_version(study: Study) -> CodebookVersion:
    """The version that new marks are made under. Every study has one from its first day."""
    return study.codebook_versions.order_by("-number")[0]


def list_versions(study: Study) -> QuerySet[CodebookVersion]:
    """Newest first, without their content."""
    versions = study.codebook_versions.defer("content").select_related("created_by")
    return versions.order_by("-number")


def count_marks(versions: QuerySet[CodebookVersion]) -> QuerySet[CodebookVersion]:
    """Each with `n_marks`, the marks that anybody made under it, submitted or not. No more than
    MARKS_COUNTED are counted, so that a version of a million marks costs no more."""
    return versions.annotate(n_marks=RawSQL(SOME_MARKS, [MARKS_COUNTED]))


def fetch_versions(study: Study, *numbers: int) -> list[CodebookVersion]:
    """The versions in the order in which they were asked for."""
    known = [number for number in numbers if number < 2**31]  # beyond, SQLite would fail
    versions = study.codebook_versions.select_related("created_by").filter(number__in=known)
    found = {version.number: version for version in versions}
    if set(numbers) - set(found):
        raise Http404("No such version.")
    return [found[number] for number in numbers]


def fetch_label(study: Study, label_id: uuid.UUID) -> Label:
    return _fetch(study.labels.all(), label_id)


def fetch_attribute(study: Study, attribute_id: uuid.UUID) -> Attribute:
    return _fetch(study.attributes.select_related("label"), attribute_id)


def fetch_rule(study: Study, rule_id: uuid.UUID) -> Rule:
    return _fetch(study.rules.all(), rule_id)


def _fetch(rows: "QuerySet[Row]", pk: uuid.UUID) -> Row:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404("Nothing of that name in this study.")
    return row

"""The codebook as marking needs it: which labels and attributes there are, and what they allow.

A version of a codebook never changes, and its rows change only together with a new version; so
what was read for a version is kept in the process.
"""

import uuid
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from annotations.study.models import Attribute, CodebookVersion, Label, Rule, Study

from .wire import Wire

KEPT_VERSIONS = 64
ATTRIBUTION, REPORTING = "attribution", "reporting"


@dataclass(frozen=True)
class AttributeRule:
    """A question of a label, and what may answer it."""

    id: uuid.UUID
    name: str
    title: str
    kind: str
    required: bool
    choices: tuple[str, ...]  # those still offered
    archived: bool


@dataclass(frozen=True)
class LabelRule:
    """A label, and what its spans may be."""

    id: uuid.UUID
    slug: str
    name: str
    tag: str
    slot: int
    fragments_allowed: bool
    archived: bool
    attributes: dict[str, AttributeRule] = field(default_factory=dict)


@dataclass(frozen=True)
class Codebook:
    """One version of a study's codebook: for marking, the newest."""

    study_id: uuid.UUID
    version_id: uuid.UUID
    number: int
    labels: dict[uuid.UUID, LabelRule]

    def begins(self, slug: str) -> bool:
        """Whether a link may begin at a mark of that label."""
        return begins_links(slug, (label.slug for label in self.labels.values()))

    def earlier(self, number: int) -> "Earlier | None":
        """An earlier version, under which somebody still works; None where there was none."""
        return earlier_version(self.study_id, number) if 0 < number < self.number else None

    def id_of(self, number: int) -> uuid.UUID:
        """The row of this or an earlier version, whose number was checked before."""
        version = self.earlier(number)
        return version.id if version else self.version_id


def begins_links(slug: str, slugs: Iterable[str]) -> bool:
    """A link begins at an attribution; in a codebook without that label, at any label's marks."""
    return slug == ATTRIBUTION or ATTRIBUTION not in slugs


VOICES = {ATTRIBUTION: "source", REPORTING: "outlet"}  # whose words a label's marks are


_kept: OrderedDict[uuid.UUID, Codebook] = OrderedDict()
_lock = Lock()


def codebook_of(study_id: uuid.UUID, version_id: uuid.UUID, number: int) -> Codebook:
    """The codebook of that version. One query the first time in a process, then none."""
    with _lock:
        known = _kept.get(version_id)
        if known:
            _kept.move_to_end(version_id)
            return known
    read = Codebook(study_id, version_id, number, _read_labels(study_id))
    with _lock:
        _kept[version_id] = read
        while len(_kept) > KEPT_VERSIONS:
            _kept.popitem(last=False)
    return read


class Earlier(NamedTuple):
    """What a version was, as far as its marks concern it."""

    id: uuid.UUID
    labels: frozenset[uuid.UUID]


_earlier: OrderedDict[tuple[uuid.UUID, int], Earlier] = OrderedDict()


def earlier_version(study_id: uuid.UUID, number: int) -> Earlier | None:
    """One query the first time in a process, then none."""
    with _lock:
        known = _earlier.get((study_id, number))
    if known:
        return known
    row = CodebookVersion.objects.filter(study=study_id, number=number).first()
    if row is None:
        return None
    labels = frozenset(uuid.UUID(label["id"]) for label in row.content.get("labels", ()))
    with _lock:
        found = _earlier[study_id, number] = Earlier(row.pk, labels)
        while len(_earlier) > KEPT_VERSIONS:
            _earlier.popitem(last=False)
    return found


ATTRIBUTE_FIELDS = ("id", "name", "title", "kind", "required", "choices", "archived_at")


def _read_labels(study_id: uuid.UUID) -> dict[uuid.UUID, LabelRule]:
    columns = ("id", "slug", "name", "tag", "slot", "fragments_allowed", "archived_at")
    rows = (
        Label.objects.filter(study=study_id)
        .order_by("position", "name", "id", "attributes__position", "attributes__name")
        .values(*columns, *(f"attributes__{name}" for name in ATTRIBUTE_FIELDS))
    )
    labels: dict[uuid.UUID, LabelRule] = {}
    for row in rows:
        label = labels.setdefault(row["id"], _label(row))
        if row["attributes__id"]:
            attribute = _attribute(row)
            label.attributes[attribute.name] = attribute
    return labels


def _label(row: dict[str, Any]) -> LabelRule:
    return LabelRule(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        tag=row["tag"],
        slot=row["slot"],
        fragments_allowed=row["fragments_allowed"],
        archived=row["archived_at"] is not None,
    )


def _attribute(row: dict[str, Any]) -> AttributeRule:
    return AttributeRule(
        id=row["attributes__id"],
        name=row["attributes__name"],
        title=row["attributes__title"],
        kind=row["attributes__kind"],
        required=row["attributes__required"],
        choices=tuple(
            choice["value"]
            for choice in row["attributes__choices"] or ()
            if not choice.get("archived")
        ),
        archived=row["attributes__archived_at"] is not None,
    )


def codebook_wire(study: Study, number: int, *, with_rules: bool = True) -> Wire:
    """The codebook for the marking page: labels with their questions and rule cards.

    `begins`: a link may begin at its marks; `voice`: whose words they are, where the label says.
    No link leads to the outlet's own words, nor between two marks of one label.

    Definitions and cards are two thirds of it, so the page fetches them only when they are looked
    at.
    """
    labels = list(Label.objects.filter(study=study))
    attributes = list(Attribute.objects.filter(study=study))
    rules = list(Rule.objects.filter(study=study, archived_at=None)) if with_rules else []
    return {
        "number": number,
        "labels": [
            {
                **_label_wire(label),
                "begins": begins_links(label.slug, (each.slug for each in labels)),
                "voice": VOICES.get(label.slug, ""),
                "attributes": [_attribute_wire(a) for a in attributes if a.label_id == label.pk],
                **(_rules_wire(label, rules) if with_rules else {}),
            }
            for label in labels
        ],
        "rules": [_rule_wire(rule) for rule in rules if rule.label_id is None],
    }


def _label_wire(label: Label) -> Wire:
    return {
        "id": str(label.pk),
        "name": label.name,
        "slug": label.slug,
        "key": label.key,
        "tag": label.tag,
        "slot": label.slot,
        "extent": label.extent,
        "fragments": label.fragments_allowed,
        "archived": label.archived_at is not None,
    }


def _attribute_wire(attribute: Attribute) -> Wire:
    return {
        "name": attribute.name,
        "title": attribute.title,
        "kind": attribute.kind,
        "required": attribute.required,
        "choices": attribute.choices,
        "archived": attribute.archived_at is not None,
    }


def _rules_wire(label: Label, rules: list[Rule]) -> Wire:
    own = [_rule_wire(rule) for rule in rules if rule.label_id == label.pk]
    return {"definition": label.definition, "rules": own}


def _rule_wire(rule: Rule) -> Wire:
    return {
        "name": rule.name,
        "title": rule.title,
        "text": rule.text,
        "examples_yes": rule.examples_yes,
        "examples_no": rule.examples_no,
        "hard_cases": rule.hard_cases,
    }

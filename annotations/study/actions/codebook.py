"""Changing a codebook. Every saved change makes a version that never changes again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.text.refusal import Refusal

from ..models import Attribute, CodebookVersion, Label, Rule, Study
from ..queries.codebook import codebook_content
from ..sealing import witness_of
from .audit import record

LABEL_FIELDS = ("name", "definition", "key", "tag", "slot", "extent", "fragments_allowed")
ATTRIBUTE_FIELDS = ("title", "required", "choices")
RULE_FIELDS = ("title", "label", "text", "examples_yes", "examples_no", "hard_cases")


class Clash(Refusal):
    """Two labels cannot share a name, a key or a tag."""


class NameInUse(Refusal):
    """This name is already in use; names of rules and questions are never given twice."""


class NothingChanged(Refusal):
    """Nothing was changed, so there is no new version."""


@contextmanager
def changing(study: Study, actor: User, reason: str) -> Iterator[None]:
    """One change, one version: the block's writes and the snapshot succeed or fail together."""
    with transaction.atomic():
        # One change at a time, so that numbers follow each other and checks see all labels.
        Study.objects.select_for_update().get(pk=study.pk)
        before = codebook_content(study)
        yield
        content = codebook_content(study)
        if content == before:
            raise NothingChanged
        save_version(study=study, actor=actor, reason=reason, content=content)


def save_version(
    *, study: Study, actor: User, reason: str, content: dict[str, Any]
) -> CodebookVersion:
    last = study.codebook_versions.aggregate(last=models.Max("number"))["last"] or 0
    version = CodebookVersion.objects.create(
        study=study, number=last + 1, content=content, reason=reason, created_by=actor
    )
    record(
        study=study,
        actor=actor,
        action="codebook.changed",
        subject=version,
        after={"version": version.number, "reason": reason},
        witness=witness_of(version),
    )
    return version


def values_of(row: models.Model, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value := getattr(row, name), models.Model) else value
        for name in names
    }


def apply(
    row: Label | Attribute | Rule, actor: User, values: dict[str, Any], names: tuple[str, ...]
) -> None:
    """Write `values` into the row and say in the audit what they were before."""
    before = values_of(row, names)
    for name in names:
        setattr(row, name, values[name])
    row.save(update_fields=names)
    after = values_of(row, names)
    changed = [name for name in names if before[name] != after[name]]
    if changed:
        record(
            study=row.study,
            actor=actor,
            action=f"{row._meta.model_name}.changed",
            subject=row,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


def add_label(*, study: Study, actor: User, reason: str, **values: Any) -> Label:
    """`values`: slug and LABEL_FIELDS. The label comes last."""
    with changing(study, actor, reason):
        refuse_clashes(study, values)
        if study.labels.filter(slug=values["slug"]).exists():
            raise NameInUse(f"Another label is called “{values['slug']}” in files. Choose another.")
        label = Label.objects.create(study=study, position=next_position(study.labels), **values)
        record(study=study, actor=actor, action="label.added", subject=label)
    return label


def change_label(*, label: Label, actor: User, reason: str, **values: Any) -> Label:
    """The label stays the same label under whatever name."""
    with changing(label.study, actor, reason):
        if label.archived_at is None:
            refuse_clashes(label.study, values, label)
        apply(label, actor, values, LABEL_FIELDS)
    return label


def archive(*, thing: Label | Attribute | Rule, actor: User, reason: str) -> None:
    """Hide it from new use; marks that use it keep it."""
    set_archived(thing, actor, reason, archived=True)


def restore(*, thing: Label | Attribute | Rule, actor: User, reason: str) -> None:
    set_archived(thing, actor, reason, archived=False)


def set_archived(
    thing: Label | Attribute | Rule, actor: User, reason: str, *, archived: bool
) -> None:
    with changing(thing.study, actor, reason):
        if isinstance(thing, Label) and not archived:
            refuse_clashes(thing.study, values_of(thing, LABEL_FIELDS), thing)
        thing.archived_at = timezone.now() if archived else None
        thing.save(update_fields=["archived_at"])
        verb = "archived" if archived else "restored"
        noun = thing._meta.model_name
        record(study=thing.study, actor=actor, action=f"{noun}.{verb}", subject=thing)


def order_labels(*, study: Study, actor: User, reason: str, labels: list[Label]) -> None:
    """The labels in the order in which they are shown; those left out keep their place behind."""
    with changing(study, actor, reason):
        rest = [label for label in study.labels.all() if label not in labels]
        before = [label.name for label in study.labels.all()]
        ordered = [*labels, *rest]
        for position, label in enumerate(ordered):
            label.position = position
        Label.objects.bulk_update(ordered, ["position"])
        record(
            study=study,
            actor=actor,
            action="labels.ordered",
            subject=study,
            before={"order": before},
            after={"order": [label.name for label in ordered]},
        )


def refuse_clashes(study: Study, values: dict[str, Any], but: Label | None = None) -> None:
    """Names both labels, so that the manager knows which to change."""
    live = study.labels.filter(archived_at=None)
    others = live.exclude(pk=but.pk) if but else live
    for field in ("name", "key", "tag"):
        other = others.filter(**{f"{field}__iexact": values[field]}).first()
        if other is not None and field == "name":
            raise Clash(f"There already is a label “{other.name}”. Choose another name.")
        if other is not None:
            raise Clash(
                f"The {field} {values[field]} belongs to “{other.name}”. "
                f"Give “{values['name']}” another {field}."
            )


def next_position(rows: Any) -> int:
    last = rows.aggregate(last=models.Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def add_attribute(*, label: Label, actor: User, reason: str, **values: Any) -> Attribute:
    """`values`: name, kind and ATTRIBUTE_FIELDS. The question comes last."""
    with changing(label.study, actor, reason):
        if label.attributes.filter(name=values["name"]).exists():
            raise NameInUse(
                f"“{label.name}” already has a question called “{values['name']}” in files."
            )
        attribute = Attribute.objects.create(
            study=label.study, label=label, position=next_position(label.attributes), **values
        )
        record(study=label.study, actor=actor, action="attribute.added", subject=attribute)
    return attribute


def change_attribute(*, attribute: Attribute, actor: User, reason: str, **values: Any) -> Attribute:
    """Name and kind stay: marks hold answers of that kind under that name."""
    with changing(attribute.study, actor, reason):
        apply(attribute, actor, values, ATTRIBUTE_FIELDS)
    return attribute


def add_rule(*, study: Study, actor: User, reason: str, **values: Any) -> Rule:
    """`values`: name and RULE_FIELDS. A name that comments cite is never given to another rule."""
    with changing(study, actor, reason):
        if study.rules.filter(name__iexact=values["name"]).exists():
            raise NameInUse(
                f"There is, or was, a rule {values['name']}. Comments may cite it: take a new name."
            )
        rule = Rule.objects.create(study=study, position=next_position(study.rules), **values)
        record(study=study, actor=actor, action="rule.added", subject=rule)
    return rule


def change_rule(*, rule: Rule, actor: User, reason: str, **values: Any) -> Rule:
    with changing(rule.study, actor, reason):
        apply(rule, actor, values, RULE_FIELDS)
    return rule

"""Labels and accounts that an import needs and the study does not have."""

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from annotations.accounts.models import User
from annotations.study.actions.codebook import changing, next_position
from annotations.study.actions.people import set_roles
from annotations.study.models import Attribute, Label, Role, Study
from annotations.study.models.codebook import LABEL_KEYS
from annotations.study.queries.people import roles_of
from annotations.text.refusal import Refusal

from ..bringing import Survey
from ..bringing.mapping import slug_of
from ..bringing.surveying import MOST_VALUES, Seen
from ..records import LabelRecord, StudyRecord

# Those that the form offers first; beyond them a label takes a key of the marking page itself.
KEYS = LABEL_KEYS + "0qwertuoasfgjklxcn"
SLOTS = 8
ATTRIBUTE_KINDS = ("choice", "yes_no", "text", "entity")


class TooManyLabels(Refusal):
    """A study has room for as many labels as there are keys. Leave some of the files' labels out,
    or map several to one."""


def make_labels(
    *, study: Study, actor: User, names: Iterable[str], found: Survey, told: StudyRecord
) -> dict[str, str]:
    """New labels for these names of the files: name -> slug. One new version of the codebook."""
    names = sorted(names)
    if not names:
        return {}
    known = {label.slug: label for book in told.codebooks for label in book.labels}
    slugs: dict[str, str] = {}
    with changing(study, actor, "Labels of an import"):
        for name in names:
            label = _make_label(study, name, known.get(name), found.labels[name])
            slugs[name] = label.slug
    return slugs


def _make_label(study: Study, name: str, told: LabelRecord | None, seen: Seen) -> Label:
    there = list(study.labels.all())
    live = [label for label in there if label.archived_at is None]
    called = (told.name if told else "") or name
    title = _untaken(called[:50], {label.name.lower() for label in live})
    keys = [key for key in KEYS if key not in {label.key.lower() for label in live}]
    if not keys:
        raise TooManyLabels
    label = Label.objects.create(
        study=study,
        slug=slug_of(name, [label.slug for label in there]),
        name=title,
        definition=told.definition if told else "",
        key=told.key if told and told.key in keys else keys[0],
        tag=_tag(called, {label.tag.upper() for label in live}),
        slot=len(there) % SLOTS + 1,
        position=next_position(study.labels),
        extent=told.extent if told and told.extent in ("word", "phrase", "sentence") else "phrase",
        fragments_allowed=seen.most_fragments > 1 or bool(told and told.fragments),
    )
    for position, (attribute, about) in enumerate(sorted(seen.attributes.items())):
        if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", attribute):
            _make_attribute(label, attribute, about, told, position)
    return label


def _make_attribute(
    label: Label, name: str, about: Mapping[str, Any], told: LabelRecord | None, position: int
) -> None:
    asked = {each.name: each for each in told.attributes} if told else {}
    kind, choices, title = about["kinds"][0], [], name.replace("_", " ").capitalize()
    if name in asked:
        kind, title = asked[name].kind, asked[name].title or title
        choices = [
            {"value": choice.value, "title": choice.title or choice.value}
            for choice in (*asked[name].choices, *asked[name].former_choices)
        ]
    if kind not in ATTRIBUTE_KINDS or len(about["kinds"]) > 1 or (kind == "choice" and not choices):
        kind = "text"
    if (
        kind == "text"
        and len(about["values"]) <= MOST_VALUES
        and about["n"] >= 5 * len(about["values"])
    ):
        kind = "choice"
        choices = [{"value": value, "title": value} for value in sorted(about["values"])]
    Attribute.objects.create(
        study=label.study,
        label=label,
        name=name,
        title=title[:80],
        kind=kind,
        choices=choices if kind == "choice" else [],
        position=position,
    )


def _untaken(words: str, taken: set[str]) -> str:
    found, number = words, 1
    while found.lower() in taken:
        number += 1
        found = f"{words} {number}"
    return found


def _tag(words: str, taken: set[str]) -> str:
    letters = re.sub(r"[^A-Z0-9]", "", words.upper()) or "L"
    tags = [letters[0], *(letters[0] + each for each in letters[1:])]
    tags += [f"{one}{two}" for one in letters[0] + "LMNOPQ" for two in "123456789ABCDEFGHIJK"]
    return next((tag for tag in tags if tag not in taken and tag not in ("X", "E")), "??")


def make_account(*, name: str) -> User:
    """An account that nobody can sign in with, for somebody known from files only."""
    username = re.sub(r"[^\w.@+-]+", "_", name).strip("_")[:140] or "annotator"
    taken = username
    number = 1
    while User.objects.filter(username__iexact=taken).exists():
        number += 1
        taken = f"{username}_{number}"
    account = User(pk=uuid.uuid4(), username=taken, display_name=name[:120], is_active=False)
    account.set_unusable_password()
    account.save(force_insert=True)
    return account


def make_annotator(*, study: Study, actor: User, user: User) -> None:
    """Everybody who has work in the study is an annotator of it."""
    roles = roles_of(study, user)
    if Role.ANNOTATOR not in roles:
        set_roles(study=study, actor=actor, user=user, roles=[*roles, Role.ANNOTATOR])

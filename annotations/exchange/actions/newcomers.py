"""Labels and accounts that an import needs and the study does not have."""

import re
import uuid
from collections.abc import Iterable

from annotations.accounts.models import User
from annotations.overtaken import again_if_overtaken
from annotations.study.actions.codebook import changing, next_position
from annotations.study.actions.people import set_roles
from annotations.study.models import Attribute, Label, Role, Study
from annotations.study.models.codebook import LABEL_KEYS
from annotations.study.queries.codebook import codebook_content
from annotations.study.queries.people import roles_of
from annotations.text.refusal import Refusal

from ..bringing import NewLabel, Survey, plan_labels
from ..records import StudyRecord

# Those that the form offers first; beyond them a label takes a key of the marking page itself.
KEYS = LABEL_KEYS + "0qwertuoasfgjklxcn"
SLOTS = 8


class TooManyLabels(Refusal):
    """A study has room for as many labels as there are keys. Leave some of the files' labels out,
    or map several to one."""


def make_labels(
    *, study: Study, actor: User, names: Iterable[str], found: Survey, told: StudyRecord
) -> dict[str, NewLabel]:
    """New labels for these names of the files. One new version of the codebook."""
    names = sorted(names)
    if not names:
        return {}
    planned = plan_labels(names, found, told, codebook_content(study)["labels"])
    with changing(study, actor, "Labels of an import"):
        for new in planned.values():
            _make_label(study, new)
    return planned


def _make_label(study: Study, new: NewLabel) -> None:
    there = list(study.labels.all())
    live = [label for label in there if label.archived_at is None]
    keys = [key for key in KEYS if key not in {label.key.lower() for label in live}]
    if not keys:
        raise TooManyLabels
    told = new.told
    label = Label.objects.create(
        study=study,
        slug=new.slug,
        name=new.name,
        definition=told.definition if told else "",
        key=told.key if told and told.key in keys else keys[0],
        tag=_tag(new.called, {label.tag.upper() for label in live}),
        slot=len(there) % SLOTS + 1,
        position=next_position(study.labels),
        extent=told.extent if told and told.extent in ("word", "phrase", "sentence") else "phrase",
        fragments_allowed=new.fragments,
    )
    for position, each in enumerate(new.attributes):
        Attribute.objects.create(
            study=study,
            label=label,
            name=each.name,
            title=each.title,
            kind=each.kind,
            choices=list(each.choices),
            position=position,
        )


def _tag(words: str, taken: set[str]) -> str:
    letters = re.sub(r"[^A-Z0-9]", "", words.upper()) or "L"
    tags = [letters[0], *(letters[0] + each for each in letters[1:])]
    tags += [f"{one}{two}" for one in letters[0] + "LMNOPQ" for two in "123456789ABCDEFGHIJK"]
    return next((tag for tag in tags if tag not in taken and tag not in ("X", "E")), "??")


@again_if_overtaken
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

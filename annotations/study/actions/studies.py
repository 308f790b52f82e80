"""Beginning a study, its settings, its rounds, its way to the bin and back."""

from copy import copy
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, ProtectedError
from django.utils import timezone

from annotations.accounts.models import User
from annotations.accounts.queries import has_second_factor
from annotations.text.refusal import Refusal

from ..default_codebook import default_codebook
from ..models import Attribute, Label, Membership, Role, Round, RoundPurpose, Rule, Study
from ..queries.codebook import codebook_content
from .audit import record
from .codebook import next_position, save_version

FIRST_ROUNDS = (("Pilot", RoundPurpose.PILOT), ("Main", RoundPurpose.MAIN))
SETTINGS = (
    "name",
    "description",
    "hide_source",
    "blind_curation",
    "second_factor",
    "suggestions_allowed",
)
ROUND_FIELDS = ("name", "purpose", "starts_on", "ends_on")


class RoundNameTaken(Refusal):
    """Another round of this study has this name."""


class FactorOfOnesOwn(Refusal):
    """Set up a second factor of your own first, or you would lock yourself out."""


class RoundInUse(Refusal):
    """Articles are assigned in this round, so it stays."""


class LastRound(Refusal):
    """A study needs at least one round. Add another before you remove this one."""


@transaction.atomic
def create_study(
    *, actor: User, name: str, description: str = "", source: Study | None = None
) -> Study:
    """A study led by its maker, with the default codebook or a copy of another study's."""
    study = Study.objects.create(name=name, description=description, created_by=actor)
    Membership.objects.create(study=study, user=actor, role=Role.MANAGER)
    for position, (title, purpose) in enumerate(FIRST_ROUNDS):
        Round.objects.create(study=study, name=title, purpose=purpose, position=position)
    record(study=study, actor=actor, action="study.created", subject=study)
    if source is None:
        write_default_codebook(study)
        reason = "The default codebook"
    else:
        copy_codebook(source, study)
        reason = f"Copied from the study “{source.name}”"
    save_version(study=study, actor=actor, reason=reason[:300], content=codebook_content(study))
    return study


def write_default_codebook(study: Study) -> None:
    book = default_codebook()
    labels = {}
    for position, shipped in enumerate(book.labels):
        labels[shipped.slug] = Label.objects.create(
            study=study,
            position=position,
            slug=shipped.slug,
            name=shipped.name,
            definition=shipped.definition,
            key=shipped.key,
            tag=shipped.tag,
            slot=shipped.slot,
            extent=shipped.extent,
            fragments_allowed=shipped.fragments,
        )
        for place, question in enumerate(shipped.attributes):
            Attribute.objects.create(
                study=study,
                label=labels[shipped.slug],
                position=place,
                name=question.name,
                title=question.title,
                kind=question.kind,
                required=question.required,
                choices=[{"value": each.value, "title": each.title} for each in question.choices],
            )
    Rule.objects.bulk_create(
        Rule(
            study=study,
            position=position,
            label=labels.get(card.label or ""),
            name=card.name,
            title=card.title,
            text=card.text,
            examples_yes="\n".join(card.examples_yes),
            examples_no="\n".join(card.examples_no),
            hard_cases="\n".join(card.hard_cases),
        )
        for position, card in enumerate(book.rules)
    )


def copy_codebook(source: Study, study: Study) -> None:
    """What is archived stays behind. The copies are labels of their own."""
    kept: dict[str, Any] = {"archived_at": None}
    twins: dict[Any, Label] = {}
    for label in source.labels.filter(**kept):
        questions = list(label.attributes.filter(**kept))
        twins[label.pk] = twin = renew(label, study=study)
        for question in questions:
            renew(question, study=study, label=twin)
    for rule in source.rules.filter(**kept):
        if rule.label_id is None or rule.label_id in twins:
            renew(rule, study=study, label=twins.get(rule.label_id))


def renew(row: Any, **changes: Any) -> Any:
    """Save a copy of the row under an id of its own."""
    twin = copy(row)
    twin.pk, twin._state.adding = None, True
    for name, value in changes.items():
        setattr(twin, name, value)
    twin.save()
    return twin


def values(row: Study | Round, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


@transaction.atomic
def change_settings(*, study: Study, actor: User, **values: Any) -> Study:
    """`values`: SETTINGS; whatever is not among them stays as it is by then."""
    one_after_the_other(study)
    study.refresh_from_db(fields=SETTINGS)
    before = {name: getattr(study, name) for name in SETTINGS}
    values = before | values
    if values["second_factor"] and not before["second_factor"] and not has_second_factor(actor):
        raise FactorOfOnesOwn
    for name in SETTINGS:
        setattr(study, name, values[name])
    study.save(update_fields=SETTINGS)
    if before != values:
        record(
            study=study,
            actor=actor,
            action="study.changed",
            subject=study,
            before=before,
            after=values,
        )
    return study


@transaction.atomic
def throw_away(*, study: Study, actor: User) -> Study:
    """Into the bin, for thirty days; nothing in it is touched."""
    study.deleted_at, study.deleted_by = timezone.now(), actor
    study.save(update_fields=["deleted_at", "deleted_by"])
    record(study=study, actor=actor, action="study.archived", subject=study)
    return study


@transaction.atomic
def bring_back(*, study: Study, actor: User) -> Study:
    study.deleted_at = study.deleted_by = None
    study.save(update_fields=["deleted_at", "deleted_by"])
    record(study=study, actor=actor, action="study.restored", subject=study)
    return study


def plain(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}


def one_after_the_other(study: Study) -> None:
    """Acts on the study's rounds, until the transaction ends; saves are not held up."""
    Study.objects.select_for_update(no_key=True).only("pk").get(pk=study.pk)


@transaction.atomic
def add_round(*, study: Study, actor: User, **values: Any) -> Round:
    """`values`: ROUND_FIELDS."""
    one_after_the_other(study)
    refuse_same_name(study, values["name"])
    added = Round.objects.create(study=study, position=next_position(study.rounds), **values)
    record(study=study, actor=actor, action="round.added", subject=added, after=plain(values))
    return added


@transaction.atomic
def change_round(*, round: Round, actor: User, **values: Any) -> Round:
    one_after_the_other(round.study)
    refuse_same_name(round.study, values["name"], round)
    before = {name: getattr(round, name) for name in ROUND_FIELDS}
    for name in ROUND_FIELDS:
        setattr(round, name, values[name])
    round.save(update_fields=ROUND_FIELDS)
    record(
        study=round.study,
        actor=actor,
        action="round.changed",
        subject=round,
        before=plain(before),
        after=plain(values),
    )
    return round


def refuse_same_name(study: Study, name: str, but: Round | None = None) -> None:
    others = study.rounds.exclude(pk=but.pk) if but else study.rounds.all()
    if others.filter(name__iexact=name).exists():
        raise RoundNameTaken


@transaction.atomic
def set_comparison(*, round: Round, actor: User, opened: bool) -> Round:
    """Open: whoever submitted an article of the round sees the others' marks on it."""
    if opened == (round.comparison_opened_at is not None):
        return round
    round.comparison_opened_at = timezone.now() if opened else None
    round.save(update_fields=["comparison_opened_at"])
    action = "comparison.opened" if opened else "comparison.closed"
    was, now = {"comparison": "closed"}, {"comparison": "open"}
    before, after = (was, now) if opened else (now, was)
    record(study=round.study, actor=actor, action=action, subject=round, before=before, after=after)
    return round


@transaction.atomic
def set_closed(*, round: Round, actor: User, closed: bool) -> Round:
    """A closed round takes no new assignments. What is assigned in it already can be finished."""
    if closed == (round.closed_at is not None):
        return round
    round.closed_at = timezone.now() if closed else None
    round.save(update_fields=["closed_at"])
    action = "round.closed" if closed else "round.reopened"
    was, now = {"round": "open"}, {"round": "closed"}
    before, after = (was, now) if closed else (now, was)
    record(study=round.study, actor=actor, action=action, subject=round, before=before, after=after)
    return round


@transaction.atomic
def remove_round(*, round: Round, actor: User) -> None:
    """Only a round that holds nothing."""
    Study.objects.select_for_update().get(pk=round.study_id)
    if round.study.rounds.aggregate(n=Count("pk"))["n"] == 1:
        raise LastRound
    before = plain({name: getattr(round, name) for name in (*ROUND_FIELDS, "position")})
    record(study=round.study, actor=actor, action="round.removed", subject=round, before=before)
    try:
        round.delete()
    except ProtectedError as error:
        raise RoundInUse from error

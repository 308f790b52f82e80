"""Two people at the same moment: rules hold, nothing is doubled."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from annotations.accounts.models import User
from annotations.guards import lift_guards
from annotations.study.actions import create_study
from annotations.study.actions.audit import record
from annotations.study.actions.codebook import change_rule
from annotations.study.actions.people import InvitationUsed, LastManager, accept, invite, set_roles
from annotations.study.checkup import check_audit
from annotations.study.forms.codebook import rule_start
from annotations.study.models import AuditEntry, Membership, Role, Study
from annotations.study.queries.people import managers
from annotations.study.sealing import untied
from annotations.text.refusal import Refusal
from project.doctor import examine
from tests.at_once import at_once
from tests.people import join, make_study, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def led(transactional_db: None) -> Iterator[Study]:
    yield create_study(actor=make_user("ann"), name="Strike coverage")
    assert [str(finding) for finding in examine()] == []


def refusals(*acts: Callable[[], Any]) -> list[type[Refusal] | None]:
    """What refused each of these acts at the same moment, if anything."""

    def refusal_of(act: Callable[[], Any]) -> type[Refusal] | None:
        try:
            act()
        except Refusal as refusal:
            return type(refusal)
        return None

    return at_once([partial(refusal_of, act) for act in acts])


def test_an_invitation_lets_one_of_two_in(led: Study) -> None:
    invitation, _ = invite(study=led, actor=led.created_by, roles=[Role.ANNOTATOR])
    one, other = make_user("one"), make_user("other")
    refused = refusals(
        lambda: accept(invitation=invitation, user=one),
        lambda: accept(invitation=invitation, user=other),
    )
    assert sorted(map(str, refused)) == sorted(map(str, [None, InvitationUsed]))
    assert Membership.objects.filter(role=Role.ANNOTATOR).count() == 1


def test_two_managers_cannot_remove_each_other(led: Study) -> None:
    ann, ben = led.created_by, make_user("ben")
    join(led, ben, Role.MANAGER)

    def remove(actor: User, user: User) -> Callable[[], None]:
        return lambda: set_roles(study=led, actor=actor, user=user, roles=())

    refused = refusals(remove(ann, ben), remove(ben, ann))
    assert sorted(map(str, refused)) == sorted(map(str, [None, LastManager]))
    assert managers(led).count() == 1


def test_changes_of_the_codebook_at_once_are_versions_one_after_the_other(led: Study) -> None:
    def change(name: str) -> Callable[[], object]:
        rule = led.rules.get(name=name)
        values = {**rule_start(rule), "title": "New"}
        return lambda: change_rule(rule=rule, actor=led.created_by, reason=name, **values)

    assert refusals(*map(change, ("A1", "A2", "L1", "C1"))) == [None] * 4
    versions = list(led.codebook_versions.order_by("number"))
    assert [version.number for version in versions] == [1, 2, 3, 4, 5]
    content = versions[-1].content["labels"]
    titles = {rule["name"]: rule["title"] for label in content for rule in label["rules"]}
    assert {titles[name] for name in ("A1", "A2", "L1", "C1")} == {"New"}


def test_what_acts_at_once_record_is_tied_together_by_the_next(led: Study) -> None:
    """No entry but the newest can be taken away, however many were written at a time."""

    def act() -> None:
        record(study=led, actor=led.created_by, action="rule.changed", subject=led)

    at_once([act] * 6)
    act()
    act()
    with transaction.atomic():
        lift_guards(connection)
        for entry in AuditEntry.objects.order_by("-pk")[1:]:
            with transaction.atomic():
                AuditEntry.objects.filter(pk=entry.pk).delete()
                assert [found.check for found in check_audit(led.pk)], entry
                transaction.set_rollback(True)
        transaction.set_rollback(True)


def test_the_first_entries_have_one_beginning(transactional_db: None) -> None:
    study = make_study(make_user("ann"))

    @transaction.atomic
    def act() -> None:
        record(study=study, actor=study.created_by, action="rule.changed", subject=study)

    at_once([act] * 6)
    assert AuditEntry.objects.filter(study=study, seen="").count() == 1
    assert list(check_audit(study.pk)) == []


def test_the_newest_are_those_that_no_other_names() -> None:
    branches = [("e", "c"), ("d", "b"), ("c", "a"), ("b", "a"), ("a", "")]
    assert untied(branches) == "d e"
    assert untied([("f", "d e"), *branches]) == "f"
    assert untied([]) == ""
    assert untied([("", "")]) == ""

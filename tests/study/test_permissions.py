"""Every route of the rooms study and accounts, for everybody who should not pass."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from annotations.accounts.models import User
from annotations.study.actions import create_study
from annotations.study.actions.people import invite, set_roles
from annotations.study.models import AuditEntry, CodebookVersion, Role, Study
from annotations.study.policy import MATRIX as POLICY
from annotations.study.policy import Act
from tests.people import make_user

pytestmark = pytest.mark.django_db
SIGNED_IN = "anybody who is signed in, about themselves"
PUBLIC = "anybody"

# A route that is not here fails the build.
ROUTES: dict[str, Act | str] = {
    "accounts:profile": SIGNED_IN,
    "accounts:sessions": SIGNED_IN,
    "accounts:tokens": SIGNED_IN,
    "accounts:token_new": SIGNED_IN,
    "accounts:token_revoke": SIGNED_IN,
    "account_reauthenticate": SIGNED_IN,
    "account_confirm_email": PUBLIC,
    "account_email_verification_sent": PUBLIC,
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "study:close_account": SIGNED_IN,
    "study:accept": PUBLIC,
    "study:new": SIGNED_IN,
    "study:bin": SIGNED_IN,
    "study:restore": SIGNED_IN,
    "study:people": Act.MANAGE_PEOPLE,
    "study:people_invite": Act.MANAGE_PEOPLE,
    "study:people_revoke": Act.MANAGE_PEOPLE,
    "study:people_member": Act.MANAGE_PEOPLE,
    "study:people_end": Act.MANAGE_PEOPLE,
    "study:codebook": Act.SEE_STUDY,
    "study:codebook_versions": Act.SEE_STUDY,
    "study:codebook_version": Act.SEE_STUDY,
    "study:codebook_changes": Act.SEE_STUDY,
    "study:codebook_edit": Act.EDIT_CODEBOOK,
    "study:codebook_label_new": Act.EDIT_CODEBOOK,
    "study:codebook_label": Act.EDIT_CODEBOOK,
    "study:codebook_label_archive": Act.EDIT_CODEBOOK,
    "study:codebook_attribute_new": Act.EDIT_CODEBOOK,
    "study:codebook_attribute": Act.EDIT_CODEBOOK,
    "study:codebook_attribute_archive": Act.EDIT_CODEBOOK,
    "study:codebook_rule_new": Act.EDIT_CODEBOOK,
    "study:codebook_rule": Act.EDIT_CODEBOOK,
    "study:codebook_rule_archive": Act.EDIT_CODEBOOK,
    "study:settings": Act.MANAGE_STUDY,
    "study:settings_archive": Act.MANAGE_STUDY,
    "study:settings_round_new": Act.MANAGE_STUDY,
    "study:settings_round": Act.MANAGE_STUDY,
    "study:settings_round_comparison": Act.OPEN_COMPARISON,
    "study:settings_round_closing": Act.MANAGE_STUDY,
    "study:settings_round_remove": Act.MANAGE_STUDY,
    "study:history": Act.SEE_AUDIT,
    "study:history_export": Act.SEE_AUDIT,
}
STUDY_ROUTES = {name: act for name, act in ROUTES.items() if isinstance(act, Act)}


def routes() -> dict[str, set[str]]:
    """Every named route with the names of its ids."""
    found = {}

    def walk(resolver: Any, namespace: str, ids: set[str]) -> None:
        for entry in resolver.url_patterns:
            needed = ids | set(entry.pattern.converters)
            if isinstance(entry, URLPattern):
                found[f"{namespace}:{entry.name}" if namespace else str(entry.name)] = needed
            else:
                walk(entry, ":".join(filter(None, [namespace, entry.namespace])), needed)

    walk(get_resolver(), "", set())
    return found


IDS = routes()


def test_every_route_of_these_rooms_is_in_the_table() -> None:
    mine = {name for name in IDS if name.startswith(("study:", "accounts:", "account_"))}
    assert mine == set(ROUTES)


def things_of(study: Study, member: User) -> dict[str, Any]:
    """An object for each kind of id that a route of the study may ask for."""
    invitation, _ = invite(study=study, actor=study.created_by, roles=[Role.ANNOTATOR])
    return {
        "study_id": study.pk,
        "user_id": member.pk,
        "invitation_id": invitation.pk,
        "label_id": study.labels.first().pk,
        "attribute_id": study.attributes.first().pk,
        "rule_id": study.rules.first().pk,
        "round_id": study.rounds.first().pk,
        "number": 1,
    }


def address(name: str, things: dict[str, Any]) -> str:
    return reverse(name, kwargs={key: things[key] for key in IDS[name]})


def answers(client: Client, url: str) -> set[int]:
    """The statuses of GET and POST, but for a method that the page does not know."""
    return {client.get(url).status_code, client.post(url).status_code} - {405}


def state() -> tuple[int, int]:
    return AuditEntry.objects.count(), CodebookVersion.objects.count()


@pytest.mark.parametrize("name", STUDY_ROUTES)
def test_a_stranger_cannot_tell_that_the_study_exists(
    name: str, led: Study, erin: User, mallory: User, sign_in
) -> None:
    client, url = sign_in(mallory), address(name, things_of(led, erin))
    before = state()
    assert answers(client, url) == {404}
    assert b"Strike coverage" not in client.get(url).content
    assert state() == before


@pytest.mark.parametrize(
    ("name", "role"),
    [
        (name, role)
        for name, act in STUDY_ROUTES.items()
        for role in (Role.ANNOTATOR, Role.CURATOR)
        if role not in POLICY[act]
    ],
)
def test_a_wrong_role_is_refused(
    name: str, role: Role, led: Study, erin: User, frank: User, sign_in
) -> None:
    who = erin if role == Role.ANNOTATOR else frank
    client, url = sign_in(who), address(name, things_of(led, erin))
    before = state()
    assert answers(client, url) == {403}
    assert state() == before


@pytest.mark.parametrize("name", STUDY_ROUTES)
def test_somebody_who_is_signed_out_is_asked_to_sign_in(
    name: str, led: Study, erin: User, client: Client
) -> None:
    url = address(name, things_of(led, erin))
    for response in (client.get(url), client.post(url)):
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("name", [n for n, act in ROUTES.items() if act == SIGNED_IN])
def test_pages_about_oneself_need_somebody(name: str, led: Study, client: Client) -> None:
    response = client.get(address(name, {"study_id": led.pk, "token_id": uuid.uuid4()}))
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", STUDY_ROUTES)
def test_the_manager_passes_everywhere(name: str, led: Study, erin: User, sign_in, alice) -> None:
    response = sign_in(alice).get(address(name, things_of(led, erin)))
    assert response.status_code in {200, 405}


@pytest.mark.parametrize("name", [n for n in STUDY_ROUTES if len(IDS[n]) > 1])
def test_things_of_another_study_are_not_found_through_ones_own(
    name: str, led: Study, erin: User, alice: User, sign_in
) -> None:
    other = create_study(actor=alice, name="Another of Alice's")
    stranger = make_user("gina")
    other.memberships.create(user=stranger, role=Role.ANNOTATOR)
    foreign = {**things_of(other, stranger), "study_id": led.pk, "number": 99}
    client, url = sign_in(alice), address(name, foreign)
    before = state()
    assert answers(client, url) == {404}
    assert state() == before


@pytest.mark.parametrize("name", STUDY_ROUTES)
def test_former_members_are_strangers(
    name: str, led: Study, erin: User, alice: User, sign_in
) -> None:
    set_roles(study=led, actor=alice, user=erin, roles=())
    assert answers(sign_in(erin), address(name, things_of(led, erin))) == {404}

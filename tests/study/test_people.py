import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from annotations.accounts.models import User
from annotations.study.actions import create_study
from annotations.study.actions.people import (
    InvitationExpired,
    InvitationRevoked,
    InvitationUsed,
    LastManager,
    NoRole,
    accept,
    close_account,
    invite,
    revoke,
    set_roles,
)
from annotations.study.models import AuditEntry, Invitation, Membership, Role, Study
from annotations.study.queries.people import list_members, roles_of
from tests.people import assign, join, make_article, make_user

pytestmark = pytest.mark.django_db
NEWCOMER = {
    "display_name": "Nora New",
    "email": "nora@example.org",
    "username": "nora",
    "password": "a long new phrase",
}


@pytest.fixture(autouse=True)
def no_tries_counted(db: None) -> None:
    cache.clear()


def link_for(study: Study, *roles: Role) -> str:
    _, token = invite(study=study, actor=study.created_by, roles=roles or [Role.ANNOTATOR])
    return f"/invitations/{token}/"


def test_the_link_is_shown_once_and_only_its_hash_is_kept(sign_in, alice: User, led: Study) -> None:
    client = sign_in(alice)
    page = client.post(f"/studies/{led.pk}/people/invite/", {"roles": ["annotator", "curator"]})
    token = re.search(r"/invitations/([\w-]+)/", page.content.decode()).group(1)
    invitation = Invitation.objects.get()
    assert invitation.roles == ["annotator", "curator"]
    assert token not in str(Invitation.objects.values())
    assert token not in str(AuditEntry.objects.values())
    assert token not in client.get(f"/studies/{led.pk}/people/").content.decode()
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_the_link_is_sent_if_there_is_an_address(
    sign_in, alice: User, led: Study, mailoutbox
) -> None:
    data = {"roles": ["annotator"], "email": "nora@example.org"}
    page = sign_in(alice).post(f"/studies/{led.pk}/people/invite/", data)
    link = re.search(r"http://testserver/invitations/[\w-]+/", page.content.decode()).group()
    (letter,) = mailoutbox
    assert (letter.to, link in letter.body) == (["nora@example.org"], True)


def test_the_link_is_shown_if_the_letter_cannot_be_sent(
    sign_in, alice: User, led: Study, settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    data = {"roles": ["annotator"], "email": "nora@example.org"}
    answer = sign_in(alice).post(f"/studies/{led.pk}/people/invite/", data)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(r"http://testserver/invitations/[\w-]+/", page)
    assert "nora@example.org could not be sent. Hand the link over yourself." in page
    assert "also been sent" not in page


def test_open_invitations_are_told_apart(sign_in, alice: User, led: Study) -> None:
    client, people = sign_in(alice), f"/studies/{led.pk}/people/"
    for whom in ("Nora of the night desk", "", ""):
        client.post(f"{people}invite/", {"roles": ["annotator"], "for_whom": whom})
    page = client.get(people).content.decode()
    assert '<th scope="row">Nora of the night desk</th>' in page
    assert len(set(re.findall(r"Withdraw<span class=\"sr\">(.*?)</span>", page))) == 3


def test_a_study_name_cannot_add_headers_to_the_letter(
    sign_in, alice: User, led: Study, mailoutbox
) -> None:
    Study.objects.filter(pk=led.pk).update(name="Line\nBcc: all@example.org")
    data = {"roles": ["annotator"], "email": "nora@example.org"}
    sign_in(alice).post(f"/studies/{led.pk}/people/invite/", data)
    assert mailoutbox[0].subject == "[Sourcemark] You are invited to “Line Bcc: all@example.org”"


def test_an_invitation_needs_a_role(sign_in, alice: User, led: Study) -> None:
    with pytest.raises(NoRole):
        invite(study=led, actor=alice, roles=[])
    response = sign_in(alice).post(f"/studies/{led.pk}/people/invite/", {})
    assert (response.status_code, Invitation.objects.count()) == (422, 0)


def test_a_newcomer_makes_an_account_and_joins(client: Client, led: Study) -> None:
    link = link_for(led, Role.ANNOTATOR, Role.CURATOR)
    assert b"Strike coverage" in client.get(link).content
    assert client.post(link, NEWCOMER)["Location"] == "/"
    nora = User.objects.get(username="nora")
    assert client.session["_auth_user_id"] == str(nora.pk)
    assert nora.check_password("a long new phrase")
    assert roles_of(led, nora) == {Role.ANNOTATOR, Role.CURATOR}


def test_a_newcomer_cannot_choose_their_role(client: Client, led: Study) -> None:
    extra = {"roles": ["manager"], "role": "manager", "is_superuser": "on", "is_staff": "on"}
    client.post(link_for(led), {**NEWCOMER, **extra})
    nora = User.objects.get(username="nora")
    assert roles_of(led, nora) == {Role.ANNOTATOR}
    assert (nora.is_staff, nora.is_superuser) == (False, False)


def test_somebody_with_an_account_joins_with_it(sign_in, led: Study) -> None:
    gina = make_user("gina")
    link = link_for(led)
    client = sign_in(gina)
    assert b"You are signed in as" in client.get(link).content
    assert roles_of(led, gina) == set()
    assert client.post(link)["Location"] == "/"
    assert roles_of(led, gina) == {Role.ANNOTATOR}


def test_joining_again_adds_roles_and_takes_none(led: Study, erin: User) -> None:
    invitation, _ = invite(study=led, actor=led.created_by, roles=[Role.ANNOTATOR, Role.CURATOR])
    accept(invitation=invitation, user=erin)
    assert roles_of(led, erin) == {Role.ANNOTATOR, Role.CURATOR}


def test_an_invitation_works_once(client: Client, led: Study) -> None:
    link = link_for(led)
    client.post(link, NEWCOMER)
    late = Client()
    again = late.post(link, {**NEWCOMER, "username": "otto", "email": "otto@example.org"})
    assert again.status_code == 410
    assert b"already been used" in again.content
    assert not User.objects.filter(username="otto").exists()
    assert b"Strike coverage" not in late.get(link).content


def test_a_refused_name_leaves_the_invitation_open(client: Client, led: Study, erin: User) -> None:
    link = link_for(led)
    refused = client.post(link, {**NEWCOMER, "username": "ERIN"})
    assert refused.status_code == 422
    assert b"already has this user name" in refused.content
    assert 'value="Nora New"' in refused.content.decode()
    assert client.post(link, NEWCOMER).status_code == 302


def test_a_weak_password_does_not_let_in(client: Client, led: Study) -> None:
    refused = client.post(link_for(led), {**NEWCOMER, "password": "nora"})
    assert "password" in refused.context["form"].errors
    assert not User.objects.filter(username="nora").exists()


def test_invitations_end_after_seven_days(led: Study, erin: User) -> None:
    invitation, _ = invite(study=led, actor=led.created_by, roles=[Role.MANAGER])
    assert invitation.expires_at - invitation.created_at < timedelta(days=7, seconds=5)
    Invitation.objects.update(expires_at=timezone.now())
    with pytest.raises(InvitationExpired):
        accept(invitation=invitation, user=erin)
    assert roles_of(led, erin) == {Role.ANNOTATOR}


def test_a_withdrawn_invitation_lets_nobody_in(sign_in, alice: User, led: Study) -> None:
    invitation, token = invite(study=led, actor=alice, roles=[Role.ANNOTATOR])
    client = sign_in(alice)
    client.post(f"/studies/{led.pk}/people/invitations/{invitation.pk}/revoke/")
    assert Client().get(f"/invitations/{token}/").status_code == 410
    with pytest.raises(InvitationRevoked):
        accept(invitation=invitation, user=make_user("gina"))


def test_a_used_invitation_is_not_withdrawn_afterwards(led: Study, erin: User) -> None:
    invitation, _ = invite(study=led, actor=led.created_by, roles=[Role.CURATOR])
    accept(invitation=invitation, user=erin)
    revoke(invitation=invitation, actor=led.created_by)
    invitation.refresh_from_db()
    assert invitation.revoked_at is None
    with pytest.raises(InvitationUsed):
        accept(invitation=invitation, user=erin)


def test_a_guessed_link_is_not_found(client: Client, led: Study) -> None:
    link_for(led)
    assert client.get("/invitations/guess/").status_code == 404


def test_an_invitation_to_a_study_in_the_bin_lets_nobody_in(client: Client, led: Study) -> None:
    link = link_for(led)
    Study.objects.update(deleted_at=timezone.now(), deleted_by=led.created_by)
    assert client.get(link).status_code == 410


def test_roles_are_given_and_taken_and_written_down(
    sign_in, alice: User, led: Study, erin: User
) -> None:
    response = sign_in(alice).post(
        f"/studies/{led.pk}/people/{erin.pk}/", {"roles": ["curator", "manager"]}
    )
    assert response.status_code == 302
    assert roles_of(led, erin) == {Role.CURATOR, Role.MANAGER}
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor, entry.subject_id) == ("member.changed", alice, str(erin.pk))
    assert (entry.before, entry.after) == (
        {"roles": ["annotator"]},
        {"roles": ["curator", "manager"]},
    )


def test_one_manager_must_stay(sign_in, alice: User, led: Study) -> None:
    page = f"/studies/{led.pk}/people/{alice.pk}/"
    client = sign_in(alice)
    refused = client.post(page, {"roles": ["annotator"]})
    assert refused.status_code == 422
    assert b"only manager of the study" in refused.content
    refused = client.post(f"{page}end/", follow=True)
    assert "You are the only manager of this study." in refused.content.decode()
    assert b"End the membership of" not in refused.content
    leave = f"/studies/{led.pk}/leave/"
    assert b"You are the only manager" in client.get(leave).content
    assert client.post(leave).status_code == 422
    assert roles_of(led, alice) == {Role.MANAGER}


def test_leaving_asks_first_and_keeps_the_work(
    sign_in, alice: User, led: Study, erin: User
) -> None:
    work = assign(make_article(led), erin)
    client, leave = sign_in(erin), f"/studies/{led.pk}/leave/"
    assert leave in client.get("/").content.decode()
    assert leave in client.get(f"/studies/{led.pk}/").content.decode()
    assert "1 article of yours is not submitted" in client.get(leave).content.decode()
    home = client.post(leave, follow=True).content.decode()
    assert "You are not in a study at present" in home
    assert "Your membership in “" in home
    assert client.get(leave).status_code == 404
    work.refresh_from_db()
    assert work.annotator == erin
    told = led.audit_entries.get(action="member.ended")
    assert (told.actor, told.subject_id) == (erin, str(erin.pk))
    set_roles(study=led, actor=alice, user=erin, roles=[Role.ANNOTATOR])
    assert client.get(leave).status_code == 200


def test_a_manager_whose_account_is_closed_does_not_count(
    alice: User, led: Study, erin: User
) -> None:
    set_roles(study=led, actor=alice, user=erin, roles=[Role.MANAGER])
    User.objects.filter(pk=erin.pk).update(is_active=False)
    with pytest.raises(LastManager):
        set_roles(study=led, actor=alice, user=alice, roles=[])


def test_a_manager_may_hand_over_and_go(sign_in, alice: User, led: Study, erin: User) -> None:
    join(led, erin, Role.MANAGER)
    client = sign_in(alice)
    assert client.post(f"/studies/{led.pk}/people/{alice.pk}/end/")["Location"] == "/"
    assert client.get(f"/studies/{led.pk}/people/").status_code == 404


def test_whoever_leaves_stays_on_the_list_of_former_members(
    sign_in, alice: User, led: Study, erin: User
) -> None:
    client = sign_in(alice)
    client.post(f"/studies/{led.pk}/people/{erin.pk}/end/")
    members = [(str(member.user), member.roles) for member in list_members(led)]
    assert members == [("Alice", (Role.MANAGER,)), ("Erin", ())]
    assert b"Former members" in client.get(f"/studies/{led.pk}/people/").content
    assert Membership.objects.get(user=erin).ended_at is not None


def test_closing_ones_account_leaves_all_studies_and_keeps_the_person(
    sign_in, led: Study, erin: User
) -> None:
    client = sign_in(erin)
    refused = client.post("/accounts/close/", {"password": "guess"})
    assert refused.status_code == 422
    client.post("/accounts/close/", {"password": "correct horse"})
    erin.refresh_from_db()
    assert erin.is_active is False
    assert roles_of(led, erin) == set()
    assert client.get("/accounts/profile/").status_code == 302


def test_the_only_manager_cannot_close_their_account(alice: User, led: Study) -> None:
    with pytest.raises(LastManager, match="“Strike coverage”"):
        close_account(user=alice)
    alice.refresh_from_db()
    assert alice.is_active


def test_pages_of_people_cost_the_same_for_many(
    sign_in, alice: User, led: Study, django_assert_max_num_queries
) -> None:
    for n in range(12):
        join(led, make_user(f"p{n}"), Role.ANNOTATOR, Role.CURATOR)
        invite(study=led, actor=alice, roles=[Role.ANNOTATOR])
    client = sign_in(alice)
    with django_assert_max_num_queries(6):
        client.get(f"/studies/{led.pk}/people/")


def test_other_studies_of_a_member_stay_hidden(
    sign_in, alice: User, led: Study, erin: User
) -> None:
    create_study(actor=erin, name="Erin's own")
    assert b"Erin&#x27;s own" not in sign_in(alice).get(f"/studies/{led.pk}/people/").content

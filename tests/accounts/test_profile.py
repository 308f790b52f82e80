import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from annotations.accounts.actions import (
    AddressTaken,
    NameTaken,
    change_profile,
    deactivate,
    open_account,
)
from annotations.accounts.models import Session, User
from tests.people import make_user

pytestmark = pytest.mark.django_db
PROFILE = "/accounts/profile/"


@pytest.fixture
def eve() -> User:
    return make_user("eve")


def save(client: Client, **data: str):
    filled = {"display_name": "Eve", "email": "eve@example.org", "theme": "system"}
    return client.post(PROFILE, {**filled, **data})


def test_a_person_changes_their_name_and_colours(sign_in, eve: User) -> None:
    client = sign_in(eve)
    save(client, display_name="Eve Adams", theme="dark")
    eve.refresh_from_db()
    assert (eve.display_name, eve.theme) == ("Eve Adams", "dark")
    assert b'<html lang="en" data-theme="dark">' in client.get(PROFILE).content


def test_a_new_address_needs_the_password(sign_in, eve: User) -> None:
    client = sign_in(eve)
    response = save(client, email="new@example.org")
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["password"]
    assert save(client, email="new@example.org", password="correct horse").status_code == 302
    eve.refresh_from_db()
    assert eve.email == "new@example.org"


def test_an_old_address_is_no_way_in_any_more(eve: User) -> None:
    EmailAddress.objects.create(user=eve, email=eve.email, primary=True)
    change_profile(user=eve, display_name="Eve", email="new@example.org", theme="dark")
    assert not EmailAddress.objects.filter(email="eve@example.org").exists()
    data = {"login": "eve@example.org", "password": "correct horse"}
    assert Client().post("/accounts/login/", data).status_code == 200


def test_two_accounts_cannot_share_an_address(eve: User) -> None:
    make_user("adam")
    with pytest.raises(AddressTaken):
        change_profile(user=eve, display_name="Eve", email="ADAM@example.org", theme="dark")


def test_user_names_differ_in_more_than_their_case(eve: User) -> None:
    with pytest.raises(NameTaken):
        open_account(username="EVE", email="e2@example.org", display_name="", password="x" * 12)


def test_a_form_posted_from_the_profile_cannot_raise_ones_rights(sign_in, eve: User) -> None:
    save(sign_in(eve), is_superuser="on", is_staff="on", username="root")
    eve.refresh_from_db()
    assert (eve.is_superuser, eve.is_staff, eve.username) == (False, False, "eve")


def test_closing_an_account_ends_its_sessions_and_keeps_the_person(sign_in, eve: User) -> None:
    client = sign_in(eve)
    deactivate(user=eve)
    assert client.get(PROFILE).status_code == 302
    assert not Session.objects.filter(user=eve).exists()
    assert User.objects.filter(pk=eve.pk, is_active=False).exists()


def test_a_name_that_is_script_is_shown_as_text(sign_in, eve: User) -> None:
    client = sign_in(eve)
    save(client, display_name="<script>alert(1)</script>")
    page = client.get(PROFILE).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page

import re

import pytest
from django.core.cache import cache
from django.test import Client

from annotations.accounts.models import Session, User
from tests.people import make_user

pytestmark = pytest.mark.django_db
NEW = "a long new phrase"


@pytest.fixture(autouse=True)
def no_tries_counted(db: None) -> None:
    cache.clear()


@pytest.fixture
def eve() -> User:
    return make_user("eve")


def change(client: Client, old: str = "correct horse", new: str = NEW):
    data = {"oldpassword": old, "password1": new, "password2": new}
    return client.post("/accounts/password/change/", data)


def test_changing_the_password_signs_the_other_browsers_out(sign_in, eve: User) -> None:
    here, elsewhere = sign_in(eve), sign_in(eve)
    assert change(here).status_code == 302
    assert here.get("/accounts/profile/").status_code == 200
    assert elsewhere.get("/accounts/profile/").status_code == 302
    assert Session.objects.filter(user=eve).count() == 1


def test_the_old_password_is_needed_to_change_it(sign_in, eve: User) -> None:
    response = change(sign_in(eve), old="guess")
    assert "oldpassword" in response.context["form"].errors
    eve.refresh_from_db()
    assert eve.check_password("correct horse")


def test_a_weak_password_is_refused_beside_its_field(sign_in, eve: User) -> None:
    response = change(sign_in(eve), new="12345678")
    page = response.content.decode()
    assert 'id="id_password1_error"' in page
    assert 'aria-invalid="true"' in page


def test_a_forgotten_password_is_set_anew_by_the_link_in_the_letter(
    client: Client, sign_in, eve: User, mailoutbox
) -> None:
    elsewhere = sign_in(eve)
    client.post("/accounts/password/reset/", {"email": "EVE@example.org"})
    (letter,) = mailoutbox
    assert letter.subject == "[Sourcemark] Set a new password"
    link = re.search(r"http://testserver(/\S+)", letter.body).group(1)
    form = client.get(link, follow=True)
    action = form.context["action_url"]
    done = client.post(action, {"password1": NEW, "password2": NEW}, follow=True)
    assert b"Your new password is saved" in done.content
    eve.refresh_from_db()
    assert eve.check_password(NEW)
    assert elsewhere.get("/accounts/profile/").status_code == 302
    assert b"no longer works" in Client().get(link, follow=True).content


def test_asking_for_a_link_does_not_say_whether_the_address_is_known(
    client: Client, eve: User, mailoutbox
) -> None:
    known = client.post("/accounts/password/reset/", {"email": "eve@example.org"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [letter.to for letter in mailoutbox] == [["eve@example.org"]]

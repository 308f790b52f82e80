import re
from collections.abc import Sequence
from threading import Event
from typing import Any

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client

from annotations.accounts.letters import wait_for_letters
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


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        (
            "/accounts/password/change/",
            {"oldpassword": "guess", "password1": NEW, "password2": NEW},
        ),
        ("/accounts/reauthenticate/", {"password": "guess"}),
        (
            "/accounts/profile/",
            {"display_name": "Eve", "email": "new@example.org", "theme": "", "password": "guess"},
        ),
        ("/accounts/close/", {"password": "guess"}),
    ],
)
def test_whoever_sits_at_an_open_browser_has_no_more_tries_than_at_the_door(
    sign_in, eve: User, caplog, address: str, sent: dict[str, str]
) -> None:
    here = sign_in(eve)
    for _ in range(4):
        assert here.post(address, sent).status_code in {200, 422}
    assert caplog.text.count("wrong password") == 4
    for _ in range(6):
        Client().post("/accounts/login/", {"login": "eve", "password": "guess"})
    assert here.post(address, sent).status_code == 429
    assert "too many wrong passwords" in caplog.text
    assert User.objects.filter(pk=eve.pk, is_active=True, email=eve.email).exists()


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
    wait_for_letters()
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
    wait_for_letters()
    assert [letter.to for letter in mailoutbox] == [["eve@example.org"]]


class SlowPost(BaseEmailBackend):
    """A mail server that takes nothing before it may, and then fails."""

    may = Event()

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        assert self.may.wait(60)
        raise OSError("no such mail server")


def test_nor_does_the_mail_server_tell_by_its_time_or_by_its_failing(
    client: Client, eve: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = f"{SlowPost.__module__}.SlowPost"
    answer = client.post("/accounts/password/reset/", {"email": eve.email})
    assert (answer.status_code, caplog.messages) == (302, [])
    SlowPost.may.set()
    wait_for_letters()
    assert caplog.messages == ["a letter could not be sent"]

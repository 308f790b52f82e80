"""Each event of somebody's access is one line: what, who, from where; never a secret."""

import logging
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.core.cache import cache
from django.test import Client

from tests.conftest import SignIn
from tests.people import make_study, make_user

pytestmark = pytest.mark.django_db
RIGHT, NEW = "correct horse", "a new and longer one"


@pytest.fixture(autouse=True)
def listening(db: None, caplog: pytest.LogCaptureFixture) -> None:
    cache.clear()
    caplog.set_level(logging.INFO, "sourcemark.security")


def enter(client: Client, password: str) -> None:
    client.post("/accounts/login/", {"login": "eve", "password": password})


def test_ways_in_and_out_are_told(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    eve = make_user("eve")
    enter(client, "wrong one")
    enter(client, RIGHT)
    passwords = {"oldpassword": RIGHT, "password1": NEW, "password2": NEW}
    client.post("/accounts/password/change/", passwords)
    client.post("/accounts/logout/")
    assert caplog.messages == [
        "wrong password: person='eve' address='127.0.0.1'",
        f"signed in: person='{eve.pk}' address='127.0.0.1'",
        f"password set: person='{eve.pk}' address='127.0.0.1'",
        f"signed out: person='{eve.pk}' address='127.0.0.1'",
    ]
    for secret in (RIGHT, NEW, "wrong one"):
        assert secret not in caplog.text


def test_a_lock_out_is_told(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(11):
        enter(client, "wrong one")
    assert caplog.messages[-1] == "too many wrong passwords: person='eve' address='127.0.0.1'"


def test_sessions_ended_elsewhere_are_told(caplog: pytest.LogCaptureFixture) -> None:
    make_user("eve")
    here, elsewhere = Client(), Client()
    enter(here, RIGHT)
    enter(elsewhere, RIGHT)
    here.post("/accounts/sessions/", {"end": "others"})
    assert re.fullmatch(r"signed out elsewhere: .* sessions='1'", caplog.messages[-1])


def test_a_changed_name_and_address_are_told(
    client: Client,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    eve = make_user("eve")
    enter(client, RIGHT)
    changes = {"display_name": "Eve Adams", "email": "eve@new.example", "theme": "dark"}
    changes["password"] = RIGHT
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/accounts/profile/", changes).status_code == 302
    about = f"person='{eve.pk}' address='-'"  # told here after the request was over
    assert caplog.messages[-2:] == [
        f"address changed: {about} before='eve@example.org' after='eve@new.example'",
        f"name changed: {about} before='Eve' after='Eve Adams'",
    ]


def test_who_closes_their_account_is_told_without_any_study(
    client: Client,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    eve = make_user("eve")
    enter(client, RIGHT)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/close/", {"password": RIGHT})
    assert f"account closed: person='{eve.pk}' address='-' account='{eve.pk}'" in caplog.messages


def test_events_are_data_for_logs_in_json(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    enter(client, "wrong one")
    told = {"event": "wrong password", "person": "eve", "address": "127.0.0.1"}
    assert vars(caplog.records[-1])["told"] == told


@pytest.mark.on_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_site_admins_look_is_told_with_its_address(caplog: pytest.LogCaptureFixture) -> None:
    study, ada = make_study(make_user("alice")), make_user("ada", is_superuser=True)
    SignIn()(ada).get(f"/studies/{study.pk}/people/", REMOTE_ADDR="203.0.113.9")
    about = f"person='{ada.pk}' address='203.0.113.9' study='{study.pk}'"
    about += f" subject='{study.pk}' digest='{study.audit_entries.get().digest}'"
    assert caplog.messages == [f"study.looked_at: {about}"]

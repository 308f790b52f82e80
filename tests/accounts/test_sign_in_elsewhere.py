"""OpenID Connect against a small provider on this machine, and addresses that must be confirmed."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.cache import cache
from django.test import Client
from zeal import zeal_ignore

from annotations.accounts.models import User
from tests.people import make_user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/elsewhere/oidc/oidc/login/"


@pytest.fixture(autouse=True)
def no_tries_counted(db: None) -> None:
    cache.clear()


class Provider(ThreadingHTTPServer):
    """Tells of whoever `person` is; believes every code."""

    person: dict[str, Any]

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answers(self) -> dict[str, dict[str, Any]]:
        places = {"authorization": "login", "token": "token", "userinfo": "me"}
        endpoints = {f"{name}_endpoint": f"{self.site}/{at}" for name, at in places.items()}
        known = {"issuer": self.site, "jwks_uri": f"{self.site}/keys", **endpoints}
        token = {"access_token": "t", "token_type": "Bearer"}
        return {"/.well-known/openid-configuration": known, "/token": token, "/me": self.person}


class Answer(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps(self.server.answers()[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the console."""


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with Provider(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        app = {"provider_id": "oidc", "name": "Example News", "client_id": "sm", "secret": "s"}
        apps = [{**app, "settings": {"server_url": server.site}}]
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}}
        yield server
        server.shutdown()


def come_back(client: Client) -> Any:
    """As a browser does: to the other site, and back with a code."""
    away = client.post(LOGIN)["Location"]
    state = parse_qs(urlsplit(away).query)["state"][0]
    return client.get(f"{LOGIN}callback/", {"code": "c", "state": state})


def test_without_settings_there_is_no_other_site(client: Client) -> None:
    assert b"Sign in with" not in client.get("/accounts/login/").content
    assert client.post(LOGIN).status_code == 404


def test_a_confirmed_address_leads_into_the_account_that_has_it(
    client: Client, provider: Provider
) -> None:
    eve = make_user("eve")
    assert b"Sign in with Example News" in client.get("/accounts/login/").content
    provider.person = {"sub": "7", "email": "eve@example.org", "email_verified": True}
    assert come_back(client)["Location"] == "/"
    assert client.session["_auth_user_id"] == str(eve.pk)
    assert SocialAccount.objects.get(user=eve).uid == "7"


@pytest.mark.parametrize(("address", "confirmed"), [("eve@", False), ("nobody@", True)])
def test_nobody_else_comes_in_and_no_account_is_opened(
    client: Client, provider: Provider, address: str, confirmed: bool
) -> None:
    make_user("eve")
    email = f"{address}example.org"
    provider.person = {"sub": "8", "email": email, "email_verified": confirmed}
    answer = come_back(client)
    if answer.status_code == 302:
        answer = client.get(answer["Location"])
    assert b"There is no account for you here" in answer.content
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 1


def test_an_address_can_be_asked_to_be_confirmed_before_signing_in(
    client: Client, settings: Any
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    make_user("eve")
    told = {"login": "eve", "password": "correct horse"}
    assert client.post("/accounts/login/", told)["Location"] == "/accounts/confirm-email/"
    assert b"Look into your mail" in client.get("/accounts/confirm-email/").content
    (letter,) = mail.outbox
    (path,) = re.findall(r"http://testserver(/accounts/confirm-email/\S+)", str(letter.body))
    assert client.get("/accounts/profile/").status_code == 302
    assert b"eve@example.org" in client.get(path).content
    with zeal_ignore():  # django-allauth asks twice for the address
        client.post(path)
    assert client.post("/accounts/login/", told)["Location"] == "/"


def test_a_letter_that_cannot_be_sent_is_not_waited_for(client: Client, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    make_user("eve")
    answer = client.post("/accounts/login/", {"login": "eve", "password": "correct horse"})
    assert (answer.status_code, b"could not be sent" in answer.content) == (503, True)
    assert "_auth_user_id" not in client.session

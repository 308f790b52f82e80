"""Headers, error pages and the health address."""

import logging

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from annotations.accounts.models import User
from project.csp import CSP, LazyNonce, build_policy
from project.errors import server_error
from project.logs import UtcFormatter

POLICY = (
    "default-src 'none'; script-src 'self'{0}; style-src 'self'{0}; font-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)


def test_the_policy_names_the_nonce_only_when_a_page_used_it() -> None:
    config = {"script-src": [CSP.SELF, CSP.NONCE], "img-src": [CSP.NONE]}
    nonce = LazyNonce()
    assert build_policy(config, nonce) == "script-src 'self'; img-src 'none'"
    value = str(nonce)
    assert build_policy(config, nonce) == f"script-src 'self' 'nonce-{value}'; img-src 'none'"


@pytest.mark.django_db
def test_every_answer_carries_the_policy(client: Client) -> None:
    page = client.get("/accounts/login/")
    nonce = f" 'nonce-{page.context['csp_nonce']}'"
    assert page["Content-Security-Policy"] == POLICY.format(nonce)
    for answer in (client.get("/nowhere/"), client.get("/healthz"), client.get("/static/none.css")):
        assert answer["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")


@pytest.mark.django_db
def test_every_answer_carries_the_other_headers(client: Client) -> None:
    page = client.get("/accounts/profile/")
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
    }
    assert {name: page[name] for name in wanted} == wanted


@pytest.mark.django_db
def test_pages_have_no_inline_script_or_style(client: Client, alice: User, sign_in) -> None:
    pages = [
        client.get("/accounts/login/"),
        client.get("/nowhere/"),
        sign_in(alice).get("/nowhere/"),
    ]
    for page in pages:
        text = page.content.decode()
        assert "<style" not in text
        assert " style=" not in text
        assert "hx-on" not in text
        assert "<script>" not in text


@pytest.mark.django_db
def test_health_is_told_to_anybody(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_a_lost_database_is_503_and_says_when_to_come_back() -> None:
    request = RequestFactory().get("/")
    try:
        raise OperationalError("gone")
    except OperationalError:
        answer = server_error(request)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"cannot reach its database" in answer.content


def test_our_own_faults_are_500_without_details() -> None:
    try:
        raise RuntimeError("secret detail")
    except RuntimeError:
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"secret detail" not in answer.content


@pytest.mark.django_db
def test_a_page_that_is_not_there_says_so_for_ears_too(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert b'id="problem" class="alert bad" role="alert"' in answer.content


def test_log_lines_are_in_utc_and_cannot_be_forged() -> None:
    form = UtcFormatter("%(asctime)sZ %(message)s", datefmt="%Y-%m-%dT%H:%M:%S")
    record = logging.makeLogRecord({"msg": "account %s", "args": ("eve\nroot signed in",)})
    record.created = 0.0
    assert form.format(record) == "1970-01-01T00:00:00Z account eve\\nroot signed in"

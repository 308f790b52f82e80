"""Headers, error pages and the health address."""

import json
import logging
import sys
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client, RequestFactory

from annotations.accounts.models import User
from project.csp import CSP, LazyNonce, build_policy
from project.errors import server_error
from project.logs import formatter
from project.told import Asker

from .routes import addresses, methods

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


def test_head_is_answered_wherever_get_is() -> None:
    """No body then, which is the server's part. Those that say nothing of methods take all."""
    known = {name: methods(view) for name, view in addresses()}
    taking = {name: taken for name, taken in known.items() if taken and "GET" in taken}
    assert [name for name, taken in taking.items() if "HEAD" not in taken] == []
    assert len(taking) > 90


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_machines_ask_takes_no_writing_method(path: str, client: Client) -> None:
    asked = {
        method: client.generic(method, path).status_code for method in ("PUT", "TRACE", "POST")
    }
    assert asked == {"PUT": 405, "TRACE": 405, "POST": 405}
    assert client.head(path).status_code == client.get(path).status_code


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


def test_who_waited_too_long_for_what_others_hold_is_told_so() -> None:
    try:
        raise OperationalError("canceling statement due to lock timeout")
    except OperationalError:
        answer = server_error(RequestFactory().get("/"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"Others are saving the same thing" in answer.content


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


def told_by(form: str, **of: Any) -> str:
    record = logging.makeLogRecord({"levelname": "ERROR", "name": "sourcemark", **of})
    record.created = 0.0
    return formatter(form).format(record)


def test_log_lines_are_in_utc_and_cannot_be_forged() -> None:
    told = told_by("line", msg="account %s", args=("eve\nroot\u2028signed in",))
    assert told == "1970-01-01T00:00:00Z ERROR sourcemark: account eve\\nroot\\u2028signed in"


FORGED = "1970-01-01T00:00:00Z INFO sourcemark.security: signed in: person='root'"


def raised(error: Exception, cause: Exception | None = None) -> Any:
    try:
        raise error from cause
    except type(error):
        return sys.exc_info()


def test_no_line_of_a_trace_can_be_taken_for_an_event() -> None:
    cause = raised(ValueError(f"no number: x\n{FORGED}"))[1]
    first, *more = told_by(
        "line", msg="failed", exc_info=raised(RuntimeError(f"b\r{FORGED}"), cause)
    ).splitlines()
    assert first == "1970-01-01T00:00:00Z ERROR sourcemark: failed"
    assert {line[:6] for line in more} == {"    | "}
    assert [line for line in more if FORGED in line] == [
        f"    | builtins.ValueError: no number: x\\n{FORGED}",
        f"    | builtins.RuntimeError: b\\r{FORGED}",
    ]
    (line,) = told_by("json", msg="failed\n", exc_info=raised(ValueError("x\ny"))).splitlines()
    assert json.loads(line)["trace"].splitlines()[-1] == "builtins.ValueError: x\\ny"


@pytest.mark.parametrize("form", ["line", "json"])
@pytest.mark.django_db
def test_what_a_database_complains_of_is_told_without_the_row(form: str, alice: User) -> None:
    try:
        with transaction.atomic():
            User.objects.create_user("other", alice.email)
    except IntegrityError as error:
        complaint = error
    said = told_by(form, msg="not there: %s", args=(complaint,))
    traced = told_by(form, msg="failed", exc_info=raised(complaint, complaint.__cause__))
    assert "user_email_once" in said
    assert "user_email_once" in traced
    assert alice.email not in said + traced
    made_up = f"duplicate key\nDETAIL:  Key (email)=(eve@example.org)\n{FORGED} already exists."
    assert "eve@" not in told_by(form, msg="x", exc_info=raised(IntegrityError(made_up)))


@pytest.mark.parametrize("form", ["line", "json"])
def test_addresses_that_let_somebody_in_are_not_written_out(form: str) -> None:
    paths = "/invitations/s3cret/?x=1 /accounts/password/reset/key/2b-s3cret/ /studies/open/"
    told = told_by(form, msg="Forbidden: %s", args=(paths,))
    assert ("s3cret" in told, "/studies/open/" in told) == (False, True)


@pytest.mark.django_db
def test_such_a_page_tells_no_other_where_it_was(client: Client) -> None:
    assert client.get("/invitations/s3cret/")["Referrer-Policy"] == "strict-origin"


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_written_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "eve"})
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("django.security.csrf", "WARNING")
    assert Asker().filter(record)
    told = "Forbidden (CSRF cookie not set.): /accounts/login/ person='-' address='127.0.0.1'"
    assert record.getMessage() == told

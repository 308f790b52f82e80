"""Requests that are not what they seem: forged, misaddressed, misled, or simply too much."""

import json
import logging
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import Session, User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.study.models import AuditEntry, Study
from project.logs import JsonFormatter
from tests.api.asking import Asker
from tests.architecture.rights import WORDS
from tests.architecture.test_rights import IDS
from tests.conftest import SignIn
from tests.people import assign

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
ROOT = Path(__file__).resolve().parents[2]


def strict(user: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def fake(name: str, study: Study) -> str:
    import uuid

    made: dict[str, Any] = {each: uuid.uuid4() for each in IDS[name]} | {
        "number": 1, "name": "pairs", "form": "csv", "study_id": study.pk, "pk": 1, "token": "x",
        "content_type_id": 1,
    }  # fmt: skip
    return reverse(name, kwargs=WORDS.get(name) or {each: made[each] for each in IDS[name]})


def test_every_write_needs_the_token_and_the_right_origin(study: Study, alice: User) -> None:
    """Every address there is: of studies, of oneself, of signing in, of housekeeping.

    403 for want of the token comes before anything is looked for; 405 where none may post."""
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    client = strict(alice)
    client.get("/accounts/profile/")
    token = client.cookies["csrftoken"].value
    passed = {}
    for name in sorted(set(IDS) - {"admin:None"}):
        if name.startswith("api:"):
            continue  # no cookie opens these
        url = fake(name, study)
        tokenless = client.post(url)
        foreign = client.post(url, headers={"X-CSRFToken": token, "Origin": "https://evil.example"})
        found = {tokenless.status_code, foreign.status_code}
        if not found <= {403, 405}:
            passed[name] = found
        elif 403 in found:
            assert b"csrf" in tokenless.content.lower() or b"form" in tokenless.content.lower()
    assert passed == {}
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "a b", "localhost:x"])
def test_another_host_name_is_refused(host: str, client: Client) -> None:
    for path in ("/accounts/login/", "/accounts/password/reset/", "/healthz"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "evil" not in answer.content.decode()


ELSEWHERE = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
             "https:///evil.example", "\thttps://evil.example", "http:evil.example")  # fmt: skip


@pytest.mark.parametrize("there", ELSEWHERE)
def test_nothing_leads_to_another_site(there: str, alice: User, sign_in: SignIn) -> None:
    signed_out = Client()
    sent = {"login": "alice", "password": "correct horse", "next": there}
    assert signed_out.post("/accounts/login/", sent)["Location"] == "/"
    again = Client()
    told = again.post(f"/accounts/login/?next={there}", {**sent, "next": ""})
    assert stays(told.get("Location", "/"))
    client = sign_in(alice)
    for path in ("/accounts/logout/", "/accounts/reauthenticate/", "/admin/login/"):
        for answer in (client.get(path, {"next": there}), client.post(path, {"next": there})):
            assert stays(answer.get("Location", "/"))


@pytest.mark.parametrize("word", ["home", "account_logout", "-1", "9" * 40])
def test_a_word_that_names_a_view_is_an_address_like_any_other(word: str, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    answer = SignIn()(alice).get("/admin/login/", {"next": word})
    assert (answer.status_code, answer["Location"]) == (302, word)


def stays(location: str) -> bool:
    """Whether a browser that goes there is still on the site."""
    return location.startswith("/") and location[1:2] not in ("/", "\\")


def test_a_session_that_has_ended_opens_nothing(alice: User, sign_in: SignIn) -> None:
    from django.utils import timezone

    client = sign_in(alice)
    assert client.get("/accounts/profile/").status_code == 200
    Session.objects.filter(user=alice).update(expire_date=timezone.now())
    assert client.get("/accounts/profile/").status_code == 302


def test_no_address_and_no_cookie_takes_nul_to_the_database(study: Study, alice: User) -> None:
    """In the query, in the path, and as Django reads `\\000` in a quoted cookie: "" finds nothing
    with SQLite, and PostgreSQL fails."""
    hostile = '"\\000' + "a" * 31 + '"'
    for path in ("/", "/accounts/login/", "/nowhere/"):
        told = Client().get(path, headers={"Cookie": f"sessionid={hostile}"})
        assert told.status_code in (200, 302, 404), path
    client = SignIn()(alice)
    hostile = [f"{fake(name, study)}?q=1&title=a%00b" for name in sorted(set(IDS) - {"admin:None"})]
    answers = {url: client.get(url) for url in [*hostile, "/studies/%00/", "/static/%00.css"]}
    assert {url for url, each in answers.items() if each.status_code != 400} == set()
    assert b"written %00. Take it out" in answers[hostile[0]].content
    assert "%00" in client.get("/api/v1/me?a=%00").json()["detail"]
    assert client.post(fake("curation:close", study), {"note": "a\0b"}).status_code == 400


def test_a_form_beyond_its_limits_is_told_them_and_is_no_fault_of_the_site(
    study: Study, alice: User, sign_in: SignIn, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000
    client = sign_in(alice)
    pasted, many = {"text": "a" * 30_000}, {f"field{n}": "" for n in range(1_200)}
    for sent, status, limit, way in (
        (pasted, 413, "20 kB at most", "in several parts"),
        (many, 422, "1,000 fields at most", "fewer of them at once"),
    ):
        for body in (urlencode(sent), None):
            caplog.clear()
            told = {"data": body, "content_type": FORM} if body else {"data": sent}
            answer = client.post(reverse("corpus:import_paste", args=[study.pk]), **told)
            assert (answer.status_code, limit in answer.content.decode()) == (status, True)
            assert way in answer.content.decode()
            kept = [line for line in caplog.records if line.name.startswith("django.security")]
            assert [(line.levelname, line.exc_info) for line in kept] == [("WARNING", None)]
    large = Asker(alice).send(f"/studies/{study.pk}/exports", "x" * 30_000)
    assert (large.status_code, large["Content-Type"]) == (413, "application/problem+json")


def test_headers_stand_on_every_kind_of_answer(
    study: Study, article: Article, alice: User, sign_in: SignIn
) -> None:
    client = sign_in(alice)
    at = f"/studies/{study.pk}"
    answers = {
        "page": client.get("/"), "missing": client.get("/nowhere/"),
        "refused": sign_in(alice).get(f"{at}/articles/{article.pk}/mark/"),
        "sign-in": Client().get("/accounts/login/"), "redirect": Client().get("/"),
        "file": client.get(f"{at}/history/export/"),
        "table": client.get(f"{at}/agreement/table/pairs.csv"),
        "health": client.get("/healthz"), "bad host": client.get("/", headers={"Host": "evil"}),
        "json": Client().get("/", headers={"Accept": "application/json"}),
        "interface": Client().get("/api/v1/me"), "admin": client.get("/admin/"),
        "csrf": strict(alice).post("/accounts/logout/"),
    }  # fmt: skip
    wanted = {
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }  # fmt: skip
    for kind, answer in answers.items():
        assert {name: answer.get(name) for name in wanted} == wanted, kind
        policy = answer.get("Content-Security-Policy", "")
        assert policy.startswith("default-src 'none'"), kind
        assert "unsafe" not in policy, kind
        assert "Server" not in answer.headers, kind
        assert "Access-Control-Allow-Origin" not in answer.headers, kind
    for kind in ("file", "table"):
        assert answers[kind]["Content-Disposition"].startswith("attachment; "), kind


EVIL_JSON = {
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a long number": b'{"base_rev": ' + b"9" * 5_000 + b"}",
    "not a number": b'{"base_rev": NaN}',
    "no JSON": b"\xff\xfe",
    "half a character": b'{"base_rev": "\\ud800"}',
    "a key twice": b'{"ops": [], "ops": [], "base_rev": 0}',
}


@pytest.mark.parametrize("what", EVIL_JSON)
def test_json_is_bounded_in_depth_and_numbers(
    what: str, study: Study, article: Article, bob: User, sign_in: SignIn
) -> None:
    assign(article, bob)
    client = sign_in(bob)
    at = f"/studies/{study.pk}/articles/{article.pk}/mark/"
    for name in ("ops", "time"):
        answer = client.post(f"{at}{name}", EVIL_JSON[what], content_type="application/json")
        assert 400 <= answer.status_code < 500, name
        assert "Traceback" not in answer.content.decode()
        json.loads(answer.content)
    assert Assignment.objects.get().rev == 0


def test_lines_in_json_cannot_be_forged_either() -> None:
    record = logging.makeLogRecord({"msg": "account %s", "args": ('eve\n{"level":"INFO"}\u2028',)})
    (line,) = JsonFormatter().format(record).splitlines()
    assert json.loads(line)["message"].startswith("account eve\n")


def test_the_program_asks_nobody_else_anything() -> None:
    """R19, R30: no module opens an address, and no page names another site's files."""
    import re

    opens = re.compile(r"urlopen|http\.client|import (?:requests|httpx|aiohttp|socket)\b|urllib3")
    found = [
        str(path.relative_to(ROOT))
        for folder in ("annotations", "project")
        for path in (ROOT / folder).rglob("*.py")
        if opens.search(path.read_text(encoding="utf-8")) and "setup" not in path.parts
    ]
    assert [each for each in found if each not in MAY_ASK] == []
    outside = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""")
    pages = list((ROOT / "templates").rglob("*.html"))
    assert [str(path) for path in pages if outside.search(path.read_text(encoding="utf-8"))] == []
    foreign = re.compile(r"url\(\s*['\"]?(?:https?:)?//")
    styles = (ROOT / "annotations/static").rglob("*.css")
    assert [str(each) for each in styles if foreign.search(each.read_text())] == []


def test_whoever_asked_another_machine_would_be_noticed(
    nobody_outside_is_asked: list[str],
) -> None:
    sys.audit("socket.connect", None, ("192.0.2.7", 443))
    sys.audit("socket.getaddrinfo", "example.org", 443, 0, 0, 0)
    sys.audit("socket.connect", None, ("127.0.0.1", 443))
    assert nobody_outside_is_asked == [
        "socket.connect: 192.0.2.7", "socket.getaddrinfo: example.org"
    ]  # fmt: skip
    nobody_outside_is_asked.clear()


# The name of its own host; the sockets of those who ask the site.
MAY_ASK = {"project/metrics.py", "project/threads.py"}

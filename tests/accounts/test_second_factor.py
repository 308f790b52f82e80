"""Authenticator apps, recovery codes, keys, and studies that ask for them."""

import logging
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import Session, User
from annotations.accounts.queries import has_second_factor
from annotations.study.models import Role, Study
from tests.architecture.test_rights import IDS
from tests.conftest import SignIn
from tests.people import join, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.on_sqlite]  # what pages show
PASSWORD = "correct horse"
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def no_tries_counted(db: None) -> None:
    cache.clear()


def give_app(user: User) -> Authenticator:
    made: Authenticator = totp.TOTP.activate(user, SECRET).instance
    return made


def current_code() -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return str(totp.format_hotp_value(totp.hotp_value(SECRET, counter)))


def enter(client: Client, login: str) -> Any:
    return client.post("/accounts/login/", {"login": login, "password": PASSWORD})


def test_a_password_alone_no_longer_signs_in(client: Client) -> None:
    give_app(make_user("eve"))
    assert enter(client, "eve")["Location"] == "/accounts/second-factor/authenticate/"
    assert client.get("/accounts/profile/").status_code == 302
    answer = client.post("/accounts/second-factor/authenticate/", {"code": "000000"})
    assert b"This code is not right" in answer.content
    answer = client.post("/accounts/second-factor/authenticate/", {"code": current_code()})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/accounts/profile/").status_code == 200
    assert "no-store" in client.get("/accounts/second-factor/")["Cache-Control"]


def test_a_recovery_code_signs_in_once(client: Client) -> None:
    eve = make_user("eve")
    give_app(eve)
    code = RecoveryCodes.activate(eve).get_unused_codes()[0]
    for expected in (302, 200):
        client = Client()
        enter(client, "eve")
        answer = client.post("/accounts/second-factor/authenticate/", {"code": code})
        assert answer.status_code == expected


def test_wrong_codes_are_refused_after_ten_tries(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("sourcemark").propagate = True
    give_app(make_user("eve"))
    enter(client, "eve")
    for _ in range(10):
        client.post("/accounts/second-factor/authenticate/", {"code": "000000"})
    right = client.post("/accounts/second-factor/authenticate/", {"code": current_code()})
    assert (right.status_code, right["Retry-After"]) == (429, "900")
    assert caplog.messages[-1].startswith("too many wrong second factors")
    assert client.get("/accounts/profile/").status_code == 302


def test_an_app_is_set_up_after_the_password_and_signs_other_browsers_out(
    django_capture_on_commit_callbacks: Any,
) -> None:
    eve = make_user("eve")
    here, elsewhere = Client(), Client()
    enter(here, "eve")
    enter(elsewhere, "eve")
    here.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = here.get("/accounts/second-factor/totp/activate/")
    secret = page.context["form"].secret
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))
    with django_capture_on_commit_callbacks(execute=True):
        answer = here.post("/accounts/second-factor/totp/activate/", {"code": code})
    assert answer["Location"] == "/accounts/second-factor/recovery-codes/"
    assert has_second_factor(eve)
    assert here.get("/accounts/second-factor/recovery-codes/").status_code == 200
    assert elsewhere.get("/accounts/profile/").status_code == 302


def test_who_sits_at_an_open_browser_must_know_the_password(sign_in: SignIn) -> None:
    client = sign_in(make_user("eve"))
    answer = client.get("/accounts/second-factor/totp/activate/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert client.get(answer["Location"]).status_code == 200
    wrong = client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert wrong.status_code == 200
    assert client.get("/accounts/second-factor/totp/activate/").status_code == 302


def test_the_stored_secret_is_not_the_secret() -> None:
    app = give_app(make_user("eve"))
    assert SECRET not in str(app.data)


@pytest.fixture
def strict(study: Study) -> Study:
    study.second_factor = True
    study.save(update_fields=["second_factor"])
    return study


@pytest.mark.parametrize("name", ["alice", "dave"])
def test_a_study_can_ask_its_curators_and_managers_for_a_second_factor(
    strict: Study, sign_in: SignIn, request: pytest.FixtureRequest, name: str
) -> None:
    user = request.getfixturevalue(name)
    client = sign_in(user)
    for path in ("", "codebook/", "articles/", "history/"):
        answer = client.get(f"/studies/{strict.pk}/{path}")
        assert answer.status_code == 403
        assert b'href="/accounts/second-factor/"' in answer.content
    give_app(user)
    assert client.get(f"/studies/{strict.pk}/codebook/").status_code == 200


def test_annotators_are_not_asked(strict: Study, bob: User, sign_in: SignIn) -> None:
    assert sign_in(bob).get(f"/studies/{strict.pk}/codebook/").status_code == 200


def test_an_annotator_who_also_curates_is_asked(strict: Study, bob: User, sign_in: SignIn) -> None:
    join(strict, bob, Role.CURATOR)
    assert sign_in(bob).get(f"/studies/{strict.pk}/").status_code == 403


def test_a_site_admin_is_asked(strict: Study, sign_in: SignIn) -> None:
    admin = make_user("root", is_superuser=True, is_staff=True)
    assert sign_in(admin).get(f"/studies/{strict.pk}/").status_code == 403


def test_strangers_are_told_nothing_of_it(strict: Study, mallory: User, sign_in: SignIn) -> None:
    assert sign_in(mallory).get(f"/studies/{strict.pk}/").status_code == 404


def test_a_manager_without_one_cannot_demand_one(
    study: Study, alice: User, sign_in: SignIn
) -> None:
    told = {"name": study.name, "description": "", "second_factor": "on"}
    answer = sign_in(alice).post(f"/studies/{study.pk}/settings/", told)
    assert answer.status_code == 422
    assert b"Set up a second factor of your own first" in answer.content
    give_app(alice)
    assert sign_in(alice).post(f"/studies/{study.pk}/settings/", told).status_code == 302
    study.refresh_from_db()
    assert study.second_factor
    assert study.audit_entries.filter(action="study.changed", after__second_factor=True).exists()


def test_the_log_tells_of_second_factors_but_no_codes(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "sourcemark.security")
    logging.getLogger("sourcemark").propagate = True
    give_app(make_user("eve"))
    enter(client, "eve")
    client.post("/accounts/second-factor/authenticate/", {"code": "987654"})
    right = current_code()
    client.post("/accounts/second-factor/authenticate/", {"code": right})
    told = [line.split(":")[0] for line in caplog.messages]
    assert told == ["wrong second factor", "second factor used", "signed in"]
    assert right not in caplog.text
    assert "987654" not in caplog.text


def test_a_person_sees_and_ends_their_other_sessions() -> None:
    make_user("eve")
    here, phone, desk = Client(), Client(), Client()
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    enter(here, "eve")
    phone.post(
        "/accounts/login/", {"login": "eve", "password": PASSWORD}, headers={"User-Agent": agent}
    )
    enter(desk, "eve")
    page = here.get("/accounts/sessions/")
    names = [session.browser for session in page.context["sessions"]]
    assert sorted(names) == ["An unknown browser", "An unknown browser", "Firefox on Linux"]
    assert page.context["sessions"][0].is_this
    for key in Session.objects.values_list("session_key", flat=True):
        assert key not in page.content.decode()
    (meant,) = (s for s in page.context["sessions"] if s.agent == agent)
    here.post("/accounts/sessions/", {"end": meant.name})
    assert phone.get("/accounts/profile/").status_code == 302
    assert desk.get("/accounts/profile/").status_code == 200
    here.post("/accounts/sessions/", {"end": "others"})
    assert desk.get("/accounts/profile/").status_code == 302
    assert here.get("/accounts/profile/").status_code == 200


def test_nobody_ends_the_session_of_somebody_else() -> None:
    make_user("eve")
    make_user("fay")
    eve, fay = Client(), Client()
    enter(eve, "eve")
    enter(fay, "fay")
    theirs = eve.get("/accounts/sessions/").context["sessions"][0].name
    fay.post("/accounts/sessions/", {"end": theirs})
    assert eve.get("/accounts/profile/").status_code == 200


def test_a_site_admin_lets_somebody_in_again_who_lost_everything(client: Client) -> None:
    eve = make_user("eve")
    give_app(eve)
    RecoveryCodes.activate(eve)
    call_command("remove_second_factor", "eve@example.org", stdout=StringIO())
    assert not has_second_factor(eve)
    assert enter(client, "eve")["Location"] == "/"
    with pytest.raises(CommandError, match="There is no account"):
        call_command("remove_second_factor", "nobody")


AT_THE_DOOR = {"mfa_authenticate", "mfa_login_webauthn"}  # they finish a sign-in that has begun
FACTOR_ROUTES = sorted(name for name in IDS if name.startswith("mfa_"))


def test_there_are_routes_about_second_factors() -> None:
    assert set(FACTOR_ROUTES) > AT_THE_DOOR


@pytest.mark.parametrize("name", FACTOR_ROUTES)
def test_pages_about_second_factors_are_for_those_who_signed_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name, kwargs=dict.fromkeys(IDS[name], 1)))
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/login/")


def test_the_key_of_somebody_else_is_not_there(sign_in: SignIn) -> None:
    eve, fay = make_user("eve"), make_user("fay")
    key = Authenticator.objects.create(user=eve, type="webauthn", data={"name": "x"})
    client = sign_in(fay)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for page in ("edit", "remove"):
        url = f"/accounts/second-factor/webauthn/keys/{key.pk}/{page}/"
        assert {client.get(url).status_code, client.post(url).status_code} == {404}
    assert Authenticator.objects.filter(pk=key.pk).exists()

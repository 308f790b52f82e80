"""Tokens: made on a page, kept as a hash, ended by time, by hand, and with the account."""

import hashlib
import json
import logging
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from annotations.accounts.actions import deactivate
from annotations.accounts.models import AccessToken, Scope, User
from annotations.accounts.tokens import AT_MOST, LONGEST, make_token, revoke_token
from annotations.study.models import Study
from tests.api.asking import Asker
from tests.conftest import CountQueries, SignIn

pytestmark = pytest.mark.django_db
NEW = "/accounts/tokens/new/"
ASKED = {"name": "nightly", "scopes": ["read", "mark"], "days": "30"}


def recently(client: Client) -> Client:
    """As after typing the password just now."""
    answer = client.post("/accounts/reauthenticate/", {"password": "correct horse"})
    assert answer.status_code == 302
    return client


def test_a_token_is_made_on_a_page_shown_once_and_kept_as_a_hash(
    bob: User, study: Study, sign_in: SignIn
) -> None:
    page = recently(sign_in(bob))
    assert page.get(NEW).status_code == 200
    told = page.post(NEW, ASKED)
    assert (told.status_code, told["Cache-Control"]) == (200, told["Cache-Control"])
    assert "no-store" in told["Cache-Control"]
    (secret,) = re.findall(r'value="(sm_[\w-]{43})"', told.content.decode())
    row = AccessToken.objects.get()
    assert row.sha256 == hashlib.sha256(secret.encode()).hexdigest()
    assert (row.prefix, row.scopes, row.user) == (secret[:10], ["read", "mark"], bob)
    assert timedelta(days=29) < row.expires_at - timezone.now() <= timedelta(days=30)
    kept = [str(value) for value in AccessToken.objects.values_list().get()]
    assert secret not in " ".join(kept)
    listed = page.get("/accounts/tokens/").content.decode()
    assert (row.prefix in listed, secret in listed) == (True, False)
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/studies")
    assert [each["id"] for each in answer.json()["items"]] == [str(study.pk)]


def test_making_one_asks_for_the_password_once_more(bob: User, sign_in: SignIn) -> None:
    page = sign_in(bob)
    for answer in (page.get(NEW), page.post(NEW, ASKED)):
        assert (answer.status_code, "/reauthenticate/" in answer["Location"]) == (302, True)
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["root"]}, {"days": "366"}, {"days": ""}, {"name": ""}]
)
def test_scopes_and_an_end_are_needed(wrong: dict[str, object], bob: User, sign_in: SignIn) -> None:
    assert recently(sign_in(bob)).post(NEW, {**ASKED, **wrong}).status_code == 422
    assert not AccessToken.objects.exists()


def test_no_token_lives_longer_than_a_year_and_nobody_has_hundreds(bob: User) -> None:
    made = make_token(user=bob, name="long", scopes=[Scope.READ], keeps=timedelta(days=4000))
    assert made.row.expires_at <= timezone.now() + LONGEST
    for number in range(AT_MOST - 1):
        make_token(user=bob, name=str(number), scopes=[Scope.READ], keeps=timedelta(days=1))
    with pytest.raises(Exception, match="twenty tokens"):
        make_token(user=bob, name="more", scopes=[Scope.READ], keeps=timedelta(days=1))


def test_a_token_ends_by_hand_by_time_and_with_the_account(bob: User, sign_in: SignIn) -> None:
    askers = [Asker(bob) for _ in range(3)]
    assert {each.read("/me").status_code for each in askers} == {200}
    page = sign_in(bob)
    page.post(f"/accounts/tokens/{askers[0].token.pk}/revoke/")
    AccessToken.objects.filter(pk=askers[1].token.pk).update(
        created_at=timezone.now() - timedelta(days=2),
        expires_at=timezone.now() - timedelta(seconds=1),
    )
    assert [each.read("/me").status_code for each in askers] == [401, 401, 200]
    deactivate(user=bob)
    answer = askers[2].read("/me")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"] == 'Bearer realm="Sourcemark", error="invalid_token"'


def test_nobody_revokes_anothers_token(bob: User, carol: User, sign_in: SignIn) -> None:
    asker = Asker(bob)
    answer = sign_in(carol).post(f"/accounts/tokens/{asker.token.pk}/revoke/")
    assert (answer.status_code, asker.read("/me").status_code) == (404, 200)


def test_a_token_without_the_scope_is_told_which(bob: User) -> None:
    answer = Asker(bob, Scope.MARK).read("/studies")
    assert (answer.status_code, answer.json()["type"]) == (
        403,
        "urn:sourcemark:problem:scope-missing",
    )
    assert 'scope="read"' in answer["WWW-Authenticate"]


def test_only_the_header_opens_the_door(bob: User, sign_in: SignIn) -> None:
    secret = Asker(bob).secret
    assert sign_in(bob).get("/api/v1/me").status_code == 401
    assert Client().get(f"/api/v1/me?access_token={secret}").status_code == 401
    wrong = Client(headers={"Authorization": f"Basic {secret}"}).get("/api/v1/me")
    assert (wrong.status_code, wrong["WWW-Authenticate"]) == (401, 'Bearer realm="Sourcemark"')


def test_a_token_has_so_many_requests_a_minute(bob: User, settings) -> None:
    settings.SOURCEMARK_API_PER_MINUTE = 3
    asker, other = Asker(bob), Asker(bob)
    found = [asker.read("/me").status_code for _ in range(8)]
    assert 200 not in found[6:] or found.count(200) <= 6  # the minute may turn once
    assert found.count(429) >= 2
    refused = asker.read("/me")
    while refused.status_code != 429:
        refused = asker.read("/me")
    assert (refused["Content-Type"], refused.json()["status"]) == ("application/problem+json", 429)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert other.read("/me").status_code == 200


def test_guessing_tokens_is_slowed_by_address(db: None) -> None:
    cache.clear()
    guess = Client(headers={"Authorization": "Bearer sm_wrong"})
    found = [guess.get("/api/v1/me").status_code for _ in range(65)]
    assert (found[0], found[-1]) == (401, 429)


def test_the_security_log_tells_of_tokens_but_never_the_secret(
    bob: User, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks
) -> None:
    caplog.set_level(logging.INFO, "sourcemark.security")
    with django_capture_on_commit_callbacks(execute=True):
        made = make_token(user=bob, name="x", scopes=[Scope.READ], keeps=timedelta(days=1))
        revoke_token(token=made.row, actor=bob)
    Client(headers={"Authorization": f"Bearer {made.secret}"}).get("/api/v1/me")
    told = [record.getMessage().partition(":")[0] for record in caplog.records]
    assert told == ["token made", "token revoked", "unknown token"]
    assert made.secret not in caplog.text


def test_a_study_that_wants_a_second_factor_wants_it_of_tokens_too(
    study: Study, alice: User, bob: User
) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    before = Asker(alice)
    TOTP.activate(alice, generate_totp_secret())
    after, annotator = Asker(alice), Asker(bob)
    Study.objects.filter(pk=study.pk).update(second_factor=True)
    path = f"/studies/{study.pk}"
    told = [each.read(path) for each in (before, after, annotator)]
    assert [each.status_code for each in told] == [403, 200, 200]
    assert told[0].json()["type"] == "urn:sourcemark:problem:second-factor-needed"
    alice.authenticator_set.all().delete()
    assert after.read(path).status_code == 403


def test_asking_costs_three_queries_beside_the_answers_own(
    study: Study, bob: User, count_queries: CountQueries
) -> None:
    asker = Asker(bob)
    with count_queries(at_most=3):
        assert json.loads(asker.read("/me").content)["username"] == "bob"

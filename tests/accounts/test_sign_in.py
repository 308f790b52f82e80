from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import Session, User
from tests.people import make_user

LOGIN = "/accounts/login/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_tries_counted(db: None) -> None:
    cache.clear()


@pytest.fixture
def eve() -> User:
    return make_user("eve")


def try_to_sign_in(client: Client, login: str, password: str = "wrong", **extra: str):
    return client.post(LOGIN, {"login": login, "password": password}, **extra)


@pytest.mark.parametrize("login", ["eve", "eve@example.org", "EVE@example.org"])
def test_people_sign_in_by_name_or_address(client: Client, eve: User, login: str) -> None:
    response = try_to_sign_in(client, login, "correct horse")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(eve.pk)


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client: Client, eve: User) -> None:
    asked = client.get("/accounts/profile/")
    assert asked["Location"] == f"{LOGIN}?next=/accounts/profile/"
    response = client.post(asked["Location"], {"login": "eve", "password": "correct horse"})
    assert response["Location"] == "/accounts/profile/"


def test_signing_in_does_not_lead_to_another_site(client: Client, eve: User) -> None:
    data = {"login": "eve", "password": "correct horse", "next": "https://evil.example/"}
    assert client.post(LOGIN, data)["Location"] == "/"


def test_a_wrong_password_does_not_say_whether_the_account_exists(
    client: Client, eve: User
) -> None:
    pages = []
    for login in ("eve", "nobody"):
        response = try_to_sign_in(client, login)
        token = response.context["csrf_token"]
        nonce = response.context["csp_nonce"]
        page = response.content.decode()
        for varying in (str(token), str(nonce), login):
            page = page.replace(varying, "…")
        pages.append((response.status_code, page))
    assert pages[0] == pages[1]


class CountingHasher(MD5PasswordHasher):
    n_hashes = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.n_hashes += 1
        return str(super().encode(password, salt))


def test_nor_by_the_time_it_takes(client: Client, eve: User, settings: Any) -> None:
    """One hash, whoever is meant; hashes take nearly all of the time of a try."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    gone = make_user("gone", is_active=False)
    keyed = make_user("keyed")
    keyed.set_unusable_password()
    keyed.save()
    names = ["eve", eve.email, gone.email, keyed.email, "nobody", "nobody@example.org", "a@b@c"]
    spent = {}
    for name in names:
        before = CountingHasher.n_hashes
        assert try_to_sign_in(client, name).status_code == 200
        spent[name] = CountingHasher.n_hashes - before
    assert spent == dict.fromkeys(names, 1)


def test_nobody_takes_the_place_of_an_address_by_a_user_name(client: Client, eve: User) -> None:
    other = make_user("eve@example.org")
    other.set_password("the other one")
    other.save()
    assert try_to_sign_in(client, "eve@example.org", "the other one").status_code == 200
    try_to_sign_in(client, "eve@example.org", "correct horse")
    assert client.session["_auth_user_id"] == str(eve.pk)


def test_the_eleventh_wrong_password_is_refused_for_a_while(client: Client, eve: User) -> None:
    codes = [try_to_sign_in(client, "eve").status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    refused = try_to_sign_in(client, "eve", "correct horse")
    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert b"Too many tries" in refused.content


def test_made_up_names_do_not_wash_the_count_of_an_account_away(client: Client, eve: User) -> None:
    for _ in range(10):
        try_to_sign_in(client, "eve")
    before = rows_of_cache()
    for n in range(400):  # as tries at so many names would, at a hundredth of their cost
        cache.set(f"made-up-name-{n}", [0.0], 900)
    assert rows_of_cache() == before + 400
    assert try_to_sign_in(client, "eve").status_code == 429


def rows_of_cache() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM annotations_cache")
        return int(cursor.fetchone()[0])


def test_names_that_do_not_exist_are_refused_after_as_many_tries(client: Client) -> None:
    codes = [try_to_sign_in(client, "nobody").status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]


def test_name_and_address_of_one_account_share_their_tries(client: Client, eve: User) -> None:
    for login in ["eve", "Eve@example.org"] * 5:
        try_to_sign_in(client, login)
    assert try_to_sign_in(client, "EVE").status_code == 429


def test_a_stranger_elsewhere_cannot_lock_an_account(client: Client, eve: User) -> None:
    for _ in range(11):
        try_to_sign_in(client, "eve", REMOTE_ADDR="203.0.113.9")
    assert try_to_sign_in(client, "eve", "correct horse").status_code == 302


def test_wrong_passwords_are_logged_without_password_and_without_forged_lines(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    try_to_sign_in(client, "eve\nroot signed in", "hunter2")
    assert "hunter2" not in caplog.text
    assert "\nroot" not in caplog.text
    assert "127.0.0.1" in caplog.text


def test_nobody_can_register_without_an_invitation(client: Client) -> None:
    data = {"email": "x@example.org", "username": "x", "password1": "a" * 12, "password2": "a" * 12}
    assert client.post("/accounts/signup/", data).status_code == 404
    assert User.objects.count() == 0


def test_a_session_gets_a_new_id_at_sign_in(client: Client, eve: User) -> None:
    client.get("/accounts/login/")
    session = client.session
    session["seen"] = True
    session.save()
    before = session.session_key
    try_to_sign_in(client, "eve", "correct horse")
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_signing_out_ends_the_session_on_the_server(client: Client, eve: User) -> None:
    try_to_sign_in(client, "eve", "correct horse")
    stolen = client.cookies["sessionid"].value
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get("/accounts/profile/").status_code == 302


def test_opening_the_sign_out_page_signs_nobody_out(sign_in, eve: User) -> None:
    client = sign_in(eve)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/accounts/profile/").status_code == 200


def test_a_closed_account_cannot_sign_in(client: Client, eve: User) -> None:
    eve.is_active = False
    eve.save()
    assert try_to_sign_in(client, "eve", "correct horse")["Location"] == reverse("account_inactive")
    assert "_auth_user_id" not in client.session


def test_forms_need_the_csrf_token(eve: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = try_to_sign_in(client, "eve", "correct horse")
    assert response.status_code == 403
    assert b"This form has expired" in response.content


def test_a_signed_out_htmx_request_is_sent_to_the_sign_in_page_as_a_whole(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/accounts/profile/?a=1"}
    response = client.get("/accounts/profile/", headers=headers)
    assert response["HX-Redirect"] == f"{LOGIN}?next=%2Faccounts%2Fprofile%2F%3Fa%3D1"


def test_a_signed_out_json_request_gets_401_and_the_address_of_the_sign_in_page(
    client: Client,
) -> None:
    response = client.post("/accounts/profile/", "{}", content_type="application/json")
    assert (response.status_code, response.json()) == (401, {"login": LOGIN})

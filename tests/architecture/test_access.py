"""Every address inside a study refuses strangers: a new one cannot forget to."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from annotations.accounts.models import User
from annotations.study.models import Study
from tests.api.asking import Asker
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

# Studies in the bin have no members that count: tests/study/test_studies.py.
ELSEWHERE = {"study:restore"}


def study_routes() -> Iterator[tuple[str, set[str]]]:
    """(name, names of its ids) of every address that names a study."""

    def walk(resolver: Any, namespace: str, ids: set[str]) -> Iterator[tuple[str, set[str]]]:
        for entry in resolver.url_patterns:
            needed = ids | set(entry.pattern.converters)
            if not isinstance(entry, URLPattern):
                spaces = filter(None, [namespace, entry.namespace])
                yield from walk(entry, ":".join(spaces), needed)
            elif "study_id" in needed:
                yield f"{namespace}:{entry.name}", needed

    yield from walk(get_resolver(), "", set())


ROUTES = {name: ids for name, ids in study_routes() if name not in ELSEWHERE}


def address(name: str, ids: set[str], study: Study) -> str:
    made = {each: 1 if each == "number" else uuid.uuid4() for each in ids}
    return reverse(name, kwargs=made | {"study_id": study.pk})


def answers(client: Client, url: str) -> set[int]:
    """To looking and to sending; an address that knows only one of the two answers 405."""
    told = {"base_rev": 0, "ops": [], "tab": str(uuid.uuid4()), "active_seconds": 1}
    sent = client.post(url, told, content_type="application/json")
    return {client.get(url).status_code, sent.status_code} - {405}


def test_there_are_such_addresses_in_every_room_with_pages() -> None:
    pages = {"assignment", "corpus", "curation", "exchange", "marking", "reports", "study"}
    assert {name.partition(":")[0] for name in ROUTES} == {"api", *pages}


def test_a_stranger_finds_no_study(study: Study, mallory: User, sign_in: SignIn) -> None:
    page, api = sign_in(mallory), Asker(mallory)
    found = {
        name: answers(api if name.startswith("api:") else page, address(name, ids, study))
        for name, ids in ROUTES.items()
    }
    assert {name: told for name, told in found.items() if told != {404}} == {}


def test_a_session_opens_nothing_of_the_programming_interface(
    study: Study, alice: User, sign_in: SignIn
) -> None:
    page = sign_in(alice)
    routes = {name: ids for name, ids in ROUTES.items() if name.startswith("api:")}
    found = {name: answers(page, address(name, ids, study)) for name, ids in routes.items()}
    assert {name: told for name, told in found.items() if told != {401}} == {}


def test_the_signed_out_are_sent_to_sign_in(study: Study) -> None:
    client = Client()
    found = {name: answers(client, address(name, ids, study)) for name, ids in ROUTES.items()}
    assert {name: told for name, told in found.items() if not told <= {302, 401}} == {}

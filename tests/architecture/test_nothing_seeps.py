"""What somebody does to work that is still open changes no page of those who may not know of it.

Every address is opened, somebody else saves or submits, and every address is opened again: no
answer may be another one than before, not by a count, an order or a new choice.
"""

import re
from collections.abc import Iterator

import pytest
from django.test import override_settings
from zeal import zeal_ignore

from annotations.marking.actions import submit_assignment
from annotations.study.models import Role
from tests.conftest import SignIn
from tests.marking.sending import Tab, span
from tests.people import join
from tests.world import World

from .test_rights import ROUTES, Door, address, undone

pytestmark = [pytest.mark.django_db, pytest.mark.on_sqlite]

# Of each answer its own: tokens, nonces, ids for what may be sent next.
FLEETING = re.compile(
    r'name="(csrfmiddlewaretoken|op_id|span_id|comment_id)" value="[^"]*"|nonce="[^"]+"'
)
# A curator may know who has submitted what, also of articles that are still theirs to mark.
TELLS_OF_SUBMISSIONS = {
    "api:list_assignments",
    "assignment:article",
    "curation:calibrations",
    "study:history",
    "study:history_export",
}


@pytest.fixture
def world() -> Iterator[World]:
    with override_settings(SOURCEMARK_API_PER_MINUTE=10**6):
        yield World("Arden")


def opened(door: Door, world: World) -> dict[str, str]:
    """What each address answers; nothing of it stays."""
    found = {}
    for name in ROUTES:
        with undone(), zeal_ignore():
            got = door.to(name).get(address(name, world.ids(name)))
            body = b"".join(got.streaming_content) if got.streaming else got.content
        found[name] = f"{got.status_code} {FLEETING.sub('', body.decode('utf-8', 'replace'))}"
    return found


def differing(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize(
    "who",
    [
        pytest.param("annotator", marks=pytest.mark.soak),
        pytest.param("curator", marks=pytest.mark.soak),
        "both",  # sees what either sees
    ],
)
def test_nobody_is_told_of_anothers_open_work(world: World, who: str) -> None:
    """Erin has the article open herself; whoever only curates may see what is submitted."""
    reader = world.dave if who == "curator" else world.erin
    if who == "both":
        join(world.study, reader, Role.CURATOR)
    finn = world._person("finn", Role.ANNOTATOR)
    world._give(world.article, finn)
    tab, door = Tab(SignIn()(finn), world.article), Door(reader)
    tab.made("span", span(world.article, "attribution", (0, 9)))
    at_first = opened(door, world)
    assert sum(page.startswith("200") for page in at_first.values()) > 20

    tab.made("span", span(world.article, "allegation", (43, 57)))
    assert differing(at_first, opened(door, world)) == set()

    if who != "curator":
        submit_assignment(
            user=finn, study_id=world.study.pk, article_id=world.article.pk, confirmed=True
        )
        told = TELLS_OF_SUBMISSIONS if who == "both" else set()
        assert differing(at_first, opened(door, world)) == told

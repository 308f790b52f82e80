"""The same comment twice at the same moment, and two people on one span: nothing is doubled."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from annotations.accounts.models import User
from annotations.curation.actions.discussion import About, add_comment, open_thread
from annotations.curation.models import Comment, Thread
from annotations.curation.queries.discussion import fetch_thread
from annotations.curation.queries.talk import fetch_talk
from annotations.study.models import Role, Study
from tests.marks import mark, submit
from tests.people import assign, join, make_article, make_study, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def led(transactional_db: None) -> Study:
    study = make_study(make_user("ann"))
    join(study, make_user("ben"), Role.CURATOR)
    return study


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Each act in a thread of its own; what it gave."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def begin(user: User, study: Study, about: About, comment_id: uuid.UUID) -> Thread:
    return open_thread(
        talk=fetch_talk(user, study.pk),
        article=study.articles.get(),
        about=about,
        text="Well?",
        comment_id=comment_id,
    )


@pytest.mark.parametrize("attempt", range(5))
def test_a_double_click_makes_one_thread_and_one_comment(led: Study, attempt: int) -> None:
    make_article(led)
    one, about = uuid.uuid4(), About(start=0, end=9)
    made = at_once(*[lambda: begin(led.created_by, led, about, one)] * 2)
    assert (made[0].pk == made[1].pk, Thread.objects.count()) == (True, 1)
    seen = fetch_thread(led.created_by, led.pk, made[0].pk)
    two = uuid.uuid4()
    said = at_once(*[lambda: add_comment(seen=seen, text="Yes.", comment_id=two)] * 2)
    assert ([each.pk for each in said], Comment.objects.count()) == ([two, two], 2)


@pytest.mark.parametrize("attempt", range(5))
def test_two_people_on_one_span_meet_in_one_thread(led: Study, attempt: int) -> None:
    work = assign(make_article(led), make_user("cem"))
    span = mark(work, "allegation", (39, 57))
    submit(work)
    people = [led.created_by, User.objects.get(username="ben")]
    acts = [
        lambda who=who: begin(who, led, About(span=span), uuid.uuid4())  # type: ignore[misc]
        for who in people
    ]
    made = at_once(*acts)
    assert (made[0].pk == made[1].pk, Thread.objects.count()) == (True, 1)
    assert {said.author for said in Comment.objects.all()} == set(people)

"""Three readings of an article, for tables of more than one pair, and its gold."""

import pytest

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.study.models import Role, Study
from tests.marks import answer, close_gold, link, mark, submit
from tests.people import assign, join, make_user

SECRET = "the alleged strike"  # what only Carol marks


@pytest.fixture
def erin(study: Study) -> User:
    user = make_user("erin")
    join(study, user, Role.ANNOTATOR)
    return user


@pytest.fixture
def readings(study: Study, article: Article, bob: User, carol: User, erin: User) -> None:
    start = article.text.index(SECRET)
    for who in (bob, carol, erin):
        mine = assign(article, who)
        source = mark(mine, "attribution", (0, 9 if who == bob else 18))
        target = mark(mine, "extent", (35, 80))
        link(source, target)
        if who != erin:
            answer(source, "source_kind", "named_person" if who == bob else "unspecified")
        if who == carol:
            mark(mine, "allegation", (start, start + len(SECRET)))
        submit(mine)


@pytest.fixture
def gold(study: Study, article: Article, dave: User, readings: None) -> None:
    start = article.text.index(SECRET)
    allegation = ("allegation", (start, start + len(SECRET)))
    close_gold(article, dave, ("attribution", (0, 18)), ("extent", (35, 70)), allegation)

"""Two articles: one that Bob and Carol have submitted, one that waits for them."""

from pathlib import Path
from typing import Any

import pytest

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.study.models import Study
from tests.curation.scene import both_submit
from tests.people import TEXT, assign, make_article

Settings = Any


@pytest.fixture(autouse=True)
def exports_folder(settings: Settings, tmp_path: Path) -> None:
    place = settings.STORAGES["exports"]
    settings.STORAGES = {
        **settings.STORAGES,
        "exports": {**place, "OPTIONS": {**place["OPTIONS"], "location": tmp_path}},
    }


@pytest.fixture
def bobs(article: Article, bob: User) -> Assignment:
    return assign(article, bob)


@pytest.fixture
def carols(article: Article, carol: User) -> Assignment:
    return assign(article, carol)


@pytest.fixture
def submitted(article: Article, bobs: Assignment, carols: Assignment) -> Article:
    both_submit(bobs, carols)
    return article


@pytest.fixture
def waiting(study: Study) -> Article:
    return make_article(study, f"{TEXT}Again.\n", "Another strike")

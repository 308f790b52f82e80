"""Two articles: one that Bob and Carol have submitted, one that waits for them."""

import pytest

from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.study.models import Study
from tests.curation.scene import both_submit
from tests.people import TEXT, make_article


@pytest.fixture(autouse=True)
def own_exports(exports_folder: None) -> None:
    """Every test here may make files."""


@pytest.fixture
def submitted(article: Article, bobs: Assignment, carols: Assignment) -> Article:
    both_submit(bobs, carols)
    return article


@pytest.fixture
def waiting(study: Study) -> Article:
    return make_article(study, f"{TEXT}Again.\n", "Another strike")

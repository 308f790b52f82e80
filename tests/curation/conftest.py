"""The scene of tests/curation: an article submitted by two, a curator at the door."""

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from tests.conftest import SignIn

from .scene import both_submit


@pytest.fixture
def submitted(article: Article, bobs: Assignment, carols: Assignment) -> Article:
    both_submit(bobs, carols)
    return article


@pytest.fixture
def curator(dave: User, sign_in: SignIn) -> Client:
    return sign_in(dave)

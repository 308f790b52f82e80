"""A study as its manager makes it, with the shipped codebook."""

import pytest

from annotations.accounts.models import User
from annotations.study.actions import create_study
from annotations.study.models import Role, Study
from tests.people import join, make_user


@pytest.fixture
def led(alice: User) -> Study:
    """Alice's study with the default codebook."""
    return create_study(actor=alice, name="Strike coverage", description="Who said it?")


@pytest.fixture
def erin(led: Study) -> User:
    """An annotator of `led`."""
    user = make_user("erin")
    join(led, user, Role.ANNOTATOR)
    return user


@pytest.fixture
def frank(led: Study) -> User:
    """The curator of `led`."""
    user = make_user("frank")
    join(led, user, Role.CURATOR)
    return user

"""A third annotator, for tables of more than one pair."""

import pytest

from annotations.accounts.models import User
from annotations.study.models import Role, Study
from tests.people import join, make_user


@pytest.fixture
def erin(study: Study) -> User:
    user = make_user("erin")
    join(study, user, Role.ANNOTATOR)
    return user

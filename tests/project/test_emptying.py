"""What a test committed is gone before the next (tests/emptying.py)."""

import pytest
from django.apps import apps
from django.db import connection

from annotations.guards import lift_guards, missing_guards
from tests.emptying import STAY, empty
from tests.world import World


def filled() -> set[str]:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {model._meta.db_table for model in models if model._default_manager.exists()}


@pytest.mark.django_db(transaction=True)
def test_no_row_is_left_and_every_guard_stands_though_a_test_took_some_away() -> None:
    World("Arden")
    assert len(filled()) > 40
    lift_guards(connection, "update")
    empty()
    assert filled() == STAY
    assert missing_guards(connection) == []

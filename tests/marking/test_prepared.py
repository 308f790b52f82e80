"""What every save asks is planned once on a connection."""

import pytest
from django.db import connection
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.marking.models import Fragment, Operation, Span
from project.settings import PREPARED_AFTER
from tests.conftest import SignIn
from tests.marking.sending import add, op, places, span, tab_of

ASKED = ("annotations_session", "UPDATE annotations_assignment", "'version'", "INSERT INTO")


def plans() -> list[tuple[str, int]]:
    """(statement, how often it was planned for its values) of this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement, custom_plans FROM pg_prepared_statements")
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_postgresql_plans_what_a_save_asks_only_once(
    sign_in: SignIn, bob: User, bobs: Assignment
) -> None:
    tab = tab_of(sign_in(bob), bobs)
    for place in places(bobs.article, 2)[: PREPARED_AFTER + 2]:
        mark = tab.made("span", span(bobs.article, "allegation", place))
        assert tab.one(op("set", "span", {**mark, "note": "who?"}, 1))["status"] == "applied"
    assert Span.objects.filter(assignment=bobs).count() == PREPARED_AFTER + 2
    if connection.vendor == "postgresql":
        kept = plans()
        assert [part for part in ASKED if not any(part in sql for sql, _ in kept)] == []
        assert {planned_anew for _, planned_anew in kept} == {0}


@pytest.mark.django_db
def test_a_row_alone_is_stored_as_many_are(
    client: Client, sign_in: SignIn, bob: User, bobs: Assignment
) -> None:
    """The same values in the same columns, whichever way they went."""
    tab = tab_of(sign_in(bob), bobs)
    tab.send(add("span", span(bobs.article, "allegation", (0, 5), note="alone")))
    both = [span(bobs.article, "allegation", (n, n + 5), note="alone") for n in (10, 20)]
    tab.send(*(add("span", each) for each in both))
    alone, *others = Span.objects.filter(assignment=bobs).order_by("start")
    differ = {"id", "start", "end", "stretch", "changed_rev", "created_at", "changed_at"}
    same = [f.attname for f in Span._meta.concrete_fields if f.attname not in differ]
    for other in others:
        assert [getattr(alone, name) for name in same] == [getattr(other, name) for name in same]
    assert list(Fragment.objects.filter(span=alone).values_list("quote", "start")) == [
        (bobs.article.text[:5], 0)
    ]
    first, *later = Operation.objects.filter(assignment=bobs).order_by("pk")
    told = first.after or {}
    assert (first.before, first.asked, told["span"]["note"]) == (None, None, "alone")
    assert [(o.kind, o.status, o.user_id) for o in later] == 2 * [("add", "applied", bob.pk)]

"""Who did what: narrowed down, taken away, and unchangeable."""

import csv
import io
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotations.accounts.models import User
from annotations.study.actions import record
from annotations.study.actions.people import set_roles
from annotations.study.models import AuditEntry, Role, Study
from annotations.text.cells import bared
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("https://evil.example","x")'


@pytest.fixture
def eventful(study: Study, alice: User, dave: User) -> Study:
    study.name = FORMULA
    record(study=study, actor=alice, action="study.changed", subject=study, after={"name": "=1+1"})
    record(study=study, actor=dave, action="submission.returned", subject=dave)
    return study


def rows(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_history_is_taken_away_as_it_was_narrowed_down(
    eventful: Study, alice: User, sign_in: SignIn
) -> None:
    url = f"/studies/{eventful.pk}/history/export/"
    client = sign_in(alice)
    assert [row["act"] for row in rows(client.get(url))] == ["submission.returned", "study.changed"]
    assert [row["person"] for row in rows(client.get(f"{url}?who=dave"))] == ["dave"]
    assert [row["act"] for row in rows(client.get(f"{url}?what=study"))] == ["study.changed"]
    today = timezone.localdate()
    for since, until, n in ((today, today, 2), (None, today - timedelta(days=1), 0)):
        query = {"since": since or "", "until": until}
        assert len(rows(client.get(url, query))) == n


def test_no_cell_is_run_by_a_spreadsheet_and_all_come_back(
    eventful: Study, alice: User, sign_in: SignIn
) -> None:
    told = rows(sign_in(alice).get(f"/studies/{eventful.pk}/history/export/"))
    assert [cell for row in told for cell in row.values() if cell[:1] in "=+-@" and cell] == []
    assert bared(told[1]["subject"]) == FORMULA


def test_the_page_is_narrowed_down_by_days_and_says_when_it_understood_none(
    eventful: Study, alice: User, sign_in: SignIn
) -> None:
    client, url = sign_in(alice), f"/studies/{eventful.pk}/history/"
    today = timezone.localdate()
    assert client.get(url, {"since": today}).context["page"].rows[1:]
    tomorrow = today + timedelta(days=1)
    assert client.get(url, {"since": tomorrow}).context["page"].rows == []
    assert b"A day was not understood" in client.get(url, {"since": "soon"}).content


def test_annotators_may_not_take_it_away(eventful: Study, bob: User, sign_in: SignIn) -> None:
    assert sign_in(bob).get(f"/studies/{eventful.pk}/history/export/").status_code == 403


CHANGES: dict[str, Callable[[QuerySet[AuditEntry]], Any]] = {
    "update": lambda entries: entries.update(action="nothing.happened"),
    "delete": lambda entries: entries._raw_delete(entries.db),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_database_itself_refuses_to_change_history(
    eventful: Study, change: Callable[[QuerySet[AuditEntry]], Any]
) -> None:
    entries = AuditEntry.objects.filter(study=eventful)
    before = list(entries.order_by("pk").values())
    with pytest.raises(DatabaseError, match="History cannot be"), transaction.atomic():
        change(entries)
    assert list(entries.order_by("pk").values()) == before


def test_changes_of_roles_stand_in_the_security_log_once_they_are_made(
    study: Study,
    alice: User,
    bob: User,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    caplog.set_level(logging.INFO, "sourcemark.security")
    with django_capture_on_commit_callbacks(execute=True):
        set_roles(study=study, actor=alice, user=bob, roles=[Role.CURATOR])
        assert caplog.messages == []
    (line,) = caplog.messages
    assert line.startswith(f"member.changed: person='{alice.pk}' address='-' study='{study.pk}'")


def test_details_name_only_what_changed_in_plain_words(
    study: Study, alice: User, sign_in: SignIn
) -> None:
    before = {"name": "Arden", "hide_source": False, "suggestions_allowed": True}
    after = {**before, "hide_source": True}
    record(
        study=study, actor=alice, action="study.changed", subject=study, before=before, after=after
    )
    page = sign_in(alice).get(f"/studies/{study.pk}/history/").content.decode()
    assert "<dt>Hide where articles come from</dt>" in page
    assert "<del>no</del> → yes" in page
    assert "Let programs suggest marks" not in page
    assert "hide_source" not in page

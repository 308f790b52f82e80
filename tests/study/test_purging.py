"""Emptying the bin for good: everything of a study, nothing of another, and a trace that it was."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.study.actions.purging import NotLongEnough, purge_study, tables_of_a_study
from annotations.study.actions.studies import throw_away
from annotations.study.models import AuditEntry, Study
from tests.marks import link, mark, submit
from tests.people import assign, make_article, make_study, make_user

pytestmark = pytest.mark.django_db


def worked_on(study: Study, annotator: User) -> Study:
    """With an article, marks, a link and a submission."""
    work = assign(make_article(study), annotator)
    link(mark(work, "attribution", (0, 4)), mark(work, "allegation", (5, 9)))
    submit(work)
    return study


def binned(study: Study, actor: User, days: int) -> Study:
    throw_away(study=study, actor=actor)
    Study.objects.filter(pk=study.pk).update(deleted_at=timezone.now() - timedelta(days=days))
    study.refresh_from_db()
    return study


@pytest.fixture
def gone(study: Study, alice: User, bob: User) -> Study:
    """Alice's study, in the bin for 31 days."""
    return binned(worked_on(study, bob), alice, 31)


@pytest.fixture
def other(bob: User) -> Study:
    return worked_on(make_study(make_user("gina"), name="Kept"), bob)


def rows(study: Study) -> dict[str, int]:
    counted = {m.__name__: m._base_manager.filter(study=study).count() for m in tables_of_a_study()}
    return {name: n for name, n in counted.items() if n}


def purge_bin(*arguments: str) -> str:
    out = StringIO()
    call_command("purge_bin", *arguments, stdout=out)
    return out.getvalue()


def test_every_table_of_ours_but_people_and_studies_belongs_to_a_study() -> None:
    ours = {model.__name__ for model in apps.get_app_config("annotations").get_models()}
    of_people = {"AccessToken", "Session", "StoredAnswer", "StudyImport", "User"}
    assert ours - {model.__name__ for model in tables_of_a_study()} == {*of_people, "Study"}


def test_all_of_the_study_goes_and_nothing_of_another(
    gone: Study, other: Study, alice: User
) -> None:
    before = rows(other)
    assert {"Article", "Span", "Fragment", "Link", "Membership", "AuditEntry"} <= set(rows(gone))
    purge_study(study=gone, actor=alice)
    assert rows(gone) == {"AuditEntry": 1}
    assert rows(other) == before


@pytest.mark.usefixtures("exports_folder")
def test_files_made_of_it_go_with_it_and_no_others(
    gone: Study, other: Study, alice: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    store = storages["exports"]
    for study in (gone, other):
        store.save(f"{study.pk}/made.zip", ContentFile(b"x"))
    store.save(f"{gone.pk}/left by a job that was cut off.zip", ContentFile(b"x"))
    with django_capture_on_commit_callbacks() as later:
        purge_study(study=gone, actor=alice)
    assert store.exists(f"{gone.pk}/made.zip")  # until the rows have gone
    for callback in later:
        callback()
    assert store.listdir("") == ([str(other.pk)], [])
    assert store.listdir(str(other.pk)) == ([], ["made.zip"])


def test_the_name_and_an_entry_of_the_act_stay(gone: Study, alice: User) -> None:
    purge_study(study=gone, actor=alice)
    entry = AuditEntry.objects.get(study=gone)
    gone.refresh_from_db()
    assert (entry.action, entry.actor, entry.subject_name) == ("study.purged", alice, "Arden")
    assert (entry.after["rows"]["articles"], entry.after["days in the bin"]) == (1, 31)
    assert gone.description == ""


def test_the_guards_stand_again_afterwards(gone: Study, other: Study, alice: User) -> None:
    throw_away(study=other, actor=alice)
    purge_study(study=gone, actor=alice)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.filter(study=other).delete()


def test_what_is_kept_or_not_long_in_the_bin_is_refused(study: Study, alice: User) -> None:
    with pytest.raises(NotLongEnough):
        purge_study(study=study, actor=alice)
    binned(study, alice, 29)
    with pytest.raises(NotLongEnough):
        purge_study(study=study, actor=alice)
    assert rows(study)


def test_the_command_looks_first(gone: Study) -> None:
    before = rows(gone)
    told = purge_bin()
    assert rows(gone) == before
    assert "Arden" in told
    assert "1 articles" in told
    assert "Nothing was deleted. Add --yes" in told


def test_the_command_deletes_on_yes_in_the_name_of_who_threw_it_away(
    gone: Study, alice: User
) -> None:
    purge_bin("--yes")
    assert AuditEntry.objects.get(study=gone).actor == alice


def test_a_second_run_finds_nothing(gone: Study) -> None:
    purge_bin("--yes", "--by", "bob")
    assert purge_bin("--yes") == "Nothing has been in the bin for 30 days.\n"
    assert AuditEntry.objects.get(study=gone).actor.username == "bob"


@pytest.mark.parametrize("arguments", [["--days", "29"], ["--by", "nobody"]])
def test_the_command_refuses_what_makes_no_sense(gone: Study, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        purge_bin("--yes", *arguments)
    assert rows(gone)["Article"] == 1

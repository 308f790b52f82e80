"""The demo study: made once through the ordinary acts, and made anew only when asked."""

import stat
from collections import Counter
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, Submission, WorkTime
from annotations.corpus.models import Article, Region
from annotations.exchange import native
from annotations.exchange.actions import ensure_demo
from annotations.exchange.demo.clock import as_of
from annotations.exchange.demo.files import demo_files
from annotations.exchange.demo.sign_ins import NAME, new_password, read_sign_ins, write_sign_ins
from annotations.exchange.demo.story import moment, portions
from annotations.exchange.queries import read_marks
from annotations.management.commands.demo import REPORT
from annotations.marking.models import Operation, Origin, Span
from annotations.study.actions.studies import throw_away
from annotations.study.models import AuditEntry, Membership, Study
from tests.people import make_user

pytestmark = pytest.mark.on_sqlite  # what pages show

TODAY = timezone.now().date()


def rows() -> dict[str, int]:
    models = (Study, User, Article, Region, Assignment, Submission, Span, Operation, AuditEntry)
    return {model.__name__: model._default_manager.count() for model in models}


STORY = replace(demo_files(), work=())  # nobody marks anything: made in no time


def run() -> list[str]:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue().splitlines()


def test_the_demo_is_made_whole_and_made_once(db: None, tmp_path: Path, settings: Settings) -> None:
    """One test, because making it takes seconds."""
    settings.VAR_DIR = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    first, before = run(), rows()
    second = run()
    assert rows() == before
    assert first[0] == f"{demo_files().study} is made."
    assert second == [f"{demo_files().study}.", *first[1:]]
    the_sign_ins_are_told(first[2:], tmp_path)
    demo = ensure_demo(folder=tmp_path)
    assert not demo.made
    study = demo.study
    assert [(kept.name, kept.n_all) for kept in study.reports.all()] == [(REPORT, 6)]
    people = {(each.user.username, each.role) for each in Membership.objects.filter(study=study)}
    assert people == {(p.username, role) for p in demo_files().people for role in p.roles}
    states = Counter(
        Assignment.objects.filter(study=study).values_list("annotator__username", "state")
    )
    assert states == {
        ("mira.demo", "submitted"): 6,
        ("tom.demo", "submitted"): 6,
        ("ruth.demo", "submitted"): 3,
        ("ruth.demo", "in_progress"): 1,
        ("ruth.demo", "waiting"): 2,
    }
    assert WorkTime.objects.count() == 16
    assert Submission.objects.count() == 15
    kinds = Counter(Region.objects.values_list("kind", flat=True))
    assert kinds == {"metadata": 1, "caption": 3, "newsletter": 3}
    assert set(Article.objects.exclude(event="").values_list("outlet__name", flat=True)) == {
        "The Sarrow Courier",
        "Daily Lantern",
        "Meridian Review",
    }
    compared = dict(study.rounds.values_list("name", "comparison_opened_at"))
    assert compared == {"Pilot": moment(TODAY, -10), "Main": None}

    the_marks_are_those_of_the_files(study)
    the_story_is_told_in_its_order(study)


def the_sign_ins_are_told(lines: list[str], folder: Path) -> None:
    passwords = read_sign_ins(folder)
    assert len(passwords) == 5
    assert lines[0].split(maxsplit=3) == [
        "helen.demo",
        passwords["helen.demo"],
        "manager",
        "Helen Achterberg",
    ]
    assert lines[-1] == f"These sign-ins are kept in {folder / NAME}."
    for username, password in passwords.items():
        assert User.objects.get(username=username).check_password(password)


def the_marks_are_those_of_the_files(study: Study) -> None:
    begun = Assignment.objects.filter(study=study).exclude(state="waiting")
    works = {(work.annotator, work.article): work for work in demo_files().work}
    slugs = {article.title: article.slug for article in demo_files().articles}
    for assignment in begun.select_related("study", "annotator", "article__source_file"):
        work = works[assignment.annotator.username, slugs[assignment.article.title]]
        shipped = native.read(work.marks).marks
        stored = read_marks(assignment)
        assert replace(stored, file=shipped.file) == shipped
    assert set(Span.objects.values_list("origin", flat=True)) == {Origin.HAND}


def the_story_is_told_in_its_order(study: Study) -> None:
    times = list(study.audit_entries.exclude(action="demo.made").order_by("pk").values("at"))
    assert times == sorted(times, key=lambda entry: entry["at"])
    assert study.created_at == moment(TODAY, -21, "10:00")
    for assignment in Assignment.objects.filter(study=study, state="submitted"):
        saved = list(assignment.operations.order_by("pk").values_list("at", flat=True))
        assert saved == sorted(saved)
        assert assignment.started_at == saved[0]
        assert saved[-1] < assignment.submitted_at < timezone.now()


def test_a_reset_makes_the_demo_anew_and_touches_nothing_else(db: None, tmp_path: Path) -> None:
    stranger = make_user("stranger")
    elsewhere = Study.objects.create(name="Elsewhere", created_by=stranger)
    first = ensure_demo(folder=tmp_path, files=STORY)
    mira = User.objects.get(username="mira.demo")
    mira.set_password("something else")
    mira.is_active = False
    mira.save()

    second = ensure_demo(folder=tmp_path, reset=True, files=STORY)

    assert second.made
    assert second.study != first.study
    assert second.passwords == first.passwords
    mira.refresh_from_db()
    assert mira.is_active
    assert mira.check_password(second.passwords["mira.demo"])
    first.study.refresh_from_db()
    assert first.study.deleted_at is not None
    assert set(Study.objects.kept()) == {second.study, elsewhere}
    assert User.objects.count() == 6


def test_lost_passwords_are_made_anew_without_touching_the_study(db: None, tmp_path: Path) -> None:
    first = ensure_demo(folder=tmp_path, files=STORY)
    (tmp_path / NAME).unlink()
    before = rows()
    second = ensure_demo(folder=tmp_path, files=STORY)
    assert (second.study, second.made) == (first.study, False)
    assert second.passwords.keys() == first.passwords.keys()
    assert set(second.passwords.values()).isdisjoint(first.passwords.values())
    assert rows() == before
    for username, password in second.passwords.items():
        assert User.objects.get(username=username).check_password(password)


def test_a_demo_that_was_put_in_the_bin_stays_there(db: None, tmp_path: Path) -> None:
    first = ensure_demo(folder=tmp_path, files=STORY)
    throw_away(study=first.study, actor=first.study.created_by)
    again = ensure_demo(folder=tmp_path, files=STORY)
    assert (again.study, again.made) == (first.study, False)
    assert not Study.objects.kept().exists()


def test_sign_ins_are_kept_where_only_their_owner_reads_them(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    path = write_sign_ins(folder, {"mira.demo": "bado-kilu"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_sign_ins(folder) == {"mira.demo": "bado-kilu"}
    assert [each.name for each in folder.iterdir()] == [NAME]


def test_passwords_are_long_and_never_the_same() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) == 19 for password in made)


def test_the_clock_is_turned_only_inside() -> None:
    then = moment(TODAY, -3, "08:00")
    with as_of(then):
        assert timezone.now() == then
    assert timezone.now() > then


def test_portions_keep_order_and_end_before_the_work_does() -> None:
    for work in demo_files().work:
        if work.minutes:
            told = list(portions(work, list(range(100)), TODAY))
            assert [op for _, ops in told for op in ops] == list(range(100))
            times = [at for at, _ in told]
            assert times == sorted(times)
            assert moment(TODAY, work.day, work.at) < times[0]
            assert (times[-1] - times[0]).total_seconds() < work.minutes * 60

"""Two exports of a study that nobody changed in between are the same file, however late it is."""

import json
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.curation.models import Comment, Thread
from annotations.exchange.actions import write_study
from annotations.exchange.formats import formats
from annotations.exchange.packing import Wanted
from annotations.exchange.queries.exports import fetch_reach
from annotations.exchange.queries.tables import moment
from annotations.marking.models import Span
from annotations.study.actions import record
from annotations.study.models import Study
from tests.marks import mark, submit
from tests.people import assign

FORMS = [form for form in formats().values() if form.can_write]


@pytest.fixture
def marked(study: Study, article: Article, bob: User, carol: User) -> Study:
    work = assign(article, bob)
    mark(work, "allegation", (35, 42))
    submit(work)
    mark(assign(article, carol), "reporting", (0, 20))
    thread = Thread.objects.create(study=study, article=article, opened_by=bob)
    Comment.objects.create(study=study, thread=thread, author=bob, text="Why Arden?")
    return study


@pytest.mark.on_sqlite
def test_every_format_gives_the_same_bytes_a_year_later(
    marked: Study, alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def all_written() -> dict[str, bytes]:
        reach, files = fetch_reach(alice, marked.pk), {}
        for form in FORMS:
            path = tmp_path / "out.zip"
            # Agreement on submitted work is counted for one of them; it takes most of the time.
            wanted = Wanted() if form.is_whole else Wanted(states=("in_progress",))
            write_study(reach=reach, form=form, wanted=wanted, path=path)
            files[form.name] = path.read_bytes()
        record(study=marked, actor=alice, action="study.exported", subject=marked, after={})
        return files

    first, year = all_written(), timedelta(days=365)
    now, seconds, local = timezone.now, time.time, time.localtime
    monkeypatch.setattr(timezone, "now", lambda: now() + year)
    monkeypatch.setattr(time, "time", lambda: seconds() + year.total_seconds())
    monkeypatch.setattr(time, "localtime", lambda at=None: local(time.time() if at is None else at))
    again = all_written()
    assert len(first) > 10
    assert [name for name in first if first[name] != again[name]] == []


def test_an_export_tells_the_time_of_the_newest_thing_in_it_and_of_no_other(
    marked: Study, alice: User, bob: User, dave: User, tmp_path: Path
) -> None:
    path, late = tmp_path / "out.zip", timezone.now() + timedelta(hours=1)
    Span.objects.filter(assignment__annotator__username="carol").update(changed_at=late)
    told = {}
    for user, states in ((alice, ()), (alice, ("submitted",)), (dave, ()), (bob, ())):
        reach, wanted = fetch_reach(user, marked.pk), Wanted(states=states)
        write_study(reach=reach, form=formats()["jsonl"], wanted=wanted, path=path)
        with zipfile.ZipFile(path) as archive:
            as_of = json.loads(archive.read("manifest.json"))["as_of"]
            assert as_of[:10] in archive.read("data_card.md").decode()
        told[user.username, states] = as_of == moment(late)
    assert list(told.values()) == [True, False, False, False]

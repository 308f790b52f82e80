"""The study's cases as a queue, and what it can be narrowed to."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from annotations.accounts.models import User
from annotations.accounts.paging import Cursor
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.curation.actions import counting
from annotations.curation.models import ArticleCases
from annotations.curation.queries import walking
from annotations.curation.queries.figures import pace_of
from annotations.curation.queries.queue import Sought, Totals
from annotations.marking.models import Span
from annotations.study.models import Role, Study
from tests.conftest import CountQueries
from tests.marks import mark, submit
from tests.people import assign, join, make_article

from .scene import VOSS, cases, decide_all, ruling, send, study_url, url

pytestmark = pytest.mark.django_db


def test_a_queue_too_long_to_count_at_once_is_counted_bit_by_bit(
    curator: Client,
    submitted: Article,
    bob: User,
    carol: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = make_article(
        submitted.study, "Another strike, officials said in Arden on Monday.", "B"
    )
    for person in (bob, carol):
        work = assign(second, person)
        mark(work, "reporting", (0, 15))
        submit(work)
    monkeypatch.setattr(counting, "CHUNK", 1)
    monkeypatch.setattr(counting, "COUNTING", 0.0)
    page = study_url("queue", submitted.study)
    first = curator.get(page).content.decode()
    assert "The cases of 1 article are not counted yet." in first
    assert "not counted yet" not in curator.get(page).content.decode()


def test_the_queue_counts_and_leads_to_the_next_open_case(
    curator: Client, submitted: Article, count_queries: CountQueries
) -> None:
    queue = study_url("queue", submitted.study)
    assert "0 of 6 cases settled" in curator.get(queue).content.decode()
    target = curator.get(study_url("next", submitted.study))["Location"]
    assert target.startswith(url("adjudicate", submitted))
    decide_all(curator, submitted)
    assert "6 of 6 cases settled" in curator.get(queue).content.decode()
    with count_queries(at_most=15):
        curator.get(queue)
    assert curator.get(study_url("next", submitted.study))["Location"] == queue


def test_the_queue_is_filtered(curator: Client, submitted: Article) -> None:
    queue = study_url("queue", submitted.study)
    shown = {
        asked: submitted.title in curator.get(f"{queue}?{asked}").content.decode()
        for asked in (
            "kind=label", "kind=nesting", "label=allegation", "state=closed", "label=contains",
            "label=7", "title=ARDEN", "title=Elsewhere",
        )
    }  # fmt: skip
    assert shown == {
        "kind=label": True,
        "kind=nesting": False,
        "label=allegation": True,
        "state=closed": False,
        "label=contains": False,
        "label=7": False,
        "title=ARDEN": True,
        "title=Elsewhere": False,
    }


def test_the_queue_and_the_article_narrow_to_an_annotator_and_to_flags(
    curator: Client, submitted: Article, bob: User, bobs: Assignment, dave: User
) -> None:
    Span.objects.filter(assignment=bobs, label__slug="allegation").update(flag="source")
    queue, then = study_url("queue", submitted.study), study_url("next", submitted.study)
    page = curator.get(queue)
    assert [name for _, name in page.context["people"]] == ["Bob", "Carol"]
    assert "Flagged only (1)" in page.content.decode()
    rows = {
        asked: len(curator.get(f"{queue}?{asked}").context["rows"])
        for asked in ("flagged=1", f"annotator={bob.pk}", f"annotator={dave.pk}", "annotator=1")
    }
    assert list(rows.values()) == [1, 1, 0, 0]
    assert "kind=label" in curator.get(f"{queue}?kind=label").content.decode()
    flagged = curator.get(f"{then}?flagged=1", follow=True)
    assert [case["title"] for case in flagged.context["listed"]] == ["Different label"]
    assert flagged.context["labels"][0][1] == "Reporting"  # a name, not "reporting"


def test_several_filters_ask_for_one_case_that_is_all_of_it(
    curator: Client, submitted: Article
) -> None:
    queue = study_url("queue", submitted.study)

    def n_found(asked: str) -> int:
        return len(curator.get(f"{queue}?{asked}").context["rows"])

    asked = ("kind=label", "label=reporting", "kind=label&label=reporting")
    assert [n_found(one) for one in asked] == [1, 1, 0]
    found = cases(curator, submitted)["label"]
    assert n_found("kind=label&state=open&label=allegation") == 1
    send(curator, submitted, ruling(found["id"], choice="no_span"))
    assert n_found("kind=label&state=open&label=allegation") == 0


def test_a_blind_queue_narrows_by_aliases_alone(
    curator: Client, submitted: Article, bob: User
) -> None:
    submitted.study.blind_curation = True
    submitted.study.save()
    queue = study_url("queue", submitted.study)
    assert curator.get(queue).context["people"] == []
    curator.get(url("adjudicate", submitted))
    page = curator.get(f"{queue}?annotator=1")
    assert page.context["people"] == [("1", "Annotator 1"), ("2", "Annotator 2")]
    assert (len(page.context["rows"]), str(bob.pk) in page.content.decode()) == (1, False)
    assert curator.get(f"{queue}?annotator={bob.pk}").context["rows"] == []
    article = url("adjudicate", submitted)
    assert curator.get(f"{article}?annotator={bob.pk}").context["listed"] == []
    both = [len(curator.get(f"{article}?annotator={n}").context["listed"]) for n in (1, 2)]
    assert sorted(both) == [5, 6]  # Carol has no "strongman"


def test_the_queue_is_turned_forth_and_back_past_what_does_not_fit(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open ones first, the most contested first, then by title; with few at once, and none known
    beforehand, as in a large study."""
    monkeypatch.setattr(walking, "AT_ONCE", 2)
    monkeypatch.setattr(walking, "FEW", 0)
    wanted = []
    places = [(True, 1.0, "A"), (False, 0.5, "C"), (False, 0.5, "B"), (False, 2.0, "D"),
              (True, 0.0, "F"), (False, 0.0, "E"), (False, 0.5, "G")]  # fmt: skip
    for closed, contest, title in places:
        fits = title != "G"
        look = ["label", ["reporting" if fits else "allegation"], [], False, True, False]
        counts = {"labels": {look[1][0]: [1, 0]}, "kinds": {"label": [1, 0]}, "looks": [look]}
        ArticleCases.objects.create(
            study=study, article=make_article(study, f"Text {title}", title), token=uuid.uuid4(),
            n_works=2, is_closed=closed, n_all=1, n_decided=0, contest=contest, counts=counts,
            counted_at=timezone.now(),
        )  # fmt: skip
        wanted += [(closed, -contest, title)] * fits
    titles = [title for *_, title in sorted(wanted)]
    sought = Sought(kind="label", label="reporting")
    forth, cursor = [], Cursor()
    while True:
        turn = walking.turn_of(study, sought, cursor, size=2)
        forth += [row.article.title for row in turn.rows]
        if turn.after is None:
            break
        cursor = Cursor(after=turn.after)
    assert forth == titles
    back = [row.article.title for row in turn.rows]
    while turn.before is not None:
        turn = walking.turn_of(study, sought, Cursor(before=turn.before), size=2)
        back = [row.article.title for row in turn.rows] + back
    assert back == titles
    gone = walking.turn_of(study, sought, Cursor(before=uuid.uuid4()), size=2)
    assert [row.article.title for row in gone.rows] == titles[:2]
    hidden = list(walking.walk(study, sought, [gone.rows[0].article_id]))
    assert len(hidden) == len(titles) - 1


def test_sums_leave_out_what_a_curator_is_still_to_submit(
    curator: Client, dave: User, submitted: Article, bob: User, carol: User
) -> None:
    second = make_article(submitted.study, "Another strike, officials said in Arden.", "B")
    for person in (bob, carol):
        work = assign(second, person)
        mark(work, "reporting", (0, 15))
        submit(work)
    queue = study_url("queue", submitted.study)
    of_both = curator.get(queue).context["totals"]
    assert (of_both.n_articles, of_both.people[str(bob.pk)]) == (2, 2)
    join(submitted.study, dave, Role.ANNOTATOR)
    assign(submitted, dave)
    page = curator.get(queue)
    assert "An article that you mark yourself is left out" in page.content.decode()
    alone = Totals()
    alone.add(ArticleCases.objects.get(article=second))
    assert page.context["totals"] == alone
    assert [row.article for row in page.context["rows"]] == [second]


def test_unanimous_says_when_somebody_has_yet_to_submit(
    curator: Client, submitted: Article, alice: User
) -> None:
    assert cases(curator, submitted)["unanimous"]["title"] == "Unanimous"
    assign(submitted, alice)
    told = cases(curator, submitted)["unanimous"]["title"]
    assert told == "Unanimous, of the 2 submitted so far"


def test_new_work_on_a_closed_article_is_told_apart_from_what_was_left_open(
    curator: Client, submitted: Article, alice: User
) -> None:
    queue = study_url("queue", submitted.study)
    curator.get(url("adjudicate", submitted))
    curator.post(url("close", submitted), {"leave_open": "1"})
    assert curator.get(f"{queue}?state=new").context["rows"] == []
    late = assign(submitted, alice)
    mark(late, "characterization", VOSS)
    submit(late)
    page = curator.get(f"{queue}?state=new")
    assert [row.n_new for row in page.context["rows"]] == [1]
    assert "1 new since closed" in page.content.decode()
    shown = curator.get(url("adjudicate", submitted)).content.decode()
    assert "1 case is new since this was closed" in shown


def test_the_command_prints_kinds_and_the_pace(
    curator: Client, submitted: Article, capsys: pytest.CaptureFixture[str]
) -> None:
    decide_all(curator, submitted)
    call_command("gold", submitted.study.name, "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["cases"], told["decided"], told["kinds"]["unanimous"]) == (
        6, 6, {"decided": 2, "all": 2},
    )  # fmt: skip
    assert told["median_seconds_between_decisions"] is None  # all were sent at one time
    call_command("gold", submitted.study.name)
    assert "6 of 6 cases settled" in capsys.readouterr().out


def test_the_pace_is_the_median_gap_of_a_curator_on_one_article_without_breaks() -> None:
    dave, erin, one, two = (uuid.UUID(int=n) for n in range(1, 5))
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    told = [(dave, one, n) for n in (0, 4, 10, 4000)]
    told += [(dave, two, 4001), (erin, one, 0), (erin, one, 0), (erin, one, 8)]
    pace = pace_of((who, where, noon + timedelta(seconds=n)) for who, where, n in told)
    assert (pace.n_gaps, pace.n_breaks, pace.n_curators) == (3, 1, 2)
    assert pace.median == timedelta(seconds=6)

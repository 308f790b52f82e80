"""The discussion at a glance, against the plain words of who reads what, on a study made by lot."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, AssignmentState, Submission
from annotations.corpus.models import Article
from annotations.curation.models import Calibration, Comment, Mention, Revision, Thread
from annotations.curation.queries import talk as talks
from annotations.curation.queries.board import Board, Sought
from annotations.curation.queries.talk import fetch_talk
from annotations.marking.models import Span
from annotations.study.models import Role, Round, Study
from tests.marks import mark
from tests.people import join, make_article, make_user

pytestmark = pytest.mark.django_db
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
OFTEN = [AssignmentState.SUBMITTED] * 6 + [AssignmentState.RETURNED] * 2
TABS = ("open", "flags", "resolved", "mine")
WORDS = "Unsure"


@pytest.fixture
def people(study: Study, alice: User) -> list[User]:
    """A manager, a curator, one who curates and marks, and three who mark."""
    roles = {"dave": [Role.CURATOR], "erin": [Role.CURATOR, Role.ANNOTATOR]}
    roles |= {name: [Role.ANNOTATOR] for name in ("bob", "carol", "frank")}
    made = {name: make_user(name) for name in roles}
    for name, held in roles.items():
        join(study, made[name], *held)
    return [alice, *made.values()]


def fill(study: Study, people: list[User], lot: random.Random) -> None:
    main, manager = study.rounds.get(), people[0]
    Round.objects.filter(pk=main.pk).update(comparison_opened_at=BEGAN)
    rounds = [main, Round.objects.create(study=study, name="Shut")]
    calibration = Calibration.objects.create(
        study=study, round=main, created_by=manager, revealed_at=BEGAN, revealed_by=manager
    )
    for n in range(10):
        title = f"Article {n}" if n % 5 else f"{WORDS} article"
        article = make_article(study, f"The text of article {n}.", title)
        for annotator in [people[2], lot.choice(people[3:])]:
            deal(article, annotator, lot.choice(rounds), calibration, lot)
        for about in range(lot.choice([0, 1, 1, 3])):
            talk_about(article, about, people, lot)
        if not lot.randrange(6):
            Article.objects.filter(pk=article.pk).update(deleted_at=BEGAN, deleted_by=manager)


def deal(
    article: Article, annotator: User, where: Round, calibration: Calibration, lot: random.Random
) -> None:
    state = lot.choice([*AssignmentState, *OFTEN])
    was_submitted = state in {AssignmentState.SUBMITTED, AssignmentState.RETURNED}
    work = Assignment.objects.create(
        study=article.study, round=where, article=article, annotator=annotator, state=state,
        created_by=calibration.created_by, submitted_at=BEGAN if was_submitted else None,
        returned_at=BEGAN if state == "returned" else None,
        returned_by=calibration.created_by if state == "returned" else None,
    )  # fmt: skip
    for start in range(lot.randrange(3)):
        span = mark(
            work, "allegation", (start, start + 3), flag=lot.choice(["", "label", "source"])
        )
        at = BEGAN + timedelta(minutes=lot.randrange(4))
        Span.objects.filter(pk=span.pk).update(
            changed_at=at, deleted_at=lot.choice([None, None, at])
        )
    if state == AssignmentState.RETURNED and lot.randrange(3):
        before = Submission.objects.create(
            study=article.study, assignment=work, number=1, rev=1, submitted_at=BEGAN, content={}
        )
        Revision.objects.create(
            study=article.study, calibration=calibration, assignment=work, before=before
        )


def talk_about(article: Article, about: int, people: list[User], lot: random.Random) -> None:
    spans = Span.objects.filter(assignment__article=article, threads=None)
    span = lot.choice([None, spans.exclude(flag="").first()])
    place = {"span": span} if span else {"start": about, "end": about + 2}
    settled = lot.choice([None, BEGAN])
    thread = Thread.objects.create(
        study=article.study, article=article, opened_by=people[1], **place,
        flag=lot.choice(["", "label", "source"]), quote=lot.choice([*["Quoted"] * 4, WORDS]),
        resolved_at=settled, resolved_by=people[1] if settled else None,
    )  # fmt: skip
    for _ in range(lot.randrange(1, 4)):
        said = Comment.objects.create(
            study=article.study, thread=thread, author=lot.choice(people),
            text=lot.choice(["Well?", "Well?", f"I am {WORDS}."]),
            deleted_at=lot.choice([None, None, BEGAN]),
        )  # fmt: skip
        Comment.objects.filter(pk=said.pk).update(
            written_at=BEGAN + timedelta(minutes=lot.randrange(4))
        )
        if lot.randrange(2):
            Mention.objects.create(study=article.study, comment=said, user=lot.choice(people))


def reads(user: User, article: Article) -> bool:
    """The rule of the discussion in plain words."""
    roles = set(user.memberships.values_list("role", flat=True))
    work = article.assignments.filter(annotator=user).first()
    revises = work is not None and work.state == "returned" and work.revisions.exists()
    if article.deleted_at:
        return False
    if roles & {Role.CURATOR, Role.MANAGER}:
        is_open = work is not None and work.state in {"waiting", "in_progress", "returned"}
        return not is_open or revises
    submitted = article.assignments.filter(submitted_at__isnull=False)
    shut = submitted.filter(round__comparison_opened_at=None).exists()
    if work is None or shut or not work.round.comparison_opened_at:
        return False
    return work.state == "submitted" or revises


def threads_for(user: User, articles: set[uuid.UUID]) -> Iterator[tuple[Thread, set[str]]]:
    """Last spoken in first, with the tabs that each stands under."""
    found = Thread.objects.filter(article__in=articles).select_related("article").order_by("pk")
    rows = list(found.prefetch_related("comments__mentions"))
    rows.sort(key=lambda row: max(one.written_at for one in row.comments.all()), reverse=True)
    for row in rows:
        said = row.comments.all()
        spoke = {one.author_id for one in said}
        named = {call.user_id for one in said for call in one.mentions.all()}
        tabs = {"resolved" if row.resolved_at else "open"}
        yield row, tabs | ({"mine"} if user.pk in spoke | named else set())


def flags_for(articles: set[uuid.UUID]) -> list[Span]:
    rows = Span.objects.filter(assignment__article__in=articles, deleted_at=None).exclude(flag="")
    taken = set(Thread.objects.values_list("span", flat=True))
    done = rows.filter(assignment__state="submitted").order_by("pk")
    found = [row for row in done if row.pk not in taken]
    return sorted(found, key=lambda row: row.changed_at, reverse=True)


def is_about(thread: Thread, words: str) -> bool:
    kept = [one.text for one in thread.comments.all() if one.deleted_at is None]
    return any(words in told for told in (thread.quote, thread.article.title, *kept))


def shown(board: Board, **sought: Any) -> list[uuid.UUID]:
    found = board.asked(Sought(**sought))
    rows = list(found.rows)
    assert found.n_rows == len(rows)
    return rows


@pytest.mark.parametrize(("most", "seed"), [(1_000, 4), (0, 10)])
def test_each_tab_lists_and_counts_what_the_person_may_read(
    study: Study, people: list[User], most: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`most`: however many articles of their own they have. By these seeds each condition of the
    rule decides about something."""
    monkeypatch.setattr(talks, "MOST_LISTED", most)
    fill(study, people, random.Random(seed))
    seen = set()
    for user in people:
        board = Board(fetch_talk(user, study.pk))
        articles = {article.pk for article in study.articles.all() if reads(user, article)}
        threads, flags = list(threads_for(user, articles)), flags_for(articles)
        wanted = {tab: [row.pk for row, tabs in threads if tab in tabs] for tab in TABS}
        wanted["flags"] = [row.pk for row in flags]
        assert {tab: shown(board, state=tab) for tab in TABS} == wanted
        assert {tab: getattr(board.counts, tab) for tab in TABS} == {
            tab: len(rows) for tab, rows in wanted.items()
        }
        assert set(board.articles(99)) == {row.article_id for row, _ in threads}
        assert shown(board, state="flags", reason="label") == [
            row.pk for row in flags if row.flag == "label"
        ]
        open_ = [row for row, tabs in threads if "open" in tabs]
        assert shown(board, reason="label") == [row.pk for row in open_ if row.flag == "label"]
        assert shown(board, words=WORDS) == [row.pk for row in open_ if is_about(row, WORDS)]
        seen.add(len(threads))
    assert len(seen) > 2

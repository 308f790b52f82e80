"""Who works on which article: for managers and curators."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum

from annotations.accounts.models import User
from annotations.accounts.paging import Cursor, Key, page_of
from annotations.corpus.models import Article
from annotations.study.models import Membership, Role, Round, Study
from annotations.study.policy import Standing

from ..models import OPEN_STATES, Assignment, AssignmentState, WorkTime
from .counts import active_times
from .door import with_article

FOUND = 20
FEW = 500  # assignments
NOBODY = "nobody"  # the filter for articles that nobody has yet


@dataclass(frozen=True)
class Sought:
    """Which articles are wanted: those with an assignment that is all of what is given."""

    state: str = ""  # an AssignmentState, or NOBODY
    annotator: User | None = None
    round: Round | None = None
    descending: bool = False


@dataclass(frozen=True)
class Place:
    """An assignment on an article's own page, with the time actively spent on it."""

    assignment: Assignment
    active_time: timedelta
    has_left: bool = False  # its annotator cannot go on with it

    @property
    def pk(self) -> uuid.UUID:
        return self.assignment.pk

    @property
    def is_current(self) -> bool:
        return self.assignment.state != AssignmentState.WITHDRAWN


@dataclass(frozen=True, slots=True)
class Share:
    """What a list of many articles tells of an assignment. No model: pages draw a hundred."""

    pk: uuid.UUID
    state: str
    annotator: str
    round_closed_at: datetime | None
    has_left: bool  # the annotator cannot go on with it
    active_seconds: int


@dataclass(frozen=True)
class ArticleRow:
    article: Article
    shares: list[Share]

    @cached_property
    def n_current(self) -> int:
        return sum(share.state != AssignmentState.WITHDRAWN for share in self.shares)

    @cached_property
    def n_submitted(self) -> int:
        return sum(share.state == AssignmentState.SUBMITTED for share in self.shares)

    @property
    def active_time(self) -> timedelta:
        return timedelta(seconds=sum(share.active_seconds for share in self.shares))


@dataclass(frozen=True)
class ArticlePage:
    rows: list[ArticleRow]
    before: Key | None
    after: Key | None


def progress_by_article(study: Study, sought: Sought, cursor: Cursor) -> ArticlePage:
    """A page of articles by title with everybody's state: the same cost for any number of them."""
    page = page_of(
        articles_sought(study, sought).only("title"),
        by="title__lower",
        cursor=cursor,
        descending=sought.descending,
    )
    shares = shares_of([article.pk for article in page.rows])
    rows = [ArticleRow(article, shares[article.pk]) for article in page.rows]
    return ArticlePage(rows, page.before, page.after)


def articles_sought(study: Study, sought: Sought) -> "QuerySet[Article]":
    articles = Article.objects.kept().light().filter(study=study)
    if sought.state == NOBODY:
        return _nobodys(study, articles)
    chosen = {
        name: value
        for name, value in vars(sought).items()
        if value and name in ("state", "annotator", "round")
    }
    if not chosen:
        return articles
    # A few are looked up; among many, a page is full long before the end of the titles.
    # Without the study there, so that SQLite looks up by article.
    fits = Assignment.objects.filter(**chosen).order_by()
    few = list(fits.filter(study=study).values_list("article", flat=True)[: FEW + 1])
    if len(few) <= FEW:
        return articles.filter(pk__in=few)
    return articles.filter(Exists(fits.filter(article=OuterRef("pk"))))


def _nobodys(study: Study, articles: "QuerySet[Article]") -> "QuerySet[Article]":
    """A few are found by laying two indexes side by side, many by going through the titles."""
    current = Assignment.objects.exclude(state=AssignmentState.WITHDRAWN)
    taken = current.filter(study=study).order_by().values_list("article")
    kept = Article.objects.kept().filter(study=study).order_by().values_list("pk")
    few = [pk for (pk,) in kept.difference(taken)[: FEW + 1]]
    if len(few) <= FEW:
        return articles.filter(pk__in=few)
    return articles.filter(~Exists(current.filter(article=OuterRef("pk"))))


def articles_not_with(study: Study, person: User, words: str) -> list[Article]:
    """Articles with these words in the title that the person neither has nor had; the first few."""
    theirs = Assignment.objects.filter(article=OuterRef("pk"), annotator=person)
    articles = Article.objects.kept().light().filter(study=study, title__icontains=words)
    return list(articles.filter(~Exists(theirs)).order_by("title__lower", "pk")[:FOUND])


InOrder = TypeVar("InOrder", Place, Share)


def in_order(standing: Standing, found: list[InOrder]) -> list[InOrder]:
    """As they are, by name; to those who curate blindly in an order that tells no names."""
    return sorted(found, key=lambda one: one.pk) if standing.is_blinded else found


def _able_memberships() -> "QuerySet[Membership]":
    """For an assignment outside: that its annotator still is one in the study."""
    current = Membership.objects.current().filter(role=Role.ANNOTATOR)
    return current.filter(study=OuterRef("study"), user=OuterRef("annotator"))


BY_NAME = ("annotator__display_name", "annotator__username", "pk")
HAS_LEFT = ~Exists(_able_memberships()) | Q(annotator__is_active=False)


def places_on(article: Article) -> list[Place]:
    """Everybody's assignments on the article, by name: two queries."""
    found = with_article(Assignment.objects.filter(article=article)).select_related("annotator")
    assignments = list(found.annotate(has_left=HAS_LEFT).order_by(*BY_NAME))
    spent = active_times(assignment.pk for assignment in assignments)
    places = []
    for assignment in assignments:
        has_left = assignment.has_left and assignment.state in OPEN_STATES
        places.append(Place(assignment, spent.get(assignment.pk, timedelta()), has_left))
    return places


def shares_of(article_ids: list[uuid.UUID]) -> defaultdict[uuid.UUID, list[Share]]:
    """Everybody's assignments on these articles, by name: one query."""
    times = WorkTime.objects.filter(assignment=OuterRef("pk")).order_by().values("assignment")
    spent = Subquery(times.values(seconds=Sum("active_seconds")))
    told = Assignment.objects.filter(article__in=article_ids).annotate(gone=HAS_LEFT, spent=spent)
    found = told.order_by(*BY_NAME).values_list(
        "article", "pk", "state", "annotator__display_name", "annotator__username",
        "round__closed_at", "gone", "spent",
    )  # fmt: skip
    shares: defaultdict[uuid.UUID, list[Share]] = defaultdict(list)
    for article, pk, state, name, username, closed_at, gone, seconds in found:
        has_left = gone and state in OPEN_STATES
        shares[article].append(
            Share(pk, state, name or username, closed_at, has_left, seconds or 0)
        )
    return shares

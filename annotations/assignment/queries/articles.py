"""Who works on which article: for managers and curators."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotations.accounts.models import User
from annotations.accounts.paging import Cursor, Key, page_of
from annotations.corpus.models import Article
from annotations.study.models import Membership, Role, Round, Study
from annotations.study.policy import Standing

from ..models import OPEN_STATES, Assignment, AssignmentState
from .counts import active_times

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
    """An assignment on an article's row, with the time actively spent on it."""

    assignment: Assignment
    active_time: timedelta
    has_left: bool = False  # its annotator cannot go on with it

    @property
    def is_current(self) -> bool:
        return self.assignment.state != AssignmentState.WITHDRAWN


@dataclass(frozen=True)
class ArticleRow:
    article: Article
    places: list[Place]

    @property
    def n_current(self) -> int:
        return sum(place.is_current for place in self.places)

    @property
    def n_submitted(self) -> int:
        return sum(p.assignment.state == AssignmentState.SUBMITTED for p in self.places)

    @property
    def active_time(self) -> timedelta:
        return sum((place.active_time for place in self.places), timedelta())


@dataclass(frozen=True)
class ArticlePage:
    rows: list[ArticleRow]
    before: Key | None
    after: Key | None


def progress_by_article(study: Study, sought: Sought, cursor: Cursor) -> ArticlePage:
    """A page of articles by title with everybody's state: the same cost for any number of them."""
    page = page_of(
        articles_sought(study, sought),
        by="title__lower",
        cursor=cursor,
        descending=sought.descending,
    )
    places = places_on([article.pk for article in page.rows])
    rows = [ArticleRow(article, places.get(article.pk, [])) for article in page.rows]
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


def in_order(standing: Standing, places: list[Place]) -> list[Place]:
    """As they are, by name; to those who curate blindly in an order that tells no names."""
    return sorted(places, key=lambda one: one.assignment.pk) if standing.is_blinded else places


def _able_memberships() -> "QuerySet[Membership]":
    """For an assignment outside: that its annotator still is one in the study."""
    current = Membership.objects.current().filter(role=Role.ANNOTATOR)
    return current.filter(study=OuterRef("study"), user=OuterRef("annotator"))


def places_on(article_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[Place]]:
    """Everybody's assignments on these articles, by name: two queries."""
    found = Assignment.objects.filter(article__in=article_ids).select_related(
        "annotator", "round", "article"
    )
    found = found.defer("article__text", "article__blocks", "article__sentences")
    found = found.annotate(has_left=~Exists(_able_memberships()) | Q(annotator__is_active=False))
    assignments = list(found.order_by("annotator__display_name", "annotator__username", "pk"))
    spent = active_times(assignment.pk for assignment in assignments)
    places: defaultdict[uuid.UUID, list[Place]] = defaultdict(list)
    for assignment in assignments:
        gone: bool = assignment.has_left  # type: ignore[attr-defined]
        has_left = gone and assignment.state in OPEN_STATES
        place = Place(assignment, spent.get(assignment.pk, timedelta()), has_left)
        places[assignment.article_id].append(place)
    return places

"""The study's whole discussion at a glance: what there is under each tab, in order.

Whether an article may be read is asked once, and narrow rows tell the rest; only the rows of a page
are fetched as a whole.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.db.models import BooleanField, Count, ExpressionWrapper, Max, Q, QuerySet

from annotations.assignment.models import AssignmentState
from annotations.corpus.models import Article
from annotations.marking.models import Span

from ..models import Comment, Thread
from .talk import Talk

HEAVY = ("text", "blocks", "sentences")


@dataclass(frozen=True)
class Sought:
    """What of the discussion is asked for; empty means any."""

    state: str = "open"
    article: Article | None = None
    reason: str = ""
    words: str = ""

    def narrows(self) -> bool:
        return bool(self.article or self.reason or self.words)


@dataclass(frozen=True)
class Counts:
    """How many there are under each tab."""

    open: int
    flags: int
    resolved: int
    mine: int


class Place(NamedTuple):
    """A thread on the board."""

    pk: uuid.UUID
    article_id: uuid.UUID
    is_open: bool


class Board:
    """What a person may read of it. Each part is fetched once, when it is asked for."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk

    @cached_property
    def places(self) -> list[Place]:
        """Last spoken in first."""
        threads = Thread.objects.filter(study=self.talk.study)
        in_bin = threads.filter(article__deleted_at__isnull=False).order_by()
        hidden = set(in_bin.values_list("article", flat=True))
        rows = threads.annotate(last_at=Max("comments__written_at")).order_by("-last_at", "pk")
        is_open = ExpressionWrapper(Q(resolved_at=None), output_field=BooleanField())
        found = rows.values_list("pk", "article_id", is_open)
        reads = self.talk.reads
        return [Place(*row) for row in found if row[1] not in hidden and reads(row[1])]

    @cached_property
    def mine(self) -> set[uuid.UUID]:
        """Threads that the person spoke in or was named in."""
        spoken = Comment.objects.filter(study=self.talk.study).order_by()
        own = spoken.filter(author=self.talk.user).values_list("thread", flat=True)
        named = spoken.filter(mentions__user=self.talk.user).values_list("thread", flat=True)
        return {*own.distinct(), *named.distinct()}

    @cached_property
    def waiting(self) -> list[tuple[uuid.UUID, uuid.UUID, str]]:
        """Spans of submitted work that were flagged for discussion and have no thread yet, with
        article and reason; last changed first."""
        rows = Span.objects.live().filter(
            study=self.talk.study,
            assignment__state=AssignmentState.SUBMITTED,
            assignment__article__deleted_at=None,
            threads=None,
        )
        rows = rows.exclude(flag="").order_by("-changed_at", "pk")
        found = rows.values_list("pk", "assignment__article_id", "flag")
        return [row for row in found if self.talk.reads(row[1])]

    def articles(self) -> set[uuid.UUID]:
        """What there are threads on."""
        return {place.article_id for place in self.places}

    def counts(self) -> Counts:
        n_open = sum(place.is_open for place in self.places)
        return Counts(
            open=n_open,
            flags=len(self.waiting),
            resolved=len(self.places) - n_open,
            mine=sum(place.pk in self.mine for place in self.places),
        )

    def threads(self, sought: Sought) -> list[uuid.UUID]:
        """Those asked for, last spoken in first."""
        found = self.places
        if sought.state == "open":
            found = [place for place in found if place.is_open]
        elif sought.state == "resolved":
            found = [place for place in found if not place.is_open]
        elif sought.state == "mine":
            found = [place for place in found if place.pk in self.mine]
        if not sought.narrows():
            return [place.pk for place in found]
        fitting = set(self._fitting(sought).values_list("pk", flat=True))
        return [place.pk for place in found if place.pk in fitting]

    def _fitting(self, sought: Sought) -> QuerySet[Thread]:
        found = Thread.objects.filter(study=self.talk.study).order_by()
        if sought.article is not None:
            found = found.filter(article=sought.article)
        if sought.reason:
            found = found.filter(flag=sought.reason)
        if sought.words:
            spoken = Comment.objects.filter(study=self.talk.study, deleted_at=None)
            spoken = spoken.filter(text__icontains=sought.words).order_by()
            titled = Article.objects.filter(study=self.talk.study, title__icontains=sought.words)
            found = found.filter(
                Q(quote__icontains=sought.words)
                | Q(article__in=titled.order_by().values("pk"))
                | Q(pk__in=spoken.values("thread"))
            )
        return found

    def flags(self, sought: Sought) -> list[uuid.UUID]:
        article = sought.article
        return [
            pk
            for pk, article_id, reason in self.waiting
            if (article is None or article_id == article.pk)
            and (not sought.reason or reason == sought.reason)
        ]


def fetch_threads(chosen: Sequence[uuid.UUID]) -> list[Thread]:
    """In the order given. `n_comments` and `last_at` come along."""
    rows = spoken_in(Thread.objects.filter(pk__in=chosen)).in_bulk()
    return [rows[pk] for pk in chosen if pk in rows]


def spoken_in(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """Last spoken in first, with what a list shows of them."""
    related = threads.select_related("article", "opened_by", "rule")
    light = related.defer(*(f"article__{name}" for name in HEAVY))
    counted = light.annotate(
        n_comments=Count("comments", distinct=True), last_at=Max("comments__written_at")
    )
    return counted.order_by("-last_at", "pk")


def fetch_flags(chosen: Sequence[uuid.UUID]) -> list[Span]:
    """In the order given."""
    related = Span.objects.filter(pk__in=chosen).select_related(
        "label", "assignment__annotator", "assignment__article"
    )
    light = related.defer(*(f"assignment__article__{name}" for name in HEAVY))
    rows = light.prefetch_related("fragments").in_bulk()
    return [rows[pk] for pk in chosen if pk in rows]

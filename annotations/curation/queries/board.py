"""The study's whole discussion at a glance: how much there is under each tab, and a page of it.

The database counts, and puts ids in order; only the rows of a page are fetched.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

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


@dataclass(frozen=True)
class Asked:
    """Ids of rows in their order, and how many there are."""

    rows: QuerySet[Any, uuid.UUID] | list[uuid.UUID]
    n_rows: int


class Board:
    """What a person may read of it. Nothing is fetched before it is asked for."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.threads = talk.among(Thread.objects.filter(study=talk.study), "article").order_by()

    @property
    def waiting(self) -> QuerySet[Span]:
        """Spans of submitted work that were flagged for discussion and have no thread yet."""
        rows = Span.objects.live().filter(
            study=self.talk.study, assignment__state=AssignmentState.SUBMITTED, threads=None
        )
        return self.talk.among(rows.exclude(flag=""), "assignment__article").order_by()

    def _mine(self) -> Q:
        """Threads that the person spoke in or was named in."""
        spoken = Comment.objects.filter(study=self.talk.study).order_by()
        own = spoken.filter(author=self.talk.user)
        named = spoken.filter(mentions__user=self.talk.user)
        return Q(pk__in=own.values("thread")) | Q(pk__in=named.values("thread"))

    def articles(self, most: int) -> list[uuid.UUID]:
        """What there are threads on; no more than `most` of them."""
        return list(self.threads.values_list("article", flat=True).distinct()[:most])

    @cached_property
    def counts(self) -> Counts:
        """Two queries."""
        settled = Count("pk", filter=Q(resolved_at__isnull=False))
        told = self.threads.aggregate(
            n_all=Count("pk"), resolved=settled, mine=Count("pk", filter=self._mine())
        )
        return Counts(
            open=told["n_all"] - told["resolved"],
            flags=self.waiting.count(),
            resolved=told["resolved"],
            mine=told["mine"],
        )

    def asked(self, sought: Sought) -> Asked:
        """Threads, last spoken in first; or flags, last changed first."""
        if sought.state == "flags":
            flags = self._flags(sought)
            return self._ordered(sought, flags, flags.order_by("-changed_at", "pk"))
        threads = self._threads(sought)
        spoken = threads.annotate(last_at=Max("comments__written_at")).order_by("-last_at", "pk")
        if sought.words:
            found = list(spoken.values_list("pk", flat=True))  # words are looked for once
            return Asked(found, len(found))
        return self._ordered(sought, threads, spoken)

    def _ordered(self, sought: Sought, rows: QuerySet[Any], ordered: QuerySet[Any]) -> Asked:
        n_rows = rows.count() if sought.narrows() else getattr(self.counts, sought.state)
        return Asked(ordered.values_list("pk", flat=True), n_rows)

    def _flags(self, sought: Sought) -> QuerySet[Span]:
        found = self.waiting
        if sought.article is not None:
            found = found.filter(assignment__article=sought.article)
        return found.filter(flag=sought.reason) if sought.reason else found

    def _threads(self, sought: Sought) -> QuerySet[Thread]:
        found = self.threads
        if sought.state == "open":
            found = found.filter(resolved_at=None)
        elif sought.state == "resolved":
            found = found.filter(resolved_at__isnull=False)
        elif sought.state == "mine":
            found = found.filter(self._mine())
        if sought.article is not None:
            found = found.filter(article=sought.article)
        if sought.reason:
            found = found.filter(flag=sought.reason)
        return found.filter(self._about(sought.words)) if sought.words else found

    def _about(self, words: str) -> Q:
        """Threads that have the words in their quote, in what is said or in the article's title."""
        spoken = Comment.objects.filter(study=self.talk.study, deleted_at=None)
        spoken = spoken.filter(text__icontains=words).order_by()
        titled = Article.objects.filter(study=self.talk.study, title__icontains=words)
        return (
            Q(quote__icontains=words)
            | Q(article__in=titled.order_by().values("pk"))
            | Q(pk__in=spoken.values("thread"))
        )


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

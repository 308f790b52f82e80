"""Threads, flags waiting for a thread, and mentions, as a person may see them."""

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, AssignmentState
from annotations.corpus.models import Article
from annotations.marking.models import Span
from annotations.study.models import Study
from annotations.study.policy import Act
from annotations.study.queries import find_standing
from annotations.study.queries.door import lacks_second_factor

from ..models import Comment, Mention, Reason, Thread
from .board import spoken_in
from .talk import ShownNames, Talk, fetch_talk, names_on, talk_of

HEAVY = ("article__text", "article__blocks", "article__sentences")
CONTEXT = 240  # code points on each side of what a thread is about
NAMED = re.compile(r"(?<![\w@.+-])@([\w.+-]*\w)")


def visible_threads(talk: Talk) -> QuerySet[Thread]:
    return Thread.objects.filter(
        study=talk.study, article__in=talk.articles.order_by().values("pk")
    )


@dataclass(frozen=True)
class Said:
    """A comment as a person sees it. `text` is empty when it was taken back."""

    comment: Comment
    who: str
    text: str
    is_own: bool
    earlier: tuple[tuple[str, datetime], ...]  # what it said before, and until when
    named: dict[str, str]  # user name in small letters -> how they are called here


@dataclass(frozen=True)
class Seen:
    """A thread as a person sees it."""

    talk: Talk
    thread: Thread
    names: ShownNames

    @property
    def opened_by(self) -> str:
        return self.names.of(self.thread.opened_by, self.thread.article_id)

    @property
    def resolved_by(self) -> str:
        who = self.thread.resolved_by
        return self.names.of(who, self.thread.article_id) if who else ""


def fetch_thread(user: User, study_id: uuid.UUID, thread_id: uuid.UUID) -> Seen:
    """Http404 for whoever may not read it: to them there is no such thread."""
    talk = fetch_talk(user, study_id)
    found = visible_threads(talk).select_related(
        "article",
        "article__study",
        "opened_by",
        "resolved_by",
        "rule",
        "codebook_version",
        "span__label",
        "span__assignment__annotator",
        "case",
        "meeting",
    )
    thread = found.filter(pk=thread_id).first()
    if thread is None:
        raise Http404("No such thread.")
    return Seen(talk, thread, names_on(talk.study, user, [thread.article_id]))


def read_comments(seen: Seen) -> list[Said]:
    """Everything said in the thread, oldest first: three queries, four while
    curation is blind."""
    rows = seen.thread.comments.select_related("author").order_by("written_at", "pk")
    rows = rows.prefetch_related("versions", "mentions__user")
    handles = _handles(seen)
    return [_said(comment, seen, handles) for comment in rows]


def _handles(seen: Seen) -> dict[str, str]:
    """User names that are shown nowhere that they are written; none unless blind."""
    article_id = seen.thread.article_id
    if article_id not in seen.names.blind:
        return {}
    marking = Assignment.objects.filter(article=article_id).order_by().values("annotator")
    people = User.objects.filter(pk__in=marking)
    return {user.username.casefold(): seen.names.in_words(user, article_id) for user in people}


def _said(comment: Comment, seen: Seen, handles: Mapping[str, str]) -> Said:
    article_id = seen.thread.article_id
    return Said(
        comment=comment,
        who=seen.names.of(comment.author, article_id),
        text="" if comment.deleted_at else comment.text,
        is_own=comment.author_id == seen.talk.user.pk,
        earlier=tuple((old.text, old.replaced_at) for old in comment.versions.all()),
        named=dict(handles)
        | {
            each.user.username.casefold(): seen.names.in_words(each.user, article_id)
            for each in comment.mentions.all()
        },
    )


def fetch_own_comment(user: User, study_id: uuid.UUID, comment_id: uuid.UUID) -> Comment:
    """A comment that the person wrote, in a thread that they may still read."""
    talk = fetch_talk(user, study_id)
    mine = Comment.objects.filter(author=user, deleted_at=None, thread__in=visible_threads(talk))
    found = mine.select_related("thread__article", "study").filter(pk=comment_id).first()
    if found is None:
        raise Http404("No such comment of yours.")
    return found


@dataclass(frozen=True)
class Context:
    """The words that a thread is about, with what stands around them."""

    before: str
    words: str
    after: str
    start: int


def context_of(thread: Thread) -> Context:
    text = thread.article.text
    start, end = place_of(thread)
    first, last = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    if first and (space := text.find(" ", first, start)) >= 0:
        first = space + 1
    if last < len(text) and (space := text.rfind(" ", end, last)) >= 0:
        last = space
    before = ("…" if first else "") + text[first:start]
    return Context(
        before, text[start:end], text[end:last] + ("…" if last < len(text) else ""), start
    )


def place_of(thread: Thread) -> tuple[int, int]:
    """[start, end) of what the thread is about; a span moved since is found by its words."""
    about = thread.span or thread.case or thread
    assert about.start is not None
    assert about.end is not None
    text, quote = thread.article.text, thread.quote
    if text[about.start : about.end] != quote and (found := text.find(quote)) >= 0:
        return found, found + len(quote)
    return about.start, about.end


def find_named(text: str, people: Iterable[User]) -> list[User]:
    """Those whom `@user.name` names in the text, in the order of being named."""
    by_name = {user.username.casefold(): user for user in people}
    names = dict.fromkeys(name.casefold() for name in NAMED.findall(text))
    return [by_name[name] for name in names if name in by_name]


@dataclass(frozen=True)
class Call:
    """Somebody named this person in a comment that they have not looked at yet."""

    mention: Mention
    who: str

    @property
    def thread(self) -> Thread:
        return self.mention.comment.thread


def calls_for(user: User, limit: int = 20) -> list[Call]:
    """Unseen mentions of the person, in all their studies, that they may read; newest first."""
    unseen = Mention.objects.filter(
        user=user, seen_at=None, comment__deleted_at=None, study__deleted_at=None
    )
    studies = Study.objects.filter(pk__in=unseen.order_by().values("study"))
    found: list[Mention] = []
    names: dict[uuid.UUID, ShownNames] = {}
    for study in studies:
        standing = find_standing(user, study.pk)
        if standing is None or not standing.may(Act.DISCUSS) or lacks_second_factor(standing):
            continue
        rows = unseen.filter(comment__thread__in=visible_threads(talk_of(standing)))
        rows = rows.select_related("comment__author", "comment__thread__article", "study")
        mine = list(
            rows.defer(*(f"comment__thread__{each}" for each in HEAVY)).order_by("-pk")[:limit]
        )
        names[study.pk] = names_on(study, user, {one.comment.thread.article_id for one in mine})
        found += mine
    found.sort(key=lambda one: -one.pk)
    return [
        Call(one, names[one.study_id].of(one.comment.author, one.comment.thread.article_id))
        for one in found[:limit]
    ]


def find_span(article: Article, span_id: uuid.UUID) -> Span:
    """A span of submitted work on the article; only for those who may read what is said of it."""
    submitted = Span.objects.live().filter(assignment__state=AssignmentState.SUBMITTED)
    found = submitted.select_related("label", "assignment__annotator").prefetch_related("fragments")
    span = found.filter(pk=span_id, assignment__article=article).first()
    if span is None:
        raise Http404("No such span.")
    return span


def threads_on(talk: Talk, article_id: uuid.UUID) -> QuerySet[Thread]:
    """Threads on one article in reading order of what they are about."""
    found = spoken_in(visible_threads(talk).filter(article=article_id))
    return found.select_related("span", "case")


def next_rule_name(study: Study, label_rules: Iterable[str]) -> str:
    """A free name after the last of its kind: A9 after A8; rules that hold for all begin with Z."""
    taken = set(study.rules.values_list("name", flat=True))
    letters: defaultdict[str, int] = defaultdict(int)
    for name in label_rules:
        parts = re.fullmatch(r"([A-Z]+)([0-9]+)[a-z]?", name)
        if parts:
            letters[parts[1]] = max(letters[parts[1]], int(parts[2]))
    stem = max(letters, key=lambda each: letters[each]) if letters else "X"
    number = letters.get(stem, 0) + 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


REASONS: dict[str, Any] = {str(value): title for value, title in Reason.choices if value}

"""Finding by the words that somebody types at a command line what they mean."""

import uuid
from contextlib import suppress
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.study.models import Study
from annotations.study.queries.people import managers
from annotations.text.refusal import Refusal

Row = TypeVar("Row", bound=Model)
NOBODY = (
    "Nobody manages “{study.name}”. Give it a manager: manage.py make_manager {study.pk} NAME, or "
    "name a site admin here: --by NAME."
)


class NotFound(Refusal):
    """There is nothing of that name."""


def find_account(words: str) -> User:
    """An account that can sign in, by user name or e-mail address."""
    rows = User.objects.filter(is_active=True)
    named = Q(username__iexact=words) | Q(email__iexact=words)
    try:
        return _only(rows, words, named, "open account")
    except NotFound as error:
        raise NotFound(f"There is no open account “{words}” here. Make it first.") from error


def find_study(words: str) -> Study:
    """A kept study by its id or its exact name."""
    return _only(Study.objects.kept(), words, Q(name=words), "study")


def find_article(study: Study, words: str) -> Article:
    """A kept article of the study by its id, its exact title or the SHA-256 of its text."""
    named = Q(title=words) | Q(text_sha256=words.lower())
    return _only(Article.objects.kept().filter(study=study), words, named, "article")


def find_member(study: Study, words: str) -> User:
    """Somebody who is or was in the study, by id, user name or e-mail address."""
    members = User.objects.filter(memberships__study=study).distinct()
    return _only(members, words, Q(username__iexact=words) | Q(email__iexact=words), "member")


def find_manager(study: Study, words: str | None) -> User:
    """A manager of the study, or a site admin, who may all that managers may; without words, its
    only manager."""
    led = Q(pk__in=managers(study).values("pk"))
    if words:
        may = User.objects.filter(led | Q(is_superuser=True, is_active=True))
        return _only(may, words, Q(username__iexact=words) | Q(email__iexact=words), "manager")
    found = list(User.objects.filter(led).order_by("username"))
    if not found:
        raise NotFound(NOBODY.format(study=study))
    if len(found) > 1:
        names = ", ".join(user.username for user in found)
        raise NotFound(f"The study is led by {names}. Say in whose name: --by NAME.")
    return found[0]


def find_assignment(article: Article, annotator: User) -> Assignment:
    """The annotator's work on the article."""
    work = Assignment.objects.filter(article=article, annotator=annotator)
    found = work.select_related("study", "article__source_file", "annotator").first()
    if found is None:
        raise NotFound(f"“{article}” is not assigned to {annotator.username}. Assign it first.")
    return found


def _only(rows: "QuerySet[Row]", words: str, named: Q, kind: str) -> Row:
    with suppress(ValueError):  # then it is a name
        named = Q(pk=uuid.UUID(words))
    found = list(rows.filter(named).order_by("pk")[:2])
    if not found:
        raise NotFound(f"There is no {kind} “{words}”. Give its exact name or its id.")
    if len(found) > 1:
        raise NotFound(f"More than one {kind} is called “{words}”. Give its id.")
    return found[0]

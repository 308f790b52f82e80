"""Who may read and write about which article, and under which name they are shown.

Curators and managers: as soon as they have no own open work on the article. Annotators: when their
own marks on it are released, which means that they submitted, that the comparison of their round
is open, and that nobody else who submitted the article belongs to a round that is still closed:
what is said of it may be about anybody's marks. In a calibration whose reveal has come, annotators
go on talking while they revise.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, Model, OuterRef, Q, QuerySet, Value
from django.http import Http404

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment, AssignmentState
from annotations.assignment.queries.released import OPENED, ROUND_OPENED, nobody_closed
from annotations.corpus.models import Article, ArticleQuerySet
from annotations.study.models import Membership, Role, Study
from annotations.study.policy import Act, Phase, Standing
from annotations.study.queries import fetch_standing

from ..models import Adjudication, Alias, Revision

Row = TypeVar("Row", bound=Model)
MOST_LISTED = 1_000  # articles named in a question to the database


def revising() -> Q:
    """Work given back after the reveal of a calibration: a condition for assignments."""
    revealed = Revision.objects.filter(
        assignment=OuterRef("pk"), calibration__revealed_at__isnull=False
    )
    return Q(Exists(revealed), state=AssignmentState.RETURNED)


@dataclass(frozen=True)
class Talk:
    """What a person may read of the talk in a study: `articles` are those they may read about;
    `own`, their work that keeps them from it on the desk, or else that lets them in."""

    standing: Standing
    on_desk: bool
    articles: ArticleQuerySet
    own: QuerySet[Assignment]

    @property
    def study(self) -> Study:
        return self.standing.study

    @property
    def user(self) -> User:
        return self.standing.user

    @cached_property
    def _own_articles(self) -> Collection[uuid.UUID] | QuerySet[Assignment, Any]:
        """Asked of the database once for all, unless they are many: as a list they are planned for
        best."""
        few = list(self.own.values_list("article", flat=True)[: MOST_LISTED + 1])
        return few if len(few) <= MOST_LISTED else self.own.values("article")

    def among(self, rows: "QuerySet[Row]", article: str) -> "QuerySet[Row]":
        """Those of the study's rows about whose `article` (a path of names) they may read: the
        same as by `articles`, told so that no row with a text is touched for it."""
        in_bin = Article.objects.filter(study=self.study, deleted_at__isnull=False)
        kept = rows.filter(~Exists(in_bin.filter(pk=OuterRef(article)).order_by()))
        return kept.filter(~self._own(article) if self.on_desk else self._own(article))

    def _own(self, article: str) -> Q:
        """PostgreSQL takes a list in a single parameter; hundreds of them take their time."""
        listed = self._own_articles
        if connection.vendor != "postgresql" or not isinstance(listed, list) or not listed:
            return Q(**{f"{article}__in": listed})
        given = Value(listed)
        return Q(
            Func(
                F(article), given, template="(%(expressions)s::uuid[]))", arg_joiner=" = ANY(",
                output_field=BooleanField(),
            )
        )  # fmt: skip

    def about(self, article_id: uuid.UUID) -> Article:
        """The article, if the person may read what is said of it; else Http404."""
        found = self.articles.select_related("study").filter(pk=article_id).first()
        if found is None:
            raise Http404("No such article.")
        return found


def fetch_talk(user: User, study_id: uuid.UUID) -> Talk:
    return talk_of(fetch_standing(user, study_id, Act.DISCUSS))


def talk_of(standing: Standing) -> Talk:
    on_desk = standing.may(Act.DISCUSS, Phase.OPEN)
    articles = Article.objects.kept().filter(study=standing.study)
    own = Assignment.objects.filter(study=standing.study, annotator=standing.user).order_by()
    if on_desk:
        shut = own.filter(state__in=OPEN_STATES).exclude(revising())
        return Talk(standing, True, articles.exclude(pk__in=shut.values("article")), shut)
    through = released(own)
    return Talk(standing, False, articles.filter(pk__in=through.values("article")), through)


def released(assignments: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Those of the assignments whose annotator may see what others made of the article."""
    return assignments.filter(OPENED | (ROUND_OPENED & revising()), nobody_closed())


def readers_of(article: Article, *, desk_only: bool = False) -> list[User]:
    """Members who may read what is said of the article: those who can be mentioned; of them, with
    `desk_only`, curators and managers, who are no secret while curation is blind."""
    study = article.study
    held: dict[User, set[str]] = {}
    members = Membership.objects.current().filter(study=study, user__is_active=True)
    for member in members.select_related("user"):
        held.setdefault(member.user, set()).add(member.role)
    work = Assignment.objects.filter(article=article)
    busy = set(
        work.filter(state__in=OPEN_STATES).exclude(revising()).values_list("annotator", flat=True)
    )
    through = set() if desk_only else set(released(work).values_list("annotator", flat=True))
    found = [
        user
        for user, roles in held.items()
        if (roles & {Role.CURATOR, Role.MANAGER} and user.pk not in busy) or user.pk in through
    ]
    return sorted(found, key=lambda user: str(user).casefold())


AN_ANNOTATOR = "an annotator"


@dataclass(frozen=True)
class ShownNames:
    """What people are called in the talk about some articles.

    While curation is blind, an annotator of an article is shown under their alias there; those
    who do not mark it are shown by name.
    """

    viewer: uuid.UUID
    blind: frozenset[uuid.UUID] = frozenset()  # articles
    numbers: dict[tuple[uuid.UUID, uuid.UUID], int | None] = field(default_factory=dict)

    def hides(self, user: User, article_id: uuid.UUID) -> bool:
        return article_id in self.blind and (article_id, user.pk) in self.numbers

    def in_words(self, user: User, article_id: uuid.UUID) -> str:
        """What stands for a user name that somebody has typed: while it is hidden no alias, since
        whoever typed the name would learn from it whose the alias is."""
        return AN_ANNOTATOR if self.hides(user, article_id) else str(user)

    def of(self, user: User, article_id: uuid.UUID) -> str:
        if not self.hides(user, article_id):
            return str(user)
        number = self.numbers[article_id, user.pk]
        alias = f"Annotator {number}" if number else "An annotator"
        return f"{alias} (you)" if user.pk == self.viewer else alias


def names_on(study: Study, viewer: User, articles: Iterable[uuid.UUID]) -> ShownNames:
    """Three queries while curation is blind, none otherwise."""
    wanted = set(articles)
    if not study.blind_curation or not wanted:
        return ShownNames(viewer.pk)
    shown = Adjudication.objects.filter(article__in=wanted, names_shown_at__isnull=False)
    blind = frozenset(wanted - set(shown.values_list("article", flat=True)))
    markers = Assignment.objects.filter(article__in=blind).order_by()
    numbers: dict[tuple[uuid.UUID, uuid.UUID], int | None] = dict.fromkeys(
        markers.values_list("article", "annotator")
    )
    aliases = Alias.objects.filter(adjudication__article__in=blind).order_by()
    for article_id, user_id, number in aliases.values_list(
        "adjudication__article", "annotator", "number"
    ):
        numbers[article_id, user_id] = number
    return ShownNames(viewer.pk, blind, numbers)

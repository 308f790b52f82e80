"""From rows to a wish: what a plan has to know about a study."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from django.db.models import Exists, OuterRef, QuerySet

from annotations.accounts.models import User
from annotations.corpus.models import Article, Outlet
from annotations.study.models import Round, Study

from ..models import Assignment, AssignmentState
from ..planning import Plan, Wish, draw_up

StudyPlan = Plan[uuid.UUID, uuid.UUID]


@dataclass(frozen=True)
class ArticleChoice:
    """Which of the study's articles are to be assigned. Nothing given: all of them."""

    outlet: Outlet | None = None
    event: str = ""
    words: str = ""  # somewhere in the title
    only_new: bool = False  # nobody has them yet


@dataclass(frozen=True)
class Asked:
    """What a manager asks for; `caps` by the id of the annotator."""

    round: Round
    annotators: tuple[User, ...]
    per_article: int
    overlap: int = 0
    articles: ArticleChoice = field(default_factory=ArticleChoice)
    caps: Mapping[uuid.UUID, int] = field(default_factory=dict)
    extra: bool = False
    seed: int = 1


def articles_chosen(study: Study, choice: ArticleChoice) -> "QuerySet[Article]":
    articles = Article.objects.kept().light().filter(study=study)
    if choice.outlet is not None:
        articles = articles.filter(outlet=choice.outlet)
    if choice.event:
        articles = articles.filter(event=choice.event)
    if choice.words:
        articles = articles.filter(title__icontains=choice.words)
    if choice.only_new:
        there = Assignment.objects.filter(article=OuterRef("pk"))
        articles = articles.filter(~Exists(there.exclude(state=AssignmentState.WITHDRAWN)))
    return articles.order_by("title__lower", "pk")


def draw_plan(study: Study, asked: Asked) -> StudyPlan:
    """The plan as the study stands now.

    Loads and shared articles count in the round that is planned; on the articles chosen, work of
    other rounds counts too, because nobody marks an article twice.
    """
    chosen = list(articles_chosen(study, asked.articles).values_list("pk", flat=True))
    Random(asked.seed).shuffle(chosen)
    wanted = set(chosen)
    in_bin = Article.objects.filter(study=study, deleted_at__isnull=False)
    rows = Assignment.objects.filter(study=study).exclude(article__in=in_bin).order_by("pk")
    existing, barred = [], []
    for article, person, round_id, state in rows.values_list(
        "article", "annotator", "round", "state"
    ):
        if state == AssignmentState.WITHDRAWN:
            barred.append((article, person))
        elif article in wanted or round_id == asked.round.pk:
            existing.append((article, person))
    return draw_up(
        Wish(
            articles=chosen,
            annotators=[person.pk for person in asked.annotators],
            per_article=asked.per_article,
            overlap=asked.overlap,
            caps=asked.caps,
            existing=existing,
            barred=barred,
            extra=asked.extra,
            seed=asked.seed,
        )
    )


def fingerprint(plan: StudyPlan) -> str:
    """The same for plans that assign the same: what a manager saw is what is carried out."""
    pairs = "\n".join(sorted(f"{article} {person}" for article, person in plan.added))
    return hashlib.sha256(pairs.encode()).hexdigest()

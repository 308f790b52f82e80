"""Getting at assignments: by study, and by what a person may see of others' work."""

import uuid

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.study.models import Study
from annotations.study.policy import BLINDED, Act, Phase, Standing
from annotations.study.queries import fetch_standing

from ..models import Assignment


def oversees(standing: Standing) -> bool:
    """Whether the person sees everybody's progress at all times, as managers and curators do.

    An annotator sees it only of articles on which comparison was opened, never in these lists.
    """
    return standing.may(Act.SEE_PROGRESS_OF_ALL, Phase.OPEN)


def fetch_overseer(user: User, study_id: uuid.UUID) -> Standing:
    """The standing of somebody who may see what everybody does; else as fetch_standing."""
    standing = fetch_standing(user, study_id, Act.SEE_PROGRESS_OF_ALL)
    if not oversees(standing):
        raise PermissionDenied("Only managers and curators see what others do.")
    return standing


def fetch_sighted(user: User, study_id: uuid.UUID) -> Standing:
    """As fetch_overseer, but nobody who curates blindly."""
    standing = fetch_overseer(user, study_id)
    if standing.is_blinded:
        raise PermissionDenied(BLINDED)
    return standing


def with_article(assignments: "QuerySet[Assignment]") -> "QuerySet[Assignment]":
    """Along with round and article, but without its text and what is computed from it."""
    return assignments.select_related("article", "round").defer(
        "article__text", "article__blocks", "article__sentences"
    )


def fetch_assignment(study: Study, assignment_id: uuid.UUID) -> Assignment:
    """Anybody's assignment in the study: only for callers who may see it."""
    found = with_article(Assignment.objects.filter(study=study, article__deleted_at=None))
    assignment = (
        found.select_related("annotator", "round", "study").filter(pk=assignment_id).first()
    )
    if assignment is None:
        raise Http404("No such assignment.")
    return assignment


def fetch_article(study: Study, article_id: uuid.UUID) -> Article:
    article = Article.objects.kept().light().filter(study=study, pk=article_id).first()
    if article is None:
        raise Http404("No such article.")
    return article

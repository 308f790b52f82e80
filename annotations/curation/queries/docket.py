"""The door to an article's cases: who may decide them, and what they are called while blind."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.http import Http404

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment, AssignmentState
from annotations.corpus.models import Article
from annotations.marking.articles import text_of
from annotations.marking.codebook import Codebook, codebook_of
from annotations.marking.models import AttributeValue, Entity
from annotations.study.models import CodebookVersion, Study
from annotations.study.policy import Act, Standing
from annotations.study.queries import fetch_standing

from ..ballots import Ballot, Work, read_ballot
from ..models import Adjudication, Alias, Case
from ..seen import SeenCase, see_cases

OWN_WORK_OPEN = "Submit your own marks on this article before you decide its gold."
NO_ALIAS = "Annotator"


@dataclass(frozen=True)
class Docket:
    """An article whose cases a person may see. `names`: annotator's id -> what they are called
    here, an alias while curation is blind. `version_id`: of the codebook as it is now."""

    standing: Standing
    article: Article
    adjudication: Adjudication | None
    works: tuple[Work, ...]
    names: Mapping[str, str]
    blind: bool
    version_id: uuid.UUID
    version_number: int
    ledger: int = 0  # changes when a name that answers use here is changed
    n_at_work: int = 0  # annotators who have not submitted yet
    is_new: bool = False  # opened just now: no case has a row

    @property
    def study(self) -> Study:
        return self.standing.study

    @cached_property
    def ballot(self) -> Ballot:
        return read_ballot(self.article.pk, self.article.n_code_points, self.works, self.ledger)

    @cached_property
    def codebook(self) -> Codebook:
        return codebook_for_gold(self.study.pk, self.version_id, self.version_number)

    @property
    def text(self) -> str:
        return text_of(self.article)

    def called(self, annotators: Iterable[str]) -> list[str]:
        """Their names here, in an order that tells nothing more."""
        return sorted(self.names.get(who, NO_ALIAS) for who in annotators)


def codebook_for_gold(study_id: uuid.UUID, version_id: uuid.UUID, number: int) -> Codebook:
    """The codebook with answers that name somebody as plain words: ledgers are annotators' own."""
    known = codebook_of(study_id, version_id, number)
    labels = {
        pk: replace(
            label,
            attributes={
                name: replace(rule, kind="text") if rule.kind == "entity" else rule
                for name, rule in label.attributes.items()
            },
        )
        for pk, label in known.labels.items()
    }
    return replace(known, labels=labels)


def fetch_docket(
    user: User, study_id: uuid.UUID, article_id: uuid.UUID, act: Act = Act.WRITE_GOLD
) -> Docket:
    """Raises Http404 for strangers and unknown articles, PermissionDenied for members who do not
    curate and for curators whose own work on the article is still open. Four queries."""
    standing = fetch_standing(user, study_id, act)
    versions = CodebookVersion.objects.filter(study=standing.study).order_by("-number")
    article = (
        Article.objects.kept()
        .filter(study=standing.study, pk=article_id)
        .select_related("outlet", "adjudication")
        .annotate(
            version_id=Subquery(versions.values("pk")[:1]),
            version_number=Subquery(versions.values("number")[:1]),
            ledger=Subquery(ledger_of(OuterRef("pk"))),
        )
        .first()
    )
    if article is None:
        raise Http404("No such article.")
    assignments = list(
        Assignment.objects.filter(article=article).order_by("pk").select_related("annotator")
    )
    check_own_work(user.pk, [(one.annotator_id, one.state) for one in assignments])
    adjudication = getattr(article, "adjudication", None)
    blind = is_blind(standing.study, adjudication)
    submitted = [one for one in assignments if one.state == AssignmentState.SUBMITTED]
    return Docket(
        standing=standing,
        article=article,
        adjudication=adjudication,
        works=tuple(Work(one.pk, one.annotator_id, one.rev, one.round_id) for one in submitted),
        names=aliases_of(adjudication)
        if blind
        else {str(one.annotator_id): str(one.annotator) for one in assignments},
        blind=blind,
        n_at_work=sum(one.state in OPEN_STATES for one in assignments),
        version_id=article.version_id,  # type: ignore[attr-defined]
        version_number=article.version_number,  # type: ignore[attr-defined]
        ledger=article.ledger or 0,  # type: ignore[attr-defined]
    )


def ledger_of(article: OuterRef) -> QuerySet[Entity, Any]:
    """The versions of all names that answers on the article use, in sum."""
    used = AttributeValue.objects.filter(span__assignment__article=OuterRef(article))
    found = Entity.objects.filter(pk__in=used.order_by().values("entity")).order_by()
    return found.annotate(all=Value(1)).values("all").annotate(sum=Sum("ver")).values("sum")


def check_own_work(user_id: uuid.UUID, assignments: Iterable[tuple[uuid.UUID, str]]) -> None:
    """Who marks an article decides on it only after having submitted."""
    if any(who == user_id and state in OPEN_STATES for who, state in assignments):
        raise PermissionDenied(OWN_WORK_OPEN)


def is_blind(study: Study, adjudication: Adjudication | None) -> bool:
    """Whether annotators go by aliases: until a manager lifts it, on the article or at all."""
    lifted = adjudication is not None and adjudication.names_shown_at is not None
    return study.blind_curation and not lifted


def aliases_of(adjudication: Adjudication | None) -> dict[str, str]:
    if adjudication is None:
        return {}
    rows = Alias.objects.filter(adjudication=adjudication).values_list("annotator_id", "number")
    return {str(who): f"Annotator {number}" for who, number in rows}


def read_rows(adjudication: Adjudication | uuid.UUID | None) -> list[Case]:
    """Every touched case of an article with its gold. One query."""
    if adjudication is None:
        return []
    rows = Case.objects.filter(adjudication=adjudication)
    ends = ("gold_link__source", "gold_link__target")
    related = ("gold_span__label", *ends, "curator", "rule")
    return list(rows.select_related(*related).order_by("pk"))


def read_cases(docket: Docket) -> list[SeenCase]:
    """All cases of the article in reading order, each link behind its ends."""
    return see_cases(docket.ballot, read_rows(None if docket.is_new else docket.adjudication))


def find_case(cases: Sequence[SeenCase], case_id: uuid.UUID) -> SeenCase:
    found = next((case for case in cases if case.id == case_id), None)
    if found is None:
        raise Http404("No such case.")
    return found


def n_changed_since(study: Study, at: datetime) -> int:
    """Articles that somebody submitted, or was given back, after a moment."""
    done = Q(state=AssignmentState.SUBMITTED, submitted_at__gt=at)
    back = Q(state=AssignmentState.RETURNED, returned_at__gt=at)
    rows = Assignment.objects.filter(done | back, study=study, article__deleted_at=None)
    return rows.values("article").distinct().count()


def submitted_works(
    study: Study, articles: Iterable[uuid.UUID] | None = None
) -> dict[uuid.UUID, tuple[int, list[Work]]]:
    """Article -> (length, submitted work), by title. One query."""
    rows = Assignment.objects.filter(
        study=study, state=AssignmentState.SUBMITTED, article__deleted_at=None
    ).order_by("article__title", "article_id", "annotator_id")
    if articles is not None:
        rows = rows.filter(article__in=list(articles))
    found: dict[uuid.UUID, tuple[int, list[Work]]] = {}
    for pk, article, length, annotator, rev in rows.values_list(
        "pk", "article_id", "article__n_code_points", "annotator_id", "rev"
    ):
        found.setdefault(article, (length, []))[1].append(Work(pk, annotator, rev))
    return found

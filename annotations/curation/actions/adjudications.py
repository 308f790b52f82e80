"""Opening, closing and reopening an article's adjudication; who is called what while blind."""

import random
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.marking.finishing import content_sha256
from annotations.study.actions import record
from annotations.study.models import Study
from annotations.study.policy import Act
from annotations.text.refusal import Refusal

from ..linking import broken_links, link_problem
from ..models import Adjudication, AdjudicationState, Alias, GoldVersion
from ..queries import Docket, aliases_of, fetch_docket, gold_content, read_cases


class StillOpen(Refusal):
    """Some cases are still open. Decide them, or close and leave them undecided."""

    def __init__(self, n_open: int) -> None:
        self.n_open = n_open
        super().__init__(
            f"{n_open} {'case is' if n_open == 1 else 'cases are'} still open. "
            "Decide them, or leave them undecided on purpose."
        )


class BrokenLinks(Refusal):
    """A gold link cannot stand as its ends are decided now."""

    def __init__(self, problems: Sequence[str]) -> None:
        n = len(problems)
        told = " ".join(dict.fromkeys(problems))
        links = "A gold link cannot stand" if n == 1 else f"{n} gold links cannot stand"
        super().__init__(f"{links} as the ends are decided now: {told} Decide on that first.")


class AlreadyClosed(Refusal):
    """The adjudication of this article is closed. Reopen it to decide anything anew."""


class NotClosed(Refusal):
    """The adjudication of this article is open."""


class NothingToDecide(Refusal):
    """Nobody has submitted this article yet."""


@transaction.atomic
def open_adjudication(*, article: Article) -> Adjudication:
    """The article's adjudication, made when there is none; aliases for all who submitted."""
    adjudication, _ = Adjudication.objects.get_or_create(
        article=article,
        defaults={"study_id": article.study_id, "alias_seed": secrets.randbits(62)},
    )
    return adjudication


def open_adjudications(*, study: Study, articles: Sequence[uuid.UUID]) -> None:
    """The adjudications of many articles, made where there are none. One statement."""
    Adjudication.objects.bulk_create(
        (
            Adjudication(study=study, article_id=pk, alias_seed=secrets.randbits(62))
            for pk in articles
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def draw_aliases(*, adjudication: Adjudication, annotators: list[uuid.UUID]) -> None:
    """Numbers in an order drawn with the stored seed; who comes later gets the next number."""
    locked = Adjudication.objects.select_for_update().get(pk=adjudication.pk)
    known = set(Alias.objects.filter(adjudication=locked).values_list("annotator_id", flat=True))
    new = sorted(set(annotators) - known)
    random.Random(f"{locked.alias_seed} {len(known)}").shuffle(new)
    Alias.objects.bulk_create(
        Alias(study_id=locked.study_id, adjudication=locked, annotator_id=who, number=number)
        for number, who in enumerate(new, len(known) + 1)
    )


def open_docket(user: User, study_id: uuid.UUID, article_id: uuid.UUID) -> Docket:
    """The docket with its adjudication and aliases there. Raises NothingToDecide."""
    docket = fetch_docket(user, study_id, article_id)
    if not docket.works and docket.adjudication is None:
        raise NothingToDecide
    missing = [
        one.annotator_id for one in docket.works if str(one.annotator_id) not in docket.names
    ]
    if docket.adjudication is not None and not (docket.blind and missing):
        return docket
    open_adjudications(study=docket.study, articles=[article_id])
    adjudication = Adjudication.objects.get(article=article_id)
    if docket.adjudication is None:
        docket = replace(docket, is_new=not adjudication.rev)
    if not docket.blind:
        return replace(docket, adjudication=adjudication)
    draw_aliases(adjudication=adjudication, annotators=[w.annotator_id for w in docket.works])
    return replace(docket, adjudication=adjudication, names=aliases_of(adjudication))


@transaction.atomic
def close_adjudication(
    *,
    user: User,
    study_id: uuid.UUID,
    article_id: uuid.UUID,
    leave_open: bool = False,
    note: str = "",
) -> GoldVersion:
    """Close it and keep the gold as a version.

    Raises StillOpen unless `leave_open`, BrokenLinks in any case, and AlreadyClosed.
    """
    adjudication = _locked(open_docket(user, study_id, article_id))
    docket = fetch_docket(user, study_id, article_id)  # what was ruled until the lock was held
    if adjudication.state == AdjudicationState.CLOSED:
        raise AlreadyClosed
    cases = read_cases(docket)
    n_open = sum(case.is_open and case.counts for case in cases)
    if n_open and not leave_open:
        raise StillOpen(n_open)
    if broken := broken_links(docket.codebook, cases):
        raise BrokenLinks([link_problem(docket.codebook, link) for link in broken])
    content = gold_content(docket, cases)
    n_left = sum(case.state == "undecided" for case in cases)
    version = GoldVersion.objects.create(
        study=docket.study,
        adjudication=adjudication,
        number=adjudication.n_versions + 1,
        rev=adjudication.rev,
        made_at=timezone.now(),
        made_by=user,
        n_undecided=n_open + n_left,
        note=note,
        content=content,
        content_sha256=content_sha256(content),
    )
    adjudication.state = AdjudicationState.CLOSED
    adjudication.n_versions = version.number
    adjudication.closed_at, adjudication.closed_by = version.made_at, user
    adjudication.save(update_fields=["state", "n_versions", "closed_at", "closed_by"])
    after: dict[str, object] = {"version": version.number, "undecided": version.n_undecided}
    after["sha256"] = version.content_sha256
    _record(docket, user, "adjudication.closed", after)
    return version


@transaction.atomic
def reopen_adjudication(*, user: User, study_id: uuid.UUID, article_id: uuid.UUID) -> Adjudication:
    """Open again what was closed; its versions stay. Raises NotClosed."""
    docket = fetch_docket(user, study_id, article_id)
    if docket.adjudication is None:
        raise NotClosed
    adjudication = _locked(docket)
    if adjudication.state != AdjudicationState.CLOSED:
        raise NotClosed
    adjudication.state = AdjudicationState.OPEN
    adjudication.closed_at = adjudication.closed_by = None
    adjudication.save(update_fields=["state", "closed_at", "closed_by"])
    _record(docket, user, "adjudication.reopened", {"version": adjudication.n_versions})
    return adjudication


@transaction.atomic
def show_names(*, user: User, study_id: uuid.UUID, article_id: uuid.UUID) -> Adjudication:
    """Lift blind curation on one article. Managers only (PermissionDenied); for good."""
    docket = fetch_docket(user, study_id, article_id, Act.MANAGE_STUDY)
    adjudication = open_adjudication(article=docket.article)
    if adjudication.names_shown_at is None:
        adjudication.names_shown_at, adjudication.names_shown_by = timezone.now(), user
        adjudication.save(update_fields=["names_shown_at", "names_shown_by"])
        _record(docket, user, "adjudication.names_shown", {"names": "shown"})
    return adjudication


def _locked(docket: Docket) -> Adjudication:
    return Adjudication.objects.select_for_update().get(article=docket.article.pk)


def _record(docket: Docket, user: User, action: str, after: dict[str, object]) -> None:
    record(study=docket.study, actor=user, action=action, subject=docket.article, after=after)

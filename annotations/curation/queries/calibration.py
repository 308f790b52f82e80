"""A calibration: how far it is, and both versions of everybody's marks as values."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from annotations.accounts.models import User
from annotations.agreement import Continuum, Unit, without_regions
from annotations.assignment.models import Assignment, AssignmentState, Submission
from annotations.assignment.queries.counts import last_rev
from annotations.corpus.models import Region
from annotations.study.models import Round, Study
from annotations.study.policy import Act, Phase, Standing
from annotations.study.queries import fetch_standing
from annotations.study.queries.studies import rounds_now
from annotations.text.names import fold

from ..ballots import EXTENT
from ..calibrating import Twice
from ..models import Calibration, Revision


@dataclass(frozen=True)
class Seen:
    """A calibration as a person may see it; `own` limits an annotator to their own pairs."""

    standing: Standing
    calibration: Calibration
    own: str | None


def list_calibrations(study: Study, only: Q | None = None) -> list[Calibration]:
    """With how much of each round is assigned (`n_all`) and submitted (`n_done`)."""
    listed = Calibration.objects.filter(only or Q(), study=study).select_related("round")
    found = list(listed.order_by("-created_at", "pk"))
    counted = rounds_now(study, timezone.localdate()) if found else []
    rounds = {now.round.pk: now for now in counted}
    for each in found:
        now = rounds[each.round_id]
        each.n_all, each.n_done = now.n_all, now.n_all - now.n_left  # type: ignore[attr-defined]
    return found


def rounds_to_calibrate(study: Study) -> QuerySet[Round]:
    """Those still closed, never calibrated, in which something is assigned."""
    given = Assignment.objects.filter(round=OuterRef("pk")).exclude(state=AssignmentState.WITHDRAWN)
    return study.rounds.filter(Exists(given), comparison_opened_at=None, calibration=None)


def fetch_calibration(user: User, study_id: uuid.UUID, calibration_id: uuid.UUID) -> Seen:
    """Curators and managers see all of it; annotators theirs, once it has ended, while the
    comparison of its round is open.

    Raises Http404 for strangers and for annotators who have no part in it.
    """
    standing = fetch_standing(user, study_id, Act.SEE_AGREEMENT)
    rows = Calibration.objects.filter(study=standing.study, pk=calibration_id)
    found = rows.select_related("round", "revealed_by").first()
    if found is None:
        raise Http404("No such calibration.")
    mine = Assignment.objects.filter(round=found.round, annotator=user)
    if standing.may(Act.SEE_AGREEMENT, Phase.OPEN):
        if standing.study.blind_curation and not standing.is_manager:
            raise PermissionDenied("Curation is blind in this study: this page names annotators.")
        if mine.open().exists():
            raise PermissionDenied("Submit your own marks of this round before you see others'.")
        return Seen(standing, found, None)
    if not rows.filter(told_to(user)).exists():
        raise Http404("No such calibration.")
    if mine.open().exists():
        raise PermissionDenied("Submit your own marks of this round before you see others'.")
    return Seen(standing, found, str(user.pk))


def told_to(annotator: User) -> Q:
    """Calibrations whose outcome an annotator is told: they took part in them, they have ended,
    and the comparison of their round was not closed again."""
    mine = Revision.objects.filter(calibration=OuterRef("pk"), assignment__annotator=annotator)
    return Q(Exists(mine), ended_at__isnull=False, round__comparison_opened_at__isnull=False)


@dataclass(frozen=True)
class Progress:
    """One annotator in the round."""

    person: User
    n_all: int
    n_submitted: int
    n_revealed: int
    n_revised: int


def progress_of(calibration: Calibration) -> list[Progress]:
    """Everybody in the round: alone, and after the reveal. Three queries."""
    work = Assignment.objects.filter(round=calibration.round, article__deleted_at=None)
    counts = work.exclude(state=AssignmentState.WITHDRAWN).order_by().values_list("annotator")
    rows = counts.annotate(
        n=Count("pk"), done=Count("pk", filter=Q(state=AssignmentState.SUBMITTED))
    )
    people = User.objects.in_bulk([who for who, _, _ in rows])
    kept: dict[uuid.UUID, list[bool]] = defaultdict(list)
    for one in versions_of(calibration):
        kept[one.assignment.annotator_id].append(one.after_id is not None)
    found = [
        Progress(people[who], n, done, len(kept[who]), sum(kept[who])) for who, n, done in rows
    ]
    return sorted(found, key=lambda one: str(one.person).casefold())


@dataclass(frozen=True)
class Out:
    """Whose work of a calibration was given back and not submitted again: on how many articles,
    and on how many of these they have changed something since."""

    person: User
    n_out: int
    n_begun: int


def still_out(calibration: Calibration) -> list[Out]:
    """Two queries. As long as it is out it counts in no agreement and makes no case."""
    work = Assignment.objects.filter(
        revisions__calibration=calibration,
        state=AssignmentState.RETURNED,
        article__deleted_at=None,
    )
    counted = work.order_by().values_list("annotator")
    rows = list(counted.annotate(n=Count("pk"), begun=Count("pk", filter=~Q(rev=last_rev()))))
    people = User.objects.in_bulk([who for who, _, _ in rows])
    found = [Out(people[who], n, begun) for who, n, begun in rows]
    return sorted(found, key=lambda one: str(one.person).casefold())


def versions_of(calibration: Calibration) -> list[Revision]:
    """Revisions with `after` as it stands now: until the end, the newest later submission."""
    later = Submission.objects.filter(
        assignment=OuterRef("assignment"), number__gt=OuterRef("before__number")
    )
    rows = calibration.revisions.select_related("assignment__annotator", "assignment__article")
    heavy = ("assignment__article__text", "assignment__article__blocks")
    light = rows.defer(*heavy, "assignment__article__sentences")
    found: list[Revision] = list(
        light.annotate(newest=Subquery(later.order_by("-number").values("pk")[:1])).order_by(
            "assignment__article__title__lower", "assignment__article", "assignment__annotator"
        )
    )
    if calibration.ended_at is None:
        for one in found:
            one.after_id = getattr(one, "newest", None)
    return found


@dataclass(frozen=True)
class Versions:
    """Both versions of everybody's marks.

    articles  id -> both versions, in the order of titles.   titles, people: id -> name.
    quotes    (id of a submission's span, first or second) -> its words.
    written   names as answers compare -> as somebody wrote them.
    """

    articles: Mapping[str, Twice]
    titles: Mapping[str, str]
    people: Mapping[str, str]
    quotes: Mapping[tuple[str, bool], str]
    written: Mapping[str, str]


def read_versions(calibration: Calibration, own: str | None = None) -> Versions:
    """Four queries. With `own`, only articles that this annotator has marked."""
    rows = versions_of(calibration)
    if own is not None:
        mine = {
            one.assignment.article_id for one in rows if str(one.assignment.annotator_id) == own
        }
        rows = [one for one in rows if one.assignment.article_id in mine]
    wanted = {pk for one in rows for pk in (one.before_id, one.after_id) if pk}
    contents = dict(Submission.objects.filter(pk__in=wanted).values_list("pk", "content"))
    slugs = {str(pk): slug for pk, slug in calibration.study.labels.values_list("pk", "slug")}
    regions: dict[uuid.UUID, list[tuple[int, int]]] = defaultdict(list)
    articles = {one.assignment.article_id: one.assignment.article for one in rows}
    cut = Region.objects.filter(article__in=articles, removed_at=None).order_by("start")
    for article_id, start, end in cut.values_list("article_id", "start", "end"):
        regions[article_id].append((start, end))
    marks: dict[uuid.UUID, tuple[dict[str, list[Unit]], dict[str, list[Unit]]]] = {}
    quotes: dict[tuple[str, bool], str] = {}
    written: dict[str, str] = {}
    for one in rows:
        before, after = contents[one.before_id], contents[one.after_id or one.before_id]
        first, second = marks.setdefault(one.assignment.article_id, ({}, {}))
        who = str(one.assignment.annotator_id)
        first[who], second[who] = units_in(before, slugs), units_in(after, slugs)
        quotes |= quotes_in(before, first=True) | quotes_in(after, first=False)
        written |= names_in(before) | names_in(after)
    return Versions(
        articles={
            str(pk): Twice(
                line_of(articles[pk].n_code_points, first, regions[pk]),
                line_of(articles[pk].n_code_points, second, regions[pk]),
            )
            for pk, (first, second) in marks.items()
        },
        titles={str(pk): article.title for pk, article in articles.items()},
        people={str(one.assignment.annotator_id): str(one.assignment.annotator) for one in rows},
        quotes=quotes,
        written=written,
    )


def line_of(
    length: int, units: Mapping[str, list[Unit]], regions: list[tuple[int, int]]
) -> Continuum:
    whole = Continuum.of(length, units)
    return without_regions(whole, regions) if regions else whole


def units_in(content: Mapping[str, Any], slugs: Mapping[str, str]) -> list[Unit]:
    """The marks of a submission. Answers compare as everywhere: names whatever their case."""
    names = {entity["id"]: entity["name"] for entity in content.get("entities", ())}
    return [
        Unit(
            tuple((part["start"], part["end"]) for part in span["fragments"]),
            slugs.get(span["label"], EXTENT) if span["label"] else EXTENT,
            key=span["id"],
            attributes={
                name: fold(names.get(answer, answer)) for name, answer in span["attributes"].items()
            },
        )
        for span in content.get("spans", ())
        if span["state"] == "marked"
    ]


def names_in(content: Mapping[str, Any]) -> dict[str, str]:
    return {fold(entity["name"]): entity["name"] for entity in content.get("entities", ())}


def quotes_in(content: Mapping[str, Any], *, first: bool) -> dict[tuple[str, bool], str]:
    return {
        (span["id"], first): " … ".join(part["quote"] for part in span["fragments"])
        for span in content.get("spans", ())
    }

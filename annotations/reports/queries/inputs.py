"""Which submitted work a report is about, and whether what is stored of it is still true."""

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from django.db.models import Exists, OuterRef, QuerySet, Sum

from annotations.assignment.models import Assignment, AssignmentState
from annotations.corpus.models import Region
from annotations.curation.models import Adjudication, AdjudicationState
from annotations.marking.models import (
    AttributeValue,
    Entity,
    Operation,
    OperationKind,
    Origin,
    Span,
)
from annotations.marking.wire import format_stretch, parse_stretch
from annotations.study.models import Study

from ..selection import Selection

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """An article and the submitted work on it: annotator id -> (assignment id, revision).

    `regions` are not article text; `suggested` are the words of spans that came from a model and
    were accepted as they were, by assignment. Neither counts in any measure. `renamed` grows by
    assignment whenever a name that its answers use is corrected in the ledger, which changes no
    revision. `gold` is the state of the adjudication, if it is closed: (revision, closings).
    """

    article_id: uuid.UUID
    n_code_points: int
    work: dict[uuid.UUID, tuple[uuid.UUID, int]]
    regions: tuple[Stretch, ...]
    suggested: dict[uuid.UUID, tuple[Stretch, ...]] = field(default_factory=dict)
    renamed: dict[uuid.UUID, int] = field(default_factory=dict)
    gold: tuple[int, int] | None = None
    is_part: bool = False  # some of the submitted work was left out

    @property
    def uncounted(self) -> tuple[Stretch, ...]:
        """What is cut out of the line for everybody, sorted; stretches may overlap."""
        return tuple(sorted({*self.regions, *self.accepted}))

    @property
    def accepted(self) -> frozenset[Stretch]:
        """The words of all accepted suggestions."""
        return frozenset(part for parts in self.suggested.values() for part in parts)

    @property
    def n_suggested(self) -> int:
        return sum(map(len, self.suggested.values()))

    def only(self, assignments: AbstractSet[uuid.UUID]) -> "ArticleInput":
        """The same article with the work of these assignments alone."""
        work = {who: (pk, rev) for who, (pk, rev) in self.work.items() if pk in assignments}
        suggested = {pk: parts for pk, parts in self.suggested.items() if pk in assignments}
        renamed = {pk: sum_ for pk, sum_ in self.renamed.items() if pk in assignments}
        is_part = self.is_part or len(work) < len(self.work)
        return replace(self, work=work, suggested=suggested, renamed=renamed, is_part=is_part)

    def uncut(self) -> "ArticleInput":
        """The whole text, with everything that was marked in it."""
        return replace(self, regions=(), suggested={})

    def input_hash(self, engine_version: str, **parameters: object) -> str:
        """SHA-256 of the marks: who marked what, where, under which label. Gamma needs no more."""
        told = {
            "engine": engine_version,
            "article": str(self.article_id),
            "work": sorted((str(who), str(what), rev) for who, (what, rev) in self.work.items()),
            "regions": self.uncounted,
            **({"rests": "dropped"} if self.suggested else {}),
            **parameters,
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def whole_hash(self, engine_version: str, **parameters: object) -> str:
        """SHA-256 of all that any figure depends on: the names in answers, and the gold, too."""
        if self.renamed:
            names = sorted((str(pk), sum_) for pk, sum_ in self.renamed.items())
            parameters = {**parameters, "names": names}
        if self.gold:
            parameters = {**parameters, "gold": self.gold}
        return self.input_hash(engine_version, **parameters)


def submitted_work(study: Study, selection: Selection) -> QuerySet[Assignment]:
    """Submitted assignments only: no drafts, nothing returned or handed over."""
    rows = Assignment.objects.filter(
        study=study, state=AssignmentState.SUBMITTED, article__deleted_at=None
    )
    chosen = {
        "round__in": selection.rounds,
        "article__in": selection.articles,
        "article__outlet__in": selection.outlets,
        "annotator__in": selection.annotators,
        "article__published_on__gte": selection.published_from,
        "article__published_on__lte": selection.published_to,
    }
    rows = rows.filter(**{name: value for name, value in chosen.items() if value})
    if selection.codebook_versions:
        other = Span.objects.marked().filter(assignment=OuterRef("pk"))
        other = other.exclude(codebook_version__number__in=selection.codebook_versions)
        rows = rows.filter(~Exists(other))
    return rows


def read_inputs(study: Study, selection: Selection) -> list[ArticleInput]:
    """Every article with submitted work in the selection, by title. Five queries, and one more
    where a model's suggestions were accepted."""
    rows = submitted_work(study, selection).order_by("article__title", "article_id", "annotator_id")
    work: dict[uuid.UUID, dict[uuid.UUID, tuple[uuid.UUID, int]]] = defaultdict(dict)
    lengths: dict[uuid.UUID, int] = {}
    for pk, article, annotator, rev, length in rows.values_list(
        "pk", "article_id", "annotator_id", "rev", "article__n_code_points"
    ):
        work[article][annotator] = (pk, rev)
        lengths[article] = length
    regions: dict[uuid.UUID, list[Stretch]] = defaultdict(list)
    kept = Region.objects.filter(study=study, removed_at=None).order_by("start", "end")
    for article, start, end in kept.values_list("article_id", "start", "end"):
        regions[article].append((start, end))
    accepted, renamed, closed = _accepted_unchanged(study), _renamed(study), _closed(study)
    return [
        ArticleInput(
            article,
            lengths[article],
            works,
            tuple(regions.get(article, ())),
            {pk: tuple(accepted[pk]) for pk, _ in works.values() if pk in accepted},
            {pk: renamed[pk] for pk, _ in works.values() if pk in renamed},
            closed.get(article),
        )
        for article, works in work.items()
    ]


def as_kept(
    work: Mapping[str, Iterable[tuple[str, int]]], inputs: Iterable[ArticleInput]
) -> tuple[list[ArticleInput], int]:
    """What still stands of the work that a report was kept of, and how many pieces do not.

    work    article -> (annotator, revision) of each.
    """
    found, n_standing = [], 0
    for one in inputs:
        told = dict(work.get(str(one.article_id), ()))
        same = {pk for who, (pk, rev) in one.work.items() if told.get(str(who)) == rev}
        n_standing += len(same)
        if same:
            found.append(one.only(same))
    return found, sum(len(list(pieces)) for pieces in work.values()) - n_standing


def _closed(study: Study) -> dict[uuid.UUID, tuple[int, int]]:
    """article -> how often its gold was decided on and closed, where it is closed."""
    rows = Adjudication.objects.filter(study=study, state=AdjudicationState.CLOSED).order_by()
    told = rows.values_list("article_id", "rev", "n_versions")
    return {article: (rev, n) for article, rev, n in told}


def _renamed(study: Study) -> dict[uuid.UUID, int]:
    """assignment -> the versions of the names in its answers, in sum; of names as they were first
    entered nothing, so that few rows are read."""
    changed = Entity.objects.filter(study=study, ver__gt=1).order_by()
    used = AttributeValue.objects.filter(entity__in=changed.values("pk")).order_by()
    by_work = used.values("span__assignment").annotate(sum=Sum("entity__ver"))
    return dict(by_work.values_list("span__assignment", "sum"))


def _accepted_unchanged(study: Study) -> dict[uuid.UUID, list[Stretch]]:
    """assignment -> words of the spans that are still just as a model suggested them."""
    rows = Span.objects.marked().filter(study=study, origin=Origin.MODEL).order_by()
    spans = list(rows.values_list("pk", "assignment_id", "label_id", "stretch"))
    if not spans:
        return {}
    first: dict[uuid.UUID, tuple[str, str]] = {}
    added = Operation.objects.filter(
        assignment__in=rows.values("assignment_id"), target_id__in=rows.values("pk")
    )
    for pk, after in added.filter(kind=OperationKind.ADD, after__isnull=False).values_list(
        "target_id", "after__span"
    ):
        parts = ((part["start"], part["end"]) for part in after["fragments"])
        first[pk] = (str(after["label"]), format_stretch(parts))
    found: dict[uuid.UUID, list[Stretch]] = defaultdict(list)
    for pk, assignment, label, stretch in spans:
        if first.get(pk) == (str(label), stretch):  # "None" for an extent
            found[assignment] += parse_stretch(stretch)
    return found

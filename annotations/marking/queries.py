"""Reading marks. Whatever is read here belongs to one assignment, whose owner is known."""

import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment
from annotations.corpus.models import Article, Region
from annotations.study.models import CodebookVersion, Study
from annotations.study.policy import Act, Standing
from annotations.study.queries import fetch_standing

from .models import AttributeValue, Entity, Link, Operation, OperationStatus, Span
from .wire import Stretch, Wire, entity_wire, link_wire, span_wire, value_of

SHOWN_ENTITIES = 500


@dataclass(frozen=True)
class Work:
    """One annotator's own work on one article."""

    standing: Standing
    assignment: Assignment
    article: Article

    @property
    def is_open(self) -> bool:
        return self.assignment.state in OPEN_STATES


def fetch_work(
    user: User, study_id: uuid.UUID, article_id: uuid.UUID, act: Act = Act.READ_OWN_MARKS
) -> Work:
    """The person's own assignment on the article, with its text.

    Raises Http404 for strangers and where nothing is assigned to them, PermissionDenied for
    members who are no annotators.
    """
    standing = fetch_standing(user, study_id, act)
    assignment = (
        Assignment.objects.filter(
            study=standing.study, annotator=user, article=article_id, article__deleted_at=None
        )
        .select_related("article", "article__outlet", "round")
        .first()
    )
    if assignment is None:
        raise Http404("No such article.")
    return Work(standing, assignment, assignment.article)


def current_version(study: Study) -> CodebookVersion:
    """The codebook version under which new spans are made."""
    return CodebookVersion.objects.filter(study=study).defer("content").order_by("-number")[0]


def read_spans(
    assignment: Assignment, text: str, spans: QuerySet[Span] | None = None
) -> list[Wire]:
    """Spans in reading order, by default all live ones. Two queries, however many there are."""
    rows = Span.objects.filter(assignment=assignment).live() if spans is None else spans
    values: defaultdict[uuid.UUID, dict[str, str]] = defaultdict(dict)
    answers = AttributeValue.objects.filter(span__in=rows.order_by()).order_by("attribute__name")
    for span_id, name, words, entity_id in answers.values_list(
        "span_id", "attribute__name", "text", "entity_id"
    ):
        values[span_id][name] = value_of(words, entity_id)
    numbered = rows.select_related("codebook_version").defer("codebook_version__content")
    return [span_wire(row, values[row.pk], text, row.codebook_version.number) for row in numbered]


def read_links(assignment: Assignment) -> list[Wire]:
    return [link_wire(link) for link in Link.objects.filter(assignment=assignment).live()]


def visible_entities(user: User, study: Study) -> QuerySet[Entity]:
    """The annotator's own ledger and the study's list; never another annotator's."""
    return Entity.objects.filter(Q(owner=user) | Q(owner=None), study=study, deleted_at=None)


def read_entities(assignment: Assignment, search: str = "") -> list[Wire]:
    """Names the annotator may use, those of this article first."""
    used = AttributeValue.objects.filter(
        entity=OuterRef("pk"), span__assignment=assignment, span__deleted_at=None
    )
    found = visible_entities(assignment.annotator, assignment.study)
    if search:
        found = found.filter(folded_name__contains=search)
    found = found.annotate(here=Exists(used)).order_by("-here", "folded_name", "id")
    return [{**entity_wire(row), "article": row.here} for row in found[:SHOWN_ENTITIES]]


def read_regions(article: Article) -> list[tuple[int, int, str]]:
    """What is not article text: (start, end, kind)."""
    rows = Region.objects.filter(article=article, removed_at=None)
    return [(region.start, region.end, region.kind) for region in rows]


def stretches(pairs: list[list[int]]) -> list[Stretch]:
    return [(start, end) for start, end in pairs]


def read_held(assignment: Assignment) -> list[Wire]:
    """Operations that came after submission and were neither sent again nor dismissed."""
    rows = Operation.objects.filter(assignment=assignment, status=OperationStatus.HELD)
    return [row.asked for row in rows if row.asked]

"""What to call annotators, articles, labels and attributes in tables."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from string import ascii_uppercase

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, AssignmentState
from annotations.corpus.models import Article
from annotations.marking.models import Entity, Span
from annotations.study.models import Attribute, Label, Study

from ..layout import Names
from ..selection import EXTENT

YES_NO = ({"value": "yes", "title": "yes"}, {"value": "no", "title": "no"})


def read_names(
    study: Study, seen: frozenset[uuid.UUID] | None = None, *, blind: bool = False
) -> Names:
    """All but the titles of articles; with `seen`, only those who did these assignments, and
    only archived labels used in them; `blind`: annotators by letters that tell nothing, and by
    stand-ins of their ids. Four queries."""
    work = Assignment.objects.filter(study=study)
    if seen is not None:
        work = work.filter(pk__in=seen)
    labels = list(Label.objects.filter(study=study).order_by("position", "name", "id"))
    attributes = list(Attribute.objects.filter(study=study).select_related("label").order_by())
    people = _annotators(work)
    return Names(
        annotators=_lettered(study, people) if blind else people,
        keys=_stand_ins(study, people) if blind else {},
        labels=_labels(work, labels),
        slots={label.slug: label.slot for label in labels},
        attributes={(one.label.slug, one.name): one.title for one in attributes},
        choices={
            (one.label.slug, one.name, choice["value"]): choice["title"]
            for one in attributes
            for choice in one.choices or YES_NO
        },
    )


def read_asked(study: Study) -> list[tuple[str, str]]:
    """(label, attribute) of every question that the codebook asks today. One query."""
    rows = Attribute.objects.filter(study=study, archived_at=None, label__archived_at=None)
    return list(rows.order_by("label__slug", "name").values_list("label__slug", "name"))


def with_entities(study: Study, names: Names) -> Names:
    """The same, with the names of the study's sources. One query."""
    rows = Entity.objects.filter(study=study).order_by("folded_name", "-id")
    return replace(names, entities=dict(rows.values_list("folded_name", "name")))


def _annotators(work: QuerySet[Assignment]) -> dict[str, str]:
    """Everybody who has one of these assignments, those who left included."""
    rows = User.objects.filter(pk__in=work.order_by().values("annotator"))
    return {str(user.pk): str(user) for user in rows.order_by("display_name", "username")}


def _lettered(study: Study, people: Mapping[str, str]) -> dict[str, str]:
    """Everybody under a letter, in an order that nobody can work out from ids or names; the same
    on every page. Not the numbers that curation draws anew for each article."""
    drawn = sorted(people, key=lambda who: salted_hmac(str(study.pk), who).hexdigest())
    return {who: f"Annotator {_letter(n)}" for n, who in enumerate(drawn)}


def _stand_ins(study: Study, people: Iterable[str]) -> dict[str, str]:
    """In place of ids, which stand beside names in other studies."""
    drawn = {who: salted_hmac(f"{study.pk} stand-in", who).digest() for who in people}
    return {who: str(uuid.UUID(bytes=digest[:16])) for who, digest in drawn.items()}


def _letter(n: int) -> str:
    """A to Z, AA, AB, …"""
    return (_letter(n // 26 - 1) if n >= 26 else "") + ascii_uppercase[n % 26]


def _labels(work: QuerySet[Assignment], labels: Sequence[Label]) -> dict[str, str]:
    """Slug -> name in the codebook's order, archived ones that submitted work uses last, then
    extents. Drafts are nobody's business, so they do not count."""
    archived = {label.slug for label in labels if label.archived_at}
    submitted = work.filter(state=AssignmentState.SUBMITTED).order_by()
    spans = Span.objects.marked().filter(assignment__in=submitted, label__slug__in=archived)
    used = set(spans.order_by().values_list("label__slug", flat=True).distinct())
    current = {label.slug: label.name for label in labels if label.archived_at is None}
    old = {label.slug: f"{label.name} (archived)" for label in labels if label.slug in used}
    return {**current, **old, EXTENT: "Extent"}


def read_titles(study: Study, articles: Iterable[str] | None = None) -> dict[str, str]:
    rows = Article.objects.filter(study=study).order_by()
    if articles is not None:
        rows = rows.filter(pk__in=list(articles))
    return {str(pk): title for pk, title in rows.values_list("pk", "title")}

"""Marks as rows, for tests that begin after marking."""

import uuid
from collections.abc import Sequence

from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, AssignmentState
from annotations.corpus.models import Article
from annotations.curation.models import Adjudication, Case, GoldSpan
from annotations.marking.models import AttributeValue, Fragment, Link, Span, SpanKind

Stretch = tuple[int, int]


def mark(assignment: Assignment, label: str, *fragments: Stretch, **extra: object) -> Span:
    """A span of the assignment; `label` is a slug, or "extent"."""
    study, now = assignment.study, timezone.now()
    found = None if label == "extent" else study.labels.get(slug=label)
    span = Span.objects.create(
        id=uuid.uuid4(),
        study=study,
        assignment=assignment,
        kind=SpanKind.LABEL if found else SpanKind.EXTENT,
        label=found,
        codebook_version=study.codebook_versions.order_by("-number")[0],
        start=fragments[0][0],
        end=fragments[-1][1],
        stretch=" ".join(f"{start}-{end}" for start, end in fragments),
        created_at=now,
        changed_at=now,
        **extra,
    )
    cover(span, fragments)
    Assignment.objects.filter(pk=assignment.pk).update(rev=assignment.rev + 1)
    assignment.rev += 1
    return span


def cover(span: Span, fragments: Sequence[Stretch]) -> None:
    text = span.assignment.article.text
    Fragment.objects.bulk_create(
        Fragment(
            study=span.study,
            span=span,
            start=start,
            end=end,
            quote=text[start:end],
            text_length=len(text),
        )
        for start, end in fragments
    )


def link(source: Span, target: Span) -> Link:
    now = timezone.now()
    return Link.objects.create(
        id=uuid.uuid4(),
        study=source.study,
        assignment=source.assignment,
        source=source,
        target=target,
        created_at=now,
        changed_at=now,
    )


def close_gold(article: Article, curator: User, *spans: tuple[str, Stretch]) -> Adjudication:
    """The article's gold is these (slug or "extent", stretch), and closed."""
    study, now = article.study, timezone.now()
    closed = Adjudication.objects.create(
        study=study,
        article=article,
        state="closed",
        rev=len(spans),
        n_versions=1,
        alias_seed=1,
        closed_at=now,
        closed_by=curator,
    )
    for slug, (start, end) in spans:
        label = None if slug == "extent" else study.labels.get(slug=slug)
        where = {"study": study, "adjudication": closed, "start": start, "end": end}
        decided = {"state": "decided", "choice": "edited", "curator": curator, "decided_at": now}
        GoldSpan.objects.create(
            case=Case.objects.create(id=uuid.uuid4(), kind="boundary", **where, **decided),
            kind=SpanKind.LABEL if label else SpanKind.EXTENT,
            label=label,
            codebook_version=study.codebook_versions.order_by("-number")[0],
            stretch=f"{start}-{end}",
            text_length=article.n_code_points,
            created_at=now,
            changed_at=now,
            **where,
        )
    return closed


def submit(assignment: Assignment) -> Assignment:
    assignment.state = AssignmentState.SUBMITTED
    assignment.submitted_at = timezone.now()
    assignment.save()
    return assignment


def answer(span: Span, name: str, text: str) -> AttributeValue:
    """The span's answer to a question of its label."""
    assert span.label is not None
    attribute = span.label.attributes.get(name=name)
    return AttributeValue.objects.create(
        study=span.study, span=span, attribute=attribute, text=text
    )

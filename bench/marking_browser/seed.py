"""Fills an empty database with articles of three sizes, all marked; prints what the browser needs.

python -m bench.marking_browser.seed [SIZE…]
"""

import json
import os
import sys
import uuid
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from annotations.assignment.models import Assignment, AssignmentState  # noqa: E402
from annotations.corpus.models import Article  # noqa: E402
from annotations.marking.models import AttributeValue, Fragment, Link, Span  # noqa: E402
from annotations.study.models import Attribute, Label, Study  # noqa: E402
from bench.marking_browser.article import Drawn, Made, make_article  # noqa: E402
from bench.marking_server.seed import (  # noqa: E402
    article_row,
    join,
    make_study,
    make_user,
    signed_in,
)

SIZES = {"small": (1_000, 50), "middle": (20_000, 1_000), "large": (100_000, 5_000)}
SEED = 20_261_122
BATCH = 1_000


def store(study: Study, name: str) -> Assignment:
    """An article of one size with its spans, as if an annotator had saved them all."""
    made = make_article(*SIZES[name], SEED)
    article = article_row(study, made.text, f"A {name} article")
    Article.objects.bulk_create([article])
    work = Assignment.objects.create(
        study=study,
        round=study.rounds.first() or study.rounds.create(name="Main"),
        article=article,
        annotator=study.memberships.get(role="annotator").user,
        state=AssignmentState.IN_PROGRESS,
        started_at=timezone.now(),
        rev=len(made.spans),
        created_by=study.created_by,
    )
    store_marks(work, made)
    return work


def store_marks(work: Assignment, made: Made) -> None:
    labels = {label.slug: label for label in work.study.labels.all()}
    spans = list(span_rows(work, made.spans, labels))
    Span.objects.bulk_create(spans, batch_size=BATCH)
    Fragment.objects.bulk_create(
        (
            Fragment(
                study=work.study,
                span=span,
                start=span.start,
                end=span.end,
                quote=made.text[span.start : span.end],
                text_length=len(made.text),
            )
            for span in spans
        ),
        batch_size=BATCH,
    )
    AttributeValue.objects.bulk_create(values(work, spans), batch_size=BATCH)
    Link.objects.bulk_create(link_rows(work, made.spans, spans), batch_size=BATCH)


def span_rows(work: Assignment, drawn: list[Drawn], labels: dict[str, Label]) -> Iterator[Span]:
    version, now = work.study.codebook_versions.order_by("-number")[0], timezone.now()
    for rev, each in enumerate(drawn, 1):
        yield Span(
            id=uuid.uuid4(),
            study=work.study,
            assignment=work,
            label=labels[each.label],
            codebook_version=version,
            start=each.start,
            end=each.end,
            stretch=f"{each.start}-{each.end}",
            changed_rev=rev,
            created_at=now,
            changed_at=now,
        )


def values(work: Assignment, spans: list[Span]) -> Iterator[AttributeValue]:
    """An answer to each required question with choices."""
    asked = Attribute.objects.filter(study=work.study, required=True, kind="choice")
    by_label: dict[uuid.UUID, list[Attribute]] = {}
    for attribute in asked:
        by_label.setdefault(attribute.label_id, []).append(attribute)
    for span in spans:
        for attribute in by_label.get(span.label_id or uuid.UUID(int=0), []):
            answer = attribute.choices[0]["value"]
            yield AttributeValue(study=work.study, span=span, attribute=attribute, text=answer)


def link_rows(work: Assignment, drawn: list[Drawn], spans: list[Span]) -> Iterator[Link]:
    for each, span in zip(drawn, spans, strict=True):
        for place in each.claims:
            yield Link(
                id=uuid.uuid4(),
                study=work.study,
                assignment=work,
                source=span,
                target=spans[place],
                changed_rev=work.rev,
                created_at=span.created_at,
                changed_at=span.changed_at,
            )


def told(work: Assignment) -> dict[str, Any]:
    where = {"study_id": work.study_id, "article_id": work.article_id}
    return {
        "path": reverse("marking:page", kwargs=where),
        "words": work.article.n_words,
        "spans": work.spans.count(),
    }


def main(names: list[str]) -> None:
    with transaction.atomic():
        study = make_study("Bench")
        annotator = join(study, make_user("annotator"))
        works = {name: store(study, name) for name in names or SIZES}
    found = {name: told(work) for name, work in works.items()}
    json.dump({"session": signed_in(annotator), "articles": found}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])

"""A large study whose annotators agree on most spans, but not on all."""

import random
import uuid
from typing import Any

N_ANNOTATORS = 3
N_SPANS = 40
N_WORDS = 600


def make_study(n_articles: int) -> tuple[Any, Any, list[Any]]:
    """(study, manager, its articles), all work submitted."""
    from annotations.corpus.models import Article
    from annotations.study.actions import create_study
    from bench.marking_server.seed import article_row, join, make_text, make_user

    dice = random.Random(1)
    manager = make_user("manager")
    study = create_study(actor=manager, name="Large")
    people = [join(study, make_user(f"annotator{n}")) for n in range(N_ANNOTATORS)]
    articles = [
        article_row(study, f"{n}. {make_text(N_WORDS, dice)}", f"Article {n:05}")
        for n in range(n_articles)
    ]
    Article.objects.bulk_create(articles, batch_size=200)
    places = [make_places(article, dice) for article in articles]
    for person in people:
        make_marks(study, person, articles, places, dice)
    return study, manager, articles


def make_places(article: Any, dice: random.Random) -> list[tuple[int, int, int]]:
    """Where there is something to mark: start, end, number of the label."""
    starts = sorted(dice.sample(range(article.n_code_points - 80), N_SPANS))
    return [(start, start + dice.randint(3, 60), dice.randrange(4)) for start in starts]


def make_marks(
    study: Any, person: Any, articles: list[Any], places: list[Any], dice: random.Random
) -> None:
    from django.utils import timezone

    from annotations.assignment.models import Assignment
    from annotations.marking.models import Span

    now, labels = timezone.now(), list(study.labels.all())
    version, main = study.codebook_versions.get(), study.rounds.all()[0]
    work = [
        Assignment(
            study=study,
            round=main,
            article=article,
            annotator=person,
            state="submitted",
            submitted_at=now,
            rev=N_SPANS,
            created_by=study.created_by,
        )
        for article in articles
    ]
    Assignment.objects.bulk_create(work, batch_size=500)
    spans = []
    for one, found in zip(work, places, strict=True):
        for start, end, label in found:
            chance = dice.random()
            if chance < 0.1:
                continue
            wider = dice.randint(1, 12) if chance < 0.3 else 0
            other = dice.randrange(4) if chance > 0.95 else label
            spans.append(
                Span(
                    id=uuid.uuid4(),
                    study=study,
                    assignment=one,
                    label=labels[other],
                    codebook_version=version,
                    start=start,
                    end=end + wider,
                    stretch=f"{start}-{end + wider}",
                    created_at=now,
                    changed_at=now,
                )
            )
    Span.objects.bulk_create(spans, batch_size=2000, ignore_conflicts=True)

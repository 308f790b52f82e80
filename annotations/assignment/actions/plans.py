"""Carrying out a plan."""

from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.study.actions import record
from annotations.study.models import Study
from annotations.text.refusal import Refusal

from ..models import Assignment
from ..queries.plans import Asked, StudyPlan, draw_plan, fingerprint
from .turns import ends_of_queues, refuse_others, take_turn

BATCH = 1_000


class PlanChanged(Refusal):
    """The study has changed since this plan was drawn up. Look at the plan as it is now."""


class RoundClosed(Refusal):
    """This round is closed. Choose another one."""


@transaction.atomic
def apply_plan(*, study: Study, actor: User, asked: Asked, seen: str | None = None) -> StudyPlan:
    """Assign what the plan adds, and return the plan.

    `seen` is the fingerprint of the plan the person looked at; with another plan nothing is
    done. A plan that was carried out adds nothing, so doing it again changes nothing.
    """
    if asked.round.closed_at is not None:
        raise RoundClosed
    take_turn(study)
    for annotator in asked.annotators:
        refuse_others(study, annotator)
    plan = draw_plan(study, asked)
    if not plan.added:
        return plan
    if seen is not None and seen != fingerprint(plan):
        raise PlanChanged
    first_at = timezone.now().isoformat()
    Assignment.objects.bulk_create(_rows(study, actor, asked, plan), batch_size=BATCH)
    record(
        study=study,
        actor=actor,
        action="assignment.planned",
        subject=asked.round,
        after=_summary(asked, plan) | {"first_at": first_at},
    )
    return plan


def _rows(study: Study, actor: User, asked: Asked, plan: StudyPlan) -> Iterator[Assignment]:
    ends = ends_of_queues(study)
    for article_id, person_id in plan.added:
        position = ends.get(person_id, 0)
        ends[person_id] = position + 1
        yield Assignment(
            study=study,
            round=asked.round,
            article_id=article_id,
            annotator_id=person_id,
            position=position,
            created_by=actor,
        )


def _summary(asked: Asked, plan: StudyPlan) -> dict[str, object]:
    """What was asked and what came of it; each assignment's row says itself who made it when."""
    return {
        "n_assignments": len(plan.added),
        "n_articles": len({article_id for article_id, _ in plan.added}),
        "per_article": asked.per_article,
        "overlap": asked.overlap,
        "extra": asked.extra,
        "seed": asked.seed,
        "most": {p.username: asked.caps[p.pk] for p in asked.annotators if p.pk in asked.caps},
        "added": {p.username: plan.loads[p.pk].added for p in asked.annotators},
        "fingerprint": fingerprint(plan),
    }

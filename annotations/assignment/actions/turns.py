"""What every act on assignments shares: taking turns, places in queues, who may be given work."""

import uuid

from django.db.models import Max, Q, QuerySet
from django.http import Http404

from annotations.accounts.models import User
from annotations.study.models import Study
from annotations.text.refusal import Refusal

from ..models import Assignment
from ..queries.people import list_annotators


class NotAnAnnotator(Refusal):
    """Work can only be given to annotators of the study who have not left."""


def take_turn(study: Study) -> None:
    """Make others who give out work in this study wait until the transaction ends.

    Not so strong a lock that it would hold up saves, which only refer to the study.
    """
    Study.objects.select_for_update(no_key=True).get(pk=study.pk)


def lock(assignment: Assignment) -> Assignment:
    """The assignment as it stands now; its annotator's saves wait until the transaction ends.

    Raises Http404 when it was taken back meanwhile.
    """
    held = lock_all(Assignment.objects.filter(pk=assignment.pk)).first()
    if held is None:
        raise Http404("This work was taken back at the same moment.")
    return held


def lock_all(assignments: "QuerySet[Assignment]") -> "QuerySet[Assignment]":
    """As `lock`, in the order of the queue, along with what the audit names."""
    named = assignments.select_related("article", "annotator", "round", "study")
    light = named.defer("article__text", "article__blocks", "article__sentences")
    return light.select_for_update(of=("self",)).order_by("position", "pk")


def refuse_others(study: Study, annotator: User) -> None:
    if not list_annotators(study).filter(pk=annotator.pk).exists():
        raise NotAnAnnotator(f"{annotator} is not an annotator of this study, or has left it.")


def ends_of_queues(study: Study) -> dict[uuid.UUID, int]:
    """The next free place in everybody's queue; people without a queue are left out."""
    rows = Assignment.objects.filter(study=study).order_by().values_list("annotator")
    return {person: last + 1 for person, last in rows.annotate(last=Max("position"))}


def end_of_queue(study: Study, annotator: User) -> int:
    last = Assignment.objects.filter(study=study, annotator=annotator).aggregate(
        last=Max("position")
    )
    return 0 if last["last"] is None else int(last["last"]) + 1


def touched_among(assignments: "QuerySet[Assignment]") -> set[uuid.UUID]:
    """Those in which anything was ever saved, tried or looked at."""
    begun = set(
        assignments.filter(Q(rev__gt=0) | Q(started_at__isnull=False)).values_list("pk", flat=True)
    )
    for traces in ("operations", "work_times", "submissions"):
        with_traces = assignments.filter(**{f"{traces}__isnull": False})
        begun.update(with_traces.values_list("pk", flat=True))
    return begun


def is_untouched(assignment: Assignment) -> bool:
    return not touched_among(Assignment.objects.filter(pk=assignment.pk).order_by())

"""Reading somebody else's marks, once one may."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment, AssignmentState
from annotations.study.policy import Act, Phase, Standing
from annotations.study.queries import fetch_standing

from .codebook import codebook_wire
from .page import as_painted, in_sections, looks_of
from .painting import paint
from .queries import live_spans, read_links, read_regions, read_spans, stretches
from .wire import Wire


@dataclass(frozen=True)
class Reading:
    """One person's submitted work, as another may read it."""

    standing: Standing
    assignment: Assignment


def fetch_reading(
    user: User, study_id: uuid.UUID, article_id: uuid.UUID, assignment_id: uuid.UUID
) -> Reading:
    """Somebody's submitted marks on the article.

    Managers and curators may read them when they are submitted and they have no own work open on
    the article; annotators when theirs is submitted too and the comparison was opened. To an
    annotator for whom that does not hold there is no such assignment.
    """
    standing = fetch_standing(user, study_id, Act.READ_OTHERS_MARKS)
    own = Assignment.objects.filter(study=study_id, article=article_id, annotator=user).first()
    on_desk = standing.may(Act.READ_OTHERS_MARKS, Phase.OPEN)
    found = (
        Assignment.objects.filter(
            study=study_id, article=article_id, pk=assignment_id, article__deleted_at=None
        )
        .select_related("article", "article__outlet", "annotator", "round", "study")
        .first()
    )
    if found is None or not (on_desk or is_compared(own, found)):
        raise Http404("No such work.")
    if own and own.state in OPEN_STATES:
        raise PermissionDenied("Submit your own marks on this article before you read others'.")
    if found.state != AssignmentState.SUBMITTED:
        raise PermissionDenied(f"{found.annotator} has not submitted this article.")
    return Reading(standing, found)


def is_compared(own: Assignment | None, other: Assignment) -> bool:
    """Whether an annotator has submitted the article, and the other's round was opened."""
    return (
        own is not None
        and own.state == AssignmentState.SUBMITTED
        and other.state == AssignmentState.SUBMITTED
        and other.round.comparison_opened_at is not None
    )


def reading_context(reading: Reading) -> dict[str, Any]:
    """The context of templates/marking/reading.html: the painted text and its marks as a list."""
    assignment, study = reading.assignment, reading.standing.study
    article = assignment.article
    spans = read_spans(live_spans(assignment.pk), article.text)
    labels = codebook_wire(study, 0)["labels"]
    looks = looks_of(labels)
    blocks = paint(
        article.text,
        stretches(article.blocks),
        (as_painted(span, looks) for span in spans),
        [(start, end) for start, end, _ in read_regions(article)],
    )
    return {
        "standing": reading.standing,
        "study": study,
        "assignment": assignment,
        "article": article,
        "sections": in_sections(blocks),
        "n_blocks": len(blocks),
        "marks": listed(spans, labels),
        "n_links": len(read_links(assignment.pk)),
        "may_return": reading.standing.may(Act.RETURN_SUBMISSION),
    }


def listed(spans: list[Wire], labels: list[Wire]) -> list[Wire]:
    """Marks for the list beside the text: what, which words, the answers' titles left out."""
    names = {label["id"]: label for label in labels}
    return [
        {
            "id": span["id"],
            "name": names[span["label"]]["name"] if span["label"] else "Extent",
            "slot": names[span["label"]]["slot"] if span["label"] else "x",
            "quote": " … ".join(part["quote"] for part in span["fragments"])[:200],
            "note": span["note"],
            "flag": span["flag"],
        }
        for span in spans
    ]

"""Reading somebody else's marks, once one may."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists
from django.http import Http404
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import (
    OPEN_STATES,
    Assignment,
    AssignmentQuerySet,
    AssignmentState,
)
from annotations.assignment.queries.released import OPENED
from annotations.study.models import AuditEntry
from annotations.study.policy import BLINDED, Act, Phase, Standing
from annotations.study.queries import fetch_standing

from .codebook import codebook_wire
from .models import Entity
from .page import as_painted, in_sections, looks_of
from .painting import paint
from .protocol import is_uuid
from .queries import live_spans, read_links, read_regions, read_spans, stretches
from .wire import Wire

READ_EARLY = "marks.read_early"
EARLY_FOR = timedelta(hours=1)  # then a reason is asked for again


@dataclass(frozen=True)
class Reading:
    """One person's submitted work, as another may read it.

    `is_on_desk`: by being a curator or manager, who may also see how the work came about.
    `is_early`: it is not submitted, and a manager gave a reason for looking all the same.
    """

    standing: Standing
    assignment: Assignment
    is_on_desk: bool
    is_early: bool = False


class NotSubmitted(PermissionDenied):
    """Work that is still open; its manager may read it after giving a reason."""

    def __init__(self, standing: Standing, assignment: Assignment) -> None:
        super().__init__(f"{assignment.annotator} has not submitted this article.")
        self.standing, self.assignment = standing, assignment

    @property
    def may_be_read_early(self) -> bool:
        return self.standing.is_manager and self.assignment.state in OPEN_STATES


def fetch_reading(
    user: User, study_id: uuid.UUID, article_id: uuid.UUID, assignment_id: uuid.UUID
) -> Reading:
    """Somebody's submitted marks on the article.

    Managers and curators may read them when they are submitted and they have no own work open on
    the article; annotators when theirs is submitted too and the comparison of both rounds was
    opened. To an annotator for whom that does not hold there is no such assignment.

    Raises NotSubmitted of open work, unless a manager has just said why it has to be read early.
    """
    standing = fetch_standing(user, study_id, Act.READ_OTHERS_MARKS)
    there = Assignment.objects.filter(study=study_id, article=article_id)
    own = there.filter(annotator=user).first()
    if standing.is_blinded:
        raise PermissionDenied(BLINDED)
    on_desk = standing.may(Act.READ_OTHERS_MARKS, Phase.OPEN)
    shown = there if on_desk else compared_with(user, there)
    found = (
        shown.filter(pk=assignment_id, article__deleted_at=None)
        .select_related("article", "article__outlet", "annotator", "round", "study")
        .first()
    )
    if found is None:
        raise Http404("No such work.")
    if own and own.state in OPEN_STATES:
        raise PermissionDenied("Submit your own marks on this article before you read others'.")
    if found.state != AssignmentState.SUBMITTED:
        early = NotSubmitted(standing, found)
        if not (early.may_be_read_early and is_opened_early(found, user)):
            raise early
        return Reading(standing, found, on_desk, is_early=True)
    return Reading(standing, found, on_desk)


def is_opened_early(assignment: Assignment, user: User) -> bool:
    """Whether this person gave a reason not long ago."""
    given = AuditEntry.objects.filter(
        study=assignment.study_id, actor=user, action=READ_EARLY, subject_id=str(assignment.pk),
        at__gte=timezone.now() - EARLY_FOR,
    )  # fmt: skip
    return given.exists()


def compared_with(user: User, there: AssignmentQuerySet) -> AssignmentQuerySet:
    """Work on an article that its annotator may compare with their own: both submitted, and the
    comparison of both rounds open."""
    own = there.filter(OPENED, annotator=user)
    return there.filter(OPENED, Exists(own))


def reading_context(reading: Reading) -> dict[str, Any]:
    """The context of templates/marking/reading.html: the painted text and its marks as a list."""
    assignment, study = reading.assignment, reading.standing.study
    article = assignment.article
    spans = read_spans(live_spans(assignment.pk), article.text)
    links = read_links(assignment.pk)
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
        "marks": listed(spans, labels, links),
        "n_links": len(links),
        "is_early": reading.is_early,
        "may_see_history": reading.is_on_desk,
        "may_return": not reading.is_early and reading.standing.may(Act.RETURN_SUBMISSION),
    }


def listed(spans: list[Wire], labels: list[Wire], links: list[Wire]) -> list[Wire]:
    """Marks for the list beside the text: what, which words, the answers, where links lead."""
    names = {label["id"]: label for label in labels}
    answers = answers_in_words(spans, names)
    led = links_in_words(spans, names, links)
    return [
        {
            "id": span["id"],
            "name": name_of(span, names),
            "slot": names[span["label"]]["slot"] if span["label"] else "x",
            "quote": words_of(span),
            "answers": answers[span["id"]],
            "links": led.get(span["id"], []),
            "note": span["note"],
            "flag": span["flag"],
        }
        for span in spans
    ]


def words_of(span: Wire) -> str:
    return " … ".join(part["quote"] for part in span["fragments"])[:200]


def name_of(span: Wire, labels: dict[str, Wire]) -> str:
    return str(labels[span["label"]]["name"]) if span["label"] else "Extent"


def answers_in_words(
    spans: list[Wire], labels: dict[str, Wire]
) -> dict[str, list[tuple[str, str]]]:
    """For each span its questions with their answers, in the codebook's order: one query."""
    named = {value for span in spans for value in span["attributes"].values() if is_uuid(value)}
    entities = {str(row.pk): row.name for row in Entity.objects.filter(pk__in=named)}
    found: dict[str, list[tuple[str, str]]] = {}
    for span in spans:
        questions = labels[span["label"]]["attributes"] if span["label"] else []
        given = span["attributes"]
        found[span["id"]] = [
            (question["title"], answer_in_words(question, given[question["name"]], entities))
            for question in questions
            if given.get(question["name"])
        ]
    return found


def answer_in_words(question: Wire, answer: str, entities: dict[str, str]) -> str:
    if question["kind"] == "entity":
        return entities.get(answer, answer)
    titles = {choice["value"]: choice["title"] for choice in question["choices"] or ()}
    return str(titles.get(answer, answer))


def links_in_words(
    spans: list[Wire], labels: dict[str, Wire], links: list[Wire]
) -> dict[str, list[Wire]]:
    """For each source what it leads to, with the cue words; links keep the order of their ends."""
    by_id = {span["id"]: span for span in spans}
    found: dict[str, list[Wire]] = {}
    for link in links:
        target = by_id.get(link["target"])
        if target is None or link["source"] not in by_id:
            continue
        line = {
            "name": name_of(target, labels),
            "quote": words_of(target),
            "cue": link["cue"]["quote"] if link["cue"] else "",
            "start": target["fragments"][0]["start"],
        }
        found.setdefault(link["source"], []).append(line)
    return {
        source: sorted(lines, key=lambda at: int(at["start"])) for source, lines in found.items()
    }

"""What the marking page is drawn from."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import reverse

from annotations.assignment.models import Assignment, AssignmentState

from .codebook import codebook_wire
from .painting import Look, Painted, PaintedBlock, paint
from .queries import (
    Work,
    codebook_news,
    live_spans,
    read_entities,
    read_held,
    read_links,
    read_regions,
    read_spans,
    stretches,
)
from .wire import Wire

SECTION_BLOCKS = 25
EXTENT_LOOK = Look("x", "X")


def urls_of(assignment: Assignment) -> dict[str, str]:
    """Where the page's module sends what it has to send."""
    where = {"study_id": assignment.study_id, "article_id": assignment.article_id}
    names = ("ops", "time", "submit", "history", "sentences", "entities", "codebook", "next")
    return {
        **{name: reverse(f"marking:{name}", kwargs=where) for name in names},
        "login": resolve_url(settings.LOGIN_URL),
        "versions": reverse("study:codebook_versions", args=[assignment.study_id]),
    }


def next_url(assignment: Assignment | None) -> str:
    """The page of an assignment; home where there is none."""
    if assignment is None:
        return settings.LOGIN_REDIRECT_URL
    where = {"study_id": assignment.study_id, "article_id": assignment.article_id}
    return reverse("marking:page", kwargs=where)


def marking_data(work: Work) -> Wire:
    """All that the marking module starts from. The number of queries does not grow with spans."""
    assignment, article = work.assignment, work.article
    return {
        "article": {
            "id": str(article.pk),
            "sha256": article.text_sha256,
            "length": article.n_code_points,
            "language": article.language,
            "direction": article.direction,
        },
        "urls": urls_of(assignment),
        "user": str(work.standing.user.pk),
        "annotator": work.standing.user.username,
        "assignment": str(assignment.pk),
        "rev": assignment.rev,
        "state": assignment.state,
        "states": dict(AssignmentState.choices),
        "read_only": not work.is_open,
        "return_reason": assignment.return_reason if assignment.state == "returned" else "",
        "codebook": codebook_wire(work.standing.study, work.version_number, with_rules=False),
        "spans": read_spans(live_spans(assignment.pk), article.text),
        "links": read_links(assignment.pk),
        "entities": read_entities(assignment),
        "sentences": article.sentences,
        "regions": read_regions(article),
        "held": read_held(assignment),
        "codebook_news": news_of(work),
    }


def news_of(work: Work) -> Wire | None:
    """The codebook's newest version, where the person has not marked under it yet."""
    news = codebook_news(work.standing.user, work.standing.study.pk) if work.is_open else None
    return {"number": news.number, "reason": news.reason} if news else None


def looks_of(labels: Iterable[Wire]) -> dict[str | None, Look]:
    """How each label is drawn, by its id; an extent has none."""
    looks: dict[str | None, Look] = {
        label["id"]: Look(str(label["slot"]), label["tag"]) for label in labels
    }
    looks[None] = EXTENT_LOOK
    return looks


def as_painted(span: Wire, looks: dict[str | None, Look]) -> Painted:
    look = looks[span["label"]]
    if span["state"] == "suggested":
        look = Look(look.slot, look.tag, suggested=True)
    fragments = tuple((part["start"], part["end"]) for part in span["fragments"])
    return Painted(span["id"], fragments, look)


def paint_article(work: Work, data: Wire) -> list[PaintedBlock]:
    looks = looks_of(data["codebook"]["labels"])
    return paint(
        work.article.text,
        stretches(work.article.blocks),
        (as_painted(span, looks) for span in data["spans"]),
        [(start, end) for start, end, _ in data["regions"]],
    )


def in_sections(blocks: Sequence[PaintedBlock]) -> list[Sequence[PaintedBlock]]:
    return [blocks[n : n + SECTION_BLOCKS] for n in range(0, len(blocks), SECTION_BLOCKS)]


def page_context(work: Work) -> dict[str, Any]:
    """The context of templates/marking/page.html; `source` is empty under a blind outlet."""
    data = marking_data(work)
    blocks = paint_article(work, data)
    return {
        "standing": work.standing,
        "study": work.standing.study,
        "assignment": work.assignment,
        "article": work.article,
        "source": {} if work.standing.study.hide_source else source_of(work),
        "data": data,
        "sections": in_sections(blocks),
        "n_blocks": len(blocks),
        "urls": data["urls"],
    }


def source_of(work: Work) -> dict[str, Any]:
    """Where the article comes from: shown only when the study does not hide it."""
    article = work.article
    found = {
        "outlet": article.outlet,
        "byline": article.byline,
        "url": article.url,
        "published_on": article.published_on,
    }
    return {name: value for name, value in found.items() if value}

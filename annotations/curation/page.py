"""What the adjudication page is drawn from."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse

from annotations.marking.codebook import codebook_wire
from annotations.marking.page import in_sections, looks_of
from annotations.marking.painting import Look, Painted, PaintedBlock, paint
from annotations.marking.queries import read_regions, stretches
from annotations.marking.wire import Wire
from annotations.study.models import Rule
from annotations.study.policy import Act

from .ballots import EXTENT
from .kinds import KINDS
from .models import AdjudicationState, Reason
from .queries import Docket, aliases_of
from .queries.held import read_held
from .queries.queue import new_since, read_left_open
from .queries.unanimous import unanimous_left
from .seen import Counts, Filter, SeenCase, contested_first, count_cases
from .telling import Teller

OPEN_LOOK = Look("q", "", suggested=True)  # a dashed box, without a line
NOBODY = "-"
ORDERS = {"contested": "Most contested first", "reading": "In reading order"}


def urls_of(docket: Docket) -> dict[str, str]:
    where = {"study_id": docket.study.pk, "article_id": docket.article.pk}
    return {
        "ops": reverse("curation:ops", kwargs=where),
        "page": reverse("curation:adjudicate", kwargs=where),
        "unanimous": reverse("curation:unanimous", kwargs=where),
        "close": reverse("curation:close", kwargs=where),
        "custody": reverse("curation:custody", args=[docket.study.pk, stand_in(docket)]),
        "link_custody": reverse("curation:link_custody", args=[docket.study.pk, stand_in(docket)]),
        "discuss": discuss_url(docket),
        "queue": reverse("curation:queue", args=[docket.study.pk]),
        "next": reverse("curation:next", args=[docket.study.pk]),
        "login": resolve_url(settings.LOGIN_URL),
    }


def stand_in(docket: Docket) -> uuid.UUID:
    """The module puts another id in its place: that of a gold span, or of a case."""
    return docket.adjudication.pk if docket.adjudication else docket.article.pk


def discuss_url(docket: Docket) -> str:
    """Where a case is put to discussion; empty where that is not to be had."""
    try:
        return reverse("curation:discuss", kwargs=where_of(docket, stand_in(docket)))
    except NoReverseMatch:
        return ""


def ordered(cases: Sequence[SeenCase], order: str) -> list[SeenCase]:
    """Moot links are left out: there is nothing to decide. Links come after the spans they join."""
    live = [case for case in cases if not case.moot]
    if order == "reading":
        return live
    spans = contested_first(case for case in live if case.on == "span")
    return [*spans, *contested_first(case for case in live if case.on == "link")]


def rules_of(docket: Docket) -> list[Wire]:
    rows = Rule.objects.filter(study=docket.study, archived_at=None).select_related("label")
    return [
        {"name": row.name, "title": row.title, "label": row.label.slug if row.label else ""}
        for row in rows
    ]


def adjudication_data(docket: Docket, cases: Sequence[SeenCase], chosen: str) -> Wire:
    """All that the adjudication module starts from. `chosen`: the case to begin with."""
    article, adjudication = docket.article, docket.adjudication
    teller = Teller(docket)
    return {
        "article": {
            "id": str(article.pk),
            "sha256": article.text_sha256,
            "length": article.n_code_points,
            "language": article.language,
            "direction": article.direction,
        },
        "urls": urls_of(docket),
        "user": str(docket.standing.user.pk),
        "assignment": str(adjudication.pk) if adjudication else None,
        "rev": adjudication.rev if adjudication else 0,
        "state": adjudication.state if adjudication else "open",
        "codebook": codebook_wire(docket.study, docket.version_number, with_rules=False),
        "rules": rules_of(docket),
        "reasons": [[value, label] for value, label in Reason.choices if value],
        "cases": [teller.case(case) for case in cases],
        "sentences": article.sentences,
        "regions": read_regions(article),
        "chosen": chosen,
        "blind": docket.blind,
        "unanimous": len(unanimous_left(docket, cases)),
        "all_in": not docket.n_at_work,
    }


def painted_cases(data: Wire) -> Iterable[Painted]:
    """Gold as marks; open cases as boxes."""
    looks = looks_of(data["codebook"]["labels"])
    for case in data["cases"]:
        gold = case["gold"]
        if gold:
            parts = tuple((part["start"], part["end"]) for part in gold["fragments"])
            yield Painted(case["id"], parts, looks[gold["label"]])
        elif case["on"] == "span" and case["state"] == "open":
            yield Painted(case["id"], ((case["start"], case["end"]),), OPEN_LOOK)


def paint_gold(docket: Docket, data: Wire) -> list[PaintedBlock]:
    return paint(
        docket.text,
        stretches(docket.article.blocks),
        painted_cases(data),
        [(start, end) for start, end, _ in data["regions"]],
    )


def page_context(
    docket: Docket, cases: Sequence[SeenCase], asked: dict[str, str]
) -> dict[str, Any]:
    """The context of templates/curation/adjudicate.html."""
    order = asked.get("order", "contested")
    order = order if order in ORDERS else "contested"
    wanted = filter_of(asked, docket)
    listed = [case for case in ordered(cases, order) if wanted.takes(case)]
    data = adjudication_data(docket, cases, asked.get("case", ""))
    blocks = paint_gold(docket, data)
    counts = count_cases(cases)
    snippets = {case["id"]: case for case in data["cases"]}
    return {
        "standing": docket.standing,
        "study": docket.study,
        "article": docket.article,
        "adjudication": docket.adjudication,
        "docket": docket,
        "data": data | {"listed": [str(case.id) for case in listed], "order": order},
        "listed": [listed_case(docket, case, snippets[str(case.id)]) for case in listed],
        "counts": counts,
        "n_new": n_new_of(docket, cases),
        "kinds": [(k, KINDS[k], counts.kinds[k][0]) for k in KINDS if k in counts.kinds],
        "held": read_held(docket, set(snippets)),
        "people": people_of(docket),
        "labels": labels_of(docket, counts),
        "rounds": rounds_of(docket),
        "asked": asked,
        "orders": ORDERS,
        "order": order,
        "sections": in_sections(blocks),
        "n_blocks": len(blocks),
        "urls": data["urls"],
        "may_show_names": docket.blind and docket.standing.may(Act.MANAGE_STUDY),
        "hide_source": False,
    }


def n_new_of(docket: Docket, cases: Sequence[SeenCase]) -> int:
    """Of a closed article: cases that came of later work. One query then."""
    held = docket.adjudication
    if held is None or held.state != AdjudicationState.CLOSED:
        return 0
    return new_since(cases, read_left_open([held.pk]).get(held.pk, frozenset()))


def people_of(docket: Docket) -> list[tuple[str, str]]:
    """Who can be asked for: (value, name); while blind the value, too, is that of the alias."""
    named = [
        (alias_number(name) if docket.blind else pk, name) for pk, name in docket.names.items()
    ]
    return sorted(named, key=lambda one: (len(one[1]), one[1]) if docket.blind else (0, one[1]))


def labels_of(docket: Docket, counts: Counts) -> list[tuple[str, str, int]]:
    """Labels voted for here: (slug, name, cases)."""
    names = {label.slug: label.name for label in docket.codebook.labels.values()}
    names[EXTENT] = "Extent"
    return [
        (slug, name, counts.labels[slug][0])
        for slug, name in names.items()
        if slug in counts.labels
    ]


def rounds_of(docket: Docket) -> list[tuple[str, str]]:
    """The rounds of the work on the article, when there is more than one. One query then."""
    ids = {work.round_id for work in docket.works if work.round_id}
    if len(ids) < 2:
        return []
    rows = docket.study.rounds.filter(pk__in=ids)
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def filter_of(asked: dict[str, str], docket: Docket | None = None) -> Filter:
    works = docket.works if docket and asked.get("round") else ()
    of_round = (str(work.annotator_id) for work in works if str(work.round_id) == asked["round"])
    return Filter(
        kind=asked.get("kind", ""),
        label=asked.get("label", ""),
        annotator=annotator_of(asked.get("annotator", ""), docket),
        flagged=asked.get("flagged") == "1",
        state=asked.get("state", ""),
        reason=asked.get("reason", ""),
        of_round=frozenset(of_round) if works else None,
    )


def annotator_of(asked: str, docket: Docket | None) -> str:
    """The id that is meant by an id or by an alias's number; nobody's, for an id while blind."""
    if docket is None or not (asked.isdecimal() or (asked and docket.blind)):
        return asked
    names = docket.names if docket.blind else aliases_of(docket.adjudication)
    return next((pk for pk, name in names.items() if alias_number(name) == asked), NOBODY)


def alias_number(name: str) -> str:
    return name.rsplit(" ", 1)[-1]


def listed_case(docket: Docket, case: SeenCase, told: Wire) -> Wire:
    """A row of the list: its page without JavaScript, its words."""
    words = " ".join(docket.text[case.start : case.end].split())
    where = {"study_id": docket.study.pk, "article_id": docket.article.pk, "case_id": case.id}
    return {
        "id": str(case.id),
        "url": reverse("curation:case", kwargs=where),
        "title": told["title"],
        "state": told["state"],
        "choice": told["choice_title"],
        "words": words if len(words) <= 70 else f"{words[:69].rstrip()}…",
        "n_flags": len(told["flags"]),
        "changed": told["changed"],
    }


def where_of(docket: Docket, case_id: uuid.UUID) -> dict[str, uuid.UUID]:
    return {"study_id": docket.study.pk, "article_id": docket.article.pk, "case_id": case_id}

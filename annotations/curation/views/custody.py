"""Where a gold span comes from, and what was voted against it."""

import json
import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.marking.signed_in import SignedIn
from annotations.marking.wire import parse_stretch

from ..merging import rules_in_words, title_of
from ..models import Case, GoldLink
from ..queries import fetch_docket, read_dissent
from ..queries.custody import (
    fetch_custody,
    fetch_link_custody,
    links_at,
    masked,
    read_span_dissent,
    words_of,
)


@require_safe
def custody(request: SignedIn, study_id: uuid.UUID, gold_id: uuid.UUID) -> HttpResponse:
    found = fetch_custody(request.user, study_id, gold_id)
    shares = read_span_dissent(found)["shares"]
    text = found.docket.text
    context = {
        "standing": found.docket.standing,
        "article": found.docket.article,
        "custody": found,
        "gold": found.gold,
        "case": found.case,
        "links": [(link, *ends_of(link, text)) for link in links_at(found.gold)],
        **rule_of(found.case),
        "shares": [{**one, "words": text[one["start"] : one["end"]]} for one in shares],
        "before": text[max(0, found.gold.start - 200) : found.gold.start],
        "after": text[found.gold.end : found.gold.end + 200],
    }
    return render(request, "curation/custody.html", context)


@require_safe
def link_custody(request: SignedIn, study_id: uuid.UUID, link_id: uuid.UUID) -> HttpResponse:
    found = fetch_link_custody(request.user, study_id, link_id)
    source, text = found.link.source, found.docket.text
    context = {
        "standing": found.docket.standing,
        "article": found.docket.article,
        "custody": found,
        "link": found.link,
        "case": found.case,
        **rule_of(found.case),
        "before": text[max(0, source.start - 100) : source.start],
        "after": text[source.end : source.end + 200],
    }
    return render(request, "curation/custody_link.html", context)


@require_safe
def dissent(request: SignedIn, study_id: uuid.UUID, gold_id: uuid.UUID) -> HttpResponse:
    found = fetch_custody(request.user, study_id, gold_id)
    return as_file(read_span_dissent(found), f"dissent-{gold_id}.json")


@require_safe
def article_dissent(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    docket = fetch_docket(request.user, study_id, article_id)
    cases, links = ([masked(docket, one) for one in each] for each in read_dissent(docket))
    told = {"article": str(article_id), "cases": cases, "links": links}
    return as_file(told, f"dissent-{article_id}.json")


def rule_of(case: Case) -> dict[str, Any]:
    """The rule that decided it, and all of its rule set in words."""
    rules = case.merge.rules if case.merge else None
    told = rules_in_words(rules) if rules else []
    return {"rule": title_of(case.merged_by_rule, rules), "rule_set": told}


def ends_of(link: GoldLink, text: str) -> list[str]:
    return [words_of(text, parse_stretch(end.stretch)) for end in (link.source, link.target)]


def as_file(told: object, name: str) -> HttpResponse:
    body = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

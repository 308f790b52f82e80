"""Where annotators part, and what is decided of it: for curators and managers."""

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import Http404

from annotations.accounts.models import Scope
from annotations.curation.actions import NothingToDecide, apply_rulings, open_docket
from annotations.curation.actions.counting import counted_in_time, listed
from annotations.curation.models import ArticleCases, RulingKind
from annotations.curation.protocol import Batch, Op
from annotations.curation.queries import Docket, find_case, read_cases
from annotations.curation.queries.queue import Listed, Sought, own_open_articles
from annotations.curation.seen import SeenCase, reading_order
from annotations.curation.telling import Teller
from annotations.marking.protocol import cleaned, storable
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing

from ..calls import Answer, Call, route
from ..paging import answer_list, answer_page
from ..problems import conflict, refused, stale
from ..reading import matched
from ..shapes.curation import ArticleCasesShape, CasesAsked, CaseShape, DecisionIn
from ..shapes.pages import Page, Paged

ABOUT = "Cases"
NO_REV = 2**31 - 1  # tells the ledger that nothing else is to be told


@route(
    "GET",
    "/studies/{study_id}/cases",
    scope=Scope.READ,
    about=ABOUT,
    query=CasesAsked,
    answer=Page[ArticleCasesShape],
)
def list_cases(call: Call[CasesAsked, None]) -> Answer:
    """The articles with submitted work and how far their cases are decided, the most contested
    first; without those on which your own work is open."""
    study = fetch_standing(call.user, call.study_id, Act.WRITE_GOLD).study
    own = own_open_articles(study, call.user.pk)
    counted_in_time(study)
    sought = Sought(call.query.round, state=call.query.state or "")
    rows = sought.rows(study).exclude(article__in=own)

    def tell(counted: Sequence[ArticleCases]) -> list[dict[str, Any]]:
        return [line_json(line) for line in listed(study, counted)]

    return answer_page(call, rows, tell, by=("is_closed", "-contest", "article_id"))


def line_json(line: Listed) -> dict[str, Any]:
    return {
        "id": str(line.article.pk),
        "title": line.article.title,
        "state": line.state,
        "n_cases": line.counts.n_all,
        "n_decided": line.counts.n_decided,
        "n_changed": line.counts.n_changed,
        "n_annotators": line.n_works,
        "contest": line.counts.contest,
    }


def fetch_cases(call: Call[Any, Any]) -> tuple[Docket, list[SeenCase]]:
    try:
        docket = open_docket(call.user, call.study_id, call.id("article_id"))
    except NothingToDecide as error:
        raise Http404(str(error)) from error
    return docket, read_cases(docket)


@route(
    "GET",
    "/studies/{study_id}/articles/{article_id}/cases",
    scope=Scope.READ,
    about=ABOUT,
    query=Paged,
    answer=Page[CaseShape],
)
def list_article_cases(call: Call[Paged, None]) -> Answer:
    """The cases of an article in reading order, each with its votes and its decision."""
    docket, cases = fetch_cases(call)
    teller = Teller(docket)
    return answer_list(call, cases, partial(case_json, teller), reading_order)


def case_json(teller: Teller, case: SeenCase) -> dict[str, Any]:
    told = teller.case(case)
    left = {name: told[name] for name in CaseShape.model_fields}
    left["variants"] = [
        {name: one[name] for name in ("span", "cue", "who")} for one in told["variants"]
    ]
    return left


@route(
    "GET",
    "/studies/{study_id}/articles/{article_id}/cases/{case_id}",
    scope=Scope.READ,
    about=ABOUT,
    answer=CaseShape,
)
def show_case(call: Call[None, None]) -> Answer:
    """One case. Its ETag is what a decision names with If-Match."""
    docket, cases = fetch_cases(call)
    told = case_json(Teller(docket), find_case(cases, call.id("case_id")))
    return Answer(told, etag=tag_of(told))


def tag_of(told: dict[str, Any]) -> str:
    return f"{told['ver']}-{told['votes'][:32]}"


@route(
    "POST",
    "/studies/{study_id}/articles/{article_id}/cases/{case_id}/decision",
    scope=Scope.CURATE,
    about=ABOUT,
    body=DecisionIn,
    answer=CaseShape,
    if_match=True,
    refuses=(409, 428),
)
def decide_case(call: Call[None, DecisionIn]) -> Answer:
    """Decide a case. If-Match names the case as you saw it; 412 when it has changed since."""
    fetch_standing(call.user, call.study_id, Act.WRITE_GOLD)
    tags = matched(call.request)
    docket, cases = fetch_cases(call)
    seen = find_case(cases, call.id("case_id"))
    before = case_json(Teller(docket), seen)
    if not {tag_of(before), "*"} & set(tags):
        raise stale("This case has changed since you read it. Read it again.")
    payload = call.body.model_dump(mode="json", exclude_unset=True)
    answer = rule(call, seen, {name: told for name, told in payload.items() if told is not None})
    if answer["status"] == "conflict":
        raise stale(answer["message"])
    if answer["status"] == "held":
        raise conflict(answer["message"])
    if answer["status"] not in ("applied", "same"):
        raise refused(answer.get("message", "This case cannot be decided so."))
    docket, cases = fetch_cases(call)
    told = case_json(Teller(docket), find_case(cases, seen.id))
    return Answer(told, etag=tag_of(told))


def rule(call: Call[Any, Any], case: SeenCase, payload: dict[str, Any]) -> dict[str, Any]:
    """Through the same ledger of rulings as the adjudication page."""
    op_id, decision = uuid.uuid4(), {"id": str(case.id), **payload}
    asked = {
        "op_id": str(op_id),
        "kind": RulingKind.DECIDE.value,
        "on": "case",
        "ver": case.ver,
        "case": decision,
    }
    fault = "" if storable(decision) else "The words hold a character that cannot be stored."
    op = Op(op_id, RulingKind.DECIDE, case.id, case.ver, decision, cleaned(asked), fault)
    reply = apply_rulings(
        user=call.user,
        study_id=call.study_id,
        article_id=call.id("article_id"),
        batch=Batch(NO_REV, None, (op,)),
    )
    (answer,) = reply["results"]
    return dict(answer)

"""Kept reports of agreement: for curators and managers."""

import json
from collections.abc import Sequence
from typing import Any

from annotations.accounts.models import Scope, User
from annotations.corpus.models import Article, Outlet
from annotations.reports.actions.reports import NothingSubmitted, make_report, tables_now
from annotations.reports.models import Report
from annotations.reports.older import filled
from annotations.reports.queries import (
    Scope as Seen,
)
from annotations.reports.queries import (
    fetch_desk_scope,
    fetch_report,
    read_inputs,
    read_names,
)
from annotations.reports.selection import Selection

from ..calls import Answer, Call, route
from ..paging import answer_page
from ..problems import Fault, conflict, refused
from ..serving import Encoder
from ..shapes.pages import Page, Paged
from ..shapes.takeout import ReportIn, ReportLine, ReportShape, SelectionIn

ABOUT = "Reports"
KEPT = ("hash", "articles", "annotators", "codebook_versions")


@route(
    "GET",
    "/studies/{study_id}/reports",
    scope=Scope.READ,
    about=ABOUT,
    query=Paged,
    answer=Page[ReportLine],
)
def list_reports(call: Call[Paged, None]) -> Answer:
    """The study's kept reports, the oldest first."""
    seen = fetch_desk_scope(call.user, call.study_id)
    rows = Report.objects.filter(study=seen.study).defer("result", "inputs")

    def tell(reports: Sequence[Report]) -> list[dict[str, Any]]:
        return [report_line(each) for each in reports]

    return answer_page(call, rows.select_related("created_by"), tell, by=("created_at", "id"))


def report_line(report: Report) -> dict[str, Any]:
    return {
        "id": report.pk,
        "name": report.name,
        "state": report.state,
        "created_at": report.created_at,
        "created_by": person(report.created_by),
        "finished_at": report.finished_at,
        "seed": report.seed,
        "engine_version": report.engine_version,
        "n_done": report.n_done,
        "n_all": report.n_all,
        "message": report.message,
    }


def person(user: User) -> dict[str, Any]:
    return {"id": user.pk, "name": str(user)}


@route(
    "GET",
    "/studies/{study_id}/reports/{report_id}",
    scope=Scope.READ,
    about=ABOUT,
    answer=ReportShape,
)
def show_report(call: Call[None, None]) -> Answer:
    """A kept report with its figures."""
    seen = fetch_desk_scope(call.user, call.study_id)
    told = report_json(fetch_report(seen, call.id("report_id")))
    return Answer(unnamed(seen, told) if seen.standing.is_blinded else told)


def unnamed(seen: Seen, told: dict[str, Any]) -> dict[str, Any]:
    """For those who curate blindly: letters in place of the annotators' ids, as on the pages."""
    text = json.dumps(told, cls=Encoder)
    for who, letter in read_names(seen.study, blind=True).annotators.items():
        text = text.replace(str(who), letter)
    found: dict[str, Any] = json.loads(text)
    return found


def report_json(report: Report) -> dict[str, Any]:
    return {
        **report_line(report),
        "parameters": report.parameters,
        "inputs": {name: report.inputs[name] for name in KEPT if name in report.inputs},
        "tables": filled(report.result),
    }


def warm_tables(call: Call[None, ReportIn]) -> None:
    """What takes long is computed and kept before the transaction of the write begins."""
    seen = fetch_desk_scope(call.user, call.study_id)
    selection = Selection.from_json(call.body.selection.model_dump(mode="json"))
    if inputs := read_inputs(seen.study, selection):
        labels = list(selection.labels or read_names(seen.study).labels)
        tables_now(seen.study, selection, inputs, labels, seed=call.body.seed)


@route(
    "POST",
    "/studies/{study_id}/reports",
    scope=Scope.READ,
    about=ABOUT,
    body=ReportIn,
    answer=ReportLine,
    status=202,
    refuses=(409,),
    prepare=warm_tables,
)
def create_report(call: Call[None, ReportIn]) -> Answer:
    """Make a report and keep it. Gamma is computed as a job: ask for the report until its state
    is done."""
    seen = fetch_desk_scope(call.user, call.study_id)
    try:
        made = make_report(
            study=seen.study,
            actor=call.user,
            name=call.body.name,
            selection=selection_of(seen, call.body.selection),
            seed=call.body.seed,
        )
    except NothingSubmitted as error:
        raise conflict(str(error)) from error
    where = f"{call.request.path}/{made.pk}"
    return Answer(report_line(made), 202, headers={"Location": where})


def selection_of(seen: Seen, asked: SelectionIn) -> Selection:
    """Raises Problem for what is not in the study."""
    names = read_names(seen.study)
    there: dict[str, set[Any]] = {
        "rounds": set(seen.study.rounds.values_list("pk", flat=True)),
        "annotators": set(names.annotators),
        "labels": set(names.labels),
        "codebook_versions": set(seen.study.codebook_versions.values_list("number", flat=True)),
    }
    for name, model in (("outlets", Outlet), ("articles", Article)):
        wanted = getattr(asked, name)
        rows = model._default_manager.filter(study=seen.study, pk__in=wanted)
        there[name] = set(rows.values_list("pk", flat=True)) if wanted else set()
    faults = [
        Fault(f"{value} is not in this study.", "body", f"/selection/{name}/{at}")
        for name, known in there.items()
        for at, value in enumerate(getattr(asked, name))
        if value not in known and str(value) not in known
    ]
    first, last = asked.published_from, asked.published_to
    if first and last and first > last:
        said = "This day is before the first one."
        faults.append(Fault(said, "body", "/selection/published_to"))
    if faults:
        raise refused(faults[0].message, *faults[:20])
    return Selection.from_json(asked.model_dump(mode="json"))

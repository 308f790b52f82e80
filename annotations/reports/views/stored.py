"""Stored reports: made, watched while computing, read, printed, laid side by side."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from annotations.marking.protocol import is_uuid
from annotations.text.refusal import Refusal

from ..actions import is_stalled, make_report
from ..beside import notices, side_by_side
from ..files import methods_text
from ..forms import ReportForm
from ..layout import Names
from ..models import Report
from ..older import filled, lay_out_report, plots_of_report
from ..queries import Scope, fetch_desk_scope, fetch_report, read_choice, read_names
from ..selection import Selection
from .live import ROWS, chosen, file_answer, me, names_of, text_answer


def fetch_desk(request: HttpRequest, study_id: uuid.UUID) -> Scope:
    """Stored reports are of everybody: for curators and managers."""
    return fetch_desk_scope(me(request), study_id)


@require_POST
def make(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    scope = fetch_desk(request, study_id)
    form = ReportForm(request.POST)
    address = QueryDict(request.POST.get("address", ""))
    choice, selection = chosen(
        scope, address, read_names(scope.study, blind=scope.standing.is_blinded)
    )
    if form.is_valid() and not choice.is_valid():
        form.add_error(None, "What was chosen is not there any more. Go back and choose again.")
    if form.is_valid():
        try:
            report = store(request, scope, selection, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("reports:report", study_id, report.pk)
    context = {"standing": scope.standing, "form": form, "address": request.POST.get("address")}
    return render(request, "reports/make.html", context, status=422)


def store(
    request: HttpRequest, scope: Scope, selection: Selection, *, name: str, seed: int
) -> Report:
    return make_report(
        study=scope.study, actor=me(request), name=name, selection=selection, seed=seed
    )


@require_POST
def again(request: HttpRequest, study_id: uuid.UUID, report_id: uuid.UUID) -> HttpResponse:
    """The same choice, computed from today's work, as a new report."""
    scope = fetch_desk(request, study_id)
    old = fetch_report(scope, report_id)
    selection = Selection.from_json(old.parameters["selection"])
    try:
        new = store(request, scope, selection, name=old.name, seed=old.seed)
    except Refusal as refusal:
        context = report_context(scope, old) | {"refused": str(refusal)}
        return render(request, "reports/report.html", context, status=422)
    return redirect("reports:report", study_id, new.pk)


@require_safe
def report(request: HttpRequest, study_id: uuid.UUID, report_id: uuid.UUID) -> HttpResponse:
    scope = fetch_desk(request, study_id)
    context = report_context(scope, fetch_report(scope, report_id))
    return render(request, "reports/report.html", context)


def report_context(scope: Scope, one: Report) -> dict[str, Any]:
    names = names_of(scope, one.inputs["articles"])
    return {
        "standing": scope.standing,
        "scope": scope,
        "report": one,
        "title": one.name,
        "study": scope.study,
        "laid": [laid.shortened(ROWS) for laid in lay_out_report(one.result, names)],
        "plots": plots_of_report(one.result, names),
        "counts": filled(one.result)["counts"],
        "is_stalled": is_stalled(one),
        "methods": methods_of(one, names),
        "annotators": sorted(map(names.annotator, one.inputs["annotators"]), key=str.casefold),
        "address": selection_address(one),
        "others": Report.objects.filter(study=scope.study)
        .exclude(pk=one.pk)
        .defer("result", "inputs"),
    }


def selection_address(one: Report) -> str:
    """The report's selection as the query of an address."""
    query = QueryDict(mutable=True)
    for name, value in one.parameters["selection"].items():
        if isinstance(value, list):
            query.setlist(name, [str(part) for part in value])
        elif value:
            query[name] = str(value)
    return query.urlencode()


def methods_of(one: Report, names: Names) -> str:
    selection = Selection.from_json(one.parameters["selection"])
    return methods_text(
        filled(one.result),
        names,
        choice=read_choice(one.study, selection, names),
        level=one.parameters["selection"]["level"],
        seed=one.seed,
        engine=one.engine_version,
    )


@require_safe
def progress(request: HttpRequest, study_id: uuid.UUID, report_id: uuid.UUID) -> HttpResponse:
    """How far gamma is; asked for every two seconds while the report is being computed."""
    scope = fetch_desk(request, study_id)
    one = fetch_report(scope, report_id)
    context = {"report": one, "standing": scope.standing, "is_stalled": is_stalled(one)}
    answer = render(request, "reports/_progress.html", context)
    if one.state != "computing":
        answer["HX-Refresh"] = "true"
    return answer


@require_safe
def report_table(
    request: HttpRequest, study_id: uuid.UUID, report_id: uuid.UUID, name: str, form: str
) -> HttpResponse:
    scope = fetch_desk(request, study_id)
    one = fetch_report(scope, report_id)
    return file_answer(
        lay_out_report(one.result, names_of(scope, one.inputs["articles"])), name, form
    )


@require_safe
def report_methods(request: HttpRequest, study_id: uuid.UUID, report_id: uuid.UUID) -> HttpResponse:
    scope = fetch_desk(request, study_id)
    return text_answer(methods_of(fetch_report(scope, report_id), names_of(scope, [])))


@require_safe
def report_print(request: HttpRequest, study_id: uuid.UUID, report_id: uuid.UUID) -> HttpResponse:
    """The whole report as one page that needs nothing else."""
    scope = fetch_desk(request, study_id)
    one = fetch_report(scope, report_id)
    answer = render(request, "reports/print.html", report_context(scope, one))
    answer["Content-Disposition"] = 'inline; filename="agreement.html"'
    return answer


@require_safe
def compare(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    """Two stored reports side by side, with how far each figure moved."""
    scope = fetch_desk(request, study_id)
    chosen_ids = [request.GET.get(name, "") for name in ("one", "other")]
    known = Report.objects.filter(study=scope.study)
    reports = [known.filter(pk=pk).first() if is_uuid(pk) else None for pk in chosen_ids]
    context: dict[str, Any] = {
        "standing": scope.standing,
        "one": reports[0],
        "other": reports[1],
        "reports": known.defer("result", "inputs"),
    }
    if reports[0] and reports[1]:
        names = names_of(scope)
        laid = [lay_out_report(one.result, names) for one in (reports[0], reports[1])]
        context["tables"] = side_by_side(*laid)
        context["notices"] = notices(kept_of(reports[0]), kept_of(reports[1]), names)
    return render(request, "reports/compare.html", context)


def kept_of(one: Report) -> dict[str, Any]:
    """What `notices` compares of a report."""
    return {
        "parameters": one.parameters,
        "inputs": one.inputs,
        "engine_version": one.engine_version,
        "seed": one.seed,
    }

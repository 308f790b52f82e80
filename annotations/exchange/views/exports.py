"""Taking a study out: choose, watch, take the file."""

import uuid

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseStopPolling

from annotations.accounts.asking import me, posted
from annotations.text.refusal import Refusal

from ..actions import make_export, remove_export
from ..formats import find_format, formats
from ..forms import ExportForm
from ..models import Export, ExportState
from ..packing import Wanted
from ..packing.wording import chosen
from ..queries.exports import fetch_export, fetch_reach, file_name, list_exports, open_file

SHOWN = 30


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    reach = fetch_reach(me(request), study_id)
    form = ExportForm(reach, posted(request))
    if form.is_valid():
        try:
            made = make_export(
                reach=reach,
                form=find_format(form.cleaned_data["file_format"]),
                wanted=form.wanted(),
                options=form.options(),
                reason=form.why,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("exchange:export_show", study_id, made.pk)
    context = {
        "standing": reach.standing,
        "reach": reach,
        "form": form,
        "exports": [_told(each) for each in list_exports(reach)[:SHOWN]],
    }
    return render(request, "exchange/export.html", context, status=422 if form.is_bound else 200)


def _told(made: Export) -> dict[str, object]:
    form = formats().get(made.file_format)
    return {"made": made, "format": form.title if form else made.file_format}


@require_safe
def show(request: HttpRequest, study_id: uuid.UUID, export_id: uuid.UUID) -> HttpResponse:
    reach = fetch_reach(me(request), study_id)
    made = fetch_export(reach, export_id)
    form = formats().get(made.file_format)
    filters = None if form and form.is_whole else Wanted.from_json(made.wanted)
    context = {
        "standing": reach.standing,
        **_told(made),
        "losses": form.losses if form else (),
        "chosen": list(chosen(form, made.options, filters)) if form else [],
    }
    return render(request, "exchange/export_show.html", context)


@require_safe
def progress(request: HttpRequest, study_id: uuid.UUID, export_id: uuid.UUID) -> HttpResponse:
    """How far it is, asked every second while the page is open."""
    reach = fetch_reach(me(request), study_id)
    made = fetch_export(reach, export_id)
    if made.state == ExportState.RUNNING:
        context = {"standing": reach.standing, "made": made}
        return render(request, "exchange/_export_progress.html", context)
    answer = HttpResponseStopPolling()
    answer["HX-Redirect"] = redirect("exchange:export_show", study_id, export_id).url
    return answer


@require_safe
def download(request: HttpRequest, study_id: uuid.UUID, export_id: uuid.UUID) -> HttpResponseBase:
    reach = fetch_reach(me(request), study_id)
    made = fetch_export(reach, export_id)
    return FileResponse(open_file(reach, made), as_attachment=True, filename=file_name(made))


@require_POST
def remove(request: HttpRequest, study_id: uuid.UUID, export_id: uuid.UUID) -> HttpResponse:
    reach = fetch_reach(me(request), study_id)
    remove_export(made=fetch_export(reach, export_id))
    return redirect("exchange:export", study_id)

"""Bringing in what another program marked: choose files, map, look, let it be stored, watch."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseStopPolling

from annotations.accounts.asking import me, posted
from annotations.corpus.queries import import_limits
from annotations.corpus.records import in_bytes
from annotations.corpus.uploads import refusing_big_uploads
from annotations.study.models import Study
from annotations.study.policy import Act, Standing
from annotations.study.queries import fetch_standing
from annotations.text.refusal import Refusal

from ..actions.bringing import DIVIDE, NotReady, begin_import, carry_out, give_up
from ..bringing import Mapping, Survey
from ..formats import formats
from ..forms import CorpusForm, MappingForm, readable_formats
from ..frame import TooMuch
from ..models import CorpusImport, CorpusImportState
from ..telling import how_far

SHOWN = 10
WAITING = (CorpusImportState.PREVIEW, CorpusImportState.FAILED)
UNDER_WAY = (CorpusImportState.READING, CorpusImportState.RUNNING)


def refuse_upload(request: HttpRequest, study_id: uuid.UUID, much: str) -> HttpResponse:
    """The page for choosing files, which says that these were too much."""
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    form = CorpusForm(QueryDict(), MultiValueDict())
    form.errors.clear()
    form.add_error("uploads", f"These files are {much}. {DIVIDE}")
    return _upload_page(request, standing, form, status=413)


@refusing_big_uploads(refuse_upload)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    form = CorpusForm(posted(request), request.FILES or None)
    if form.is_valid():
        files = [(file.name, file.read()) for file in form.cleaned_data["uploads"]]
        try:
            made = begin_import(
                study=standing.study,
                actor=standing.user,
                files=files,
                form=form.cleaned_data["file_format"],
                hints=form.hints(),
            )
        except TooMuch as refusal:
            form.add_error("uploads", f"{refusal} {DIVIDE}")
        except Refusal as refusal:
            form.add_error("uploads", str(refusal))
        else:
            return redirect("exchange:import_show", study_id, made.pk)
    return _upload_page(request, standing, form, status=422 if form.is_bound else 200)


def _upload_page(
    request: HttpRequest, standing: Standing, form: CorpusForm, status: int
) -> HttpResponse:
    limits = import_limits()
    context = {
        "standing": standing,
        "form": form,
        "formats": readable_formats(),
        "upload_size": in_bytes(limits.upload_bytes),
        "unpacked_size": in_bytes(limits.unpacked_bytes),
        "zip_entries": f"{limits.zip_entries:,}",
        "imports": list_imports(standing.study)[:SHOWN],
    }
    return render(request, "exchange/import.html", context, status=status)


def list_imports(study: Study) -> Any:
    found = CorpusImport.objects.filter(study=study).select_related("created_by")
    return found.defer("survey", "mapping")


def fetch_import(study: Study, import_id: uuid.UUID) -> CorpusImport:
    found = CorpusImport.objects.filter(study=study, pk=import_id).select_related("created_by")
    made = found.first()
    if made is None:
        raise Http404("There is no such import.")
    return made


@require_safe
def show(request: HttpRequest, study_id: uuid.UUID, import_id: uuid.UUID) -> HttpResponse:
    """The preview with its mapping before, the progress while, the result after."""
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    return _page(request, standing, fetch_import(standing.study, import_id))


def _page(
    request: HttpRequest,
    standing: Standing,
    made: CorpusImport,
    form: MappingForm | None = None,
) -> HttpResponse:
    found = Survey.from_json(_survey_only(made.survey))
    mapping = Mapping.from_json(made.mapping)
    known = formats().get(made.file_format)
    if form is None and made.state in WAITING and found.n_articles:
        form = MappingForm(standing.study, found, mapping)
    context = {
        "standing": standing,
        "made": made,
        "found": found,
        "format": known.title if known else made.file_format,
        "form": form,
        "is_whole": bool(known and known.is_whole),
        "stored": made.survey.get("stored", {}),
        "said": made.survey.get("said", []),
        "not_taken": made.survey.get("not_taken", []),
        "locks_all": connection.vendor == "sqlite",
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "exchange/import_show.html", context, status=status)


def _survey_only(told: dict[str, Any]) -> dict[str, Any]:
    result = ("stored", "said", "not_taken")
    return {name: value for name, value in told.items() if name not in result}


@require_POST
def store(request: HttpRequest, study_id: uuid.UUID, import_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    made = fetch_import(standing.study, import_id)
    if made.state not in WAITING:
        return redirect("exchange:import_show", study_id, import_id)
    found = Survey.from_json(_survey_only(made.survey))
    form = MappingForm(standing.study, found, Mapping.from_json(made.mapping), request.POST)
    if not form.is_valid():
        return _page(request, standing, made, form)
    try:
        carry_out(made=made, mapping=form.chosen())
    except NotReady as refusal:
        messages.warning(request, str(refusal))
    return redirect("exchange:import_show", study_id, import_id)


@require_POST
def cancel(request: HttpRequest, study_id: uuid.UUID, import_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    give_up(made=fetch_import(standing.study, import_id))
    messages.success(request, "Nothing was stored.")
    return redirect("exchange:import", study_id)


@require_safe
def progress(request: HttpRequest, study_id: uuid.UUID, import_id: uuid.UUID) -> HttpResponse:
    """How far it is, asked every second while the page is open."""
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    made = fetch_import(standing.study, import_id)
    if made.state in UNDER_WAY:
        made.n_done = how_far(made.pk) or made.n_done
        context = {"standing": standing, "made": made}
        return render(request, "exchange/_import_progress.html", context)
    answer = HttpResponseStopPolling()
    answer["HX-Redirect"] = redirect("exchange:import_show", study_id, import_id).url
    return answer

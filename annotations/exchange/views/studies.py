"""A new study from a whole-study file: choose it, watch, go there."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseStopPolling

from annotations.accounts.asking import me, posted
from annotations.accounts.models import User
from annotations.corpus.queries import import_limits
from annotations.corpus.records import in_bytes
from annotations.corpus.uploads import refusing_big_uploads
from annotations.text.refusal import Refusal

from ..actions.restoring import begin_study_import
from ..forms import StudyFileForm
from ..models import StudyImport, StudyImportState
from ..telling import how_far


def refuse_upload(request: HttpRequest, much: str) -> HttpResponse:
    """The page for choosing the file, which says that this one was too much."""
    form = StudyFileForm(QueryDict(), MultiValueDict())
    form.errors.clear()
    reason = f"This file is {much}. Ask whoever runs the site to bring it in at the command line."
    form.add_error("upload", reason)
    return _upload_page(request, form, status=413)


@refusing_big_uploads(refuse_upload)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = StudyFileForm(posted(request), request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["upload"]
        try:
            made = begin_study_import(actor=me(request), file=(file.name, file.read()))
        except Refusal as refusal:
            form.add_error("upload", str(refusal))
        else:
            return redirect("exchange:study_import_show", made.pk)
    return _upload_page(request, form, status=422 if form.is_bound else 200)


def _upload_page(request: HttpRequest, form: StudyFileForm, status: int) -> HttpResponse:
    limits = import_limits()
    context = {
        "form": form,
        "upload_size": in_bytes(limits.upload_bytes),
        "unpacked_size": in_bytes(limits.unpacked_bytes),
    }
    return render(request, "exchange/study_import.html", context, status=status)


def fetch_study_import(user: User, import_id: uuid.UUID) -> StudyImport:
    found = StudyImport.objects.filter(pk=import_id, created_by=user).defer("content")
    made = found.first()
    if made is None:
        raise Http404("There is no such import.")
    return made


@require_safe
def show(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    made = fetch_study_import(me(request), import_id)
    return render(request, "exchange/study_import_show.html", {"made": made})


@require_safe
def progress(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """How far it is, asked every second while the page is open."""
    made = fetch_study_import(me(request), import_id)
    if made.state == StudyImportState.RUNNING:
        if n_done := how_far(made.pk):
            made.told = {"n_done": n_done}
        return render(request, "exchange/_study_import_progress.html", {"made": made})
    answer = HttpResponseStopPolling()
    answer["HX-Redirect"] = redirect("exchange:study_import_show", import_id).url
    return answer

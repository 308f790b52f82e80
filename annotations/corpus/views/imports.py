"""Bringing articles in: choose files, look at what they hold, let it be stored, watch."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseStopPolling

from annotations.accounts.asking import me, posted
from annotations.study.policy import Act, Standing
from annotations.study.queries import fetch_standing
from annotations.text.refusal import Refusal

from .. import extraction
from ..actions import cancel_import, carry_out_import, prepare_import
from ..columns import NOT_KNOWN
from ..forms import ImportForm, PasteForm
from ..models import Import, ImportState
from ..queries import columns_left_out, fetch_import, import_limits, list_imports, tally
from ..records import in_bytes
from ..uploads import refusing_big_uploads

FINDINGS_PER_PAGE = 100
IMPORTS_SHOWN = 10


def refuse_upload(request: HttpRequest, study_id: uuid.UUID, much: str) -> HttpResponse:
    """The page for choosing files, which says that these were too much."""
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    form = ImportForm(QueryDict(), MultiValueDict())
    form.errors.clear()
    form.add_error("uploads", f"These files are {much}. Bring them in by several imports.")
    return upload_page(request, standing, form, status=413)


@refusing_big_uploads(refuse_upload)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    asked = {"leave_out": "leave_out" in request.GET}
    form = ImportForm(posted(request), request.FILES or None, initial=asked)
    if form.is_valid():
        files = [(file.name, file.read()) for file in form.cleaned_data["uploads"]]
        try:
            made = prepare_import(
                study=standing.study,
                actor=standing.user,
                files=files,
                defaults=form.defaults(),
                leave_out=form.cleaned_data["leave_out"],
            )
        except Refusal as refusal:
            form.add_error("uploads", str(refusal))
        else:
            return redirect("corpus:import_show", study_id, made.pk)
    return upload_page(request, standing, form, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    """A text without a file: looked at and stored as any other."""
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    form = PasteForm(posted(request), initial={"language": "en"})
    if form.is_valid():
        try:
            made = prepare_import(study=standing.study, actor=me(request), files=[form.as_file()])
        except Refusal as refusal:
            form.add_error("text", str(refusal))
        else:
            return redirect("corpus:import_show", study_id, made.pk)
    context = {"standing": standing, "form": form}
    return render(request, "corpus/paste.html", context, status=422 if form.is_bound else 200)


def upload_page(
    request: HttpRequest, standing: Standing, form: ImportForm, status: int
) -> HttpResponse:
    limits = import_limits()
    context = {
        "standing": standing,
        "form": form,
        "zip_entries": f"{limits.zip_entries:,}",
        "records": f"{limits.records:,}",
        "article_size": in_bytes(limits.article_bytes),
        "upload_size": in_bytes(limits.upload_bytes),
        "reading": extraction,
        "page_size": in_bytes(extraction.MOST_BYTES[".html"]),
        "word_size": in_bytes(extraction.MOST_UNPACKED),
        "unpacked_size": in_bytes(limits.unpacked_bytes),
        "imports": list_imports(standing.study)[:IMPORTS_SHOWN],
    }
    return render(request, "corpus/import.html", context, status=status)


@require_safe
def show(request: HttpRequest, study_id: uuid.UUID, import_id: uuid.UUID) -> HttpResponse:
    """The preview before, the progress while, the result after."""
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    made = fetch_import(standing.study, import_id)
    return render(request, "corpus/import_show.html", import_context(request, standing, made))


def import_context(request: HttpRequest, standing: Standing, made: Import) -> dict[str, Any]:
    only = request.GET.get("only", "")
    shown = [
        {**finding, "number": number}
        for number, finding in enumerate(made.findings, 1)
        if only not in ("wrong", "twice") or finding["problem" if only == "wrong" else "same_as"]
    ]
    return {
        "standing": standing,
        "made": made,
        "counts": tally(made.findings),
        "left_out": columns_left_out(made.findings),
        "has_unknown_columns": any(NOT_KNOWN in each["problem"] for each in made.findings),
        "only": only,
        "page": Paginator(shown, FINDINGS_PER_PAGE).get_page(request.GET.get("page")),
    }


@require_POST
def store(request: HttpRequest, study_id: uuid.UUID, import_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    made = fetch_import(standing.study, import_id, light=True)
    carry_out_import(
        made=made, actor=standing.user, all_or_none=request.POST.get("all_or_none") == "yes"
    )
    return go_to(request, study_id, import_id)


def go_to(request: HttpRequest, study_id: uuid.UUID, import_id: uuid.UUID) -> HttpResponse:
    answer = redirect("corpus:import_show", study_id, import_id)
    return HttpResponseClientRedirect(answer.url) if request.headers.get("HX-Request") else answer


@require_POST
def cancel(request: HttpRequest, study_id: uuid.UUID, import_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    cancel_import(made=fetch_import(standing.study, import_id, light=True))
    messages.success(request, "Nothing was stored.")
    return redirect("corpus:articles", study_id)


@require_safe
def progress(request: HttpRequest, study_id: uuid.UUID, import_id: uuid.UUID) -> HttpResponse:
    """How far it is, asked every second while the page is open."""
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    made = fetch_import(standing.study, import_id, light=True)
    if made.state in (ImportState.PREVIEW, ImportState.RUNNING):
        return render(request, "corpus/_progress.html", {"standing": standing, "made": made})
    answer = HttpResponseStopPolling()
    answer["HX-Redirect"] = redirect("corpus:import_show", study_id, import_id).url
    return answer

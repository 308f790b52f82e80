"""Taking a study out: asked for, watched, fetched. Annotators get their own marks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.http import FileResponse
from django.http.response import HttpResponseBase

from annotations.accounts.models import Scope
from annotations.exchange.actions import NotAllowed, make_export, remove_export
from annotations.exchange.formats import find_format, formats
from annotations.exchange.frame import FileRefused, Form
from annotations.exchange.models import Export, ExportState
from annotations.exchange.packing import NOT_OF_THE_WHOLE, NotSo, Wanted
from annotations.exchange.queries.exports import (
    fetch_export,
    fetch_reach,
    file_name,
    list_exports,
    open_file,
)

from ..calls import Answer, Call, route
from ..door import demand
from ..paging import answer_page
from ..problems import Fault, Problem, refused
from ..shapes.pages import Page, Paged
from ..shapes.takeout import ExportIn, ExportShape, FormatShape
from .reports import person

ABOUT = "Exports"
ZIP = "application/zip"
EMPTY = "It is empty: no article fits what was chosen."
ONE = "/studies/{study_id}/exports/{export_id}"


@route("GET", "/formats", scope=Scope.READ, about=ABOUT, answer=Page[FormatShape])
def list_formats(call: Call[None, None]) -> Answer:
    """The file formats, each with what it cannot keep."""
    told = [format_json(each) for each in formats().values()]
    return Answer({"items": told, "next": None})


def format_json(form: Form) -> dict[str, Any]:
    return {
        "name": form.name,
        "title": form.title,
        "about": form.about,
        "can_read": form.can_read,
        "can_write": form.can_write,
        "is_whole": form.is_whole,
        "losses": [loss.sentence for loss in form.losses],
        "options": [
            {"name": each.name, "title": each.title, "values": each.values, "default": each.default}
            for each in form.options
        ],
    }


@route(
    "GET",
    "/studies/{study_id}/exports",
    scope=Scope.READ,
    about=ABOUT,
    query=Paged,
    answer=Page[ExportShape],
)
def list_all_exports(call: Call[Paged, None]) -> Answer:
    """Your exports, the oldest first; for managers everybody's."""
    reach = fetch_reach(call.user, call.study_id)

    def tell(exports: Sequence[Export]) -> list[dict[str, Any]]:
        return [export_json(call, each) for each in exports]

    return answer_page(call, list_exports(reach), tell, by=("created_at", "id"))


def export_json(call: Call[Any, Any], made: Export) -> dict[str, Any]:
    file = f"/api/v1/studies/{call.study_id}/exports/{made.pk}/file"
    is_empty = made.state == ExportState.DONE and not made.counts.get("n_articles")
    return {
        "id": made.pk,
        "format": made.file_format,
        "state": made.state,
        "created_at": made.created_at,
        "created_by": person(made.created_by),
        "finished_at": made.finished_at,
        "is_own": made.is_own,
        "n_done": made.n_done,
        "n_all": made.n_all,
        "n_bytes": made.n_bytes,
        "sha256": made.sha256,
        "counts": made.counts,
        "message": EMPTY if is_empty else made.message,
        "file": file if made.state == ExportState.DONE else None,
    }


@route(
    "POST",
    "/studies/{study_id}/exports",
    scope=Scope.READ,
    about=ABOUT,
    body=ExportIn,
    answer=ExportShape,
    status=202,
)
def create_export(call: Call[None, ExportIn]) -> Answer:
    """Start an export. Ask for it until its state is done, then fetch its file."""
    reach = fetch_reach(call.user, call.study_id)
    told = call.body.model_dump()
    name, options, reason = told.pop("format"), told.pop("options"), told.pop("reason").strip()
    wanted = Wanted.from_json(told)
    try:
        with told_at("/format"):
            form = find_format(name, lambda form: form in reach.forms())
        with told_at("/options"):
            form.settled(options)
        with told_at("/format"):
            if form.is_whole and told["states"] and "states" in call.body.model_fields_set:
                raise NotSo("states", NOT_OF_THE_WHOLE)
            made = make_export(
                reach=reach, form=form, wanted=wanted, options=options, reason=reason
            )
    except NotAllowed as error:
        raise Problem(403, "not-allowed", str(error)) from error
    where = f"{call.request.path}/{made.pk}"
    return Answer(export_json(call, made), 202, headers={"Location": where})


@contextmanager
def told_at(field: str) -> Iterator[None]:
    """What is refused inside is a problem at this member of the body."""
    try:
        yield
    except NotSo as error:
        raise refused(str(error), Fault(str(error), "body", f"/{error.field}")) from error
    except FileRefused as error:
        raise refused(str(error), Fault(str(error), "body", field)) from error


@route("GET", ONE, scope=Scope.READ, about=ABOUT, answer=ExportShape)
def show_export(call: Call[None, None]) -> Answer:
    """How far an export is."""
    reach = fetch_reach(call.user, call.study_id)
    return Answer(export_json(call, fetch_export(reach, call.id("export_id"))))


@route("GET", f"{ONE}/file", scope=Scope.READ, about=ABOUT, answer=None, media=ZIP)
def fetch_export_file(call: Call[None, None]) -> HttpResponseBase:
    """The zip file of an export that is done."""
    reach = fetch_reach(call.user, call.study_id)
    made = fetch_export(reach, call.id("export_id"))
    return FileResponse(
        open_file(reach, made), as_attachment=True, filename=file_name(made), content_type=ZIP
    )


@route("DELETE", ONE, scope=Scope.READ, about=ABOUT, answer=None, status=204)
def delete_export(call: Call[None, None]) -> Answer:
    """Forget an export of yours and its file; another's needs the scope `manage` too. That it was
    made stays in the study's history."""
    reach = fetch_reach(call.user, call.study_id)
    made = fetch_export(reach, call.id("export_id"))
    if made.created_by_id != call.user.pk:
        demand(call.token, Scope.MANAGE)
    remove_export(made=made)
    return Answer(None, 204)

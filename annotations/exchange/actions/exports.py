"""Taking a study out: a job that writes one zip file, with what was asked for and nothing else."""

import hashlib
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_tasks import task

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, AssignmentState
from annotations.reports.actions.reports import tables_now
from annotations.reports.laying import lay_out
from annotations.reports.layout import Names
from annotations.reports.models import ReportState
from annotations.reports.queries import read_inputs, read_names
from annotations.reports.selection import Selection
from annotations.study import queued
from annotations.study.actions import record
from annotations.study.models import Round, Study
from annotations.text.refusal import Refusal

from ..formats import find_format
from ..frame import Form
from ..models import Export, ExportState
from ..packing import About, Packing, Wanted, pack, write_zip
from ..packing.counting import Tell
from ..queries.corpus import read_corpus, read_whole
from ..queries.exports import (
    Reach,
    fetch_reach,
    n_articles,
    refuse_beyond,
    refuse_unknown,
    refuse_unreasoned,
)
from ..queries.newest import newest
from ..queries.snapshot import snapshot
from ..records import Corpus
from ..telling import telling

KEPT_FOR = timedelta(days=14)
OF_CHOSEN = "Of the submitted work that was chosen for this export."
OF_ALL = "Of all submitted work."
FROM_REPORT = (
    "From the report “{name}” of {day}, with the selection that it names, whatever was chosen for "
    "this export."
)
COUNTED_AT_ONCE = 2_000  # articles of which an export counts agreement anew
IN_CARD = ("headline", "labels")  # tables of agreement that the data card shows
Shown = Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]], str]]


class NotAllowed(Refusal):
    """Only a manager can take out the whole study."""


def make_export(
    *,
    reach: Reach,
    form: Form,
    wanted: Wanted,
    options: Mapping[str, str] | None = None,
    reason: str = "",
) -> Export:
    """Start the job. `reason`: why work goes out that others have not submitted. Raises NotAllowed,
    or FileRefused when the format cannot be written so."""
    if form.is_whole and not reach.is_all:
        raise NotAllowed
    refuse_beyond(reach, wanted)
    wanted = reach.narrowed(wanted)
    refuse_unknown(reach, wanted)
    refuse_unreasoned(reach, form, wanted, reason)
    only = reach.standing.user if reach.is_own else None
    empty = Corpus(read_corpus(reach.study, only).study, ())
    pack(empty, form, about=About(""), wanted=wanted, options=options)  # refuses what cannot be
    _forget_old(reach.study)
    with transaction.atomic():
        made = Export.objects.create(
            study=reach.study,
            created_by=reach.standing.user,
            file_format=form.name,
            is_own=reach.is_own,
            wanted=wanted.as_json() | ({"reason": reason} if reason else {}),
            options=dict(options or {}),
            n_all=n_articles(reach),
        )
        queued.start(write_export, str(made.pk))
    return made


@task()
def write_export(export_id: str) -> None:
    """Write the file of an export that is running. What goes wrong is said in its message."""
    made = Export.objects.select_related("study", "created_by").get(pk=uuid.UUID(export_id))
    if made.state != ExportState.RUNNING:
        return
    rows = Export.objects.filter(pk=made.pk, n_all__gte=0)
    try:
        # Rights are asked for again: they may have changed since the job was queued.
        reach = fetch_reach(made.created_by, made.study_id)
        with tempfile.TemporaryDirectory() as folder, telling(_progress(made)) as tell:
            path = Path(folder) / "export.zip"
            packing = write_study(
                reach=reach,
                form=find_format(made.file_format),
                wanted=Wanted.from_json(made.wanted),
                options=made.options,
                path=path,
                tell=tell,
            )
            _keep(made, path, packing)
    except Refusal as refused:
        _fail(rows.get(), str(refused))
    except Exception as error:
        if not queued.comes_back(write_export, error):
            _fail(rows.get(), f"The job ended with an error: {type(error).__name__}.")
        raise


@queued.when_given_up(write_export)
def _give_up(export_id: str) -> None:
    for made in Export.objects.filter(pk=uuid.UUID(export_id), state=ExportState.RUNNING):
        _fail(made, queued.GIVEN_UP)


def _progress(made: Export) -> Tell:
    def write(n: int) -> None:
        Export.objects.filter(pk=made.pk, state=ExportState.RUNNING).update(
            n_done=min(n, made.n_all)
        )

    return write


def write_study(
    *,
    reach: Reach,
    form: Form,
    wanted: Wanted,
    path: Path,
    options: Mapping[str, str] | None = None,
    tell: Tell = lambda n: None,
) -> Packing:
    """A zip file of what the person may take out, as the study is at one moment."""
    wanted = reach.narrowed(wanted)
    about = About(
        as_of="",
        made_by=reach.standing.user.username,
        agreement=() if reach.is_own else agreement_tables(reach.study, wanted),
        secret=alias_secret(reach.study),
    )
    with snapshot():
        about = replace(about, as_of=newest(reach, form, wanted))
        packing = pack(
            open_corpus(reach, form), form, about=about, wanted=wanted, options=options, tell=tell
        )
        write_zip(packing, path)
    return packing


def alias_secret(study: Study) -> bytes:
    """What the study's pseudonyms are made with: the same as long as the site keeps its key."""
    return salted_hmac("annotations.exchange.aliases", str(study.pk), algorithm="sha256").digest()


def open_corpus(reach: Reach, form: Form) -> Corpus:
    """What a format of this kind is written from. Read it within a snapshot."""
    only = reach.standing.user if reach.is_own else None
    corpus = read_corpus(reach.study, only, reach.hidden())
    if not form.is_whole:
        return corpus
    if not reach.is_all:
        raise NotAllowed
    return Corpus(corpus.study, (), read_whole(reach.study))


def agreement_tables(study: Study, wanted: Wanted) -> Shown:
    """The headline and the labels' table of the submitted work that is wanted; none without any.

    Of a large study those of the last report that was kept, for counting takes memory. Each says
    of what it is.
    """
    if wanted.states and AssignmentState.SUBMITTED not in wanted.states:
        return ()
    submitted = Assignment.objects.filter(study=study, state=AssignmentState.SUBMITTED)
    n_submitted = submitted.order_by().values("article").distinct().count()
    names = read_names(study)
    if n_submitted > COUNTED_AT_ONCE:
        report = study.reports.filter(state=ReportState.DONE).order_by("-created_at").first()
        if report is None:
            return ()
        said = FROM_REPORT.format(name=report.name, day=report.created_at.date().isoformat())
        return _shown(report.result, names, said)
    selection = _selection(study, wanted)
    inputs = read_inputs(study, selection)
    if not inputs:
        return ()
    said = OF_ALL if selection == Selection() else OF_CHOSEN
    return _shown(tables_now(study, selection, inputs, list(names.labels)), names, said)


def _selection(study: Study, wanted: Wanted) -> Selection:
    """What is wanted of the submitted work, as a report would select it."""
    rounds = study.rounds.filter(name__in=wanted.rounds) if wanted.rounds else Round.objects.none()
    people = User.objects.filter(username__in=wanted.annotators)
    return Selection(
        rounds=tuple(rounds.order_by("pk").values_list("pk", flat=True)),
        annotators=tuple(people.order_by("pk").values_list("pk", flat=True)),
        labels=wanted.labels,
    )


def _shown(tables: Mapping[str, Any], names: Names, said: str) -> Shown:
    return [
        (
            laid.title,
            [column.title for column in laid.columns],
            [[cell.text + (f" ({cell.interval})" if cell.interval else "") for cell in row]
             for row in laid.rows],
            " ".join(filter(None, (said, laid.note))),
        )
        for laid in lay_out(tables, names)
        if laid.name in IN_CARD
    ]  # fmt: skip


@transaction.atomic
def _keep(made: Export, path: Path, packing: Packing) -> None:
    """Once, however often the job was begun; a file that an earlier try left is replaced."""
    locked = Export.objects.select_for_update(no_key=True).only("state").get(pk=made.pk)
    if locked.state != ExportState.RUNNING:
        return
    name = f"{made.study_id}/{made.pk}.zip"
    storages["exports"].delete(name)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
        file.seek(0)
        made.path = storages["exports"].save(name, File(file))
    made.n_bytes = path.stat().st_size
    made.sha256 = digest.hexdigest()
    made.counts = packing.counts.as_json()
    made.state, made.finished_at = ExportState.DONE, timezone.now()
    made.n_done = made.n_all
    made.save()
    record(
        study=made.study,
        actor=made.created_by,
        action="study.exported",
        subject=made,
        after=_told(made, packing),
    )


def _told(made: Export, packing: Packing) -> dict[str, object]:
    filters = dict(made.wanted)
    reason = filters.pop("reason", "")
    return {
        **({"reason": reason} if reason else {}),
        "format": made.file_format,
        "own marks only": made.is_own,
        "filters": filters,
        "articles": packing.counts.n_articles,
        "spans": packing.counts.n_spans,
        "sha256": made.sha256,
    }


def _fail(made: Export, message: str) -> None:
    made.state, made.message, made.finished_at = ExportState.FAILED, message, timezone.now()
    made.save(update_fields=["state", "message", "finished_at"])


def _forget_old(study: Study) -> None:
    """Files that were made long ago; that they were made stays in the history."""
    old = timezone.now() - KEPT_FOR
    for made in Export.objects.filter(study=study, created_at__lt=old):
        remove_export(made=made)


def remove_export(*, made: Export) -> None:
    """Forget an export and its file."""
    if made.path:
        storages["exports"].delete(made.path)
    made.delete()


def record_file(
    *, study: Study, actor: User, form: Form, wanted: Wanted, packing: Packing, reason: str = ""
) -> None:
    """The audit of an export that went to a file at the command line."""
    record(
        study=study,
        actor=actor,
        action="study.exported",
        subject=study,
        after={
            **({"reason": reason} if reason else {}),
            "format": form.name,
            "filters": wanted.as_json(),
            "articles": packing.counts.n_articles,
            "spans": packing.counts.n_spans,
        },
    )

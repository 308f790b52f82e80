"""Bringing in what another program marked: read and shown first, then stored all or nothing."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from annotations.accounts.models import User
from annotations.corpus.queries import import_limits
from annotations.corpus.records import in_bytes
from annotations.study import queued
from annotations.study.models import Study
from annotations.text.refusal import Refusal

from ..bringing import Mapping, Survey, show_foreseen
from ..formats import find_format, recognised, why_unknown
from ..frame import FileRefused, Form, Reading, SourceFiles, SourceLimits, TooMuch
from ..models import CorpusFile, CorpusImport, CorpusImportState
from ..telling import telling, telling_while_storing
from .looking import foreseen, guess, look, read_files
from .storing import Storing, UnseenLosses

OPEN = (CorpusImportState.PREVIEW, CorpusImportState.RUNNING, CorpusImportState.FAILED)
FORGOTTEN_AFTER = timedelta(days=1)
SOMETHING = (
    "Something went wrong on the site's side, and nothing was stored. Try it again; if it goes "
    "wrong again, tell whoever runs the site."
)
NO_ARTICLE = "There is no article in these files."
UNKNOWN = "These files are of no format that is known. Choose theirs yourself."
DIVIDE = (
    "Bring them in by several imports, or ask whoever runs the site: “manage.py import_corpus” "
    "takes them however large they are."
)
File = tuple[str, bytes]


class NothingHere(Refusal):
    """Choose at least one file."""


class NotReady(Refusal):
    """This import is not waiting for a yes."""


def source_limits() -> SourceLimits:
    """As the settings say."""
    limits = import_limits()
    return SourceLimits(
        n_files=limits.zip_entries,
        total_bytes=limits.unpacked_bytes,
        file_bytes=limits.unpacked_bytes,
        line_bytes=limits.unpacked_bytes,
    )


def begin_import(
    *,
    study: Study,
    actor: User,
    files: Iterable[File],
    form: str = "",
    hints: dict[str, Any] | None = None,
) -> CorpusImport:
    """Keep the files and start reading them. Raises FileRefused, NothingHere."""
    listed = list(files)
    if not listed:
        raise NothingHere
    n_bytes = sum(len(content) for _, content in listed)
    most = import_limits().upload_bytes
    if n_bytes > most:
        reason = f"These files are {in_bytes(n_bytes)}; one import may hold {in_bytes(most)}."
        raise TooMuch("", reason)
    chosen = format_of(SourceFiles.uploaded(listed, source_limits()), form)
    with transaction.atomic():
        _forget_old(study)
        made = CorpusImport.objects.create(
            study=study, created_by=actor, file_format=chosen.name, hints=hints or {}
        )
        CorpusFile.objects.bulk_create(
            CorpusFile(study=study, brought_in=made, position=at, name=name[:255], content=content)
            for at, (name, content) in enumerate(listed)
        )
        queued.start(read_import, str(made.pk))
    return made


def format_of(files: SourceFiles, name: str) -> Form:
    """The one of this name, or the one that the files are in. Raises FileRefused."""
    if name:
        form = find_format(name, lambda form: form.can_read)
        if form.read is None:
            raise FileRefused("", f"{form.title} cannot be read.")
        return form
    found = recognised(files)
    if not found:
        raise FileRefused("", why_unknown(files, UNKNOWN))
    return found[0]


# --- reading --------------------------------------------------------------------------------------


@task()
def read_import(import_id: str) -> None:
    """What the files hold, for the preview, and what storing would leave out of it."""
    made = CorpusImport.objects.select_related("study").get(pk=uuid.UUID(import_id))
    rows = CorpusImport.objects.filter(pk=made.pk, state=CorpusImportState.READING)
    try:
        with telling(lambda n: rows.update(n_done=n)) as tell:
            found = look(made.study, open_reading(made), tell)
            mapping = guess(made.study, found)
            rows.update(n_all=found.n_articles)
            show_foreseen(found, foreseen(made.study, open_reading(made), found, mapping, tell))
    except Refusal as refused:
        rows.update(state=CorpusImportState.FAILED, message=str(refused))
        return
    except Exception as error:
        if not queued.comes_back(read_import, error):
            rows.update(state=CorpusImportState.FAILED, message=SOMETHING)
        raise
    rows.update(
        state=CorpusImportState.PREVIEW,
        survey=found.as_json(),
        mapping=mapping.as_json(),
        n_done=0,
        n_all=found.n_articles,
        message="" if found.n_articles else NO_ARTICLE,
    )


def open_reading(made: CorpusImport) -> Reading:
    """The import's files, from the beginning. Raises FileRefused."""
    listed = [(each.name, bytes(each.content)) for each in made.files.order_by("position")]
    files = SourceFiles.uploaded(listed, source_limits())
    return read_files(made.study, find_format(made.file_format), files, made.hints)


# --- storing --------------------------------------------------------------------------------------


def carry_out(*, made: CorpusImport, mapping: Mapping) -> None:
    """Let a preview be stored. Raises NotReady."""
    with transaction.atomic():
        started = CorpusImport.objects.filter(pk=made.pk, state__in=OPEN).update(
            state=CorpusImportState.RUNNING, mapping=mapping.as_json(), message="", n_done=0
        )
        if not started:
            raise NotReady
        is_queued = queued.put(store_corpus, str(made.pk))
    if not is_queued:
        store_corpus.enqueue(str(made.pk))


@transaction.atomic
def give_up(*, made: CorpusImport) -> None:
    """Forget a preview and its files; nothing was stored."""
    open_states = (*OPEN, CorpusImportState.READING)
    rows = CorpusImport.objects.filter(pk=made.pk, state__in=open_states)
    if rows.update(state=CorpusImportState.CANCELLED, survey={}, finished_at=timezone.now()):
        CorpusFile.objects.filter(brought_in=made).delete()


@task()
def store_corpus(import_id: str) -> None:
    """Store what was mapped, in one transaction, or say why not."""
    made = CorpusImport.objects.select_related("study", "created_by").get(pk=uuid.UUID(import_id))
    rows = CorpusImport.objects.filter(pk=made.pk, state=CorpusImportState.RUNNING)
    if not rows.exists():
        return
    try:
        with telling_while_storing(made.pk, lambda n: rows.update(n_done=n)) as tell:
            Storing(made, Mapping.from_json(made.mapping), open_reading, tell).run()
    except UnseenLosses as unseen:
        found = Survey.from_json(made.survey)
        show_foreseen(found, unseen.findings)
        state, message = CorpusImportState.PREVIEW, str(unseen)
        rows.update(state=state, survey=found.as_json(), message=message, n_done=0)
    except Refusal as refused:
        rows.update(state=CorpusImportState.FAILED, message=str(refused))
    except Exception as error:
        if not queued.comes_back(store_corpus, error):
            rows.update(state=CorpusImportState.FAILED, message=SOMETHING)
        raise


@queued.when_given_up(read_import)
@queued.when_given_up(store_corpus)
def _given_up(import_id: str) -> None:
    states = (CorpusImportState.READING, CorpusImportState.RUNNING)
    rows = CorpusImport.objects.filter(pk=uuid.UUID(import_id), state__in=states)
    rows.update(state=CorpusImportState.FAILED, message=queued.GIVEN_UP)


def _forget_old(study: Study) -> None:
    """Previews that nobody came back to."""
    old = timezone.now() - FORGOTTEN_AFTER
    states = (CorpusImportState.PREVIEW, CorpusImportState.READING, CorpusImportState.FAILED)
    for made in CorpusImport.objects.filter(study=study, state__in=states, created_at__lt=old):
        give_up(made=made)

"""Bringing files in, second half: what was found right becomes articles, in one transaction.

The slow part, cutting texts into sentences, comes before the transaction and shows its progress
in `Import.n_done`; so no lock is held while it lasts, and a stop in the middle leaves nothing.
"""

import pickle
import tempfile
import uuid
from collections.abc import Iterator
from time import monotonic
from typing import IO

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from annotations.accounts.models import User
from annotations.overtaken import again_if_overtaken
from annotations.study import queued
from annotations.study.actions import record
from annotations.study.models import Study
from annotations.text.cleaning import sha256
from annotations.text.refusal import Refusal

from ..files import Reader
from ..models import Article, Import, ImportState, Outlet, Region, SourceFile
from ..queries import columns_left_out, import_limits, known_texts, tally
from ..records import Draft, Source, clean_text
from .articles import build_article

SECONDS_BETWEEN_WORDS = 0.5  # how often progress is written down
ROWS_AT_ONCE = 200
OPEN = (ImportState.PREVIEW, ImportState.RUNNING, ImportState.FAILED)  # can still be stored

SOMETHING = (
    "Something went wrong on the site's side, and nothing was stored. Try it again; if it goes "
    "wrong again, tell whoever runs the site."
)

Built = tuple[Article, Region | None, str]  # and the outlet's name


class Prepared:
    """Rows that were built but not saved, on disk: an import is larger than what they take."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._end = 0
        self._waiting: list[Built] = []

    def add(self, article: Article, region: Region | None, outlet: str) -> None:
        for row in (article, region):
            if row is not None:
                row._state.fields_cache.clear()  # no file and no study with every row
        self._waiting.append((article, region, outlet))
        if len(self._waiting) == ROWS_AT_ONCE:
            self._put_away()

    def _put_away(self) -> None:
        pickle.dump(self._waiting, self._file, pickle.HIGHEST_PROTOCOL)
        self._waiting, self._end = [], self._file.tell()

    def portions(self) -> Iterator[list[Built]]:
        """All of them, from the first on, however often they are asked for."""
        if self._waiting:
            self._put_away()
        self._file.seek(0)
        while self._file.tell() < self._end:
            yield pickle.load(self._file)


class ImportRefused(Refusal):
    """Nothing was stored."""


def carry_out_import(*, made: Import, actor: User, all_or_none: bool = False) -> None:
    """Let a preview be stored: at once, or by a worker where one is running."""
    with transaction.atomic():
        started = Import.objects.filter(pk=made.pk, state__in=OPEN).update(
            state=ImportState.RUNNING, n_done=0, message=""
        )
        arguments = (str(made.pk), str(actor.pk), all_or_none)
        is_queued = not started or queued.put(_store, *arguments)
    if not is_queued:
        _store.enqueue(*arguments)


@task()
def _store(import_id: str, actor_id: str, all_or_none: bool) -> None:
    actor = User.objects.get(pk=actor_id)
    store_import(import_id=uuid.UUID(import_id), actor=actor, all_or_none=all_or_none)


@queued.when_given_up(_store)
def _give_up(import_id: str, *_: object) -> None:
    _finish(Import(pk=uuid.UUID(import_id)), ImportState.FAILED, queued.GIVEN_UP)


def store_import(*, import_id: uuid.UUID, actor: User, all_or_none: bool = False) -> Import:
    """Store what an import found right. Doing it again stores nothing twice.

    With `all_or_none` nothing is stored unless nothing is wrong; texts that are there already are
    left out either way. How it went is in the import's `state` and `message`.
    """
    made = Import.objects.select_related("study").get(pk=import_id)
    try:
        _store_all(made, actor, all_or_none)
    except ImportRefused as refused:
        _finish(made, ImportState.FAILED, str(refused))
    except Exception as error:
        if not queued.comes_back(_store, error):
            _finish(made, ImportState.FAILED, SOMETHING)
        raise
    made.refresh_from_db()
    return made


def _store_all(made: Import, actor: User, all_or_none: bool) -> None:
    counts = tally(made.findings)
    if all_or_none and counts.wrong:
        raise ImportRefused(
            f"{counts.wrong} of {counts.all} articles could not be stored, and you chose all or "
            "none. Nothing was stored."
        )
    with tempfile.TemporaryFile() as file:
        _write_down(made, actor, _prepare(made, actor, Prepared(file)))


@again_if_overtaken
def _write_down(made: Import, actor: User, prepared: Prepared) -> None:
    counts = tally(made.findings)
    _hold(made.study)
    still = Import.objects.select_for_update(no_key=True).only("state").get(pk=made.pk)
    if still.state not in OPEN:
        return
    n_stored = _write(made.study, prepared)
    SourceFile.objects.filter(imported_in=made, articles=None).delete()
    _finish(made, ImportState.DONE, n_done=n_stored)
    record(
        study=made.study,
        actor=actor,
        action="article.imported",
        subject=made,
        after={"articles": n_stored, "left out": counts.twice, "wrong": counts.wrong},
    )


def _prepare(made: Import, actor: User, prepared: Prepared) -> Prepared:
    """The rows of every record that was found right, built but not saved."""
    told = monotonic()
    for n_done, draft, file, place in _drafts(made):
        article, region = build_article(
            study=made.study,
            actor=actor,
            draft=draft,
            outlet=None,
            source_file=file,
            source_place=place,
        )
        prepared.add(article, region, draft.source.outlet)
        if monotonic() - told > SECONDS_BETWEEN_WORDS:
            Import.objects.filter(pk=made.pk).update(n_done=n_done)
            told = monotonic()
    return prepared


def _drafts(made: Import) -> Iterator[tuple[int, Draft, SourceFile, str]]:
    """(number among the records, draft, file, place) of each right and new record, read again."""
    limits = import_limits()
    right = {each["name"] for each in made.findings if not each["problem"]}
    wrong = {each["name"] for each in made.findings if each["problem"]} - right
    reader = Reader(limits, leave_out=bool(columns_left_out(made.findings)), again=wrong)
    files = list(made.files.order_by("position"))
    records = (
        (file, each) for file in files for each in reader.read(file.name, bytes(file.content))
    )
    pairs = zip(made.findings, records, strict=True)
    for number, (finding, (file, each)) in enumerate(pairs, 1):
        if finding["problem"] or finding["same_as"]:
            continue
        if each.problem:
            raise ImportRefused(f"{each.name}: {each.problem}")
        text, source = clean_text(each.fields["text"], limits), Source.from_json(finding["source"])
        n_words, prefix_end = finding["n_words"], finding["prefix_end"]
        draft = Draft(text, sha256(text), source, n_words, prefix_end)
        if draft.sha256 != finding["sha256"]:
            raise ImportRefused("The files are not what the preview was made from.")
        yield number, draft, file, place_of(each.name, each.place, file.name)


def place_of(name: str, place: str, file_name: str) -> str:
    """Where in its file a record stood: "b.txt", "line 12", "b.csv, line 12", or ""."""
    inside = name.removeprefix(file_name).removeprefix(": ")
    return ", ".join(part for part in (inside, place) if part)[:300]


def _hold(study: Study) -> None:
    """Imports of one study come one after the other; annotators are not held up."""
    Study.objects.select_for_update(no_key=True).only("pk").get(pk=study.pk)


def _write(study: Study, prepared: Prepared) -> int:
    """Save what is still new; another import may have brought some of it meanwhile."""
    known, n_stored = known_texts(study), 0
    outlets = _outlets_of(study)
    for portion in prepared.portions():
        fresh = [row for row in portion if row[0].text_sha256 not in known]
        missing = {name for _, _, name in fresh if name} - outlets.keys()
        made = [Outlet(study=study, name=name) for name in sorted(missing)]
        outlets |= {outlet.name: outlet for outlet in Outlet.objects.bulk_create(made)}
        for article, _, name in fresh:
            article.outlet = outlets[name] if name else None
        Article.objects.bulk_create(article for article, _, _ in fresh)
        Region.objects.bulk_create(region for _, region, _ in fresh if region is not None)
        n_stored += len(fresh)
    return n_stored


def _outlets_of(study: Study) -> dict[str, Outlet]:
    """The study's outlets by name."""
    return {outlet.name: outlet for outlet in Outlet.objects.filter(study=study)}


def _finish(made: Import, state: ImportState, message: str = "", n_done: int = 0) -> None:
    Import.objects.filter(pk=made.pk, state__in=OPEN).update(
        state=state, message=message, n_done=n_done, finished_at=timezone.now()
    )

"""The import rooms under hostile files: each gives a sentence, and nothing is ever half stored.

The readers alone are tried in test_nasty_files.py; here the files go the way that a person's do,
through the acts behind the pages, and the rows are counted.
"""

import random
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from annotations.corpus.actions.importing import prepare_import
from annotations.corpus.actions.storing import carry_out_import, store_import
from annotations.corpus.models import Import
from annotations.exchange.actions.bringing import (
    begin_import,
    carry_out,
    read_import,
    store_corpus,
)
from annotations.exchange.bringing import LEFT_OUT, NEW, Mapping
from annotations.exchange.frame import Form
from annotations.study.models import Study
from annotations.text.refusal import Refusal
from tests.corpus.samples import FIRE, jsonl, zipped
from tests.corpus.test_extraction import PAGE, pdf_file, word_file
from tests.soaking import Budget

from .nasty import SPOILT, ZIPS, Files, nasty
from .test_nasty_files import READ, right_files

pytestmark = pytest.mark.django_db
CSV = "title,text\nHarbour fire,“We saw nothing”\nSecond,Officials said so.\n".encode()
ARTICLES: dict[str, bytes] = {
    "a.txt": "Officials said the e\u0301 alleged 🔥 strike killed two.\n".encode(),
    "a.csv": CSV,
    "a.jsonl": jsonl(FIRE, {**FIRE, "text": "Another.", "title": "Another"}),
    "a.html": PAGE.encode(),
    "a.docx": word_file("Officials said.", "The mayor lied."),
    "a.pdf": pdf_file("Officials said so."),
    "a.zip": zipped({"b.txt": b"Officials said so.", "c.csv": CSV}),
}
KEEPS = {"Import", "SourceFile", "CorpusImport", "CorpusFile", "AuditEntry", "User"}  # of the act


# A sample for each change; all ways are tried in long runs, and by readers without a database.
SAMPLED = ("with NUL", "empty", "cut", "flipped", "with a line twice", "without a line",
           "with offsets reversed", "deep JSON", "a billion laughs")  # fmt: skip


FEW = ("cut", "flipped", "with a line twice", "with offsets reversed")


def rows() -> dict[str, int]:
    """How many there are of all that an import makes when it succeeds."""
    models: Iterator[type[Model]] = apps.get_app_config("annotations").get_models()
    return {each.__name__: each._default_manager.count() for each in models} | dict.fromkeys(
        KEEPS, 0
    )


def is_sentence(words: str) -> bool:
    """What a person can read: short enough, ended, and no trace of the program."""
    return (
        0 < len(words.strip()) < 2_000
        and words.strip()[-1] in ".!?”)…"
        and "Traceback" not in words
        and "object at 0x" not in words
    )


def prepared(study: Study, files: Files) -> Import | str:
    """The import, or why there is none."""
    try:
        return prepare_import(study=study, actor=study.created_by, files=files)
    except Refusal as refused:
        return str(refused)


# Web pages, Word and PDF files are read by a process of their own: test_extraction.py, long runs.
QUICK = ("a.txt", "a.csv", "a.jsonl", "a.zip")


@pytest.mark.on_sqlite
@pytest.mark.parametrize("name", QUICK)
def test_article_files_are_stored_whole_or_refused_with_a_sentence(name: str, study: Study) -> None:
    warnings.simplefilter("ignore")
    for how, files in nasty([(name, ARTICLES[name])], ways=SAMPLED):
        try_articles(study, how, files)


def try_articles(study: Study, how: str, files: Files) -> None:
    with undone():
        before = rows()
        made = prepared(study, files)
        if isinstance(made, str):
            assert is_sentence(made), (how, made)
            assert rows() == before, how
            return
        problems = [each["problem"] for each in made.findings if each["problem"]]
        assert all(map(is_sentence, problems)), (how, problems)
        fine = {each["sha256"] for each in made.findings if not each["problem"]}
        assert made.findings or how.endswith(("empty", "only spaces", "without a line")), how
        Import.objects.filter(pk=made.pk).update(state="running")
        stored = store_import(import_id=made.pk, actor=study.created_by)
        n_new = rows()["Article"] - before["Article"]
        if stored.state == "done":
            assert n_new == len(fine), how
        else:
            assert is_sentence(stored.message), (how, stored.message)
            assert rows() == before, how


@pytest.mark.on_sqlite
@pytest.mark.parametrize("how", ZIPS)
def test_zips_that_were_made_to_harm_store_nothing(how: str, study: Study) -> None:
    try_zip(study, how)


def try_zip(study: Study, how: str) -> None:
    content, _ = ZIPS[how]
    before = rows()
    made = prepared(study, [("a.zip", content)])
    if isinstance(made, str):
        assert is_sentence(made)
        assert rows() == before
        return
    assert all(is_sentence(each["problem"]) for each in made.findings if each["problem"])
    carry_out_import(made=made, actor=study.created_by, all_or_none=True)
    made.refresh_from_db()
    assert rows() == before or not any(each["problem"] for each in made.findings)


@pytest.mark.on_sqlite
@pytest.mark.parametrize("form", READ, ids=lambda form: form.name)
def test_marks_are_stored_whole_or_not_at_all(form: Form, study: Study) -> None:
    warnings.simplefilter("ignore")
    for how, files in nasty(right_files(form), ways=FEW):
        try_marks(study, form, how, files)


def try_marks(study: Study, form: Form, how: str, files: Files) -> None:
    with undone():
        before = rows()
        said, done = brought_in(study, form, files)
        assert all(map(is_sentence, said)), (how, said)
        assert said or done, how
        if not done:
            assert rows() == before, how


def brought_in(study: Study, form: Form, files: Files) -> tuple[list[str], bool]:
    """What is said on the way, and whether it was stored."""
    try:
        made = begin_import(study=study, actor=study.created_by, files=files, form=form.name)
    except Refusal as refused:
        return [str(refused)], False
    read_import.func(str(made.pk))
    made.refresh_from_db()
    if made.state != "preview":
        return [made.message], False
    mapping = Mapping.from_json(made.mapping)
    labels, people = dict.fromkeys(mapping.labels, NEW), dict.fromkeys(mapping.people, NEW)
    everything = Mapping(labels, people, (), mapping.round, LEFT_OUT, submit=False)
    for _ in range(2):  # what these choices lose more is shown first
        if made.state == "preview":
            carry_out(made=made, mapping=everything)
            store_corpus.func(str(made.pk))
            made.refresh_from_db()
    assert made.state in ("done", "failed")
    return [made.message] if made.message else [], made.state == "done"


class undone:
    """A savepoint of which nothing stays."""

    def __enter__(self) -> None:
        self.point = transaction.savepoint()

    def __exit__(self, *_: object) -> None:
        transaction.savepoint_rollback(self.point)


HARMED = 250  # files that go through the rooms in any long run; without bounds all of them


@pytest.mark.soak
def test_hundreds_of_hostile_files_go_through_the_rooms(study: Study) -> None:
    """Each file of articles and of marks spoilt in each way, one missing, those in archives too."""
    warnings.simplefilter("ignore")
    seconds = Budget().seconds
    begun = time.monotonic()
    rooms = [*lots(study)]
    random.shuffle(rooms)
    n_tried = 0
    for each in chain.from_iterable(tried() for tried in rooms):
        if n_tried >= HARMED and time.monotonic() - begun > seconds:
            break
        each()
        n_tried += 1
    assert n_tried >= HARMED
    print(
        f"{connection.vendor}: {n_tried} hostile files through the import rooms, of {len(rooms)} "
        f"kinds, in {time.monotonic() - begun:.0f} s"
    )


Lot = Callable[[], Iterator[Callable[[], None]]]


def lots(study: Study) -> Iterator[Lot]:
    """Made when they are asked for: some of the files are large."""
    for how in (*SPOILT, ""):
        for name, content in ARTICLES.items():
            right = [(name, content)]
            yield lambda right=right, how=how: (  # type: ignore[misc]
                partial(try_articles, study, what, files) for what, files in spoilt(right, how)
            )
        for form in READ:
            yield lambda form=form, how=how: (  # type: ignore[misc]
                partial(try_marks, study, form, what, files)
                for what, files in spoilt(right_files(form), how)
            )
    for how in ZIPS:
        yield lambda how=how: iter([partial(try_zip, study, how)])  # type: ignore[misc]


def spoilt(files: Files, how: str) -> Iterator[tuple[str, Files]]:
    """In this way; without one what is left: files that are missing, and what archives hold."""
    found = nasty(files, ways=(how,) if how else ())
    whole = {f"{path} {each}" for path, _ in files for each in SPOILT}
    return ((what, some) for what, some in found if some and (how or what not in whole))


@pytest.mark.soak
@pytest.mark.on_sqlite
@pytest.mark.parametrize("form", READ, ids=lambda form: form.name)
def test_no_hostile_file_takes_more_memory_than_promised(form: Form, budget: Budget) -> None:
    from .test_nasty_files import read_through

    warnings.simplefilter("ignore")
    heavy = {}
    for how, files in budget.some_of(nasty(right_files(form))):
        tracemalloc.start()
        list(read_through(form, files))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        if most > 512 * 2**20:
            heavy[how] = most
    assert heavy == {}

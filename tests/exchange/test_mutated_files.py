r"""Files that a machine spoils, thousands of them: each is read, or refused in words, and soon.

A long run: part of `make soak`, or by itself for one format

    SOAK=1 SOAK_SECONDS=0 FUZZ=20000 .venv/bin/python -m pytest \
        tests/exchange/test_mutated_files.py -k brat

FUZZ says how many spoilt files each reader meets at most (1,000). What fails is shown as few and
small changes as make it fail; what is mended gets a test of its own beside the reader.
"""

import json
import os
import time
import warnings
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.corpus.actions.importing import judge
from annotations.corpus.files import Reader, TooMuch
from annotations.corpus.records import Defaults, Limits
from annotations.exchange import native
from annotations.exchange.actions.whole import restore_study
from annotations.exchange.formats import find_format
from annotations.exchange.frame import Form
from annotations.text.refusal import Refusal
from tests.soaking import Budget

from .nasty import NUMBERS, Files, is_packed, packed_again, unpacked
from .test_hostile_room import ARTICLES, is_sentence, undone
from .test_nasty_files import READ, read_through, right_files
from .test_native import MARKS
from .test_native_seed import SEED
from .test_same_on_both import FOLDER
from .test_whole_study import files_of

pytestmark = [pytest.mark.soak, pytest.mark.on_sqlite]
TIMES = int(os.environ.get("FUZZ", "1000"))
SECONDS = 10
MANY = settings(
    max_examples=TIMES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# What makes readers stumble: their own marks, ends of ranges, and signs that are no words.
TOKENS = (
    b"", b"\x00", b"\n", b"\r", b"\t", b" ", b'"', b"'", b"\\", b",", b";", b":", b"{", b"}", b"[",
    b"]", b"<", b">", b"</", b"/>", b"&#0;", b"&amp;", b"<!--", b"<![CDATA[", b"null", b"true",
    b"-1", b"0", b"1e309", b"NaN", b"99999999999999999999", b"\\ud83d", b"\\u0000", b"\xff",
    b"\xed\xa0\x80", b"\xf0\x9f\x94\xa5", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"e\xcc\x81",
    b"B-", b"I-", b"T1", b"R1", b"E1", b"A1", b"*", b"#", b"_", b"|", b"%", b"=", b"../",
    b"xmi:id=", b"{}", b"[]",
)  # fmt: skip
places = st.floats(0, 1, exclude_max=True)
changes = st.one_of(
    st.tuples(st.just("byte"), places, st.integers(0, 255)),
    st.tuples(st.just("put in"), places, st.sampled_from(TOKENS)),
    st.tuples(st.just("in place of"), places, st.integers(1, 40), st.sampled_from(TOKENS)),
    st.tuples(st.just("twice"), places, st.integers(1, 400)),
    st.tuples(st.just("away"), places, st.integers(1, 400)),
    st.tuples(st.just("elsewhere"), places, st.integers(1, 200), places),
    st.tuples(st.just("lines swapped"), places, places),
    st.tuples(st.just("cut"), places),
    st.tuples(st.just("number"), places, st.sampled_from([b"0", b"-1", b"1", b"7", b"2147483648"])),
)


def changed(content: bytes, change: tuple) -> bytes:  # type: ignore[type-arg]
    """The file with one thing done to it."""
    how, where, *more = change
    at = int(where * (len(content) + 1))
    if how == "byte":
        return content[:at] + bytes([more[0]]) + content[at + 1 :]
    if how == "put in":
        return content[:at] + more[0] + content[at:]
    if how == "in place of":
        return content[:at] + more[1] + content[at + more[0] :]
    if how == "twice":
        return content[: at + more[0]] + content[at:]
    if how == "away":
        return content[:at] + content[at + more[0] :]
    if how == "elsewhere":
        rest, to = content[:at] + content[at + more[0] :], int(more[1] * (len(content) + 1))
        return rest[:to] + content[at : at + more[0]] + rest[to:]
    if how == "cut":
        return content[:at]
    lines = content.splitlines(keepends=True) or [b""]
    if how == "lines swapped":
        one, other = int(where * len(lines)), int(more[0] * len(lines))
        lines[one], lines[other] = lines[other], lines[one]
        return b"".join(lines)
    return spoilt_number(content, where, more[0])


def spoilt_number(content: bytes, where: float, value: bytes) -> bytes:
    found = list(NUMBERS.finditer(content))
    if not found:
        return content
    one = found[int(where * len(found))]
    return content[: one.start()] + value + content[one.end() :]


def mutated(files: Files, which: float, steps: list[tuple]) -> Files:  # type: ignore[type-arg]
    """The files with one of them changed; of a packed one mostly a part."""
    at = int(which * len(files))
    path, content = files[at]
    if is_packed(content) and steps and steps[0][1] < 0.8:
        content = packed_again(mutated(unpacked(content), steps[0][1] / 0.8, steps[1:]))
    else:
        for step in steps:
            content = changed(content, step)
    return [*files[:at], (path, content), *files[at + 1 :]]


class soon:
    """What is done within takes no longer than is promised of one file."""

    def __enter__(self) -> None:
        self.began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        assert time.monotonic() - self.began < SECONDS


def refusal_of(read: Callable[[], object]) -> str:
    try:
        read()
    except Refusal as refused:
        return str(refused)
    return ""


def read_soon(read: Callable[[], object]) -> None:
    with soon():
        said = refusal_of(read)
    assert not said or is_sentence(said), said


WHOLE = (FOLDER / "whole_study.json").read_bytes()


@pytest.mark.parametrize("form", [*READ, find_format("sourcemark")], ids=lambda form: form.name)
def test_marks_that_a_machine_spoilt_are_read_or_refused(form: Form, budget: Budget) -> None:
    right = [("study.json", WHOLE)] if form.is_whole else right_files(form)

    @MANY
    @given(which=places, steps=st.lists(changes, min_size=1, max_size=6))
    def spoilt(which: float, steps: list[tuple]) -> None:  # type: ignore[type-arg]
        budget.spend_on(lambda: one_file(mutated(right, which, steps)))

    def one_file(files: Files) -> None:
        with soon():
            for sentence in read_through(form, files):
                assert is_sentence(sentence) or len(sentence) < 5_000, sentence
                assert "Traceback" not in sentence
                assert "object at 0x" not in sentence

    warnings.simplefilter("ignore")
    spoilt()


@pytest.mark.parametrize("name", ARTICLES)
def test_articles_that_a_machine_spoilt_are_read_or_refused(name: str, budget: Budget) -> None:
    reader_of_files = Reader(Limits())  # and its process, which lives through all of it

    @MANY
    @given(steps=st.lists(changes, min_size=1, max_size=6))
    def spoilt(steps: list[tuple]) -> None:  # type: ignore[type-arg]
        budget.spend_on(lambda: one_file(*mutated([(name, ARTICLES[name])], 0, steps)))

    def one_file(file: tuple[str, bytes]) -> None:
        path, content = file
        reader = Reader(Limits())
        reader._extractor = reader_of_files._extractor
        with soon():
            try:
                found = [
                    judge(each, 0, Defaults(), Limits()) for each in reader.read(path, content)
                ]
            except TooMuch:
                return
        for each in found:
            assert not each["problem"] or is_sentence(each["problem"]), each

    spoilt()
    reader_of_files._extractor.close()


@pytest.mark.parametrize("content", [native.write(MARKS), json.dumps(SEED).encode()])
def test_native_marks_that_a_machine_spoilt_are_read_or_refused(
    content: bytes, budget: Budget
) -> None:
    @MANY
    @given(steps=st.lists(changes, min_size=1, max_size=6))
    def spoilt(steps: list[tuple]) -> None:  # type: ignore[type-arg]
        ((_, wrong),) = mutated([("marks.json", content)], 0, steps)
        budget.spend_on(lambda: read_soon(lambda: native.read(wrong)))

    spoilt()


@pytest.mark.django_db
def test_whole_studies_that_a_machine_spoilt_are_stored_or_refused(budget: Budget) -> None:
    @settings(MANY, max_examples=max(TIMES // 10, 1))
    @given(steps=st.lists(changes, min_size=1, max_size=2))
    def spoilt(steps: list[tuple]) -> None:  # type: ignore[type-arg]
        ((_, wrong),) = mutated([("study.json", WHOLE)], 0, steps)
        budget.spend_on(lambda: restored(wrong))

    def restored(wrong: bytes) -> None:
        with undone():
            read_soon(lambda: restore_study(files=files_of(wrong)))

    spoilt()

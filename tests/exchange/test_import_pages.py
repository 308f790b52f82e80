"""Bringing marks in on the pages: choose, map, store; refusals are read, nothing is half done."""

import io
import re
import zipfile
from itertools import combinations
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from annotations.accounts.models import User
from annotations.exchange.actions.bringing import read_import
from annotations.exchange.models import CorpusImport
from annotations.exchange.records import FragmentRecord, SpanRecord
from annotations.marking.models import Span
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.people import TEXT

from .test_bringing import TWO, Files, files_of, work

Sent = dict[str, Any]


def upload(client: Client, study: Study, files: Files, **more: Any) -> Any:
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    data = {"uploads": uploads, "file_format": "", **more}
    return client.post(reverse("exchange:import", args=[study.pk]), data)


def brought(client: Client, study: Study, files: Files) -> str:
    """The page of the preview."""
    answer = upload(client, study, files)
    assert answer.status_code == 302, answer.content.decode()
    read_import.func(str(CorpusImport.objects.latest("created_at").pk))
    page: str = client.get(answer.url).content.decode()
    return page


def chosen(study: Study, **changes: str) -> Sent:
    """What the form sends when nothing was changed but `changes`."""
    mapping = CorpusImport.objects.latest("created_at").mapping
    labels, people = mapping["labels"].values(), mapping["people"].values()
    sent = {f"label{at}": choice for at, choice in enumerate(labels)}
    sent |= {f"person{at}": choice for at, choice in enumerate(people)}
    return {**sent, "round": mapping["round"], "submit": "on", **changes}


def address(study: Study, name: str) -> str:
    made = CorpusImport.objects.latest("created_at")
    return reverse(f"exchange:import_{name}", args=[study.pk, made.pk])


def test_files_are_shown_mapped_and_stored(
    codebook: Study,
    alice: User,
    bob: User,
    sign_in: SignIn,
) -> None:
    client = sign_in(alice)
    page = brought(client, codebook, files_of(*TWO))
    for words in ("alleged strike", "Claim", "carol", "Store it all"):
        assert words in page
    assert not Span.objects.exists()
    with zeal_ignore():  # the job, which a worker does, asks once for each assignment
        answer = client.post(address(codebook, "store"), chosen(codebook))
    assert "3 marks stored" in client.get(answer.url).content.decode()


def test_a_zip_of_files_is_read_too(codebook: Study, alice: User, sign_in: SignIn) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files_of(*TWO):
            archive.writestr(f"inner/{name}", content)
    page = brought(sign_in(alice), codebook, [("all.zip", packed.getvalue())])
    assert "Store it all" in page


def test_a_model_needs_somebody_who_decides(
    codebook: Study,
    alice: User,
    bob: User,
    sign_in: SignIn,
) -> None:
    client = sign_in(alice)
    brought(client, codebook, files_of(*TWO))
    answer = client.post(address(codebook, "store"), chosen(codebook, model1="on"))
    assert answer.status_code == 422
    assert "need a person who decides" in answer.content.decode()


def test_what_cannot_be_taken_is_read_with_its_line_and_left_out_by_a_tick_only(
    codebook: Study,
    alice: User,
    bob: User,
    sign_in: SignIn,
) -> None:
    client = sign_in(alice)
    name, content = files_of(*TWO)[1]
    spoilt = content.replace(b'"start": 0', b'"start": 9000', 1)
    page = brought(client, codebook, [(name, spoilt)])
    assert "articles.jsonl, line 1: Mark 1" in page
    answer = client.post(address(codebook, "store"), chosen(codebook))
    assert (answer.status_code, Span.objects.count()) == (422, 0)
    assert "Tick this, or mend the files" in answer.content.decode()
    with zeal_ignore():
        answer = client.post(address(codebook, "store"), chosen(codebook, leave_out="on"))
    page = client.get(answer.url).content.decode()
    assert ("2 marks stored" in page, "articles.jsonl, line 1: Mark 1" in page) == (True, True)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("what.bin", b"\x00\x01")], "no format that is known"),
        ([("bad.zip", b"PK\x03\x04nonsense")], "not a zip file"),
        ([("a.csv", b"x"), ("a.csv", b"y")], "Two files have this name"),
        ([], "Choose at least one file"),
    ],
)
def test_files_that_cannot_be_read_are_refused_at_once(
    codebook: Study,
    alice: User,
    sign_in: SignIn,
    files: Files,
    said: str,
) -> None:
    answer = upload(sign_in(alice), codebook, files)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not CorpusImport.objects.exists()


def test_a_reader_that_stumbles_says_so_on_the_page(
    codebook: Study,
    alice: User,
    sign_in: SignIn,
) -> None:
    broken = [("study.json", b'{"format": "sourcemark-study/1",\n')]
    page = brought(sign_in(alice), codebook, broken)
    assert "The file ends in the middle" in page


def test_giving_up_stores_nothing(codebook: Study, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    brought(client, codebook, files_of(*TWO))
    client.post(address(codebook, "cancel"))
    assert CorpusImport.objects.get().state == "cancelled"


def test_what_is_too_much_for_the_page_names_the_command_that_takes_it(
    codebook: Study, alice: User, sign_in: SignIn, settings: Any
) -> None:
    client = sign_in(alice)
    for setting in ("MAX_ZIP_ENTRIES", "MAX_UNPACKED_BYTES", "MAX_UPLOAD_BYTES"):
        setattr(settings, f"SOURCEMARK_{setting}", 1)
        answer = upload(client, codebook, files_of(*TWO))
        assert (answer.status_code, b"manage.py import_corpus" in answer.content) == (422, True)


def test_only_a_manager_brings_marks_in(
    codebook: Study,
    bob: User,
    dave: User,
    sign_in: SignIn,
) -> None:
    for user in (bob, dave):
        assert upload(sign_in(user), codebook, files_of(*TWO)).status_code == 403


def test_long_lists_of_losses_say_how_many_more_there_are(
    codebook: Study, alice: User, bob: User, sign_in: SignIn
) -> None:
    words = [FragmentRecord(*found.span(), found[0]) for found in re.finditer(r"\w+", TEXT)]
    pairs = list(combinations(words, 2))[:250]
    spans = (SpanRecord(str(at), "allegation", pair) for at, pair in enumerate(pairs))
    client = sign_in(alice)
    page = brought(client, codebook, files_of(work("bob", *spans)))
    assert ("250 left out" in page, "And 150 more." in page) == (True, True)
    with zeal_ignore():
        answer = client.post(address(codebook, "store"), chosen(codebook))
    page = client.get(answer.url).content.decode()
    assert ("0 marks stored" in page, "And 50 more." in page) == (True, True)

"""A whole study brought in on a page, by somebody who may know only some of its people."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from annotations.accounts.actions import deactivate
from annotations.accounts.models import User
from annotations.exchange.actions import restoring
from annotations.exchange.actions.bringing import read_import
from annotations.exchange.actions.restoring import store_study
from annotations.exchange.actions.whole import Restored, restore_study
from annotations.exchange.models import CorpusImport, StudyImport
from annotations.marking.models import Span
from annotations.study.models import Role, Study
from annotations.study.queries.people import roles_of
from tests.conftest import SignIn
from tests.marks import mark, submit
from tests.people import assign, join, make_article, make_study, make_user

from .test_whole_study import Undone, exported


@pytest.fixture
def content(db: None) -> bytes:
    """A study of which the database then knows nothing; its Alice is another one than ours."""
    content = b""
    try:
        with transaction.atomic():
            lead, bob, carol = make_user("lead"), make_user("bob"), make_user("carol")
            study = make_study(lead, name="Harbour")
            join(study, bob, Role.ANNOTATOR)
            join(study, carol, Role.ANNOTATOR)
            article = make_article(study)
            for user in (bob, carol):
                work = assign(article, user)
                mark(work, "allegation", (35, 42))
                submit(work)
            content = exported(study)
            raise Undone
    except Undone:
        assert not Study.objects.exists()
    return content


def send(client: Client, content: bytes, name: str = "study.json") -> Any:
    upload = SimpleUploadedFile(name, content)
    return client.post(reverse("exchange:study_import"), {"upload": upload})


def bring(client: Client, content: bytes) -> str:
    """The page after the worker has run."""
    answer = send(client, content)
    assert answer.status_code == 302, answer.content.decode()
    with zeal_ignore():
        store_study.func(str(StudyImport.objects.latest("created_at").pk))
    page: str = client.get(answer.url).content.decode()
    return page


def test_the_study_is_whole_again_and_led_by_who_brought_it(
    content: bytes, sign_in: SignIn, mallory: User
) -> None:
    client = sign_in(mallory)
    assert reverse("exchange:study_import") in client.get(reverse("study:new")).content.decode()
    assert "“Harbour” is here" in bring(client, content)
    study = Study.objects.get(name="Harbour")
    assert roles_of(study, mallory) == {Role.MANAGER}
    assert Span.objects.filter(study=study).count() == 2
    assert bytes(StudyImport.objects.get().content) == b""


def test_it_says_how_far_it_is(
    content: bytes, sign_in: SignIn, mallory: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(mallory)
    seen: list[str] = []
    monkeypatch.setattr("annotations.exchange.telling.SECONDS_BETWEEN", 0)
    monkeypatch.setattr(restoring, "restore_study", watched(client, seen))
    address = send(client, content).url
    with zeal_ignore():
        store_study.func(str(StudyImport.objects.get().pk))
    assert ["1 article so far." in page for page in seen] == [True]
    assert "“Harbour” is here" in client.get(address).content.decode()


def watched(client: Client, seen: list[str]) -> Callable[..., Restored]:
    def restore(*, tell: Callable[[int], object], **more: Any) -> Restored:
        def look(n: int) -> None:
            tell(n)
            address = reverse("exchange:study_import_progress", args=[StudyImport.objects.get().pk])
            seen.append(client.get(address).content.decode())

        return restore_study(tell=look, **more)

    return restore


def test_only_people_one_leads_are_taken_for_those_of_the_file(
    content: bytes, sign_in: SignIn, alice: User, study: Study, bob: User
) -> None:
    stranger = make_user("carol")  # has nothing to do with alice's studies
    page = bring(sign_in(alice), content)
    marked_by = set(
        Span.objects.filter(study__name="Harbour").values_list("assignment__annotator__username")
    )
    assert marked_by == {("bob",), ("carol-2",)}
    assert "carol-2" in page
    assert Span.objects.filter(assignment__annotator=bob).exists()
    assert User.objects.get(username="carol-2").access == "known from files"
    assert (bob.access, deactivate(user=bob).access) == ("", "account closed")
    assert not Span.objects.filter(assignment__annotator=stranger).exists()


def test_people_who_are_not_there_are_refused_before_anything_is_stored(
    content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "study.json"
    path.write_bytes(content)
    said = "nobody called “bbo”. It has bob, carol, lead. There is no account “mira.demo” here"
    with pytest.raises(CommandError, match=said):
        call_command("import_study", str(path), "--person", "bbo=mira.demo")
    with pytest.raises(CommandError, match=r"no account “mira\.demo” here"):
        call_command("import_study", str(path), "--person", "bob=mira.demo")
    assert (Study.objects.count(), User.objects.count()) == (0, 0)
    out = StringIO()
    call_command("import_study", str(path), stdout=out)
    assert "Nobody manages it here, so only site admins" in out.getvalue()
    assert f"make_manager {Study.objects.get().pk} NAME" in out.getvalue()


def test_a_study_that_is_here_is_not_brought_in_twice(
    content: bytes, sign_in: SignIn, mallory: User
) -> None:
    client = sign_in(mallory)
    bring(client, content)
    page = bring(client, content)
    assert "This study is here already." in page
    assert "Choose another file" in page
    assert Study.objects.filter(name="Harbour").count() == 1


def test_other_files_are_refused_at_once(sign_in: SignIn, mallory: User) -> None:
    answer = send(sign_in(mallory), b'{"text": "x"}')
    assert answer.status_code == 422
    assert "This is not a whole-study file." in answer.content.decode()
    assert not StudyImport.objects.exists()


def test_an_import_is_only_for_who_began_it(
    content: bytes, sign_in: SignIn, mallory: User, alice: User
) -> None:
    address = send(sign_in(mallory), content).url
    for each in (address, f"{address}progress/"):
        assert sign_in(alice).get(each).status_code == 404


def test_import_marks_says_what_of_a_whole_study_stays_behind(
    content: bytes, sign_in: SignIn, alice: User, study: Study
) -> None:
    client = sign_in(alice)
    data = {"uploads": [SimpleUploadedFile("study.json", content)], "file_format": ""}
    answer = client.post(reverse("exchange:import", args=[study.pk]), data)
    read_import.func(str(CorpusImport.objects.latest("created_at").pk))
    page = client.get(answer.url).content.decode()
    assert "This is a whole study." in page
    assert reverse("exchange:study_import") in page

"""`manage.py export_marks` and `import_marks`, as somebody at a terminal meets them."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.exchange import native
from annotations.exchange.actions import import_marks
from annotations.exchange.records import FragmentRecord, MarksRecord, SpanRecord
from annotations.marking.models import Span
from annotations.study.models import Role, Study
from annotations.text.cleaning import sha256
from tests.people import TEXT, assign, join, make_article, make_study, make_user

MARKS = MarksRecord(
    sha256(TEXT),
    len(TEXT),
    "bob",
    codebook=1,
    title="Strike in Arden",
    spans=(SpanRecord("A1", "attribution", (FragmentRecord(0, 18, "Officials in Arden"),)),),
)


@pytest.fixture
def work(study: Study, bob: User) -> Assignment:
    return assign(make_article(study), bob)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bob.json"
    path.write_bytes(native.write(MARKS))
    return path


def run(*words: object, **options: object) -> str:
    out = StringIO()
    call_command(*map(str, words), stdout=out, **options)
    return out.getvalue()


def refusal(*words: object, **options: object) -> str:
    with pytest.raises(CommandError) as refused:
        run(*words, **options)
    return str(refused.value)


@pytest.mark.parametrize("article", ["Strike in Arden", sha256(TEXT), sha256(TEXT).upper()])
@pytest.mark.parametrize("annotator", ["bob", "BOB@example.org"])
def test_things_are_found_by_their_names(
    work: Assignment, file: Path, article: str, annotator: str
) -> None:
    said = run("import_marks", "Arden", article, annotator, file)
    assert said == f"{file}: 1 span, 0 extents, 0 links stored.\n"
    assert run("export_marks", "Arden", article, annotator) == file.read_text(encoding="utf-8")


def test_things_are_found_by_their_ids(work: Assignment, file: Path) -> None:
    ids = (work.study_id, work.article_id, work.annotator_id)
    run("import_marks", *ids, file)
    assert run("export_marks", *ids).encode() == file.read_bytes()


def test_an_export_can_go_to_a_file(work: Assignment, file: Path, tmp_path: Path) -> None:
    run("import_marks", "Arden", "Strike in Arden", "bob", file)
    out = tmp_path / "out.json"
    run("export_marks", "Arden", "Strike in Arden", "bob", out=out)
    assert out.read_bytes() == file.read_bytes()


def test_what_is_not_found_is_said(work: Assignment, carol: User, file: Path) -> None:
    there = ("export_marks", "Arden", "Strike in Arden")
    assert refusal("export_marks", "Ardem", "x", "bob") == (
        "There is no study “Ardem”. Give its exact name or its id."
    )
    assert refusal("export_marks", "Arden", "Strike", "bob") == (
        "There is no article “Strike”. Give its exact name or its id."
    )
    assert refusal(*there, "nobody") == (
        "There is no member “nobody”. Give its exact name or its id."
    )
    assert refusal(*there, "carol") == (
        "“Strike in Arden” is not assigned to carol. Assign it first."
    )


def test_strangers_and_other_studies_are_not_found(work: Assignment, mallory: User) -> None:
    make_article(make_study(mallory, name="Third"), title="Secret")
    assert refusal("export_marks", "Arden", "Secret", "bob").startswith("There is no article")
    assert refusal("export_marks", "Arden", "Strike in Arden", "mallory").startswith(
        "There is no member"
    )


def test_a_name_that_two_articles_bear_needs_the_id(work: Assignment, study: Study) -> None:
    make_article(study, text=TEXT + "!", title="Strike in Arden")
    assert refusal("export_marks", "Arden", "Strike in Arden", "bob") == (
        "More than one article is called “Strike in Arden”. Give its id."
    )


def test_several_managers_have_to_say_who_imports(
    work: Assignment, study: Study, file: Path
) -> None:
    join(study, make_user("anna"), Role.MANAGER)
    words = ("import_marks", "Arden", "Strike in Arden", "bob", file)
    assert refusal(*words).endswith("led by alice, anna. Say in whose name: --by NAME.")
    assert refusal(*words, by="bob").endswith(
        "There is no manager “bob”. Give its exact name or its id."
    )
    run(*words, by="anna")
    assert Span.objects.count() == 1


def test_a_file_that_does_not_fit_is_named_with_its_spans(work: Assignment, file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"start": 0, "end": 18', b'"start": 1, "end": 19'))
    said = refusal("import_marks", "Arden", "Strike in Arden", "bob", file)
    assert said.startswith(f"{file}: nothing was stored.\nSpan A1: at 1–19 stands")
    assert not Span.objects.exists()


def test_marks_are_replaced_only_when_asked(work: Assignment, alice: User, file: Path) -> None:
    import_marks(assignment=work, actor=alice, content=file.read_bytes())
    words = ("import_marks", "Arden", "Strike in Arden", "bob", file)
    assert "bob has marks on this article already (1)" in refusal(*words)
    run(*words, replace=True)
    assert Span.objects.live().count() == 1


def test_files_that_cannot_be_read_or_are_too_large_are_refused(
    work: Assignment, file: Path, settings: Settings, tmp_path: Path
) -> None:
    words = ("import_marks", "Arden", "Strike in Arden", "bob")
    missing = tmp_path / "none.json"
    assert refusal(*words, missing) == f"Cannot read {missing}: No such file or directory."
    settings.SOURCEMARK_MAX_UPLOAD_BYTES = 100
    assert refusal(*words, file) == f"{file} is larger than 100 bytes."


@pytest.mark.parametrize("command", ["import_marks", "export_marks"])
def test_the_help_says_how_things_are_found(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        call_command(command, "--help")
    said = capsys.readouterr().out
    assert "ARTICLE    its id, its exact title, or the SHA-256 of its text" in said

"""export_study, import_study, convert: a newcomer's way in and out, at the command line."""

import csv
import hashlib
import json
import subprocess
import sys
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotations.accounts.models import User
from annotations.accounts.security import note
from annotations.corpus.models import Article
from annotations.exchange.actions import ensure_demo
from annotations.exchange.frame import FileRefused
from annotations.guards import lift_guards
from annotations.management.commands import convert, export_study
from annotations.management.explained import ExplainedCommand
from annotations.study.models import AuditEntry, Study
from annotations.study.queries.people import managers
from tests.marks import mark, submit
from tests.people import assign

COMMANDS = ["export_study", "import_study", "import_corpus", "convert", "make_manager"]


def run(*args: object) -> str:
    out = StringIO()
    call_command(*map(str, args), stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def marked(study: Study, article: Article, bob: User, carol: User) -> Study:
    work = assign(article, bob)
    mark(work, "allegation", (35, 42))
    submit(work)
    submit(assign(article, carol))
    return study


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_examples_formats_and_exit_codes(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command(name, "--help")
    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert "Examples:" in told
    assert "Exit codes: 0 " in told
    assert "2 the command line is not understood" in told
    assert f"manage.py {name} " in told


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class Noting(ExplainedCommand):
    def handle(self, *args: object, **options: object) -> None:
        note("what leaves the site", person="alice")


def test_people_at_a_terminal_read_no_lines_of_the_security_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    call_command(Noting())
    assert [line.name for line in caplog.records] == ["sourcemark.security"]
    monkeypatch.setattr("sys.stderr", Terminal())
    call_command(Noting())
    assert len(caplog.records) == 1


def test_an_option_of_a_format_is_taken_and_said(marked: Study, tmp_path: Path) -> None:
    chosen = ("--format", "conll", "--option", "scheme=bioes", "--option", "unit=character")
    run("export_study", marked.name, tmp_path / "tags", *chosen)
    assert "S-" not in (tags := (tmp_path / "tags/bob/strike-in-arden.conll").read_text())
    assert ("B-allegation" in tags, "E-allegation" in tags) == (True, True)
    told = json.loads((tmp_path / "tags/manifest.json").read_text())["file_format"]
    assert told["options"] == {"scheme": "bioes", "unit": "character"}
    assert "- A line is: a character." in (tmp_path / "tags/data_card.md").read_text()
    run("convert", tmp_path / "tags", tmp_path / "t", "--to", "csv", "--option", "separator=tab")
    assert "\tbob\t" in (tmp_path / "t/spans.csv").read_text()


@pytest.mark.parametrize(
    ("option", "said"), [("scheme", "NAME=VALUE"), ("scheme=x", "Known: bio"), ("a=b", "scheme")]
)
def test_a_wrong_option_is_refused_in_words(
    marked: Study, tmp_path: Path, option: str, said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        run("export_study", marked.name, tmp_path / "o", "--format", "conll", "--option", option)
    assert not (tmp_path / "o").exists()


WISHES = [
    "--pseudonyms", "--no-text", "--no-gold", "--only-chosen", "--round Main", "--annotator bob",
    "--label allegation", "--state submitted", "--state in_progress",
]  # fmt: skip


@pytest.mark.parametrize("wish", WISHES)
def test_nothing_can_be_left_out_of_a_whole_study(marked: Study, tmp_path: Path, wish: str) -> None:
    with pytest.raises(CommandError, match="goes out with its people's names"):
        run("export_study", marked.name, tmp_path / "o", *wish.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("--label alegation", "is no label of this study. Known: .*“allegation”.*“extent”"),
        ("--annotator bbo", "is no annotator of this study. Known: “bob”, “carol”"),
        ("--round Pilto", "is no round of this study. Known: “Main”"),
        ("--state finished", "is no state of work of this study. Known: .*“submitted”"),
        ("--format brat --soft-labels", "has no place for soft labels"),
    ],
)
def test_what_would_choose_nothing_is_refused_and_says_what_there_is(
    marked: Study, tmp_path: Path, wish: str, said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        run("export_study", marked.name, tmp_path / "o", "--format", "jsonl", *wish.split())
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_articles_is_called_empty(marked: Study, tmp_path: Path) -> None:
    chosen = ("--format", "jsonl", "--state", "returned", "--only-chosen")
    assert "It is empty: no article fits" in run("export_study", marked.pk, tmp_path / "o", *chosen)


def test_losses_are_said_before_anything_is_written(
    marked: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("export_study", marked.name, tmp_path / "a.zip", "--format", "jsonl")
    out = StringIO()

    def fails(*args: object) -> None:
        raise FileRefused("", "Cut off.")

    for name in (export_study, convert):
        monkeypatch.setattr(name, "write_zip", fails)
    for words in (
        ("export_study", marked.name, "b.zip", "--format", "conll"),
        ("convert", tmp_path / "a.zip", "b.zip", "--to", "conll"),
    ):
        with pytest.raises(CommandError, match="Cut off"):
            call_command(*map(str, words[:2]), str(tmp_path / words[2]), *words[3:], stdout=out)
    assert out.getvalue().count("Notes are left out.") == 2


@pytest.mark.parametrize("name", ["csv", "xlsx", "jsonl", "sourcemark"])
def test_a_study_goes_to_a_folder_with_manifest_and_card(
    marked: Study, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "out"
    told = run("export_study", marked.name, folder, "--format", name)
    assert "1 article, 1 span of annotators, 0 gold spans." in told
    manifest = json.loads((folder / "manifest.json").read_text())
    counts = manifest["counts"]
    assert counts["n_assignments"] == 2
    assert (counts["spans_by_annotator"], counts["spans_by_label"]) == (
        {"bob": 1, "carol": 0},
        {"allegation": 1},
    )
    for each in manifest["files"]:
        content = (folder / each["path"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (
            each["bytes"],
            each["sha256"],
        )
    card = (folder / "data_card.md").read_text()
    assert ("# Data card: Arden" in card, "–: has no value here." in card) == (True, True)
    assert "| bob | annotator | 1 | 1 |" in card
    assert AuditEntry.objects.filter(action="study.exported").count() == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_the_same_study_gives_the_same_data_in_a_zip(marked: Study, tmp_path: Path) -> None:
    contents = []
    for path in (tmp_path / "a.zip", tmp_path / "b.zip"):
        run("export_study", marked.pk, path, "--format", "sourcemark")
        with zipfile.ZipFile(path) as archive:
            contents.append(archive.read("study.json"))
    assert contents[0] == contents[1]


def test_formats_that_are_listed_can_be_used(marked: Study, tmp_path: Path) -> None:
    source = tmp_path / "spans.csv"
    source.write_text("article,annotator,label,start,end\n")
    for words, missing in (
        (("export_study", marked.pk, tmp_path / "o", "--format", "tsv"), {"marks"}),
        (("convert", source, tmp_path / "o", "--to", "json"), {"marks", "sourcemark"}),
        (("convert", source, tmp_path / "o", "--to", "marks"), {"marks", "sourcemark"}),
        (("convert", source, tmp_path / "o", "--to", "csv", "--from", "x"), set()),
    ):
        with pytest.raises(CommandError) as refused:
            run(*words)
        known = set(str(refused.value).partition("Known are ")[2].rstrip(".").split(", "))
        assert "jsonl" in known
        assert known & missing == set()


def test_what_is_there_already_is_not_overwritten(marked: Study, tmp_path: Path) -> None:
    path = tmp_path / "mine.zip"
    path.write_text("precious")
    with pytest.raises(CommandError, match="there already"):
        run("export_study", marked.name, path)
    assert path.read_text() == "precious"


def test_a_folder_is_not_called_like_a_file(marked: Study, tmp_path: Path) -> None:
    (tmp_path / "spans.csv").write_text("article,annotator,label,start,end\n")
    for words in (
        ("convert", tmp_path / "spans.csv", tmp_path / "x.csv", "--to", "csv"),
        ("export_study", marked.pk, tmp_path / "x.json"),
    ):
        with pytest.raises(CommandError, match=r"Name a folder \(x\) or a zip \(x\.zip\)"):
            run(*words)
    assert [path.name for path in tmp_path.iterdir()] == ["spans.csv"]


def test_before_its_tables_are_made_a_command_says_so(db: None) -> None:
    class Asks(ExplainedCommand):
        def handle(self, *args: object, **options: object) -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("select 1 from not_made_yet")

    with pytest.raises(CommandError, match=r"Make them first: manage\.py migrate"):
        call_command(Asks())


def test_a_refusal_leaves_nothing_behind(marked: Study, tmp_path: Path) -> None:
    for args in (("Nowhere", "x.zip"), (marked.name, "x.zip", "--format", "odd")):
        with pytest.raises(CommandError):
            run("export_study", args[0], tmp_path / args[1], *args[2:])
    assert list(tmp_path.iterdir()) == []


def test_a_whole_study_comes_in_elsewhere_under_a_manager(
    db: None, tmp_path: Path, transactional_db: None
) -> None:
    demo = ensure_demo(folder=tmp_path).study
    led_by = demo.created_by.username
    path = tmp_path / "demo.zip"
    run("export_study", demo.pk, path, "--by", led_by)
    with pytest.raises(CommandError, match="here already"):
        run("import_study", path)
    lift_guards(connection, "truncate")
    lift_guards(connection)
    call_command("flush", interactive=False, verbosity=0)
    User.objects.create_user("ada", "ada@example.org", "correct horse")
    told = run("import_study", path, "--manager", "ada")
    study = Study.objects.get(pk=demo.pk)
    assert f"“{study.name}”" in told
    assert "New accounts that nobody can sign in with" in told
    assert "Managed here by ada." in told
    assert User.objects.get(username="ada") in managers(study)


def test_a_study_without_a_manager_says_so_and_can_be_given_one(
    marked: Study, alice: User, tmp_path: Path
) -> None:
    marked.memberships.filter(user=alice).update(ended_at=timezone.now())
    out = tmp_path / "out.zip"
    with pytest.raises(CommandError, match=r"Nobody manages “Arden”.*make_manager .* --by NAME"):
        run("export_study", marked.pk, out)
    User.objects.create_superuser("root", "root@example.org", "correct horse")
    run("export_study", marked.pk, out, "--by", "root")
    with pytest.raises(CommandError, match="no open account “nobody” here"):
        run("make_manager", marked.pk, "nobody")
    assert run("make_manager", "Arden", "alice") == "alice manages “Arden”.\n"
    run("export_study", marked.pk, tmp_path / "again.zip")


def test_import_study_says_what_is_wrong(db: None, tmp_path: Path) -> None:
    path = tmp_path / "study.json"
    path.write_text("{}")
    lines = tmp_path / "q.jsonl"
    lines.write_text('{"id": "a", "text": "Words.", "n_code_points": 6, "assignments": []}')
    for args, said in (
        ((lines,), r"q\.jsonl: This is no whole study .* but JSON Lines.* import_corpus STUDY"),
        ((tmp_path / "none.zip",), "no such file"),
        ((path,), "sourcemark-study/1"),
        ((path, "--person", "x"), "OLD=HERE"),
        ((path, "--manager", "nobody"), "no open account"),
    ):
        with pytest.raises(CommandError, match=said):
            run("import_study", *args)


def test_a_conversion_leaves_out_what_cannot_be_taken_when_told_to(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    (source / "a.txt").write_text("Officials said so.")
    (source / "a.ann").write_text("T1\tclaim 0 9\tOfficials\nT2\tclaim 40 49\tElsewhere\n")
    with pytest.raises(CommandError, match=r"a\.ann, line 2"):
        run("convert", source, target, "--to", "jsonl")
    assert not target.exists()
    told = run("convert", source, target, "--to", "jsonl", "--leave-out")
    assert "1 article from brat standoff" in told
    assert "refused: a.ann, line 2" in told
    (line,) = (target / "articles.jsonl").read_text().splitlines()
    assert [each["label"] for each in json.loads(line)["assignments"][0]["spans"]] == ["claim"]
    (source / "a.txt").unlink()
    with pytest.raises(CommandError):  # nothing is left then
        run("convert", source, tmp_path / "none", "--to", "jsonl", "--from", "brat", "--leave-out")
    assert not (tmp_path / "none").exists()


def test_files_that_only_inception_reads_get_a_hint(tmp_path: Path) -> None:
    place = tmp_path / "project" / "annotation" / "a.txt"
    place.mkdir(parents=True)
    (place / "bob.ser").write_bytes(b"\xac\xed\x00\x05")
    with pytest.raises(CommandError, match="Export the project from it again"):
        run("convert", tmp_path / "project", tmp_path / "out", "--to", "csv")


@pytest.mark.on_sqlite
def test_a_command_says_by_its_exit_code_what_came_of_it(tmp_path: Path) -> None:
    """As a shell runs it; what it writes is tried elsewhere."""
    (tmp_path / "a.txt").write_text("Officials said so.")
    (tmp_path / "a.ann").write_text("T1\tclaim 0 9\tOfficials\n")
    command = [sys.executable, "manage.py", "convert", tmp_path, tmp_path / "out.zip", "--to"]
    refused = subprocess.run([*command, "odd"], capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("CommandError: There is no format “odd”")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ann", "a.txt"]
    assert subprocess.run([*command, "jsonl"], capture_output=True, check=False).returncode == 0


def test_convert_needs_no_database(marked: Study, tmp_path: Path) -> None:
    """pytest-django blocks the database for whoever has not asked for it; here we only count."""
    run("export_study", marked.name, tmp_path / "out", "--format", "csv")
    with CaptureQueriesContext(connection) as queries:
        told = run("convert", tmp_path / "out", tmp_path / "again.zip", "--to", "jsonl")
    assert len(queries) == 0
    assert "1 article from CSV" in told
    run("convert", tmp_path / "again.zip", tmp_path / "back", "--to", "csv", "--from", "jsonl")
    for name, n_columns in (("articles.csv", 100), ("spans.csv", 13)):  # then come the answers
        tables = [
            [row[:n_columns] for row in csv.reader(StringIO((tmp_path / place / name).read_text()))]
            for place in ("out", "back")
        ]
        assert tables[0] == tables[1]


def test_convert_refuses_wrong_marks_with_their_lines(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "articles.csv").write_text("article,text\n1,some words\n")
    (folder / "spans.csv").write_text("article,annotator,label,start,end\n1,bob,x,5,99\n")
    with pytest.raises(CommandError, match=r"line 2: Mark .* outside the text"):
        run("convert", folder, tmp_path / "out", "--to", "jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_zip_goes_only_into_a_folder_that_is_there(marked: Study, tmp_path: Path) -> None:
    place = tmp_path / "nowhere"
    for words in (("export_study", marked.pk), ("convert", tmp_path)):
        options = ("--to", "csv") if words[0] == "convert" else ()
        with pytest.raises(CommandError, match=r"There is no folder .*nowhere to write a\.zip in"):
            run(*words, place / "a.zip", *options)
    assert list(tmp_path.iterdir()) == []

import json

import pytest
from django.core.management import CommandError, call_command

from annotations.corpus.models import Article, Import, ImportState
from tests.corpus.samples import FIRE, jsonl


@pytest.fixture
def files(tmp_path):
    """`files({"a.txt": b"…"})` writes them and gives their paths."""

    def write(contents):
        for name, content in contents.items():
            (tmp_path / name).write_bytes(content)
        return [str(tmp_path / name) for name in contents]

    return write


def run(capsys, *args, **options):
    call_command("import_articles", *args, **options)
    return capsys.readouterr()


@pytest.mark.parametrize("named", ["id", "name"])
def test_files_become_articles_of_the_named_study(study, alice, files, capsys, named):
    paths = files({"a.txt": b"One two.", "w.jsonl": jsonl(FIRE, "[1]", FIRE)})
    said = run(capsys, str(study.pk) if named == "id" else study.name, *paths)
    assert said.out.splitlines() == [
        "a.txt: “a”, 2 words",
        "w.jsonl, line 1: “Harbour fire leaves two dead”, 10 words",
        "w.jsonl, line 3: left out, the same text as w.jsonl, line 1",
        "2 stored, 1 here already, 1 wrong.",
    ]
    assert said.err.startswith("w.jsonl, line 2: This is a list, not a JSON object.")
    assert [article.imported_by for article in Article.objects.all()] == [alice, alice]


def test_what_holds_for_all_is_given_by_options(study, files, capsys):
    paths = files({"a.txt": b"Eins."})
    run(capsys, study.name, *paths, "--outlet=Kurier", "--language=de", "--event=Brand")
    article = Article.objects.get()
    assert (article.outlet.name, article.language, article.event) == ("Kurier", "de", "Brand")


def test_all_or_none_stores_none(study, files):
    paths = files({"a.txt": b"One.", "b.txt": b"\xff"})
    with pytest.raises(CommandError, match=r"Nothing was stored: 1 wrong, 0 here already, 1 new\."):
        call_command("import_articles", study.name, *paths, "--all-or-none")
    assert Article.objects.count() == 0
    assert Import.objects.get().state == ImportState.CANCELLED


def test_a_check_stores_nothing(study, files, capsys):
    said = run(capsys, study.name, *files({"a.txt": b"One."}), "--check")
    assert said.out.splitlines() == [
        "a.txt: “a”, 1 word",
        "Nothing was stored: --check was given.",
    ]
    assert Article.objects.count() == 0


@pytest.mark.parametrize(
    ("study_name", "contents", "sentence"),
    [
        ("Nowhere", {"a.txt": b"x"}, "There is no study “Nowhere”."),
        ("Arden", {"a.txt": b""}, "Nothing was stored: 1 wrong, 0 here already, 0 new."),
        ("Arden", {"a.txt": b"x" * 2000}, r"a\.txt is more than 1 kB\."),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    study, files, settings, study_name, contents, sentence
):
    settings.SOURCEMARK_MAX_UPLOAD_BYTES = 1000
    with pytest.raises(CommandError, match=sentence):
        call_command("import_articles", study_name, *files(contents))


def test_a_file_that_is_not_there_is_named(study, tmp_path):
    with pytest.raises(
        CommandError, match=r"none\.txt cannot be read: No such file or directory\."
    ):
        call_command("import_articles", study.name, str(tmp_path / "none.txt"))


def test_only_a_manager_imports(study, bob, files):
    with pytest.raises(CommandError, match=r"There is no manager “bob”\."):
        call_command("import_articles", study.name, *files({"a.txt": b"One."}), "--by=bob")


def test_an_article_with_a_crawler_prefix_keeps_its_bytes(study, files, capsys):
    """Its body begins at code point 17, right after the prefix."""
    content = " date 2023-11-10 Port officials’ “claim”.\n".encode()
    run(capsys, study.name, *files({"port.txt": content}))
    article = Article.objects.get()
    assert article.text.encode() == content
    assert json.dumps(article.sentences) == "[[17, 41]]"


def test_unknown_columns_are_left_out_when_asked_for(study, tmp_path, capsys):
    table = tmp_path / "week.csv"
    table.write_text("title,text,mood,date\nFire,It burned.,grim,yesterday\n")
    with pytest.raises(CommandError):
        call_command("import_articles", study.name, str(table))
    assert "“mood”, “date” (did you mean “published_on”?)" in capsys.readouterr().err
    call_command("import_articles", study.name, str(table), "--ignore-unknown-columns")
    assert "Columns that are left out: mood, date" in capsys.readouterr().out
    assert [article.text for article in Article.objects.filter(study=study)] == ["It burned."]

"""import_corpus: what the page does, at a command line and without its limits."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.exchange.formats import find_format
from annotations.exchange.models import CorpusImport
from annotations.exchange.packing import write_folder
from annotations.exchange.records import (
    ArticleRecord,
    Corpus,
    FragmentRecord,
    GoldRecord,
    PersonRecord,
    SpanRecord,
    StudyRecord,
)
from annotations.marking.models import Span
from annotations.study.models import Label, Study
from tests.people import TEXT

from .test_bringing import TWO, span, work
from .test_formats import written


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Bob's and Carol's marks, a model's, and gold; one mark too many."""
    wrong = SpanRecord("9", "Claim", (FragmentRecord(3, 4, "x"),))
    gold = GoldRecord((span("1", "Claim", "alleged"),))
    gpt = work("gpt", span("1", "attribution", "Ilana Voss", suggested=True))
    first = ArticleRecord("a", "Strike", TEXT, "", 0, assignments=(*TWO, gpt), gold=gold)
    second = ArticleRecord("b", "Fire", f"{TEXT}!", "", 0, assignments=(work("bob", wrong),))
    study = StudyRecord(people=(PersonRecord("gpt", is_model=True),))
    folder = tmp_path / "corpus"
    write_folder(written(find_format("jsonl"), Corpus(study, (first, second))), folder)
    return folder


def run(*words: object) -> tuple[str, str]:
    out, progress = StringIO(), StringIO()
    call_command("import_corpus", *map(str, words), stdout=out, stderr=progress)
    return out.getvalue(), progress.getvalue()


def stored() -> list[tuple[str, str, str, int]]:
    works = Assignment.objects.order_by("article__title", "annotator__username")
    return [(w.article.title, w.annotator.username, w.state, w.spans.count()) for w in works]


def test_check_says_all_that_the_page_says_and_stores_nothing(
    codebook: Study, bob: User, corpus: Path, tmp_path: Path
) -> None:
    path = tmp_path / "map.json"
    told, _ = run("Arden", corpus, "--check", "--mapping", path, "--leave-out")
    for words in (
        "JSON Lines", "2 articles, 2 labels, 3 people", "Claim = new", "“alleged strike”",
        "attribution = attribution", "bob = bob", "carol = new", "gpt = left out (a model",
        "Gold = left out", "round “Main” and counts as submitted", "1 cannot be taken:",
        "articles.jsonl, line 2: Mark 9", "Gold is left out, unless", "Nothing was stored: --check",
    ):  # fmt: skip
        assert words in told
    assert (Article.objects.count(), CorpusImport.objects.count()) == (0, 0)
    kept = json.loads(path.read_text())
    assert kept["labels"] == {"Claim": "new", "attribution": "attribution"}
    assert (kept["round"], kept["gold_as"], kept["submit"]) == ("Main", "leave", True)
    assert kept["people"] == {"bob": "bob", "carol": "new", "gpt": "leave"}


def test_a_mapping_that_was_corrected_by_hand_is_what_is_stored(
    codebook: Study, alice: User, bob: User, carol: User, corpus: Path, tmp_path: Path
) -> None:
    path = tmp_path / "map.json"
    run("Arden", corpus, "--check", "--mapping", path, "--leave-out")
    kept = json.loads(path.read_text())
    kept["labels"]["Claim"] = "allegation"
    path.write_text(json.dumps({**kept, "gold_as": "new"}))
    again, _ = run("Arden", corpus, "--check", "--mapping", path)
    assert "Claim = allegation" in again
    told, _ = run("Arden", corpus, "--mapping", path, "--model", "gpt=bob")
    assert "Stored: 2 articles (2 new), 4 assignments, 4 spans, 0 links, 1 suggestion." in told
    assert "1 of the files could not be taken" in told
    assert stored() == [
        ("Fire", "bob", "submitted", 0), ("Strike", "bob", "in_progress", 3),
        ("Strike", "carol", "submitted", 1), ("Strike", "gold", "submitted", 1),
    ]  # fmt: skip
    assert not Label.objects.filter(study=codebook, slug="claim").exists()
    made = CorpusImport.objects.get()
    assert (made.state, made.created_by, made.n_done) == ("done", alice, 2)


def test_options_say_the_same_without_a_file(
    codebook: Study, bob: User, carol: User, corpus: Path
) -> None:
    chosen = ("--label", "Claim=leave", "--person", "carol=leave", "--no-submit", "--leave-out")
    run("Arden", corpus, "--round", "Main", *chosen)
    assert stored() == [("Fire", "bob", "waiting", 0), ("Strike", "bob", "in_progress", 1)]
    assert Span.objects.get().label == codebook.labels.get(slug="attribution")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", r"1 of it cannot be taken .*--leave-out"),
        ("--leave-out --label Clame=new", "“Clame” is no label of these files. Theirs: “Claim”"),
        ("--leave-out --label Claim=clame", "is no label of this study. Known: .*allegation"),
        ("--leave-out --person bob=bbo", "is no member of this study. Known: alice, bob"),
        ("--leave-out --person x=bob", "“x” is no person of these files"),
        ("--leave-out --person carol=bob", "were mapped to"),
        ("--leave-out --model gpt=new", "need a person who decides"),
        ("--leave-out --round Pilot", "no open round of this study. Open: “Main”"),
        ("--leave-out --label Claim", "wants OLD=HERE"),
        ("--leave-out --format csv", "One CSV file with spans is needed"),
        ("--mapping /nowhere.json", "nowhere.json: No such file"),
    ],
)
def test_a_refusal_says_what_there_is_and_stores_nothing(
    codebook: Study, bob: User, corpus: Path, words: str, said: str
) -> None:
    with pytest.raises(CommandError) as refused:
        run("Arden", corpus, *words.split())
    assert re.search(said, str(refused.value))
    assert (Article.objects.count(), CorpusImport.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "x"}, "sourcemark-mapping/1"),
        ({"lables": {}}, "“lables” is not known. Known: labels, people"),
        ({"labels": ["Claim"]}, "What “labels” says cannot be understood"),
        ({"people": {"bob": 1}}, "What “people” says"),
        ({"labels": {"Clame": "new"}}, "“Clame” is no label of these files"),
    ],
)
def test_a_mapping_that_is_no_mapping_is_refused_in_words(
    codebook: Study, bob: User, corpus: Path, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    path = tmp_path / "map.json"
    path.write_text(json.dumps({"format": "sourcemark-mapping/1", **change}))
    with pytest.raises(CommandError) as refused:
        run("Arden", corpus, "--mapping", path)
    assert said in str(refused.value)


def test_a_text_and_its_marks_given_apart_are_one_corpus_and_progress_is_told(
    codebook: Study, bob: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.SOURCEMARK_MAX_UPLOAD_BYTES = settings.SOURCEMARK_MAX_ZIP_ENTRIES = 1  # the page's
    (tmp_path / "one.txt").write_text("Officials said so.")
    (tmp_path / "one.ann").write_text("T1\tattribution 0 9\tOfficials\n")
    monkeypatch.setattr("annotations.management.commands.import_corpus.EVERY", 1)
    paths = (tmp_path / "one.ann", tmp_path / "one.txt")
    told, progress = run("Arden", *paths, "--annotator", "bob", "--format", "brat")
    assert "1 article (1 new), 1 assignment, 1 span" in told
    assert progress.split("\n")[:3] == [
        "  1 articles read …", "  1 of 1 articles looked at …", "  1 of 1 articles stored …",
    ]  # fmt: skip

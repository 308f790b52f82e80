"""`manage.py agreement` prints the tables and writes the same to files."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.study.models import Study
from tests.marks import close_gold, mark, submit
from tests.people import assign


@pytest.fixture
def two_readings(study: Study, article: Article, bob: User, carol: User) -> None:
    for who, end in ((bob, 9), (carol, 18)):
        mine = assign(article, who)
        mark(mine, "attribution", (0, end))
        mark(mine, "allegation", (39, 57))
        submit(mine)


def test_the_tables_are_printed_and_written(
    study: Study, article: Article, dave: User, two_readings: None, tmp_path: Path
) -> None:
    out = StringIO()
    close_gold(article, dave, ("attribution", (0, 9)))

    call_command("agreement", "Arden", out=tmp_path, stdout=out, stderr=StringIO())

    assert "Bob and Carol" in out.getvalue()
    assert "Gamma (γ)" in out.getvalue()
    rows = json.loads((tmp_path / "labels.json").read_text())["rows"]
    assert {row["label"]: row["exact_f1"] for row in rows}["Allegation"] == 1
    assert (tmp_path / "methods.txt").read_text().startswith("Agreement was computed on 1 article")
    assert "Annotators against gold" in out.getvalue()
    assert "Annotators against gold" in (tmp_path / "report.html").read_text()
    assert len(list(tmp_path.glob("*.tex"))) == 11


def test_an_unknown_study_or_label_is_named(study: Study, two_readings: None) -> None:
    with pytest.raises(CommandError, match="Nowhere"):
        call_command("agreement", "Nowhere")
    with pytest.raises(CommandError, match="no label rumour"):
        call_command("agreement", "Arden", label=["rumour"])
    with pytest.raises(CommandError, match="no article"):
        call_command("agreement", "Arden", article=["Nowhere"])


def test_a_study_without_submissions_says_so(study: Study) -> None:
    with pytest.raises(CommandError, match="Nobody has submitted anything"):
        call_command("agreement", "Arden")

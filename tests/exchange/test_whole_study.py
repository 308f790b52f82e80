"""A whole study goes out, comes in where there is none, and goes out again as the same bytes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from annotations.accounts.models import User
from annotations.exchange.actions import ensure_demo
from annotations.exchange.actions.whole import restore_study
from annotations.exchange.formats import find_format
from annotations.exchange.frame import FileRefused, SourceFiles, SourceLimits
from annotations.exchange.packing import About, Wanted, pack
from annotations.exchange.queries.corpus import read_corpus, read_whole
from annotations.exchange.queries.tables import LEFT_OUT, study_tables
from annotations.exchange.records import Corpus, StudyRecord
from annotations.marking.chain import check_chains
from annotations.marking.models import Operation, Span
from annotations.study.checkup import check_audit, check_witnesses
from annotations.study.models import AuditEntry, Study
from annotations.text.cleaning import sha256
from project.doctor import examine

ROOM = SourceLimits(total_bytes=10**9, file_bytes=10**9)


class Undone(Exception):
    """Makes a transaction leave nothing behind."""


def exported(study: Study) -> bytes:
    write = find_format("sourcemark").write
    assert write is not None
    corpus = Corpus(StudyRecord(), (), read_whole(study))
    return b"".join(chunk for _, chunk in write(corpus, {}))


def files_of(content: bytes) -> SourceFiles:
    return SourceFiles.uploaded([("study.json", content)], ROOM)


def written_and_undone(make: Callable[[], Study]) -> bytes:
    """The file of a study of which the database then knows nothing."""
    content = b""
    try:
        with transaction.atomic():
            content = exported(make())
            raise Undone
    except Undone:
        assert not Study.objects.exists()
    return content


KEPT: list[bytes] = []  # telling the demo takes seconds


@pytest.fixture
def demo_file(db: None, tmp_path: Path) -> bytes:
    if not KEPT:
        KEPT.append(written_and_undone(lambda: ensure_demo(folder=tmp_path).study))
    return KEPT[0]


def test_the_demo_study_comes_back_to_the_same_bytes(demo_file: bytes) -> None:
    restored = restore_study(files=files_of(demo_file))
    connection.check_constraints()
    assert exported(restored.study) == demo_file
    assert restored.n_articles == json.loads(demo_file)["articles"].__len__()
    assert Span.objects.count() > 0
    assert Operation.objects.count() > 0
    assert AuditEntry.objects.filter(study=restored.study).exists()
    check_digests(restored.study)


def check_digests(study: Study) -> None:
    """Made anew where the study came in, for they are not in the file."""
    found = [*check_audit(study.pk), *check_witnesses(study.pk), *check_chains(study.pk)]
    assert [str(finding) for finding in found] == []
    assert study.audit_entries.exclude(witness="").exists()
    assert study.assignments.exclude(digest="").exists()


def test_the_file_is_json_that_any_program_reads(demo_file: bytes) -> None:
    data = json.loads(demo_file)
    assert data["format"] == "sourcemark-study/1"
    assert set(data) == {"format", "head", "articles"}


def test_a_file_that_another_program_laid_out_anew_is_the_same_study(demo_file: bytes) -> None:
    again = json.dumps(json.loads(demo_file), indent=2).encode()
    assert exported(restore_study(files=files_of(again)).study) == demo_file


def test_its_people_get_accounts_that_nobody_can_sign_in_with(demo_file: bytes) -> None:
    restored = restore_study(files=files_of(demo_file))
    people = User.objects.filter(username__in=restored.new_people)
    assert len(people) == len(restored.new_people) > 2
    assert {(user.is_active, user.has_usable_password()) for user in people} == {(False, False)}


def test_people_who_are_here_already_keep_their_accounts(demo_file: bytes) -> None:
    name = json.loads(demo_file)["head"]["user"][0]["username"]
    here = User.objects.create_user(name, "here@example.org", "correct horse")
    other = json.loads(demo_file)["head"]["user"][1]["username"]
    robert = User.objects.create_user("robert", "robert@example.org", "correct horse")
    restored = restore_study(files=files_of(demo_file), people={other: "robert"})
    assert sorted(restored.known_people) == sorted([name, "robert"])
    check_digests(restored.study)
    assert [str(finding) for finding in examine()] == []
    told = exported(restored.study).decode()
    assert "digest" not in json.loads(told)["head"]["auditentry"][0]
    assert str(here.pk) in told
    assert str(robert.pk) in told
    for row, account in zip(json.loads(demo_file)["head"]["user"], (here, robert), strict=False):
        assert row["id"] not in told
        told = told.replace(str(account.pk), row["id"])
    sums, others = gold_sums(demo_file.decode()), gold_sums(told)
    for was, is_now in zip(sums, others, strict=True):  # they are of content with people's ids
        told = told.replace(is_now, was)
    assert sums != others
    assert but_people(told) == but_people(demo_file.decode())  # all else is as it was


def but_people(told: str) -> Any:
    """What a study's file says, with no more of people than their ids."""
    data = json.loads(told)
    data["head"]["user"] = sorted(row["id"] for row in data["head"]["user"])
    return data


def gold_sums(told: str) -> list[str]:
    rows = [row for each in json.loads(told)["articles"] for row in each.get("goldversion", ())]
    return [row["content_sha256"] for row in rows]


def test_a_sum_that_is_wrong_in_the_file_is_found_here_too(demo_file: bytes) -> None:
    data = json.loads(demo_file)
    article_row(data, "goldversion")["content_sha256"] = "0" * 64
    for row in data["head"]["user"]:
        User.objects.create_user(row["username"], f"{row['username']}@example.org", "correct horse")
    restored = restore_study(files=files_of(json.dumps(data).encode()))
    assert restored.new_people == []
    found = [finding.check for finding in examine()]
    assert sorted(found) == ["curation.sums", "curation.versions"]


def test_a_study_that_is_here_already_is_refused(demo_file: bytes) -> None:
    restore_study(files=files_of(demo_file))
    with pytest.raises(FileRefused, match="here already"):
        restore_study(files=files_of(demo_file))


def test_neutral_records_of_the_file_are_those_of_the_database(demo_file: bytes) -> None:
    study = restore_study(files=files_of(demo_file)).study
    read = find_format("sourcemark").read
    assert read is not None
    from annotations.exchange.frame import Hints

    reading = read(files_of(demo_file), Hints())
    corpus = read_corpus(study)
    assert reading.study == corpus.study
    assert list(reading.articles) == list(corpus.articles)
    assert any(work.spans for article in corpus.articles for work in article.assignments)
    counts = [
        packed(Corpus(corpus.study, (), read_whole(study)), "sourcemark", Wanted()),
        packed(corpus, "jsonl", Wanted(states=(), suggestions=True)),
    ]
    assert counts[0] == counts[1]
    assert len(counts[0]["spans_by_annotator"]) == 3


def packed(corpus: Corpus, name: str, wanted: Wanted) -> dict[str, Any]:
    """The counts of an export of this kind."""
    packing = pack(corpus, find_format(name), about=About(""), wanted=wanted)
    assert any(path == "data_card.md" and b"mira.demo" in chunk for path, chunk in list(packing))
    return packing.counts.as_json()


def article_row(data: Any, table: str) -> Any:
    return next(rows[table][0] for rows in data["articles"] if rows.get(table))


HALF = sha256("\ud83d")


@pytest.mark.parametrize(
    ("table", "values", "said"),
    [
        ("fragment", {"start": 99_999_999}, "other words"),
        ("fragment", {"quote": "Xyz"}, "other words"),
        ("fragment", {"text_length": 10**6}, "another length"),
        ("fragment", {"span": "00000000-0000-4000-8000-000000000000"}, "leads to nothing"),
        ("span", {"stretch": "3-2", "start": 3, "end": 2}, "does not fit the text"),
        ("span", {"stretch": "0-1", "start": 0, "end": 1}, "not the stretch"),
        ("link", {"cue_quote": "nowhere"}, "other words"),
        ("span", {"stretch": "1-99999999"}, "does not fit the text"),
        ("span", {"stretch": "nonsense"}, "does not fit the text"),
        ("span", {"kind": "other"}, "cannot be"),
        ("span", {"ver": -1}, "whole number"),
        ("span", {"ver": 2**40}, "whole number"),
        ("span", {"origin": 3}, "must be words"),
        ("span", {"label": "00000000-0000-4000-8000-000000000000"}, "leads to nothing"),
        ("span", {"label": "nonsense"}, "label"),
        ("span", {"strange": 1}, "not known"),
        ("article", {"text_sha256": "0" * 64}, "SHA-256"),
        ("article", {"n_code_points": 1}, "another length"),
        ("article", {"text": "\ud83d", "n_code_points": 1, "text_sha256": HALF}, "half of a char"),
        ("article", {"title": "\0"}, "NUL"),
        ("article", {"title": "\ud83d"}, "half of a char"),
        ("article", {"title": "x" * 501}, "longer"),
        ("assignment", {"annotator": "00000000-0000-4000-8000-000000000000"}, "leads to nothing"),
        ("assignment", {"created_at": "yesterday"}, "created_at"),
        ("operation", {"status": "odd"}, "cannot be"),
        ("operation", {"result": {"message": ["\ud83d"]}}, "half of a char"),
    ],
)
def test_a_spoilt_row_is_refused_with_its_place_and_nothing_is_stored(
    demo_file: bytes, table: str, values: dict[str, Any], said: str
) -> None:
    data = json.loads(demo_file)
    article_row(data, table).update(values)
    with pytest.raises(FileRefused, match=said) as refused:
        restore_study(files=files_of(json.dumps(data).encode()))
    assert "study.json, article “" in str(refused.value)
    assert not Study.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        (b"\n]}\n", b"\n", "ends in the middle"),
        (b'"articles": [\n', b'"articles": [\n{"article": []},\n', "not one article"),
        (b'"articles": [\n', b'"articles": [\n{"article": },\n', "line .*not JSON"),
        (b'"articles": [\n', b'"articles": [\n{"odd": [{}], "article": [', "not JSON"),
        (b'"study": [\n', b'"study": [\n7,\n', "JSON object"),
        (b'"study": [', b'"strange": [', "must come first"),
        (b'"label": [', b'"strange": [', "no table"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(
    demo_file: bytes, was: bytes, becomes: bytes, said: str
) -> None:
    assert was in demo_file
    at = demo_file.rindex(was) if was.startswith(b"\n") else demo_file.index(was)
    spoilt = demo_file[:at] + becomes + demo_file[at + len(was) :]
    with pytest.raises(FileRefused, match=said):
        restore_study(files=files_of(spoilt))
    assert not Study.objects.exists()


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.99])
def test_a_file_cut_short_is_refused(demo_file: bytes, share: float) -> None:
    with pytest.raises(FileRefused):
        restore_study(files=files_of(demo_file[: int(len(demo_file) * share)]))
    assert not Study.objects.exists()


def test_every_table_of_a_study_is_in_its_file_or_left_out_by_name() -> None:
    models = {
        model._meta.model_name
        for model in apps.get_app_config("annotations").get_models()
        if any(field.name == "study" for field in model._meta.concrete_fields)
    }
    assert models - set(study_tables()) <= set(LEFT_OUT)
    assert set(study_tables()) - models == {"study"}

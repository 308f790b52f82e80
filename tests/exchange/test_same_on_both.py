"""A study gives the same bytes on SQLite and on PostgreSQL: those that lie beside this test.

They were written once, on SQLite: a study with gold, a thread, emoji, and names that the two
databases' own orders would put in different places.
"""

from pathlib import Path

import pytest
from django.db import connection

from annotations.exchange.actions.whole import restore_study
from annotations.exchange.formats import find_format
from annotations.exchange.frame import FileRefused
from annotations.exchange.queries.corpus import read_corpus

from .test_whole_study import exported, files_of

FOLDER = Path(__file__).parent / "same_on_both"


@pytest.mark.django_db
def test_a_study_gives_the_same_bytes_on_either_database() -> None:
    content = (FOLDER / "whole_study.json").read_bytes()
    study = restore_study(files=files_of(content)).study
    connection.check_constraints()
    assert exported(study) == content
    write = find_format("jsonl").write
    assert write is not None
    files: dict[str, bytes] = {}
    for path, chunk in write(read_corpus(study), {}):
        files[path] = files.get(path, b"") + chunk
    for path, found in files.items():
        assert found == (FOLDER / path).read_bytes()
    assert {*files, "whole_study.json"} == {each.name for each in FOLDER.iterdir()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        (b'"username": "', b'"username": " ', "is no name that an account can have"),
        (b'"kind": "label", "label"', b'"kind": [], "label"', "study.json"),
        (b'"user": [\n{', b'"user": [\n{"username": "eve"},\n{', "“eve” has no id"),
        (b'"stretch": ', b'"strich": ', "does not fit the text"),
    ],
)
def test_a_spoilt_file_is_refused_in_words(was: bytes, becomes: bytes, said: str) -> None:
    content = (FOLDER / "whole_study.json").read_bytes()
    assert was in content
    with pytest.raises(FileRefused, match=said):
        restore_study(files=files_of(content.replace(was, becomes)))

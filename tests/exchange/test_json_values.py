"""JSON files of any layout and size are read a value at a time."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.exchange.frame import FileRefused, SourceFiles, SourceLimits, json_in
from annotations.exchange.frame.json_in import json_values

LEAVES = st.none() | st.booleans() | st.integers() | st.text()
PLAIN = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


def files(content: bytes, most: int = 1_000_000) -> SourceFiles:
    return SourceFiles.uploaded([("a.json", content)], SourceLimits(line_bytes=most))


def values(content: bytes, most: int = 1_000_000) -> list[Any]:
    return [value for _, value in json_values(files(content, most), "a.json")]


@given(st.lists(PLAIN), st.sampled_from([None, 1]), st.sampled_from(["utf-8", "utf-8-sig"]))
@settings(max_examples=40, deadline=None)
def test_a_list_gives_its_values_however_it_is_laid_out(
    whole: list[Any], indent: int | None, encoding: str
) -> None:
    words = json.dumps(whole, indent=indent, ensure_ascii=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_in, "BLOCK", 3)  # signs, numbers and words are cut in two
        assert values(words.encode(encoding)) == whole


def test_values_come_before_the_end_of_the_file_is_read() -> None:
    many = ",\n".join([json.dumps({"text": "x" * 50_000})] * 3)
    walk = json_values(files(f"[{many},\n[1 2]]".encode()), "a.json")
    begun = [next(walk) for _ in range(3)]
    assert [(line, len(value["text"])) for line, value in begun] == [
        (1, 50_000), (2, 50_000), (3, 50_000),
    ]  # fmt: skip
    with pytest.raises(FileRefused, match=r"^a.json, line 4, character 4: This is not JSON"):
        next(walk)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1, character 1: This is not JSON"),
        (b"[1,]", "line 1, character 4: This is not JSON (Expecting value)."),
        (b"[1\n 2]", "line 2, character 2: This is not JSON (Expecting ',' delimiter)."),
        (b"[1]\n[2]", "line 2, character 1: This is not JSON (Extra data)."),
        (b'[{"a": 1, "a": 2}]', 'the key "a" stands twice'),
        (b"[\n\n[NaN]]", "line 3: This is not JSON that can be read: NaN is no number"),
        (b'["\n\xff"]', "line 2: It is not UTF-8 here."),
        (b"[" * 100_000, "This is nested too deeply"),
        (b'["' + b"x" * 200_000 + b'"]', "line 1: One value in it is longer than"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(content: bytes, said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        values(content, most=100_000)
    assert said in str(refused.value)

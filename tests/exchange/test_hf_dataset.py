"""The dataset as Parquet readers see it."""

import io
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from annotations.exchange.formats import find_format
from annotations.exchange.frame.losses import strip_all
from annotations.exchange.frame.naming import canonical
from annotations.exchange.packing import write_folder
from annotations.exchange.records import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    EntityRecord,
    FragmentRecord,
    GoldRecord,
    LinkRecord,
    RegionRecord,
    SpanRecord,
)
from annotations.text.cleaning import sha256

from .corpora import STUDY, corpora


@given(corpus=corpora())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rows_hold_the_articles_and_their_spans(corpus: Corpus) -> None:
    form = find_format("hf_dataset")
    assert form.write is not None
    files: dict[str, bytes] = {}
    for path, chunk in form.write(corpus, {}):
        files[path] = files.get(path, b"") + chunk
    assert files["README.md"].startswith(b"---\nconfigs:\n")
    rows = pq.read_table(io.BytesIO(files["data/train-00000-of-00001.parquet"])).to_pylist()
    assert [row["text"] for row in rows] == [article.text for article in corpus.articles]
    for row, article in zip(rows, corpus.articles, strict=True):
        assert canonical(_article_of(row)) == canonical(strip_all(form.losses, article))


def _article_of(row: dict[str, Any]) -> ArticleRecord:
    """All that a row holds, as a record: what is not in it and no loss is missed."""
    works = [(work["is_gold"], _work_of(work)) for work in row.pop("works")]
    (gold,) = [work for is_gold, work in works if is_gold] or [None]
    return ArticleRecord(
        **row | {"regions": tuple(RegionRecord(**each) for each in row["regions"])},
        n_code_points=len(row["text"]),
        assignments=tuple(work for is_gold, work in works if not is_gold),
        gold=gold and GoldRecord(gold.spans, gold.links, gold.entities),
    )


def _work_of(work: dict[str, Any]) -> AssignmentRecord:
    names: dict[str, EntityRecord] = {}

    def answer(kind: str, value: str) -> str | bool:
        if kind == "name":
            return names.setdefault(value, EntityRecord(f"name {len(names)}", value)).id
        return value == "yes" if kind == "yes_no" else value

    spans = tuple(
        SpanRecord(
            **{name: value for name, value in span.items() if name != "answers"}
            | {"fragments": tuple(FragmentRecord(**part) for part in span["fragments"])},
            attributes={each["name"]: answer(each["kind"], each["value"])
                        for each in span["answers"]},
        )
        for span in work["spans"]
    )  # fmt: skip
    links = tuple(
        LinkRecord(link["source"], link["target"], link["cue"] and FragmentRecord(**link["cue"]))
        for link in work["links"]
    )
    about = {name: work[name] for name in ("annotator", "round", "state", "codebook")}
    return AssignmentRecord(**about, spans=spans, links=links, entities=tuple(names.values()))


@pytest.mark.parametrize(("name", "works"), [("hf_dataset", "works"), ("jsonl", "assignments")])
def test_datasets_loads_the_folder(
    name: str, works: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))  # before it is imported
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import disable_progress_bars, load_dataset

    disable_progress_bars()
    write = find_format(name).write
    assert write is not None
    write_folder(write(Corpus(STUDY, (_article("🔥 He said no."), _article("No."))), {}), tmp_path)
    loaded = load_dataset(
        *((str(tmp_path),) if name == "hf_dataset" else ("json",)),
        data_files=None if name == "hf_dataset" else str(tmp_path / "articles.jsonl"),
        cache_dir=str(tmp_path / "cache"),
        split="train",
    )
    assert loaded["text"][:] == ["🔥 He said no.", "No."]
    (work, *_), _ = loaded[works][:]
    assert work["annotator"] == "bob"
    assert [
        (span["label"], [row["text"][part["start"] : part["end"]] for part in span["fragments"]])
        for row in loaded
        for span in row[works][0]["spans"]
    ] == [("attribution", ["He"]), (None, ["said", "no"])]


def _article(text: str) -> ArticleRecord:
    """One with marks, if it has the words; bob found nothing in others."""
    spans: tuple[SpanRecord, ...] = ()
    if text.startswith("🔥"):
        parts = (FragmentRecord(5, 9, "said"), FragmentRecord(10, 12, "no"))
        spans = (
            SpanRecord(
                "A1", "attribution", (FragmentRecord(2, 4, "He"),), {"source_kind": "paper"}
            ),
            SpanRecord("X1", None, parts, note="why?"),
        )
    links = (LinkRecord("A1", "X1", FragmentRecord(5, 9, "said")),) if spans else ()
    work = AssignmentRecord("bob", spans, links, state="submitted", codebook=1)
    gold = GoldRecord(spans, links) if spans else None
    return ArticleRecord(text, text, text, sha256(text), len(text), assignments=(work,), gold=gold)

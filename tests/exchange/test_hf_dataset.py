"""The dataset as Parquet readers see it."""

import io

import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings

from annotations.exchange.formats import find_format
from annotations.exchange.records import Corpus

from .corpora import corpora


@given(corpus=corpora())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rows_hold_the_articles_and_their_spans(corpus: Corpus) -> None:
    write = find_format("hf_dataset").write
    assert write is not None
    files: dict[str, bytes] = {}
    for path, chunk in write(corpus, {}):
        files[path] = files.get(path, b"") + chunk
    assert files["README.md"].startswith(b"---\nconfigs:\n")
    rows = pq.read_table(io.BytesIO(files["data/train-00000-of-00001.parquet"])).to_pylist()
    assert [row["text"] for row in rows] == [article.text for article in corpus.articles]
    for row, article in zip(rows, corpus.articles, strict=True):
        read = [
            (work["annotator"], span["label"], tuple(part["text"] for part in span["fragments"]))
            for work in row["works"]
            if not work["is_gold"]
            for span in work["spans"]
        ]
        assert read == [
            (work.annotator, span.label, tuple(part.text for part in span.fragments))
            for work in article.assignments
            for span in work.spans
        ]

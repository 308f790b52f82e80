"""A Hugging Face dataset: Parquet files with a row for each article, and a card.

Written only. `datasets.load_dataset("the folder")` reads it; every column has one type, whatever
a codebook asks.
"""

import io
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from ..frame import Chunk, Form
from ..frame.losses import HISTORY, OF_STUDY, PROVENANCE, THREADS
from ..records import Answer, ArticleRecord, AssignmentRecord, Corpus
from ._labelled_text import Kinds
from ._works import all_works, kinds_asked

LOSSES = (HISTORY, *OF_STUDY, THREADS, PROVENANCE)
ROWS = 100  # in a row group, which is what is held at once
DATA, CARD = "data/train-00000-of-00001.parquet", "README.md"
PARTICULARS = ("id", "title", "text", "sha256", "outlet", "byline", "url", "published_on",
               "language", "direction", "event")  # fmt: skip


class _Pipe(io.RawIOBase):
    """Where Parquet is written; what has come so far is taken out again and again."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._at += len(self._parts[-1])
        return len(self._parts[-1])

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    yield CARD, _card(corpus).encode()
    schema = _schema(pa)
    kinds = kinds_asked(corpus.study.codebook)
    pipe = _Pipe()
    articles = iter(corpus.articles)
    with pq.ParquetWriter(pipe, schema, compression="zstd") as writer:
        while rows := [_row(article, kinds) for article in islice(articles, ROWS)]:
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            yield DATA, pipe.taken()
    yield DATA, pipe.taken()


def _schema(pa: Any) -> Any:
    words, number, yes_no = pa.string(), pa.int64(), pa.bool_()
    fragment = pa.struct([("start", number), ("end", number), ("text", words)])
    answer = pa.struct([("name", words), ("kind", words), ("value", words)])
    region = pa.struct([("start", number), ("end", number), ("kind", words)])
    span = pa.struct(
        [
            ("id", words),
            ("label", words),
            ("fragments", pa.list_(fragment)),
            ("answers", pa.list_(answer)),
            ("note", words),
            ("flag", words),
            ("suggested", yes_no),
            ("origin", words),
            ("codebook", number),
        ]
    )
    link = pa.struct([("source", words), ("target", words), ("cue", fragment)])
    work = pa.struct(
        [
            ("annotator", words),
            ("is_gold", yes_no),
            ("round", words),
            ("state", words),
            ("codebook", number),
            ("spans", pa.list_(span)),
            ("links", pa.list_(link)),
        ]
    )
    particulars = [(name, words) for name in PARTICULARS]
    lists = [("regions", pa.list_(region)), ("works", pa.list_(work))]
    return pa.schema([*particulars, *lists])


def _row(article: ArticleRecord, kinds: Kinds) -> dict[str, Any]:
    works = [_work(work, is_gold, kinds) for is_gold, work in all_works(article)]
    regions = [
        {"start": each.start, "end": each.end, "kind": each.kind} for each in article.regions
    ]
    particulars = {name: getattr(article, name) for name in PARTICULARS}
    return {**particulars, "regions": regions, "works": works}


def _work(work: AssignmentRecord, is_gold: bool, kinds: Kinds) -> dict[str, Any]:
    names = {entity.id: entity.name for entity in work.entities}
    spans = [
        {
            "id": span.id,
            "label": span.label,  # None for an extent
            "fragments": [
                {"start": part.start, "end": part.end, "text": part.text} for part in span.fragments
            ],
            "answers": [
                {"name": name, **_answer(answer, kinds.get((span.label, name), "entity"), names)}
                for name, answer in span.attributes.items()
            ],
            "note": span.note,
            "flag": span.flag,
            "suggested": span.suggested,
            "origin": span.origin,
            "codebook": span.codebook,  # None: that of the work
        }
        for span in work.spans
    ]
    links = [
        {
            "source": link.source,
            "target": link.target,
            "cue": link.cue
            and {"start": link.cue.start, "end": link.cue.end, "text": link.cue.text},
        }
        for link in work.links
    ]
    return {
        "annotator": work.annotator,
        "is_gold": is_gold,
        "round": work.round,
        "state": work.state,
        "codebook": work.codebook,
        "spans": spans,
        "links": links,
    }


def _answer(answer: Answer, asked: str, names: Mapping[str, str]) -> dict[str, str]:
    if isinstance(answer, bool):
        return {"kind": "yes_no", "value": "yes" if answer else "no"}
    if asked == "entity" and answer in names:
        return {"kind": "name", "value": names[answer]}
    return {"kind": "words", "value": answer}


def _card(corpus: Corpus) -> str:
    labels = "\n".join(
        f"- `{label.slug}`: {label.name}. {label.definition}".rstrip()
        for label in corpus.study.codebook.labels
    )
    return (
        "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n"
        f"    path: {DATA}\n---\n# {corpus.study.name or 'Articles with marks'}\n\n"
        "A row for each article. `works` holds every annotator's spans and links, and gold. "
        "Offsets count code points of `text`; ends are exclusive; a span without a label is an "
        f"extent. An answer's kind is words, yes_no or name (of a source).\n\n{labels}\n"
    )


FORM = Form(
    name="hf_dataset",
    title="Hugging Face dataset (Parquet)",
    endings=(".parquet",),
    about="For datasets, pandas and other readers of Parquet: a row for each article. Only "
    "written.",
    losses=LOSSES,
    write=write,
    needs="pyarrow",
)

"""spaCy's DocBin: a Doc for each article, a span group for each annotator and for gold.

Written only. Tokens are cut where a span begins or ends, so that every span is whole. A span of
several stretches is several spans of one id. The rest of a record is JSON in user_data.
"""

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from annotations.text.tokens import segments

from ..frame import Chunk, Form
from ..frame.losses import HISTORY, OF_STUDY, PROVENANCE, THREADS
from ..frame.record_json import dump
from ..records import ArticleRecord, Corpus
from ._labelled_text import about_article
from ._works import EXTENT, GOLD, all_works

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

LOSSES = (HISTORY, *OF_STUDY, THREADS, PROVENANCE)
MOST = 100  # docs in a file, so that no more are held at once


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    vocab = Vocab()
    number, held = 1, DocBin(store_user_data=True)
    for article in corpus.articles:
        held.add(_doc(article, vocab))
        if len(held) == MOST:
            yield f"articles-{number:05}.spacy", held.to_bytes()
            number, held, vocab = number + 1, DocBin(store_user_data=True), Vocab()
    if len(held) or number == 1:
        yield f"articles-{number:05}.spacy", held.to_bytes()


def _doc(article: ArticleRecord, vocab: "Vocab") -> "Doc":
    from spacy.tokens import Doc, Span, SpanGroup

    works = list(all_works(article))
    stretches = {part for _, work in works for span in work.spans for part in span.stretch}
    words, spaces, starts = _tokens(article.text, stretches)
    doc = Doc(vocab, words=words, spaces=spaces)
    about: dict[str, Any] = {}
    for is_gold, work in works:
        key = _free(GOLD if is_gold else work.annotator, doc.spans)
        made = []
        for span in work.spans:
            label = EXTENT if span.label is None else span.label
            for start, end in span.stretch:
                first, stop = bisect_left(starts, start), bisect_left(starts, end)
                made.append(Span(doc, first, stop, label=label, span_id=span.id))
        doc.spans[key] = SpanGroup(doc, name=key, spans=made)
        about[key] = {"gold": is_gold, **dump(work)}
    doc.user_data["sourcemark"] = json.dumps(
        {"article": about_article(article), "works": about}, ensure_ascii=False
    )
    return doc


def _free(name: str, taken: Any) -> str:
    while name in taken:
        name += "'"
    return name


def _tokens(text: str, stretches: set[tuple[int, int]]) -> tuple[list[str], list[bool], list[int]]:
    """Words that tile the text, whether a space follows each, and where they start."""
    begins = {start for start, _ in stretches}
    ends = {end for _, end in stretches}
    edges = sorted(begins | ends)
    words: list[str] = []
    spaces: list[bool] = []
    starts: list[int] = []
    for start, end in segments(text):
        low, high = bisect_left(edges, start + 1), bisect_left(edges, end)
        places = [start, *edges[low:high], end]
        for left, right in pairwise(places):
            folds = text[left:right] == " " and words and not spaces[-1]
            if folds and left not in begins and right not in ends and words[-1] != " ":
                spaces[-1] = True
                continue
            words.append(text[left:right])
            spaces.append(False)
            starts.append(left)
    return words, spaces, starts


FORM = Form(
    name="spacy_docbin",
    title="spaCy DocBin (span groups)",
    endings=(".spacy",),
    about="For training with spaCy: a span group for each annotator and for gold. Only written.",
    losses=LOSSES,
    write=write,
    needs="spacy",
)

"""DocBin files as spaCy reads them."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings

from annotations.exchange.formats import find_format
from annotations.exchange.frame.losses import strip_all
from annotations.exchange.frame.naming import canonical
from annotations.exchange.frame.record_json import load
from annotations.exchange.records import ArticleRecord, AssignmentRecord, Corpus, GoldRecord

from .corpora import corpora


@given(corpus=corpora(most=2))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_spacy_reads_the_same_texts_and_spans(corpus: Corpus) -> None:
    from spacy.tokens import DocBin  # seconds to load, here alone
    from spacy.vocab import Vocab

    form = find_format("spacy_docbin")
    assert form.write is not None
    content = b"".join(chunk for _, chunk in form.write(corpus, {}))
    docs = list(DocBin().from_bytes(content).get_docs(Vocab()))
    for doc, article in zip(docs, corpus.articles, strict=True):
        assert doc.text == article.text
        works = {work.annotator: work.spans for work in article.assignments}
        if article.gold is not None:
            works["gold"] = article.gold.spans
        assert {
            name: sorted((span.label_, span.start_char, span.end_char, span.id_) for span in group)
            for name, group in doc.spans.items()
        } == {
            name: sorted(
                (span.label or "Extent", *part, span.id) for span in spans for part in span.stretch
            )
            for name, spans in works.items()
        }
        kept = _kept(doc.text, json.loads(doc.user_data["sourcemark"]))
        assert canonical(kept) == canonical(strip_all(form.losses, article))


def _kept(text: str, about: dict[str, Any]) -> ArticleRecord:
    """What stands beside the spans, field by field."""
    works = [(row["gold"], load(AssignmentRecord, row)) for row in about["works"].values()]
    (gold,) = [work for is_gold, work in works if is_gold] or [None]
    return replace(
        load(ArticleRecord, about["article"] | {"text": text}),
        assignments=tuple(work for is_gold, work in works if not is_gold),
        gold=gold and GoldRecord(gold.spans, gold.links, gold.entities),
    )

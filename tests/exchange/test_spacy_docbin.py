"""DocBin files as spaCy reads them."""

from hypothesis import HealthCheck, given, settings
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from annotations.exchange.formats import find_format
from annotations.exchange.records import Corpus

from .corpora import corpora


@given(corpus=corpora(most=2))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_spacy_reads_the_same_texts_and_spans(corpus: Corpus) -> None:
    write = find_format("spacy_docbin").write
    assert write is not None
    content = b"".join(chunk for _, chunk in write(corpus, {}))
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

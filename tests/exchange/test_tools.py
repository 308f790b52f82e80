"""Label Studio, doccano and Prodigy would take what is written for them: their documents say so."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from annotations.exchange.formats import find_format
from annotations.exchange.records import Corpus

from .corpora import corpora, with_odd_labels
from .test_formats import written
from .tools_by_the_book import check_doccano, check_label_studio, check_prodigy

CHECKS: dict[str, Callable[..., None]] = {
    "label_studio": check_label_studio,
    "doccano": check_doccano,
    "prodigy": check_prodigy,
}


@pytest.mark.parametrize("name", CHECKS)
@given(corpus=corpora(most=2))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_files_for_other_tools_are_as_those_document_them(name: str, corpus: Corpus) -> None:
    for each in (corpus, with_odd_labels(corpus)):
        CHECKS[name](*(content for _, content in written(find_format(name), each)))

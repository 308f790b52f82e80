"""Label Studio, doccano and Prodigy would take what is written for them: their documents say so."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from annotations.exchange.formats import find_format
from annotations.exchange.records import Corpus

from .corpora import corpora, with_odd_labels
from .test_formats import written
from .test_nasty_files import corpus as one_of_each
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


SPOILT = [
    ("label_studio", 0, 'value="allegation"', 'value="x"'),
    ("label_studio", 0, 'name="attribution.entity"', 'name="y"'),
    ("label_studio", 0, 'value="$text"', 'value="$body"'),
    ("label_studio", 1, '"end": 9', '"end": 8'),
    ("label_studio", 1, '"labels": ["loaded_word"]', '"labels": ["x"]'),
    ("label_studio", 1, '"from_id": "1-1-1"', '"from_id": "x"'),
    ("label_studio", 1, '"completed_by": 1', '"completed_by": "bob"'),
    ("label_studio", 1, '"type": "textarea"', '"type": "choices"'),
    ("label_studio", 1, '"direction": "right"', '"direction": "up"'),
    ("doccano", 0, '"start_offset": 0', '"start_offset": "0"'),
    ("doccano", 0, '"from_id": 1', '"from_id": 9'),
    ("doccano", 0, '"label": "attribution"', '"label": ""'),
    ("prodigy", 0, '"token_end": 0', '"token_end": 1'),
    ("prodigy", 0, '"ws": true', '"ws": false'),
    ("prodigy", 0, '"head": 0', '"head": 1'),
]


@pytest.mark.parametrize(("name", "at", "was", "becomes"), SPOILT)
def test_what_a_tool_would_not_take_is_seen(name: str, at: int, was: str, becomes: str) -> None:
    files = [content for _, content in written(find_format(name), one_of_each())]
    CHECKS[name](*files)
    assert was.encode() in files[at]
    files[at] = files[at].replace(was.encode(), becomes.encode(), 1)
    with pytest.raises((AssertionError, KeyError)):
        CHECKS[name](*files)

"""An article with known blocks and sentences, assigned to Bob."""

import hashlib
from itertools import pairwise

import pytest

from annotations.corpus.models import Article
from annotations.study.models import Study
from tests.people import TEXT


def make_plain_article(study: Study, text: str = TEXT, title: str = "Strike in Arden") -> Article:
    """An article whose paragraphs are its blocks and whose sentences end with a full stop."""
    ends = [place for place in range(1, len(text) + 1) if text[place - 2 : place] == "\n\n"]
    cuts = sorted({0, *ends, len(text)})
    stops = [place + 1 for place, sign in enumerate(text) if sign == "."]
    starts = [0, *stops[:-1]] if stops else []
    return Article.objects.create(
        study=study,
        title=title,
        text=text,
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        n_code_points=len(text),
        n_words=len(text.split()),
        blocks=[[start, end] for start, end in pairwise(cuts)],
        sentences=[
            [start + len(text[start:stop]) - len(text[start:stop].lstrip()), stop]
            for start, stop in zip(starts, stops, strict=True)
        ],
        segmenter="plain",
        imported_by=study.created_by,
    )


@pytest.fixture
def article(study: Study) -> Article:
    return make_plain_article(study)

"""Texts kept in the process. A text never changes (the database refuses), so none grows stale."""

import uuid
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from annotations.corpus.models import Article

from .wire import Stretch

KEPT_CODE_POINTS = 12_000_000  # some 12 to 48 MB


@dataclass(frozen=True)
class FixedText:
    """What of an article never changes: its text, and the sentences found at import."""

    text: str
    sentences: tuple[Stretch, ...]
    language: str = "en"


_kept: OrderedDict[uuid.UUID, FixedText] = OrderedDict()
_lock = Lock()


def kept_text(article_id: uuid.UUID) -> FixedText | None:
    with _lock:
        known = _kept.get(article_id)
        if known:
            _kept.move_to_end(article_id)
        return known


def keep_text(
    article_id: uuid.UUID, text: str, sentences: list[list[int]], language: str
) -> FixedText:
    fixed = FixedText(text, tuple((start, end) for start, end in sentences), language)
    with _lock:
        _kept[article_id] = fixed
        _kept.move_to_end(article_id)
        while len(_kept) > 1 and sum(len(each.text) for each in _kept.values()) > KEPT_CODE_POINTS:
            _kept.popitem(last=False)
    return fixed


def fixed_text(article: Article) -> FixedText:
    """The text of an article that may have been fetched without it."""
    known = kept_text(article.pk)
    return known or keep_text(article.pk, article.text, article.sentences, article.language)

"""Texts kept in the process. A text never changes (the database refuses); how it is cut may.

Sentences follow from the text, its language, what cut it, and the regions that are not article
text. Every batch reads those along with its rows, so that a manager's change in another process
is seen with the next save.
"""

import uuid
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from annotations.corpus.models import Article

from .wire import Stretch

KEPT_CODE_POINTS = 12_000_000  # some 12 to 48 MB


class Cut(NamedTuple):
    """What the sentences of a text follow from; with another cut they are read again."""

    language: str
    segmenter: str
    regions: tuple[Stretch, ...]


@dataclass(frozen=True)
class FixedText:
    """A text with its sentences as of `cut`; without a cut they are not known."""

    text: str
    sentences: tuple[Stretch, ...] = ()
    cut: Cut | None = None

    @property
    def language(self) -> str:
        return self.cut.language if self.cut else "en"


_kept: OrderedDict[uuid.UUID, FixedText] = OrderedDict()
_lock = Lock()


def kept_text(article_id: uuid.UUID) -> FixedText | None:
    with _lock:
        known = _kept.get(article_id)
        if known:
            _kept.move_to_end(article_id)
        return known


def keep_text(article_id: uuid.UUID, fixed: FixedText) -> FixedText:
    with _lock:
        _kept[article_id] = fixed
        _kept.move_to_end(article_id)
        while len(_kept) > 1 and sum(len(each.text) for each in _kept.values()) > KEPT_CODE_POINTS:
            _kept.popitem(last=False)
    return fixed


def text_of(article: Article) -> str:
    """The text of an article that may have been fetched without it."""
    known = kept_text(article.pk) or keep_text(article.pk, FixedText(article.text))
    return known.text

"""A study as a corpus of neutral records, or as the rows of a whole study."""

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Generic, TypeVar

from annotations.accounts.models import User
from annotations.study.models import Study

from ..records import ArticleRecord, Corpus, Row, StudyRows
from ..rows import Names, article_record, study_record
from .rows import OF_RECORDS, RowReader

T = TypeVar("T")


class Walk(Generic[T]):
    """Something that can be walked more than once, each time read anew."""

    def __init__(self, begin: Callable[[], Iterator[T]]) -> None:
        self._begin = begin

    def __iter__(self) -> Iterator[T]:
        return self._begin()


def read_whole(study: Study) -> StudyRows:
    """Every row. Read it inside a snapshot."""
    reader = RowReader(study)
    return StudyRows(Walk(reader.head), Walk(reader.articles))


def read_corpus(
    study: Study, only: User | None = None, hidden: Collection[uuid.UUID] = ()
) -> Corpus:
    """Everybody's work on every kept article; with `only`, what that person did and nothing else.

    `hidden` are articles that are left out. The study's particulars are read now, articles while
    they are walked, 50 at a time.
    """
    reader = RowReader(study, OF_RECORDS, only, hidden)
    head: dict[str, list[Row]] = {}
    for table, row in reader.head():
        head.setdefault(table, []).append(row)
    names = Names(head)

    def walk() -> Iterator[ArticleRecord]:
        for tables in reader.articles():
            article = article_record(tables, names)
            yield _sourceless(article) if only and study.hide_source else article

    articles: Iterable[ArticleRecord] = Walk(walk)
    return Corpus(study_record(head, names), articles)


def _sourceless(article: ArticleRecord) -> ArticleRecord:
    """As an annotator of a blind study sees it."""
    return replace(article, outlet="", byline="", url="", published_on="")

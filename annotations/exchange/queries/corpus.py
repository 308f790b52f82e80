"""A study as a corpus of neutral records, or as the rows of a whole study."""

from collections.abc import Callable, Iterable, Iterator
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


def read_corpus(study: Study, only: User | None = None) -> Corpus:
    """Everybody's work on every kept article; with `only`, what that person did and nothing else.

    The study's particulars are read now, articles while they are walked, 50 at a time.
    """
    reader = RowReader(study, OF_RECORDS, only)
    head: dict[str, list[Row]] = {}
    for table, row in reader.head():
        head.setdefault(table, []).append(row)
    names = Names(head)

    def walk() -> Iterator[ArticleRecord]:
        for tables in reader.articles():
            yield article_record(tables, names)

    articles: Iterable[ArticleRecord] = Walk(walk)
    return Corpus(study_record(head, names), articles)

"""Words anywhere in an article: by an index where the database has one (`annotations.indexes`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField, F, Func, Q, Value

from annotations.indexes import words_of


class HasWord(Func):
    """Title, byline or text have it, as one expression: a word has no line ends."""

    output_field = BooleanField()

    def __init__(self, word: str) -> None:
        pattern = f"%{connection.ops.prep_for_like_query(word)}%"
        super().__init__(F("title"), F("byline"), F("text"), Value(pattern))

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        told = [compiler.compile(each) for each in self.get_source_expressions()]
        title, byline, text, pattern = (sql for sql, _ in told)
        params = [value for _, values in told for value in values]
        return f"{words_of(title, byline, text)} LIKE UPPER({pattern})", params


def reads(word: str) -> Q:
    """Title, byline or text have it: each article is looked into."""
    return Q(title__icontains=word) | Q(byline__icontains=word) | Q(text__icontains=word)


def holds(word: str) -> Q:
    """The same, by the index where the database has one."""
    return Q(HasWord(word)) if connection.vendor == "postgresql" else reads(word)


@contextmanager
def in_order() -> Iterator[None]:
    """Rows that come in the order of an index are gone through until a page is full. PostgreSQL
    takes frequent words for rare ones, and would look into all texts first and sort afterwards."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        sorts("off")
        yield
        sorts("on")


def sorts(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_sort = {state}")

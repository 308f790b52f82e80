"""Words anywhere in an article: by an index of trigrams on PostgreSQL.

The index is made after `migrate`, and again where it is missing. It needs the extension pg_trgm,
which comes with PostgreSQL and which the owner of a database may create. Without it all texts are
looked through: the same is found, in seconds where there are a hundred thousand.
"""

from typing import Any

from django.db import Error, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q, Value

NAME = "article_words"
EXTENSION = """
SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
WHERE extname = 'pg_trgm'
"""


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
        return f"{expression(title, byline, text)} LIKE UPPER({pattern})", params


def expression(title: str, byline: str, text: str) -> str:
    """Upper case as in Django's own `icontains`."""
    return f"UPPER({title} || E'\\n' || {byline} || E'\\n' || {text})"


def reads(word: str) -> Q:
    """Title, byline or text have it: each article is looked into."""
    return Q(title__icontains=word) | Q(byline__icontains=word) | Q(text__icontains=word)


def holds(word: str) -> Q:
    """The same, by the index where the database has one."""
    return Q(HasWord(word)) if connection.vendor == "postgresql" else reads(word)


def set_index(connection: BaseDatabaseWrapper) -> bool:
    """Whether the index is there now. Doing it twice changes nothing."""
    made = f"CREATE INDEX IF NOT EXISTS {NAME} ON annotations_article USING gin"
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(EXTENSION)
            (schema,) = cursor.fetchone()
            words = expression("title", "byline", "text")
            cursor.execute(f"{made} (({words}) {schema}.gin_trgm_ops)")
    except Error:
        return False
    return True


def after_migrate(*, using: str, **_: Any) -> None:
    connection = connections[using]
    if connection.vendor == "postgresql" and "annotations_article" in (
        connection.introspection.table_names()
    ):
        set_index(connection)

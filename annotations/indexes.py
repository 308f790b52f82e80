"""Indexes that PostgreSQL alone needs: words anywhere in an article, what single cases look like,
who did what last (SQLite keeps the rows of a key in the order of their ids by itself).

They are made after `migrate`, and again where one is missing, as guards and notices are. Those for
words need the extension pg_trgm, which comes with PostgreSQL and which the owner of a database may
create. Without it all texts are read: the same is found, in seconds where there are a hundred
thousand of them.
"""

from typing import Any

from django.db import Error, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

WORDS = "UPPER({title} || E'\\n' || {byline} || E'\\n' || {text})"
TRIGRAMS = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
SCHEMA = """
SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
WHERE extname = 'pg_trgm'
"""
PLAIN = {
    "alias_by_number": "annotations_alias (study_id, number)",
    "audit_by_actor": "annotations_auditentry (study_id, actor_id, id)",
    "cases_by_look": "annotations_articlecases USING gin ((counts -> 'looks') jsonb_path_ops)",
    "cases_flagged": (
        "annotations_articlecases (study_id, is_closed, contest DESC, article_id) "
        "WHERE counts #> '{flagged,0}' > '0'::jsonb"
    ),
    "submission_latest": "annotations_submission (submitted_at DESC, id DESC)",
    "operation_latest": (
        "annotations_operation (user_id, study_id, id DESC) WHERE rev IS NOT NULL"
    ),
}
OF_WORDS = {
    "article_words": f"annotations_article USING gin (({WORDS}) {{schema}}.gin_trgm_ops)",
    "article_title_words": (
        "annotations_article USING gin (UPPER(title::text) {schema}.gin_trgm_ops)"
    ),
}


def words_of(title: str, byline: str, text: str) -> str:
    """The expression that is indexed. Upper case as in Django's own `icontains`."""
    return WORDS.format(title=title, byline=byline, text=text)


def set_indexes(connection: BaseDatabaseWrapper) -> bool:
    """Make what is missing. False where words can have no index."""
    with connection.cursor() as cursor:
        for name, told in PLAIN.items():
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {told}")
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(TRIGRAMS)
            cursor.execute(SCHEMA)
            (schema,) = cursor.fetchone()
            for name, told in OF_WORDS.items():
                on = told.format(schema=schema, title="title", byline="byline", text="text")
                cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {on}")
    except Error:
        return False
    return True


def after_migrate(*, using: str, **_: Any) -> None:
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    tables = set(connection.introspection.table_names())
    if {"annotations_article", "annotations_articlecases"} <= tables:
        set_indexes(connection)

"""How the rows go that a test has committed.

Django would flush and then let every app make its content types and permissions anew, some tenth
of a second for each test in the browser. Those stay here: no test changes them. On PostgreSQL
rows are deleted, because a TRUNCATE makes new files for every table there is.
"""

from functools import cache

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import TransactionTestCase

from annotations.guards import KEPT, lift_guards, missing_guards, set_guards
from annotations.notices import set_counting, set_notices

STAY = {Permission._meta.db_table, ContentType._meta.db_table}


@cache
def statements() -> tuple[str, ...]:
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(f"DELETE FROM {connection.ops.quote_name(t)}" for t in sorted({*found} - STAY))


def empty(_: TransactionTestCase | None = None) -> None:
    """The history's guards refuse to delete, so they are put aside and stand again afterwards."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            aside, again = (
                [f"ALTER TABLE {table} {which} TRIGGER USER" for table in KEPT]
                for which in ("DISABLE", "ENABLE")
            )
            check = "SET CONSTRAINTS ALL IMMEDIATE"  # or no table with open ones could be altered
            cursor.execute("; ".join((*aside, *statements(), check, *again)))
        else:
            lift_guards(connection)
            for statement in statements():
                cursor.execute(statement)
            set_guards(connection)
    if missing_guards(connection):  # a test took them away
        set_guards(connection)
        set_notices(connection)
        set_counting(connection)

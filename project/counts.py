"""The cache in the database, which counts wrong passwords and the like.

Django's own takes an error of the database for "somebody else was quicker". With a full disk nobody
could be counted, and whoever signed in heard that they had tried too often. Here the error is
raised, and answered with 503.
"""

import base64
import pickle
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router, transaction
from django.utils import timezone

FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


class Counts(DatabaseCache):
    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        """Whether it was stored; "add" leaves what is there and has not ended."""
        if mode == "touch":
            return bool(super()._base_set(mode, key, value, timeout))  # type: ignore[misc]
        db = router.db_for_write(self.cache_model_class)
        connection = connections[db]
        table = connection.ops.quote_name(self._table)  # type: ignore[attr-defined]
        now, until = timezone.now().replace(microsecond=0), self.get_backend_timeout(timeout)
        ends = FOR_EVER if until is None else datetime.fromtimestamp(until, tz=UTC)
        adapt = connection.ops.adapt_datetimefield_value
        values = [key, packed(value), adapt(ends.replace(microsecond=0))]
        statement = (
            f"INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s) "
            "ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, "
            "expires = excluded.expires"
        )
        if mode == "add":
            statement += f" WHERE {table}.expires < %s"
            values.append(adapt(now))
        with transaction.atomic(using=db), connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            n_rows = cursor.fetchone()[0]
            if n_rows > self._max_entries:
                self._cull(db, cursor, now, n_rows)  # type: ignore[attr-defined]
            cursor.execute(statement, values)
            return bool(cursor.rowcount)


def packed(value: Any) -> str:
    """As Django's own reads it."""
    return base64.b64encode(pickle.dumps(value, pickle.HIGHEST_PROTOCOL)).decode("ascii")

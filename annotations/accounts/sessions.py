"""Sessions in the database that know whose they are.

One query answers both "which session" and "whose": the row brings its user along.
"""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DbSessionStore
from django.utils import timezone

from .models import Session, User


class SessionStore(DbSessionStore):
    """Django's database sessions over our own table; `user_row` is the user it was loaded with."""

    user_row: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        live = Session.objects.filter(expire_date__gt=timezone.now())
        row = live.filter(session_key=self.session_key).select_related("user").first()
        self.user_row = row.user if row else None
        if row is None:
            self._session_key = None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = super().create_model_instance(data)
        assert isinstance(row, Session)
        row.user_id = data.get(SESSION_KEY)
        return row

"""Sessions in the database that know whose they are.

One query answers both "which session" and "whose": the row brings its user along.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DbSessionStore
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from annotations.prepared import prepared

from .models import Session, User

KEY = re.compile(r"[a-z0-9]{8,40}")  # as Django makes them: 32 of these


class SessionStore(DbSessionStore):
    """Django's database sessions over our own table; `user_row` is the user it was loaded with."""

    user_row: User | None = None

    def _validate_session_key(self, key: str | None) -> bool:
        """What no session can be called never reaches a database: PostgreSQL fails at a NUL."""
        return bool(key and KEY.fullmatch(key))

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        row = find_session(self.session_key)
        self.user_row = row.user if row else None
        if row is None:
            self._session_key = None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = super().create_model_instance(data)
        assert isinstance(row, Session)
        row.user_id = data.get(SESSION_KEY)
        return row


class Joined:
    """The statement that brings a session and its user, composed once: every request asks it, and
    composing it took a quarter of the time that a save costs the web process."""

    def __init__(self) -> None:
        self.fields = [*Session._meta.concrete_fields, *User._meta.concrete_fields]
        quote = connection.ops.quote_name
        columns = [
            f"{quote(field.model._meta.db_table)}.{quote(str(field.column))}"
            for field in self.fields
        ]
        sessions, users = quote(Session._meta.db_table), quote(User._meta.db_table)
        self.sql = (
            f"SELECT {', '.join(columns)} FROM {sessions} LEFT JOIN {users}"
            f" ON {users}.{quote('id')} = {sessions}.{quote('user_id')}"
            f" WHERE {sessions}.{quote('session_key')} = %s"
            f" AND {sessions}.{quote('expire_date')} > %s"
        )
        readers = (self._reader(at, field) for at, field in enumerate(self.fields))
        self.readers = [reader for reader in readers if reader[2]]

    def _reader(self, at: int, field: Any) -> tuple[int, Any, list[Any]]:
        expression = field.get_col(field.model._meta.db_table)
        backend = connection.ops.get_db_converters(expression)
        return at, expression, [*backend, *expression.get_db_converters(connection)]

    def row(self, found: Sequence[Any]) -> Session:
        values = list(found)
        for at, expression, convert in self.readers:
            for each in convert:
                values[at] = each(values[at], expression, connection)
        n, names = len(Session._meta.concrete_fields), [str(f.attname) for f in self.fields]
        session = Session.from_db(connection.alias, names[:n], values[:n])
        if session.user_id is not None:
            session.user = User.from_db(connection.alias, names[n:], values[n:])
        return session


@cache
def joined(vendor: str) -> Joined:
    return Joined()


def find_session(key: str | None) -> Session | None:
    """A live session with its user, in one query."""
    statement = joined(connection.vendor)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with prepared() as cursor:
        cursor.execute(statement.sql, [key, now])
        found = cursor.fetchone()
    return None if found is None else statement.row(found)


BROWSER = "signed_in_by"  # key in the session's data
LONGEST_AGENT = 200  # characters


def describe_browser(request: HttpRequest, address: str) -> None:
    """Kept with the session, so that its owner can tell it from a stranger's."""
    agent = request.headers.get("User-Agent", "")[:LONGEST_AGENT]
    now = timezone.now().isoformat()
    request.session[BROWSER] = {"at": now, "address": address, "agent": agent}


@dataclass(frozen=True)
class SignedIn:
    """A browser in which a person is signed in. `name` stands for the session's secret key."""

    name: str
    at: datetime | None
    address: str
    agent: str
    is_this: bool

    @property
    def browser(self) -> str:
        return name_browser(self.agent)


def name_browser(agent: str) -> str:
    """ "Firefox on Linux": a guess from what the browser says of itself."""
    programs = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
    spoken = {"Edg": "Edge", "OPR": "Opera", "Mac OS": "a Mac"}
    found = [next((part for part in parts if part in agent), "") for parts in (programs, systems)]
    told = [spoken.get(part, part) for part in found if part]
    return " on ".join(told) or "An unknown browser"


def session_name(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()[:16]


def list_sessions(user: User, current: str | None) -> list[SignedIn]:
    """Live sessions of the person, this browser's first, then the newest."""
    found = []
    for row in Session.objects.filter(user=user, expire_date__gt=timezone.now()):
        told = row.get_decoded().get(BROWSER, {})
        at = datetime.fromisoformat(told["at"]) if "at" in told else None
        found.append(
            SignedIn(
                name=session_name(row.session_key),
                at=at,
                address=told.get("address", ""),
                agent=told.get("agent", ""),
                is_this=row.session_key == current,
            )
        )
    return sorted(found, key=lambda s: (not s.is_this, -(s.at.timestamp() if s.at else 0), s.name))


def end_session(user: User, name: str) -> bool:
    """Whether there was such a session of this person to end."""
    keys = Session.objects.filter(user=user).values_list("session_key", flat=True)
    meant = [key for key in keys if session_name(key) == name]
    return bool(Session.objects.filter(user=user, session_key__in=meant).delete()[0])

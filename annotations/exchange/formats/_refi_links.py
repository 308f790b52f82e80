"""The links of a REFI-QDA project, found by where they begin."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias
from xml.etree.ElementTree import Element

from ..frame.xml_in import line_of

AT_ONCE = 500  # places in a question to SQLite
LinkTo: TypeAlias = tuple[str, str, str, str]  # to which selection, its name, its guid, its line


class Links:
    """The links of a project, which stand at its end, by where they begin.

    They wait on disk: a large project has hundreds of thousands.
    """

    def __init__(self) -> None:
        self._rows = sqlite3.connect("")  # a file of its own that goes with the connection
        self._rows.execute(
            "CREATE TABLE link (origin TEXT, target TEXT, name TEXT, guid TEXT, line TEXT)"
        )
        self._is_sorted = False

    def add(self, link: Element) -> None:
        given = [link.get(name, "") for name in ("originGUID", "targetGUID", "name", "guid")]
        self._rows.execute("INSERT INTO link VALUES (?, ?, ?, ?, ?)", [*given, line_of(link)])

    def of(self, origins: Sequence[str]) -> dict[str, list[LinkTo]]:
        """In the order of the file."""
        if not self._is_sorted:
            self._rows.execute("CREATE INDEX by_origin ON link (origin)")
            self._is_sorted = True
        found: defaultdict[str, list[LinkTo]] = defaultdict(list)
        for at in range(0, len(origins), AT_ONCE):
            some = origins[at : at + AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = f"SELECT * FROM link WHERE origin IN ({marks}) ORDER BY rowid"
            for origin, target, name, guid, line in self._rows.execute(query, some):
                found[origin].append((target, name, guid, line))
        return found

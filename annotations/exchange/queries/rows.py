"""A study's rows as JSON values, read in portions, in an order that is the same everywhere."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.study.models import Study

from ..records import Row, Tables
from ..rows.names import NEEDED
from .tables import USER_FIELDS, Table, article_tables, head_tables, study_tables

AT_ONCE = 50  # articles whose marks are in memory
# What neutral records are made of; a whole study's file has every table.
OF_RECORDS = frozenset(
    (
        *NEEDED,
        *("article", "region", "assignment", "span", "attributevalue", "link"),
        *("adjudication", "case", "ruling", "goldspan", "goldlink", "thread", "comment"),
    )
)
# Acts that are about files of the study, not about the study: two exports give the same bytes.
ABOUT_FILES = ("study.exported", "study.imported")


@dataclass(frozen=True)
class RowReader:
    """`tables` names those that are wanted, None all. With `only`, nothing of what others did:
    that person's own assignments and names, no gold, no talk, nobody else's name."""

    study: Study
    tables: Collection[str] | None = None
    only: User | None = None
    hidden: Collection[uuid.UUID] = ()  # articles that are not shown to whoever asks

    def head(self) -> Iterator[tuple[str, Row]]:
        """(table, row) of what holds for the whole study."""
        for table in head_tables():
            if not self._is_wanted(table.name):
                continue
            for row in self._rows(table, self._head_rows(table)):
                yield table.name, row
            if table.name == "study":
                for row in self._people():
                    yield "user", row

    def articles(self) -> Iterator[Tables]:
        """The tables of each article, in the order in which articles came in."""
        keys = list(self._articles().order_by("imported_at", "pk").values_list("pk", flat=True))
        for start in range(0, len(keys), AT_ONCE):
            yield from self._portion(keys[start : start + AT_ONCE])

    def n_articles(self) -> int:
        return self._articles().count()

    def _is_wanted(self, name: str) -> bool:
        if self.only and name in ("adjudication", "case", "ruling", "goldspan", "goldlink"):
            return False
        if self.only and name in ("thread", "comment", "merge", "mergerules"):
            return False
        return self.tables is None or name in self.tables

    def _articles(self) -> "QuerySet[Article]":
        found = Article.objects.kept().filter(study=self.study).exclude(pk__in=self.hidden)
        return found.filter(assignments__annotator=self.only) if self.only else found

    def _head_rows(self, table: Table) -> "QuerySet[Model]":
        manager = table.model._default_manager
        if table.name == "study":
            return manager.filter(pk=self.study.pk)
        found = manager.filter(study=self.study)
        if table.name == "auditentry":
            found = found.exclude(action__in=ABOUT_FILES)
        if table.name == "import":
            found = found.filter(state="done")
        if table.name == "sourcefile":
            found = found.filter(imported_in__state="done")
        if self.only and table.name == "entity":
            found = found.filter(Q(owner=self.only) | Q(owner=None))
        if self.only and table.name == "membership":
            found = found.filter(user=self.only)
        return found

    def _portion(self, keys: Sequence[uuid.UUID]) -> Iterator[Tables]:
        found: dict[uuid.UUID, dict[str, list[Row]]] = {key: {} for key in keys}
        for table in article_tables():
            if not self._is_wanted(table.name):
                continue
            rows = table.model._default_manager.filter(**{f"{table.article}__in": keys})
            if self.only and table.name not in {"article", "region"}:
                rows = rows.filter(**{self._owner(table): self.only})
            grouped: defaultdict[uuid.UUID, list[Row]] = defaultdict(list)
            for key, row in self._keyed_rows(table, rows):
                grouped[key].append(row)
            for key, listed in grouped.items():
                found[key][table.name] = listed
        yield from (found[key] for key in keys)

    def _owner(self, table: Table) -> str:
        """The chain of keys to whose work a row is: "span__assignment__annotator"."""
        return f"{table.article.removesuffix('article')}annotator"

    def _keyed_rows(self, table: Table, rows: "QuerySet[Model]") -> Iterator[tuple[uuid.UUID, Row]]:
        names = [column.attname for column in table.columns]
        for key, *values in rows.order_by(*table.order).values_list(table.article, *names):
            yield key, _as_row(table, values)

    def _rows(self, table: Table, rows: "QuerySet[Model]") -> Iterator[Row]:
        names = [column.attname for column in table.columns]
        listed = rows.order_by(*table.order).values_list(*names)
        for values in listed.iterator(chunk_size=200):
            yield _as_row(table, values)

    def _people(self) -> Iterator[Row]:
        """Everybody whom a row names, by user name."""
        if self.only:
            keys = {self.only.pk}
        else:
            keys = {key for table in study_tables().values() for key in self._keys(table)}
        for user in User.objects.filter(pk__in=keys).order_by("pk").values(*USER_FIELDS):
            yield {name: str(value) for name, value in user.items() if value}

    def _keys(self, table: Table) -> Iterator[uuid.UUID]:
        study = {"pk": self.study.pk} if table.name == "study" else {"study": self.study}
        for attname in table.people:
            rows = table.model._default_manager.filter(**study).order_by()
            if table.name == "auditentry":
                rows = rows.exclude(action__in=ABOUT_FILES)
            found: Any = rows.exclude(**{attname: None}).values_list(attname, flat=True)
            yield from found.distinct()


def _as_row(table: Table, values: Sequence[Any]) -> Row:
    row = {}
    for column, value in zip(table.columns, values, strict=True):
        if value is None or (column.empty == "" and value == ""):
            continue
        row[column.name] = value if column.to_json is None else column.to_json(value)
    return row

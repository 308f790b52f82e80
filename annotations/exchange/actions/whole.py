"""A whole study from its file: every row as it was, under the same ids, all or nothing."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Model, QuerySet

from annotations.accounts.models import User
from annotations.marking.chain import chained
from annotations.marking.finishing import content_sha256
from annotations.marking.wire import format_stretch, parse_stretch
from annotations.study.actions import record
from annotations.study.models import AuditEntry, CodebookVersion, Study
from annotations.study.pouring import Pouring
from annotations.study.sealing import seal, settled, witness_of
from annotations.text.cleaning import sha256

from ..formats.sourcemark import read_rows, study_path
from ..frame import FileRefused, SourceFiles
from ..queries.tables import SEALS, Column, Table, article_tables, head_tables, study_tables
from ..records import Row, Tables
from ..rows.marks import grouped

AT_ONCE = 1_000  # rows of one table that wait for their INSERT
MOST_NAMED = 20  # people of the file that a refusal lists
AUDIT = "auditentry"
Tell = Callable[[int], object]
Sealed = Callable[[list[Any]], list[str]]  # what the columns of SEALS hold for these values
Ids = Mapping[type[Model], Collection[uuid.UUID]]  # of an article's rows


@dataclass
class Restored:
    """What came in."""

    study: Study
    n_articles: int = 0
    new_people: list[str] = field(default_factory=list)
    known_people: list[str] = field(default_factory=list)


def restore_study(
    *,
    files: SourceFiles,
    actor: User | None = None,
    people: Mapping[str, str] | None = None,
    known: QuerySet[User] | None = None,
    tell: Tell = lambda n: None,
) -> Restored:
    """Store a "sourcemark-study/1". Raises FileRefused; then nothing is stored.

    `people` says which user name here somebody of the file has ({"bob": "robert"}); others are
    met by their own, among the accounts `known` (without it: all of them). Who has no account gets
    one that nobody can sign in with. `tell` hears how many articles are stored. `actor` is who
    brings it in; without one the audit stays as it was.
    """
    path = study_path(files)
    try:
        with transaction.atomic():
            restored = _Restoring(
                files, path, people or {}, User.objects.all() if known is None else known, tell
            ).run()
            if actor is not None:
                record(
                    study=restored.study,
                    actor=actor,
                    action="study.imported",
                    subject=restored.study,
                    after={"articles": restored.n_articles, "file": path},
                )
            return restored
    except (DataError, IntegrityError) as error:
        reason = f"Its rows do not fit together, or some are here already ({error})."
        raise FileRefused(path, reason) from error
    except (AttributeError, KeyError, TypeError) as error:
        reason = f"It is not a whole study: {type(error).__name__} {error}."
        raise FileRefused(path, reason) from error


class _Restoring:
    def __init__(
        self,
        files: SourceFiles,
        path: str,
        people: Mapping[str, str],
        known: QuerySet[User],
        tell: Tell,
    ) -> None:
        self.path = path
        self.rows = read_rows(files)
        self.wanted_people = people
        self.known = known
        self.tell = tell
        self.people: dict[str, uuid.UUID] = {}  # id in the file: id here
        self.moved: dict[str, str] = {}  # ids and sums that differ, for what stands in JSON values
        self.head_ids: defaultdict[type[Model], set[uuid.UUID]] = defaultdict(set)
        self.waiting: dict[str, Pouring] = {}
        self.ready: dict[int, list[Any]] = {}  # of rows that were read for a digest already
        self.awaited: list[tuple[type[Model], uuid.UUID, str, str]] = []
        self.place = ""

    def run(self) -> Restored:
        restored = self._head()
        self._flush()
        self._check_awaited()
        tables = {table.name: table for table in article_tables()}
        for listed in self.rows.articles:
            restored.n_articles += 1
            self._article(listed, tables, restored.study)
            self.tell(restored.n_articles)
        self._audit(restored.study)
        self._flush()
        restored.study.refresh_from_db()
        return restored

    def _head(self) -> Restored:
        """The study's row, its people, then what holds for all of it."""
        tables = {table.name: table for table in head_tables()}
        walk = iter(self.rows.head)
        name, own = next(walk, ("", {}))
        if name != "study":
            raise self._refused("The study's own row must come first.")
        restored = Restored(Study(pk=self._study_id(own)))
        name, row = next(walk, ("", {}))
        users = []
        while name == "user":
            users.append(row)
            name, row = next(walk, ("", {}))
        self._meet(users, restored)
        self.place = "study"
        self._add(tables["study"], own, restored.study, None)
        self._flush()
        while name:
            self.place = f"{name} {row.get('id', '')}".strip()
            if name != AUDIT:
                self._add(self._table(tables, name), row, restored.study, None)
            name, row = next(walk, ("", {}))
        return restored

    def _audit(self, study: Study) -> None:
        """Its entries come last: they are tied to each other, and to versions that are there, and
        tell the sums of contents, which may be others here."""
        table = study_tables()[AUDIT]
        versions = CodebookVersion.objects.filter(study=study.pk).iterator(20)
        witnesses = {str(version.pk): witness_of(version) for version in versions}
        seen = ""

        def sealed(values: list[Any]) -> list[str]:
            nonlocal seen
            told = {
                column.attname: value for column, value in zip(table.columns, values, strict=True)
            }
            entry = AuditEntry(study_id=study.pk, **told)
            entry.witness = witnesses.get(entry.subject_id, "")
            (entry,) = seal([entry], seen)
            before, seen = seen, entry.digest
            return [before, entry.witness, seen]

        for name, row in self.rows.head:
            if name == AUDIT:
                self.place = name
                self._add(table, row, study, None, sealed)

    def _check_awaited(self) -> None:
        """Keys that led to later rows of the head: by now those must be there."""
        for target, value, place, column in self.awaited:
            if value not in self.head_ids[target]:
                self.place = place
                raise self._refused(f"“{column}” leads to nothing in this file.")

    # --- people -----------------------------------------------------------------------------------

    def _meet(self, users: list[Row], restored: Restored) -> None:
        """Each person of the file is an account here: one that there is, or a closed new one."""
        self._refuse_unknown({str(row.get("username")) for row in users})
        for row in users:
            name = row.get("username")
            if not isinstance(name, str) or not name:
                raise self._refused("Somebody has no user name.")
            known = self.wanted_people.get(name, name)
            account = self.known.filter(username__iexact=known).first()
            if account is not None:
                restored.known_people.append(account.username)
            else:
                account = self._open(row, name)
                restored.new_people.append(account.username)
            self.people[row["id"]] = account.pk
            if str(account.pk) != row["id"]:
                self.moved[row["id"]] = str(account.pk)

    def _refuse_unknown(self, names: Collection[str]) -> None:
        """Whoever is said to be somebody must be in the file, and that somebody here."""
        known, wrong = self.known, []
        if missing := sorted(name for name in self.wanted_people if name not in names):
            there = ", ".join(sorted(names)[:MOST_NAMED]) or "nobody"
            wrong.append(f"The file's study has nobody called {_quoted(missing)}. It has {there}.")
        here = {*self.wanted_people.values()}
        if missing := sorted(n for n in here if not known.filter(username__iexact=n).exists()):
            wrong.append(f"There is no account {_quoted(missing)} here.")
        if wrong:
            raise FileRefused("", " ".join(wrong))

    def _open(self, row: Row, name: str) -> User:
        try:
            key = uuid.UUID(str(row.get("id")))
        except ValueError as error:
            raise self._refused(f"“{name}” has no id.") from error
        if User.objects.filter(pk=key).exists():
            key = uuid.uuid4()
        shown = str(row.get("display_name", ""))[:120]
        account = User(pk=key, username=_free_name(name), display_name=shown, is_active=False)
        account.set_unusable_password()
        try:
            account.clean_fields(exclude=["email", "password"])
        except ValidationError as error:
            reason = f"“{name[:40]}” is no name that an account can have."
            raise self._refused(reason) from error
        account.save(force_insert=True)
        return account

    # --- rows -------------------------------------------------------------------------------------

    def _study_id(self, row: Row) -> uuid.UUID:
        try:
            key = uuid.UUID(str(row.get("id")))
        except ValueError as error:
            raise self._refused("The study has no id.") from error
        if Study.objects.filter(pk=key).exists():
            raise self._refused("This study is here already.")
        return key

    def _table(self, tables: Mapping[str, Table], name: str) -> Table:
        try:
            return tables[name]
        except KeyError:
            raise self._refused(f"There is no table “{name[:60]}” here.") from None

    def _article(self, listed: Tables, tables: Mapping[str, Table], study: Study) -> None:
        title = str(listed["article"][0].get("title", ""))[:60]
        article = listed["article"][0]
        self.place = f"article “{title}”"
        text = article.get("text")
        if not isinstance(text, str) or article.get("text_sha256") != sha256(text):
            raise self._refused("Its text is not the one that its SHA-256 was made of.")
        if article.get("n_code_points") != len(text):
            raise self._refused("Its text has another length than it says.")
        ids = self._ids(listed, tables)
        chains = self._chains(listed, tables, study, ids)
        for name, rows in listed.items():
            table = self._table(tables, name)
            for row in rows:
                self.place = f"article “{title}”, {name} {row.get('id', '')}".strip()
                self._check_places(name, row, text)
                self._add(table, row, study, ids, lambda values: [chains.get(values[0], "")])
        self._check_fragments(listed, title)

    def _chains(
        self, listed: Tables, tables: Mapping[str, Table], study: Study, ids: Ids
    ) -> dict[Any, str]:
        """assignment -> the digest of its history, as it will stand here."""
        digests: dict[Any, str] = {}
        first, self.place = str(listed["article"][0]["text_sha256"]), f"{self.place}, operation"
        for row in listed.get("operation", ()):
            values = self.ready[id(row)] = list(self._values(tables["operation"], row, ids))
            digest = digests.get(values[0], first)
            digests[values[0]] = chained(digest, [settled([study.pk, *values])])
        return digests

    def _ids(
        self, listed: Tables, tables: Mapping[str, Table]
    ) -> dict[type[Model], set[uuid.UUID]]:
        found: dict[type[Model], set[uuid.UUID]] = {}
        for name, rows in listed.items():
            keys = {_uuid(row["id"]) for row in rows if "id" in row}
            found[self._table(tables, name).model] = {key for key in keys if key}
        return found

    def _check_places(self, name: str, row: Row, text: str) -> None:
        """Every place lies in the text, and every quote is what stands there."""
        if name in ("span", "goldspan"):
            stretch = str(row.get("stretch"))
            parts = _parts(stretch)
            hull = (row.get("start"), row.get("end"))
            if not parts or parts[-1][1] > len(text) or (parts[0][0], parts[-1][1]) != hull:
                raise self._refused(f"The stretch {stretch[:40]} does not fit the text.")
        if name == "fragment":
            self._check_quote(row.get("start"), row.get("end"), row.get("quote"), text)
        if row.get("text_length", len(text)) != len(text):
            raise self._refused("It counts another length of the text.")
        if name in ("link", "goldlink") and "cue_quote" in row:
            self._check_quote(row.get("cue_start"), row.get("cue_end"), row["cue_quote"], text)
        if name == "region" and not 0 <= _number(row.get("end")) <= len(text):
            raise self._refused("It ends outside the text.")

    def _check_quote(self, start: Any, end: Any, quote: Any, text: str) -> None:
        fits = 0 <= _number(start) < _number(end) <= len(text)
        if not fits or text[start:end] != quote:
            raise self._refused(f"At {start}–{end} stand other words than it quotes.")

    def _check_fragments(self, listed: Tables, title: str) -> None:
        """The fragments of a span are the stretch that its own row says."""
        found = grouped(listed, "fragment", "span")
        for row in listed.get("span", ()):
            parts = sorted((part["start"], part["end"]) for part in found.get(row["id"], ()))
            if format_stretch(parts) != row["stretch"]:
                self.place = f"article “{title}”, span {row['id']}"
                raise self._refused("Its fragments are not the stretch that it says.")

    def _add(
        self,
        table: Table,
        row: Row,
        study: Study,
        here: Ids | None,
        sealed: Sealed | None = None,
    ) -> None:
        values = self.ready.pop(id(row), None) or list(self._values(table, row, here))
        if here is None and "id" in row:
            self.head_ids[table.model].add(values[table.names.index("id")])
        waiting = self.waiting.get(table.name)
        if waiting is None:
            more = [*SEALS.get(table.name, ()), *([] if table.model is Study else ["study"])]
            waiting = self.waiting[table.name] = Pouring(table.model, (*table.names, *more))
        if self.moved and "content_sha256" in table.names:
            self._sum_anew(table, row, values)
        if table.name in SEALS and sealed:
            values += sealed(values)
        if table.model is not Study:
            values.append(study.pk)
        waiting.add(values)
        if len(waiting) >= AT_ONCE:
            waiting.write()

    def _values(self, table: Table, row: Row, here: Ids | None) -> Iterator[Any]:
        """In the order of the table's columns."""
        if not row.keys() <= table.known:
            raise self._refused(f"“{min(row.keys() - table.known)}” is not known.")
        for column in table.columns:
            if column.name not in row:
                yield column.empty
                continue
            try:
                value = column.from_json(row[column.name])
            except ValueError as error:
                raise self._refused(f"“{column.name}” {error}.") from error
            yield self._key(column, value, here) if column.target else self._moved(value)

    def _key(self, column: Column, value: uuid.UUID, here: Ids | None) -> uuid.UUID:
        """A key leads to a row of this file or to one of its people, never anywhere else."""
        assert column.target is not None
        if column.target is User:
            if str(value) in self.people:
                return self.people[str(value)]
        elif value in self.head_ids[column.target] or value in (here or {}).get(column.target, ()):
            return value
        elif here is None:
            self.awaited.append((column.target, value, self.place, column.name))
            return value
        raise self._refused(f"“{column.name}” leads to nothing in this file.")

    def _moved(self, value: Any) -> Any:
        """A JSON value with the people's ids of this place."""
        if not self.moved:
            return value
        if isinstance(value, str):
            return self.moved.get(value, value)
        if isinstance(value, list):
            return [self._moved(each) for each in value]
        if isinstance(value, dict):
            return {self.moved.get(key, key): self._moved(each) for key, each in value.items()}
        return value

    def _sum_anew(self, table: Table, row: Row, values: list[Any]) -> None:
        """People have other ids in this content, so its sum is another. One that was wrong stays:
        the doctor finds it here too."""
        told: Any = row.get("content")
        was, moved = row.get("content_sha256"), values[table.names.index("content")]
        if moved != told and content_sha256(told) == was:
            sha256 = content_sha256(moved)
            self.moved[was] = values[table.names.index("content_sha256")] = sha256

    def _flush(self) -> None:
        for waiting in self.waiting.values():
            waiting.write()

    def _refused(self, reason: str) -> FileRefused:
        return FileRefused(self.path, reason, place=self.place)


def _quoted(names: Collection[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _free_name(name: str) -> str:
    """The name itself, or with a number when somebody else here is called so."""
    free, n = name, 2
    while User.objects.filter(username__iexact=free).exists():
        free, n = f"{name}-{n}", n + 1
    return free


def _parts(stretch: str) -> list[tuple[int, int]]:
    """The stretches in order and apart; none when that is not what stands there."""
    try:
        parts = parse_stretch(stretch)
    except ValueError:
        return []
    ordered = all(start < end for start, end in parts) and all(
        left[1] < right[0] for left, right in pairwise(parts)
    )
    return parts if ordered and format_stretch(parts) == stretch else []


def _number(value: Any) -> int:
    return value if type(value) is int else -1


def _uuid(words: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(words)
    except (AttributeError, TypeError, ValueError):
        return None

"""Clients that save over HTTP and write down what was acknowledged; and the reckoning after.

An installation of its own runs as in production: gunicorn, its own database, its own folder.
`python -m tests.project.ledger prepare|reckon` runs inside of it, with the product's settings.
"""

import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from project.setup.tied import Tied

ROOT = Path(__file__).resolve().parents[2]
N_CLIENTS = 4
WORDS = 3_000
PATIENCE = 60  # seconds until a client gives up on one save
CSRF = "c" * 32
Wire = dict[str, Any]


class Installation:
    """A server that can be killed and started again."""

    def __init__(self, folder: Path, database_url: str, prefix: Sequence[str] = ()) -> None:
        """`prefix`: what to put before each command, to run it in a namespace."""
        self.prefix, self.has_tables = list(prefix), False
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.environment = environment | {
            "SOURCEMARK_VAR": str(folder),
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "PORT": str(self.port),
        }
        self.log = folder / "server.log"
        self.web: Tied | None = None

    def run(self, *command: str, told: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.prefix, sys.executable, *command],
            check=False,
            cwd=ROOT,
            env=self.environment,
            input=told,
            capture_output=True,
            text=True,
        )

    def manage(self, *command: str) -> str:
        done = self.run("manage.py", *command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def prepare(self) -> Wire:
        """Tables, a study, an article for each client; what clients have to know."""
        if not self.has_tables:
            self.manage("migrate", "--verbosity=0")
        done = self.run("-m", "tests.project.ledger", "prepare")
        assert done.returncode == 0, done.stderr
        told: Wire = json.loads(done.stdout)
        return told

    def take_tables(self) -> "Installation":
        """Those of the test database, which has had all migrations and is empty: sooner made."""
        copy_tables(self.environment["DATABASE_URL"])
        self.has_tables = True
        return self

    def start(self) -> None:
        gunicorn = ["-m", "gunicorn", "--config", "python:project.serving", "project.wsgi"]
        with self.log.open("ab") as log:
            command = [*self.prefix, sys.executable, *gunicorn]
            self.web = Tied(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def kill(self) -> None:
        """SIGKILL to the server and its workers at once."""
        assert self.web
        self.web.end()

    def reload(self) -> None:
        """What `systemctl reload` does."""
        assert self.web
        self.web.process.send_signal(signal.SIGHUP)

    def reckon(self, ledger: list[Wire]) -> str:
        """What does not fit; nothing when all is well."""
        done = self.run("-m", "tests.project.ledger", "reckon", told=json.dumps(ledger))
        return done.stdout + done.stderr


def copy_tables(to: str) -> None:
    from django.db import connection

    from project.keeping.postgresql import find_program

    if connection.vendor == "sqlite":
        source = str(connection.settings_dict["NAME"])
        place = to.removeprefix("sqlite:///")
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(place)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=WAL")
        return
    told = connection.settings_dict
    where = ["-h", told["HOST"] or "", "-p", str(told["PORT"] or 5432), "-U", told["USER"]]
    dumped = subprocess.run(
        [find_program("pg_dump"), *where, "--no-owner", "--no-privileges", told["NAME"]],
        check=True,
        env={**os.environ, "PGPASSWORD": told["PASSWORD"] or ""},
        stdout=subprocess.PIPE,
    )
    command = [find_program("psql"), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", to]
    subprocess.run(command, check=True, input=dumped.stdout, stdout=subprocess.DEVNULL)


@dataclass
class Client(threading.Thread):
    """Adds, edits and removes marks, one after the other, and submits the work at the end; each
    again and again until it is acknowledged."""

    port: int
    told: Wire
    stop: threading.Event
    ledger: list[Wire] = field(default_factory=list)
    n_retried: int = 0
    told_no: Counter[int] = field(default_factory=Counter)
    heard: str = ""  # the last refusal, as a person would see it
    pause: float = 0.0  # seconds between two saves
    given_up: str = ""

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.live: list[tuple[Wire, int]] = []  # marks as they were last acknowledged

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        n = 0
        while not self.stop.is_set() and not self.given_up:
            n += 1
            self.save((self.removal, self.addition, self.change, self.addition)[n % 4](n))
            self.stop.wait(self.pause)
        if not self.given_up:
            self.hand_in()

    def addition(self, n: int) -> Wire:
        start = (n * 5) % (WORDS * 5)
        end = start + 4 + 5 * (n // WORDS)
        quote = self.told["text"][start:end]
        span = {
            "id": str(uuid.uuid4()), "kind": "extent", "label": None, "attributes": {},
            "fragments": [{"start": start, "end": end, "quote": quote}],
            "note": "", "flag": "", "state": "marked", "origin": "hand",
        }  # fmt: skip
        return {"op_id": str(uuid.uuid4()), "kind": "add", "on": "span", "span": span}

    def change(self, n: int) -> Wire:
        """Of one of the marks that were made before, never the same for long."""
        span, ver = self.live.pop(n % len(self.live))
        asked = {"op_id": str(uuid.uuid4()), "kind": "set", "on": "span", "ver": ver}
        return asked | {"span": {**span, "note": f"edit {n}"}}

    def removal(self, n: int) -> Wire:
        span, ver = self.live.pop()
        asked = {"op_id": str(uuid.uuid4()), "kind": "del", "on": "span", "ver": ver}
        return asked | {"span": {"id": span["id"]}}

    def save(self, op: Wire) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            answer = self.post(op)
            if answer is not None:
                self.ledger.append({"op": op, "answer": answer, "of": self.told["assignment"]})
                if op["kind"] != "del":
                    self.live.append((op["span"], answer["ver"]))
                return
            self.n_retried += 1
            time.sleep(0.05)
        self.given_up = f"{op['kind']} was not acknowledged within {PATIENCE} s"

    def hand_in(self) -> None:
        """The last entry of the ledger: what was submitted, as the answer says."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            answer = self.send(f"{self.told['page']}submit", json.dumps({"confirm": True}))
            if answer is not None:
                op = {"op_id": "", "kind": "submit"}
                self.ledger.append({"op": op, "answer": answer, "of": self.told["assignment"]})
                return
            self.n_retried += 1
            time.sleep(0.05)
        self.given_up = f"the submission was not acknowledged within {PATIENCE} s"

    def post(self, op: Wire) -> Wire | None:
        """The answer that acknowledges it; None for anything else."""
        body = {"base_rev": 0, "tab": str(uuid.UUID(int=1)), "ops": [op]}
        told = self.send(self.told["url"], json.dumps(body))
        if told is None:
            return None
        answer: Wire = told["results"][0]
        assert answer["status"] == "applied", answer
        return answer

    def send(self, url: str, body: str) -> Wire | None:
        """What is answered with 200."""
        try:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                line.request("POST", url, body, self.headers())
                response = line.getresponse()
                read = response.read()
            finally:
                line.close()
        except (OSError, http.client.HTTPException):
            return None
        if response.status != 200:
            self.told_no[response.status] += 1
            self.heard = read.decode(errors="replace")
            return None
        answer: Wire = json.loads(read)
        return answer

    def headers(self) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Cookie": f"sessionid={self.told['session']}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
        }

    def get(self, path: str) -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with closing(line):
            line.request("GET", path, headers={"Cookie": f"sessionid={self.told['session']}"})
            response = line.getresponse()
            return response.status, response.read().decode()


class Cutter(Client):
    """A client whose connection breaks at every second save, each time at another place."""

    n_cut = 0

    def send(self, url: str, body: str) -> Wire | None:
        how = dice.choice(CUTS) if dice.random() < 0.5 else ""
        if not how:
            return super().send(url, body)
        self.n_cut += 1
        with suppress(OSError):
            self.cut(url, body.encode(), how)
        return None

    def cut(self, url: str, content: bytes, how: str) -> None:
        head = [f"POST {url} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        head += [f"{name}: {value}" for name, value in self.headers().items()]
        head += [f"Content-Length: {len(content)}", "", ""]
        sent = "\r\n".join(head).encode() + content
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as line:
            # No farewell: what has not arrived is gone, as when a cable is pulled.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if how == "half a body":
                line.sendall(sent[: len(sent) - len(content) // 2])
                return
            line.sendall(sent)
            if how == "half an answer":
                line.recv(10)
            if how == "answer lost":
                while (part := line.recv(65536)) and not part.endswith(b"}"):
                    pass


CUTS = ("half a body", "unheard", "half an answer", "answer lost")
dice = random.Random(20_251_122)


def run_clients(
    site: Installation, told: Wire, kinds: tuple[type[Client], ...] = (Client,), pause: float = 0.0
) -> tuple[list[Client], threading.Event]:
    """As many as there are articles, of these kinds in turn."""
    stop = threading.Event()
    clients = [
        kinds[at % len(kinds)](site.port, each, stop, pause=pause)
        for at, each in enumerate(told["clients"])
    ]
    for client in clients:
        client.start()
    return clients, stop


def wait_for_saves(clients: list[Client], more: int, seconds: float = 60) -> float:
    """Until so many more were acknowledged; how long the first of them took."""
    began, before = time.monotonic(), sum(len(one.ledger) for one in clients)
    first = 0.0
    while (now := sum(len(one.ledger) for one in clients)) < before + more:
        assert time.monotonic() < began + seconds, f"{now - before} saves in {seconds} s"
        if now > before and not first:
            first = time.monotonic() - began
        time.sleep(0.01)
    return first or time.monotonic() - began


def close(clients: list[Client], stop: threading.Event) -> list[Wire]:
    """The whole ledger, once each client has its last acknowledgement."""
    stop.set()
    for client in clients:
        client.join(PATIENCE + 30)
        assert not client.is_alive()
    assert [one.given_up for one in clients if one.given_up] == []
    return [entry for one in clients for entry in one.ledger]


# --- inside of the installation ------------------------------------------------------------------


def database_url() -> str:
    """Of the tests' own PostgreSQL database, for processes beside the tests."""
    from django.db import connection

    given = connection.settings_dict
    who = quote(given["USER"]) + (f":{quote(given['PASSWORD'])}" if given["PASSWORD"] else "")
    port = f":{given['PORT']}" if given["PORT"] else ""
    return f"postgres://{who}@{quote(given['HOST'], safe='')}{port}/{given['NAME']}"


def prepare() -> None:
    print(json.dumps({"clients": make_clients()}))


def make_clients() -> list[Wire]:
    from django.urls import reverse

    from annotations.accounts.sessions import SessionStore
    from annotations.study.models import Role
    from tests.people import assign, join, make_article, make_study, make_user

    text = "".join(f"{n % 10_000:04} " for n in range(WORDS)) + "End.\n" * 400
    study = make_study(make_user("alice"))
    clients = []
    for n in range(N_CLIENTS):
        user = make_user(f"annotator{n}")
        join(study, user, Role.ANNOTATOR)
        article = make_article(study, f"{text}{n}\n", f"Article {n}")
        work = assign(article, user)
        session = SessionStore()
        session["_auth_user_id"] = str(user.pk)
        session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
        session["_auth_user_hash"] = user.get_session_auth_hash()
        session.create()
        url = reverse("marking:ops", args=[study.pk, article.pk])
        clients.append(
            {"url": url, "session": session.session_key, "text": article.text,
             "assignment": str(work.pk), "page": url.removesuffix("ops")}
        )  # fmt: skip
    return clients


def reckon() -> None:
    for line in discrepancies(json.load(sys.stdin)):
        print(line)


def discrepancies(ledger: list[Wire]) -> Iterator[str]:
    """What is lost, doubled or was never sent; and the doctor's word on the rest."""
    from annotations.assignment.models import Submission
    from annotations.marking.models import Operation, Span
    from project.doctor import examine

    submitted = [entry for entry in ledger if entry["op"]["kind"] == "submit"]
    saved = [entry for entry in ledger if entry["op"]["kind"] != "submit"]
    sent = {entry["op"]["op_id"]: entry for entry in saved}
    stored = {str(row.op_id): row for row in Operation.objects.all()}
    if Operation.objects.count() != len(stored):
        yield "An operation is stored twice."
    yield from told("acknowledged and lost", sent.keys() - stored.keys())
    yield from told("stored and never sent", stored.keys() - sent.keys())
    for pk in sent.keys() & stored.keys():
        row, entry = stored[pk], sent[pk]
        if (row.result, str(row.assignment_id)) != (entry["answer"], entry["of"]):
            yield f"{pk} was answered otherwise than it is stored."
    live: dict[str, tuple[str, int, str]] = {}  # whose, version, note as last acknowledged
    for entry in saved:
        span, answer = entry["op"]["span"], entry["answer"]
        live[answer["id"]] = (entry["of"], answer["ver"], span.get("note", ""))
        if entry["op"]["kind"] == "del":
            del live[answer["id"]]
    rows = Span.objects.live().values_list("pk", "assignment", "ver", "note")
    found = {str(pk): (str(work), ver, note) for pk, work, ver, note in rows}
    yield from told("marks lost", live.keys() - found.keys())
    yield from told("marks that should not be there", found.keys() - live.keys())
    changed = {pk for pk in live.keys() & found.keys() if live[pk] != found[pk]}
    yield from told("marks not as they were last changed", changed)
    kept = {str(row.assignment_id): row for row in Submission.objects.all()}
    if Submission.objects.count() != len(kept):
        yield "Work is submitted twice."
    yield from told("submitted and lost", {one["of"] for one in submitted} - kept.keys())
    yield from told("submitted by nobody", kept.keys() - {one["of"] for one in submitted})
    for one in submitted:
        if (row := kept.get(one["of"])) is None:
            continue
        mine = {pk for pk, (work, *_) in live.items() if work == one["of"]}
        if {each["id"] for each in row.content["spans"]} != mine:
            yield f"The submission of {one['of']} is not what was saved before it."
        if (row.rev, row.content_sha256) != (one["answer"]["rev"], one["answer"]["sha256"]):
            yield f"The submission of {one['of']} was answered otherwise than it is stored."
    yield from map(str, examine())


def told(what: str, ids: Any) -> Iterator[str]:
    if ids:
        yield f"{len(ids)} {what}: {sorted(ids)[:5]}"


if __name__ == "__main__":
    import django

    django.setup()
    {"prepare": prepare, "reckon": reckon}[sys.argv[1]]()

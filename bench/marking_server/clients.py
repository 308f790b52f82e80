"""Browsers that save marks as fast as they are answered, each on a connection that stays open."""

import gzip
import json
import random
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.marking_server.connection import Connection

Wire = dict[str, Any]


@dataclass
class Measured:
    """Milliseconds of each save, and every answer that was not the expected one."""

    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Browser:
    """One annotator's tab."""

    def __init__(self, port: int, worker: Wire, seed: int) -> None:
        self.connection = Connection(port)
        self.worker, self.dice = worker, random.Random(seed)
        self.cookies = {"sessionid": worker["session"]}
        self.rev = 0
        self.marks: dict[str, Wire] = {}

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Encoding": "gzip",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
            headers["X-CSRFToken"] = self.cookies.get("csrftoken", "")
        answer = self.connection.ask(method, path, headers, body)
        told = answer.body
        if answer.header("content-encoding") == "gzip":
            told = gzip.decompress(told)
        for name, value in answer.headers:
            if name == "set-cookie" and value.startswith("csrftoken="):
                self.cookies["csrftoken"] = value.split(";")[0].partition("=")[2]
        return answer.status, told

    def open(self) -> None:
        status, _ = self.ask("GET", self.worker["page"])
        if status != 200:
            raise SystemExit(f"The marking page answers {status}.")

    def operations(self) -> Iterator[Wire]:
        """Seven new spans, two changed, one removed of ten."""
        while True:
            kind = self.dice.choices(["add", "set", "del"], [7, 2, 1])[0]
            if kind == "add" or not self.marks:
                yield self.add()
                continue
            mark_id = self.dice.choice(list(self.marks))
            mark = self.marks[mark_id]
            if kind == "set":
                mark = {**mark, "note": str(self.dice.random())}
                yield self.operation("set", mark)
            else:
                yield self.operation("del", {"id": mark_id, "ver": mark["ver"]})

    def add(self) -> Wire:
        text = self.worker["text"]
        while True:
            start = self.dice.randrange(len(text) - 60)
            end = start + self.dice.randint(4, 60)
            quote = text[start:end]
            if quote == quote.strip():
                break
        part = {"start": start, "end": end, "quote": quote}
        label = self.dice.choice(self.worker["labels"])
        mark = {"id": str(uuid.uuid4()), "kind": "label", "label": label, "fragments": [part]}
        return self.operation("add", {**mark, "ver": 0})

    def operation(self, kind: str, mark: Wire) -> Wire:
        return {
            "op_id": str(uuid.uuid4()),
            "kind": kind,
            "on": "span",
            "ver": mark["ver"],
            "span": mark,
        }

    def save(self, operation: Wire) -> str:
        """Empty when it was applied, or was there already; else what went wrong."""
        body = {"base_rev": self.rev, "tab": self.worker["tab"], "ops": [operation]}
        status, told = self.ask("POST", self.worker["ops"], json.dumps(body).encode())
        if status != 200:
            return f"{status}: {told[:200]!r}"
        reply = json.loads(told)
        self.rev = reply["rev"]
        (result,) = reply["results"]
        mark = operation["span"]
        if operation["kind"] == "del":
            self.marks.pop(mark["id"])
        elif result["status"] == "applied":
            self.marks[mark["id"]] = {**mark, "ver": result["ver"]}
        return ""

    def work(self, seconds: float, measured: Measured) -> None:
        until = time.perf_counter() + seconds
        for operation in self.operations():
            began = time.perf_counter()
            if began > until:
                return
            error = self.save(operation)
            measured.milliseconds.append((time.perf_counter() - began) * 1000)
            if error:
                measured.errors.append(error)


def measure(port: int, workers: list[Wire], seconds: float) -> Measured:
    """Everybody at once, after each has opened the page and saved for a moment."""
    browsers = [
        Browser(port, {**worker, "tab": str(uuid.uuid4())}, n) for n, worker in enumerate(workers)
    ]
    for browser in browsers:
        browser.open()
        browser.work(0.3, Measured())
    measured = Measured()
    threads = [threading.Thread(target=each.work, args=(seconds, measured)) for each in browsers]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    measured.seconds = time.perf_counter() - began
    return measured


def time_page(port: int, page: Wire, times: int) -> list[float]:
    """Milliseconds until the whole page was there, the first request left out."""
    browser = Browser(port, {"session": page["session"]}, 0)
    found = []
    for _ in range(times + 1):
        began = time.perf_counter()
        status, _ = browser.ask("GET", page["path"])
        found.append((time.perf_counter() - began) * 1000)
        if status != 200:
            raise SystemExit(f"{page['path']} answers {status}.")
    return found[1:]

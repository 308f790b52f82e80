"""From the released files to a saved mark and back, as a stranger would do it: `.ci/weekly` runs
this in an empty folder that holds nothing else.

    python3 -m tests.project.weekly

Runs under the system's Python, like `project/setup/run.py`: standard library only.
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from project.setup.tied import Tied

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 900  # seconds until the site has to be there: a slow network, a busy machine
KEPT = re.compile(r"(PATH|HOME|LANG|(PIP|UV|SSL)_\w+|\w+_proxy)", re.I)
Wire = dict[str, Any]


class Answer(NamedTuple):
    status: int
    cookies: dict[str, str]
    text: str


# Method, path, body, headers.
Ask = Callable[[str, str, str, Mapping[str, str]], Answer]


def save_a_mark(ask: Ask, name: str, password: str) -> tuple[str, str] | None:
    """Sign in, open the marking page that home leads to, mark its first words, look again.
    The mark's id and its words; None for who has nothing to mark."""
    jar: dict[str, str] = {}

    def go(method: str, path: str, body: str = "", kind: str = "") -> str:
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in jar.items())}
        if method == "POST":
            headers |= {"Content-Type": kind, "X-CSRFToken": jar["csrftoken"]}
        answer = ask(method, path, body, headers)
        jar.update(answer.cookies)
        assert answer.status in (200, 302), f"{method} {path}: {answer.status} {answer.text[:300]}"
        return answer.text

    go("GET", "/accounts/login/")
    signed = urlencode({"login": name, "password": password})
    go("POST", "/accounts/login/", signed, "application/x-www-form-urlencoded")
    assert "sessionid" in jar, f"{name} could not sign in."
    found = re.search(r'href="(/studies/[^/"]+/articles/[^/"]+/mark/)', go("GET", "/"))
    if not found:
        return None
    page = go("GET", found[1])
    told = embedded(page)
    if told["read_only"]:
        return None
    span = first_words(page, told["codebook"]["labels"][0]["id"])
    op = {"op_id": str(uuid.uuid4()), "kind": "add", "on": "span", "span": span}
    sent = {"base_rev": told["rev"], "tab": str(uuid.uuid4()), "ops": [op]}
    answer = json.loads(go("POST", told["urls"]["ops"], json.dumps(sent), "application/json"))
    assert [each["status"] for each in answer["results"]] == ["applied"], answer
    there = {each["id"]: each["fragments"] for each in embedded(go("GET", found[1]))["spans"]}
    assert [part["quote"] for part in there[span["id"]]] == [span["fragments"][0]["quote"]]
    return span["id"], span["fragments"][0]["quote"]


def embedded(page: str) -> Wire:
    found = re.search(r'<script id="marking-data"[^>]*>(.*?)</script>', page, re.S)
    assert found, page[:300]
    told: Wire = json.loads(found[1])
    return told


def first_words(page: str, label: str) -> Wire:
    block = re.search(r'<p class="b"[^>]*data-s="(\d+)"[^>]*>(.*?)</p>', page, re.S)
    assert block, "The page shows no text."
    start, text = int(block[1]), unescape(re.sub(r"<[^>]+>", "", block[2]))
    quote = " ".join(text.split(" ")[:2]).strip()
    part = {"start": start, "end": start + len(quote), "quote": quote}
    return {
        "id": str(uuid.uuid4()), "kind": "label", "label": label, "attributes": {},
        "fragments": [part], "note": "", "flag": "", "state": "marked", "origin": "hand",
    }  # fmt: skip


def over_http(port: int) -> Ask:
    def ask(method: str, path: str, body: str, headers: Mapping[str, str]) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        try:
            line.request(method, path, body or None, dict(headers))
            response = line.getresponse()
            text = response.read().decode()
        finally:
            line.close()
        given = SimpleCookie("; ".join(response.headers.get_all("Set-Cookie", [])))
        cookies = {name: one.value for name, one in given.items()}
        return Answer(response.status, cookies, text)

    return ask


def wait_until_ready(site: Tied, ask: Ask) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if site.process.poll() is not None:
            sys.exit(f"`make run` ended with {site.process.returncode}.")
        try:
            if ask("GET", "/readyz", "", {}).status == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.5)
    sys.exit(f"The site was not there within {PATIENCE} seconds.")


def main() -> None:
    if (ROOT / "var").exists() or (ROOT / ".venv").exists():
        sys.exit("Not an empty installation: .ci/weekly makes one.")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # Nothing of whoever runs this: a setting would make another site of it.
    surroundings = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
    began = time.monotonic()
    site = Tied(["make", "run", f"PORT={port}"], cwd=ROOT, env=surroundings)
    try:
        ask = over_http(port)
        wait_until_ready(site, ask)
        print(f"Ready after {time.monotonic() - began:.0f} s", flush=True)
        lines = (ROOT / "var" / "demo_sign_ins.txt").read_text().splitlines()
        people = [line.split() for line in lines if line and not line.startswith("#")]
        marks = (save_a_mark(ask, name, password) for name, password in people)
        mark = next((each for each in marks if each), None)
        if not mark:
            sys.exit("Nobody of the demo has anything to mark.")
        print(f"Saved the mark {mark[0]} on “{mark[1]}”", flush=True)
        doctor = [str(ROOT / ".venv" / "bin" / "python"), "manage.py", "doctor"]
        subprocess.run(doctor, cwd=ROOT, env=surroundings, check=True)
        os.killpg(site.pid, signal.SIGINT)  # as Ctrl-C does
        site.process.wait(60)
        if (left := ask_nobody(port)) is not None:
            sys.exit(f"Something still answers on port {port}: {left}")
    finally:
        site.end()
    print(f"From nothing to a saved mark and stopped: {time.monotonic() - began:.0f} s")


def ask_nobody(port: int) -> int | None:
    try:
        return over_http(port)("GET", "/healthz", "", {}).status
    except OSError:
        return None


if __name__ == "__main__":
    main()

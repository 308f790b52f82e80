"""An example: a client of Sourcemark's programming interface that knows only its OpenAPI file.

It needs nothing but Python 3.11. Every request is looked up by its operation in the file that
the site serves: method, path, whether it needs an Idempotency-Key, what it takes and answers.

    export SOURCEMARK_TOKEN=sm_…
    python bench/api_client.py http://127.0.0.1:8000 studies
    python bench/api_client.py http://127.0.0.1:8000 export STUDY_ID jsonl out.zip
"""

import json
import os
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import Any, TypeAlias
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urljoin
from urllib.request import Request, urlopen

Json: TypeAlias = dict[str, Any]
OPENAPI = "/api/v1/openapi.json"
TRIES = 5
TIMEOUT = 60  # seconds
PAUSE = 1.0  # seconds before the second try, twice as long before each further one


class Refused(Exception):
    """The site said no. `problem` is its application/problem+json."""

    def __init__(self, status: int, problem: Json) -> None:
        self.status, self.problem = status, problem
        places = "".join(f"\n  {e['field']}: {e['message']}" for e in problem.get("errors", ()))
        super().__init__(f"{status}: {problem.get('detail', '')}{places}")


class Away(Exception):
    """No answer came, however often the site was asked."""


@dataclass(frozen=True)
class Operation:
    """What the file says about one operation."""

    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    needs_key: bool
    takes_body: bool


@dataclass(frozen=True)
class Reply:
    body: bytes
    headers: HTTPMessage

    def json(self) -> Json:
        found: Json = json.loads(self.body) if self.body else {}
        return found

    @property
    def etag(self) -> str:
        return self.headers.get("ETag", "")


@dataclass
class Sourcemark:
    """`client.call("list_articles", study_id=…, limit=200)`: an operation by its operationId."""

    site: str
    token: str
    pause: float = PAUSE
    base: str = ""
    operations: dict[str, Operation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        told = self.ask(Request(urljoin(self.site, OPENAPI))).json()
        self.base = told["servers"][0]["url"]
        for path, methods in told["paths"].items():
            for method, each in methods.items():
                self.operations[each["operationId"]] = read_operation(method, path, each)

    def call(
        self,
        operation_id: str,
        body: Json | None = None,
        *,
        if_match: str = "",
        key: str = "",
        **given: Any,
    ) -> Reply:
        """Raises Refused, Away, and KeyError for what the file does not know."""
        found = self.operations[operation_id]
        path = found.path
        for name in found.in_path:
            path = path.replace(f"{{{name}}}", quote(str(given.pop(name)), safe=""))
        if unknown := set(given) - set(found.in_query):
            raise KeyError(f"{operation_id} takes no {', '.join(sorted(unknown))}.")
        query = urlencode({name: value for name, value in given.items() if value is not None})
        headers = {"If-Match": if_match} if if_match else {}
        if found.needs_key:
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        address = f"{self.base}{path}{'?' if query else ''}{query}"
        return self.send(found.method, address, body, headers)

    def pages(self, operation_id: str, **given: Any) -> Iterator[Json]:
        """Every entry of a list, page after page."""
        told = self.call(operation_id, **given).json()
        yield from told["items"]
        while told["next"]:
            told = self.send("GET", told["next"]).json()
            yield from told["items"]

    def send(
        self, method: str, address: str, body: Json | None = None, headers: Mapping[str, str] = {}
    ) -> Reply:
        data = None if body is None else json.dumps(body).encode()
        request = Request(urljoin(self.site, address), data, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name, value)
        return self.ask(request)

    def ask(self, request: Request) -> Reply:
        """Sent again, under the same key, when the site is busy or away, or the answer is lost
        on its way. What has no key may be sent twice without harm: it names the state that it
        changes (If-Match), or what it takes away."""
        for left in reversed(range(TRIES)):
            try:
                with urlopen(request, timeout=TIMEOUT) as answer:
                    return Reply(answer.read(), answer.headers)
            except HTTPError as error:
                wait = error.headers.get("Retry-After", "")
                problem = error.read()
                if error.code not in (429, 503) or not wait.isdigit() or not left:
                    raise Refused(error.code, as_problem(problem)) from error
                time.sleep(int(wait))
            except (OSError, HTTPException) as error:  # no way there, cut off, or too slow
                if not left:
                    raise Away(f"{self.site} does not answer: {error}") from error
                time.sleep(self.pause * 2 ** (TRIES - 1 - left))
        raise AssertionError("the last try answers or raises")


def read_operation(method: str, path: str, told: Json) -> Operation:
    places: dict[str, list[str]] = {"path": [], "query": [], "header": []}
    for each in told["parameters"]:
        places[each["in"]].append(each["name"])
    needed = {each["name"] for each in told["parameters"] if each["required"]}
    return Operation(
        method.upper(),
        path,
        tuple(places["path"]),
        tuple(places["query"]),
        "Idempotency-Key" in needed,
        "requestBody" in told,
    )


def as_problem(body: bytes) -> Json:
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {"detail": body.decode("utf-8", "replace")[:200]}


# --- what one does with it ------------------------------------------------------------------------


def suggest(
    client: Sourcemark, study: str, article: str, model: tuple[str, str], spans: list[Json]
) -> Json:
    """Bring in what a model found in an article; its annotators see it as suggestions."""
    told = {"model": {"name": model[0], "version": model[1]}, "spans": spans}
    made = client.call("create_suggestions", told, study_id=study, article_id=article)
    return made.json()


def marks_of(client: Sourcemark, study: str, annotator: str) -> Iterator[Json]:
    """The submitted marks of one annotator, by their id, article by article."""
    asked: Json = {"study_id": study, "annotator": annotator, "state": "submitted"}
    for each in client.pages("list_assignments", **asked):
        yield client.call("show_marks", study_id=study, assignment_id=each["id"]).json()


def gold_of(client: Sourcemark, study: str) -> Iterator[Json]:
    """The gold of every article that somebody has begun to decide."""
    yield from client.pages("list_gold", study_id=study)


def fetch_export(client: Sourcemark, study: str, form: str, pause: float = 1.0) -> bytes:
    """Make an export, wait until it is done, and fetch its zip file."""
    made = client.call("create_export", {"format": form}, study_id=study).json()
    told = made
    while told["state"] == "running":
        told = client.call("show_export", study_id=study, export_id=made["id"]).json()
        if told["state"] == "running":
            time.sleep(pause)
    if told["state"] == "failed":
        raise RuntimeError(told["message"])
    return client.call("fetch_export_file", study_id=study, export_id=made["id"]).body


def main(arguments: list[str]) -> int:
    try:
        site, act, *rest = arguments
        token = os.environ["SOURCEMARK_TOKEN"]
    except (KeyError, ValueError):
        print(__doc__)
        return 2
    try:
        client = Sourcemark(site, token)
        if act == "studies":
            for study in client.pages("list_studies"):
                print(study["id"], study["name"], ", ".join(study["roles"]))
        elif act == "export":
            study_id, form, path = rest
            Path(path).write_bytes(fetch_export(client, study_id, form))
        else:
            print(__doc__)
            return 2
    except (Refused, Away) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""The example client, which knows only the OpenAPI file, against a live server."""

import io
import json
import threading
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.marking.models import Span, SpanState
from annotations.study.models import Study
from bench.api_client import Away, Refused, Sourcemark, fetch_export, gold_of, marks_of, suggest
from tests.api.asking import Asker
from tests.people import assign


def test_it_brings_suggestions_reads_marks_and_gold_and_fetches_an_export(
    live_server: Any,
    study: Study,
    submitted: Article,
    waiting: Article,
    alice: User,
    bob: User,
    carols: Assignment,
) -> None:
    Study.objects.update(suggestions_allowed=True)
    assign(waiting, bob)
    client = Sourcemark(live_server.url, Asker(alice).secret)
    assert [each["name"] for each in client.pages("list_studies", limit=1)] == [study.name]
    part = {"start": 43, "end": 57, "quote": waiting.text[43:57]}
    spans = [{"label": "allegation", "fragments": [part]}]
    told = suggest(client, str(study.pk), str(waiting.pk), ("tagger", "1"), spans)
    assert (told["n_spans"], Span.objects.filter(state=SpanState.SUGGESTED).count()) == (1, 1)
    (marks,) = marks_of(client, str(study.pk), str(bob.pk))
    assert {each["fragments"][0]["quote"] for each in marks["spans"]} > {submitted.text[43:57]}
    one = client.call("list_article_cases", study_id=study.pk, article_id=submitted.pk).json()
    case = next(each for each in one["items"] if each["kind"] == "label")
    where = {"study_id": study.pk, "article_id": submitted.pk, "case_id": case["id"]}
    seen = client.call("show_case", **where)
    decision = {"choice": "variant", "variant": 1, "votes": case["votes"]}
    client.call("decide_case", decision, if_match=seen.etag, **where)
    (gold,) = gold_of(client, str(study.pk))
    assert [each["choice"] for each in gold["cases"]] == ["variant"]
    packed = zipfile.ZipFile(io.BytesIO(fetch_export(client, str(study.pk), "jsonl", 0.1)))
    assert "manifest.json" in packed.namelist()
    with pytest.raises(Refused, match="404: No such study"):
        client.call("show_study", study_id=uuid.uuid4())


FILE = {
    "servers": [{"url": "/api/v1"}],
    "paths": {
        "/things": {
            "post": {
                "operationId": "create_thing",
                "parameters": [{"in": "header", "name": "Idempotency-Key", "required": True}],
                "requestBody": {},
            }
        }
    },
}


@contextmanager
def shaky_site(*answers: str) -> Iterator[tuple[str, list[str]]]:
    """A site that answers its first requests as told; its address, and the keys that came."""
    waiting, keys = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            keys.append(self.headers["Idempotency-Key"])
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer()

        def answer(self) -> None:
            how = waiting.pop(0) if waiting else "right"
            body = json.dumps(FILE).encode()
            if how == "gone":
                return
            self.send_response(503 if how == "busy" else 200)
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: 10 if how == "cut" else None])

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", keys
        finally:
            server.shutdown()
            thread.join()


def test_it_asks_again_under_the_same_key_when_the_site_is_away() -> None:
    with shaky_site("gone", "right", "gone", "cut", "busy") as (site, keys):
        client = Sourcemark(site, "sm_x", pause=0)
        assert client.call("create_thing", {}).json() == FILE
    assert (len(keys), len(set(keys))) == (4, 1)
    with pytest.raises(Away, match="does not answer"):
        client.call("create_thing", {})

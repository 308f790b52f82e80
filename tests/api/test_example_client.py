"""The example client, which knows only the OpenAPI file, against a live server."""

import io
import uuid
import zipfile
from typing import Any

import pytest

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.marking.models import Span, SpanState
from annotations.study.models import Study
from bench.api_client import Refused, Sourcemark, fetch_export, gold_of, marks_of, suggest
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

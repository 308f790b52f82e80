"""A study worked on by programs alone, from the first article to the file at the end.

Each answer is held against the OpenAPI file.
"""

import io
import json
import re
import zipfile
from datetime import date
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client
from zeal import zeal_ignore

from annotations.accounts.models import Scope, User
from annotations.api.describing import describe
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.exchange.actions.exports import write_export
from annotations.marking.models import Operation, Origin, Span, SpanState
from annotations.reports.actions.reports import compute_report
from annotations.study.models import AuditEntry, Round, Study
from tests.api.asking import BASE, Asker, add, span
from tests.people import TEXT, assign

pytestmark = pytest.mark.django_db
Settings = Any
OPENAPI = describe()
PATHS = {
    re.compile("^" + re.sub(r"{\w+}", "[^/]+", path) + "$"): told
    for path, told in OPENAPI["paths"].items()
}


def described(answer: Any) -> Any:
    """The answer's JSON, once it is known to be one that the file describes."""
    request = answer.request
    path = request["PATH_INFO"].removeprefix(BASE)
    (operations,) = [told for pattern, told in PATHS.items() if pattern.match(path)]
    told = operations[request["REQUEST_METHOD"].lower()]["responses"][str(answer.status_code)]
    if "$ref" in told:
        told = OPENAPI["components"]["responses"][told["$ref"].rsplit("/", 1)[1]]
    if "content" not in told:
        return None
    content = told["content"][answer["Content-Type"]]
    if not answer["Content-Type"].endswith("json"):
        return None
    shape = {**content["schema"], "components": OPENAPI["components"]}
    jsonschema_rs.validate(shape, answer.json())
    return answer.json()


@pytest.fixture
def desk(alice: User) -> Asker:
    return Asker(alice)


@pytest.fixture
def pen(bob: User) -> Asker:
    return Asker(bob)


def in_study(study: Study, rest: str = "") -> str:
    return f"/studies/{study.pk}{rest}"


def test_articles_are_added_found_read_and_described(desk: Asker, study: Study) -> None:
    told = {"title": "Strike", "text": "One.\r\nTwo 🙂.", "outlet": "Gazette", "language": "en"}
    answer = desk.send(in_study(study, "/articles"), told)
    made = described(answer)
    assert (answer.status_code, answer["Location"]) == (
        201,
        f"{BASE}/studies/{study.pk}/articles/{made['id']}",
    )
    assert (made["text"], made["n_code_points"]) == ("One.\nTwo 🙂.", 11)
    again = desk.send(in_study(study, "/articles"), told)
    assert (again.status_code, described(again)["type"][-8:]) == (409, "conflict")
    (line,) = described(desk.read(in_study(study, f"/articles?sha256={made['sha256']}")))["items"]
    assert (line["id"], line["outlet"]) == (made["id"], "Gazette")
    read = desk.read(answer["Location"])
    assert described(read) == made
    change = {"title": "Strike in Arden", "published_on": "2026-01-31"}
    path = answer["Location"]
    bare = desk.send(path, change, method="PATCH")
    stale = desk.send(path, change, method="PATCH", headers={"If-Match": '"old"'})
    right = desk.send(path, change, method="PATCH", headers={"If-Match": read["ETag"]})
    late = desk.send(path, {"title": "x"}, method="PATCH", headers={"If-Match": read["ETag"]})
    found = [answer.status_code for answer in (bare, stale, right, late)]
    assert found == [428, 412, 200, 412]
    for each in (bare, stale, late):
        described(each)
    changed = described(right)
    assert (changed["title"], changed["published_on"]) == ("Strike in Arden", "2026-01-31")
    assert (changed["outlet"], changed["text"]) == ("Gazette", made["text"])
    assert Article.objects.get().published_on == date(2026, 1, 31)


def test_the_codebook_is_read_now_and_as_it_was(desk: Asker, study: Study) -> None:
    told = described(desk.read(in_study(study, "/codebook")))
    assert [label["slug"] for label in told["labels"]][:2] == ["reporting", "attribution"]
    (line,) = described(desk.read(in_study(study, "/codebook/versions")))["items"]
    assert (line["number"], line["created_by"]) == (1, "Alice")
    old = described(desk.read(in_study(study, "/codebook/versions/1")))
    assert (old["version"], old["labels"]) == (1, [])
    assert desk.read(in_study(study, "/codebook/versions/9")).status_code == 404


def test_a_manager_assigns_and_everybody_sees_their_own(
    desk: Asker, pen: Asker, study: Study, article: Article, bob: User, carol: User
) -> None:
    round = Round.objects.get(study=study)
    path = in_study(study, "/assignments")
    told = {"article": str(article.pk), "annotator": str(bob.pk), "round": str(round.pk)}
    made = described(desk.send(path, told))
    described(desk.send(path, {**told, "annotator": str(carol.pk)}))
    assert desk.send(path, told).status_code == 409
    wrong = described(desk.send(path, {**told, "round": str(article.pk)}))
    assert [(each["in"], each["field"]) for each in wrong["errors"]] == [("body", "/round")]
    assert len(described(desk.read(path))["items"]) == 2
    assert described(pen.read(path))["items"] == [made]
    assert described(pen.read(f"{path}/{made['id']}"))["annotator"]["name"] == "Bob"
    assert described(pen.read(f"{path}?state=submitted"))["items"] == []
    assert described(pen.read(in_study(study, "/articles")))["items"][0]["id"] == str(article.pk)


def test_marks_go_through_the_ledger_and_are_submitted(
    pen: Asker, study: Study, bobs: Assignment, article: Article
) -> None:
    path = in_study(study, f"/assignments/{bobs.pk}")
    label = study.labels.get(slug="allegation")
    first = add("span", span(article, label, 43, 57))
    body = {"base_rev": 0, "ops": [first, add("span", span(article, None, 0, 9))]}
    told = described(pen.send(f"{path}/operations", body))
    assert ([each["status"] for each in told["results"]], told["rev"]) == (["applied"] * 2, 2)
    # The same operation under another key: answered alike, done once.
    again = described(pen.send(f"{path}/operations", {"ops": [first]}))
    assert again["results"] == told["results"][:1]
    assert Operation.objects.count() == 2
    marks = pen.read(f"{path}/marks")
    one = described(marks)["spans"][1]
    assert (one["fragments"][0]["quote"], one["origin"]) == (article.text[43:57], "hand")
    stale = {
        "op_id": str(article.pk),
        "kind": "del",
        "on": "span",
        "ver": 9,
        "span": {"id": one["id"]},
    }
    answer = pen.send(f"{path}/operations", {"ops": [stale]})
    assert (answer.status_code, described(answer)["results"][0]["status"]) == (409, "conflict")
    gone = pen.send(f"{path}/submission", {}, headers={"If-Match": '"1-abc"'})
    assert (gone.status_code, described(gone)["status"]) == (412, 412)
    done = pen.send(f"{path}/submission", {}, headers={"If-Match": marks["ETag"]})
    assert (done.status_code, described(done)["rev"]) == (200, 2)
    late = pen.send(f"{path}/operations", {"ops": [add("span", span(article, label, 13, 18))]})
    assert (late.status_code, described(late)["results"][0]["status"]) == (409, "held")


def test_open_questions_stop_a_submission_until_it_is_confirmed(
    pen: Asker, study: Study, bobs: Assignment, article: Article
) -> None:
    path = in_study(study, f"/assignments/{bobs.pk}")
    label = study.labels.get(slug="attribution")
    pen.send(f"{path}/operations", {"ops": [add("span", span(article, label, 0, 9))]})
    asked = pen.send(f"{path}/submission", {})
    assert (asked.status_code, described(asked)["errors"][0]["field"]) == (422, "/confirmed")
    assert described(pen.send(f"{path}/submission", {"confirmed": True}))["number"] == 1


SUGGESTED: dict[str, Any] = {
    "model": {"name": "tagger", "version": "3.1"},
    "spans": [
        {
            "label": "attribution",
            "fragments": [{"start": 0, "end": 9, "quote": "Officials"}],
            "attributes": {"source_kind": "unspecified", "entity": "Officials"},
        },
        {"label": "allegation", "fragments": [{"start": 43, "end": 57, "quote": TEXT[43:57]}]},
    ],
}


def test_a_model_suggests_and_is_never_an_annotator(
    desk: Asker, pen: Asker, study: Study, article: Article, bobs: Assignment, carols: Assignment
) -> None:
    path = in_study(study, f"/articles/{article.pk}/suggestions")
    shut = desk.send(path, SUGGESTED)
    assert (shut.status_code, described(shut)["type"][-23:]) == (403, "suggestions-not-allowed")
    Study.objects.update(suggestions_allowed=True)
    assert pen.send(path, SUGGESTED).status_code == 403  # annotators do not bring them in
    with zeal_ignore():  # one annotator's work after another, each with its own lock and ledger
        told = described(desk.send(path, SUGGESTED))
    assert (told["n_spans"], set(told["assignments"])) == (2, {str(bobs.pk), str(carols.pk)})
    assert set(Span.objects.values_list("state", "origin")) == {(SpanState.SUGGESTED, Origin.MODEL)}
    assert set(Assignment.objects.values_list("annotator__username", "state")) == {
        ("bob", "waiting"),
        ("carol", "waiting"),
    }
    entry = AuditEntry.objects.get(action="suggestions.brought_in")
    assert (entry.after["model"], entry.after["version"]) == ("tagger", "3.1")
    spans = Operation.objects.filter(target_type="span")
    assert {str(tab) for tab in spans.values_list("tab", flat=True)} == {entry.after["batch"]}
    seen = described(pen.read(in_study(study, f"/assignments/{bobs.pk}/marks")))
    assert [each["state"] for each in seen["spans"]] == ["suggested"] * 2
    assert [each["name"] for each in seen["entities"]] == ["Officials"]


def test_suggestions_that_do_not_fit_are_refused_by_their_place(
    desk: Asker, study: Study, article: Article, bobs: Assignment
) -> None:
    Study.objects.update(suggestions_allowed=True)
    path = in_study(study, f"/articles/{article.pk}/suggestions")
    wrong = {"label": "allegation", "fragments": [{"start": 1, "end": 10, "quote": "Officials"}]}
    answer = desk.send(path, {**SUGGESTED, "spans": [*SUGGESTED["spans"], wrong]})
    told = described(answer)
    assert (answer.status_code, [each["field"] for each in told["errors"]]) == (422, ["/spans/2"])
    assert "which stands at 0–9" in told["detail"]
    assert not Span.objects.exists()
    elsewhere = {**SUGGESTED, "assignments": [str(study.pk)]}
    assert desk.send(path, elsewhere).status_code == 409


def test_cases_are_read_and_decided_and_become_gold(
    study: Study, submitted: Article, dave: User
) -> None:
    curator = Asker(dave)
    (line,) = described(curator.read(in_study(study, "/cases")))["items"]
    assert (line["id"], line["n_decided"], line["n_annotators"]) == (str(submitted.pk), 0, 2)
    path = in_study(study, f"/articles/{submitted.pk}/cases")
    cases = described(curator.read(path))["items"]
    case = next(each for each in cases if each["kind"] == "label")
    one = curator.read(f"{path}/{case['id']}")
    assert described(one) == case
    decision = {"choice": "variant", "variant": 1, "votes": case["votes"], "reason": "label"}
    bare = curator.send(f"{path}/{case['id']}/decision", decision)
    done = curator.send(
        f"{path}/{case['id']}/decision", decision, headers={"If-Match": one["ETag"]}
    )
    late = curator.send(
        f"{path}/{case['id']}/decision", decision, headers={"If-Match": one["ETag"]}
    )
    assert [each.status_code for each in (bare, done, late)] == [428, 200, 412]
    told = described(done)
    assert (told["state"], told["choice"], told["by"]) == ("decided", "variant", "Dave")
    gold = described(curator.read(in_study(study, f"/articles/{submitted.pk}/gold")))
    (kept,) = gold["cases"]
    assert kept["gold"]["fragments"][0]["quote"] == submitted.text[43:57]
    assert len(kept["votes"]) == 2
    assert described(curator.read(in_study(study, "/gold")))["items"] == [gold]
    nowhere = curator.send(
        f"{path}/{case['id']}/decision", decision, headers={"If-Match": done["ETag"]}
    )
    described(nowhere)


def test_a_report_is_made_kept_and_read(desk: Asker, study: Study, submitted: Article) -> None:
    path = in_study(study, "/reports")
    answer = desk.send(path, {"name": "Pilot", "selection": {"labels": ["allegation"]}})
    told = described(answer)
    assert (answer.status_code, told["state"]) == (202, "computing")
    compute_report.func(told["id"])  # the test's transaction never commits
    full = described(desk.read(answer["Location"]))
    assert (full["state"], full["n_done"]) == ("done", 1)
    assert {"headline", "chance"} <= set(full["tables"])
    (line,) = described(desk.read(path))["items"]
    assert line == {name: full[name] for name in line}
    wrong = described(desk.send(path, {"name": "x", "selection": {"labels": ["no"]}}))
    assert wrong["errors"][0]["field"] == "/selection/labels/0"


def test_a_report_of_nothing_is_refused(desk: Asker, study: Study, article: Article) -> None:
    answer = desk.send(in_study(study, "/reports"), {"name": "x"})
    assert (answer.status_code, described(answer)["status"]) == (409, 409)


def test_an_export_without_an_article_says_so(desk: Asker, study: Study) -> None:
    answer = desk.send(in_study(study, "/exports"), {"format": "jsonl"})
    assert described(answer)["message"] == ""
    write_export.func(answer.json()["id"])
    told = described(desk.read(answer["Location"]))
    assert (told["state"], told["message"]) == (
        "done",
        "It is empty: no article fits what was chosen.",
    )


def test_an_export_is_a_job_whose_file_is_fetched(
    desk: Asker, pen: Asker, study: Study, submitted: Article
) -> None:
    named = {each["name"]: each for each in described(desk.read("/formats"))["items"]}
    assert named["jsonl"]["can_write"]
    path = in_study(study, "/exports")
    answer = desk.send(path, {"format": "jsonl"})
    told = described(answer)
    assert (answer.status_code, told["state"], told["file"]) == (202, "running", None)
    write_export.func(told["id"])  # the test's transaction never commits
    done = described(desk.read(answer["Location"]))
    assert (done["state"], done["n_done"]) == ("done", 1)
    sent = desk.read(done["file"])
    packed = zipfile.ZipFile(io.BytesIO(b"".join(sent.streaming_content)))
    assert (sent["Content-Type"], "manifest.json" in packed.namelist()) == ("application/zip", True)
    (name,) = [name for name in packed.namelist() if name.endswith(".jsonl")]
    assert json.loads(packed.read(name).splitlines()[0])["title"] == submitted.title
    assert pen.read(answer["Location"]).status_code == 404  # not Bob's
    whole = pen.send(path, {"format": "sourcemark"})
    assert (whole.status_code, described(whole)["status"]) == (403, 403)
    for wrong, field in (
        ({"format": "papyrus"}, "/format"),
        ({"format": "marks"}, "/format"),  # is read, never written
        ({"format": "conll", "options": {"scheme": "iob"}}, "/options"),
        ({"format": "brat", "texts": False}, "/texts"),
        ({"format": "sourcemark", "texts": False}, "/texts"),
        ({"format": "sourcemark", "pseudonyms": True}, "/pseudonyms"),
    ):
        assert described(desk.send(path, wrong))["errors"][0]["field"] == field
    assert described(desk.read(path))["items"] == [done]
    scheme = next(each for each in named["conll"]["options"] if each["name"] == "scheme")
    assert (scheme["values"], scheme["default"]) == (["bio", "bioes"], "bio")
    tags = described(desk.send(path, {"format": "conll", "options": {"scheme": "bioes"}}))
    assert study.exports.get(pk=tags["id"]).options == {"scheme": "bioes"}
    gone = desk.delete(answer["Location"])
    assert (gone.status_code, desk.read(answer["Location"]).status_code) == (204, 404)


def test_a_person_sees_their_studies_and_no_others(
    pen: Asker, study: Study, mallory: User, client: Client
) -> None:
    (line,) = described(pen.read("/studies"))["items"]
    told = described(pen.read(in_study(study)))
    assert (line["id"], line["roles"], told["codebook_version"]) == (
        str(study.pk),
        ["annotator"],
        1,
    )
    assert described(pen.read("/me"))["token"]["scopes"] == [scope.value for scope in Scope]
    stranger = Asker(mallory)
    assert described(stranger.read(in_study(study)))["detail"] == "No such study."
    assert [each["name"] for each in described(stranger.read("/studies"))["items"]] == ["Elsewhere"]


def test_own_marks_of_another_article_stay_where_they_are(
    pen: Asker, study: Study, bobs: Assignment, waiting: Article, bob: User
) -> None:
    other = assign(waiting, bob)
    label = study.labels.get(slug="allegation")
    told = add("span", span(waiting, label, 43, 57))
    answer = pen.send(in_study(study, f"/assignments/{other.pk}/operations"), {"ops": [told]})
    assert answer.status_code == 200
    assert described(pen.read(in_study(study, f"/assignments/{bobs.pk}/marks")))["spans"] == []

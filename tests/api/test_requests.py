"""What every route does alike: keys, tags, pages, refusals with their place, and its price."""

import json
import uuid
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from annotations.accounts.models import Scope, User
from annotations.api.calls import ROUTES
from annotations.api.models import StoredAnswer
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.exchange.models import Export
from annotations.study.models import Role, Study
from tests.api.asking import BASE, Asker, add, span
from tests.api.test_journey import described
from tests.conftest import CountQueries
from tests.people import assign, join, make_article, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(alice: User) -> Asker:
    return Asker(alice)


def at(study: Study, rest: str = "") -> str:
    return f"/studies/{study.pk}{rest}"


# --- keys -----------------------------------------------------------------------------------------


def test_a_request_under_the_same_key_is_carried_out_once(desk: Asker, study: Study) -> None:
    told = [desk.send(at(study, "/exports"), {"format": "csv"}, key="k-1") for _ in range(2)]
    assert [each.status_code for each in told] == [202, 202]
    assert told[0].content == told[1].content
    assert told[0]["Location"] == told[1]["Location"]
    assert [each.headers.get("Idempotent-Replay") for each in told] == [None, "true"]
    assert Export.objects.count() == 1
    other = desk.send(at(study, "/exports"), {"format": "jsonl"}, key="k-1")
    (fault,) = described(other)["errors"]
    assert (other.status_code, "another request" in fault["message"]) == (422, True)
    assert (fault["in"], fault["field"]) == ("header", "Idempotency-Key")
    assert Export.objects.count() == 1


def test_keys_belong_to_their_person_and_refusals_are_not_kept(
    desk: Asker, study: Study, bob: User
) -> None:
    desk.send(at(study, "/exports"), {"format": "csv"}, key="k")
    Asker(bob).send(at(study, "/exports"), {"format": "csv"}, key="k")
    assert Export.objects.count() == 2
    assert desk.send(at(study, "/exports"), {"format": "none"}, key="new").status_code == 422
    assert desk.send(at(study, "/exports"), {"format": "csv"}, key="new").status_code == 202


def test_an_answer_is_not_repeated_to_whoever_lost_the_right_to_it(
    desk: Asker, study: Study, alice: User
) -> None:
    def again() -> Any:
        return desk.send(at(study, "/exports"), {"format": "csv"}, key="k")

    assert (again().status_code, again()["Idempotent-Replay"]) == (202, "true")
    join(study, alice, Role.ANNOTATOR)
    assert again()["Idempotent-Replay"] == "true"
    held = study.memberships.filter(user=alice)
    held.filter(role=Role.MANAGER).update(ended_at=timezone.now())
    refused = again()
    assert (refused.status_code, "role" in described(refused)["detail"]) == (403, True)
    held.update(ended_at=timezone.now())
    assert again().status_code == 404


def test_an_export_of_another_person_is_removed_with_the_scope_to_manage_only(
    study: Study, alice: User, bob: User
) -> None:
    reader = Asker(alice, Scope.READ)
    for user in (alice, bob):
        made = Asker(user).send(at(study, "/exports"), {"format": "csv"})
        path = BASE + at(study, f"/exports/{made.json()['id']}")
        assert reader.delete(path).status_code == (204 if user == alice else 403)
    assert Export.objects.get().created_by == bob
    assert Asker(alice).delete(path).status_code == 204


def test_a_post_without_a_key_is_refused(desk: Asker, study: Study) -> None:
    path = BASE + at(study, "/exports")
    answer = Client.post(desk, path, {"format": "csv"}, content_type="application/json")
    fault = described(answer)["errors"][0]
    assert (answer.status_code, fault["in"], fault["field"]) == (400, "header", "Idempotency-Key")


def test_answers_are_forgotten_after_three_days(desk: Asker, study: Study) -> None:
    for key, hours in (("old", 73), ("stepped", 49), ("new", 0)):
        desk.send(at(study, "/exports"), {"format": "csv"}, key=key)
        row = StoredAnswer.objects.filter(key=key)
        row.update(made_at=timezone.now() - timedelta(hours=hours))
    again = desk.send(at(study, "/exports"), {"format": "csv"}, key="stepped")
    assert again["Idempotent-Replay"] == "true"  # asked again where the clock went on by a day
    out = StringIO()
    call_command("purge_answers", stdout=out)
    kept = set(StoredAnswer.objects.values_list("key", flat=True))
    assert (out.getvalue(), kept) == ("0 answers forgotten.\n", {"stepped", "new"})
    StoredAnswer.objects.filter(key="new").update(made_at=timezone.now() - timedelta(hours=73))
    call_command("purge_answers", stdout=out)
    assert StoredAnswer.objects.get().key == "stepped"


# --- tags -----------------------------------------------------------------------------------------


def test_what_one_has_already_is_not_sent_again(desk: Asker, study: Study) -> None:
    first = desk.read(at(study))
    for tag in (first["ETag"], f"W/{first['ETag']}", f'"x", {first["ETag"]}', "*"):
        again = desk.read(at(study), headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    Study.objects.update(description="Changed")
    changed = desk.read(at(study), headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed.json()["description"]) == (200, "Changed")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=%01", "cursor"),
        ("nonsense=1", "nonsense"),
        ("sha256=abc", "sha256"),
    ],
)
def test_a_wrong_query_is_refused_by_its_name(
    query: str, field: str, desk: Asker, study: Study
) -> None:
    answer = desk.read(at(study, f"/articles?{query}"))
    assert (answer.status_code, described(answer)["errors"][0]["field"]) == (400, field)


def test_a_parameter_where_there_are_none_is_refused_by_its_name(desk: Asker) -> None:
    answer = desk.read("/me?limit=1")
    (fault,) = described(answer)["errors"]
    assert (answer.status_code, fault["in"], fault["field"]) == (400, "query", "limit")


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        ('{"format": "csv",\n "gold": tru}', 2, 10),
        ('{"format": "csv"} x', 1, 19),
        ('{"format": "csv",\n "format": "csv"}', 2, 2),
        ('{"rounds": ["a", NaN]}', 1, 18),
        ('{"format": ' + "9" * 5000 + "}", 1, 12),
        ("[" * 100_000, 1, 201),
        ('{"format":\n "é'.encode() + b'\xff"}', 2, 4),
        ('{"format":\n "é\\ud83d"}', 2, 10),
    ],
)
def test_json_that_cannot_be_read_is_refused_by_line_and_column(
    body: str | bytes, line: int, column: int, desk: Asker, study: Study
) -> None:
    answer = desk.send(at(study, "/exports"), body)
    fault = described(answer)["errors"][0]
    assert (answer.status_code, fault["line"], fault["column"]) == (400, line, column)


@pytest.mark.parametrize(
    "body",
    [
        b'{"format": "a\\u0000b"}',
        b"null",
        b'{"ops": [[null, null]]}',
        b"[]",
    ],
)
def test_hostile_json_is_refused(body: bytes, desk: Asker, study: Study) -> None:
    answer = desk.send(at(study, "/exports"), body)
    assert (answer.status_code, described(answer)["status"]) == (400, 400)
    assert not StoredAnswer.objects.exists()


@pytest.mark.parametrize(
    ("sign", "called"),
    [
        ("\\u0000", "a NUL character"),
        ("\\ud83d", "half of a character (lone surrogate U+D83D)"),
        ("\\u0007", "the control character U+0007"),
    ],
)
def test_a_character_that_cannot_be_kept_is_named_with_its_place_in_the_text(
    sign: str, called: str, desk: Asker, study: Study
) -> None:
    """As the pages that take files do."""
    body = f'{{"title": "é", "text": "One.\\r\\né{sign}two"}}'
    fault = described(desk.send(at(study, "/articles"), body))["errors"][0]
    assert fault["field"] == "/text"
    assert f"Line 2, character 2: {called}, which cannot be stored" in fault["message"]


def test_a_member_that_is_wrong_is_named_by_its_pointer(desk: Asker, study: Study) -> None:
    spans = [{"label": "a", "fragments": [{"start": 0, "end": "9", "quote": "x"}]}]
    path = at(study, f"/articles/{uuid.uuid4()}/suggestions")
    answer = desk.send(path, {"model": {"name": "m", "version": ""}, "spans": spans, "extra": 1})
    found = {each["field"] for each in described(answer)["errors"]}
    assert found == {"/model/version", "/spans/0/fragments/0/end", "/extra"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"format": "sourcemark", "rounds": ["Main"]}, "/rounds"),
        ({"format": "sourcemark", "states": ["submitted"]}, "/states"),
        ({"format": "sourcemark", "unmarked": False}, "/unmarked"),
        ({"format": "csv", "labels": ["alegation"]}, "/labels"),
        ({"format": "csv", "annotators": ["bbo"]}, "/annotators"),
        ({"format": "brat", "soft_labels": True}, "/soft_labels"),
    ],
)
def test_an_export_that_cannot_be_so_names_the_member_that_asks_for_it(
    desk: Asker, study: Study, body: dict[str, Any], field: str
) -> None:
    answer = desk.send(at(study, "/exports"), body)
    assert (answer.status_code, described(answer)["errors"][0]["field"]) == (422, field)
    assert not Export.objects.exists()


ARTICLE = {"title": "Strike", "text": "One."}


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"url": "example.org"}, "/url", "must begin with http"),
        ({"language": "Deutsch!"}, "/language", "is no language code"),
        ({"title": " "}, "/title", "The title is missing."),
        ({"text": " \n\u200b"}, "/text", "The text is empty."),
        ({"text": "\n" * 100_000 + "x"}, "/text", "more than 100,000"),
    ],
)
def test_an_article_that_cannot_be_says_which_field(
    wrong: dict[str, str], field: str, said: str, desk: Asker, study: Study
) -> None:
    told = {**ARTICLE, **wrong}
    made = [desk.send(at(study, "/articles"), told)]
    if field != "/text":
        row = make_article(study)
        path = at(study, f"/articles/{row.pk}")
        made.append(desk.send(path, wrong, method="PATCH", headers={"If-Match": "*"}))
    for answer in made:
        (error,) = described(answer)["errors"]
        assert (answer.status_code, error["in"], error["field"]) == (422, "body", field)
        assert said in error["message"]


def test_a_text_that_is_there_already_is_a_conflict_at_the_text(desk: Asker, study: Study) -> None:
    answers = [desk.send(at(study, "/articles"), ARTICLE) for _ in range(2)]
    (error,) = described(answers[1])["errors"]
    assert (answers[1].status_code, error["field"]) == (409, "/text")


def test_unknown_addresses_methods_and_kinds_are_problems_too(
    desk: Asker, study: Study, settings: Any
) -> None:
    found = [
        desk.get("/api/v2/studies"),
        desk.get("/api/v1/studies/"),
        desk.put(f"{BASE}/studies"),
        desk.post(f"{BASE}{at(study, '/exports')}", "format=csv", content_type="text/plain"),
        desk.send(at(study, "/exports"), "x" * 4_000_001),
        Client().get(f"{BASE}/studies"),
    ]
    assert [each.status_code for each in found] == [404, 404, 405, 415, 413, 401]
    for each in found:
        assert each["Content-Type"] == "application/problem+json"
        assert each.json()["status"] == each.status_code
    assert found[2]["Allow"] == "GET, HEAD"
    head = desk.head(f"{BASE}/studies")
    assert (head.status_code, head.content) == (200, b"")


def test_a_database_that_is_away_is_503_with_retry_after(desk: Asker, study: Study) -> None:
    def away(*args: Any) -> Any:
        raise OperationalError("gone")

    with connection.execute_wrapper(away):
        answer = desk.read("/studies")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_fault_of_ours_is_a_problem_and_nothing_is_stored(
    desk: Asker, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.raise_request_exception = False

    def fails(*args: Any, **more: Any) -> Any:
        raise RuntimeError("bug")

    monkeypatch.setattr("annotations.exchange.actions.exports.n_articles", fails)
    answer = desk.send(at(study, "/exports"), {"format": "csv"})
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert (Export.objects.count(), StoredAnswer.objects.count()) == (0, 0)


# --- what it costs --------------------------------------------------------------------------------

MOST = 30  # queries of any look, beside nothing that grows


def looks(ids: dict[str, Any]) -> dict[str, str]:
    reads = [route for route in ROUTES if route.method == "GET" and route.media.endswith("json")]
    needed = {route.name: route.path for route in reads}
    gone = {"report_id", "export_id", "case_id"}
    return {
        name: path.format(**ids)
        for name, path in needed.items()
        if not any(f"{{{each}}}" in path for each in gone)
    }


def test_a_look_costs_the_same_however_much_there_is(
    desk: Asker,
    study: Study,
    submitted: Article,
    bobs: Assignment,
    count_queries: CountQueries,
) -> None:
    ids = {
        "study_id": study.pk,
        "article_id": submitted.pk,
        "assignment_id": bobs.pk,
        "number": 1,
    }
    before = {}
    for name, path in looks(ids).items():
        desk.read(path)  # what is counted and kept at the first look
        with count_queries(at_most=MOST) as queries:
            assert desk.read(path).status_code == 200
        before[name] = len(queries)
    for number in range(3):
        person = make_user(f"more{number}")
        join(study, person, Role.ANNOTATOR)
        more = make_article(study, f"More {number}.", f"More {number}")
        assign(more, person)
        Export.objects.create(study=study, created_by=person, file_format="csv")
    for name, path in looks(ids).items():
        desk.read(path)
        with count_queries(at_most=before[name]):
            desk.read(path)


def test_a_save_costs_few_queries(
    study: Study, bobs: Assignment, article: Article, bob: User, count_queries: CountQueries
) -> None:
    pen, label = Asker(bob), study.labels.get(slug="allegation")
    told = [add("span", span(article, label, *where)) for where in ((0, 9), (13, 18), (51, 57))]
    for each in told:
        with count_queries(at_most=27):
            body = json.dumps({"ops": [each]})
            answer = pen.send(at(study, f"/assignments/{bobs.pk}/operations"), body)
            assert answer.status_code == 200


def test_an_address_with_a_line_end_in_it_is_a_problem_too(desk: Asker, study: Study) -> None:
    answer = desk.get(f"{BASE}{at(study, '/exports/a%0Ab/file')}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")

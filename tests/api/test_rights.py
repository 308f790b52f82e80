"""Every route, for everybody: the same rights and the same blindness as on the pages."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotations.accounts.models import Scope, User
from annotations.api.calls import ROUTES, Route
from annotations.assignment.models import Assignment, Submission
from annotations.corpus.models import Article, Outlet
from annotations.curation.actions import open_docket
from annotations.exchange.models import Export
from annotations.reports.actions import make_report
from annotations.reports.selection import Selection
from annotations.study.models import Round, Study
from tests.api.asking import BASE, Asker, sample
from tests.people import assign, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.on_sqlite]  # pages and policy, not rows
TEAM, DESK, HEAD, MARKS = "team", "desk", "head", "annotators"
MAY = {TEAM: {"an", "cu", "ma", "ad"}, DESK: {"cu", "ma", "ad"}, HEAD: {"ma", "ad"}, MARKS: {"an"}}

# Who gets past the door of each route. A route that is not here fails.
DOORS: dict[str, str] = {
    "show_study": TEAM,
    "show_codebook": TEAM,
    "list_codebook_versions": TEAM,
    "show_codebook_version": TEAM,
    "list_articles": TEAM,
    "show_article": TEAM,  # annotators: of those assigned
    "create_article": HEAD,
    "change_article": HEAD,
    "list_assignments": TEAM,
    "show_assignment": TEAM,  # annotators: their own
    "create_assignment": HEAD,
    "show_marks": TEAM,  # annotators: own, and others' once compared
    "change_marks": MARKS,
    "submit_marks": MARKS,
    "create_suggestions": HEAD,
    "list_cases": DESK,
    "list_article_cases": DESK,
    "show_case": DESK,
    "decide_case": DESK,
    "list_gold": DESK,
    "show_gold": DESK,
    "list_reports": DESK,
    "show_report": DESK,
    "create_report": DESK,
    "list_all_exports": TEAM,
    "show_export": TEAM,
    "create_export": TEAM,
    "fetch_export_file": TEAM,
    "delete_export": TEAM,
}
ABOUT_ONESELF = {"me", "list_studies", "list_formats"}


def ask(client: Client, route: Route, ids: dict[str, Any]) -> Any:
    path = BASE + route.path.format(**ids)
    if route.method == "GET":
        return client.get(path)
    headers = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": "*"}
    return client.generic(
        route.method, path, json.dumps(sample(route.name)), "application/json", headers=headers
    )


Ids = dict[str, Any]


@pytest.fixture
def ids(study: Study, submitted: Article, bobs: Assignment) -> Ids:
    told = {"number": 1, "rev": bobs.rev, "submitted_at": timezone.now(), "content": {}}
    Submission.objects.create(study=study, assignment=bobs, **told)
    rest = {name: uuid.uuid4() for name in ("case_id", "report_id", "export_id")}
    return {
        "study_id": study.pk,
        "article_id": submitted.pk,
        "assignment_id": bobs.pk,
        "number": 1,
        **rest,
    }


def test_every_route_has_a_door_in_the_matrix() -> None:
    assert {route.name for route in ROUTES} == {*DOORS, *ABOUT_ONESELF}


@pytest.mark.parametrize("kind", ["an", "cu", "ma", "ad", "stranger", "gone"])
def test_each_route_opens_to_whom_the_matrix_says(
    kind: str, ids: Ids, study: Study, alice: User, bob: User, dave: User, mallory: User
) -> None:
    """403 is the wrong role; 404 a stranger, or a thing that is not there (for them)."""
    gone = make_user("gone")
    people = {"an": bob, "cu": dave, "ma": alice, "stranger": mallory, "gone": gone}
    person = people.get(kind) or make_user("root", is_superuser=True)
    client = Asker(person)
    found = {}
    for route in ROUTES:
        if route.name in DOORS:
            found[route.name] = ask(client, route, ids).status_code
    if kind in ("stranger", "gone"):
        wanted = dict.fromkeys(DOORS, 404)
        assert found == wanted
        return
    shut = {name for name, status in found.items() if status == 403}
    theirs = {name for name, door in DOORS.items() if kind in MAY[door]}
    # Suggestions are shut to everybody until the study allows them.
    assert shut - {"create_suggestions"} == set(DOORS) - theirs - {"create_suggestions"}
    assert {status // 100 for status in found.values()} <= {2, 4}


def test_ids_of_another_study_lead_nowhere(ids: Ids, mallory: User, alice: User) -> None:
    """Mallory manages Elsewhere: with its id, nothing of Arden's is there."""
    elsewhere = Study.objects.get(name="Elsewhere")
    client = Asker(mallory)
    mixed = {**ids, "study_id": elsewhere.pk}
    for route in ROUTES:
        if {"{article_id}", "{assignment_id}"} & set(route.path.split("/")):
            answer = ask(client, route, mixed)
            assert (route.name, answer.status_code) == (
                route.name,
                403 if DOORS[route.name] == MARKS else 404,
            )


def test_without_a_token_or_its_scope_no_route_opens(ids: Ids, alice: User) -> None:
    stranger = Client()
    lacking = {one: Asker(alice, *[each for each in Scope if each != one]) for one in Scope}
    for route in ROUTES:
        assert ask(stranger, route, ids).status_code == 401
        answer = ask(lacking[route.scope], route, ids)
        assert answer.json()["type"] == "urn:sourcemark:problem:scope-missing"


def test_a_scope_alone_opens_its_own_routes(ids: Ids, alice: User) -> None:
    holding = {one: Asker(alice, one) for one in Scope}
    for route in ROUTES:
        if route.method == "POST" and route.name in ("create_report", "create_export"):
            continue  # they take long, and reading opens them as it opens the looks
        answer = ask(holding[route.scope], route, ids)
        assert b"scope-missing" not in answer.content


# --- blindness ------------------------------------------------------------------------------------


def everything(client: Client, ids: Ids) -> str:
    """All that reading can bring, in one text."""
    reads = [route for route in ROUTES if route.method == "GET"]
    return "\n".join(
        ask(client, each, ids).content.decode() for each in reads if each.media != "application/zip"
    )


@pytest.fixture
def carols_words(submitted: Article, carols: Assignment) -> list[str]:
    """What must not be told: ids and answers of Carol's marks, her name, her assignment."""
    ids = [str(pk) for pk in carols.spans.values_list("pk", flat=True)]
    return [*ids, str(carols.pk), str(carols.annotator_id), "Carol"]


def test_an_annotator_learns_nothing_of_others_before_the_comparison(
    ids: Ids, bob: User, carols: Assignment, carols_words: list[str]
) -> None:
    pen = Asker(bob)
    told = everything(pen, ids) + everything(pen, {**ids, "assignment_id": carols.pk})
    assert [word for word in carols_words if word in told] == []
    path = f"/studies/{ids['study_id']}/assignments/{carols.pk}/marks"
    assert pen.read(path).status_code == 404
    Round.objects.update(comparison_opened_at=timezone.now())
    opened = pen.read(path)
    assert (opened.status_code, len(opened.json()["spans"])) == (200, carols.spans.count())


def test_whoever_still_marks_sees_nothing_whatever_else_they_are(
    study: Study, submitted: Article, carols: Assignment, dave: User, ids: Ids
) -> None:
    """A curator and annotator with own work open on the article."""
    from annotations.study.models import Role
    from tests.people import join

    curator = Asker(dave)

    path = f"/studies/{study.pk}/assignments/{carols.pk}/marks"
    assert curator.read(path).status_code == 200
    join(study, dave, Role.ANNOTATOR)
    assign(submitted, dave)
    reads = [path]
    reads += [f"/studies/{study.pk}/articles/{submitted.pk}/{what}" for what in ("cases", "gold")]
    assert [curator.read(each).status_code for each in reads] == [403, 403, 403]
    lists = [
        curator.read(f"/studies/{study.pk}/{what}").json()["items"] for what in ("cases", "gold")
    ]
    assert lists == [[], []]


def test_a_study_that_hides_sources_hides_them_from_annotators(
    ids: Ids, study: Study, submitted: Article, bob: User, dave: User
) -> None:
    Study.objects.update(hide_source=True)
    Article.objects.update(
        outlet=Outlet.objects.create(study=study, name="Secret Gazette"),
        byline="Sly Reporter",
        url="https://secret.example.org/a",
        published_on="2019-11-23",
        event="Hush event",
    )
    secrets = ["Secret Gazette", "Sly Reporter", "secret.example.org", "2019-11-23", "Hush event"]
    told = everything(Asker(bob), ids)
    assert [word for word in secrets if word in told] == []
    desk = everything(Asker(dave), ids)
    assert [word for word in secrets if word not in desk] == []


def test_a_blinded_curator_meets_aliases(
    ids: Ids, study: Study, submitted: Article, dave: User, carols: Assignment
) -> None:
    Study.objects.update(blind_curation=True)
    dave.refresh_from_db()
    open_docket(dave, study.pk, submitted.pk)
    curator = Asker(dave)
    path = f"/studies/{study.pk}/articles/{submitted.pk}"
    told = "".join(curator.read(f"{path}/{what}").content.decode() for what in ("cases", "gold"))
    told += curator.read(f"/studies/{study.pk}/gold").content.decode()
    secrets = [str(carols.pk), str(carols.annotator_id), "Carol", "Bob"]
    assert ([word for word in secrets if word in told], "Annotator 1" in told) == ([], True)
    listed = curator.read(f"/studies/{study.pk}/assignments")
    assert [word for word in secrets[1:] if word in listed.content.decode()] == []
    one = f"/studies/{study.pk}/assignments?annotator={carols.annotator_id}"
    assert curator.read(one).status_code == 403
    report = make_report(study=study, actor=dave, name="x", selection=Selection())
    figures = curator.read(f"/studies/{study.pk}/reports/{report.pk}").content.decode()
    assert (str(carols.annotator_id) in figures, '"headline"' in figures) == (False, True)
    marks = curator.read(f"/studies/{study.pk}/assignments/{carols.pk}/marks")
    assert (marks.status_code, "blind" in marks.json()["detail"]) == (403, True)


def test_an_export_of_what_is_not_ones_to_choose_is_refused_and_not_changed(
    study: Study, submitted: Article, bob: User, dave: User
) -> None:
    def asked(user: User, **wanted: Any) -> tuple[int, str]:
        path = f"/studies/{study.pk}/exports"
        answer = Asker(user).send(path, {"format": "csv", **wanted})
        return answer.status_code, "".join(
            each["field"] for each in answer.json().get("errors", ())
        )

    assert asked(bob, annotators=["carol"]) == asked(bob, annotators=["x"]) == (422, "/annotators")
    assert asked(dave, states=["submitted", "in_progress"]) == (422, "/states")
    Study.objects.update(blind_curation=True)
    assert asked(dave, annotators=["carol"], states=[]) == (422, "/annotators")
    assert asked(dave, annotators=["x"]) == (422, "/annotators")
    assert not Export.objects.exists()
    assert (asked(bob, annotators=["bob"]), asked(dave, states=[])) == ((202, ""), (202, ""))


def test_a_site_admins_look_is_on_record(ids: Ids, study: Study) -> None:
    root = Asker(make_user("root", is_superuser=True))
    root.read(f"/studies/{study.pk}/articles/{ids['article_id']}")
    assert study.audit_entries.filter(action="article.looked_at", actor__username="root").exists()


def test_reading_others_marks_is_on_record(ids: Ids, study: Study, dave: User) -> None:
    path = f"/studies/{study.pk}/assignments/{ids['assignment_id']}/marks"
    curator = Asker(dave)
    curator.read(path)
    curator.read(path)
    assert study.audit_entries.filter(action="marks.read", actor=dave).count() == 1

"""Deciding cases by the protocol of the adjudication page."""

import uuid
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.curation.models import Adjudication, Case, GoldLink, GoldSpan, Ruling
from annotations.marking.codebook import codebook_of
from annotations.marking.models import Entity
from annotations.study.models import Role, Round, Rule, Study
from tests.conftest import CountQueries, SignIn
from tests.marks import mark, submit
from tests.people import assign, join, make_user

from .scene import ALLEGED, OFFICIALS, OFFICIALS_ARDEN, STRONGMAN, cases, ruling, send, url

pytestmark = pytest.mark.django_db


def gold_of(article: Article) -> set[tuple[str, str]]:
    rows = GoldSpan.objects.live().filter(adjudication__article=article)
    return {(row.label.slug if row.label else "extent", row.stretch) for row in rows}


def test_without_the_second_factor_that_the_study_asks_for_nothing_is_decided(
    curator: Client, submitted: Article, dave: User
) -> None:
    case = cases(curator, submitted)["label"]
    Study.objects.filter(pk=submitted.study_id).update(second_factor=True)
    told = ruling(case["id"], choice="variant", variant=2)
    refused = send(curator, submitted, told)
    assert (refused.status_code, "second factor" in refused.json()["message"]) == (403, True)
    assert (Ruling.objects.count(), Adjudication.objects.get().rev, gold_of(submitted)) == (
        0, 0, set(),
    )  # fmt: skip
    Authenticator.objects.create(user=dave, type=Authenticator.Type.TOTP, data={})
    assert send(curator, submitted, told).json()["results"][0]["status"] == "applied"


def test_a_site_admin_who_only_annotates_here_decides_nothing(
    curator: Client, submitted: Article, sign_in: SignIn
) -> None:
    case = cases(curator, submitted)["label"]
    ada = make_user("ada", is_staff=True, is_superuser=True)
    join(submitted.study, ada, Role.ANNOTATOR)
    told = ruling(case["id"], choice="variant", variant=2)
    assert send(sign_in(ada), submitted, told).status_code == 403
    submitted.study.memberships.filter(user=ada).delete()
    assert send(sign_in(ada), submitted, told).status_code == 200


def test_cases_come_in_kinds(curator: Client, submitted: Article) -> None:
    found = cases(curator, submitted)
    assert sorted(found) == ["boundary", "label", "link", "missing", "unanimous", "unanimous2"]
    assert found["label"]["variants"][0]["who"] == ["Bob"]
    assert found["missing"]["missing"] == ["Carol"]
    assert found["boundary"]["offers"]["majority"] is None
    assert found["boundary"]["offers"]["union"]["fragments"][0]["quote"] == "Officials in Arden"
    assert found["boundary"]["offers"]["intersection"]["fragments"][0]["quote"] == "Officials"


def test_a_variant_is_taken(curator: Client, submitted: Article, dave: User) -> None:
    case = cases(curator, submitted)["label"]
    reply = send(curator, submitted, ruling(case["id"], choice="variant", variant=2)).json()
    (answer,) = reply["results"]
    assert (answer["status"], answer["ver"], reply["rev"]) == ("applied", 1, 1)
    assert answer["current"]["case"]["gold"]["fragments"][0]["quote"] == "alleged strike"
    assert gold_of(submitted) == {("characterization", "43-57")}
    row = Case.objects.get()
    assert (row.curator, row.choice, row.variant, len(row.votes)) == (dave, "variant", 2, 2)
    assert {vote["label"] for vote in row.votes} == {"allegation", "characterization"}


@pytest.mark.parametrize(("choice", "stretch"), [("union", "0-18"), ("intersection", "0-9")])
def test_extents_are_united_and_intersected(
    curator: Client, submitted: Article, choice: str, stretch: str
) -> None:
    case = cases(curator, submitted)["boundary"]
    send(curator, submitted, ruling(case["id"], choice=choice))
    assert gold_of(submitted) == {("attribution", stretch)}


def test_without_a_strict_majority_nothing_is_decided(curator: Client, submitted: Article) -> None:
    case = cases(curator, submitted)["boundary"]
    response = send(curator, submitted, ruling(case["id"], choice="majority"))
    assert response.status_code == 422
    assert "no strict majority" in response.json()["results"][0]["message"]
    assert Case.objects.count() == GoldSpan.objects.count() == 0


def test_no_span_here_is_a_recorded_decision(curator: Client, submitted: Article) -> None:
    case = cases(curator, submitted)["missing"]
    send(curator, submitted, ruling(case["id"], choice="no_span", reason="slip"))
    row = Case.objects.get()
    assert (row.state, row.choice, row.reason) == ("decided", "no_span", "slip")
    assert gold_of(submitted) == set()
    assert cases(curator, submitted)["missing"]["state"] == "decided"


def test_an_edited_span_is_checked_like_an_annotators(curator: Client, submitted: Article) -> None:
    case = cases(curator, submitted)["boundary"]
    label = str(submitted.study.labels.get(slug="attribution").pk)
    part = {"start": 0, "end": 18, "quote": "Officials in Arden"}
    span = {"kind": "label", "label": label, "fragments": [part], "attributes": {"entity": "Arden"}}
    wrong = {**span, "fragments": [{**part, "quote": "Officials on Arden"}]}
    refused = send(curator, submitted, ruling(case["id"], choice="edited", span=wrong))
    taken = send(curator, submitted, ruling(case["id"], choice="edited", span=span))
    assert (refused.status_code, taken.status_code) == (422, 200)
    gold = GoldSpan.objects.get()
    assert (gold.stretch, gold.answers) == ("0-18", {"entity": "Arden"})


def test_a_span_nobody_proposed_can_be_added(curator: Client, submitted: Article) -> None:
    cases(curator, submitted)
    label = str(submitted.study.labels.get(slug="attribution").pk)
    part = {"start": 107, "end": 117, "quote": submitted.text[107:117]}
    span = {"kind": "label", "label": label, "fragments": [part], "attributes": {}}
    add = ruling(str(uuid.uuid4()), kind="add", span=span)
    again = ruling(str(uuid.uuid4()), kind="add", span=span)
    first, second = send(curator, submitted, add), send(curator, submitted, again)
    assert first.json()["results"][0]["status"] == "applied"
    assert "gold already" in second.json()["results"][0]["message"]
    assert gold_of(submitted) == {("attribution", "107-117")}
    assert cases(curator, submitted)["added"]["choice"] == "added"


def test_another_curators_reason_is_told_as_theirs_and_offered_only_to_them(
    curator: Client, submitted: Article, alice: User, dave: User, sign_in: SignIn
) -> None:
    """The page takes along what this person gave, and sees by the id whose decision it was."""
    case = cases(curator, submitted)["missing"]
    told = ruling(case["id"], choice="no_span", reason="slip", note="Seen before")
    send(curator, submitted, told)
    assert cases(curator, submitted)["missing"]["curator"] == str(dave.pk)
    study, article = submitted.study_id, submitted.pk
    there = reverse("curation:case", args=[study, article, case["id"]])
    own, other = curator.get(there), sign_in(alice).get(there)
    assert (own.context["form"]["note"].value(), own.context["why"]) == ("Seen before", [])
    assert (other.context["form"]["note"].value(), other.context["form"]["reason"].value()) == (
        None, None,
    )  # fmt: skip
    assert "Their reason: Slip · Seen before" in other.content.decode()


def test_a_retried_ruling_is_answered_like_the_first(curator: Client, submitted: Article) -> None:
    case = cases(curator, submitted)["missing"]
    op = ruling(case["id"], choice="variant", variant=1)
    first, second = send(curator, submitted, op).json(), send(curator, submitted, op).json()
    assert first["results"] == second["results"]
    assert (Ruling.objects.count(), Adjudication.objects.get().rev) == (1, 1)


def test_an_id_that_was_used_for_another_ruling_is_refused(
    curator: Client, submitted: Article
) -> None:
    found = cases(curator, submitted)
    case, elsewhere = found["label"]["id"], found["boundary"]["id"]
    sent = ruling(case, choice="variant", variant=1, reason="")
    first = send(curator, submitted, sent).json()["results"]
    late = {**sent, "ver": 1, "case": {"id": case, "choice": "variant", "variant": 1, "rule": ""}}
    others: list[dict[str, Any]] = [
        {"case": {"id": case, "choice": "variant", "variant": 2}},
        {"case": {"id": case, "choice": "no_span"}},
        {"case": {**sent["case"], "note": "Why?"}},
        {"case": {**sent["case"], "id": elsewhere}},
        {"kind": "reopen", "case": {"id": case}},
    ]
    for other in others:
        (answer,) = send(curator, submitted, {**sent, **other}).json()["results"]
        assert answer["status"] == "invalid"
        assert "was used for another decision" in answer["message"]
    for copy in (sent, late):
        assert send(curator, submitted, copy).json()["results"] == first
    curator.post(url("close", submitted), {"leave_open": "1"})
    held = ruling(elsewhere, choice="no_span")
    told = [send(curator, submitted, held).json()["results"][0]["status"] for _ in range(2)]
    told += [send(curator, submitted, {**held, **others[2]}).json()["results"][0]["status"]]
    assert told == ["held", "held", "invalid"]


def test_an_id_that_was_used_for_another_span_rule_or_cue_is_refused(
    curator: Client, submitted: Article
) -> None:
    Rule.objects.create(study=submitted.study, name="C2", text="Two tests")
    found = cases(curator, submitted)
    label = str(submitted.study.labels.get(slug="attribution").pk)

    def part(start: int, end: int) -> dict[str, Any]:
        return {"start": start, "end": end, "quote": submitted.text[start:end]}

    def refuses(sent: dict[str, Any], *others: dict[str, Any], late: dict[str, Any]) -> None:
        first = send(curator, submitted, sent).json()["results"]
        assert first[0]["status"] == "applied", first
        Rule.objects.update(archived_at=timezone.now())
        for other in others:
            told = {**sent, "case": {**sent["case"], **other}}
            (answer,) = send(curator, submitted, told).json()["results"]
            assert "was used for another decision" in answer["message"], other
        for copy in (sent, {**sent, "ver": 7, "case": {**sent["case"], **late}}):
            assert send(curator, submitted, copy).json()["results"] == first
        Rule.objects.update(archived_at=None)

    span = {"label": label, "fragments": [part(0, 18)], "attributes": {"entity": "Arden"}}
    again = {
        **span,
        "kind": "label",
        "attributes": {"entity": "Arden", "source_kind": ""},
    }
    others = (
        {"span": {**span, "fragments": [part(0, 9)]}},
        {"span": {**span, "attributes": {"entity": "Officials"}}},
        {"span": {**span, "label": str(uuid.uuid4())}},
        {"span": {**span, "kind": "extent", "label": None, "attributes": {}}},
        {"rule": ""},
        {"rule": "C3"},
    )
    edited = ruling(found["boundary"]["id"], choice="edited", span=span, rule="C2")
    refuses(edited, *others, {"choice": "union"}, late={"span": again, "note": ""})
    extent: dict[str, Any] = {
        "kind": "extent",
        "label": None,
        "fragments": [part(43, 57), part(39, 42)],
    }
    new = ruling(str(uuid.uuid4()), kind="add", span=extent, reason="slip")
    turned = {**extent, "fragments": extent["fragments"][::-1], "attributes": {}}
    refuses(
        new,
        {"span": {**extent, "fragments": [part(39, 42)]}},
        {"reason": ""},
        late={"span": turned},
    )
    keep = ruling(found["boundary"]["id"], 1, choice="keep", reason="slip")
    refuses(keep, {"reason": "boundary"}, {"rule": "C2"}, late={"note": ""})
    send(curator, submitted, ruling(found["unanimous2"]["id"], choice="majority"))
    cued = ruling(found["link"]["id"], choice="edited", cue=part(19, 23))
    refuses(cued, {"cue": None}, {"cue": part(19, 26)}, late={"cue": part(19, 23), "rule": None})
    ends = {"source": found["boundary"]["id"], "target": new["case"]["id"]}
    drawn = ruling(str(uuid.uuid4()), kind="add", **ends, cue=None)
    refuses(drawn, {"target": found["unanimous2"]["id"]}, {"cue": part(19, 23)}, late={"rule": ""})


def test_two_curators_never_overwrite_each_other(
    curator: Client, submitted: Article, alice: User, sign_in: SignIn
) -> None:
    case = cases(curator, submitted)["label"]
    send(curator, submitted, ruling(case["id"], choice="variant", variant=1))
    late = send(sign_in(alice), submitted, ruling(case["id"], choice="no_span"))
    assert late.status_code == 409
    (answer,) = late.json()["results"]
    assert answer["status"] == "conflict"
    assert answer["current"]["case"]["by"] == "Dave"
    assert gold_of(submitted) == {("allegation", "43-57")}


def test_a_decision_on_votes_that_changed_is_refused(
    curator: Client, submitted: Article, study_erin: Assignment
) -> None:
    case = cases(curator, submitted)["label"]
    mark(study_erin, "allegation", ALLEGED)
    submit(study_erin)
    late = send(curator, submitted, ruling(case["id"], choice="majority", votes=case["votes"]))
    assert late.json()["results"][0]["status"] in ("conflict", "gone")
    assert GoldSpan.objects.count() == 0


@pytest.fixture
def study_erin(submitted: Article) -> Assignment:
    """A third annotator, still at work."""
    erin = make_user("erin")
    join(submitted.study, erin, Role.ANNOTATOR)
    return assign(submitted, erin)


def test_a_decision_stays_with_its_case_when_votes_change(
    curator: Client, submitted: Article, study_erin: Assignment
) -> None:
    case = cases(curator, submitted)["label"]
    send(curator, submitted, ruling(case["id"], choice="variant", variant=2))
    mark(study_erin, "allegation", ALLEGED)
    submit(study_erin)
    now = cases(curator, submitted)["label"]
    assert (now["id"], now["state"], now["changed"]) == (case["id"], "decided", True)
    assert now["offers"]["majority"]["fragments"][0]["quote"] == "alleged strike"
    assert gold_of(submitted) == {("characterization", "43-57")}


def test_undo_puts_back_what_was_before_and_redo_what_was_after(
    curator: Client, submitted: Article
) -> None:
    case = cases(curator, submitted)["label"]
    first = ruling(case["id"], choice="variant", variant=1)
    second = ruling(case["id"], 1, choice="variant", variant=2, note="scare quotes")
    send(curator, submitted, first, second)
    send(curator, submitted, ruling(case["id"], 2, kind="back", op=second["op_id"]))
    assert gold_of(submitted) == {("allegation", "43-57")}
    send(curator, submitted, ruling(case["id"], 3, kind="back", op=first["op_id"]))
    row = Case.objects.get()
    assert (gold_of(submitted), row.state, row.choice) == (set(), "open", "")
    redo = ruling(case["id"], 4, kind="back", op=second["op_id"], side="after")
    send(curator, submitted, redo)
    row.refresh_from_db()
    assert (gold_of(submitted), row.note) == ({("characterization", "43-57")}, "scare quotes")
    assert GoldSpan.objects.count() == 1


def test_a_reason_can_be_given_afterwards(curator: Client, submitted: Article) -> None:
    Rule.objects.create(study=submitted.study, name="C2", text="Two tests")
    case = cases(curator, submitted)["label"]
    early = send(curator, submitted, ruling(case["id"], choice="keep", reason="label"))
    assert "Decide this case first" in early.json()["results"][0]["message"]
    send(curator, submitted, ruling(case["id"], choice="variant", variant=2))
    send(curator, submitted, ruling(case["id"], 1, choice="keep", reason="label", rule="C2"))
    row = Case.objects.get()
    assert (row.reason, row.rule and row.rule.name, row.choice) == ("label", "C2", "variant")
    unknown = ruling(case["id"], 2, choice="keep", rule="Z9")
    assert send(curator, submitted, unknown).json()["results"][0]["status"] == "invalid"


def test_a_link_waits_for_its_ends_and_falls_with_them(curator: Client, submitted: Article) -> None:
    found = cases(curator, submitted)
    link, source, target = found["link"], found["boundary"], found["unanimous2"]
    assert (link["source"], link["target"], link["waits"]) == (source["id"], target["id"], True)
    early = send(curator, submitted, ruling(link["id"], choice="variant", variant=1))
    assert "decide that first" in early.json()["results"][0]["message"]
    send(
        curator,
        submitted,
        ruling(source["id"], choice="variant", variant=1),
        ruling(target["id"], choice="majority"),
        ruling(link["id"], choice="majority"),
    )
    assert GoldLink.objects.live().count() == 1
    assert cases(curator, submitted)["link"]["linked"] is True
    send(curator, submitted, ruling(source["id"], 1, choice="no_span"))
    assert cases(curator, submitted)["link"]["moot"] is True
    send(curator, submitted, ruling(source["id"], 2, choice="variant", variant=2))
    assert cases(curator, submitted)["link"]["linked"] is True


def test_the_same_span_is_gold_once(
    curator: Client, submitted: Article, bobs: Assignment, carols: Assignment
) -> None:
    found = cases(curator, submitted)
    label = str(submitted.study.labels.get(slug="characterization").pk)
    start, end = ALLEGED
    part = {"start": start, "end": end, "quote": submitted.text[start:end]}
    span = {"kind": "label", "label": label, "fragments": [part], "attributes": {}}
    send(curator, submitted, ruling(found["label"]["id"], choice="variant", variant=2))
    twin = send(curator, submitted, ruling(found["missing"]["id"], choice="edited", span=span))
    assert twin.json()["results"][0]["status"] == "invalid"
    assert len(gold_of(submitted)) == 1


def test_who_marks_an_article_curates_it_after_submitting(
    submitted: Article, dave: User, curator: Client
) -> None:
    join(submitted.study, dave, Role.ANNOTATOR)
    own = assign(submitted, dave)
    assert curator.get(url("adjudicate", submitted)).status_code == 403
    op = ruling(str(uuid.uuid4()), choice="no_span")
    assert send(curator, submitted, op).status_code == 403
    submit(own)
    assert curator.get(url("adjudicate", submitted)).status_code == 200


def test_annotators_and_strangers_do_not_curate(
    submitted: Article, bob: User, mallory: User, sign_in: SignIn, curator: Client
) -> None:
    case = cases(curator, submitted)["label"]
    op = ruling(case["id"], choice="variant", variant=1)
    for user, status in ((bob, 403), (mallory, 404)):
        assert sign_in(user).get(url("adjudicate", submitted)).status_code == status
        assert send(sign_in(user), submitted, op).status_code == status
    assert Case.objects.count() == 0


def test_a_decision_costs_at_most_eight_statements(
    curator: Client, submitted: Article, count_queries: CountQueries
) -> None:
    case = cases(curator, submitted)["boundary"]
    with count_queries(at_most=8):
        send(curator, submitted, ruling(case["id"], choice="variant", variant=1))
    with count_queries(at_most=8):
        send(curator, submitted, ruling(case["id"], 1, choice="variant", variant=2))


def test_the_page_costs_at_most_fifteen_queries(
    curator: Client, submitted: Article, count_queries: CountQueries
) -> None:
    found = cases(curator, submitted)
    send(curator, submitted, ruling(found["label"]["id"], choice="variant", variant=1))
    with count_queries(at_most=15):
        assert curator.get(url("adjudicate", submitted)).status_code == 200


def test_the_first_opening_costs_no_more_and_settles_what_is_unanimous(
    curator: Client, submitted: Article, count_queries: CountQueries
) -> None:
    """Nothing is begun, and nothing but the codebook is kept in the process: the page, then what it
    asks for itself."""
    version = submitted.study.codebook_versions.get()
    codebook_of(submitted.study_id, version.pk, version.number)
    with count_queries(at_most=15):
        assert curator.get(url("adjudicate", submitted)).context["data"]["unanimous"] == 2
    with count_queries(at_most=40):  # four of them for the first entry of the study's history
        assert curator.post(url("unanimous", submitted)).status_code == 302


def test_a_name_that_is_corrected_is_corrected_in_the_votes(
    curator: Client, submitted: Article, bob: User
) -> None:
    span = submitted.assignments.get(annotator=bob).spans.get(label__slug="attribution")
    attribute = submitted.study.labels.get(slug="attribution").attributes.get(name="entity")
    ardn = Entity.objects.create(study=submitted.study, owner=bob, name="Ardn", folded_name="ardn")
    span.values.create(study=submitted.study, attribute=attribute, entity=ardn)
    case = cases(curator, submitted)["boundary"]
    told = [each["span"]["attributes"] for each in case["variants"]]
    assert {"entity": "Ardn"} in told
    Entity.objects.filter(pk=ardn.pk).update(name="Arden", folded_name="arden", ver=2)
    case = cases(curator, submitted)["boundary"]
    told = [each["span"]["attributes"] for each in case["variants"]]
    assert ({"entity": "Arden"} in told, {"entity": "Ardn"} in told) == (True, False)
    mine = next(n for n, each in enumerate(told, 1) if each)
    send(curator, submitted, ruling(case["id"], choice="variant", variant=mine))
    assert GoldSpan.objects.get().answers == {"entity": "Arden"}


def test_cases_are_narrowed_to_a_round(curator: Client, submitted: Article, bob: User) -> None:
    page = url("adjudicate", submitted)
    assert curator.get(page).context["rounds"] == []
    second = Round.objects.create(study=submitted.study, name="Second")
    submitted.assignments.filter(annotator=bob).update(round=second)
    shown = curator.get(page, {"round": str(second.pk)}).context
    assert {name for _, name in shown["rounds"]} == {"Main", "Second"}
    assert {case["title"] for case in shown["listed"]} >= {"Not found by all"}
    first = submitted.study.rounds.get(name="Main").pk
    listed = curator.get(page, {"round": str(first)}).context["listed"]
    assert "Not found by all" not in {case["title"] for case in listed}


def test_malformed_requests_are_refused_in_words(curator: Client, submitted: Article) -> None:
    cases(curator, submitted)
    op = {**ruling("x" * 36, choice="no_span")}
    assert send(curator, submitted, op).status_code == 400
    wrong = {**ruling(str(uuid.uuid4())), "kind": "merge"}
    assert send(curator, submitted, wrong).status_code == 400
    many = [ruling(str(uuid.uuid4()), choice="no_span") for _ in range(51)]
    assert send(curator, submitted, *many).status_code == 413
    gone = send(curator, submitted, ruling(str(uuid.uuid4()), choice="no_span"))
    assert gone.status_code == 410


def test_places_of_the_scene_are_as_named(article: Article) -> None:
    places = {OFFICIALS: "Officials", OFFICIALS_ARDEN: "Officials in Arden"}
    places |= {ALLEGED: "alleged strike", STRONGMAN: "strongman"}
    assert {place: article.text[slice(*place)] for place in places} == places


def test_a_cited_rule_may_stay_after_it_was_archived(curator: Client, submitted: Article) -> None:
    rule = Rule.objects.create(study=submitted.study, name="A2", title="", text="", position=1)
    case = cases(curator, submitted)["label"]["id"]
    send(curator, submitted, ruling(case, choice="variant", variant=1, rule="A2"))
    Rule.objects.filter(pk=rule.pk).update(archived_at=timezone.now())
    again = send(curator, submitted, ruling(case, 1, choice="variant", variant=2, rule="A2"))
    assert again.json()["results"][0]["status"] == "applied"
    assert Case.objects.get().rule == rule


def test_what_was_taken_back_says_so_and_names_no_rule(curator: Client, submitted: Article) -> None:
    case = cases(curator, submitted)["label"]["id"]
    send(curator, submitted, ruling(case, choice="variant", variant=1))
    send(curator, submitted, ruling(case, 1, kind="reopen"))
    where = [submitted.study_id, GoldSpan.objects.get().pk]
    page = curator.get(reverse("curation:custody", args=where)).content.decode()
    assert "The decision was taken back" in page
    assert "<dt>By</dt>" not in page

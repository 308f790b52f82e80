"""A calibration round over HTTP: alone, reveal, talk, revise; both versions are kept."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from zeal import zeal_ignore

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, AssignmentState, Submission
from annotations.corpus.models import Article
from annotations.curation.models import Calibration, Revision
from annotations.marking.actions import submit_assignment
from annotations.study.models import AuditEntry, Round, Study
from tests.conftest import CountQueries, SignIn
from tests.marks import answer, mark
from tests.people import assign, make_article

pytestmark = pytest.mark.django_db


def hand_in(work: Assignment) -> Submission:
    return submit_assignment(
        user=work.annotator, study_id=work.study_id, article_id=work.article_id, confirmed=True
    )


@pytest.fixture
def works(article: Article, bob: User, carol: User) -> tuple[Assignment, Assignment]:
    """Bob took the hedge alone, Carol the phrase; both have submitted."""
    bobs, carols = assign(article, bob), assign(article, carol)
    mark(bobs, "allegation", (43, 50))
    mark(carols, "allegation", (39, 57))
    hand_in(bobs)
    hand_in(carols)
    return bobs, carols


@pytest.fixture
def lead(alice: User, sign_in: SignIn) -> Client:
    return sign_in(alice)


def begin(lead: Client, study: Study) -> str:
    there = f"/studies/{study.pk}/calibrations/"
    answer = lead.post(there, {"round": study.rounds.get(name="Main").pk})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def do(lead: Client, there: str, what: str) -> str:
    with zeal_ignore():  # one act after another
        return lead.post(f"{there}{what}/", follow=True).content.decode()


@pytest.fixture
def revealed(lead: Client, study: Study, works: tuple[Assignment, ...]) -> str:
    there = begin(lead, study)
    do(lead, there, "reveal")
    return there


def change_bobs_mind(work: Assignment) -> None:
    """Bob takes Carol's phrase in place of his word."""
    work.refresh_from_db()
    span = work.spans.get(deleted_at=None, label__slug="allegation")
    span.deleted_at = work.returned_at
    span.save()
    mark(work, "allegation", (39, 57))
    hand_in(work)


def test_the_reveal_keeps_what_each_submitted_alone_and_opens_the_comparison(
    revealed: str, study: Study, works: tuple[Assignment, Assignment]
) -> None:
    held = Calibration.objects.get()
    assert held.revealed_at is not None
    assert study.rounds.get(name="Main").comparison_opened_at is not None
    kept = {one.assignment_id: (one.before.number, one.after) for one in Revision.objects.all()}
    assert kept == {work.pk: (1, None) for work in works}


def test_before_the_reveal_nobody_sees_the_others(
    lead: Client, study: Study, works: tuple[Assignment, Assignment], bob: User, sign_in: SignIn
) -> None:
    there = begin(lead, study)
    bobs, carols = works
    other = f"/studies/{study.pk}/articles/{bobs.article_id}/marks/{carols.pk}/"
    pages = [there, f"/studies/{study.pk}/articles/{bobs.article_id}/discussion/"]
    assert [sign_in(bob).get(page).status_code for page in pages] == [404, 404]
    assert "alleged" not in sign_in(bob).get(other).content.decode()


def test_revising_gives_work_back_and_keeps_the_first_submission(
    lead: Client, revealed: str, works: tuple[Assignment, Assignment]
) -> None:
    assert "2 articles given back" in do(lead, revealed, "revise")
    states = set(Assignment.objects.values_list("state", flat=True))
    assert states == {AssignmentState.RETURNED}
    first = Submission.objects.get(assignment=works[0]).content_sha256
    change_bobs_mind(works[0])
    numbers = Submission.objects.filter(assignment=works[0]).values_list("number", flat=True)
    assert list(numbers) == [1, 2]
    assert Submission.objects.get(assignment=works[0], number=1).content_sha256 == first
    assert "0 articles given back" in do(lead, revealed, "revise")


def test_while_they_revise_they_talk_but_see_no_marks_of_others(
    lead: Client,
    revealed: str,
    works: tuple[Assignment, Assignment],
    bob: User,
    study: Study,
    sign_in: SignIn,
) -> None:
    do(lead, revealed, "revise")
    bobs, carols = works
    client = sign_in(bob)
    article = f"/studies/{study.pk}/articles/{bobs.article_id}/"
    sent = {"words": "the alleged strike", "text": "Why?", "comment_id": uuid.uuid4()}
    assert client.post(f"{article}discussion/", sent).status_code == 302
    reading = client.get(f"{article}marks/{carols.pk}/")
    assert reading.status_code in (403, 404)
    assert client.get(f"/studies/{study.pk}/agreement/articles/{bobs.article_id}/").status_code in (
        403,
        404,
    )
    assert client.get(revealed).status_code == 404


def test_the_report_shows_the_rise_and_that_bob_moved_to_carol(
    lead: Client, revealed: str, works: tuple[Assignment, Assignment]
) -> None:
    do(lead, revealed, "revise")
    answer(mark(works[0], "attribution", (0, 6)), "source_kind", "unspecified")
    change_bobs_mind(works[0])
    report = lead.get(revealed).context["report"]
    told = {title: (one.before.value, one.after.value) for title, one in report["figures"]}
    assert told["Exact F1"] == (0.0, 2 / 3)
    [row, other] = report["towards"]["rows"]
    assert (row[0], other[0]) == ("Bob", "Carol")
    assert row[1][1][0] > 0.2
    assert other[1][0] == [0.0, 0.0]
    [added, move] = report["moves"]
    assert added["after"]["answers"] == [("Kind of source", "Unspecified")]
    assert (move["who"], move["what"], move["towards"]) == (
        "Bob",
        "Moved the boundaries",
        ["Carol"],
    )
    assert move["before"]["words"] == "alleged"
    page = lead.get(revealed).content.decode()
    assert "as Carol had it" in page


def test_the_end_keeps_both_versions_and_who_did_not_revise_is_unchanged(
    lead: Client, revealed: str, works: tuple[Assignment, Assignment]
) -> None:
    do(lead, revealed, "revise")
    change_bobs_mind(works[0])
    do(lead, revealed, "end")
    kept = {one.assignment_id: one.after and one.after.number for one in Revision.objects.all()}
    assert kept == {works[0].pk: 2, works[1].pk: None}
    assert Calibration.objects.get().ended_at is not None
    acts = AuditEntry.objects.filter(subject_type="calibration").order_by("pk")
    assert [act.action for act in acts] == [
        "calibration.begun",
        "calibration.revealed",
        "calibration.ended",
    ]
    assert "This calibration has ended." in do(lead, revealed, "revise")
    for statement in ("UPDATE {} SET before_id = after_id", "DELETE FROM {}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format("annotations_revision"))


def test_the_end_says_who_is_still_out_and_takes_first_versions_back(
    lead: Client, revealed: str, works: tuple[Assignment, Assignment], study: Study, bob: User
) -> None:
    other = make_article(study, text="Number two said so.", title="Two")
    begun = assign(other, bob)
    mark(begun, "allegation", (0, 6))
    hand_in(begun)
    held = Calibration.objects.get()
    first = begun.submissions.get()
    Revision.objects.create(study=study, calibration=held, assignment=begun, before=first)
    do(lead, revealed, "revise")
    begun.refresh_from_db()
    mark(begun, "allegation", (7, 10))
    page = lead.get(revealed)
    told = [(str(one.person), one.n_out, one.n_begun) for one in page.context["out"]]
    assert told == [("Bob", 2, 1), ("Carol", 1, 0)]
    assert "Take the first version of 2 unchanged articles" in page.content.decode()
    lead.post(f"{revealed}end/", {"take_first": "1"})
    states = {one.pk: str(one.state) for one in Assignment.objects.all()}
    assert [states[one.pk] for one in (*works, begun)] == ["submitted", "submitted", "returned"]
    assert Submission.objects.count() == 3
    assert AuditEntry.objects.get(action="calibration.ended").after["taken_again"] == 2
    page = lead.get(revealed).content.decode()
    assert "though the calibration has ended" in page


def test_an_annotator_reads_only_their_own_part_and_only_after_the_end(
    lead: Client,
    revealed: str,
    works: tuple[Assignment, Assignment],
    bob: User,
    carol: User,
    sign_in: SignIn,
) -> None:
    do(lead, revealed, "revise")
    change_bobs_mind(works[0])
    hand_in(Assignment.objects.get(pk=works[1].pk))
    assert sign_in(bob).get(revealed).status_code == 404
    do(lead, revealed, "end")
    report = sign_in(carol).get(revealed).context["report"]
    assert [move["who"] for move in report["moves"]] == []
    assert [name for name, _ in report["towards"]["rows"]] == ["Carol"]
    assert report["figures"] == []
    assert [(a, b) for a, b, _ in report["pairs"]] == [("Bob", "Carol")]
    works[0].study.rounds.update(comparison_opened_at=None)
    assert sign_in(carol).get(revealed).status_code == 404
    listed = revealed.removesuffix(f"{revealed.split('/')[-2]}/")
    assert not sign_in(carol).get(listed).context["calibrations"]


def test_nothing_is_revealed_where_nobody_can_be_compared(
    lead: Client, study: Study, article: Article, bob: User
) -> None:
    work = assign(article, bob)
    mark(work, "allegation", (39, 57))
    hand_in(work)
    there = begin(lead, study)
    assert "Nobody can be compared yet" in do(lead, there, "reveal")
    assert study.rounds.get(name="Main").comparison_opened_at is None


def test_a_round_is_calibrated_once_and_only_while_it_is_closed(
    lead: Client, study: Study, works: tuple[Assignment, Assignment]
) -> None:
    begin(lead, study)
    main = study.rounds.get(name="Main")
    opened = Round.objects.create(
        study=study, name="Open", comparison_opened_at="2026-01-01T00:00Z"
    )
    there = f"/studies/{study.pk}/calibrations/"
    found = [lead.post(there, {"round": held.pk}).status_code for held in (main, opened)]
    assert (found, Calibration.objects.count()) == ([422, 422], 1)


def test_curators_look_and_managers_lead(
    study: Study, works: tuple[Assignment, ...], lead: Client, dave: User, sign_in: SignIn
) -> None:
    there = begin(lead, study)
    client = sign_in(dave)
    assert client.get(there).status_code == 200
    posts = [f"{there}{what}/" for what in ("reveal", "revise", "end")]
    posts.append(f"/studies/{study.pk}/calibrations/")
    assert {client.post(post).status_code for post in posts} == {403}


def test_a_curator_of_a_blind_study_is_not_shown_who_moved(
    study: Study, revealed: str, lead: Client, dave: User, sign_in: SignIn
) -> None:
    Study.objects.filter(pk=study.pk).update(blind_curation=True)
    assert (sign_in(dave).get(revealed).status_code, lead.get(revealed).status_code) == (403, 200)


def test_the_report_costs_the_same_with_more_articles(
    lead: Client,
    study: Study,
    works: tuple[Assignment, ...],
    bob: User,
    carol: User,
    count_queries: CountQueries,
) -> None:
    for number in range(3):
        article = make_article(study, text=f"Number {number} said so.", title=f"N{number}")
        for person in (bob, carol):
            work = assign(article, person)
            mark(work, "allegation", (0, 6))
            hand_in(work)
    there = begin(lead, study)
    do(lead, there, "reveal")
    lead.get(there)
    with count_queries(at_most=16):
        lead.get(there)

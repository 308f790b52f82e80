"""What is done to assignments, what is refused, and what the audit says of it."""

import threading
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from annotations.accounts.actions import deactivate
from annotations.accounts.models import User
from annotations.assignment.actions import (
    apply_plan,
    assign_article,
    hand_over,
    hand_over_all,
    remove_assignment,
    remove_waiting,
    return_submission,
)
from annotations.assignment.models import Assignment, AssignmentState, WorkTime
from annotations.assignment.queries import next_assignment
from annotations.assignment.queries.plans import Asked, draw_plan
from annotations.corpus.models import Article
from annotations.study.models import AuditEntry, Role, Study
from annotations.text.refusal import Refusal
from tests.people import assign, join, make_article, make_user

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TAB = "5f3b9a52-93a6-4c61-a8e4-2f1f6f0f7b10"


def audit(study: Study) -> list[tuple[str, str]]:
    return [(entry.action, str(entry.actor)) for entry in study.audit_entries.order_by("pk")]


def asked(study: Study, people: list[User], per_article: int = 2, **more: Any) -> Asked:
    return Asked(study.rounds.get(), tuple(people), per_article, **more)


def begun(article: Article, person: User, **more: Any) -> Assignment:
    return assign(
        article, person, state=AssignmentState.IN_PROGRESS, started_at=NOON, rev=3, **more
    )


# --- plans ----------------------------------------------------------------------------------


def test_a_plan_is_carried_out_once_however_often_it_is_asked_for(
    alice: User, bob: User, carol: User, study: Study
) -> None:
    for number in range(6):
        make_article(study, f"Text {number}.\n", f"Article {number}")
    for _ in range(2):
        apply_plan(study=study, actor=alice, asked=asked(study, [bob, carol], 1))
    assert Assignment.objects.count() == 6
    assert sorted(Assignment.objects.filter(annotator=bob).values_list("position", flat=True)) == [
        0, 1, 2,
    ]  # fmt: skip
    assert audit(study) == [("assignment.planned", "Alice")]
    told = AuditEntry.objects.get().after
    assert (told["n_assignments"], told["added"]) == (6, {"bob": 3, "carol": 3})


def test_articles_and_people_who_come_later_top_a_plan_up(
    alice: User, bob: User, carol: User, study: Study
) -> None:
    for number in range(4):
        make_article(study, f"Text {number}.\n", f"Article {number}")
    apply_plan(study=study, actor=alice, asked=asked(study, [bob, carol]))
    before = set(Assignment.objects.values_list("pk", flat=True))
    erin = make_user("erin")
    join(study, erin, Role.ANNOTATOR)
    make_article(study, "Later.\n", "Later")
    apply_plan(study=study, actor=alice, asked=asked(study, [bob, carol, erin]))
    assert before < set(Assignment.objects.values_list("pk", flat=True))
    new = Assignment.objects.exclude(pk__in=before)
    assert {str(a.article) for a in new} == {"Later"}
    assert erin in {a.annotator for a in new}


def test_work_that_was_handed_over_does_not_count_and_does_not_come_back(
    alice: User, bob: User, carol: User, study: Study, article: Article
) -> None:
    erin = make_user("erin")
    join(study, erin, Role.ANNOTATOR)
    hand_over(assignment=begun(article, bob), actor=alice, to=carol)
    plan = draw_plan(study, asked(study, [bob, carol, erin], 3))
    assert plan.added == ((article.pk, erin.pk),)


def test_work_of_an_earlier_round_counts_on_its_article_but_not_in_the_load(
    alice: User, bob: User, carol: User, study: Study, article: Article
) -> None:
    pilot = study.rounds.create(name="Pilot", position=1)
    assign(article, bob)
    other = make_article(study, "Other.\n", "Other")
    plan = draw_plan(study, Asked(pilot, (bob, carol), 1))
    assert plan.added == ((other.pk, carol.pk),)


def test_nothing_is_planned_in_a_closed_round(alice: User, bob: User, study: Study) -> None:
    study.rounds.update(closed_at=NOON)
    with pytest.raises(Refusal, match="This round is closed"):
        apply_plan(study=study, actor=alice, asked=asked(study, [bob]))


def test_nobody_but_annotators_of_the_study_gets_work(
    alice: User, bob: User, dave: User, mallory: User, study: Study, article: Article
) -> None:
    deactivate(user=bob)
    main = study.rounds.get()
    for somebody in (bob, dave, mallory):
        with pytest.raises(Refusal, match="is not an annotator of this study"):
            assign_article(
                study=study, actor=alice, article=article, annotator=somebody, round=main
            )
        with pytest.raises(Refusal, match="is not an annotator of this study"):
            apply_plan(study=study, actor=alice, asked=asked(study, [somebody]))
    assert not Assignment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_the_same_moment_do_not_give_out_twice_as_much(study: Study) -> None:
    people = [make_user(name) for name in ("bert", "cleo", "emil", "fern")]
    for person in people:
        join(study, person, Role.ANNOTATOR)
    for number in range(5):
        make_article(study, f"Text {number}.\n", f"Article {number}")
    ready = threading.Barrier(2)
    failed: list[BaseException] = []

    def plan(seed: int) -> None:
        try:
            ready.wait()
            wanted = asked(study, people, 2, seed=seed, caps={people[0].pk: 1})
            apply_plan(study=study, actor=study.created_by, asked=wanted)
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=plan, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    counts = {a.pk: a.assignments.count() for a in Article.objects.all()}
    assert set(counts.values()) == {2}
    assert Assignment.objects.filter(annotator=people[0]).count() == 1  # her cap


# --- one by one -----------------------------------------------------------------------------


def test_an_article_is_given_once_to_each_person(
    alice: User, bob: User, study: Study, article: Article
) -> None:
    main = study.rounds.get()
    give = {"study": study, "actor": alice, "article": article, "annotator": bob, "round": main}
    made = assign_article(**give)
    with pytest.raises(Refusal, match="Bob has “Strike in Arden” already"):
        assign_article(**give)
    assert audit(study) == [("assignment.made", "Alice")]
    assert AuditEntry.objects.get().subject_id == str(made.pk)


def test_what_was_not_begun_can_be_taken_back(
    alice: User, bob: User, study: Study, article: Article
) -> None:
    remove_assignment(assignment=assign(article, bob), actor=alice)
    assert not Assignment.objects.exists()
    assert audit(study) == [("assignment.removed", "Alice")]


@pytest.mark.parametrize(
    "state",
    [
        {"state": "in_progress", "started_at": NOON},
        {"state": "submitted", "submitted_at": NOON},
        {"state": "withdrawn"},
        {"rev": 1},
    ],
)
def test_what_was_begun_cannot_be_taken_back(
    alice: User, bob: User, study: Study, article: Article, state: dict[str, Any]
) -> None:
    work = assign(article, bob, **state)
    with pytest.raises(Refusal, match="Work that was begun stays"):
        remove_assignment(assignment=work, actor=alice)
    assert audit(study) == []


def test_work_that_was_only_looked_at_counts_as_begun(
    alice: User, bob: User, study: Study, article: Article
) -> None:
    work = assign(article, bob)
    WorkTime.objects.create(study=study, assignment=work, tab=TAB, active_seconds=5)
    with pytest.raises(Refusal, match="Work that was begun stays"):
        remove_assignment(assignment=work, actor=alice)


def test_taking_back_a_whole_queue_leaves_what_was_begun(
    alice: User, bob: User, study: Study, article: Article
) -> None:
    stays = begun(article, bob)
    for number in range(3):
        assign(make_article(study, f"Text {number}.\n", "Waiting"), bob)
    assert remove_waiting(study=study, actor=alice, person=bob) == 3
    assert list(Assignment.objects.all()) == [stays]
    assert audit(study) == [("assignment.removed", "Alice")] * 3


# --- handing over -----------------------------------------------------------------------------


def test_begun_work_is_handed_over_empty_and_the_old_stays_readable(
    alice: User, bob: User, carol: User, study: Study, article: Article
) -> None:
    old = begun(article, bob)
    new = hand_over(assignment=old, actor=alice, to=carol)
    old.refresh_from_db()
    assert (old.state, old.handed_to, old.rev, old.annotator) == ("withdrawn", new, 3, bob)
    assert (new.state, new.rev, new.annotator, new.round) == ("waiting", 0, carol, old.round)
    assert audit(study) == [("assignment.handed_over", "Alice")]
    entry = AuditEntry.objects.get()
    assert (entry.before["annotator"], entry.after["annotator"]) == ("Bob", "Carol")


def test_untouched_work_just_changes_hands(
    alice: User, bob: User, carol: User, article: Article
) -> None:
    old = assign(article, bob)
    assert hand_over(assignment=old, actor=alice, to=carol) == old
    assert Assignment.objects.get().annotator == carol


def test_submitted_work_is_not_handed_over(
    alice: User, bob: User, carol: User, article: Article
) -> None:
    work = assign(article, bob, state="submitted", submitted_at=NOON)
    with pytest.raises(Refusal, match="Only unfinished work can be handed over"):
        hand_over(assignment=work, actor=alice, to=carol)


def test_work_is_not_handed_to_oneself_nor_to_somebody_who_has_the_article(
    alice: User, bob: User, carol: User, article: Article
) -> None:
    work = begun(article, bob)
    assign(article, carol)
    with pytest.raises(Refusal, match="Choose somebody else"):
        hand_over(assignment=work, actor=alice, to=bob)
    with pytest.raises(Refusal, match="Carol has “Strike in Arden” already"):
        hand_over(assignment=work, actor=alice, to=carol)


def test_when_somebody_leaves_their_work_stays_and_the_unfinished_goes_to_another(
    alice: User, bob: User, carol: User, study: Study
) -> None:
    first, second, third, fourth = (make_article(study, f"{n}.\n", f"Text {n}") for n in range(4))
    done = assign(first, bob, state="submitted", submitted_at=NOON)
    half = begun(second, bob, position=1)
    waits = assign(third, bob, position=2)
    shared = assign(fourth, bob, position=3)
    assign(fourth, carol, position=7)
    deactivate(user=bob)
    assert Assignment.objects.filter(annotator=bob).count() == 4
    result = hand_over_all(study=study, actor=alice, person=bob, to=carol)
    assert [a.article for a in result.made] == [second, third]
    assert [a.position for a in result.made] == [8, 9]
    assert result.stayed == [shared]
    states = {a.pk: (a.state, a.annotator) for a in Assignment.objects.all()}
    assert states[done.pk] == ("submitted", bob)
    assert states[half.pk] == ("withdrawn", bob)
    assert states[waits.pk] == ("waiting", carol)
    assert audit(study) == [("assignment.handed_over", "Alice")] * 2


# --- returning ----------------------------------------------------------------------------------


def test_a_submission_is_returned_with_a_reason_and_a_name(
    dave: User, bob: User, study: Study, article: Article
) -> None:
    work = assign(article, bob, state="submitted", submitted_at=NOON)
    back = return_submission(assignment=work, actor=dave, reason=" See rule A2. ")
    assert (back.state, back.return_reason, back.returned_by) == ("returned", "See rule A2.", dave)
    assert back.submitted_at == NOON
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("submission.returned", dave)
    assert entry.before == {"state": "submitted", "submitted_at": NOON.isoformat()}
    assert entry.after == {"state": "returned", "reason": "See rule A2.", "rev": 0}


def test_only_a_submission_can_be_returned_and_only_with_a_reason(
    dave: User, bob: User, carol: User, article: Article
) -> None:
    with pytest.raises(Refusal, match="Only submitted work can be returned"):
        return_submission(assignment=begun(article, bob), actor=dave, reason="Why")
    work = assign(article, carol, state="submitted", submitted_at=NOON)
    with pytest.raises(Refusal, match="Say why"):
        return_submission(assignment=work, actor=dave, reason=" \n")


# --- what is next -------------------------------------------------------------------------------


def test_next_is_what_was_returned_then_what_was_begun_then_the_queue(
    alice: User, bob: User, carol: User, study: Study
) -> None:
    texts = [make_article(study, f"{n}.\n", f"Text {n}") for n in range(5)]
    gone = assign(make_article(study, "Gone.\n", "Gone"), bob)
    Article.objects.filter(pk=gone.article_id).update(deleted_at=NOON, deleted_by=alice)
    later, sooner = assign(texts[0], bob, position=5), assign(texts[1], bob, position=4)
    half = begun(texts[2], bob, position=6)
    back = assign(texts[3], bob, position=9, state="returned", returned_at=NOON, returned_by=alice)
    assign(texts[4], bob, state="withdrawn")
    assign(texts[0], carol, state="returned", returned_at=NOON, returned_by=alice)
    order = []
    while found := next_assignment(bob, study):
        order.append(found)
        Assignment.objects.filter(pk=found.pk).update(state="submitted", submitted_at=NOON)
    assert order == [back, half, sooner, later]


# --- the command --------------------------------------------------------------------------------


def run(*args: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("assign", *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_says_what_it_would_assign_and_then_assigns_it(
    bob: User, carol: User, study: Study, article: Article
) -> None:
    out, err = run("Arden", "--overlap", "1", "--check")
    assert (out.splitlines()[:3], err) == (
        ["2 new assignments.", "bob: 0 + 1 = 1", "carol: 0 + 1 = 1"], "",
    )  # fmt: skip
    assert not Assignment.objects.exists()
    run("Arden", "--overlap", "1")
    assert Assignment.objects.count() == 2
    assert run("Arden")[0].startswith("0 new assignments.")


def test_the_command_keeps_limits_and_says_what_is_missing(
    bob: User, carol: User, study: Study, article: Article
) -> None:
    _, err = run(str(study.pk), "--most", "bob=0", "--annotators", "bob", "carol")
    assert "1 article will have fewer than 2 annotators" in err
    assert Assignment.objects.get().annotator == carol


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--annotators", "nobody"], "'nobody' is not the user name of an annotator"),
        (["--most", "bob"], "--most takes NAME=NUMBER, not 'bob'."),
        (["--round", "Pilot"], "There is no round 'Pilot'."),
        (["--per-article", "0"], "--per-article must be at least 1"),
    ],
)
def test_the_command_refuses_nonsense_in_a_sentence(
    bob: User, study: Study, args: list[str], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        run("Arden", *args)

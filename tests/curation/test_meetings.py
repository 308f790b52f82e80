"""Meetings: two to six annotators side by side, decisions with the rule they cite, the agenda."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, Submission
from annotations.corpus.models import Article
from annotations.curation.actions.calibration import begin_calibration, let_revise, reveal
from annotations.curation.models import (
    Adjudication,
    Alias,
    Case,
    GoldLink,
    GoldSpan,
    Meeting,
    Ruling,
    Thread,
)
from annotations.study.models import AuditEntry, Role, Rule, Study
from tests.conftest import CountQueries, SignIn
from tests.marks import mark, submit
from tests.people import assign, join, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.on_sqlite]  # what pages show


@pytest.fixture
def marked(article: Article, bob: User, carol: User) -> Article:
    """Bob and Carol: one span alike, one boundary case, one that Carol alone has and flagged."""
    bobs, carols = assign(article, bob), assign(article, carol)
    for work in (bobs, carols):
        mark(work, "reporting", (0, 79))
    mark(bobs, "allegation", (33, 51))
    mark(carols, "allegation", (37, 51))
    mark(carols, "characterization", (124, 137), flag="codebook_gap", note="Is it loaded?")
    submit(bobs)
    submit(carols)
    return article


@pytest.fixture
def desk(dave: User, sign_in: SignIn) -> Client:
    return sign_in(dave)


@pytest.fixture
def meeting(marked: Article, desk: Client, bob: User, carol: User) -> str:
    """The address of a meeting of Bob and Carol."""
    return plan(desk, marked, bob, carol)


def plan(desk: Client, article: Article, *people: User) -> str:
    there = f"/studies/{article.study_id}/articles/{article.pk}/meetings/new/"
    answer = desk.post(there, {"seats": [person.pk for person in people], "title": "Tuesday"})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def decide(desk: Client, meeting: str, choice: str, **more: str) -> str:
    """Decides the case that the meeting is at; the page after it."""
    at = more.pop("at", "")
    page = desk.get(meeting, {"case": at, "show": "all"} if at else {}).context
    form = page["form"]
    sent = {name: str(form.initial[name]) for name in ("case", "ver", "votes")}
    answer = desk.post(f"{meeting}verdict/", {**sent, "choice": choice, **more}, follow=True)
    return answer.content.decode()


def test_flagged_cases_come_first_then_the_contested_and_not_what_all_have(
    desk: Client, meeting: str
) -> None:
    listed = desk.get(meeting).context["listed"]
    assert [case["title"] for case in listed] == ["Not found by all", "Different boundaries"]
    everything = desk.get(meeting, {"show": "all"}).context["listed"]
    assert [case["title"] for case in everything][-1] == "Unanimous"
    assert [case["flagged"] for case in listed] == [True, False]


def test_everybody_at_the_table_has_a_row_with_the_same_words(desk: Client, meeting: str) -> None:
    context = desk.get(meeting).context
    rows = context["rows"]
    assert [(row.name, row.variant) for row in rows] == [("Bob", None), ("Carol", 1)]
    assert len({"".join(words for words, _ in row.pieces) for row in rows}) == 1
    assert rows[1].note == "Is it loaded?"
    page = desk.get(meeting).content.decode()
    assert "Codebook gap" in page
    assert "1 of 2: Not found by all" in page


def test_keys_lead_to_the_next_and_the_previous_case(desk: Client, meeting: str) -> None:
    page = desk.get(meeting).content.decode()
    following = re.search(r'data-key="j" href="([^"]+)"', page)
    assert following is not None
    second = desk.get(following[1])
    assert "2 of 2: Different boundaries" in second.content.decode()
    assert second.context["previous"].endswith(f"case={desk.get(meeting).context['focus'].id}")


def test_a_decision_of_the_meeting_names_it_its_rule_and_who_recorded_it(
    desk: Client, meeting: str, study: Study, dave: User
) -> None:
    Rule.objects.create(study=study, name="C3", text="Loaded words only.")
    page = decide(desk, meeting, "variant 1", rule="C3", reason="codebook_gap", note="We agreed.")
    case = Case.objects.get()
    assert (case.meeting_id, case.rule and case.rule.name) == (Meeting.objects.get().pk, "C3")
    assert (case.curator, case.reason, case.note) == (dave, "codebook_gap", "We agreed.")
    assert GoldSpan.objects.get().start == 124
    assert "2 of 2: Different boundaries" in page  # the next open one
    assert "1 of 2 settled" in page


def test_union_no_span_and_reopening_are_recorded_too(desk: Client, meeting: str) -> None:
    decide(desk, meeting, "no_span")
    decide(desk, meeting, "union")
    assert [(c.choice, c.state) for c in Case.objects.order_by("start")] == [
        ("union", "decided"),
        ("no_span", "decided"),
    ]
    assert [span.stretch for span in GoldSpan.objects.live()] == ["34-50"]
    first = desk.get(meeting, {"show": "all"}).context["listed"][0]["id"]
    decide(desk, meeting, "reopen", at=str(first))
    assert Case.objects.get(pk=first).state == "open"
    assert Ruling.objects.filter(status="applied").count() == 3


def test_an_ended_meeting_decides_nothing_until_it_is_opened_again(
    desk: Client, meeting: str
) -> None:
    desk.post(f"{meeting}end/", {"meeting": "end"})
    assert "This meeting has ended." in decide(desk, meeting, "variant 1")
    assert not GoldSpan.objects.exists()
    desk.post(f"{meeting}end/", {"meeting": "open"})
    decide(desk, meeting, "variant 1")
    assert GoldSpan.objects.count() == 1


def test_the_form_of_a_case_records_nothing_for_an_ended_meeting_either(
    desk: Client, meeting: str, marked: Article
) -> None:
    form = desk.get(meeting).context["form"]
    sent = {name: str(form.initial[name]) for name in ("ver", "votes")} | {"choice": "variant 1"}
    held = meeting.rstrip("/").rpartition("/")[2]
    there = reverse("curation:case", args=[marked.study_id, marked.pk, form.initial["case"]])
    desk.post(f"{meeting}end/", {"meeting": "end"})
    refused = desk.post(f"{there}?meeting={held}", sent)
    assert (refused.status_code, b"This meeting has ended." in refused.content) == (422, True)
    assert not Case.objects.exclude(state="open").exists()
    assert desk.post(there, sent).status_code == 302


def test_all_cases_stay_in_view_after_a_decision_without_javascript(
    desk: Client, meeting: str
) -> None:
    form = desk.get(meeting).context["form"]
    sent = {name: str(form.initial[name]) for name in ("case", "ver", "votes")}
    answer = desk.post(f"{meeting}verdict/?show=all", {**sent, "choice": "no_span"}, follow=True)
    assert len(answer.context["listed"]) == 3


def test_a_rule_that_is_not_there_is_not_cited(desk: Client, meeting: str) -> None:
    assert 'role="alert"' in decide(desk, meeting, "variant 1", rule="Z9")
    assert not GoldSpan.objects.exists()


def test_a_decision_on_an_old_state_is_refused_and_says_so(
    desk: Client, meeting: str, alice: User, sign_in: SignIn
) -> None:
    form = desk.get(meeting).context["form"]
    sent = {name: str(form.initial[name]) for name in ("case", "ver", "votes")}
    assert decide(sign_in(alice), meeting, "no_span")
    answer = desk.post(f"{meeting}verdict/", {**sent, "choice": "variant 1"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert Case.objects.get().choice == "no_span"


def test_the_case_comes_back_alone_to_htmx(desk: Client, meeting: str) -> None:
    form = desk.get(meeting).context["form"]
    sent = {name: str(form.initial[name]) for name in ("case", "ver", "votes")}
    answer = desk.post(
        f"{meeting}verdict/", {**sent, "choice": "no_span"}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert (page.count("<html"), "2 of 2: Different boundaries" in page) == (0, True)


@pytest.mark.parametrize("n", [1, 7])
def test_a_meeting_is_of_two_to_six(
    marked: Article, desk: Client, bob: User, study: Study, n: int
) -> None:
    people = [bob]
    for name in range(n - 1):
        person = make_user(f"ann{name}")
        join(study, person, Role.ANNOTATOR)
        submit(assign(marked, person))
        people.append(person)
    there = f"/studies/{study.pk}/articles/{marked.pk}/meetings/new/"
    answer = desk.post(there, {"seats": [person.pk for person in people]})
    assert "A meeting is of two to six annotators." in answer.content.decode()
    assert not Meeting.objects.exists()


def test_nobody_is_seated_who_has_not_submitted(
    marked: Article, desk: Client, bob: User, study: Study
) -> None:
    erin = make_user("erin")
    join(study, erin, Role.ANNOTATOR)
    assign(marked, erin)
    there = f"/studies/{study.pk}/articles/{marked.pk}/meetings/new/"
    assert desk.post(there, {"seats": [bob.pk, erin.pk]}).status_code == 422


def test_annotators_read_the_meeting_once_it_is_released_and_decide_nothing(
    meeting: str, study: Study, bob: User, sign_in: SignIn
) -> None:
    client = sign_in(bob)
    assert client.get(meeting).status_code == 404
    study.rounds.update(comparison_opened_at=timezone.now())
    answer = client.get(meeting)
    assert (answer.status_code, "No span here" in answer.content.decode()) == (200, False)
    form = answer.context["form"]
    sent = {name: str(form.initial[name]) for name in ("case", "ver", "votes")}
    assert client.post(f"{meeting}verdict/", {**sent, "choice": "no_span"}).status_code == 403
    assert client.post(f"{meeting}notes/", {"notes": "Mine"}).status_code == 403
    assert client.post(f"{meeting}end/", {"meeting": "end"}).status_code == 403
    assert not Case.objects.exists()


def test_work_given_back_is_not_called_agreement(
    meeting: str, marked: Article, desk: Client, study: Study, bob: User, carol: User, alice: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    """Nor does one who is left agree with themselves; who revises is told when it opens again."""
    held = begin_calibration(round=study.rounds.get(name="Main"), actor=alice)
    for work in marked.assignments.all():
        Submission.objects.create(
            study=study, assignment=work, number=1, rev=work.rev, submitted_at=timezone.now(),
            content={}, content_sha256="0" * 64,
        )  # fmt: skip
    reveal(calibration=held, actor=alice)
    assert let_revise(calibration=held, actor=alice) == 2
    submit(marked.assignments.get(annotator=carol))
    page = desk.get(meeting).content.decode()
    assert ("Bob is revising" in page, "Only one of those at the table" in page) == (True, True)
    assert "agree on everything" not in page
    Assignment.objects.update(state="returned")
    page = desk.get(meeting).content.decode()
    assert ("Bob, Carol are revising" in page, "None of those" in page) == (True, True)
    assert "agree on everything" not in page
    client = sign_in(bob)
    listed = client.get(reverse("curation:meetings", args=[study.pk])).content.decode()
    assert "opens again when you have submitted" in listed
    for there in (meeting, f"{meeting}agenda/"):
        shut = client.get(there)
        assert shut.status_code == 403
        assert "The meeting opens again when you have submitted it." in shut.content.decode()


def test_a_meeting_is_not_reached_through_another_study(
    meeting: str, mallory: User, sign_in: SignIn
) -> None:
    elsewhere = Study.objects.get(name="Elsewhere")
    there = re.sub(r"studies/[^/]+", f"studies/{elsewhere.pk}", meeting)
    assert [sign_in(mallory).get(at).status_code for at in (there, meeting)] == [404, 404]


def test_blind_curation_seats_aliases(
    meeting: str, marked: Article, study: Study, desk: Client, bob: User, carol: User
) -> None:
    Study.objects.filter(pk=study.pk).update(blind_curation=True)
    held = Adjudication.objects.filter(article=marked).first() or Adjudication.objects.create(
        study=study, article=marked, alias_seed=1
    )
    Alias.objects.filter(adjudication=held).delete()
    for number, who in ((1, carol), (2, bob)):
        Alias.objects.create(study=study, adjudication=held, annotator=who, number=number)
    for there in (meeting, f"{meeting}agenda/"):
        words = desk.get(there).content.decode().partition("<main")[2]
        assert ("Annotator 1" in words, "Bob" in words, "Carol" in words) == (True, False, False)


def test_blind_curation_plans_by_aliases(
    marked: Article, study: Study, desk: Client, bob: User, carol: User
) -> None:
    Study.objects.filter(pk=study.pk).update(blind_curation=True)
    there = f"/studies/{study.pk}/articles/{marked.pk}/meetings/new/"
    page = desk.get(there)
    assert page.context["form"].fields["seats"].choices == [
        ("1", "Annotator 1"),
        ("2", "Annotator 2"),
    ]
    assert desk.post(there, {"seats": [str(bob.pk), str(carol.pk)]}).status_code == 422
    assert desk.post(there, {"seats": ["1", "2"]}).status_code == 302
    assert set(Meeting.objects.get().seats.values_list("user", flat=True)) == {bob.pk, carol.pk}


def test_the_agenda_lists_open_cases_with_room_for_notes_then_what_was_decided_by_which_rule(
    desk: Client, meeting: str, study: Study
) -> None:
    Rule.objects.create(study=study, name="C1", text="Loaded words only.")
    page = desk.get(f"{meeting}agenda/").content.decode()
    assert page.count('class="agenda-case"') == page.count('class="agenda-notes"') == 2
    assert page.index("Not found by all") < page.index("Different boundaries")
    assert "Is it loaded?" in page
    decide(desk, meeting, "no_span", rule="C1", note="A plain word.")
    page = desk.get(f"{meeting}agenda/").content.decode()
    assert page.count('class="agenda-case"') == page.count('class="agenda-done"') == 1
    done = page[page.index("Decided in this meeting") :]
    assert "No span here" in done
    assert "Rule C1" in done
    assert "A plain word." in done


def test_notes_and_the_end_of_a_meeting_are_written_down(desk: Client, meeting: str) -> None:
    desk.post(f"{meeting}notes/", {"notes": "C3 needs an example."})
    desk.post(f"{meeting}end/", {"meeting": "end"})
    held = Meeting.objects.get()
    assert (held.notes, held.ended_at is not None) == ("C3 needs an example.", True)
    acts = AuditEntry.objects.filter(subject_type="meeting").order_by("pk")
    assert [act.action for act in acts] == ["meeting.planned", "meeting.noted", "meeting.ended"]


def test_notes_that_are_too_long_stay_in_their_field(desk: Client, meeting: str) -> None:
    refused = desk.post(f"{meeting}notes/", {"notes": "Long " * 5000})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Ensure this value has at most 20000 characters" in page
    assert "Long Long" in page
    assert Meeting.objects.get().notes == ""


def test_a_case_put_to_discussion_in_a_meeting_keeps_both(
    desk: Client, meeting: str, study: Study, marked: Article
) -> None:
    page = desk.get(meeting).content.decode()
    link = re.search(r'data-key="d" href="([^"]+)"', page)
    assert link is not None
    sent = {"text": "Ask the desk.", "comment_id": uuid.uuid4()}
    assert desk.post(link[1], sent).status_code == 302
    thread = Thread.objects.get()
    assert (thread.case_id, thread.meeting) == (Case.objects.get().pk, Meeting.objects.get())
    assert Case.objects.get().state == "open"
    assert "Thread, 1 comment" in desk.get(meeting).content.decode()
    assert "Ask the desk." in desk.get(link[1], follow=True).content.decode()


def test_the_meeting_costs_the_same_with_many_cases(
    desk: Client, meeting: str, marked: Article, bob: User, count_queries: CountQueries
) -> None:
    desk.get(meeting)
    with count_queries() as few:
        desk.get(meeting)
    cost = len(few)
    work = marked.assignments.get(annotator=bob)
    for start in (86, 90, 96, 102):
        mark(work, "characterization", (start, start + 3))
    desk.get(meeting)
    with count_queries(at_most=cost):
        desk.get(meeting)


def test_links_are_talked_about_after_their_spans_and_decided(
    desk: Client, submitted: Article, bob: User, carol: User
) -> None:
    drawn = submitted.assignments.get(annotator=carol).links.get()
    drawn.deleted_at = timezone.now()
    drawn.save()
    held = plan(desk, submitted, bob, carol)
    page = desk.get(held)
    last = page.context["listed"][-1]
    assert last["title"] == "Link"
    shown = desk.get(held, {"case": last["id"]}).content.decode()
    assert "is open or left undecided: decide that first" in shown
    everything = desk.get(held, {"show": "all"}).context["listed"]
    source = next(one["id"] for one in everything if one["words"] == "Officials in Arden")
    assert f'?case={source}&amp;show=all">Officials in Arden</a>' in shown
    for one in everything:
        if one["title"] != "Link":
            decide(desk, held, "variant 1", at=str(one["id"]))
    shown = desk.get(held, {"case": last["id"]})
    assert [row.variant for row in shown.context["rows"]] == [1, None]
    assert "Officials" in shown.context["rows"][0].pieces[0][0]
    decide(desk, held, "variant 1", at=str(last["id"]))
    assert GoldLink.objects.live().count() == 1
    assert set(Case.objects.values_list("meeting", flat=True)) == {Meeting.objects.get().pk}


def test_a_boundary_is_edited_in_the_meeting_and_the_decision_is_the_meetings(
    desk: Client, meeting: str, marked: Article
) -> None:
    listed = desk.get(meeting).context["listed"]
    page = desk.get(meeting, {"case": listed[1]["id"]}).content.decode()
    link = re.search(r'data-key="e" href="([^"]+)"', page)
    assert link is not None
    there = link[1].replace("&amp;", "&")
    form = desk.get(there).context["form"]
    assert (form["choice"].value(), form["words"].value()) == ("edited", marked.text[33:51])
    sent = {name: form[name].value() for name in ("ver", "votes", "choice", "label")}
    answer = desk.post(there, {**sent, "words": marked.text[30:51]})
    assert answer["Location"].startswith(meeting)
    decided = Case.objects.get()
    assert (decided.meeting, decided.choice) == (Meeting.objects.get(), "edited")
    assert GoldSpan.objects.get().stretch == "30-50"


def test_an_agenda_is_cut_to_its_first_cases(
    desk: Client, marked: Article, bob: User, carol: User
) -> None:
    work = marked.assignments.get(annotator=bob)
    for start in (86, 90, 96, 102):
        mark(work, "characterization", (start, start + 3))
    held = plan(desk, marked, bob, carol)
    assert desk.get(f"{held}agenda/").content.decode().count('class="agenda-case"') == 6
    page = desk.get(f"{held}agenda/", {"first": "5"}).content.decode()
    assert page.count('class="agenda-case"') == 5
    assert "the first 5 of 6 open cases" in page


def test_planned_meetings_stand_where_people_start_for_those_who_may_read_them(
    desk: Client, marked: Article, meeting: str, bob: User, sign_in: SignIn
) -> None:
    study, held = marked.study, Meeting.objects.get()
    starts = [reverse("assignment:home"), reverse("assignment:study", args=[study.pk])]
    link = f'<a href="{meeting}">Tuesday</a>'
    bobs = sign_in(bob)

    def shown(client: Client) -> list[bool]:
        return [link in client.get(start).content.decode() for start in starts]

    assert (shown(desk), shown(bobs)) == ([True, True], [False, False])
    study.rounds.update(comparison_opened_at=timezone.now())
    assert (shown(desk), shown(bobs)) == ([True, True], [True, True])
    held.planned_for = timezone.now() - timedelta(days=2)
    held.save()
    assert shown(bobs) == [False, False]

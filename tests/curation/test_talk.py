"""Who reads what is said of an article, and under which names: blindness above all."""

import re
import uuid

import pytest
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, AssignmentState
from annotations.corpus.models import Article
from annotations.curation.models import (
    Adjudication,
    Alias,
    Calibration,
    Comment,
    Mention,
    Revision,
    Thread,
)
from annotations.curation.queries.talk import readers_of
from annotations.study.models import Role, Round, Study
from tests.conftest import SignIn
from tests.marks import mark, submit
from tests.people import assign, join

pytestmark = pytest.mark.django_db
SECRET = "Carol took the whole sentence"


@pytest.fixture
def carols(article: Article, carol: User) -> Assignment:
    work = assign(article, carol)
    mark(work, "allegation", (33, 51), flag="boundary", note=SECRET)
    return submit(work)


@pytest.fixture
def thread(carols: Assignment, dave: User) -> Thread:
    """Dave talks about Carol's span."""
    span = carols.spans.get()
    made = Thread.objects.create(
        study=carols.study, article=carols.article, span=span, quote="alleged", opened_by=dave
    )
    Comment.objects.create(study=carols.study, thread=made, author=dave, text=SECRET)
    return made


def addresses(thread: Thread) -> dict[str, str]:
    study = f"/studies/{thread.study_id}"
    return {
        "list": f"{study}/discussion/",
        "flags": f"{study}/discussion/?show=flags",
        "settled": f"{study}/discussion/?show=resolved",
        "search": f"{study}/discussion/?words=sentence",
        "thread": f"{study}/discussion/{thread.pk}/",
        "article": f"{study}/articles/{thread.article_id}/discussion/",
        "span": f"{study}/articles/{thread.article_id}/discussion/?span={thread.span_id}",
        "home": "/",
    }


def learned(user: User, thread: Thread, sign_in: SignIn) -> set[str]:
    """The pages that tell the person what is said."""
    client = sign_in(user)
    answers = {name: client.get(there, follow=True) for name, there in addresses(thread).items()}
    marks = (SECRET, "alleged</q>", 'class="talk"')
    return {
        name
        for name, answer in answers.items()
        if answer.status_code == 200 and any(each in answer.content.decode() for each in marks)
    }


def open_rounds(study: Study) -> None:
    study.rounds.update(comparison_opened_at=timezone.now())


def test_an_annotator_learns_nothing_while_their_own_work_is_open(
    thread: Thread, bob: User, sign_in: SignIn
) -> None:
    assign(thread.article, bob)
    open_rounds(thread.study)
    assert learned(bob, thread, sign_in) == set()


def test_an_annotator_learns_nothing_before_the_comparison_is_open(
    thread: Thread, bob: User, sign_in: SignIn
) -> None:
    submit(assign(thread.article, bob))
    assert learned(bob, thread, sign_in) == set()


def test_an_annotator_who_does_not_mark_the_article_learns_nothing(
    thread: Thread, bob: User, sign_in: SignIn
) -> None:
    open_rounds(thread.study)
    assert learned(bob, thread, sign_in) == set()


def test_an_annotator_learns_nothing_of_a_round_that_is_still_closed(
    thread: Thread, bob: User, sign_in: SignIn
) -> None:
    closed = Round.objects.create(study=thread.study, name="Second")
    open_rounds(thread.study)
    Round.objects.filter(pk=closed.pk).update(comparison_opened_at=None)
    Assignment.objects.filter(annotator__username="carol").update(round=closed)
    submit(assign(thread.article, bob))
    assert learned(bob, thread, sign_in) == set()


def test_an_annotator_reads_and_speaks_once_their_marks_are_released(
    thread: Thread, bob: User, sign_in: SignIn
) -> None:
    submit(assign(thread.article, bob))
    open_rounds(thread.study)
    assert {"list", "thread", "article", "search", "span"} <= learned(bob, thread, sign_in)
    sent = {"text": "I took the noun.", "comment_id": uuid.uuid4()}
    there = f"/studies/{thread.study_id}/discussion/{thread.pk}/comments/"
    assert sign_in(bob).post(there, sent).status_code == 302


def test_nothing_can_be_said_by_those_who_may_not_read(
    thread: Thread, bob: User, mallory: User, sign_in: SignIn
) -> None:
    assign(thread.article, bob)
    base = f"/studies/{thread.study_id}/discussion/{thread.pk}/"
    sent = {"text": "Hello?", "comment_id": uuid.uuid4(), "words": "killed", "resolved": "yes"}
    posts = [f"{base}{end}" for end in ("comments/", "resolve/", "rule/", "seen/", "codebook/")]
    posts += [f"{base}codebook/hard-case/", addresses(thread)["article"]]
    for user in (bob, mallory):
        client = sign_in(user)
        assert {client.post(there, sent).status_code for there in posts} == {404}
    assert Comment.objects.count() == 1


def test_a_thread_is_not_reached_through_another_study(
    thread: Thread, mallory: User, sign_in: SignIn
) -> None:
    elsewhere = Study.objects.get(name="Elsewhere")
    there = f"/studies/{elsewhere.pk}"
    found = [
        f"{there}/discussion/{thread.pk}/",
        f"{there}/articles/{thread.article_id}/discussion/",
        f"{there}/discussion/comments/{thread.comments.get().pk}/",
    ]
    client = sign_in(mallory)
    assert [client.get(address).status_code for address in found] == [404, 404, 404]


def test_a_curator_with_open_own_work_reads_nothing_of_that_article(
    thread: Thread, dave: User, sign_in: SignIn
) -> None:
    join(thread.study, dave, Role.ANNOTATOR)
    work = assign(thread.article, dave)
    assert learned(dave, thread, sign_in) == set()
    submit(work)
    assert "thread" in learned(dave, thread, sign_in)


def test_an_unseen_call_is_not_told_to_whoever_may_no_longer_read(
    thread: Thread, dave: User, alice: User, sign_in: SignIn
) -> None:
    said = thread.comments.get()
    Mention.objects.create(study=thread.study, comment=said, user=alice)
    assert "home" in learned(alice, thread, sign_in)
    join(thread.study, alice, Role.ANNOTATOR)
    assign(thread.article, alice)
    assert "home" not in learned(alice, thread, sign_in)


def test_who_can_be_named_are_those_who_may_read(
    thread: Thread, alice: User, bob: User, carol: User, dave: User
) -> None:
    assert readers_of(thread.article) == [alice, dave]
    work = assign(thread.article, bob)
    open_rounds(thread.study)
    assert readers_of(thread.article) == [alice, carol, dave]
    submit(work)
    assert readers_of(thread.article) == [alice, bob, carol, dave]


# --- calibration: they go on talking while they revise -------------------------------------------


def test_annotators_go_on_talking_while_they_revise_a_revealed_calibration(
    thread: Thread, alice: User, bob: User, sign_in: SignIn
) -> None:
    work = submit(assign(thread.article, bob))
    open_rounds(thread.study)
    work.state, work.returned_at, work.returned_by = (
        AssignmentState.RETURNED,
        timezone.now(),
        alice,
    )
    work.save()
    assert learned(bob, thread, sign_in) == set()
    before = work.submissions.create(
        study=work.study, number=1, rev=1, submitted_at=timezone.now(), content={}
    )
    calibration = Calibration.objects.create(study=work.study, round=work.round, created_by=alice)
    Revision.objects.create(
        study=work.study, calibration=calibration, assignment=work, before=before
    )
    assert learned(bob, thread, sign_in) == set()
    Calibration.objects.update(revealed_at=timezone.now(), revealed_by=alice)
    assert "thread" in learned(bob, thread, sign_in)


# --- names while curation is blind ---------------------------------------------------------------


@pytest.fixture
def blind(thread: Thread, carol: User, alice: User) -> Thread:
    Study.objects.filter(pk=thread.study_id).update(blind_curation=True)
    held = Adjudication.objects.create(study=thread.study, article=thread.article, alias_seed=1)
    Alias.objects.create(study=thread.study, adjudication=held, annotator=carol, number=2)
    open_rounds(thread.study)
    Comment.objects.create(study=thread.study, thread=thread, author=carol, text="So I did.")
    thread.study.refresh_from_db()
    return thread


def words_on(user: User, thread: Thread, sign_in: SignIn) -> str:
    """All the pages of the discussion, without what is one's own name at the top."""
    pages = addresses(thread)
    client = sign_in(user)
    found = [client.get(pages[name], follow=True).content.decode() for name in pages]
    return "".join(page.partition("<main")[2] for page in found)


def test_blind_curation_shows_an_annotators_alias_in_place_of_the_name(
    blind: Thread, dave: User, sign_in: SignIn
) -> None:
    Comment.objects.filter(text=SECRET).update(text="Well?")
    words = words_on(dave, blind, sign_in)
    assert "Annotator 2" in words
    assert "Dave" in words  # who decides is no secret
    assert "Carol" not in words
    assert '"name": "dave"' in words  # whom one may name
    assert '"name": "carol"' not in words


def test_a_typed_name_never_tells_whose_an_alias_is(
    blind: Thread, carol: User, dave: User, sign_in: SignIn
) -> None:
    there = f"{addresses(blind)['thread']}comments/"
    for user, said in ((dave, "@carol, why?"), (carol, "Ask @Carol or @dave.")):
        sign_in(user).post(there, {"text": said, "comment_id": uuid.uuid4()})
    Comment.objects.filter(author=carol, text="So I did.").get().versions.create(
        study=blind.study, number=1, text="Said @carol.", replaced_at=timezone.now()
    )
    for user in (carol, dave):
        words = sign_in(user).get(addresses(blind)["thread"]).content.decode().partition("<main")[2]
        named = re.findall('class="named">([^<]*)<', words)
        assert sorted(named) == ["@Dave", "@an annotator", "@an annotator", "@an annotator"]
        assert "@carol" not in words.lower()


def test_a_flag_under_blind_curation_names_nobody(
    carols: Assignment, blind: Thread, dave: User, sign_in: SignIn
) -> None:
    mark(carols, "allegation", (0, 9), flag="label", note="Here?")
    page = sign_in(dave).get(addresses(blind)["flags"]).content.decode()
    assert "flagged by Annotator 2" in page


def test_names_return_when_a_manager_shows_them(
    blind: Thread, alice: User, dave: User, sign_in: SignIn
) -> None:
    Adjudication.objects.update(names_shown_at=timezone.now(), names_shown_by=alice)
    assert "<strong>Carol</strong>" in words_on(dave, blind, sign_in)


def test_ones_own_alias_says_that_it_is_oneself(
    blind: Thread, carol: User, sign_in: SignIn
) -> None:
    assert "<strong>Annotator 2 (you)</strong>" in words_on(carol, blind, sign_in)


def test_a_thread_from_a_flag_quotes_the_note_and_publishes_nothing(
    carols: Assignment, dave: User, sign_in: SignIn
) -> None:
    span = carols.spans.get()
    there = f"/studies/{carols.study_id}/articles/{carols.article_id}/discussion/?span={span.pk}"
    page = sign_in(dave).get(there).content.decode()
    assert f'<blockquote class="pre">{SECRET}</blockquote>' in page
    assert page.count(SECRET) == 1  # not in the box for the comment
    words = carols.article.text[33:51]
    assert f'<mark class="talk here">{words}</mark>' in page

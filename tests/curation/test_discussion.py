"""Threads: on spans and passages, from flags, named people, corrections, and the codebook."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.curation.models import Comment, CommentVersion, Mention, Thread
from annotations.study.models import AuditEntry, Role, Rule, Study
from tests.conftest import CountQueries, SignIn
from tests.marks import mark, submit
from tests.people import assign, join, make_article, make_user

pytestmark = pytest.mark.django_db
WORDS = "the alleged strike"


@pytest.fixture
def work(article: Article, bob: User) -> Assignment:
    return submit(assign(article, bob))


@pytest.fixture
def open_round(study: Study) -> None:
    study.rounds.update(comparison_opened_at="2026-01-01T00:00Z")


def at(study: Study, *parts: object) -> str:
    return "/".join(["/studies", str(study.pk), *map(str, parts), ""])


def begin(client: Client, article: Article, text: str = "Who alleges it?", **more: object) -> str:
    """Starts a thread on words of the article; the address it led to."""
    sent = {"words": WORDS, "text": text, "comment_id": uuid.uuid4(), **more}
    answer = client.post(at(article.study, "articles", article.pk, "discussion"), sent)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def say(client: Client, thread: str, text: str, comment_id: uuid.UUID | None = None) -> int:
    sent = {"text": text, "comment_id": comment_id or uuid.uuid4()}
    return client.post(f"{thread}comments/", sent).status_code


# --- beginning and speaking -----------------------------------------------------------------------


def test_a_thread_on_words_of_the_article_keeps_their_place(
    article: Article, dave: User, sign_in: SignIn
) -> None:
    there = begin(sign_in(dave), article)
    thread = Thread.objects.get()
    start = article.text.index(WORDS)
    assert (thread.start, thread.end, thread.quote) == (start, start + len(WORDS), WORDS)
    page = sign_in(dave).get(there).content.decode()
    assert f'<mark class="talk">{WORDS}</mark>' in page
    assert "Who alleges it?" in page


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("e", "more than once"),
        ("the confirmed strike", "not in the article exactly like this"),
        ("   ", "Give the words that you want to talk about."),
    ],
)
def test_words_that_name_no_one_place_are_refused_in_words(
    article: Article, dave: User, sign_in: SignIn, words: str, told: str
) -> None:
    sent = {"words": words, "text": "Well?", "comment_id": uuid.uuid4()}
    answer = sign_in(dave).post(at(article.study, "articles", article.pk, "discussion"), sent)
    assert (answer.status_code, told in answer.content.decode()) == (422, True)
    assert not Thread.objects.exists()


def test_a_double_click_makes_one_thread_and_one_comment(
    article: Article, dave: User, sign_in: SignIn
) -> None:
    client, one = sign_in(dave), uuid.uuid4()
    there = begin(client, article, comment_id=one)
    assert begin(client, article, comment_id=one) == there
    two = uuid.uuid4()
    assert [say(client, there, "Again.", two) for _ in range(2)] == [302, 302]
    assert (Thread.objects.count(), Comment.objects.count()) == (1, 2)


def test_nobody_speaks_under_a_comment_id_of_somebody_else(
    article: Article, dave: User, alice: User, sign_in: SignIn
) -> None:
    one = uuid.uuid4()
    there = begin(sign_in(dave), article, comment_id=one)
    assert say(sign_in(alice), there, "Mine?", one) == 422
    assert [said.text for said in Comment.objects.all()] == ["Who alleges it?"]


def test_a_comment_comes_back_alone_to_htmx(article: Article, dave: User, sign_in: SignIn) -> None:
    client = sign_in(dave)
    there = begin(client, article)
    sent = {"text": "Second.", "comment_id": uuid.uuid4()}
    answer = client.post(f"{there}comments/", sent, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert (answer.status_code, page.count("<html"), "Second." in page) == (200, 0, True)


def test_an_empty_comment_is_refused_and_says_so(
    article: Article, dave: User, sign_in: SignIn
) -> None:
    client = sign_in(dave)
    there = begin(client, article)
    answer = client.post(f"{there}comments/", {"text": " ", "comment_id": uuid.uuid4()})
    assert (answer.status_code, "Write something first." in answer.content.decode()) == (422, True)


def test_what_is_said_is_never_read_as_html_or_as_an_address(
    article: Article, dave: User, sign_in: SignIn
) -> None:
    client = sign_in(dave)
    bad = '<script>alert(1)</script> @dave"><img src=x> https://example.com/ javascript:alert(1)'
    there = begin(client, article, text=bad)
    page = client.get(there).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="https://example.com' not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# --- flags ----------------------------------------------------------------------------------------


def test_a_flag_arrives_in_the_discussion_when_its_work_is_submitted(
    study: Study, article: Article, bob: User, dave: User, sign_in: SignIn
) -> None:
    work = assign(article, bob)
    span = mark(work, "allegation", (33, 51), flag="boundary", note="Where does it end?")
    flags = f"{at(study, 'discussion')}?show=flags"
    assert "Where does it end?" not in sign_in(dave).get(flags).content.decode()
    submit(work)
    page = sign_in(dave).get(flags).content.decode()
    assert "Where does it end?" in page
    assert "flagged by Bob" in page
    there = f"{at(study, 'articles', article.pk, 'discussion')}?span={span.pk}"
    answer = sign_in(dave).post(there, {"text": "At the noun.", "comment_id": uuid.uuid4()})
    thread = Thread.objects.get()
    assert (thread.span, thread.flag, answer.status_code) == (span, "boundary", 302)
    assert "Where does it end?" not in sign_in(dave).get(flags).content.decode()
    assert sign_in(dave).get(there)["Location"] == at(study, "discussion", thread.pk)


def test_a_span_has_one_thread_whoever_begins(
    study: Study, work: Assignment, dave: User, alice: User, sign_in: SignIn
) -> None:
    span = mark(work, "allegation", (33, 51))
    there = f"{at(study, 'articles', work.article_id, 'discussion')}?span={span.pk}"
    for user in (dave, alice):
        sign_in(user).post(there, {"text": f"{user}.", "comment_id": uuid.uuid4()})
    assert (Thread.objects.count(), Comment.objects.count()) == (1, 1)


def test_a_span_of_another_study_or_of_open_work_has_no_thread(
    study: Study, article: Article, bob: User, carol: User, dave: User, sign_in: SignIn
) -> None:
    open_span = mark(assign(article, bob), "allegation", (33, 51))
    there = at(study, "articles", article.pk, "discussion")
    client = sign_in(dave)
    found = [client.get(f"{there}?span={pk}").status_code for pk in (open_span.pk, "x", bob.pk)]
    assert found == [404, 404, 404]


# --- named people ---------------------------------------------------------------------------------


def test_whoever_is_named_finds_it_at_home_until_they_have_looked(
    article: Article, dave: User, alice: User, sign_in: SignIn
) -> None:
    there = begin(sign_in(dave), article, text="@ALICE, and @nobody: is this an allegation?")
    assert [each.user for each in Mention.objects.all()] == [alice]
    client = sign_in(alice)
    home = client.get("/").content.decode()
    assert "You were named" in home
    assert there in home
    assert '<b class="named">@Alice</b>' in client.get(there).content.decode()
    assert client.post(f"{there}seen/").status_code == 204
    assert "You were named" not in client.get("/").content.decode()


def test_naming_somebody_opens_nothing_to_them(
    article: Article, bob: User, dave: User, sign_in: SignIn
) -> None:
    there = begin(sign_in(dave), article, text="@bob what did you think?")
    assert not Mention.objects.exists()
    client = sign_in(bob)
    assert client.get(there).status_code == 404
    assert "You were named" not in client.get("/").content.decode()


def test_home_costs_the_same_with_many_calls(
    article: Article, dave: User, alice: User, sign_in: SignIn, count_queries: CountQueries
) -> None:
    there = begin(sign_in(dave), article, text="@alice?")
    client = sign_in(alice)
    with count_queries() as few:
        client.get("/")
    cost = len(few)
    for _ in range(5):
        say(sign_in(dave), there, "@alice?")
    with count_queries(at_most=cost):
        client.get("/")


# --- corrections ----------------------------------------------------------------------------------


def test_a_corrected_comment_keeps_what_it_said(
    study: Study, article: Article, dave: User, alice: User, sign_in: SignIn
) -> None:
    client = sign_in(dave)
    there = begin(client, article, text="An alegation.")
    comment = Comment.objects.get()
    edit = at(study, "discussion", "comments", comment.pk)
    assert sign_in(alice).post(edit, {"text": "Nonsense."}).status_code == 404
    client.post(edit, {"text": "An allegation, @alice."})
    client.post(edit, {"text": "An allegation, @alice."})
    versions = CommentVersion.objects.filter(comment=comment)
    assert [(old.number, old.text) for old in versions] == [(1, "An alegation.")]
    page = sign_in(alice).get(there).content.decode()
    assert "what it said before" in page
    assert "An alegation." in page
    assert [each.user for each in Mention.objects.all()] == [alice]


def test_a_comment_taken_back_is_shown_to_nobody_and_kept(
    study: Study, article: Article, dave: User, sign_in: SignIn
) -> None:
    client = sign_in(dave)
    there = begin(client, article, text="Rubbish of mine.")
    comment = Comment.objects.get()
    client.post(f"{at(study, 'discussion', 'comments', comment.pk)}take-back/")
    page = client.get(there).content.decode()
    assert ("Taken back by its author." in page, "Rubbish of mine." in page) == (True, False)
    assert Comment.objects.get().text == "Rubbish of mine."


def test_the_database_refuses_to_change_what_a_comment_said(
    article: Article, dave: User, sign_in: SignIn
) -> None:
    begin(sign_in(dave), article)
    comment = Comment.objects.get()
    version = CommentVersion.objects.create(
        study=article.study, comment=comment, number=1, text="Old", replaced_at="2026-01-01T00:00Z"
    )
    for statement in (
        "UPDATE {} SET text = 'New'", "DELETE FROM {}", "DELETE FROM annotations_comment"
    ):  # fmt: skip
        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format("annotations_commentversion"))
    version.refresh_from_db()
    assert version.text == "Old"


# --- settling -------------------------------------------------------------------------------------


def test_curators_and_managers_settle_threads_and_open_them_again(
    study: Study, article: Article, dave: User, sign_in: SignIn
) -> None:
    client = sign_in(dave)
    there = begin(client, article)
    for _ in range(2):
        client.post(f"{there}resolve/", {"resolved": "yes"})
    assert Thread.objects.get().resolved_by == dave
    assert "Who alleges it?" not in client.get(at(study, "discussion")).content.decode()
    assert WORDS in client.get(f"{at(study, 'discussion')}?show=resolved").content.decode()
    client.post(f"{there}resolve/", {"resolved": "no"})
    assert Thread.objects.get().resolved_at is None
    acts = AuditEntry.objects.filter(subject_type="thread").order_by("pk")
    assert [act.action for act in acts] == ["thread.resolved", "thread.reopened"]


def test_an_annotator_speaks_but_does_not_settle(
    work: Assignment, open_round: None, bob: User, sign_in: SignIn
) -> None:
    client = sign_in(bob)
    there = begin(client, work.article)
    page = client.post(f"{there}resolve/", {"resolved": "yes"}, follow=True).content.decode()
    assert "Only curators and managers settle threads." in page
    assert Thread.objects.get().resolved_at is None


# --- the codebook ---------------------------------------------------------------------------------


@pytest.fixture
def rule(study: Study) -> Rule:
    label = study.labels.get(slug="allegation")
    return Rule.objects.create(study=study, label=label, name="G4", text="Mark the hedge.")


def test_one_click_makes_the_words_a_hard_case_of_the_rule(
    study: Study, article: Article, alice: User, rule: Rule, sign_in: SignIn
) -> None:
    client = sign_in(alice)
    there = begin(client, article)
    client.post(f"{there}rule/", {"rule": rule.pk})
    for _ in range(2):
        client.post(f"{there}codebook/hard-case/")
    rule.refresh_from_db()
    thread, version = Thread.objects.get(), study.codebook_versions.latest("number")
    assert (rule.hard_cases, version.number) == (WORDS, 2)
    assert (thread.codebook_version, thread.resolved_by) == (version, alice)
    assert version.reason.startswith("From the discussion of ")
    assert "“Strike in Arden”" in version.reason
    assert WORDS not in version.reason  # it would tell what somebody marked
    page = client.get(at(study, "codebook", "versions")).content.decode()
    assert f'href="{there}">Read the thread</a>' in page


def test_a_codebook_gap_becomes_a_new_rule_that_cites_the_thread(
    study: Study, work: Assignment, alice: User, rule: Rule, sign_in: SignIn
) -> None:
    span = mark(work, "allegation", (33, 51), flag="codebook_gap")
    client = sign_in(alice)
    begun = f"{at(study, 'articles', work.article_id, 'discussion')}?span={span.pk}"
    there = client.post(begun, {"text": "No rule.", "comment_id": uuid.uuid4()})["Location"]
    form = client.get(f"{there}codebook/").context["form"]
    assert (form.initial["name"], form.initial["label"]) == ("G5", rule.label)
    sent = {**form.initial, "label": rule.label_id, "title": "Adjectives", "text": "Mark it."}
    assert client.post(f"{there}codebook/", sent).status_code == 302
    thread = Thread.objects.get()
    made = study.rules.get(name="G5")
    assert (thread.rule, made.hard_cases, made.text) == (made, thread.quote.strip(), "Mark it.")
    assert thread.codebook_version == study.codebook_versions.latest("number")


def test_only_managers_make_rules_of_threads(
    study: Study, article: Article, dave: User, rule: Rule, sign_in: SignIn
) -> None:
    client = sign_in(dave)
    there = begin(client, article)
    client.post(f"{there}rule/", {"rule": rule.pk})
    assert Thread.objects.get().rule == rule
    refused = client.post(f"{there}codebook/hard-case/")
    assert refused.status_code == 403
    assert "Only managers change the codebook." in refused.content.decode()
    assert client.get(f"{there}codebook/").status_code == 403
    assert study.codebook_versions.count() == 1


def test_a_rule_of_another_study_is_not_cited(
    article: Article, dave: User, mallory: User, sign_in: SignIn
) -> None:
    other = Rule.objects.create(study=Study.objects.get(name="Elsewhere"), name="Z1", text="No.")
    client = sign_in(dave)
    there = begin(client, article)
    client.post(f"{there}rule/", {"rule": other.pk})
    assert Thread.objects.get().rule is None


# --- the pages ------------------------------------------------------------------------------------


def test_lists_and_threads_cost_the_same_however_much_is_said(
    study: Study, article: Article, dave: User, sign_in: SignIn, count_queries: CountQueries
) -> None:
    client = sign_in(dave)
    there = begin(client, article)
    counts = []
    for round_ in range(2):
        with count_queries() as listed:
            client.get(at(study, "discussion"))
        with count_queries() as read:
            client.get(there)
        with count_queries() as beside:
            client.get(at(study, "articles", article.pk, "discussion"))
        counts.append((len(listed), len(read), len(beside)))
        for words in ("Officials in Arden", "We saw nothing", "denied it") if not round_ else ():
            begin(client, article, words=words)
            say(client, there, f"More on {words}.")
    assert counts[0] == counts[1]


def test_the_list_is_narrowed_by_words_article_and_reason(
    study: Study, article: Article, dave: User, sign_in: SignIn
) -> None:
    client = sign_in(dave)
    begin(client, article, text="A hedge.")
    other = make_article(study, text="Another text about another thing.", title="Other")
    begin(client, other, words="another thing", text="Unclear.")

    def quotes(**sought: object) -> list[str]:
        rows = client.get(at(study, "discussion"), sought).context["rows"]
        return sorted(row["thread"].quote for row in rows)

    assert quotes() == ["another thing", WORDS]
    assert quotes(words="hedge") == [WORDS]
    assert quotes(article=other.pk) == ["another thing"]
    assert quotes(reason="boundary") == []


def test_a_member_without_a_part_in_it_reads_nothing(
    study: Study, article: Article, dave: User, sign_in: SignIn
) -> None:
    begin(sign_in(dave), article)
    erin = make_user("erin")
    join(study, erin, Role.ANNOTATOR)
    page = sign_in(erin).get(at(study, "discussion")).content.decode()
    assert ("Nothing to read yet" in page, WORDS in page) == (True, False)

"""The pages of the assignment room, as each person meets them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, AssignmentState, WorkTime
from annotations.corpus.models import Article
from annotations.study.models import Membership, Role, Study
from tests.conftest import SignIn
from tests.people import assign, join, make_article, make_study, make_user

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TAB = "5f3b9a52-93a6-4c61-a8e4-2f1f6f0f7b10"


def page(client: Client, name: str, *args: object, **query: object) -> str:
    response = client.get(reverse(f"assignment:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def submitted(article: Article, person: User, seconds: int = 0) -> Assignment:
    made = assign(article, person, state=AssignmentState.SUBMITTED, submitted_at=NOON)
    if seconds:
        WorkTime.objects.create(
            study=article.study, assignment=made, tab=TAB, active_seconds=seconds
        )
    return made


# --- home -----------------------------------------------------------------------------------


def test_a_fresh_account_is_told_how_to_begin(sign_in: SignIn, db: None) -> None:
    html = page(sign_in(make_user("newcomer")), "home")
    assert "You are not in a study yet" in html
    assert reverse("study:new") in html


def test_home_shows_what_is_next_in_each_study(
    sign_in: SignIn, bob: User, article: Article
) -> None:
    assign(article, bob)
    html = page(sign_in(bob), "home")
    assert "<bdi>Strike in Arden</bdi>" in html
    assert "Begin with this article" in html
    assert reverse("marking:page", args=[article.study.pk, article.pk]) in html


def test_home_asks_the_same_few_queries_for_one_study_and_for_many(
    sign_in: SignIn, bob: User, django_assert_num_queries
) -> None:
    def take_part_in_another(number: int) -> None:
        other = make_study(make_user(f"lead{number}"), name=f"Study {number}")
        join(other, bob, Role.ANNOTATOR, Role.CURATOR)
        assign(make_article(other), bob)

    take_part_in_another(0)
    client = sign_in(bob)
    with django_assert_num_queries(12):
        client.get("/")
    for number in range(1, 6):
        take_part_in_another(number)
    with django_assert_num_queries(12):
        client.get("/")


# --- an annotator's page ------------------------------------------------------------------------


def test_an_annotator_sees_what_was_returned_and_why_before_anything_else(
    sign_in: SignIn, alice: User, bob: User, study: Study, article: Article
) -> None:
    assign(make_article(study, "Second.\n", "Second"), bob)
    assign(
        article, bob, state=AssignmentState.RETURNED, returned_at=NOON, returned_by=alice,
        return_reason="The quotation in the middle.", position=9,
    )  # fmt: skip
    third = make_article(study, "Third.\n", "Third")
    assign(
        third, bob, state=AssignmentState.RETURNED, returned_at=NOON, returned_by=alice,
        return_reason="The name at the end.", position=10,
    )  # fmt: skip
    html = page(sign_in(bob), "study", study.pk)
    first, second = html.index("The quotation in the middle."), html.index("The name at the end.")
    assert first < second < html.index("Second")
    assert "Go on with this article" in html


def test_an_annotators_queue_stands_in_order_with_their_own_time(
    sign_in: SignIn, bob: User, study: Study
) -> None:
    for position, title in enumerate(["Zebra", "Apple", "Mango"]):
        assign(make_article(study, f"{title}.\n", title), bob, position=position)
    begun = Assignment.objects.get(article__title="Mango")
    Assignment.objects.filter(pk=begun.pk).update(state="in_progress", started_at=NOON)
    WorkTime.objects.create(study=study, assignment=begun, tab=TAB, active_seconds=3900)
    html = page(sign_in(bob), "study", study.pk)
    rows = html[html.index("<tbody>") :]
    assert rows.index("Mango") < rows.index("Zebra") < rows.index("Apple")
    assert "1 h 05 min" in rows


def test_done_work_is_listed_apart(sign_in: SignIn, bob: User, study: Study) -> None:
    submitted(make_article(study, "Done.\n", "Finished"), bob)
    client = sign_in(bob)
    assert "All your articles are submitted" in page(client, "study", study.pk)
    assert "Finished" in page(client, "study", study.pk, list="done")


def test_an_annotator_learns_nothing_of_others_from_any_page(
    sign_in: SignIn, alice: User, bob: User, carol: User, article: Article
) -> None:
    """Carol has submitted, spent time and had work returned on Bob's very article."""
    assign(article, bob)
    theirs = submitted(article, carol, seconds=4321)
    other = make_article(article.study, "Hers alone.\n", "Only Carol has this")
    assign(
        other, carol, state=AssignmentState.RETURNED, returned_at=NOON, returned_by=alice,
        return_reason="Carol's own reason",
    )  # fmt: skip
    client = sign_in(bob)
    told = page(client, "home")
    for query in ({}, {"show": "articles"}, {"show": "people"}, {"list": "done"}):
        told += page(client, "study", article.study.pk, **query)
    assert "0 of 1" in told
    leaks = ["Carol", "4321", "1 h 12", "Only Carol has this", "1 of 2", "1 of 1", str(theirs.pk)]
    assert [leak for leak in leaks if leak in told] == []


def test_opening_the_comparison_does_not_turn_these_pages_into_a_league_table(
    sign_in: SignIn, bob: User, carol: User, article: Article
) -> None:
    article.study.rounds.update(comparison_opened_at=NOON)
    submitted(article, bob)
    submitted(article, carol)
    assert "Carol" not in page(sign_in(bob), "study", article.study.pk, show="people")


# --- a manager's pages ------------------------------------------------------------------------


def test_a_manager_sees_by_article_and_by_person_who_has_done_what(
    sign_in: SignIn, alice: User, bob: User, carol: User, article: Article
) -> None:
    submitted(article, bob, seconds=720)
    assign(article, carol)
    client = sign_in(alice)
    by_article = page(client, "study", article.study.pk)
    assert "1 of 2" in by_article
    assert "12 min" in by_article
    assert reverse("corpus:article", args=[article.study.pk, article.pk]) in by_article
    by_person = page(client, "study", article.study.pk, show="people")
    assert by_person.index("Bob") < by_person.index("Carol")
    assert "12 min" in by_person


def test_people_can_be_put_in_order_of_what_they_have_done(
    sign_in: SignIn, alice: User, bob: User, carol: User, article: Article
) -> None:
    submitted(article, carol)
    assign(article, bob)
    html = page(sign_in(alice), "study", article.study.pk, show="people", sort="submitted")
    assert html.index("Carol") < html.index("Bob")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Alpha", "Beta", "Gamma"]),
        ({"state": "submitted"}, ["Alpha"]),
        ({"state": "nobody"}, ["Gamma"]),
        ({"person": "carol"}, ["Beta"]),
        ({"person": "carol", "state": "submitted"}, []),
        ({"order": "down"}, ["Gamma", "Beta", "Alpha"]),
        ({"state": "nonsense", "person": "x"}, ["Alpha", "Beta", "Gamma"]),
    ],
)
def test_articles_are_narrowed_down_by_state_and_annotator(
    sign_in: SignIn, alice: User, bob: User, carol: User, study: Study, query, found
) -> None:
    alpha, beta, _ = (make_article(study, f"{t}.\n", t) for t in ("Alpha", "Beta", "Gamma"))
    submitted(alpha, bob)
    assign(beta, carol)
    if query.get("person") == "carol":
        query = {**query, "person": str(carol.pk)}
    html = page(sign_in(alice), "study", study.pk, show="articles", **query)
    shown = [title for title in ("Alpha", "Beta", "Gamma") if f"<bdi>{title}</bdi>" in html]
    assert sorted(found) == shown
    if found and "order" in query:
        assert html.index("<bdi>Gamma") < html.index("<bdi>Alpha")


def test_in_a_large_study_the_time_of_all_is_added_up_when_asked_for(
    sign_in: SignIn, alice: User, bob: User, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotations.assignment.queries.people.TIMES_UNASKED", 0)
    submitted(article, bob, seconds=720)
    client = sign_in(alice)
    assert "12 min" not in page(client, "study", article.study.pk, show="people")
    assert "12 min" in page(client, "study", article.study.pk, show="people", times="on")


def test_a_new_study_shows_its_first_steps(sign_in: SignIn, alice: User, study: Study) -> None:
    html = page(sign_in(alice), "study", study.pk)
    assert "First steps" in html
    assert reverse("corpus:import", args=[study.pk]) in html


def test_what_lies_in_the_bin_is_not_counted(
    sign_in: SignIn, alice: User, bob: User, study: Study, article: Article
) -> None:
    gone = make_article(study, "Gone.\n", "Thrown away")
    submitted(gone, bob)
    assign(article, bob)
    Article.objects.filter(pk=gone.pk).update(deleted_at=NOON, deleted_by=alice)
    own = page(sign_in(bob), "study", study.pk, list="done")
    assert "0 of 1" in own
    assert "Thrown away" not in own
    everybody = page(sign_in(alice), "study", study.pk)
    assert "0 of 1" in everybody
    assert "Thrown away" not in everybody


# --- long lists --------------------------------------------------------------------------------


def many_articles(study: Study, n_articles: int) -> list[Article]:
    model = make_article(study, "Model.\n", "Model")
    rows = [
        Article(
            study=study, title=f"Article {number:05}", text=f"Text {number}.\n",
            text_sha256=f"{number:064}", n_code_points=9, n_words=2, blocks=model.blocks,
            sentences=model.sentences, segmenter=model.segmenter, imported_by=study.created_by,
        )
        for number in range(n_articles)
    ]  # fmt: skip
    return Article.objects.bulk_create(rows)


def give_all(study: Study, articles: list[Article], people: list[User]) -> None:
    main = study.rounds.get()
    Assignment.objects.bulk_create(
        Assignment(
            study=study, round=main, article=article, annotator=person, position=position,
            created_by=study.created_by,
        )
        for position, article in enumerate(articles)
        for person in people
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "query", "n_queries"),
    [
        ("bob", {}, 11),
        ("bob", {"list": "done"}, 10),
        ("alice", {"show": "articles"}, 10),  # one for the meetings ahead
        ("alice", {"show": "people"}, 9),
    ],
)
@pytest.mark.parametrize("n_articles", [10, 300])
def test_the_overview_asks_as_many_queries_for_few_articles_as_for_many(
    sign_in: SignIn, study: Study, alice: User, bob: User, carol: User, who: str,
    query: dict[str, str], n_queries: int, n_articles: int, django_assert_max_num_queries,
) -> None:  # fmt: skip
    give_all(study, many_articles(study, n_articles), [bob, carol])
    client = sign_in({"alice": alice, "bob": bob}[who])
    with django_assert_max_num_queries(n_queries) as asked:
        page(client, "study", study.pk, **query)
    assert len(asked) == n_queries


@pytest.mark.parametrize("n_articles", [3, 60])
def test_a_persons_page_asks_as_many_queries_for_few_articles_as_for_many(
    sign_in: SignIn,
    study: Study,
    alice: User,
    bob: User,
    n_articles: int,
    django_assert_num_queries,
) -> None:
    give_all(study, many_articles(study, n_articles), [bob])
    client = sign_in(alice)
    with django_assert_num_queries(11):
        page(client, "person", study.pk, bob.pk)


@pytest.mark.parametrize("who", ["bob", "alice"])
def test_turning_pages_shows_every_article_once_and_leads_back(
    sign_in: SignIn, study: Study, alice: User, bob: User, who: str
) -> None:
    give_all(study, many_articles(study, 120), [bob])
    client = sign_in({"alice": alice, "bob": bob}[who])
    url = reverse("assignment:study", args=[study.pk])
    seen: list[str] = []
    turns = []
    query = ""
    while True:
        response = client.get(url + query)
        rows = response.context["page"].rows
        seen += [str(getattr(row, "article", row).title) for row in rows]
        turns.append([str(getattr(row, "article", row).title) for row in rows])
        if response.context["page"].after is None:
            break
        query = f"?after={response.context['page'].after}"
    articles = [title for title in seen if title != "Model"]
    assert articles == [f"Article {number:05}" for number in range(120)]
    back = client.get(f"{url}?before={response.context['page'].before}").context["page"].rows
    assert [str(getattr(row, "article", row).title) for row in back] == turns[-2]


def test_a_cursor_that_leads_nowhere_begins_at_the_start(
    sign_in: SignIn, study: Study, bob: User, article: Article
) -> None:
    assign(article, bob)
    client = sign_in(bob)
    for after in ("nonsense", "11111111-1111-4111-8111-111111111111"):
        assert "Strike in Arden" in page(client, "study", study.pk, after=after)


# --- by hand ----------------------------------------------------------------------------------


def test_a_manager_gives_an_article_to_somebody_and_takes_it_back(
    sign_in: SignIn, alice: User, bob: User, article: Article
) -> None:
    client = sign_in(alice)
    url = reverse("assignment:article", args=[article.study.pk, article.pk])
    main = article.study.rounds.get()
    response = client.post(url, {"annotator": bob.pk, "round": main.pk}, follow=True)
    assert "Bob has “Strike in Arden” now." in response.content.decode()
    made = Assignment.objects.get()
    remove = reverse("assignment:remove", args=[article.study.pk, made.pk])
    response = client.post(remove, {"back": "person"}, follow=True)
    assert "is taken back from Bob" in response.content.decode()
    assert not Assignment.objects.exists()


def test_a_person_who_has_the_article_cannot_be_chosen_for_it(
    sign_in: SignIn, alice: User, bob: User, article: Article
) -> None:
    assign(article, bob)
    url = reverse("assignment:article", args=[article.study.pk, article.pk])
    main = article.study.rounds.get()
    response = sign_in(alice).post(url, {"annotator": bob.pk, "round": main.pk})
    assert response.status_code == 422
    assert Assignment.objects.count() == 1


def test_a_manager_finds_articles_for_a_person_by_their_title(
    sign_in: SignIn, alice: User, bob: User, study: Study, article: Article
) -> None:
    assign(make_article(study, "Two.\n", "Strike two"), bob)
    html = page(sign_in(alice), "person", study.pk, bob.pk, words="strike")
    found = html[html.index("The first articles with these words") :]
    assert "Strike in Arden" in found
    assert "Strike two" not in found


def test_a_curator_returns_a_submission_with_a_reason_the_annotator_reads(
    sign_in: SignIn, bob: User, dave: User, article: Article
) -> None:
    work = submitted(article, bob)
    url = reverse("assignment:return", args=[article.study.pk, work.pk])
    assert sign_in(dave).post(url, {"reason": "  "}).status_code == 422
    response = sign_in(dave).post(url, {"reason": "Look at rule A2."}, follow=True)
    assert "is back with Bob" in response.content.decode()
    assert "Look at rule A2." in page(sign_in(bob), "study", article.study.pk)


def test_returning_after_the_comparison_was_opened_warns(
    sign_in: SignIn, bob: User, dave: User, article: Article
) -> None:
    work = submitted(article, bob)
    article.study.rounds.update(comparison_opened_at=NOON)
    html = page(sign_in(dave), "return", article.study.pk, work.pk)
    assert "no longer independent work" in html


def test_the_work_of_somebody_who_left_is_handed_over_on_a_page(
    sign_in: SignIn, alice: User, bob: User, carol: User, article: Article
) -> None:
    assign(article, bob)
    Membership.objects.filter(user=bob).update(ended_at=NOON + timedelta(days=1))
    client = sign_in(alice)
    url = reverse("assignment:person_hand_over", args=[article.study.pk, bob.pk])
    assert url in page(client, "study", article.study.pk, show="people")
    response = client.post(url, {"to": carol.pk}, follow=True)
    assert "Carol has 1 more article from Bob." in response.content.decode()
    assert Assignment.objects.get().annotator == carol


# --- planning -----------------------------------------------------------------------------------


def form_of(study: Study, people: list[User], **more: object) -> dict[str, object]:
    return {
        "round": study.rounds.get().pk,
        "annotators": [person.pk for person in people],
        "per_article": 2, "overlap": 0, "seed": 1, **more,
    }  # fmt: skip


def test_a_plan_is_shown_before_anything_is_assigned_and_applied_once(
    sign_in: SignIn, alice: User, bob: User, carol: User, study: Study, article: Article
) -> None:
    client = sign_in(alice)
    url = reverse("assignment:plan", args=[study.pk])
    shown = client.post(url, form_of(study, [bob, carol], do="show", overlap=1))
    assert "2 new assignments on 1 article." in shown.content.decode()
    assert not Assignment.objects.exists()
    seen = shown.context["preview"].seen
    order = form_of(study, [bob, carol], do="apply", overlap=1, seen=seen)
    first = client.post(url, order, follow=True)
    assert "2 assignments made, for 2 annotators." in first.content.decode()
    again = client.post(url, order, follow=True)
    assert "assigned already" in again.content.decode()
    assert Assignment.objects.count() == 2


def test_a_plan_that_has_changed_meanwhile_is_shown_again_instead_of_applied(
    sign_in: SignIn, alice: User, bob: User, carol: User, study: Study, article: Article
) -> None:
    client = sign_in(alice)
    url = reverse("assignment:plan", args=[study.pk])
    seen = client.post(url, form_of(study, [bob, carol], do="show")).context["preview"].seen
    make_article(study, "Came in between.\n", "New")
    response = client.post(url, form_of(study, [bob, carol], do="apply", seen=seen))
    html = response.content.decode()
    assert "The study has changed since this plan was drawn up." in html
    assert "4 new assignments on 2 articles." in html
    assert not Assignment.objects.exists()


def test_limits_and_too_few_shared_articles_are_said_on_the_plan(
    sign_in: SignIn, alice: User, bob: User, carol: User, study: Study, article: Article
) -> None:
    order = form_of(study, [bob, carol], do="show", overlap=3, **{f"most_{bob.pk}": 0})
    html = sign_in(alice).post(reverse("assignment:plan", args=[study.pk]), order).content.decode()
    assert "1 article will have fewer than 2 annotators" in html
    assert "1 of 1 pair will share fewer than 3 articles; the fewest is 0." in html


def test_a_plan_without_annotators_is_refused_with_a_sentence(
    sign_in: SignIn, alice: User, bob: User, study: Study, article: Article
) -> None:
    url = reverse("assignment:plan", args=[study.pk])
    response = sign_in(alice).post(url, form_of(study, [], do="show"))
    assert response.status_code == 422
    assert "Choose at least one annotator." in response.content.decode()


@pytest.mark.parametrize("narrowing", [{"words": "harbour"}, {"event": "fire"}, {"only_new": "on"}])
def test_a_plan_takes_only_the_articles_that_were_chosen(
    sign_in: SignIn, alice: User, bob: User, study: Study, narrowing: dict[str, str]
) -> None:
    make_article(study, "One.\n", "Fire in the harbour")
    Article.objects.update(event="fire")
    assign(make_article(study, "Two.\n", "Flood"), bob)
    order = form_of(study, [bob], do="show", per_article=1, **narrowing)
    response = sign_in(alice).post(reverse("assignment:plan", args=[study.pk]), order)
    assert [a.title for a, _ in response.context["preview"].sample] == ["Fire in the harbour"]

"""The settings page: blindness, rounds with deadlines, merge rules in words, the way out."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.curation.models import MergeRules
from annotations.study.models import AuditEntry, Study
from annotations.study.queries.studies import rounds_now
from tests.conftest import CountQueries, SignIn
from tests.marks import submit
from tests.people import assign, make_article

pytestmark = pytest.mark.django_db


def at(study: Study, *parts: object) -> str:
    return "/".join(["/studies", str(study.pk), "settings", *map(str, parts), ""])


def test_who_sees_what_is_saved_and_written_down(
    study: Study, alice: User, sign_in: SignIn
) -> None:
    sent = {"name": "Arden", "hide_source": "on", "blind_curation": "on"}
    sign_in(alice).post(at(study), sent)
    study.refresh_from_db()
    assert (study.hide_source, study.blind_curation) == (True, True)
    entry = AuditEntry.objects.get(action="study.changed")
    assert (entry.before["blind_curation"], entry.after["blind_curation"]) == (False, True)


@pytest.mark.parametrize(
    ("days", "told"), [(-2, "2 days late"), (0, "today"), (1, "in 1 day"), (9, "in 9 days")]
)
def test_a_deadline_says_how_long_it_is_off_while_work_is_left(
    study: Study, article: Article, alice: User, bob: User, sign_in: SignIn, days: int, told: str
) -> None:
    study.rounds.update(ends_on=timezone.localdate() + timedelta(days=days))
    work = assign(article, bob)
    page = sign_in(alice).get(at(study)).content.decode()
    assert (told in page, ">1 not submitted<" in page) == (True, True)
    submit(work)
    page = sign_in(alice).get(at(study)).content.decode()
    assert (told in page, "all 1 submitted" in page) == (False, True)


def test_a_round_counts_what_is_kept_and_left(
    study: Study, article: Article, bob: User, carol: User
) -> None:
    assign(article, bob)
    submit(assign(article, carol))
    binned = make_article(study, text="Gone.", title="Gone")
    assign(binned, bob)
    Article.objects.filter(pk=binned.pk).update(deleted_at=timezone.now(), deleted_by=bob)
    [now] = rounds_now(study, date(2026, 1, 1))
    assert (now.n_all, now.n_left, now.days_left, now.is_late) == (2, 1, None, False)


def test_annotators_see_the_deadline_of_what_they_have_left(
    study: Study, article: Article, bob: User, sign_in: SignIn
) -> None:
    study.rounds.update(ends_on=timezone.localdate() - timedelta(days=1))
    client, there = sign_in(bob), f"/studies/{study.pk}/"
    assert "Main: until" not in client.get(there).content.decode()
    work = assign(article, bob)
    page = client.get(there).content.decode()
    assert ("Main: until" in page, "1 left, the deadline is over" in page) == (True, True)
    submit(work)
    assert "Main: until" not in client.get(there).content.decode()


def test_merge_rules_are_told_in_words(study: Study, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    assert (
        "What everybody marked alike is settled on opening; all else"
        in client.get(at(study)).content.decode()
    )
    MergeRules.objects.create(study=study, number=1, at_least=2, boundary="union", created_by=alice)
    page = client.get(at(study)).content.decode()
    assert "What at least 2 of them marked exactly alike is taken." in page
    assert "differing boundaries: all that any of them took." in page


def test_the_page_costs_the_same_with_many_rounds_and_people(
    study: Study, alice: User, bob: User, sign_in: SignIn, count_queries: CountQueries
) -> None:
    client = sign_in(alice)
    with count_queries() as few:
        client.get(at(study))
    cost = len(few)
    for n in range(6):
        study.rounds.create(name=f"Round {n}")
    with count_queries(at_most=cost):
        client.get(at(study))


def test_the_study_is_put_away_and_never_deleted_here(
    study: Study, alice: User, sign_in: SignIn
) -> None:
    page = sign_in(alice).get(at(study)).content.decode()
    assert "Nothing is deleted here." in page
    assert page.index("1. Export everything") < page.index("2. Put it into the bin")
    assert "export the whole study</a>" in sign_in(alice).get(at(study, "archive")).content.decode()
    assert "delete" not in page.replace("deleted", "").lower()
    sign_in(alice).post(at(study, "archive"), {"copied": "on"})
    assert Study.objects.get(pk=study.pk).deleted_at is not None

"""What the plan form offers."""

import pytest
from django.forms import CharField, ChoiceField

from annotations.accounts.models import User
from annotations.assignment.forms import PlanForm
from annotations.corpus import queries
from annotations.corpus.actions import bin_article
from annotations.corpus.forms import ArticleFilter
from annotations.corpus.models import Article
from annotations.study.models import Study
from tests.people import make_article


def story(study: Study, event: str) -> Article:
    article = make_article(study, f"A text about the {event}.", event)
    article.event = event
    article.save(update_fields=["event"])
    return article


def test_events_of_articles_in_the_bin_are_not_offered(study: Study, alice: User) -> None:
    story(study, "fire")
    bin_article(article=story(study, "flood"), actor=alice)
    field = PlanForm(None, study=study).fields["event"]
    assert isinstance(field, ChoiceField)
    assert list(field.choices) == [("", "any"), ("fire", "fire")]


def test_too_many_events_for_a_list_are_asked_for_by_name(
    study: Study, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "EVENTS_LISTED", 1)
    story(study, "fire")
    assert isinstance(PlanForm(None, study=study).fields["event"], ChoiceField)
    story(study, "flood")
    plan, narrow = PlanForm(None, study=study), ArticleFilter({"event": "fire"}, study=study)
    assert [type(form.fields["event"]) for form in (plan, narrow)] == [CharField, CharField]
    assert narrow.narrowing()["event"] == "fire"

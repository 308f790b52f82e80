"""What a model marked and somebody only accepted is flagged, and counts in no figure."""

from django.urls import reverse

from annotations.accounts.models import User
from annotations.agreement.continuum import Continuum
from annotations.corpus.models import Article
from annotations.marking.actions import store_marks
from annotations.marking.models import Origin
from annotations.marking.protocol import read_op
from annotations.reports.queries import read_continua, read_inputs
from annotations.reports.selection import Selection
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.marking.sending import Wire, add, op, span, tab_of
from tests.marks import mark, submit
from tests.people import assign

SUGGESTED, CORRECTED = (20, 30), (20, 36)


def suggest_and_answer(
    article: Article, bob: User, carol: User, sign_in: SignIn, **change: object
) -> Wire:
    """A model suggests an attribution to Bob, who accepts it with `change`; Carol marks two."""
    work, other = assign(article, bob), assign(article, carol)
    sent = span(article, "attribution", SUGGESTED, state="suggested", origin="model")
    store_marks(actor=bob, assignment=work, ops=[read_op(add("span", sent))], origin=Origin.MODEL)
    tab = tab_of(sign_in(bob), work)
    accepted = {**sent, "state": "marked", **change}
    assert tab.one(op("set", "span", accepted, 1))["status"] == "applied"
    work.refresh_from_db()
    submit(work)
    mark(other, "attribution", SUGGESTED)
    mark(other, "allegation", (0, 9))
    submit(other)
    return accepted


def only(study: Study) -> Continuum:
    (one,) = read_continua(read_inputs(study, Selection()))
    return one


def test_words_of_a_suggestion_accepted_unchanged_count_for_nobody(
    study: Study, article: Article, alice: User, bob: User, carol: User, sign_in: SignIn
) -> None:
    suggest_and_answer(article, bob, carol, sign_in)

    one = only(study)

    assert one.annotators[str(bob.pk)] == ()
    assert [unit.label for unit in one.annotators[str(carol.pk)]] == ["allegation"]
    assert one.length == article.n_code_points - (SUGGESTED[1] - SUGGESTED[0])
    html = sign_in(alice).get(reverse("reports:agreement", args=[study.pk])).content.decode()
    assert "1 suggestion of a model was accepted without a change" in html
    text = sign_in(alice).get(reverse("reports:methods", args=[study.pk])).content.decode()
    assert "The words of 1 model suggestion accepted unchanged were left out" in text


def test_no_rest_of_a_mark_beside_a_suggestion_counts_as_a_whole_one(
    study: Study, article: Article, bob: User, carol: User, sign_in: SignIn
) -> None:
    """Carol's own mark over the same words and a few more is no opinion that Bob lacks."""
    suggest_and_answer(article, bob, carol, sign_in)
    work = article.assignments.get(annotator=carol)
    mark(work, "attribution", (SUGGESTED[0] - 4, SUGGESTED[1]))
    mark(work, "attribution", (SUGGESTED[1] - 3, SUGGESTED[1] + 9))
    mark(work, "reporting", (0, 82))

    left = only(study).annotators[str(carol.pk)]

    assert sorted(unit.label for unit in left) == ["allegation", "reporting"]


def test_a_corrected_suggestion_is_the_annotators_own(
    study: Study, article: Article, alice: User, bob: User, carol: User, sign_in: SignIn
) -> None:
    start, end = CORRECTED
    parts = [{"start": start, "end": end, "quote": article.text[start:end]}]
    suggest_and_answer(article, bob, carol, sign_in, fragments=parts)

    one = only(study)

    assert [unit.fragments for unit in one.annotators[str(bob.pk)]] == [(CORRECTED,)]
    assert len(one.annotators[str(carol.pk)]) == 2
    html = sign_in(alice).get(reverse("reports:agreement", args=[study.pk])).content.decode()
    assert "accepted without a change" not in html


def test_the_reading_page_still_shows_an_accepted_suggestion(
    study: Study, article: Article, alice: User, bob: User, carol: User, sign_in: SignIn
) -> None:
    suggest_and_answer(article, bob, carol, sign_in)
    address = reverse("reports:article", args=[study.pk, article.pk])

    html = sign_in(alice).get(f"{address}?label=attribution").content.decode()

    assert article.text[slice(*SUGGESTED)] in html

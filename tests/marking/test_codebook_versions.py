"""Marks keep the version of the codebook that their annotator saw."""

import pytest

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.marking.models import Span
from annotations.study.actions.codebook import add_label, change_label
from annotations.study.forms.codebook import label_start
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.marking.sending import Tab, Wire, add, address, label_id, op, span
from tests.marking.test_page import data_of

REASON = "Voice, not reporting: two pilots mixed them up"
NEW = {"definition": "", "key": "5", "tag": "O", "slot": 5, "extent": "word"}


@pytest.fixture
def tab(sign_in: SignIn, bob: User, bobs: Assignment) -> Tab:
    return Tab(sign_in(bob), bobs.article)


def rename(study: Study, actor: User, name: str = "Voice") -> None:
    label = study.labels.get(slug="reporting")
    values = {**label_start(label), "name": name}
    change_label(label=label, actor=actor, reason=REASON, **values)


def stored(mark: Wire) -> int:
    return (
        Span.objects.select_related("codebook_version").get(pk=mark["id"]).codebook_version.number
    )


def test_a_mark_is_stored_under_the_version_that_its_page_showed(
    tab: Tab, article: Article, study: Study, alice: User
) -> None:
    rename(study, alice)
    rename(study, alice, "Own voice")
    late = tab.made("span", span(article, "attribution", (0, 9), codebook=2))
    new = tab.made("span", span(article, "attribution", (10, 12), codebook=3))
    unsaid = tab.made("span", span(article, "attribution", (13, 18)))
    assert [stored(mark) for mark in (late, new, unsaid)] == [2, 3, 3]
    assert tab.pull()["codebook"] == tab.post(add("span", late)).json()["codebook"] == 3

    other = {**new, "label": label_id(article, "allegation"), "codebook": 2}
    assert tab.one(op("set", "span", other, 1))["status"] == "applied"
    again = {**other, "note": "seen", "codebook": 3}
    assert tab.one(op("set", "span", again, 2))["status"] == "applied"
    assert stored(new) == 2  # the label was chosen under it
    told = {mark["id"]: mark["codebook"] for mark in tab.pull()["changes"]["spans"]}
    assert (told[late["id"]], told[new["id"]]) == (2, 2)


@pytest.mark.parametrize("said", [0, 3, -1, 2**31, "1", True, [], {}])
def test_a_version_that_was_never_there_is_refused(
    tab: Tab, article: Article, study: Study, alice: User, said: object
) -> None:
    rename(study, alice)
    result = tab.one(add("span", span(article, "attribution", (0, 9), codebook=said)))
    assert result["status"] == "invalid"
    assert "a version of the codebook that the study does not have" in result["message"]


def test_a_label_belongs_to_the_version_that_is_named(
    tab: Tab, article: Article, study: Study, alice: User
) -> None:
    rename(study, alice)
    add_label(study=study, actor=alice, reason=REASON, slug="own", name="Own", **NEW)
    result = tab.one(add("span", span(article, "own", (0, 9), codebook=2)))
    assert result["message"] == "Version 2 of the codebook has no label Own yet."
    assert tab.one(add("span", span(article, "own", (0, 9), codebook=3)))["status"] == "applied"


def test_who_comes_back_is_told_of_a_new_codebook_until_they_mark_under_it(
    tab: Tab, article: Article, study: Study, alice: User
) -> None:
    def told() -> tuple[Wire | None, bool]:
        news = data_of(tab.client.get(address("page", article)))["codebook_news"]
        mine = tab.client.get(f"/studies/{study.pk}/", {"show": "mine"}).content.decode()
        return news, f"“{REASON}”" in mine

    rename(study, alice)
    assert told() == (None, False)  # who has never marked here knows no other
    tab.made("span", span(article, "attribution", (0, 9)))
    assert told() == (None, False)
    rename(study, alice, "Own voice")
    assert told() == ({"number": 3, "reason": REASON}, True)
    tab.made("span", span(article, "attribution", (10, 12)))
    assert told() == (None, False)

"""Merging two labels: marks, answers, links, history, versions; and when it is refused."""

import uuid
from typing import Any

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.marking.actions.merging import MergeRefused, merge_labels, survey
from annotations.marking.models import AttributeValue, Link, Operation, Span
from annotations.study.actions.codebook import archive
from annotations.study.models import Attribute, AuditEntry, Label, Study
from tests.conftest import SignIn
from tests.marking.sending import Tab, add, link, span, tab_of
from tests.marks import submit
from tests.people import make_study

pytestmark = pytest.mark.django_db
CHOICES = [{"value": "outlet", "title": "Outlet"}, {"value": "source", "title": "Source"}]


@pytest.fixture
def old(study: Study) -> Label:
    """Allegation, which asks who hedges and what for."""
    label = study.labels.get(slug="allegation")
    ask(label, "hedger", CHOICES)
    ask(label, "what_for", [])
    return label


@pytest.fixture
def new(study: Study) -> Label:
    """Characterization, which asks who hedges too, but knows of the outlet only."""
    label = study.labels.get(slug="characterization")
    ask(label, "hedger", CHOICES[:1])
    return label


def ask(label: Label, name: str, choices: list[dict[str, str]]) -> Attribute:
    kind = "choice" if choices else "text"
    return Attribute.objects.create(
        study=label.study, label=label, name=name, title=name, kind=kind, choices=choices
    )


@pytest.fixture
def tab(bob: User, bobs: Assignment, sign_in: SignIn, old: Label, new: Label) -> Tab:
    return tab_of(sign_in(bob), bobs)


def merge(old: Label, new: Label, alice: User) -> None:
    merge_labels(label=old, into=new, actor=alice, reason="One idea, two names")


def stored(mark: dict[str, Any]) -> Span:
    return Span.objects.get(pk=mark["id"])


def test_marks_get_the_other_label_and_keep_their_codebook_version(
    tab: Tab, article: Article, old: Label, new: Label, alice: User
) -> None:
    mark = tab.made("span", span(article, "allegation", (0, 4), note="Hm"))
    merge(old, new, alice)
    row = stored(mark)
    assert (row.label, row.ver, row.codebook_version.number, row.note) == (new, 2, 1, "Hm")
    old.refresh_from_db()
    assert old.archived_at is not None
    version = old.study.codebook_versions.get(number=2)
    assert version.reason == "One idea, two names"
    entry = AuditEntry.objects.get(action="label.merged")
    assert (entry.actor, entry.after["into"], entry.after["marks"]) == (alice, new.name, 1)


def test_each_mark_says_in_its_history_who_changed_what(
    tab: Tab, article: Article, old: Label, new: Label, alice: User
) -> None:
    marks = [tab.made("span", span(article, "allegation", (n, n + 4))) for n in (0, 5)]
    merge(old, new, alice)
    rows = Operation.objects.filter(user=alice).order_by("rev")
    assert [str(row.target_id) for row in rows] == [mark["id"] for mark in marks]
    assert [row.rev for row in rows] == [3, 4]
    assert [row.before["span"]["label"] for row in rows] == [str(old.pk)] * 2
    assert [row.after["span"]["label"] for row in rows] == [str(new.pk)] * 2
    page = tab.client.get(f"/studies/{article.study_id}/articles/{article.pk}/mark/history/")
    assert "<del>Allegation</del>" in page.content.decode()


def test_an_open_page_is_told_and_goes_on_saving(
    tab: Tab, article: Article, old: Label, new: Label, alice: User
) -> None:
    mark = tab.made("span", span(article, "allegation", (0, 4)))
    merge(old, new, alice)
    (changed,) = tab.pull(tab.rev)["changes"]["spans"]
    assert (changed["id"], changed["label"], changed["ver"]) == (mark["id"], str(new.pk), 2)
    assert tab.one(add("span", span(article, "allegation", (5, 9))))["status"] == "invalid"
    assert tab.one(add("span", span(article, "characterization", (5, 9))))["status"] == "applied"


def test_answers_stay_where_the_other_label_asks_the_same(
    tab: Tab, article: Article, old: Label, new: Label, alice: User
) -> None:
    answers = {"hedger": "outlet", "what_for": "Safety"}
    mark = tab.made("span", span(article, "allegation", (0, 4), attributes=answers))
    other = tab.made("span", span(article, "allegation", (5, 9), attributes={"hedger": "source"}))
    assert survey(old, new).n_answers_dropped == 2
    merge(old, new, alice)
    (value,) = AttributeValue.objects.filter(span__in=[mark["id"], other["id"]])
    assert (str(value.span_id), value.attribute.label, value.text) == (mark["id"], new, "outlet")
    row = Operation.objects.get(user=alice, target_id=mark["id"])
    assert (row.before["span"]["attributes"], row.after["span"]["attributes"]) == (
        answers,
        {"hedger": "outlet"},
    )


def test_the_same_words_under_both_labels_stay_one_mark_with_the_links_of_both(
    tab: Tab, article: Article, old: Label, new: Label, alice: User
) -> None:
    source = tab.made("span", span(article, "attribution", (20, 29)))
    second = tab.made("span", span(article, "attribution", (30, 33)))
    gone = tab.made("span", span(article, "allegation", (0, 4)))
    stays = tab.made("span", span(article, "characterization", (0, 4)))
    doubled = tab.made("link", link(source, gone))
    tab.made("link", link(source, stays))
    moved = tab.made("link", link(second, gone))
    assert (survey(old, new).n_marks, survey(old, new).n_same) == (1, 1)
    merge(old, new, alice)
    assert stored(gone).deleted_at is not None
    assert stored(stays).ver == 1
    assert Link.objects.get(pk=doubled["id"]).deleted_at is not None
    assert Link.objects.get(pk=moved["id"]).target_id == uuid.UUID(stays["id"])
    kinds = Operation.objects.filter(user=alice).order_by("rev").values_list("target_type", "kind")
    assert sorted(kinds) == [("link", "del"), ("link", "set"), ("span", "del")]


def test_submitted_work_changes_too_and_its_submissions_do_not(
    tab: Tab, bobs: Assignment, article: Article, old: Label, new: Label, alice: User
) -> None:
    tab.made("span", span(article, "allegation", (0, 4)))
    tab.client.post(
        f"/studies/{article.study_id}/articles/{article.pk}/mark/submit", {"confirmed": "1"}
    )
    before = bobs.submissions.get()
    assert survey(old, new).n_submitted == 1
    merge(old, new, alice)
    assert [span.label for span in bobs.spans.all()] == [new]
    assert bobs.submissions.get().content == before.content


def test_removed_marks_and_other_annotators_ledgers_are_left_alone(
    tab: Tab, carols: Assignment, article: Article, old: Label, new: Label, alice: User
) -> None:
    mark = tab.made("span", span(article, "allegation", (0, 4)))
    tab.one({"op_id": str(uuid.uuid4()), "kind": "del", "on": "span", "ver": 1, "span": mark})
    merge(old, new, alice)
    assert stored(mark).label == old
    carols.refresh_from_db()
    assert carols.rev == 0


def test_it_is_refused_when_it_makes_no_sense(
    tab: Tab, study: Study, article: Article, old: Label, new: Label, alice: User
) -> None:
    elsewhere = make_study(alice, name="Second").labels.get(slug="allegation")
    reporting, source = study.labels.get(slug="reporting"), study.labels.get(slug="attribution")
    mark = tab.made("span", span(article, "attribution", (0, 9)))
    tab.made("link", link(mark, tab.made("span", span(article, "allegation", (20, 29)))))
    for label, into, words in [
        (old, old, "into itself"),
        (old, elsewhere, "of two studies"),
        (old, reporting, "1 link of such marks could not lead from or to “Reporting”."),
        (source, new, "1 link of such marks"),
    ]:
        with pytest.raises(MergeRefused, match=words):
            merge(label, into, alice)
    archive(thing=new, actor=alice, reason="Not now")
    with pytest.raises(MergeRefused, match="is archived"):
        merge(old, Label.objects.get(pk=new.pk), alice)
    assert not AuditEntry.objects.filter(action="label.merged").exists()


def test_marks_of_several_parts_need_a_label_that_allows_them(
    tab: Tab, article: Article, old: Label, new: Label, alice: User
) -> None:
    Label.objects.filter(pk=old.pk).update(fragments_allowed=True)
    mark = tab.made("span", span(article, None, (0, 4), (6, 9)))
    Span.objects.filter(pk=mark["id"]).update(kind="label", label=old)
    with pytest.raises(MergeRefused, match="1 mark has several parts"):
        merge(old, new, alice)


# --- the page -----------------------------------------------------------------------------------


@pytest.fixture
def manager(alice: User, sign_in: SignIn) -> Client:
    return sign_in(alice)


def page_of(label: Label) -> str:
    return f"/studies/{label.study_id}/codebook/labels/{label.pk}/merge/"


def test_the_page_shows_what_would_happen_and_then_does_it_with_a_reason(
    manager: Client, tab: Tab, bobs: Assignment, article: Article, old: Label, new: Label
) -> None:
    mark = tab.made("span", span(article, "allegation", (0, 4)))
    bobs.refresh_from_db()
    submit(bobs)
    shown = manager.get(page_of(old), {"into": str(new.pk)}).content.decode()
    assert "1 mark of 1 annotator changes, 1 submitted article among them" in shown
    assert stored(mark).label == old
    assert manager.post(page_of(old), {"into": str(new.pk), "reason": ""}).status_code == 422
    assert stored(mark).label == old
    sent = manager.post(page_of(old), {"into": str(new.pk), "reason": "Same"}, follow=True)
    assert "This is version 2 of the codebook." in sent.content.decode()
    assert stored(mark).label == new


def test_the_page_says_what_stands_in_the_way(
    manager: Client, tab: Tab, article: Article, old: Label, study: Study
) -> None:
    mark = tab.made("span", span(article, "attribution", (0, 9)))
    tab.made("link", link(mark, tab.made("span", span(article, "allegation", (20, 29)))))
    reporting = study.labels.get(slug="reporting")
    shown = manager.get(page_of(old), {"into": str(reporting.pk)}).content.decode()
    assert "This cannot be done as things stand" in shown
    assert "Merge the labels" not in shown
    data = {"into": str(reporting.pk), "reason": "x"}
    assert manager.post(page_of(old), data).status_code == 422


def test_only_managers_merge(
    old: Label, bob: User, dave: User, mallory: User, sign_in: SignIn
) -> None:
    codes = [sign_in(who).get(page_of(old)).status_code for who in (bob, dave, mallory)]
    assert codes == [403, 403, 404]

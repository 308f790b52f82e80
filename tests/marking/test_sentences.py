"""Marking by plain forms: no script, one sentence at a time."""

import re
import uuid
from typing import Any
from unittest.mock import Mock

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.marking.actions import undoing
from annotations.marking.models import AttributeValue, Entity, Link, Operation, Span
from annotations.marking.sentences import find_words
from annotations.study.actions.codebook import change_attribute, change_label
from annotations.study.forms.codebook import label_start
from annotations.study.models import Attribute, Study
from tests.conftest import SignIn
from tests.marking.sending import address, label_id, new_id


class Form:
    """The sentence form as a person without JavaScript uses it."""

    def __init__(self, client: Client, article: Article) -> None:
        self.client, self.url = client, address("sentences", article)

    def get(self, number: int = 1) -> Any:
        return self.client.get(self.url, {"s": number})

    def post(self, act: str, number: int = 1, **told: Any) -> Any:
        data = {"act": act, "op_id": new_id(), **told}
        return self.client.post(f"{self.url}?s={number}", data)

    def mark(self, label: str, words: str, number: int = 1, **told: Any) -> Any:
        return self.post("mark", number, label=label, words=words, **{"span_id": new_id(), **told})


@pytest.fixture
def form(sign_in: SignIn, bob: User, bobs: Assignment) -> Form:
    return Form(sign_in(bob), bobs.article)


@pytest.fixture
def attribution(article: Article) -> str:
    return label_id(article, "attribution")


def test_it_shows_one_sentence_and_opens_at_the_first_without_a_mark(
    form: Form, attribution: str
) -> None:
    assert b"Sentence 1," in form.client.get(form.url).content
    form.mark(attribution, "Officials in Arden")
    assert b"Sentence 2," in form.client.get(form.url).content


def test_typed_words_are_found_in_the_sentence(form: Form, attribution: str) -> None:
    response = form.mark(attribution, "officials  in arden")
    assert response.status_code == 302
    assert Span.objects.get().stretch == "0-18"
    assert b"Officials in Arden" in form.get().content


def test_no_words_mean_the_whole_sentence(form: Form, article: Article) -> None:
    form.mark(label_id(article, "reporting"), "", number=3)
    start, end = article.sentences[2]
    assert Span.objects.get().stretch == f"{start}-{end}"


def test_words_that_are_not_there_are_refused_and_kept(form: Form, attribution: str) -> None:
    response = form.mark(attribution, "Nobody at all")
    assert response.status_code == 422
    assert b"not in the sentence or the paragraphs around" in response.content
    assert b'value="Nobody at all"' in response.content
    assert b'role="alert"' in response.content
    assert not Span.objects.exists()


def test_words_that_stand_there_twice_are_asked_about(
    form: Form, article: Article, attribution: str
) -> None:
    asked = form.mark(attribution, "nothing", number=2)
    assert asked.status_code == 422
    places = re.findall(rb'name="which" id="which-\d+" value="(\d+)"', asked.content)
    assert len(places) > 1
    chosen = int(places[-1])
    assert form.mark(attribution, "nothing", number=2, which=chosen).status_code == 302
    assert Span.objects.filter(start=chosen, end=chosen + 7).exists()


def test_a_place_from_the_guarded_text_is_taken(
    form: Form, article: Article, attribution: str
) -> None:
    start, end = article.sentences[1]
    second = article.text.rindex("nothing", start, end)
    assert form.mark(attribution, "nothing", number=2, start=second - start).status_code == 302
    assert Span.objects.get().start == second


def test_a_form_sent_twice_is_one_mark(form: Form, attribution: str) -> None:
    told = {"op_id": new_id(), "span_id": new_id()}
    for _ in range(2):
        assert form.mark(attribution, "Officials", **told).status_code == 302
    assert Span.objects.count() == Operation.objects.count() == 1


def test_a_refused_form_comes_back_with_a_fresh_id(form: Form, attribution: str) -> None:
    told = {"op_id": new_id(), "span_id": new_id()}
    response = form.mark(attribution, "Nobody", **told)
    assert told["op_id"].encode() not in response.content
    assert told["span_id"].encode() not in response.content


def test_answers_are_saved_and_a_new_name_enters_the_ledger_once(
    form: Form, attribution: str, bob: User
) -> None:
    form.mark(attribution, "Officials")
    span = Span.objects.get()
    told = {
        "op_id": new_id(),
        "span_id": span.pk,
        "ver": 1,
        "label": attribution,
        "answer_source_kind": "unspecified",
        "answer_entity": "Arden officials",
        "flag": "source",
        "note": "who?\r\nwhere?",
    }
    for _ in range(2):
        assert form.post("answer", **told).status_code == 302
    span.refresh_from_db()
    assert (span.note, span.flag, span.ver) == ("who?\nwhere?", "source", 2)
    assert Entity.objects.get().owner == bob
    assert AttributeValue.objects.get(attribute__name="entity").entity == Entity.objects.get()
    other = {**told, "op_id": new_id(), "ver": 2, "note": "", "answer_entity": "arden OFFICIALS"}
    assert form.post("answer", **other).status_code == 302
    assert Entity.objects.filter(deleted_at=None).count() == 1


def test_a_stale_answer_is_refused_and_what_was_typed_is_kept(form: Form, attribution: str) -> None:
    form.mark(attribution, "Officials")
    span = Span.objects.get()
    told = {"span_id": span.pk, "ver": 1, "label": attribution}
    form.post("answer", **told, note="first")
    response = form.post("answer", **told, note="second")
    assert response.status_code == 422
    assert b"changed elsewhere" in response.content
    assert b"second</textarea>" in response.content
    assert b'name="ver" value="2"' in response.content


def test_an_extent_gets_a_further_part_and_a_link(
    form: Form, article: Article, attribution: str
) -> None:
    form.mark(attribution, "Ilana Voss", number=2)
    form.mark("extent", "“We saw nothing,”", number=2)
    extent = Span.objects.get(kind="extent")
    form.mark("extent", "“and we heard nothing.”", number=2, join=extent.pk)
    extent.refresh_from_db()
    assert extent.fragments.count() == 2
    source = Span.objects.get(kind="label")
    told = {"link_id": new_id(), "source": source.pk, "target": extent.pk, "cue": "said"}
    assert form.post("link", number=2, **told).status_code == 302
    link = Link.objects.get()
    assert link.cue_quote == "said"
    assert link.cue_start == article.text.index("said Ilana")
    page = form.get(2).content
    assert "by “said”".encode() in page
    removed = form.post("remove_link", number=2, target_id=link.pk, ver=1)
    assert removed.status_code == 302
    assert not Link.objects.live().exists()


def test_undo_goes_back_step_by_step(form: Form, attribution: str) -> None:
    form.mark(attribution, "Officials")
    span = Span.objects.get()
    form.post("answer", span_id=span.pk, ver=1, label=attribution, note="first")
    form.post("remove_span", target_id=span.pk, ver=2)
    states = []
    for _ in range(3):
        form.post("undo")
        span.refresh_from_db()
        states.append((span.deleted_at is None, span.note))
    assert states == [(True, "first"), (True, ""), (False, "")]
    assert b"nothing to undo" in form.client.get(form.post("undo").headers["Location"]).content


def test_redo_brings_back_what_was_undone_until_something_else_is_changed(
    form: Form, attribution: str
) -> None:
    def live() -> list[str]:
        return sorted(span.stretch for span in Span.objects.live())

    form.mark(attribution, "Officials")
    form.mark(attribution, "Arden")
    seen = []
    for act in ("undo", "undo", "redo", "undo", "redo", "redo"):
        form.post(act)
        seen.append(len(live()))
    assert seen == [1, 0, 1, 0, 1, 2]
    assert b"nothing to redo" in form.client.get(form.post("redo").headers["Location"]).content
    form.post("undo")
    form.mark(attribution, "in")
    form.post("redo")
    assert live() == ["0-9", "10-12"]


def test_an_undo_that_is_refused_does_not_stop_the_next(
    form: Form, study: Study, alice: User, attribution: str
) -> None:
    form.mark(attribution, "Officials")
    span = Span.objects.get()
    told = {"span_id": span.pk, "label": attribution}
    form.post("answer", **told, ver=1, answer_source_kind="unspecified")
    form.post("answer", **told, ver=2, answer_source_kind="named_person")
    attribute = Attribute.objects.get(study=study, name="source_kind")
    choices = [{**choice, "archived": True} for choice in attribute.choices]
    change_attribute(
        attribute=attribute,
        actor=alice,
        reason="Shorter",
        title="Kind",
        required=False,
        choices=choices,
    )
    page = form.client.get(form.post("undo").headers["Location"]).content.decode()
    assert "is none of the choices" in page
    assert "the next step goes past it" in page
    form.post("undo")  # the first answer
    form.post("undo")  # the mark itself
    assert not Span.objects.live().exists()


def test_the_words_of_a_mark_are_changed_also_over_the_edge_of_a_paragraph(
    form: Form, article: Article, attribution: str
) -> None:
    form.mark(attribution, "Officials")
    span = Span.objects.get()

    def change(words: str) -> Any:
        span.refresh_from_db()
        told = {"span_id": span.pk, "ver": span.ver, "label": attribution, "words": words}
        return form.post("answer", **told)

    assert change("Officials in Arden").status_code == 302
    assert change("Officials  in Arden").status_code == 302  # no change
    span.refresh_from_db()
    assert (span.stretch, span.ver) == ("0-18", 2)
    assert b"not just once" in change("Nobody at all").content
    edge = article.blocks[1][0]
    across = article.text[edge - 12 : edge + 8]
    assert "\n" in across
    assert form.mark(label_id(article, "allegation"), " ".join(across.split())).status_code == 302
    span = Span.objects.get(label__slug="allegation")
    assert span.start < edge < span.end


def test_the_cue_of_a_link_is_changed_and_taken_off(form: Form, attribution: str) -> None:
    form.mark(attribution, "Ilana Voss", number=2)
    form.mark("extent", "“We saw nothing,”", number=2)
    source, extent = Span.objects.get(kind="label"), Span.objects.get(kind="extent")
    form.post("link", number=2, link_id=new_id(), source=source.pk, target=extent.pk, cue="")
    link = Link.objects.get()
    for ver, cue in enumerate(("said", "Nobody", ""), 1):
        form.post("cue", number=2, link_id=link.pk, ver=min(ver, 2), cue=cue)
        link.refresh_from_db()
        assert link.cue_quote == ("said" if ver < 3 else "")


def test_a_form_carries_the_codebook_that_its_page_showed(
    form: Form, study: Study, alice: User, attribution: str
) -> None:
    label = study.labels.get(slug="reporting")
    for name in ("Voice", "Own voice"):
        change_label(label=label, actor=alice, reason="?", **{**label_start(label), "name": name})
    assert b'name="codebook" value="3"' in form.get().content
    form.mark(attribution, "Officials", codebook=2)
    form.mark(attribution, "Arden", codebook=3)
    numbers = Span.objects.order_by("start").values_list("codebook_version__number", flat=True)
    assert list(numbers) == [2, 3]


def test_an_undo_sent_twice_undoes_one_thing(form: Form, attribution: str) -> None:
    form.mark(attribution, "Officials")
    form.mark(attribution, "Arden")
    told = {"op_id": new_id()}
    for _ in range(2):
        form.post("undo", **told)
    assert Span.objects.live().count() == 1
    told = {"op_id": new_id()}
    pages = [form.client.get(form.post("undo", **told).headers["Location"]) for _ in range(2)]
    assert [b"Undone." in page.content for page in pages] == [True, True]


def test_an_undo_of_work_taken_back_at_that_moment_finds_nothing(
    form: Form, attribution: str, bobs: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    form.mark(attribution, "Officials")
    gone = Assignment(pk=uuid.uuid4(), article=bobs.article, annotator=bobs.annotator)
    monkeypatch.setattr(undoing, "fetch_work", lambda *_, **__: Mock(assignment=gone))
    assert form.post("undo").status_code == 404
    assert Span.objects.live().count() == 1


def test_a_form_that_was_sent_and_is_sent_with_other_words_is_refused(
    form: Form, attribution: str
) -> None:
    """As by going back in the browser: the second mark does not vanish in silence."""
    ids = {"op_id": new_id(), "span_id": new_id()}
    assert [form.mark(attribution, "Officials", **ids).status_code for _ in range(2)] == [302, 302]
    other = form.mark(attribution, "Arden", **ids)
    assert (other.status_code, b"was used for another one" in other.content) == (422, True)
    assert Span.objects.get().stretch == "0-9"


def test_submitted_work_shows_no_forms(form: Form, bobs: Assignment, attribution: str) -> None:
    form.mark(label_id(bobs.article, "allegation"), "alleged strike")
    form.client.post(address("submit", bobs.article), {"confirmed": "1"})
    page = form.get().content
    assert b"can be read, not changed" in page
    assert b'name="act"' not in page
    assert form.mark(attribution, "Officials").status_code == 422
    assert Span.objects.count() == 1


@pytest.mark.parametrize("act", ["", "gold", "remove_span", "undo"])
def test_nonsense_is_404(form: Form, act: str) -> None:
    assert form.post(act, op_id="no").status_code == 404


def test_words_are_found_whatever_quotes_dashes_and_spaces_are_typed() -> None:
    text = "He said: “It’s a so–called ‘truce’…” 🙂 again"
    for typed in ("\"It's a so-called", "It’s  a so–called 'truce'...", "IT'S A"):
        assert len(find_words(text, 0, len(text), typed)) == 1
    assert find_words(text, 0, len(text), "a.*") == []
    assert find_words(text, 0, len(text), "  ") == []
    (smile,) = find_words(text, 0, len(text), "🙂 again")
    assert text[smile.start : smile.end] == "🙂 again"


def test_ids_of_others_are_not_found(form: Form, carols: Assignment, attribution: str) -> None:
    stranger = uuid.uuid4()
    response = form.post("answer", span_id=stranger, ver=1, label=attribution)
    assert response.status_code == 302
    assert b"removed in the meantime" in form.get().content

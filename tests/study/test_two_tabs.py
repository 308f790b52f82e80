"""Two tabs with the same form: the later one does not silently undo what the earlier one saved."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.study.models import Attribute, Label, Rule, Study
from tests.conftest import SignIn
from tests.marks import submit
from tests.people import assign

pytestmark = pytest.mark.django_db
ASK = "This was changed since you opened it."


def opened(client: Client, address: str) -> dict[str, Any]:
    """What a tab sends that saves the page as it is."""
    page = client.get(address)
    form, data = page.context["form"], {"reason": "Asked for"}
    for name in form.fields:
        value = form[name].value()
        if name != "reason" and value not in (None, False):
            data[name] = getattr(value, "pk", value)
    for part in page.context.get("choices") or ():
        data |= {part.add_prefix(n): part[n].value() for n in ("value", "title") if part[n].value()}
    if "choices" in page.context:
        forms = page.context["choices"].management_form
        data |= {forms.add_prefix(name): forms[name].value() for name in forms.fields}
    digest = page.context["drawn_from"].digest
    assert f'name="drawn_from" value="{digest}"' in page.content.decode()
    return {**data, "drawn_from": digest}


@pytest.fixture
def rule(study: Study) -> Rule:
    return Rule.objects.create(study=study, name="A1", title="First", text="Mark it all.")


@pytest.fixture
def places(
    study: Study, article: Article, rule: Rule, bob: User, carol: User
) -> dict[str, tuple[Any, ...]]:
    """Of each form: its address, then a field that the first tab changes and one of the second."""
    submit(assign(article, bob))
    label, question = study.labels.get(slug="allegation"), study.attributes.get(name="source_kind")
    return {
        "label": ("study:codebook_label", label, "definition", "Of guilt", "name", "Charge"),
        "question": ("study:codebook_attribute", question, "choices-0-title", "Named", "title",
                     "Which kind"),
        "rule": ("study:codebook_rule", rule, "text", "Mark half.", "title", "Second"),
        "settings": ("study:settings", None, "description", "Of a strike", "name", "Arden II"),
        "round": ("study:settings_round", study.rounds.get(), "ends_on", "2027-01-31", "name",
                  "All"),
        "roles": ("study:people_member", carol, "roles", ["curator"], "roles",
                  ["annotator", "curator"]),
        "merge rules": ("curation:merge", None, "at_least", "3", "least_votes", "4"),
        "article": ("corpus:article_edit", article, "byline", "Ann Writer", "event", "Strike"),
    }  # fmt: skip


def as_set(value: object) -> set[str]:
    return set(value) if isinstance(value, list) else {str(value)}


def test_a_stale_tab_is_asked_and_may_then_keep_its_own(
    places: dict[str, tuple[Any, ...]], study: Study, alice: User, sign_in: SignIn
) -> None:
    client: Client = sign_in(alice)
    for kind, (view, row, field, first, other, second) in places.items():
        address = reverse(view, args=[study.pk, *([row.pk] if row else [])])
        early, late = (opened(client, address) for _ in range(2))
        assert client.post(address, {**early, field: first}).status_code == 302, kind
        asked = client.post(address, {**late, other: second})
        page = asked.content.decode()
        assert (asked.status_code, ASK in page) == (409, True), kind
        shown = [first, second] if isinstance(first, str) else ["Curator", "Annotator, Curator"]
        assert [words for words in shown if words not in page] == [], kind
        fresh = asked.context["drawn_from"].digest
        kept = client.post(address, {**late, other: second, "drawn_from": fresh})
        assert kept.status_code == 302, kind
        again = opened(client, address)
        assert as_set(again[other]) == as_set(second), kind


def test_a_button_pressed_twice_is_not_asked_about_its_own_first_press(
    places: dict[str, tuple[Any, ...]], study: Study, alice: User, sign_in: SignIn
) -> None:
    client: Client = sign_in(alice)
    for kind, (view, row, field, first, *_) in places.items():
        address = reverse(view, args=[study.pk, *([row.pk] if row else [])])
        sent = {**opened(client, address), field: first}
        answers = [client.post(address, sent).status_code for _ in range(2)]
        assert answers[0] == 302, kind
        assert answers[1] in {302, 422}, kind  # 422: the codebook says that nothing is new


def test_a_definition_that_one_tab_wrote_stays_when_another_saves_an_old_page(
    study: Study, alice: User, sign_in: SignIn
) -> None:
    client: Client = sign_in(alice)
    label = study.labels.get(slug="allegation")
    address = reverse("study:codebook_label", args=[study.pk, label.pk])
    early, late = (opened(client, address) for _ in range(2))
    client.post(address, {**early, "definition": "Of guilt"})
    assert client.post(address, {**late, "name": "Charge"}).status_code == 409
    label.refresh_from_db()
    assert (label.name, label.definition) == ("Allegation", "Of guilt")
    assert Label.objects.filter(study=study).count() == 4
    assert Attribute.objects.filter(study=study).exists()

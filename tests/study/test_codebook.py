import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from annotations.accounts.models import User
from annotations.study.actions import create_study
from annotations.study.actions.codebook import (
    Clash,
    NameInUse,
    NothingChanged,
    add_attribute,
    add_label,
    add_rule,
    archive,
    change_label,
    change_rule,
    order_labels,
    restore,
)
from annotations.study.difference import compare, words
from annotations.study.forms.codebook import label_start, rule_start
from annotations.study.models import AuditEntry, CodebookVersion, Label, Study
from annotations.study.queries.codebook import codebook_content, latest_version
from tests.people import make_user

pytestmark = pytest.mark.django_db
REASON = "Asked for at the meeting"


def label_of(study: Study, slug: str) -> Label:
    return study.labels.get(slug=slug)


def edit(label: Label, actor: User, **changes: object) -> Label:
    values = {**label_start(label), **changes}
    return change_label(label=label, actor=actor, reason=REASON, **values)


def test_a_study_begins_with_version_1_of_the_default_codebook(led: Study, alice: User) -> None:
    version = latest_version(led)
    assert (version.number, version.created_by) == (1, alice)
    assert [label["name"] for label in version.content["labels"]] == [
        "Reporting",
        "Attribution",
        "Allegation",
        "Characterization",
    ]
    assert version.content == codebook_content(led)
    rules = {rule["name"] for label in version.content["labels"] for rule in label["rules"]}
    assert {"R1", "A5", "L2", "C2"} <= rules
    assert {"B1", "N3"} <= {rule["name"] for rule in version.content["rules"]}


def test_every_saved_change_is_a_version_with_author_and_reason(led: Study, alice: User) -> None:
    edit(label_of(led, "reporting"), alice, name="Own voice")
    version = latest_version(led)
    assert (version.number, version.reason, version.created_by) == (2, REASON, alice)
    assert version.content["labels"][0]["name"] == "Own voice"
    first = led.codebook_versions.get(number=1)
    assert first.content["labels"][0]["name"] == "Reporting"


def test_the_audit_says_what_was_before_and_after(led: Study, alice: User) -> None:
    edit(label_of(led, "reporting"), alice, name="Own voice")
    entry = AuditEntry.objects.get(action="label.changed")
    assert (entry.before, entry.after) == ({"name": "Reporting"}, {"name": "Own voice"})


def test_a_renamed_label_is_the_same_label(led: Study, alice: User) -> None:
    before = label_of(led, "reporting")
    edit(before, alice, name="Own voice")
    after = led.labels.get(name="Own voice")
    assert (after.pk, after.slug) == (before.pk, "reporting")


def test_saving_without_a_change_makes_no_version(led: Study, alice: User) -> None:
    with pytest.raises(NothingChanged):
        edit(label_of(led, "reporting"), alice)
    assert latest_version(led).number == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"key": "2"}, "The key 2 belongs to “Attribution”. Give “Reporting” another key."),
        ({"tag": "a"}, "The tag a belongs to “Attribution”. Give “Reporting” another tag."),
        ({"name": "ATTRIBUTION"}, "There already is a label “Attribution”. Choose another name."),
    ],
)
def test_clashes_are_refused_and_name_both_labels(
    led: Study, alice: User, changes: dict[str, str], sentence: str
) -> None:
    with pytest.raises(Clash) as refused:
        edit(label_of(led, "reporting"), alice, **changes)
    assert str(refused.value) == sentence
    assert label_of(led, "reporting").key == "1"
    assert latest_version(led).number == 1


def test_the_page_shows_a_clash_and_keeps_what_was_typed(sign_in, led: Study, alice: User) -> None:
    label = label_of(led, "reporting")
    url = f"/studies/{led.pk}/codebook/labels/{label.pk}/"
    data = {**label_start(label), "key": "3", "reason": "Quicker to reach"}
    del data["fragments_allowed"]
    response = sign_in(alice).post(url, data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "The key 3 belongs to “Allegation”. Give “Reporting” another key." in page
    assert 'value="Quicker to reach"' in page
    assert 'role="alert"' in page


def test_a_change_needs_a_reason(sign_in, led: Study, alice: User) -> None:
    label = label_of(led, "reporting")
    data = {**label_start(label), "name": "Own voice"}
    del data["fragments_allowed"]
    response = sign_in(alice).post(f"/studies/{led.pk}/codebook/labels/{label.pk}/", data)
    assert list(response.context["form"].errors) == ["reason"]
    assert latest_version(led).number == 1


def test_the_key_of_an_archived_label_is_free(led: Study, alice: User) -> None:
    archive(thing=label_of(led, "attribution"), actor=alice, reason=REASON)
    edit(label_of(led, "reporting"), alice, key="2")
    with pytest.raises(Clash, match="The key 2 belongs to “Reporting”"):
        restore(thing=label_of(led, "attribution"), actor=alice, reason=REASON)
    assert label_of(led, "attribution").archived_at is not None


def test_an_archived_label_stays_in_the_codebook_as_archived(led: Study, alice: User) -> None:
    archive(thing=label_of(led, "attribution"), actor=alice, reason=REASON)
    label = latest_version(led).content["labels"][1]
    assert (label["name"], label["archived"]) == ("Attribution", True)


def test_a_rule_name_is_never_given_twice(led: Study, alice: User) -> None:
    rule = led.rules.get(name="A2")
    archive(thing=rule, actor=alice, reason=REASON)
    values = {**rule_start(rule), "name": "a2"}
    with pytest.raises(NameInUse, match="There is, or was, a rule a2"):
        add_rule(study=led, actor=alice, reason=REASON, **values)


def test_labels_are_put_in_order(led: Study, alice: User) -> None:
    labels = list(led.labels.all())
    order_labels(study=led, actor=alice, reason=REASON, labels=labels[::-1])
    assert [label["slug"] for label in latest_version(led).content["labels"]] == [
        "characterization",
        "allegation",
        "attribution",
        "reporting",
    ]


def test_labels_are_put_in_order_on_the_page(sign_in, led: Study, alice: User) -> None:
    places = {f"place_{label.pk}": 9 - n for n, label in enumerate(led.labels.all())}
    url = f"/studies/{led.pk}/codebook/edit/"
    assert sign_in(alice).post(url, {**places, "reason": REASON}).status_code == 302
    assert led.labels.first().slug == "characterization"


def test_a_version_cannot_be_changed_even_in_the_database(led: Study) -> None:
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        CodebookVersion.objects.update(reason="Another story")


def test_a_failed_change_leaves_neither_row_nor_version(
    led: Study, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("annotations.study.actions.codebook.save_version", fail)
    with pytest.raises(RuntimeError):
        edit(label_of(led, "reporting"), alice, name="Own voice")
    assert label_of(led, "reporting").name == "Reporting"
    assert latest_version(led).number == 1


def test_a_new_label_is_made_on_the_page(sign_in, led: Study, alice: User) -> None:
    data = {
        "name": "Käufliche Quelle",
        "key": "5",
        "tag": "k",
        "slot": "5",
        "extent": "word",
        "reason": REASON,
    }
    response = sign_in(alice).post(f"/studies/{led.pk}/codebook/labels/new/", data)
    assert response.status_code == 302
    label = led.labels.get(key="5")
    assert (label.slug, label.tag, label.position) == ("kaufliche_quelle", "K", 4)


def choices_data(*rows: tuple[str, str, bool]) -> dict[str, str]:
    data = {"choices-TOTAL_FORMS": str(len(rows)), "choices-INITIAL_FORMS": "0"}
    for n, (value, title, archived) in enumerate(rows):
        data |= {f"choices-{n}-value": value, f"choices-{n}-title": title}
        data |= {f"choices-{n}-archived": "on"} if archived else {}
    return data


def test_a_question_with_choices_is_made_on_the_page(sign_in, led: Study, alice: User) -> None:
    label = label_of(led, "reporting")
    data = {"title": "How sure?", "kind": "choice", "required": "on", "reason": REASON}
    data |= choices_data(("", "Sure", False), ("", "sure", False), ("", "", False))
    url = f"/studies/{led.pk}/codebook/labels/{label.pk}/questions/new/"
    assert sign_in(alice).post(url, data).status_code == 302
    question = label.attributes.get()
    assert (question.name, question.required) == ("how_sure", True)
    assert question.choices == [
        {"value": "sure", "title": "Sure"},
        {"value": "sure_2", "title": "sure"},
    ]


def test_a_question_with_one_choice_is_no_question(sign_in, led: Study, alice: User) -> None:
    label = label_of(led, "reporting")
    data = {"title": "Sure?", "kind": "choice", "reason": REASON}
    data |= choices_data(("", "Yes", False), ("", "No", True))
    url = f"/studies/{led.pk}/codebook/labels/{label.pk}/questions/new/"
    response = sign_in(alice).post(url, data)
    assert response.status_code == 422
    assert b"at least two" in response.content


def test_choices_are_renamed_and_archived_but_keep_their_values(
    sign_in, led: Study, alice: User
) -> None:
    question = led.attributes.get(name="hedger")
    data = {"title": question.title, "required": "on", "reason": REASON}
    data |= choices_data(("source", "A source", False), ("outlet", "", True), ("", "Both", False))
    url = f"/studies/{led.pk}/codebook/questions/{question.pk}/"
    assert sign_in(alice).post(url, data).status_code == 302
    question.refresh_from_db()
    assert [(c["value"], c["title"], c.get("archived", False)) for c in question.choices] == [
        ("source", "A source", False),
        ("outlet", "The outlet", True),
        ("both", "Both", False),
        ("unclear", "Unclear", False),  # not mentioned by the browser: stays
    ]
    content = latest_version(led).content["labels"][2]["attributes"][0]
    assert [choice["value"] for choice in content["choices"]] == ["source", "both", "unclear"]
    assert [choice["value"] for choice in content["former_choices"]] == ["outlet"]


def test_a_rule_card_is_changed_on_the_page(sign_in, led: Study, alice: User) -> None:
    rule = led.rules.get(name="A2")
    data = {
        "text": "Actions are no attributions.\r\nIntentions may be.  \r\n",
        "label": str(rule.label_id),
        "examples_yes": "[Arden] plans to act",
        "reason": REASON,
        "name": "Z9",
    }
    url = f"/studies/{led.pk}/codebook/rules/{rule.pk}/"
    assert sign_in(alice).post(url, data).status_code == 302
    rule.refresh_from_db()
    assert rule.name == "A2"
    assert rule.text == "Actions are no attributions.\nIntentions may be."
    page = sign_in(alice).get(f"/studies/{led.pk}/codebook/").content.decode()
    assert '<mark class="chip">Arden</mark> plans to act' in page


def test_examples_are_shown_as_text_never_as_markup(sign_in, led: Study, alice: User) -> None:
    rule = led.rules.get(name="A2")
    values = {**rule_start(rule), "examples_yes": "[<script>x</script>] said", "text": "<b>hi</b>"}
    change_rule(rule=rule, actor=alice, reason=REASON, **values)
    page = sign_in(alice).get(f"/studies/{led.pk}/codebook/").content.decode()
    assert '<mark class="chip">&lt;script&gt;x&lt;/script&gt;</mark> said' in page
    assert "<b>hi</b>" not in page


def test_a_rule_cannot_be_hung_on_another_studys_label(sign_in, led: Study, alice: User) -> None:
    other = create_study(actor=alice, name="Other")
    rule = led.rules.get(name="A2")
    foreign = label_of(other, "reporting")
    data = {"text": "x", "label": str(foreign.pk), "reason": REASON}
    response = sign_in(alice).post(f"/studies/{led.pk}/codebook/rules/{rule.pk}/", data)
    assert list(response.context["form"].errors) == ["label"]


def test_a_study_begins_with_a_copy_of_anothers_codebook(led: Study, alice: User) -> None:
    edit(label_of(led, "reporting"), alice, name="Own voice")
    archive(thing=label_of(led, "allegation"), actor=alice, reason=REASON)
    copy = create_study(actor=alice, name="Second", source=led)
    assert [(label.slug, label.name) for label in copy.labels.all()] == [
        ("reporting", "Own voice"),
        ("attribution", "Attribution"),
        ("characterization", "Characterization"),
    ]
    assert not set(copy.labels.values_list("pk")) & set(led.labels.values_list("pk"))
    assert copy.rules.get(name="A2").label == label_of(copy, "attribution")
    assert not copy.rules.filter(name="L1").exists()
    assert copy.attributes.filter(label__study=copy).count() == 5
    assert latest_version(copy).reason == "Copied from the study “Strike coverage”"
    edit(label_of(copy, "attribution"), alice, name="Source")
    assert label_of(led, "attribution").name == "Attribution"


def test_only_codebooks_one_may_read_can_be_copied(sign_in, led: Study) -> None:
    response = sign_in(make_user("gina")).post("/studies/new/", {"name": "Mine", "source": led.pk})
    assert list(response.context["form"].errors) == ["source"]
    assert b"Strike coverage" not in response.content


def test_the_difference_between_two_versions_reads_as_words(led: Study, alice: User) -> None:
    before = codebook_content(led)
    definition = "The outlet speaking in our own voice"
    edit(label_of(led, "reporting"), alice, name="Own voice", definition=definition)
    archive(thing=led.rules.get(name="A2"), actor=alice, reason=REASON)
    add_attribute(
        label=label_of(led, "reporting"),
        actor=alice,
        reason=REASON,
        name="sure",
        title="Sure?",
        kind="yes_no",
        required=False,
        choices=[],
    )
    found = {each.subject: each for each in compare(before, codebook_content(led))}
    assert {subject: each.what for subject, each in found.items()} == {
        "Label Own voice": "changed",
        "Question “Sure?” of Own voice": "added",
        "Rule A2": "removed",
    }
    name = found["Label Own voice"].fields[0]
    assert (name.title, name.words) == ("Name", (("gone", "Reporting"), ("new", "Own voice")))


def test_equal_versions_have_no_difference(led: Study) -> None:
    assert compare(codebook_content(led), codebook_content(led)) == []


def test_words_put_both_readings_together() -> None:
    assert list(words("the red house", "the blue house")) == [
        ("same", "the "),
        ("gone", "red"),
        ("new", "blue"),
        ("same", " house"),
    ]


def test_the_page_of_changes_shows_what_is_gone_and_new(
    sign_in, led: Study, alice: User, erin: User
) -> None:
    edit(label_of(led, "reporting"), alice, name="Own voice")
    page = sign_in(erin).get(f"/studies/{led.pk}/codebook/changes/").content.decode()
    assert "<del>Reporting</del><ins>Own voice</ins>" in page
    assert "What changed from version 1 to 2" in page


@pytest.mark.parametrize("query", ["before=99", "after=0", "after=1e9", "before=" + "9" * 5000])
def test_numbers_of_no_version_are_no_fault(sign_in, led: Study, erin: User, query: str) -> None:
    response = sign_in(erin).get(f"/studies/{led.pk}/codebook/changes/?{query}")
    assert response.status_code in {200, 404}


def test_an_old_version_can_be_read_as_it_was(sign_in, led: Study, alice: User) -> None:
    edit(label_of(led, "reporting"), alice, name="Own voice")
    page = sign_in(alice).get(f"/studies/{led.pk}/codebook/versions/1/").content.decode()
    assert "no longer in force" in page
    assert "Own voice" not in page


def test_annotators_read_and_are_not_offered_to_edit(
    sign_in, led: Study, erin: User, alice: User
) -> None:
    edit_url = f"/studies/{led.pk}/codebook/edit/"
    url = f"/studies/{led.pk}/codebook/"
    assert edit_url not in sign_in(erin).get(url).content.decode()
    assert edit_url in sign_in(alice).get(url).content.decode()


def test_a_label_of_no_slot_or_key_is_refused(client: Client, sign_in, led: Study, alice) -> None:
    data = {"name": "X", "key": "x", "tag": "X", "slot": "9", "extent": "line", "reason": REASON}
    response = sign_in(alice).post(f"/studies/{led.pk}/codebook/labels/new/", data)
    errors = response.context["form"].errors
    assert set(errors) == {"key", "slot", "extent"}
    assert errors["key"][0].startswith("The key x does something else on the marking page. Take")


def test_a_tenth_label_takes_a_letter(sign_in, led: Study, alice: User) -> None:
    client = sign_in(alice)
    data = {"slot": "5", "extent": "word", "reason": REASON}
    for n, key in enumerate("56789bdbB"):
        more = {"name": f"Label {key}", "key": key, "tag": f"{n}"}
        response = client.post(f"/studies/{led.pk}/codebook/labels/new/", data | more)
        assert response.status_code == (302 if n < 7 else 422), key
    assert led.labels.count() == 11
    again = client.post(
        f"/studies/{led.pk}/codebook/labels/new/", data | more | {"key": "b", "name": "Other"}
    )
    assert "The key b belongs to “Label b”." in again.content.decode()


def test_a_label_keeps_the_key_that_an_import_gave_it(sign_in, led: Study, alice: User) -> None:
    led.labels.filter(slug="reporting").update(key="q")
    label = label_of(led, "reporting")
    data = {**label_start(label), "name": "Own voice", "reason": REASON}
    data = {name: value for name, value in data.items() if value is not False}
    response = sign_in(alice).post(f"/studies/{led.pk}/codebook/labels/{label.pk}/", data)
    assert response.status_code == 302
    assert label_of(led, "reporting").name == "Own voice"


def test_two_labels_cannot_have_one_name_in_files(led: Study, alice: User) -> None:
    values = {**label_start(label_of(led, "reporting")), "name": "New", "key": "7", "tag": "N"}
    with pytest.raises(NameInUse, match="“reporting”"):
        add_label(study=led, actor=alice, reason=REASON, slug="reporting", **values)

"""The codebook that ships: complete, consistent, and under the names that people cite."""

import json
from collections import Counter

from annotations.study.default_codebook import FILE, Attribute, default_codebook

RULE_NAMES = [
    "T1",
    *(f"R{n}" for n in range(1, 5)),
    *(f"A{n}" for n in range(1, 10)),
    *(f"L{n}" for n in range(1, 7)),
    *(f"C{n}" for n in range(1, 6)),
    *(f"B{n}" for n in range(1, 7)),
    *(f"N{n}" for n in range(1, 6)),
]


def attributes_of(slug: str) -> dict[str, Attribute]:
    (label,) = (label for label in default_codebook().labels if label.slug == slug)
    return {attribute.name: attribute for attribute in label.attributes}


def test_the_four_labels_keep_their_keys_tags_slots_and_extents() -> None:
    shown = [
        (label.slug, label.key, label.tag, label.slot, label.extent, label.fragments)
        for label in default_codebook().labels
    ]
    assert shown == [
        ("reporting", "1", "R", 1, "sentence", False),
        ("attribution", "2", "A", 2, "phrase", False),
        ("allegation", "3", "G", 3, "phrase", False),
        ("characterization", "4", "C", 4, "word", False),
    ]


def test_every_rule_is_there_once_in_the_order_of_the_book() -> None:
    assert [rule.name for rule in default_codebook().rules] == RULE_NAMES


def test_each_rule_belongs_to_a_label_that_exists_or_to_all() -> None:
    slugs = {label.slug for label in default_codebook().labels} | {None}
    assert {rule.label for rule in default_codebook().rules} == slugs


def test_the_cards_of_a_label_include_its_boundary_and_nesting_rules() -> None:
    names = {
        slug: [rule.name for rule in default_codebook().rules_of(slug)]
        for slug in ("reporting", "attribution", "allegation", "characterization", None)
    }
    assert names == {
        "reporting": ["R1", "R2", "R3", "R4"],
        "attribution": [*(f"A{n}" for n in range(1, 10)), "B2", "B3"],
        "allegation": [*(f"L{n}" for n in range(1, 7)), "B4"],
        "characterization": [*(f"C{n}" for n in range(1, 6)), "B5", "N4"],
        None: ["T1", "B1", "B6", "N1", "N2", "N3", "N5"],
    }


def test_required_questions_are_those_one_click_can_answer() -> None:
    required = {
        (label.slug, attribute.name): attribute.kind
        for label in default_codebook().labels
        for attribute in label.attributes
        if attribute.required
    }
    assert required == {
        ("attribution", "source_kind"): "choice",
        ("allegation", "hedger"): "choice",
        ("characterization", "voice"): "choice",
        ("characterization", "polarity"): "choice",
    }


def test_optional_questions_name_people_and_hedge_words() -> None:
    optional = {
        (label.slug, attribute.name): attribute.kind
        for label in default_codebook().labels
        for attribute in label.attributes
        if not attribute.required
    }
    assert optional == {
        ("attribution", "entity"): "entity",
        ("allegation", "hedge"): "text",
        ("allegation", "about"): "entity",
        ("characterization", "target"): "entity",
    }


def test_source_kinds_are_the_seven_that_reports_count() -> None:
    values = [choice.value for choice in attributes_of("attribution")["source_kind"].choices]
    assert values == [
        "named_person",
        "identifiable_by_role",
        "unnamed_person_or_group",
        "organisation_or_state",
        "document_or_data",
        "media_outlet",
        "unspecified",
    ]


def test_only_choice_questions_have_choices_and_each_has_two_or_more() -> None:
    for label in default_codebook().labels:
        for attribute in label.attributes:
            values = [choice.value for choice in attribute.choices]
            assert len(values) >= 2 if attribute.kind == "choice" else values == []
            assert max(Counter(values).values(), default=1) == 1
            assert all(choice.title for choice in attribute.choices)


def test_keys_tags_slots_and_slugs_do_not_clash() -> None:
    labels = default_codebook().labels
    for field in ("slug", "name", "key", "tag", "slot"):
        assert len({getattr(label, field) for label in labels}) == len(labels), field


def test_every_card_says_something_and_nearly_all_show_it() -> None:
    rules = default_codebook().rules
    assert all(rule.title and rule.text.endswith((".", "?")) for rule in rules)
    bare = [r.name for r in rules if not (r.examples_yes or r.examples_no or r.hard_cases)]
    assert bare == ["N5"]  # the order of work: nothing to mark


def test_an_example_is_one_line() -> None:
    for rule in default_codebook().rules:
        for example in (*rule.examples_yes, *rule.examples_no, *rule.hard_cases):
            assert example.splitlines() == [example.strip()]


def test_brackets_in_examples_are_in_pairs_and_not_nested() -> None:
    for rule in default_codebook().rules:
        for example in (*rule.examples_yes, *rule.examples_no, *rule.hard_cases):
            signs = "".join(sign for sign in example if sign in "[]")
            assert signs == "[]" * (len(signs) // 2), example


def test_the_file_is_written_the_way_it_is_read() -> None:
    data = json.loads(FILE.read_text(encoding="utf-8"))
    assert list(data) == ["format", "title", "introduction", "labels", "rules"]

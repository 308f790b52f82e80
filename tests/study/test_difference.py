"""What changed between two versions, told without noise."""

import pytest

from annotations.accounts.models import User
from annotations.study.actions.codebook import change_label
from annotations.study.difference import Field, compare
from annotations.study.forms.codebook import label_start
from annotations.study.models import Study
from annotations.study.queries.codebook import codebook_content

pytestmark = pytest.mark.django_db


def test_a_renamed_label_is_one_change_and_its_rules_and_questions_are_none(
    led: Study, alice: User
) -> None:
    label = led.labels.get(slug="attribution")
    assert label.rules.exists()
    assert label.attributes.exists()
    before = codebook_content(led)
    values = {**label_start(label), "name": "Source"}
    change_label(label=label, actor=alice, reason="Shorter", **values)
    (found,) = compare(before, codebook_content(led))
    assert (found.subject, found.what) == ("Label Source", "changed")
    name = Field("Name", (("gone", "Attribution"), ("new", "Source")))
    assert found.fields == (name,)


def test_a_rule_moved_to_another_label_is_a_change_of_the_rule(led: Study) -> None:
    before = codebook_content(led)
    rule = led.labels.get(slug="attribution").rules.order_by("position")[0]
    rule.label = led.labels.get(slug="reporting")
    rule.save()
    (found,) = compare(before, codebook_content(led))
    assert found.subject == f"Rule {rule.name}"
    assert [field.title for field in found.fields] == ["Belongs to"]

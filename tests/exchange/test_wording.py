"""Whatever is chosen otherwise than by default is said, on the page as in the data card."""

from dataclasses import fields, replace

import pytest

from annotations.exchange.formats import find_format
from annotations.exchange.packing import Wanted
from annotations.exchange.packing.wording import chosen

OTHERWISE = {"states": ("in_progress",)}


@pytest.mark.parametrize("name", [field.name for field in fields(Wanted)])
def test_each_choice_that_is_not_the_default_is_said(name: str) -> None:
    form, usual = find_format("jsonl"), Wanted()
    now = getattr(usual, name)
    other = OTHERWISE.get(name, not now if isinstance(now, bool) else ("one",))
    said = set(chosen(form, {}, replace(usual, **{name: other})))
    assert len(said - set(chosen(form, {}, usual))) == 1


def test_people_are_said_under_pseudonyms_too() -> None:
    wanted = Wanted(annotators=("person-1",), pseudonyms=True)
    assert ("Annotators", "only person-1") in chosen(find_format("jsonl"), {}, wanted)

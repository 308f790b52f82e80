"""The button that undoes what was just done, and what the history shows of an act."""

from typing import Any

from django.template import Library

from annotations.study.undo_offers import Offer, offer_in

register = Library()


@register.filter
def offer(tags: str | None) -> Offer | None:
    """What a message offers to undo."""
    return offer_in(tags or "")


@register.filter
def for_people(values: dict[str, Any]) -> list[tuple[str, Any]]:
    """Without the ids by which an act is undone: names stand beside them."""
    return [pair for pair in values.items() if not pair[0].endswith("_id")]

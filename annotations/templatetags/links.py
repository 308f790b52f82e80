"""Addresses in long lists: looked up once for the list, and filled in for each row."""

import uuid

from django.template import Library
from django.urls import reverse

GAP = uuid.UUID(int=0)

register = Library()


@register.simple_tag
def address(view: str, *known: object, gaps: int = 1) -> str:
    """The address of a view that is yet to be told its last ids, each by the filter `to`."""
    return reverse(view, args=[*known, *[GAP] * gaps])


@register.filter
def to(address: str, pk: uuid.UUID) -> str:
    """The address with its first gap filled."""
    return address.replace(str(GAP), str(pk), 1)

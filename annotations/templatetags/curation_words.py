"""Slugs of the curation room's pages in words."""

from collections.abc import Mapping

from django.template import Library

register = Library()
Looks = Mapping[str, tuple[str, str]]


@register.filter
def slot_in(slug: str, looks: Looks) -> str:
    return looks.get(slug, ("x", slug))[0]


@register.filter
def name_in(slug: str, looks: Looks) -> str:
    return looks.get(slug, ("x", slug))[1]


@register.filter
def reason_in(flag: str, reasons: Mapping[str, str]) -> str:
    return reasons.get(flag, "Note")


@register.filter
def in_words(slug: str) -> str:
    """ "source_kind" -> "source kind"."""
    return slug.replace("_", " ")

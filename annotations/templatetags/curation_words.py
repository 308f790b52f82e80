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


@register.filter
def figure(value: float | None) -> str:
    """ ".734" as the reports write it; a dash for nothing."""
    if value is None:
        return "–"
    return f"{value:.2f}".replace("-", "−")


@register.filter
def change(value: float | None) -> str:
    """ "+0.12", "−0.05", "0.00"; a dash for nothing."""
    if value is None:
        return "–"
    told = f"{value:+.2f}".replace("-", "−")
    return "0.00" if told[1:] == "0.00" else told


@register.filter
def way(value: float | None) -> str:
    """A class for how strongly somebody moved: up-1 to up-3, down-1 to down-3, or nothing."""
    if value is None or abs(value) < 0.005:
        return ""
    strength = 1 + (abs(value) >= 0.05) + (abs(value) >= 0.15)
    return f"{'up' if value > 0 else 'down'}-{strength}"

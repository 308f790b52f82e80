"""How a codebook is shown."""

import re

from django.template import Library
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = Library()
BRACKETED = re.compile(r"\[([^\[\]]+)\]")


@register.filter
def marked(example: str) -> SafeString:
    """An example with the stretches in square brackets drawn as marks."""
    escaped = conditional_escape(example)
    return mark_safe(BRACKETED.sub(r'<mark class="chip">\1</mark>', escaped))


@register.filter
def act(action: str) -> str:
    """ "label.changed" -> "Label changed"."""
    return action.replace(".", " ").replace("_", " ").capitalize()


@register.filter
def entry(told: str) -> str:
    """An entry as another one names it: "label.changed Claim" -> "Label changed “Claim”"."""
    action, _, subject = told.partition(" ")
    return f"{act(action)} “{subject}”" if subject else act(action)

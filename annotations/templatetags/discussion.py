"""What is said, safely, and who was called."""

import re
from collections.abc import Iterable
from typing import Any

from django.template import Library
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from annotations.accounts.models import User
from annotations.curation.models import Thread
from annotations.curation.queries.discussion import NAMED, Call, calls_for, visible_threads
from annotations.curation.queries.talk import talk_of
from annotations.study.models import CodebookVersion
from annotations.study.policy import Act, Standing

register = Library()


@register.filter
def spoken(text: str, named: dict[str, str]) -> SafeString:
    """A comment's words: everything escaped, names in bold, nothing else made of them."""
    parts, at = [], 0
    for found in NAMED.finditer(text):
        who = named.get(found[1].casefold())
        if who is None:
            continue
        parts += [conditional_escape(text[at : found.start()])]
        parts += [format_html('<b class="named">@{}</b>', who)]
        at = found.end()
    return mark_safe("".join([*parts, conditional_escape(text[at:])]))


@register.simple_tag
def calls(user: Any) -> list[Call]:
    """Comments that name the person and that they have not looked at."""
    return calls_for(user) if isinstance(user, User) else []


@register.simple_tag
def threads_behind(
    standing: Standing, versions: Iterable[CodebookVersion]
) -> dict[int, list[Thread]]:
    """The threads that led to each codebook version, by its number, as the person may read them."""
    if not standing.may(Act.DISCUSS):
        return {}
    found: dict[int, list[Thread]] = {}
    rows = visible_threads(talk_of(standing)).filter(codebook_version__in=list(versions))
    for thread in rows.select_related("codebook_version"):
        assert thread.codebook_version is not None
        found.setdefault(thread.codebook_version.number, []).append(thread)
    return found


@register.filter
def under(found: dict[int, list[Thread]], number: int) -> list[Thread]:
    return found.get(number, [])


SPACES = re.compile(r"\s+")


@register.filter
def one_line(words: str) -> str:
    return SPACES.sub(" ", words).strip()

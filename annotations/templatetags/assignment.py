"""What the assignment room says on its own pages and on those of rooms below it."""

from datetime import datetime
from functools import cache

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, AssignmentState
from annotations.assignment.queries.counts import count_own
from annotations.study.models import Study

register = Library()


@register.simple_tag
def unfinished_work(study: Study, person: User) -> int:
    """How many articles of the person are not submitted."""
    return count_own(study, person.pk).left


@register.simple_tag
def state_badge(state: str, round_closed_at: datetime | None) -> SafeString:
    """How far an assignment is, and whether its round's end keeps it from going on."""
    return _badge(state, round_closed_at is not None and state in OPEN_STATES)


@cache
def _badge(state: str, is_closed: bool) -> SafeString:
    told = format_html('<span class="badge {}">{}</span>', state, AssignmentState(state).label)
    closed = ' <span class="badge">round closed</span>'
    return format_html("{}{}", told, SafeString(closed if is_closed else ""))

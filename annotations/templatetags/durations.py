"""How time spent is written."""

from datetime import timedelta

from django.template import Library

register = Library()


@register.filter
def spent(time: timedelta | None) -> str:
    """ "1 h 05 min", "12 min", "40 s"; a dash for nothing."""
    seconds = int(time.total_seconds()) if time else 0
    if not seconds:
        return "–"
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"

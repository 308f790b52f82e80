"""How days and times are written, everywhere: 22 Nov 2026, 15:27. The zone is said once a page."""

from datetime import date, datetime

from django.template import Library
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = Library()
DAY, MOMENT = "j M Y", "j M Y, H:i"


@register.filter
def day(value: date | datetime | None) -> SafeString | str:
    """ "22 Nov 2026"; of a time, the day it has in the site's zone. Empty for nothing."""
    return _written(value, DAY)


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """ "22 Nov 2026, 15:27" in the site's zone; empty for nothing."""
    return _written(value, MOMENT)


def _written(value: date | datetime | None, form: str) -> SafeString | str:
    if value is None or value == "":
        return ""
    here = timezone.localtime(value) if isinstance(value, datetime) else value
    exact = here.isoformat(timespec="seconds") if isinstance(here, datetime) else here.isoformat()
    return format_html('<time datetime="{}">{}</time>', exact, dateformat.format(here, form))


@register.simple_tag
def zone() -> str:
    """The zone of all times: UTC, or a place such as Europe/Berlin."""
    return timezone.get_current_timezone_name()

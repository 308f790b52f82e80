"""Small things the report room's pages need."""

from collections.abc import Iterable
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template import Library
from django.template.context import Context
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

register = Library()


@register.filter
def as_query(items: Iterable[tuple[str, str]]) -> str:
    """Pairs as the query of an address."""
    return urlencode(list(items))


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.simple_tag(takes_context=True)
def table_address(context: Context, name: str, form: str) -> str:
    """Where the table of this page, live or stored, is had as a file."""
    study = context["standing"].study
    report = context.get("report")
    if report is not None:
        where = {"study_id": study.pk, "report_id": report.pk, "name": name, "form": form}
        return reverse("reports:report_table", kwargs=where)
    where = {"study_id": study.pk, "name": name, "form": form}
    query = context.get("address", "")
    return reverse("reports:table", kwargs=where) + (f"?{query}" if query else "")


@register.simple_tag
def stylesheet(path: str) -> SafeString:
    """Our own style sheet written into a page that has to stand alone."""
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(path)
    return mark_safe(Path(found).read_text(encoding="utf-8"))

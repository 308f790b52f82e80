"""Small things the report room's pages need."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template import Library
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from annotations.reports.layout import UNDEFINED, Cell, Column

register = Library()


@register.simple_tag(takes_context=True)
def cell_html(context: Context, cell: Cell, passages: str = "") -> SafeString:
    """A cell with what it leads to, its interval or why it has no figure.

    Written here and not in a template of its own, because a page has a thousand of them.
    """
    shown = format_html("{}", cell.text)
    if cell.query and passages and cell.text != UNDEFINED:
        chosen = context.get("address", "")
        report = context.get("report")  # a kept one: its list is of the work as it stood
        query = urlencode({**cell.query, "report": report.pk} if report else cell.query)
        address = f"{passages}?{chosen}&{query}" if chosen else f"{passages}?{query}"
        says = format_html(' data-says="{}"', cell.says) if cell.says else ""
        shown = format_html('<a href="{}"{}>{}</a>', address, says, cell.text)
    if cell.aside:
        shown = format_html('{} <span class="why muted small">{}</span>', shown, cell.aside)
    if cell.interval:
        return format_html('{} <span class="interval muted small">{}</span>', shown, cell.interval)
    if cell.reason:
        return format_html('{} <span class="why muted small">{}</span>', shown, cell.reason)
    return shown


@register.filter
def under(row: Sequence[Cell], columns: Sequence[Column]) -> Iterable[tuple[Column, Cell]]:
    """Each cell of a row with its column."""
    return zip(columns, row, strict=True)


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

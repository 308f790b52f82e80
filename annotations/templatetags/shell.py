"""The frame around every page: which sections of a study a person sees."""

from dataclasses import dataclass
from typing import Any

from django.template import Library
from django.template.context import Context
from django.urls import NoReverseMatch, reverse

from annotations.study.policy import Act, Standing
from annotations.study.queries import find_standing

register = Library()


@register.filter
def leads_to_a_page(address: str) -> bool:
    """Whether an address may be a link: files can say anything, "javascript:" for one."""
    return address.lower().startswith(("https://", "http://"))


@dataclass(frozen=True)
class Section:
    title: str
    view: str
    act: Act
    also: str | tuple[str, ...] = ""  # how the names of further views in this section begin

    def holds(self, view_name: str) -> bool:
        further = self.also or f"{self.view}_"
        return view_name == self.view or view_name.startswith(further)


TALK = (
    "curation:thread",
    "curation:comment",
    "curation:article_discussion",
    "curation:meeting",
    "curation:calibration",
)

# The first that holds the page is the current one.
SECTIONS = (
    Section("Overview", "assignment:study", Act.SEE_STUDY),
    Section("Articles", "corpus:articles", Act.READ_ANY_ARTICLE, "corpus:"),
    Section("Assignments", "assignment:plan", Act.ASSIGN, "assignment:"),
    Section("Agreement", "reports:agreement", Act.SEE_AGREEMENT, "reports:"),
    Section("Discussion", "curation:discussion", Act.DISCUSS, TALK),
    Section("Gold", "curation:queue", Act.WRITE_GOLD, "curation:"),
    Section("Export", "exchange:export", Act.SEE_STUDY, "exchange:"),
    Section("Codebook", "study:codebook", Act.SEE_STUDY),
    Section("People", "study:people", Act.MANAGE_PEOPLE),
    Section("History", "study:history", Act.SEE_AUDIT),
    Section("Settings", "study:settings", Act.MANAGE_STUDY),
)


def standing_of(context: Context) -> Standing | None:
    """The viewer's standing in the page's study; pages that pass `standing` save a query."""
    standing, study, user = (context.get(name) for name in ("standing", "study", "user"))
    if isinstance(standing, Standing):
        return standing
    if study is None or user is None or not user.is_authenticated:
        return None
    return find_standing(user, study.pk)


def links(standing: Standing, view_name: str) -> list[dict[str, Any]]:
    """A link a section that the person may open and that exists."""
    current = next((section for section in SECTIONS if section.holds(view_name)), None)
    found = []
    for section in SECTIONS:
        if not standing.may(section.act):
            continue
        try:
            url = reverse(section.view, args=[standing.study.pk])
        except NoReverseMatch:
            continue  # a room that is not installed
        found.append({"title": section.title, "url": url, "current": section is current})
    return found


@register.inclusion_tag("_sections.html", takes_context=True)
def sections(context: Context) -> dict[str, Any]:
    """The study's navigation, or nothing on pages outside of a study."""
    standing = standing_of(context)
    if standing is None:
        return {"links": []}
    match = getattr(context.get("request"), "resolver_match", None)
    return {"links": links(standing, match.view_name if match else "")}

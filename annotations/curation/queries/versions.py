"""The versions of an article's gold, and what each made different from the one before."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.http import Http404

from annotations.accounts.models import User
from annotations.marking.codebook import Codebook
from annotations.marking.wire import Wire

from ..ballots import EXTENT
from ..merging import RULES
from ..models import Choice, GoldVersion
from .docket import Docket, fetch_docket

ADDED, CHANGED, REMOVED, SAME = "added", "changed", "removed", ""


@dataclass(frozen=True, slots=True)
class Line:
    """A span or a link as a version keeps it. `change`: against the version before, or nothing."""

    case_id: str
    change: str
    label: str
    slot: str
    words: str
    target: str  # what a link leads to; nothing for a span
    how: str
    who: str


@dataclass(frozen=True, slots=True)
class Version:
    row: GoldVersion
    n_spans: int
    n_links: int
    n_added: int
    n_changed: int
    n_removed: int
    is_first: bool


@dataclass(frozen=True)
class Versions:
    """All of an article, the newest first, and the lines of the one that is looked at; None and
    none before the article was ever closed."""

    docket: Docket
    all: tuple[Version, ...] = ()
    shown: Version | None = None
    lines: tuple[Line, ...] = ()


def fetch_versions(
    user: User, study_id: uuid.UUID, article_id: uuid.UUID, number: int | None = None
) -> Versions:
    """Those who write gold read its versions. `number` is that of the newest when None.

    Raises as `fetch_docket` does, and Http404 when there is no such version.
    """
    docket = fetch_docket(user, study_id, article_id)
    rows = list(
        GoldVersion.objects.filter(adjudication__article=docket.article, study=docket.study)
        .select_related("made_by")
        .order_by("number")
    )
    found = [row for row in rows if number in (None, row.number)]
    if not found:
        if number is not None:
            raise Http404("No such version of the gold.")
        return Versions(docket)
    before = {row.number: old.content for old, row in pairwise(rows)}
    versions = {row.number: version_of(row, before.get(row.number)) for row in rows}
    shown = found[-1]
    lines = lines_of(docket, shown.content, before.get(shown.number))
    return Versions(docket, tuple(reversed(versions.values())), versions[shown.number], lines)


def version_of(row: GoldVersion, before: Wire | None) -> Version:
    standing = standing_in(row.content)
    changes = Counter(changes_between(before, row.content).values())
    return Version(
        row,
        n_spans=sum(1 for case in standing.values() if case["gold"]),
        n_links=sum(1 for case in standing.values() if case["link"]),
        n_added=changes[ADDED],
        n_changed=changes[CHANGED],
        n_removed=changes[REMOVED],
        is_first=before is None,
    )


def standing_in(content: Wire | None) -> dict[str, Wire]:
    """Case id -> the case, of those that have a span or a link."""
    cases = content["cases"] if content else []
    return {case["id"]: case for case in cases if case["gold"] or case["link"]}


def changes_between(before: Wire | None, after: Wire) -> dict[str, str]:
    """Case id -> what the later content made of it; nothing changes in a first version."""
    if before is None:
        return {}
    old, new = standing_in(before), standing_in(after)
    told = dict.fromkeys(new.keys() - old.keys(), ADDED)
    told |= dict.fromkeys(old.keys() - new.keys(), REMOVED)
    told |= {pk: CHANGED for pk in old.keys() & new.keys() if said(old[pk]) != said(new[pk])}
    return told


def said(case: Wire) -> tuple[Wire | None, Wire | None]:
    """The span and the link without their own ids, which are no part of what was decided."""
    return without_id(case["gold"]), without_id(case["link"])


def without_id(told: Wire | None) -> Wire | None:
    return {key: value for key, value in told.items() if key != "id"} if told else None


def lines_of(docket: Docket, content: Wire, before: Wire | None) -> tuple[Line, ...]:
    """In reading order; what was removed comes last."""
    changes = changes_between(before, content)
    standing, old = standing_in(content), standing_in(before)
    gone = [old[pk] for pk, change in changes.items() if change == REMOVED]
    cases = [*standing.values(), *sorted(gone, key=begins)]
    people = curators_of(cases)
    spans = {
        case["gold"]["id"]: words_in(case["gold"])
        for one in (before, content)
        for case in standing_in(one).values()
        if case["gold"]
    }
    return tuple(
        line_of(case, changes.get(case["id"], SAME), docket.codebook, spans, people)
        for case in cases
    )


def begins(case: Wire) -> int:
    """Where the span of a case begins; a link has no place of its own."""
    return int(case["gold"]["fragments"][0]["start"]) if case["gold"] else 0


def line_of(
    case: Wire,
    change: str,
    codebook: Codebook,
    spans: Mapping[str, str],
    people: Mapping[str, str],
) -> Line:
    gold, link = case["gold"], case["link"]
    labels = {label.slug: label for label in codebook.labels.values()}
    slug = gold["label"] if gold else None
    label = labels.get(slug) if slug else None
    name = label.name if label else (slug or EXTENT.capitalize() if gold else "Link")
    return Line(
        case_id=case["id"],
        change=change,
        label=name,
        slot=str(label.slot) if label else "x",
        words=words_in(gold) if gold else spans.get(link["source"], ""),
        target="" if gold else spans.get(link["target"], ""),
        how=how_of(case),
        who="Rule" if case["merged_by_rule"] else people.get(case["curator"] or "", ""),
    )


def words_in(gold: Wire) -> str:
    return " … ".join(part["quote"] for part in gold["fragments"])


def curators_of(cases: Sequence[Wire]) -> dict[str, str]:
    found = User.objects.filter(pk__in={case["curator"] for case in cases if case["curator"]})
    return {str(user.pk): str(user) for user in found}


def how_of(case: Wire) -> str:
    """ "Merged by rule: unanimous"."""
    rule = RULES.get(case.get("merged_by_rule", ""), "")
    how = str(Choice(case["choice"]).label)
    return f"{how}: {rule}" if rule else how

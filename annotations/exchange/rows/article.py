"""An article with everybody's work on it, from rows."""

from ..records import (
    ArticleRecord,
    AssignmentRecord,
    FragmentRecord,
    MessageRecord,
    RegionRecord,
    Row,
    Tables,
    ThreadRecord,
)
from .gold import gold_record
from .marks import Marks, fragments_of, grouped
from .names import Names


def article_record(tables: Tables, names: Names) -> ArticleRecord:
    """Removed marks and regions are left out; suggestions are there, and say so."""
    row = tables["article"][0]
    return ArticleRecord(
        id=row["id"],
        title=row["title"],
        text=row["text"],
        sha256=row["text_sha256"],
        n_code_points=row["n_code_points"],
        outlet=names.outlets.get(row.get("outlet") or "", ""),
        byline=row.get("byline", ""),
        url=row.get("url", ""),
        published_on=row.get("published_on", ""),
        language=row.get("language", ""),
        direction=row.get("direction", ""),
        event=row.get("event", ""),
        regions=tuple(
            sorted(
                (
                    RegionRecord(each["start"], each["end"], each["kind"])
                    for each in tables.get("region", ())
                    if not each.get("removed_at")
                ),
                key=lambda region: (region.start, region.end),
            )
        ),
        assignments=tuple(_assignments(tables, row["text"], names)),
        gold=gold_record(tables, row["text"], names),
        threads=tuple(_threads(tables, row["text"], names)),
    )


def _assignments(tables: Tables, text: str, names: Names) -> list[AssignmentRecord]:
    spans = grouped(tables, "span", "assignment")
    links = grouped(tables, "link", "assignment")
    values = grouped(tables, "attributevalue", "span")
    found = []
    for row in tables.get("assignment", ()):
        marks = Marks(spans.get(row["id"], ()), links.get(row["id"], ()), values, text, names)
        found.append(
            AssignmentRecord(
                names.person(row["annotator"]),
                marks.spans,
                marks.links,
                marks.entities,
                state=row["state"],
                round=names.rounds.get(row["round"], ""),
                codebook=marks.codebook,
            )
        )
    return sorted(found, key=lambda work: work.annotator)


def _threads(tables: Tables, text: str, names: Names) -> list[ThreadRecord]:
    said = grouped(tables, "comment", "thread")
    spans = {row["id"]: row for row in tables.get("span", ())}
    cases = {row["id"]: row for row in tables.get("case", ())}
    rows = sorted(tables.get("thread", ()), key=lambda row: (row["opened_at"], row["id"]))
    return [
        ThreadRecord(
            messages=tuple(
                MessageRecord(names.person(each["author"]), each["written_at"], each["text"])
                for each in sorted(said.get(row["id"], ()), key=lambda one: one["written_at"])
                if not each.get("deleted_at")
            ),
            about=_about(row, spans, cases, text),
            rule=names.rules.get(row.get("rule") or "", ""),
            resolved_at=row.get("resolved_at", ""),
        )
        for row in rows
    ]


def _about(
    row: Row, spans: dict[str, Row], cases: dict[str, Row], text: str
) -> FragmentRecord | None:
    if row.get("span") in spans:
        parts = fragments_of(spans[row["span"]], text)
        start, end = parts[0].start, parts[-1].end
    else:
        place = cases.get(row.get("case") or "", row)
        if place.get("start") is None or place.get("end") is None:
            return None
        start, end = place["start"], place["end"]
    return FragmentRecord(start, end, text[start:end])

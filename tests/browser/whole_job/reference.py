"""What a robot is to mark, and what it has marked: native JSON, read without the product's help."""

import json
from dataclasses import dataclass, field
from typing import Any

Stretch = tuple[int, int]  # code points, end exclusive

EXTENT = "extent"
NAMING = ("entity", "about", "target")  # answers of the default codebook that name somebody


@dataclass(frozen=True)
class Span:
    """A span or an extent. Answers that name somebody are names, not ids."""

    id: str
    label: str
    fragments: tuple[Stretch, ...]
    answers: dict[str, str] = field(default_factory=dict, hash=False)
    note: str = ""
    flag: str = ""

    @property
    def start(self) -> int:
        return self.fragments[0][0]

    @property
    def end(self) -> int:
        return self.fragments[-1][1]

    def holds(self, point: int) -> bool:
        return any(start <= point < end for start, end in self.fragments)


@dataclass(frozen=True)
class Link:
    """From a source to its claim, with the cue words."""

    source: str
    target: str
    cue: Stretch | None


@dataclass(frozen=True)
class Reference:
    spans: tuple[Span, ...]
    links: tuple[Link, ...]
    quotes: tuple[tuple[Stretch, str], ...]  # every quote that the file holds

    def span(self, id: str) -> Span:
        return next(span for span in self.spans if span.id == id)

    def links_of(self, source: Span) -> list[Link]:
        """In reading order of the claims."""
        links = [link for link in self.links if link.source == source.id]
        return sorted(links, key=lambda link: self.span(link.target).fragments)

    def up_to(self, point: int) -> "Reference":
        """The part of it that ends by `point`."""
        spans = tuple(span for span in self.spans if span.end <= point)
        kept = {span.id for span in spans}
        links = tuple(link for link in self.links if {link.source, link.target} <= kept)
        quotes = tuple(quote for quote in self.quotes if quote[0][1] <= point)
        return Reference(spans, links, quotes)

    def what_is_said(self) -> dict[str, list[tuple[object, ...]]]:
        """Equal for files that differ only in ids and order."""
        place = {span.id: (span.label, *span.fragments) for span in self.spans}
        return {
            "spans": sorted(
                (*place[span.id], tuple(sorted(span.answers.items())), span.note, span.flag)
                for span in self.spans
            ),
            "links": sorted(
                (place[link.source], place[link.target], link.cue or ()) for link in self.links
            ),
        }


def read_marks(content: str | bytes) -> Reference:
    """A file of the format "sourcemark-marks/1"."""
    data = json.loads(content)
    names = {entity["id"]: entity["name"] for entity in data["entities"]}
    entries = data["spans"] + data["extents"]
    spans = [_span(entry, names) for entry in entries]
    links = [Link(entry["from"], entry["to"], _cue(entry)) for entry in data["links"]]
    cues = [entry["cue"] for entry in data["links"] if entry.get("cue")]
    pieces = [piece for entry in entries for piece in _fragments(entry)] + cues
    quotes = [((piece["start"], piece["end"]), piece["text"]) for piece in pieces]
    return Reference(tuple(spans), tuple(links), tuple(quotes))


def _span(entry: dict[str, Any], names: dict[str, str]) -> Span:
    answers = {
        name: names[value] if name in NAMING else value
        for name, value in entry.get("attributes", {}).items()
    }
    fragments = tuple((piece["start"], piece["end"]) for piece in _fragments(entry))
    note, flag = entry.get("note", ""), entry.get("flag", "")
    return Span(entry["id"], entry.get("label", EXTENT), fragments, answers, note, flag)


def _fragments(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return entry.get("fragments") or [entry]


def _cue(entry: dict[str, Any]) -> Stretch | None:
    cue = entry.get("cue")
    return (cue["start"], cue["end"]) if cue else None

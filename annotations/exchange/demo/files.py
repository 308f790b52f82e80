"""What the demo study is made of: invented articles, people, rounds and work."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from annotations.text.cleaning import crawler_prefix, decode

DEMO = Path(__file__).parent


@dataclass(frozen=True)
class DemoPerson:
    username: str
    display_name: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class DemoRound:
    """Days count from the day the demo is made: -20 is twenty days before."""

    name: str
    purpose: str
    first_day: int
    last_day: int
    compared_on_day: int | None = None


@dataclass(frozen=True)
class DemoArticle:
    """`regions`: (kind, start, end) in code points, of what is not article text."""

    slug: str
    title: str
    outlet: str
    byline: str
    url: str
    published_on: date
    language: str
    event: str
    round: str
    text: str
    regions: tuple[tuple[str, int, int], ...]

    @property
    def file_name(self) -> str:
        return f"{self.slug}.txt"


@dataclass(frozen=True)
class DemoWork:
    """One annotator's work on one article: begun on that day and minute, if at all."""

    annotator: str
    article: str
    state: str
    day: int = 0
    at: str = "09:00"
    minutes: int = 0

    @property
    def marks(self) -> bytes:
        """The file of marks; empty where none were made."""
        path = DEMO / "marks" / f"{self.article}.{self.annotator.removesuffix('.demo')}.json"
        return path.read_bytes() if path.exists() else b""


@dataclass(frozen=True)
class DemoFiles:
    study: str
    description: str
    people: tuple[DemoPerson, ...]
    rounds: tuple[DemoRound, ...]
    articles: tuple[DemoArticle, ...]
    work: tuple[DemoWork, ...]


@cache
def demo_files() -> DemoFiles:
    data = json.loads((DEMO / "demo.json").read_text(encoding="utf-8"))
    return DemoFiles(
        study=data["study"]["name"],
        description=data["study"]["description"],
        people=tuple(
            DemoPerson(each["username"], each["display_name"], tuple(each["roles"]))
            for each in data["people"]
        ),
        rounds=tuple(DemoRound(**each) for each in data["rounds"]),
        articles=tuple(_article(each) for each in data["articles"]),
        work=tuple(DemoWork(**each) for each in data["work"]),
    )


def _article(entry: dict[str, Any]) -> DemoArticle:
    text = decode((DEMO / "articles" / f"{entry['slug']}.txt").read_bytes())
    prefix = crawler_prefix(text)
    regions = [("metadata", prefix.start, prefix.end)] if prefix else []
    regions += [_region(text, region["kind"], region["text"]) for region in entry["regions"]]
    published_on = date.fromisoformat(entry["published_on"])
    return DemoArticle(
        **{**entry, "published_on": published_on, "text": text, "regions": tuple(regions)}
    )


def _region(text: str, kind: str, words: str) -> tuple[str, int, int]:
    if text.count(words) != 1:
        raise ValueError(f"{words!r} does not stand exactly once in its article")
    start = text.index(words)
    return kind, start, start + len(words)

"""One article to be: what a file says of it, checked before anything is written.

Plain values. `Record` is what stood in a file, `Draft` what would be stored.
"""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import regex

from annotations.text.cleaning import UnreadableText, clean, crawler_prefix, sha256
from annotations.text.refusal import Refusal
from annotations.text.tokens import count_words

FIELDS = ("title", "text", "outlet", "byline", "url", "published_on", "language", "event")
LONGEST = {"title": 500, "outlet": 200, "byline": 300, "url": 2000, "language": 20, "event": 200}
MOST_LINES = 100_000  # a page shows each paragraph as an element of its own
_NAMES = {
    "title": "The title",
    "outlet": "The outlet",
    "byline": "The byline",
    "url": "The address",
    "language": "The language",
    "event": "The event",
}
_LANGUAGE = regex.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*+")
_ADDRESS = regex.compile(r"https?://[^\s]+", regex.IGNORECASE)
_DAY = regex.compile(r"(\d{4}-\d\d-\d\d)(?:[T ][0-9:.,+Z -]*+)?")
_VISIBLE = regex.compile(r"[^\s\p{C}\p{Z}]")


class RecordWrong(Refusal):
    """This record cannot become an article.

    `field` is the one of FIELDS that is wrong, "" where it is none, or none alone.
    """

    def __init__(self, sentence: str = "", *, field: str = "") -> None:
        super().__init__(*filter(None, [sentence]))
        self.field = field


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an import may hold. Bytes of text count as UTF-8; unpacked is after unzipping."""

    article_bytes: int = 2_000_000
    upload_bytes: int = 12_000_000
    unpacked_bytes: int = 20_000_000
    zip_entries: int = 1_000
    records: int = 10_000


@dataclass(frozen=True, slots=True)
class Record:
    """What one file, or one line of it, holds. With a problem the fields are of no use.

    `name` is the file's, `place` where in it ("line 12"), "" when the record is the whole file.
    """

    name: str
    place: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    left_out: tuple[str, ...] = ()  # unknown columns that were asked to be passed over


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for records that do not say."""

    outlet: str = ""
    language: str = "en"
    event: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """An article's particulars, as checked."""

    title: str
    outlet: str = ""
    byline: str = ""
    url: str = ""
    published_on: date | None = None
    language: str = "en"
    event: str = ""

    def as_json(self) -> dict[str, Any]:
        found = asdict(self)
        return {**found, "published_on": self.published_on and self.published_on.isoformat()}

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "Source":
        day = found["published_on"]
        return cls(**{**found, "published_on": date.fromisoformat(day) if day else None})


@dataclass(frozen=True, slots=True)
class Draft:
    """An article that could be stored. `prefix_end`: code points of a crawler prefix, 0 if none."""

    text: str
    sha256: str
    source: Source
    n_words: int
    prefix_end: int = 0


def draft_of(record: Record, defaults: Defaults, limits: Limits) -> Draft:
    """The article that `record` becomes. Raises RecordWrong with a sentence."""
    if record.problem:
        raise RecordWrong(record.problem)
    text = clean_text(record.fields.get("text", ""), limits)
    prefix = crawler_prefix(text)
    given = {name: value for name, value in record.fields.items() if name != "text"}
    for name in ("outlet", "language", "event"):
        given[name] = given.get(name, "").strip() or getattr(defaults, name)
    if prefix and not given.get("published_on", "").strip():
        given["published_on"] = prefix.published_on.isoformat()
    return Draft(
        text, sha256(text), source_of(given), count_words(text), prefix.end if prefix else 0
    )


def clean_text(raw: str, limits: Limits) -> str:
    """The text as it is stored. Raises RecordWrong when it is empty, too long or unstorable."""
    try:
        text = clean(raw)
    except UnreadableText as error:
        raise RecordWrong(f"In the text: {error}", field="text") from error
    if not _VISIBLE.search(text):
        raise RecordWrong("The text is empty.", field="text")
    n_lines = text.count("\n") + 1
    if n_lines > MOST_LINES:
        too_many = f"The text has {n_lines:,} lines, more than {MOST_LINES:,}. Divide it."
        raise RecordWrong(too_many, field="text")
    n_bytes = len(text.encode())
    if n_bytes > limits.article_bytes:
        raise RecordWrong(
            f"The text is {in_bytes(n_bytes)} long, more than {in_bytes(limits.article_bytes)}. "
            "Divide it, or ask whoever runs the site to raise the limit.",
            field="text",
        )
    return text


def source_of(given: dict[str, str]) -> Source:
    """Particulars from words. Raises RecordWrong with a sentence."""
    words = {name: _one_line(name, given.get(name, "")) for name in LONGEST}
    if not words["title"]:
        raise RecordWrong("The title is missing.", field="title")
    if words["url"] and not _ADDRESS.fullmatch(words["url"]):
        no_address = "The address must begin with http:// or https:// and have no spaces."
        raise RecordWrong(no_address, field="url")
    if not _LANGUAGE.fullmatch(words["language"]):
        raise RecordWrong(
            f"“{shortened(words['language'])}” is no language code. Write en, en-GB, ar, …",
            field="language",
        )
    return Source(**words, published_on=_day(given.get("published_on", "")))


def in_bytes(n_bytes: int) -> str:
    """ "2 MB", "1.3 MB", "900 bytes"."""
    if n_bytes < 1000:
        return f"{n_bytes} bytes"
    unit, size = ("kB", n_bytes / 1e3) if n_bytes < 1_000_000 else ("MB", n_bytes / 1e6)
    return f"{size:,.2f}".rstrip("0").rstrip(".") + f" {unit}"


def shortened(words: str, length: int = 40) -> str:
    """For quoting in a sentence: on one line, not for ever, and storable whatever it holds."""
    line = "".join(sign if sign.isprintable() else "\ufffd" for sign in " ".join(words.split()))
    return line if len(line) <= length else line[: length - 1] + "…"


def _one_line(name: str, value: str) -> str:
    try:
        line = " ".join(clean(value).split())
    except UnreadableText as error:
        raise RecordWrong(f"{_NAMES[name]} cannot be stored. {error}", field=name) from error
    if len(line) > LONGEST[name]:
        raise RecordWrong(
            f"{_NAMES[name]} has {len(line):,} characters, more than {LONGEST[name]:,}.",
            field=name,
        )
    return line


def _day(value: str) -> date | None:
    value = value.strip()
    if not value:
        return None
    found = _DAY.fullmatch(value)
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise RecordWrong(
            f"“{shortened(value)}” is no date. Write it as year-month-day, like 2023-11-10.",
            field="published_on",
        ) from None

"""The names of columns and fields in files of many records: what is known, and what was meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from .records import FIELDS, RecordWrong, shortened

KNOWN = "Known columns: " + ", ".join(FIELDS) + "."
NEEDED = ("title", "text")
NOT_KNOWN = "not known"  # stands in every refusal of a column that is not known
NAMED = 12  # unknown names that one sentence lists
_MEANT = {
    "title": "headline heading caption titre ueberschrift überschrift schlagzeile",
    "text": "body content contents article articles fulltext full_text article_text inhalt texte",
    "outlet": "source publisher newspaper medium media publication quelle",
    "byline": "author authors writer journalist autor autorin",
    "url": "link href address uri permalink",
    "published_on": "date day datetime published pubdate publication_date published_at datum",
    "language": "lang locale sprache",
    "event": "topic subject story thema",
}
_SYNONYMS = {word: name for name, words in _MEANT.items() for word in words.split()}


def check_names(names: Iterable[str], kind: str, leave_out: bool = False) -> tuple[str, ...]:
    """The names that are left out. Raises RecordWrong for unknown ones, unless `leave_out`, and for
    those that must be there and are not; each sentence names all of them."""
    names = list(names)
    unknown = [name for name in names if name not in FIELDS]
    if unknown and not leave_out:
        raise RecordWrong(f"{_not_known(unknown, kind)} {KNOWN}")
    for name in NEEDED:
        if name not in names:
            instead = next((one for one in unknown if meant_by(one) == name), None)
            hint = f" Is it “{shortened(instead)}”? Rename that." if instead else ""
            raise RecordWrong(f"The {kind} “{name}” is missing.{hint} {KNOWN}")
    return tuple(unknown)


def _not_known(unknown: list[str], kind: str) -> str:
    if len(unknown) == 1:
        near = meant_by(unknown[0])
        hint = f" Did you mean “{near}”?" if near else ""
        return f"The {kind} “{shortened(unknown[0])}” is {NOT_KNOWN}.{hint}"
    told = ", ".join(_with_hint(name) for name in unknown[:NAMED])
    more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
    return f"These {kind}s are {NOT_KNOWN}: {told}{more}."


def _with_hint(name: str) -> str:
    near = meant_by(name)
    return f"“{shortened(name)}”" + (f" (did you mean “{near}”?)" if near else "")


def meant_by(name: str) -> str:
    """The known name that this one most likely stands for, or ""."""
    tidy = name[:40].strip().lower().replace(" ", "_").replace("-", "_")
    near = get_close_matches(tidy, FIELDS, n=1)
    return _SYNONYMS.get(tidy) or (near[0] if near else "")

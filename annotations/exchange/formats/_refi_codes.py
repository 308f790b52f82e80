"""The codes of a REFI-QDA project, by names that tell them apart."""

from collections import Counter, deque
from collections.abc import Iterator
from xml.etree.ElementTree import Element

SPACE = "urn:QDA-XML:project:1.0"
UNDER = " / "  # between the names of codes that stand under each other


def named_codes(book: Element) -> Iterator[tuple[Element, str]]:
    """Each code with its name; those of one name get the names of the codes above before theirs,
    and a number where that is not enough."""
    found: list[tuple[Element, str, str]] = []
    waiting = deque((code, "") for code in book.iterfind(f".//{{{SPACE}}}Codes/{{{SPACE}}}Code"))
    while waiting:
        code, above = waiting.popleft()
        name = code.get("name", "")
        found.append((code, name, f"{above}{name}"))
        inner = code.findall(f"{{{SPACE}}}Code")
        waiting.extendleft((each, f"{above}{name}{UNDER}") for each in reversed(inner))
    often = Counter(name for _, name, _ in found)
    taken: Counter[str] = Counter()
    for code, name, path in found:
        called = name if often[name] == 1 else path
        taken[called] += 1
        yield code, called if taken[called] == 1 else f"{called} ({taken[called]})"

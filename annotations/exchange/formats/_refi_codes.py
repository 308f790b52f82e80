"""The codes of a REFI-QDA project, by names that tell them apart."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

from ..frame import Loss
from ..records import CodebookRecord, LabelRecord, StudyRecord
from ._works import EXTENT
from ._xml_out import plain

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


def codes_of(study: StudyRecord) -> dict[str, tuple[str, str]]:
    """What a code is called and described as, by its name in the file."""
    labels = {label.slug: (label.name, label.definition) for label in study.codebook.labels}
    return {**labels, EXTENT: ("Extent", "The words that a source answers for.")}


def _only_codes(study: StudyRecord) -> StudyRecord:
    told = {slug: plain(" ".join(filter(None, words))) for slug, words in codes_of(study).items()}
    labels = tuple(LabelRecord(slug, slug, told.strip()) for slug, told in told.items())
    return replace(study, codebooks=(CodebookRecord(labels=labels),))


CODES = Loss(
    "codebook",
    "Labels become codes with a description; questions, rules and older versions of the codebook "
    "are left out.",
    strip_study=_only_codes,
)

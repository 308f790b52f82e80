"""A reader of WebAnno TSV 3.3 after its published description, for tests alone.

It shares nothing with annotations/exchange: neither its cells, nor its offsets, nor its records.
No package of the registry reads the format whole (one layer only, no parts of tokens, no slots, no
relations). Places are counted in the bytes of UTF-16, as Java counts them.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

HEADER = re.compile(r"#T_(SP|RL)=(.+)")
UNIT = re.compile(r"(\d+)-(\d+)(?:\.(\d+))?")
NUMBERED = re.compile(r"(.*?)(?:\[(\d+)\])?", re.DOTALL)
RELATION = re.compile(r"(\d+-\d+(?:\.\d+)?)(?:\[(\d+)_(\d+)\])?")
SIGNS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b"}


@dataclass
class Annotation:
    """`begin` and `end` are UTF-16 units; `slots` the units that slot features lead to."""

    layer: str
    units: list[str]
    begin: int
    end: int
    features: dict[str, str] = field(default_factory=dict)
    slots: list[tuple[str, int]] = field(default_factory=list)
    number: int = 0


@dataclass
class Page:
    spans: list[Annotation]
    relations: list[tuple[tuple[str, int], tuple[str, int], dict[str, str]]]  # from, to, features
    sentences: list[str]

    def at(self, layer: str, place: tuple[str, int]) -> Annotation:
        (found,) = [
            each
            for each in self.spans
            if each.layer == layer and each.number == place[1] and place[0] in each.units
        ]
        return found


def read_tsv(content: bytes, text: str) -> Page:
    """`text` is what the file is about: each of its words must stand where the file says."""
    plain = text.encode("utf-16-le")
    lines = content.decode("utf-8").split("\n")
    assert lines[0] == "#FORMAT=WebAnno TSV 3.3"
    layers = [_layer(found[1], found[2]) for line in lines if (found := HEADER.fullmatch(line))]
    page = Page([], [], [])
    shared: dict[tuple[str, int], Annotation] = {}
    seen: set[str] = set()
    for line in lines[1:]:
        if line.startswith("#Text="):
            page.sentences.append(_unescaped(line.removeprefix("#Text=")))
        if not line or line.startswith("#"):
            continue
        unit, place, word, *cells = line.removesuffix("\t").split("\t")
        assert UNIT.fullmatch(unit), unit
        assert unit not in seen
        seen.add(unit)
        begin, end = (int(each) for each in place.split("-"))
        assert plain[2 * begin : 2 * end].decode("utf-16-le") == _unescaped(word), line
        assert len(cells) == sum(len(features) for _, _, features in layers), line
        for kind, layer, features in layers:
            here, cells = cells[: len(features)], cells[len(features) :]
            if kind == "RL":
                _relations(page, unit, features, here)
            else:
                _spans(page, shared, (unit, begin, end), layer, features, here)
    return page


def _layer(kind: str, words: str) -> tuple[str, str, list[str]]:
    """Columns of a layer: one for each feature, one for a layer without; a slot takes two."""
    layer, *features = words.split("|")
    return kind, layer, [each for each in features if each] or [""]


def _spans(
    page: Page,
    shared: dict[tuple[str, int], Annotation],
    place: tuple[str, int, int],
    layer: str,
    features: list[str],
    cells: list[str],
) -> None:
    unit, begin, end = place
    columns = [_divided(cell, "|") for cell in cells]
    assert len({len(each) for each in columns}) == 1, cells
    for stacked in zip(*columns, strict=True):
        if stacked[0] == "_":
            assert set(stacked) == {"_"}
            continue
        parts = [_numbered(each) for each in stacked]
        numbers = {n for (_, n), name in zip(parts, features, strict=True) if _is_value(name)}
        assert len(numbers) == 1, stacked
        (number,) = numbers
        known = shared.get((layer, number)) if number else None
        if known:
            known.units.append(unit)
            known.end = end
            continue
        made = Annotation(layer, [unit], begin, end, number=number)
        for name, (value, _), whole in zip(features, parts, stacked, strict=True):
            if name.startswith("ROLE_"):
                continue
            if not _is_value(name):
                made.slots = [_place(each) for each in _divided(whole, ";") if each != "*"]
            elif value != "*":
                made.features[name] = _unescaped(value)
        page.spans.append(made)
        if number:
            shared[layer, number] = made


def _relations(page: Page, unit: str, features: list[str], cells: list[str]) -> None:
    columns = [_divided(cell, "|") for cell in cells]
    for stacked in zip(*columns, strict=True):
        if stacked[-1] == "_":
            continue
        found = RELATION.fullmatch(stacked[-1])
        assert found, stacked
        told = {
            name: _unescaped(value)
            for name, value in zip(features[:-1], stacked[:-1], strict=True)
            if value != "*"
        }
        source, target = int(found[2] or 0), int(found[3] or 0)
        page.relations.append(((found[1], source), (unit, target), told))


def _is_value(feature: str) -> bool:
    """Slots name their role first, then the layer they lead to, whose name has dots."""
    return "." not in feature


def _place(words: str) -> tuple[str, int]:
    value, number = _numbered(words)
    return value, number


def _numbered(words: str) -> tuple[str, int]:
    found = NUMBERED.fullmatch(words)
    assert found
    if found[2] is not None and not words.endswith("\\]"):
        return found[1], int(found[2])
    return words, 0


def _divided(cell: str, sign: str) -> list[str]:
    """At signs that no backslash escapes."""
    parts: defaultdict[int, str] = defaultdict(str, {0: ""})
    escaped, at = False, 0
    for each in cell:
        if each == sign and not escaped:
            at += 1
            parts[at] = ""
            continue
        parts[at] += each
        escaped = each == "\\" and not escaped
    return list(parts.values())


def _unescaped(words: str) -> str:
    signs, rest = "", iter(words)
    for sign in rest:
        if sign != "\\":
            signs += sign
            continue
        named = next(rest)
        if named == "-":
            assert next(rest) == ">"
            named = "->"
        signs += SIGNS.get(named, named)
    return signs

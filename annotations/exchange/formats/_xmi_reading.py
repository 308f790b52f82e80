"""A CAS in XMI read into one annotator's marks, ours or anybody's.

A foreign type with a place in the text is a label, named by its feature "value" or "label" where
it has one; relations (Governor, Dependent) and slots (a target with a role) become links.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from annotations.text.offsets import Utf16Table

from ..frame import FileRefused, Findings, SourceFiles, StoredText
from ..frame.xml_in import line_of, parse_xml
from ..records import (
    Answer,
    AssignmentRecord,
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    SpanRecord,
)

OURS = "sourcemark."
MARK, FRAGMENT, LINK = OURS + "Mark", OURS + "Fragment", OURS + "Link"
ANSWER, ENTITY = OURS + "Answer", OURS + "Entity"
XMI = "{http://www.omg.org/XMI}"
LABELS = ("label", "value", "PosValue")
NO_LABELS = {
    "Sofa", "View", "NULL", "DocumentAnnotation", "DocumentMetaData", "TagsetDescription",
    "TagDescription", "Token", "Sentence", "Paragraph", "Lemma", "Stem", "Heading", "Div",
    "MorphologicalFeatures", "TokenForm", "LayerDefinition", "FeatureDefinition", "CASMetadata",
}  # fmt: skip
ENDS = (("Governor", "Dependent"), ("source", "target"), ("governor", "dependent"))
_NAMESPACE = re.compile(r"\{(?:http:///)?(?P<space>.*?)(?:\.ecore)?\}(?P<tag>.*)")
_INTEGER = re.compile(r"-?\d{1,9}")
PRIMITIVE = ("uima.cas.String", "uima.cas.Boolean", "uima.cas.Integer", "uima.cas.Float",
             "uima.cas.Double", "uima.cas.Long", "uima.cas.Short", "uima.cas.Byte")  # fmt: skip


def type_name(element: Element) -> str:
    found = _NAMESPACE.fullmatch(str(element.tag))
    if found is None:
        return str(element.tag)
    space = found["space"].strip("/").replace("/", ".")
    return f"{space}.{found['tag']}" if space != "uima.noNamespace" else found["tag"]


def read_ranges(files: SourceFiles) -> dict[tuple[str, str], str]:
    """(type, feature): range, of every type system among the files.

    Types made of strings (with a list of allowed values) count as strings.
    """
    ranges: dict[tuple[str, str], str] = {}
    plain: dict[str, str] = {}
    for path in files.ending(".xml"):
        if "typeSystemDescription" not in files.beginning(path, 4000):
            continue
        for each in parse_xml(files, path).iter():
            if not str(each.tag).endswith("typeDescription"):
                continue
            name = _inner(each, "name")
            if (above := _inner(each, "supertypeName")) in PRIMITIVE:
                plain[name] = above
            for feature in each.iter():
                if str(feature.tag).endswith("featureDescription"):
                    ranges[name, _inner(feature, "name")] = _inner(feature, "rangeTypeName")
    return {key: plain.get(known, known) for key, known in ranges.items()}


def _inner(element: Element, name: str) -> str:
    for child in element:
        if str(child.tag).endswith("}" + name) or child.tag == name:
            return (child.text or "").strip()
    return ""


class XmiFile:
    """Raises FileRefused when the file as a whole cannot be understood."""

    def __init__(self, files: SourceFiles, path: str, findings: Findings) -> None:
        self._path = path
        self._findings = findings
        root = parse_xml(files, path)
        if not str(root.tag).endswith("}XMI"):
            raise FileRefused(path, "It is XML, but no XMI of a CAS.")
        self._elements: dict[str, tuple[str, Element]] = {}
        sofas = []
        for element in root:
            name = type_name(element)
            key = element.get(f"{XMI}id", "")
            if name == "uima.tcas.DocumentAnnotation":
                key = f"{key} of the document"  # nothing refers to it; some number it anyhow
            if key and key in self._elements:
                raise FileRefused(
                    path, f"The xmi:id {key[:20]} stands twice.", place=line_of(element)
                )
            self._elements[key or f"no id {len(self._elements)}"] = name, element
            if name == "uima.cas.Sofa" and element.get("sofaString"):
                sofas.append((key, element.get("sofaString", "")))
        if not sofas:
            raise FileRefused(path, "It holds no text (no Sofa with a sofaString).")
        self._plain = self._plain_features()
        self._sofa, words = sofas[0]
        if len(sofas) > 1:
            n = len(sofas) - 1
            findings.lost(path, "", f"Only the first view is read; {n} more are left out.")
        self.stored = StoredText(words, file=path)
        self._units = Utf16Table(words)
        self._lost: Counter[str] = Counter()

    @property
    def language(self) -> str:
        for name, element in self._elements.values():
            if name == "uima.tcas.DocumentAnnotation" or name.endswith("DocumentMetaData"):
                found = element.get("language", "")
                return "" if found == "x-unspecified" else found
        return ""

    def marks(self, ranges: Mapping[tuple[str, str], str]) -> AssignmentRecord:
        """Spans, links and names. What is wrong with one of them is a finding."""
        spans: dict[str, SpanRecord] = {}
        relations = []
        for key, (name, element) in self._elements.items():
            short = name.rpartition(".")[2]
            if name in (FRAGMENT, ANSWER, ENTITY) or element.get("begin") is None:
                if name == LINK:
                    relations.append((key, name, element, ("source", "target")))
                elif element.get("begin") is None and self._is_content(name, short, element):
                    self._lost[f"“{short}”, which stands at no place of the text"] += 1
                continue
            ends = next((each for each in ENDS if element.get(each[0])), None)
            if element.get("sofa", self._sofa) != self._sofa:
                continue
            if name == LINK or (ends and element.get(ends[1]) and name != MARK):
                relations.append((key, name, element, ends or ENDS[1]))
            elif short in NO_LABELS:
                if short not in ("DocumentAnnotation", "DocumentMetaData", "Token", "Sentence"):
                    self._lost[f"the type {short}"] += 1
            elif (span := self._span(key, name, element, ranges)) is not None:
                spans[key] = span
        links = [*self._relations(relations, spans), *self._slots(spans)]
        unique = {(link.source, link.target): link for link in links}
        if len(unique) < len(links):
            self._lost["second links between the same two spans"] += len(links) - len(unique)
        for what, n in sorted(self._lost.items()):
            self._findings.lost(self._path, "", f"There is no place for {what}: {n:,}.")
        return AssignmentRecord("", tuple(spans.values()), tuple(unique.values()), self._entities())

    def _entities(self) -> tuple[EntityRecord, ...]:
        return tuple(
            EntityRecord(key, element.get("name", ""))
            for key, (name, element) in self._elements.items()
            if name == ENTITY
        )

    def _fragment(self, element: Element, place: str) -> FragmentRecord | None:
        """None, with a finding, where it lies nowhere."""
        given = element.get("begin", ""), element.get("end", "")
        reason, units = "", self._units
        if not all(_INTEGER.fullmatch(each) for each in given):
            reason = f"“{given[0][:20]}” to “{given[1][:20]}” is no place."
        else:
            begin, end = int(given[0]), int(given[1])
            if begin < 0 or end > units.units:
                reason = f"{begin}-{end} lies outside the text, which has {units.units} units."
            elif end < begin:
                reason = f"{begin}-{end} ends before it starts."
            elif any(units.to_utf16(units.to_code_points(at)) != at for at in (begin, end)):
                reason = f"{begin}-{end} begins or ends inside a character, between its halves."
            elif begin == end:
                self._lost["annotations of no width"] += 1
                return None
        if reason:
            self._findings.refused(self._path, place, reason)
            return None
        start, stop = self.stored.from_utf16(begin), self.stored.from_utf16(end)
        return FragmentRecord(start, stop, self.stored.text[start:stop])

    def _span(
        self, key: str, name: str, element: Element, ranges: Mapping[tuple[str, str], str]
    ) -> SpanRecord | None:
        place = f"{line_of(element)}, xmi:id {key}"
        fragment = self._fragment(element, place)
        if fragment is None:
            return None
        if name == MARK:
            return self._own(key, element, fragment, place)
        given = {
            feature: value
            for feature, value in element.attrib.items()
            if feature not in ("sofa", "begin", "end") and not feature.startswith("{")
            and self._is_plain(name, feature, value, ranges)
        }  # fmt: skip
        self._count_lost(element, given)
        label = next((given.pop(each) for each in LABELS if given.get(each)), None)
        answers: dict[str, Answer] = {
            feature: value == "true" if value in ("true", "false") else value
            for feature, value in given.items()
        }
        short = name.rpartition(".")[2]
        return SpanRecord(key, label or short, (fragment,), answers, place=place)

    def _is_content(self, name: str, short: str, element: Element) -> bool:
        """Whether something of others that has no place says more than what holds it together."""
        if name in (FRAGMENT, ANSWER, ENTITY) or name.startswith("uima.cas."):
            return False
        return short not in NO_LABELS and not _is_slot(element)

    def _count_lost(self, element: Element, given: Mapping[str, str]) -> None:
        """What an annotation of others has beside plain features: lists, and what it refers to."""
        for child in {str(child.tag).rpartition("}")[2] for child in element}:
            self._lost[f"the list “{child}”"] += 1
        for feature, value in element.attrib.items():
            if feature in (*given, "sofa", "begin", "end") or feature.startswith("{"):
                continue
            referred = [self._elements[each][1] for each in value.split() if each in self._elements]
            if not referred or not all(_is_slot(each) for each in referred):
                self._lost[f"what “{feature}” refers to"] += 1

    def _plain_features(self) -> set[tuple[str, str]]:
        """(type, feature) of numbers and words: a reference always leads somewhere, and never to
        a text, so that a feature of which one value does not is none."""
        no_ends = {
            key for key, (name, _) in self._elements.items()
            if name in ("uima.cas.Sofa", "uima.cas.NULL")
        }  # fmt: skip
        return {
            (name, feature)
            for name, element in self._elements.values()
            for feature, value in element.attrib.items()
            if not feature.startswith("{") and feature != "sofa"
            if any(part not in self._elements or part in no_ends for part in value.split())
        }

    def _is_plain(
        self, name: str, feature: str, value: str, ranges: Mapping[tuple[str, str], str]
    ) -> bool:
        known = ranges.get((name, feature))
        if known is not None:
            return known in PRIMITIVE
        if feature in LABELS:  # a label "3" is no reference to what has that id
            return True
        return (name, feature) in self._plain or not value

    def _own(
        self, key: str, element: Element, fragment: FragmentRecord, place: str
    ) -> SpanRecord | None:
        fragments = [fragment]
        parts = [self._elements.get(each) for each in element.get("fragments", "").split()]
        if parts:
            found = [self._fragment(part[1], place) for part in parts if part]
            if len(found) < len(parts) or None in found:
                self._findings.refused(self._path, place, "One of its fragments is not there.")
                return None
            fragments = [each for each in found if each is not None]
        codebook = element.get("codebook", "")
        return SpanRecord(
            key,
            element.get("label"),
            tuple(sorted(fragments, key=lambda each: each.start)),
            dict(self._answers(element, place)),
            element.get("note", ""),
            element.get("flag", ""),
            int(codebook) if _INTEGER.fullmatch(codebook) else None,
            element.get("suggested") == "true",
            element.get("origin", ""),
            place=place,
        )

    def _answers(self, element: Element, place: str) -> Iterator[tuple[str, Answer]]:
        for key in element.get("answers", "").split():
            _, answer = self._elements.get(key, ("", None))
            if answer is None:
                self._findings.refused(self._path, place, f"Its answer {key[:20]} is not there.")
                continue
            name, entity = answer.get("name", ""), answer.get("entity")
            if entity is not None:
                yield name, entity
            elif answer.get("yes") is not None:
                yield name, answer.get("yes") == "true"
            else:
                yield name, answer.get("value", "")

    def _relations(
        self,
        relations: list[tuple[str, str, Element, tuple[str, str]]],
        spans: Mapping[str, SpanRecord],
    ) -> Iterator[LinkRecord]:
        for key, name, element, ends in relations:
            place = f"{line_of(element)}, xmi:id {key}"
            source, target = element.get(ends[0], ""), element.get(ends[1], "")
            if source not in self._elements or target not in self._elements:
                reason = "It joins an annotation that this file does not have."
                self._findings.refused(self._path, place, reason)
            elif source not in spans or target not in spans:
                self._lost[f"“{name.rpartition('.')[2]}” between tokens"] += 1
            elif source == target:
                self._lost["relations of an annotation to itself"] += 1
            else:
                _, cue = self._elements.get(element.get("cue", ""), ("", None))
                found = self._fragment(cue, place) if cue is not None and name == LINK else None
                if name != LINK:
                    short = name.rpartition(".")[2]
                    self._lost[f"the kind of relation “{short}” (read as a link)"] += 1
                yield LinkRecord(source, target, found, place=place)

    def _slots(self, spans: Mapping[str, SpanRecord]) -> Iterator[LinkRecord]:
        for key in spans:
            name, element = self._elements[key]
            if name == MARK:
                continue
            held = defaultdict(list)
            for feature, value in element.attrib.items():
                for each in value.split() if not feature.startswith("{") else ():
                    held[feature].append(self._elements.get(each, ("", None))[1])
            for filler in (each for some in held.values() for each in some if each is not None):
                target = filler.get("target", "")
                if not _is_slot(filler):
                    continue
                if target not in spans:
                    self._lost["slots that no span fills"] += 1
                elif target != key:
                    self._lost["the role of a slot (read as a link)"] += 1
                    yield LinkRecord(key, target, place=spans[key].place)


def _is_slot(element: Element) -> bool:
    """A role with what fills it, as INCEpTION has it."""
    return element.get("role") is not None and element.get("target") is not None

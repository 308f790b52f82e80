"""UIMA CAS as XMI with its type system: a file for each article and annotator.

Offsets are UTF-16 units, as in all of UIMA. Our types: sourcemark.Mark (an annotation with label,
note, flag, answers and, where it has several, its fragments), sourcemark.Link, sourcemark.Entity.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from annotations.text.cleaning import sha256
from annotations.text.offsets import Utf16Table

from ..frame import Chunk, FileRefused, Findings, Form, Hints, Reading, SourceFiles
from ..frame.losses import HISTORY, OF_STUDY, PROVENANCE, THREADS
from ..records import Answer, ArticleRecord, AssignmentRecord, Corpus, FragmentRecord, SpanRecord
from ._beside import BesideOut, read_beside
from ._gathered import Gathered, gather
from ._works import kinds_asked, placed_in, with_works
from ._xmi_reading import XmiFile, read_ranges
from ._xml_out import NOT_XML, tag

LOSSES = (HISTORY, *OF_STUDY, THREADS, PROVENANCE, NOT_XML)
_STRING, _BOOLEAN, _INTEGER = "uima.cas.String", "uima.cas.Boolean", "uima.cas.Integer"
_ARRAY, _NOTE = "uima.cas.FSArray", "uima.tcas.Annotation"
TYPES: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = (
    ("sourcemark.Entity", "uima.cas.TOP", (("name", _STRING, ""),)),
    (
        "sourcemark.Answer",
        "uima.cas.TOP",
        (
            ("name", _STRING, ""),
            ("value", _STRING, ""),
            ("yes", _BOOLEAN, ""),
            ("entity", "sourcemark.Entity", ""),
        ),
    ),
    ("sourcemark.Fragment", _NOTE, ()),
    (
        "sourcemark.Mark",
        _NOTE,
        (
            ("label", _STRING, ""),
            ("note", _STRING, ""),
            ("flag", _STRING, ""),
            ("origin", _STRING, ""),
            ("suggested", _BOOLEAN, ""),
            ("codebook", _INTEGER, ""),
            ("answers", _ARRAY, "sourcemark.Answer"),
            ("fragments", _ARRAY, "sourcemark.Fragment"),
        ),
    ),
    (
        "sourcemark.Link",
        "uima.cas.TOP",
        (
            ("source", "sourcemark.Mark", ""),
            ("target", "sourcemark.Mark", ""),
            ("cue", "sourcemark.Fragment", ""),
        ),
    ),
)

# --- writing --------------------------------------------------------------------------------------


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    yield "TypeSystem.xml", _type_system().encode()
    beside = BesideOut()
    kinds = kinds_asked(corpus.study.codebook)
    for article in corpus.articles:
        for place, work in beside.places(article):
            yield f"{place}.xmi", _Cas(article, kinds).xml(work).encode()
    yield from beside.file()


def _type_system() -> str:
    types = []
    for name, parent, features in TYPES:
        listed = "".join(
            f"<featureDescription><name>{feature}</name><description/>"
            f"<rangeTypeName>{kind}</rangeTypeName>"
            + (f"<elementType>{element}</elementType>" if element else "")
            + "</featureDescription>"
            for feature, kind, element in features
        )
        types.append(
            f"<typeDescription><name>{name}</name><description/>"
            f"<supertypeName>{parent}</supertypeName><features>{listed}</features>"
            "</typeDescription>"
        )
    body = "\n".join(types)
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier">\n'
        f"<types>\n{body}\n</types>\n</typeSystemDescription>\n"
    )


class _Cas:
    def __init__(self, article: ArticleRecord, kinds: Mapping[tuple[str | None, str], str]) -> None:
        self._article = article
        self._kinds = kinds
        self._units = Utf16Table(article.text)
        self._lines: list[str] = []
        self._indexed: list[int] = []
        self._last = 1

    def xml(self, work: AssignmentRecord) -> str:
        language = self._article.language or "x-unspecified"
        self._annotation("tcas:DocumentAnnotation", 0, len(self._article.text), language=language)
        entities = {
            entity.id: self._add("sourcemark:Entity", name=entity.name) for entity in work.entities
        }
        marks = {span.id: self._mark(span, entities) for span in work.spans}
        for link in work.links:
            cue = self._fragment(link.cue) if link.cue else None
            ends = {"source": marks[link.source], "target": marks[link.target]}
            self._indexed.append(self._add("sourcemark:Link", **ends, cue=cue))
        sofa: dict[str, str | int | None] = {
            "xmi:id": 1,
            "sofaNum": 1,
            "sofaID": "_InitialView",
            "mimeType": "text/plain",
            "sofaString": self._article.text,
        }
        text = tag("cas:Sofa", sofa)
        view = tag("cas:View", {"sofa": 1, "members": " ".join(map(str, self._indexed))})
        body = "\n".join(['<cas:NULL xmi:id="0"/>', *self._lines, text, view])
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" '
            'xmlns:tcas="http:///uima/tcas.ecore" xmlns:sourcemark="http:///sourcemark.ecore" '
            f'xmi:version="2.0">\n{body}\n</xmi:XMI>\n'
        )

    def _add(self, kind: str, /, **features: str | int | None) -> int:
        self._last += 1
        self._lines.append(tag(kind, {"xmi:id": self._last, **features}))
        return self._last

    def _annotation(self, kind: str, start: int, end: int, /, **features: str | int | None) -> int:
        begin, stop = self._units.to_utf16(start), self._units.to_utf16(end)
        number = self._add(kind, sofa=1, begin=begin, end=stop, **features)
        self._indexed.append(number)
        return number

    def _fragment(self, fragment: FragmentRecord) -> int:
        return self._annotation("sourcemark:Fragment", fragment.start, fragment.end)

    def _mark(self, span: SpanRecord, entities: Mapping[str, int]) -> int:
        answers = [
            self._answer(span, name, answer, entities) for name, answer in span.attributes.items()
        ]
        parts = [self._fragment(each) for each in span.fragments] if len(span.fragments) > 1 else []
        return self._annotation(
            "sourcemark:Mark",
            span.start,
            span.end,
            label=span.label,
            note=span.note or None,
            flag=span.flag or None,
            origin=span.origin or None,
            suggested="true" if span.suggested else None,
            codebook=span.codebook,
            answers=" ".join(map(str, answers)) or None,
            fragments=" ".join(map(str, parts)) or None,
        )

    def _answer(
        self, span: SpanRecord, name: str, answer: Answer, entities: Mapping[str, int]
    ) -> int:
        if isinstance(answer, bool):
            return self._add("sourcemark:Answer", name=name, yes="true" if answer else "false")
        if answer in entities and self._kinds.get((span.label, name), "entity") == "entity":
            return self._add("sourcemark:Answer", name=name, entity=entities[answer])
        return self._add("sourcemark:Answer", name=name, value=answer)


# --- reading --------------------------------------------------------------------------------------


def recognises(files: SourceFiles) -> bool:
    return bool(_paths(files))


def _paths(files: SourceFiles) -> list[str]:
    return [
        path
        for path in files.ending(".xmi", ".xml")
        if "http://www.omg.org/XMI" in files.beginning(path, 2000)
    ]


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    paths = _paths(files)
    if not paths:
        raise FileRefused("", "There is no XMI file among them.")
    groups = gather(
        files, paths, lambda path: _digest(files, path), read_beside(files), hints, findings
    )
    return Reading(_articles(files, groups, read_ranges(files), findings), findings)


def _digest(files: SourceFiles, path: str) -> str:
    try:
        return XmiFile(files, path, Findings()).stored.sha256
    except FileRefused:
        return path


def _articles(
    files: SourceFiles,
    groups: list[Gathered],
    ranges: Mapping[tuple[str, str], str],
    findings: Findings,
) -> Iterator[ArticleRecord]:
    for group in groups:
        article, works = group.article, []
        for member in group.members:
            try:
                file = XmiFile(files, member.path, findings)
                about = member.about
                marks = about and placed_in(member.path, file.marks(ranges))
            except FileRefused as refused:
                findings.refused(refused.file, refused.place, refused.reason)
                continue
            text = file.stored.text
            if article.text and text != article.text:
                findings.refused(member.path, "", "Its text is not that of the others by its name.")
                continue
            article = replace(
                article,
                text=text,
                sha256=sha256(text),
                n_code_points=len(text),
                language=article.language or file.language,
            )
            if about is not None and marks is not None:
                work = replace(about, spans=marks.spans, links=marks.links, entities=marks.entities)
                works.append((member.is_gold, work))
        if article.text:
            yield with_works(article, works)


FORM = Form(
    name="xmi",
    title="UIMA CAS XMI with type system",
    endings=(".xmi",),
    about="For UIMA, dkpro-cassis and INCEpTION: a CAS for each annotator, and TypeSystem.xml.",
    losses=LOSSES,
    write=write,
    read=read,
    recognises=recognises,
)

"""REFI-QDA project exchange (.qdpx), for MAXQDA, NVivo, ATLAS.ti and the like.

A zip of project.qde (XML) and the texts. A span is a selection with a coding by its annotator; its
note is the selection's description, its further stretches are selections that a link named
"continues" leads to; links from a source are links named "sources". What a selection has no field
for stands as JSON in a text variable of its source. Positions count code points.
"""

import io
import json
import uuid
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from ..frame import Chunk, FileRefused, Findings, Form, Hints, Reading, SourceFiles
from ..frame.json_in import parse_json
from ..frame.losses import HISTORY, PROVENANCE, THREADS
from ..frame.xml_in import line_of, parse_xml
from ..records import ArticleRecord, Corpus, SpanRecord
from ._labelled_text import (
    OURS,
    Json,
    Kinds,
    Region,
    Task,
    TaskWork,
    about_article,
    about_link,
    about_span,
    about_work,
    make_article,
)
from ._works import EXTENT, GOLD, all_works, kinds_asked
from ._xml_out import NOT_XML, quoted, tag

LOSSES = (HISTORY, THREADS, PROVENANCE, NOT_XML)
PATH, PROJECT = "project.qdpx", "project.qde"
SPACE = "urn:QDA-XML:project:1.0"
CONTINUES, SOURCES = "continues", "sources"
LONGEST_NAME = 60
_ROOT = uuid.UUID("5a7c2f64-3e0b-4c86-9a55-0d4c2f1e7b11")


def _guid(*words: object) -> str:
    return str(uuid.uuid5(_ROOT, "\x00".join(map(str, words))))


# --- writing --------------------------------------------------------------------------------------


class _Pipe(io.RawIOBase):
    """Where a zip is written; what has come so far is taken out again and again."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, article in enumerate(corpus.articles, 1):
            name = zipfile.ZipInfo(f"Sources/{_source(article, number)}.txt", (1980, 1, 1, 0, 0, 0))
            name.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(name, article.text.encode())
            yield PATH, pipe.taken()
        name = zipfile.ZipInfo(PROJECT, (1980, 1, 1, 0, 0, 0))
        name.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(name, "w", force_zip64=True) as project:
            for piece in _project(corpus):
                project.write(piece.encode())
                yield PATH, pipe.taken()
    yield PATH, pipe.taken()


def _source(article: ArticleRecord, number: int) -> str:
    return _guid("source", article.id, article.sha256, number)


def _project(corpus: Corpus) -> Iterator[str]:
    people = {person.name: person.shown or person.name for person in corpus.study.people}
    labels = {label.slug: (label.name, label.definition) for label in corpus.study.codebook.labels}
    labels[EXTENT] = ("Extent", "The words that a source answers for.")
    for article in corpus.articles:
        for is_gold, work in all_works(article):
            people.setdefault(GOLD if is_gold else work.annotator, work.annotator or GOLD)
            for span in work.spans:
                if span.label is not None:
                    labels.setdefault(span.label, (span.label, ""))
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    name = quoted(corpus.study.name or "Sourcemark")
    yield f'<Project xmlns="{SPACE}" name="{name}" origin="Sourcemark">\n'
    if people:
        users = "".join(
            tag("User", {"guid": _guid("user", name), "name": shown, "id": name})
            for name, shown in people.items()
        )
        yield f"<Users>{users}</Users>\n"
    codes = "".join(
        tag(
            "Code",
            {"guid": _guid("code", slug), "name": slug, "isCodable": "true"},
            f"<Description>{quoted(' '.join(filter(None, words)))}</Description>",
        )
        for slug, words in labels.items()
    )
    yield f"<CodeBook><Codes>{codes}</Codes></CodeBook>\n"
    variable = {"guid": _guid("variable"), "name": OURS, "typeOfVariable": "Text"}
    yield f"<Variables>{tag('Variable', variable)}</Variables>\n"
    kinds = kinds_asked(corpus.study.codebook)
    links: list[str] = []
    begun = False
    for number, article in enumerate(corpus.articles, 1):
        yield "" if begun else "<Sources>\n"
        begun = True
        yield _text_source(article, _source(article, number), kinds, links)
    if begun:
        yield "</Sources>\n"
    if links:
        yield f"<Links>{''.join(links)}</Links>\n"
    yield "</Project>\n"


def _text_source(article: ArticleRecord, source: str, kinds: Kinds, links: list[str]) -> str:
    selections: list[str] = []
    works: list[Json] = []
    spans: Json = {}
    cues: Json = {}
    for is_gold, work in all_works(article):
        who = GOLD if is_gold else work.annotator
        works.append({"key": _guid("user", who), **about_work(work, is_gold=is_gold)})
        names = {entity.id: entity.name for entity in work.entities}
        ids = {}
        for at, span in enumerate(work.spans):
            key = _guid(source, who, is_gold, at)
            ids[span.id] = key
            selections += _selections(span, key, _guid("user", who), links)
            if about := about_span(span, names, kinds):
                spans[key] = about
        for at, link in enumerate(work.links):
            key = _guid(source, who, is_gold, "link", at)
            ends = {"originGUID": ids[link.source], "targetGUID": ids[link.target]}
            given = {"guid": key, "name": SOURCES, "direction": "OneWay", **ends}
            links.append(tag("Link", given))
            if about := about_link(link):
                cues[key] = about
    ours = {"article": about_article(article), "works": works, "spans": spans, "links": cues}
    value = (
        f"<VariableValue>{tag('VariableRef', {'targetGUID': _guid('variable')})}"
        f"<TextValue>{quoted(json.dumps(ours, ensure_ascii=True))}</TextValue></VariableValue>"
    )
    head = {"guid": source, "name": article.title, "plainTextPath": f"internal://{source}.txt"}
    return tag("TextSource", head, "".join([*selections, value])) + "\n"


def _selections(span: SpanRecord, key: str, user: str, links: list[str]) -> Iterator[str]:
    for at, part in enumerate(span.fragments):
        guid = _guid(key, at) if at else key
        code = EXTENT if span.label is None else span.label
        coding = {"guid": _guid(guid, "coding"), "creatingUser": user}
        inside = tag("Coding", coding, tag("CodeRef", {"targetGUID": _guid("code", code)}))
        if span.note and not at:
            inside = f"<Description>{quoted(span.note)}</Description>{inside}"
        name = " ".join(part.text.split())[:LONGEST_NAME]
        given: dict[str, str | int | None] = {
            "guid": guid,
            "name": name,
            "startPosition": part.start,
            "endPosition": part.end,
            "creatingUser": user,
        }
        yield tag("PlainTextSelection", given, inside)
        if at:
            link: dict[str, str | int | None] = {
                "guid": _guid(guid, "link"),
                "name": CONTINUES,
                "direction": "OneWay",
                "originGUID": key,
                "targetGUID": guid,
            }
            links.append(tag("Link", link))


# --- reading --------------------------------------------------------------------------------------


def recognises(files: SourceFiles) -> bool:
    return bool(files.ending(".qdpx"))


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    paths = files.ending(".qdpx")
    if not paths:
        raise FileRefused("", "There is no .qdpx file among them.")
    return Reading(_articles(files, paths, hints, findings), findings)


def _articles(
    files: SourceFiles, paths: tuple[str, ...], hints: Hints, findings: Findings
) -> Iterator[ArticleRecord]:
    for path in paths:
        try:
            yield from _Project(files.inside(path), path, hints, findings).articles()
        except FileRefused as refused:
            findings.refused(refused.file or path, refused.place, refused.reason)


class _Project:
    def __init__(self, inner: SourceFiles, path: str, hints: Hints, findings: Findings) -> None:
        self._inner = inner
        self._path = path
        self._hints = hints
        self._findings = findings
        project = next(iter(inner.ending(".qde")), "")
        if not project:
            raise FileRefused(path, "It holds no project.qde.")
        self._root = parse_xml(inner, project)
        if self._root.tag != f"{{{SPACE}}}Project":
            raise FileRefused(path, "Its project.qde is no REFI-QDA project.")
        self._users = {
            user.get("guid", ""): user.get("id") or user.get("name") or "annotator"
            for user in self._all("User")
        }
        self._codes = {code.get("guid", ""): code.get("name", "") for code in self._all("Code")}
        self._links: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for link in self._all("Link"):
            given = (link.get("targetGUID", ""), link.get("name", ""), link.get("guid", ""))
            self._links[link.get("originGUID", "")].append(given)
        self._parts = {
            target for some in self._links.values() for target, name, _ in some if name == CONTINUES
        }
        self._lost: Counter[str] = Counter()

    def _all(self, name: str) -> Iterator[Element]:
        return self._root.iter(f"{{{SPACE}}}{name}")

    def articles(self) -> Iterator[ArticleRecord]:
        for kind in ("PictureSource", "PDFSource", "AudioSource", "VideoSource", "Case", "Set"):
            if n := sum(1 for _ in self._all(kind)):
                self._lost[f"{kind}s"] += n
        seen: set[str] = set()
        for source in self._all("TextSource"):
            name = source.get("name", "") or source.get("guid", "")
            try:
                task = self._task(source, name, seen)
                yield make_article(
                    task, file=self._path, hints=self._hints, findings=self._findings
                )
            except FileRefused as refused:
                self._findings.refused(refused.file, refused.place, refused.reason)
        for what, n in self._lost.items():
            self._findings.lost(self._path, "", f"There is no place for {what}: {n:,} left out.")

    def _text(self, source: Element, name: str) -> str:
        content = source.find(f"{{{SPACE}}}PlainTextContent")
        if content is not None and content.text:
            return content.text
        stem = source.get("plainTextPath", "").removeprefix("internal://")
        for path in (f"Sources/{stem}", f"sources/{stem}", stem):
            if stem and path in self._inner:
                return self._inner.text(path)
        place = f"{line_of(source)}, {name}"
        raise FileRefused(self._path, "Its plain text is not in the file.", place=place)

    def _task(self, source: Element, name: str, seen: set[str]) -> Task:
        ours = self._ours(source, name)
        about = ours.get("article")
        task = Task(self._text(source, name), name, name, about if type(about) is dict else None)
        works: dict[str, TaskWork] = {}
        for each in ours.get("works") or []:
            if isinstance(each, dict):
                given = {key: value for key, value in each.items() if key != "key"}
                is_gold = given.get("gold") is True
                work = TaskWork(str(given.get("annotator", "")), about=given, is_gold=is_gold)
                works[str(each.get("key"))] = work
        owner: dict[str, TaskWork] = {}
        places: dict[str, list[int]] = {}
        extras = ours.get("spans") if isinstance(ours.get("spans"), dict) else {}
        for selection in source.iter(f"{{{SPACE}}}PlainTextSelection"):
            guid = selection.get("guid", "")
            if guid in seen:
                place = f"{line_of(selection)}, {name}"
                raise FileRefused(self._path, f"The guid {guid[:40]} stands twice.", place=place)
            seen.add(guid)
            self._selection(selection, guid, name, works, owner, places, extras or {}, task.text)
        self._join(owner, places, ours, name)
        task.works = list(works.values())
        return task

    def _ours(self, source: Element, name: str) -> Json:
        for value in source.iter(f"{{{SPACE}}}TextValue"):
            words = value.text or ""
            if words.startswith('{"article"'):
                found = parse_json(words, file=f"{self._path}, {name}")
                return found if isinstance(found, dict) else {}
        return {}

    def _selection(
        self,
        selection: Element,
        guid: str,
        name: str,
        works: dict[str, TaskWork],
        owner: dict[str, TaskWork],
        places: dict[str, list[int]],
        extras: Json,
        text: str,
    ) -> None:
        place = f"{line_of(selection)}, {name}, selection {guid[:8]}"
        try:
            start = int(selection.get("startPosition", ""))
            end = int(selection.get("endPosition", ""))
        except ValueError:
            self._findings.refused(self._path, place, "It has no start and end as whole numbers.")
            return
        places[guid] = [start, end]
        if guid in self._parts:
            return
        codings = selection.findall(f"{{{SPACE}}}Coding")
        if not codings:
            self._lost["selections without a code"] += 1
        described = selection.find(f"{{{SPACE}}}Description")
        more = extras.get(guid)
        for at, coding in enumerate(codings):
            code = coding.find(f"{{{SPACE}}}CodeRef")
            label = self._codes.get(code.get("targetGUID", "")) if code is not None else None
            if label is None:
                self._findings.refused(self._path, place, "Its code is not in the codebook.")
                continue
            user = coding.get("creatingUser") or selection.get("creatingUser") or ""
            who = self._users.get(user, self._hints.annotator or "annotator")
            work = works.setdefault(user, TaskWork(who))
            key = f"{guid} {at}" if at else guid
            words = text[start:end] if 0 <= start < end <= len(text) else ""
            region = Region(key, label, start, end, words, place)
            region.more = dict(more) if isinstance(more, dict) else {}
            if described is not None and described.text and "note" not in region.more:
                region.more["note"] = described.text
            work.regions.append(region)
            owner.setdefault(guid, work)

    def _join(
        self, owner: Mapping[str, TaskWork], places: Mapping[str, list[int]], ours: Json, name: str
    ) -> None:
        about = ours.get("links") if isinstance(ours.get("links"), dict) else {}
        regions = {each.key: each for work in owner.values() for each in work.regions}
        for guid, work in owner.items():
            region = regions[guid]
            parts = [places[guid]]
            for target, kind, key in self._links.get(guid, []):
                if kind == CONTINUES and target in places:
                    parts.append(places[target])
                elif owner.get(target) is work:
                    given = (about or {}).get(key)
                    link = (guid, target, given if isinstance(given, dict) else {}, name)
                    work.links.append(link)
                    if kind != SOURCES:
                        self._lost[f"the name of a link, “{kind[:40]}”"] += 1
                else:
                    self._lost["links that lead elsewhere"] += 1
            if len(parts) > 1:
                parts.sort()
                region.more = {**region.more, "fragments": parts}
                region.start, region.end, region.words = parts[0][0], parts[-1][1], ""


FORM = Form(
    name="refi_qda",
    title="REFI-QDA project (.qdpx)",
    endings=(".qdpx",),
    about="For MAXQDA, NVivo, ATLAS.ti and other programs for qualitative analysis.",
    losses=LOSSES,
    write=write,
    read=read,
    recognises=recognises,
)

"""REFI-QDA project exchange (.qdpx), for MAXQDA, NVivo, ATLAS.ti and the like.

A zip of project.qde (XML) and the texts. A span is a selection with a coding by its annotator; its
note is the selection's description, its further stretches are selections that a link named
"continues" leads to; links from a source are links named "sources". What a selection has no field
for stands as JSON in a text variable of its source. Positions count code points; a project that
counts UTF-16 units is noticed by the names of its selections, which begin with their words.
"""

import json
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import TypeAlias
from xml.etree.ElementTree import Element

from annotations.text.offsets import Stretch

from ..frame import (
    Chunk,
    FileRefused,
    Findings,
    Form,
    Hints,
    Reading,
    SourceFiles,
    text_file,
)
from ..frame.json_in import parse_json
from ..frame.losses import HISTORY, PROVENANCE, REPORTS, STUDY, THREADS
from ..frame.xml_in import line_of, walk_xml
from ..records import (
    ArticleRecord,
    CodebookRecord,
    Corpus,
    LabelRecord,
    SpanRecord,
    StudyRecord,
)
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
from ._pipe import Pipe
from ._refi_codes import CODES, SPACE, codes_of, named_codes
from ._refi_links import Links, LinkTo
from ._refi_people import Names
from ._refi_places import Counting, counting, positions, quote, text_path
from ._works import EXTENT, GOLD, all_works, kinds_asked
from ._xml_out import quoted, tag

PATH, PROJECT = "project.qdpx", "project.qde"
ELSEWHERE = ("PictureSource", "PDFSource", "AudioSource", "VideoSource", "Case", "Set",
             "Note", "Graph", "Variable")  # fmt: skip
CONTINUES, SOURCES = "continues", "sources"
LONGEST_NAME = 60
_ROOT = uuid.UUID("5a7c2f64-3e0b-4c86-9a55-0d4c2f1e7b11")


LOSSES = (HISTORY, CODES, STUDY, REPORTS, THREADS, PROVENANCE)


def _guid(*words: object) -> str:
    return str(uuid.uuid5(_ROOT, "\x00".join(map(str, words))))


def _user(name: str, *, is_gold: bool = False) -> str:
    """Gold's guid is that of nobody, whatever somebody is called."""
    return _guid("gold") if is_gold else _guid("user", name)


# --- writing --------------------------------------------------------------------------------------


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, article in enumerate(corpus.articles, 1):
            name = zipfile.ZipInfo(f"Sources/{_source(article, number)}.txt", (1980, 1, 1, 0, 0, 0))
            name.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(name, text_file(article.text))
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
    people = {
        _user(person.name): (person.name, person.shown or person.name)
        for person in corpus.study.people
    }
    labels = codes_of(corpus.study)
    has_gold = False
    for article in corpus.articles:
        for is_gold, work in all_works(article):
            if not is_gold:
                people.setdefault(_user(work.annotator), (work.annotator, work.annotator))
            has_gold = has_gold or is_gold
            for span in work.spans:
                if span.label is not None:
                    labels.setdefault(span.label, (span.label, ""))
    if has_gold:
        known = {name for name, _ in people.values()}
        name = GOLD if GOLD not in known else f"{GOLD} {_guid('gold')}"
        people[_user(GOLD, is_gold=True)] = name, GOLD
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    name = quoted(corpus.study.name or "Sourcemark")
    yield f'<Project xmlns="{SPACE}" name="{name}" origin="Sourcemark">\n'
    if people:
        users = "".join(
            tag("User", {"guid": guid, "name": shown, "id": name})
            for guid, (name, shown) in people.items()
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
        user = _user(who, is_gold=is_gold)
        works.append({"key": user, **about_work(work, is_gold=is_gold)})
        names = {entity.id: entity.name for entity in work.entities}
        ids = {}
        for at, span in enumerate(work.spans):
            key = _guid(source, who, is_gold, at)
            ids[span.id] = key
            selections += _selections(span, key, user, links)
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
    return bool(files.ending(".qdpx", ".qde"))


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    paths = files.ending(".qdpx", ".qde")
    if not paths:
        raise FileRefused("", "There is no .qdpx file among them.")
    return Reading(_articles(files, paths, hints, findings), findings, _study(files, paths))


def _inner(files: SourceFiles, path: str) -> tuple[SourceFiles, str]:
    """A project's files and its XML among them; a project may lie there unpacked."""
    if path.lower().endswith(".qde"):
        return files, path
    inner = files.inside(path)
    return inner, next(iter(inner.ending(".qde")), "")


def _study(files: SourceFiles, paths: tuple[str, ...]) -> StudyRecord:
    """The code books, which stand before the texts; what is wrong with them is said later."""
    labels: dict[str, LabelRecord] = {}
    for path in paths:
        with suppress(FileRefused):
            inner, project = _inner(files, path)
            walk = walk_xml(inner, project, [f"{{{SPACE}}}CodeBook"]) if project else iter(())
            for book in islice(walk, 1, 2):
                for code, name in named_codes(book):
                    told = (code.findtext(f"{{{SPACE}}}Description") or "").strip()
                    labels.setdefault(name, LabelRecord(name, name, told))
    return StudyRecord(codebooks=(CodebookRecord(labels=tuple(labels.values())),))


def _articles(
    files: SourceFiles, paths: tuple[str, ...], hints: Hints, findings: Findings
) -> Iterator[ArticleRecord]:
    for path in paths:
        try:
            yield from _Project(*_inner(files, path), path, hints, findings).articles()
        except FileRefused as refused:
            findings.refused(_named(refused, path), refused.place, refused.reason)


def _named(refused: FileRefused, path: str) -> str:
    """A file in a project by the project's name, too."""
    inner = refused.file
    return inner if inner.startswith(path) else ", ".join(filter(None, (path, inner)))


_Placed: TypeAlias = tuple[int, int, str]  # start, end and what should stand there


class _Project:
    def __init__(
        self, inner: SourceFiles, project: str, path: str, hints: Hints, findings: Findings
    ) -> None:
        self._inner = inner
        self._project = project
        self._path = path
        self._hints = hints
        self._findings = findings
        if not self._project:
            raise FileRefused(path, "It holds no project.qde.")
        self._users: dict[str, str] = {}
        self._names = Names()
        self._codes: dict[str, str] = {}
        self._used: set[str] = set()  # guids of codes
        self._links = Links()
        self._lost: Counter[str] = Counter()
        self._begin()

    def _begin(self) -> None:
        """All but the texts, which come between: people, codes and links."""
        walk = self._walk("Users", "CodeBook", "Link", *ELSEWHERE)
        if next(walk).tag != f"{{{SPACE}}}Project":
            raise FileRefused(self._path, "Its project.qde is no REFI-QDA project.")
        for element in walk:
            kind = element.tag.removeprefix(f"{{{SPACE}}}")
            if kind == "Link":
                self._links.add(element)
            elif kind in ELSEWHERE and element.get("name") != OURS:
                self._lost[f"{kind}s"] += 1
            for user in element.iter(f"{{{SPACE}}}User"):
                self._users[user.get("guid", "")] = self._names.of(
                    user, path=self._path, findings=self._findings
                )
            for code, name in named_codes(element):
                self._codes[code.get("guid", "")] = name
                if n_inner := len(code.findall(f"{{{SPACE}}}Code")):
                    self._lost["which code stands under which"] += n_inner

    def _walk(self, *names: str) -> Iterator[Element]:
        return walk_xml(self._inner, self._project, [f"{{{SPACE}}}{name}" for name in names])

    def articles(self) -> Iterator[ArticleRecord]:
        for source in islice(self._walk("TextSource"), 1, None):
            name = source.get("name", "") or source.get("guid", "")
            try:
                task = self._task(source, name)
                yield make_article(
                    task, file=self._path, hints=self._hints, findings=self._findings
                )
            except FileRefused as refused:
                file = _named(refused, self._path)
                self._findings.refused(file, refused.place, refused.reason)
        if unused := len(self._codes.keys() - self._used):
            self._lost["codes that no selection has"] = unused
        for what, n in (+self._lost).items():
            self._findings.lost(self._path, "", f"There is no place for {what}: {n:,} left out.")

    def _text(self, source: Element, name: str) -> str:
        content = source.find(f"{{{SPACE}}}PlainTextContent")
        if content is not None and content.text:
            return content.text
        if path := text_path(self._inner, self._project, source):
            return self._inner.text(path)
        place = f"{line_of(source)}, {name}"
        raise FileRefused(self._path, "Its plain text is not in the file.", place=place)

    def _task(self, source: Element, name: str) -> Task:
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
        places: dict[str, _Placed] = {}
        extras = ours.get("spans") if isinstance(ours.get("spans"), dict) else {}
        selections = list(source.iter(f"{{{SPACE}}}PlainTextSelection"))
        links = self._links.of([each.get("guid", "") for each in selections])
        parts = {to for some in links.values() for to, kind, *_ in some if kind == CONTINUES}
        way, by_name = counting(task.text, selections, has_mark=self._has_mark(source))
        if str(way):
            sentence = f"Its places count {way}; they were counted anew."
            self._findings.repaired(self._path, f"{line_of(source)}, {name}", sentence)
        seen: set[str] = set()
        for selection in selections:
            guid = selection.get("guid", "")
            if guid in seen:
                place = f"{line_of(selection)}, {name}"
                raise FileRefused(self._path, f"The guid {guid[:40]} stands twice.", place=place)
            seen.add(guid)
            place = f"{line_of(selection)}, {name}, selection {guid[:8]}"
            stretch = self._stretch(selection, way, place)
            if stretch is None:
                continue
            words = self._words(selection, task.text, stretch, by_name=by_name)
            places[guid] = *stretch, words
            if guid not in parts:
                more = extras.get(guid) if extras else None
                self._selection(selection, places[guid], place, works, owner, more)
        self._lost["codes that a whole text has"] += len(source.findall(f"{{{SPACE}}}Coding"))
        self._join(owner, places, links, ours, name)
        task.works = list(works.values())
        return task

    def _ours(self, source: Element, name: str) -> Json:
        for value in source.iter(f"{{{SPACE}}}TextValue"):
            words = value.text or ""
            if words.startswith('{"article"'):
                found = parse_json(words, file=f"{self._path}, {name}")
                return found if isinstance(found, dict) else {}
        return {}

    def _stretch(self, selection: Element, way: Counting, place: str) -> Stretch | None:
        """Its place in code points; None, with a finding, where it has none."""
        found = positions(selection)
        if found is None:
            self._findings.refused(self._path, place, "It has no start and end as whole numbers.")
        elif (moved := way.stretch(found)) is None:
            reason = f"{found[0]}-{found[1]} begins or ends inside a character, between its halves."
            self._findings.refused(self._path, place, reason)
        else:
            return moved[0], moved[1]
        return None

    def _words(self, selection: Element, text: str, stretch: Stretch, *, by_name: bool) -> str:
        """What should stand there; "" where its name and its place say nothing of it."""
        words = quote(selection, text, stretch) if by_name else text[slice(*stretch)]
        if words is None:
            self._lost["names of selections that are not their words"] += 1
        return words or ""

    def _has_mark(self, source: Element) -> bool:
        path = text_path(self._inner, self._project, source)
        return path != "" and self._inner.has_mark(path)

    def _selection(
        self,
        selection: Element,
        placed: _Placed,
        place: str,
        works: dict[str, TaskWork],
        owner: dict[str, TaskWork],
        more: object,
    ) -> None:
        guid, (start, end, words) = selection.get("guid", ""), placed
        codings = selection.findall(f"{{{SPACE}}}Coding")
        if not codings:
            self._lost["selections without a code"] += 1
        described = selection.find(f"{{{SPACE}}}Description")
        for at, coding in enumerate(codings):
            code = coding.find(f"{{{SPACE}}}CodeRef")
            target = code.get("targetGUID", "") if code is not None else ""
            label = self._codes.get(target)
            if label is None:
                self._findings.refused(self._path, place, "Its code is not in the codebook.")
                continue
            self._used.add(target)
            user = coding.get("creatingUser") or selection.get("creatingUser") or ""
            who = self._users.get(user, self._hints.annotator or "annotator")
            work = works.setdefault(user, TaskWork(who))
            key = f"{guid} {at}" if at else guid
            region = Region(key, label, start, end, words, place)
            region.more = dict(more) if isinstance(more, dict) else {}
            if described is not None and described.text and "note" not in region.more:
                region.more["note"] = described.text
            work.regions.append(region)
            owner.setdefault(guid, work)

    def _join(
        self,
        owner: Mapping[str, TaskWork],
        places: Mapping[str, _Placed],
        links: Mapping[str, list[LinkTo]],
        ours: Json,
        name: str,
    ) -> None:
        about = ours.get("links") if isinstance(ours.get("links"), dict) else {}
        regions = {each.key: each for work in owner.values() for each in work.regions}
        for guid, work in owner.items():
            region = regions[guid]
            parts = [places[guid]]
            for target, kind, key, line in links.get(guid, []):
                if kind == CONTINUES and target in places:
                    parts.append(places[target])
                elif owner.get(target) is work:
                    given = (about or {}).get(key)
                    link = (
                        guid,
                        target,
                        given if isinstance(given, dict) else {},
                        f"{line}, {name}",
                    )
                    work.links.append(link)
                    if kind != SOURCES:
                        self._lost[f"the name of a link, “{kind[:40]}”"] += 1
                else:
                    self._lost["links that lead elsewhere"] += 1
            if len(parts) > 1:
                parts.sort()
                region.parts = parts


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

"""W3C Web Annotation, as JSON-LD: an AnnotationPage for each article, its text beside it.

Each stretch of a span is a target with a TextPositionSelector (code points, as the standard says)
and a TextQuoteSelector. The label is a body with the purpose "classifying", a note "commenting",
an answer "describing". A link is an annotation with the motivation "linking": from its body to
its first target; the cue is its second. Who worked on the article is the page's "about".
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, TypeAlias

from annotations.text.cleaning import sha256

from ..frame import Chunk, FileRefused, Findings, Form, Hints, Reading, SourceFiles, text_file
from ..frame.json_in import parse_json
from ..frame.losses import HISTORY, OF_STUDY, PROVENANCE, THREADS
from ..frame.paths import FileNames
from ..frame.record_json import Wrong, dump, load
from ..frame.settling import settle_text
from ..records import (
    Answer,
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    SpanRecord,
)
from ._works import (
    EXTENT,
    SECOND_LABEL,
    all_works,
    kinds_asked,
    span_extras,
    with_extras,
    with_works,
)

LOSSES = (HISTORY, *OF_STUDY, THREADS, PROVENANCE)
CONTEXT = "http://www.w3.org/ns/anno.jsonld"
OURS = {
    "sourcemark": "urn:sourcemark:",
    "about": {"@id": "sourcemark:about", "@type": "@json"},
    "extras": {"@id": "sourcemark:extras", "@type": "@json"},
    "attribute": "sourcemark:attribute",
}
AROUND = 24  # code points of prefix and suffix
GOLD_ID = "gold"
Json: TypeAlias = dict[str, Any]

# --- writing --------------------------------------------------------------------------------------


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    names = FileNames()
    kinds = kinds_asked(corpus.study.codebook)
    for article in corpus.articles:
        stem = names.of(article)
        yield f"{stem}.txt", text_file(article.text)
        page = json.dumps(_page(article, stem, kinds), ensure_ascii=False, indent=1)
        yield f"{stem}.jsonld", f"{page}\n".encode()


def _page(article: ArticleRecord, stem: str, kinds: Mapping[tuple[str | None, str], str]) -> Json:
    works, items = [], []
    for number, (is_gold, work) in enumerate(all_works(article), 1):
        about = dump(replace(work, spans=(), links=(), entities=()))
        works.append({"gold": is_gold, **about})
        items += list(_Writer(article.text, stem, f"w{number}", is_gold, kinds).items(work))
    bare = replace(article, text="", assignments=(), gold=None, threads=(), soft_labels=())
    return {
        "@context": [CONTEXT, OURS],
        "id": f"{stem}.jsonld",
        "type": "AnnotationPage",
        "about": {"article": dump(bare), "works": works},
        "items": items,
    }


class _Writer:
    def __init__(
        self,
        text: str,
        stem: str,
        key: str,
        is_gold: bool,
        kinds: Mapping[tuple[str | None, str], str],
    ) -> None:
        self._text = text
        self._stem = stem
        self._key = f"{stem}.jsonld#{key}"
        self._is_gold = is_gold
        self._kinds = kinds

    def items(self, work: AssignmentRecord) -> Iterator[Json]:
        creator: Json = {"type": "Person", "name": work.annotator}
        if self._is_gold:
            creator = {"id": f"{self._stem}.jsonld#{GOLD_ID}", "type": "Organization"}
        names = {entity.id: entity.name for entity in work.entities}
        ids = {span.id: f"{self._key}-{n}" for n, span in enumerate(work.spans, 1)}
        for span in work.spans:
            yield {
                "id": ids[span.id],
                "type": "Annotation",
                "motivation": "classifying",
                "creator": creator,
                "body": [*self._bodies(span, names)],
                "target": [self._target(fragment) for fragment in span.fragments],
                **({"extras": extras} if (extras := span_extras(span, flag=span.flag)) else {}),
            }
        for number, link in enumerate(work.links, 1):
            cue = [self._target(link.cue)] if link.cue else []
            yield {
                "id": f"{self._key}-link-{number}",
                "type": "Annotation",
                "motivation": "linking",
                "creator": creator,
                "body": ids[link.source],
                "target": [ids[link.target], *cue],
            }

    def _bodies(self, span: SpanRecord, names: Mapping[str, str]) -> Iterator[Json]:
        label = EXTENT if span.label is None else span.label
        yield {"type": "TextualBody", "purpose": "classifying", "value": label}
        for name, answer in span.attributes.items():
            body: Json = {"type": "TextualBody", "purpose": "describing", "attribute": name}
            asked = self._kinds.get((span.label, name), "entity")
            if not isinstance(answer, bool) and asked == "entity" and answer in names:
                yield {**body, "purpose": "identifying", "value": names[answer]}
            else:
                yield {**body, "value": answer}
        if span.note:
            yield {"type": "TextualBody", "purpose": "commenting", "value": span.note}

    def _target(self, fragment: FragmentRecord) -> Json:
        start, end = fragment.start, fragment.end
        quote = {
            "type": "TextQuoteSelector",
            "exact": fragment.text,
            "prefix": self._text[max(0, start - AROUND) : start],
            "suffix": self._text[end : end + AROUND],
        }
        position = {"type": "TextPositionSelector", "start": start, "end": end}
        return {"source": f"{self._stem}.txt", "selector": [position, quote]}


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Item:
    value: Json
    file: str
    place: str


def recognises(files: SourceFiles) -> bool:
    return any(
        CONTEXT in (begins := files.beginning(path, 3000)) and "nnotation" in begins
        for path in files.ending(".jsonld", ".json")
    )


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    paths = files.ending(".jsonld") or files.ending(".json")
    if not paths:
        raise FileRefused("", "There is no .jsonld file among them.")
    return Reading(_articles(files, paths, hints, findings), findings)


def _articles(
    files: SourceFiles, paths: Sequence[str], hints: Hints, findings: Findings
) -> Iterator[ArticleRecord]:
    for path in paths:
        try:
            words = files.text(path)
            value = parse_json(words, file=path)
            about = value.get("about") if isinstance(value, dict) else None
            by_source: defaultdict[str, list[_Item]] = defaultdict(list)
            for item in _items(value, _Lines(words), path, findings):
                by_source[_source(item)].append(item)
            if isinstance(about, dict):
                by_source.setdefault(PurePosixPath(path).stem + ".txt", [])
            links = by_source.pop("", [])
            if links and not by_source:
                findings.refused(path, "", "No annotation in it is about a text.")
            links_of = _by_text(by_source, links)
            for source, items in by_source.items():
                try:
                    reader = _Reader(files, path, source, about, hints, findings)
                    yield reader.article(items, links_of[source])
                except FileRefused as refused:
                    findings.refused(refused.file, refused.place, refused.reason)
        except FileRefused as refused:
            findings.refused(refused.file, refused.place, refused.reason)


class _Lines:
    """In which lines annotations begin, by their ids, asked for in the order of the file."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._at, self._line = 0, 1
        keys = (f'"{name}":{space}' for name in ("id", "@id") for space in (" ", ""))
        self._key = next((key for key in keys if f'{key}"' in words), "")

    def of(self, name: Any) -> int | None:
        """None where it is not found, and from then on: no file is searched through again."""
        if not self._key or not isinstance(name, str):
            return None
        found = self._words.find(self._key + json.dumps(name, ensure_ascii=False), self._at)
        if found < 0:
            self._key = ""
            return None
        self._line += self._words.count("\n", self._at, found)
        self._at = found + 1
        return self._line


def _items(value: Any, lines: _Lines, path: str, findings: Findings) -> Iterator[_Item]:
    """The annotations of a page, a collection with its first page, a list, or just one."""
    listed = value
    if isinstance(value, dict):
        first = value.get("first")
        listed = value.get("items", first.get("items") if isinstance(first, dict) else [value])
    if not isinstance(listed, list):
        raise FileRefused(path, "It holds no list of annotations.")
    seen = set()
    for number, item in enumerate(listed, 1):
        key = item.get("id", item.get("@id")) if isinstance(item, dict) else None
        line = lines.of(key)
        place = f"annotation {number}" if line is None else f"line {line}, annotation {number}"
        if not isinstance(item, dict) or "target" not in item:
            findings.refused(path, place, "This is no annotation with a target.")
            continue
        if isinstance(key, str) and key in seen:
            findings.refused(path, place, f"The id “{key[:60]}” stands twice.")
            continue
        seen.add(key)
        yield _Item(item, path, place)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _source(item: _Item) -> str:
    """The name of the text's file; "" for a link, which leads to annotations."""
    for target in _listed(item.value.get("target")):
        if isinstance(target, dict) and _is_link(item) is False:
            source = target.get("source", target.get("id", ""))
            source = source.get("id", "") if isinstance(source, dict) else source
            return str(source).rpartition("#")[0] or str(source)
    return ""


def _is_link(item: _Item) -> bool:
    return "linking" in _listed(item.value.get("motivation")) and any(
        isinstance(target, str) for target in _listed(item.value.get("target"))
    )


def _by_text(
    by_source: Mapping[str, Sequence[_Item]], links: Sequence[_Item]
) -> Mapping[str, list[_Item]]:
    """Each link with the text that the annotation it begins at is about; one that begins at none
    goes with the first, whose reader refuses it."""
    home = {_key(item): source for source, items in by_source.items() for item in items}
    found: defaultdict[str, list[_Item]] = defaultdict(list)
    for link in links:
        found[home.get(_begins_at(link), next(iter(by_source), ""))].append(link)
    return found


def _key(item: _Item) -> str:
    """The annotation's id; "" where it has none."""
    return str(item.value.get("id", item.value.get("@id", "")))


def _begins_at(link: _Item) -> str:
    return next((each for each in _listed(link.value.get("body")) if type(each) is str), "")


class _Reader:
    def __init__(
        self,
        files: SourceFiles,
        path: str,
        source: str,
        about: Any,
        hints: Hints,
        findings: Findings,
    ) -> None:
        self._path = path
        self._findings = findings
        self._hints = hints
        self._is_ours = isinstance(about, dict)
        self._article, self._works = _about(about, path, source, hints)
        self._text = self._find_text(files, source)
        self._entities: dict[str, dict[str, EntityRecord]] = {}
        self._spans: dict[str, dict[str, SpanRecord]] = {}
        self._owner: dict[str, str] = {}

    def _find_text(self, files: SourceFiles, source: str) -> str:
        folder, name = PurePosixPath(self._path).parent, PurePosixPath(source).name
        stem = PurePosixPath(name).stem
        for path in (str(folder / source), str(folder / name), str(folder / f"{stem}.txt")):
            if path in files:
                return files.text(path)
        text = self._hints.find_text(self._article.sha256, self._article.title or stem)
        if not text:
            wanted = f"Put it beside this file as “{stem[:60] or 'text'}.txt”."
            reason = f"Its text “{source[:80]}” is not among the files. {wanted}"
            raise FileRefused(self._path, reason)
        return text

    def article(self, items: Sequence[_Item], links: Sequence[_Item]) -> ArticleRecord:
        for item in items:
            if _is_link(item):
                continue
            self._span(item)
        joined: defaultdict[str, list[LinkRecord]] = defaultdict(list)
        for item in [*items, *links]:
            if _is_link(item) and (made := self._link(item)):
                joined[made[0]].append(made[1])
        works = []
        for who in dict.fromkeys([*self._works, *self._spans]):
            is_gold, about = self._works.get(who, (who == "\0gold", AssignmentRecord(who)))
            spans = tuple(self._spans.get(who, {}).values())
            entities = tuple(self._entities.get(who, {}).values())
            work = replace(about, spans=spans, links=tuple(joined[who]), entities=entities)
            works.append((is_gold, work))
        article = replace(self._article, text=self._text, sha256="")
        if self._article.sha256 and sha256(self._text) == self._article.sha256:
            article = replace(article, sha256=self._article.sha256)
        made_article = settle_text(with_works(article, works), file=self._path, hints=self._hints)
        return replace(made_article, regions=self._article.regions)

    def _who(self, item: _Item) -> str:
        for creator in _listed(item.value.get("creator")):
            if isinstance(creator, str):
                return creator
            if isinstance(creator, dict):
                if str(creator.get("id", "")).endswith(f"#{GOLD_ID}"):
                    return "\0gold"
                for key in ("name", "nickname", "email", "id"):
                    if isinstance(creator.get(key), str):
                        return str(creator[key])
        return self._hints.annotator or "annotator"

    def _span(self, item: _Item) -> None:
        who = self._who(item)
        fragments = [self._fragment(target, item) for target in _listed(item.value["target"])]
        found = [fragment for fragment in fragments if fragment is not None]
        if len(found) < len(fragments) or not found:
            return
        number = len(self._spans.setdefault(who, {})) + 1
        key = _key(item) or f"annotation {number}"
        labels, notes, answers = self._bodies(item, who)
        labels = list(dict.fromkeys(labels))
        if not labels:
            labels = [str(value) for value in _listed(item.value.get("motivation"))] or [
                "annotation"
            ]
        span = SpanRecord(
            key,
            None if labels[0] == EXTENT and self._is_ours else labels[0],
            tuple(sorted(found, key=lambda each: each.start)),
            answers,
            "; ".join(notes),
            place=item.place,
        )
        extras = item.value.get("extras")
        self._spans[who][key] = with_extras(span, extras) if isinstance(extras, dict) else span
        self._owner[key] = who
        for at, name in enumerate(labels[1:], 2):
            sentence = SECOND_LABEL.format(name[:40])
            self._findings.repaired(item.file, item.place, sentence)
            further = replace(span, id=f"{key} ({at})", label=name, attributes={}, note="")
            self._spans[who].setdefault(further.id, further)

    def _bodies(self, item: _Item, who: str) -> tuple[list[str], list[str], dict[str, Answer]]:
        labels: list[str] = []
        notes: list[str] = []
        identified: list[str] = []
        answers: dict[str, Answer] = {}
        for body in [*_listed(item.value.get("body")), *_listed(item.value.get("bodyValue"))]:
            value = body.get("value") if isinstance(body, dict) else body
            purpose = body.get("purpose", "") if isinstance(body, dict) else ""
            name = body.get("attribute") if isinstance(body, dict) else None
            if not isinstance(value, str | bool):
                self._findings.lost(item.file, item.place, "A body without words is left out.")
            elif isinstance(name, str) and purpose == "identifying":
                answers[name] = self._entity(who, str(value))
            elif isinstance(name, str):
                answers[name] = value
            elif purpose == "identifying":
                identified.append(str(value))
            elif purpose in ("classifying", "tagging"):
                labels.append(str(value))
            else:
                notes.append(str(value))
        for value in identified if labels else identified[1:]:
            sentence = f"That it identifies “{value[:80]}” is left out."
            self._findings.lost(item.file, item.place, sentence)
        return labels or identified[:1], notes, answers

    def _entity(self, who: str, name: str) -> str:
        known = self._entities.setdefault(who, {})
        return known.setdefault(name, EntityRecord(f"name {len(known) + 1}", name)).id

    def _fragment(self, target: Any, item: _Item) -> FragmentRecord | None:
        """None, with a finding, where no selector leads to a place."""
        selectors = _selectors(target)
        position = next((s for s in selectors if s.get("type") == "TextPositionSelector"), {})
        quote = next((s for s in selectors if s.get("type") == "TextQuoteSelector"), {})
        exact = quote.get("exact") if isinstance(quote.get("exact"), str) else ""
        start, end = position.get("start"), position.get("end")
        if type(start) is int and type(end) is int and 0 <= start < end:
            return FragmentRecord(start, end, str(exact))
        reason = "It has no selector of text positions or of a text quote."
        if position:
            reason = f"{start}-{end} is no stretch: its end does not follow its start."
        elif exact:
            places = self._places(str(exact), quote)
            if len(places) == 1:
                return FragmentRecord(places[0], places[0] + len(str(exact)), str(exact))
            reason = f"Its words stand at {len(places)} places of the text, not at one."
        self._findings.refused(item.file, item.place, reason)
        return None

    def _places(self, exact: str, quote: Json) -> list[int]:
        prefix, suffix = (str(quote.get(name) or "") for name in ("prefix", "suffix"))
        whole, at = prefix + exact + suffix, -1
        found: list[int] = []
        while len(found) < 100 and (at := self._text.find(whole, at + 1)) >= 0:
            found.append(at + len(prefix))
        return found

    def _link(self, item: _Item) -> tuple[str, LinkRecord] | None:
        source = _begins_at(item)
        targets = _listed(item.value["target"])
        target = next((each for each in targets if type(each) is str), "")
        if source not in self._owner or self._owner.get(target) != self._owner[source]:
            reason = "It links annotations that are not both here and of one annotator."
            self._findings.refused(item.file, item.place, reason)
            return None
        cues = [self._fragment(each, item) for each in targets if isinstance(each, dict)]
        cue = cues[0] if cues else None
        return self._owner[source], LinkRecord(source, target, cue, place=item.place)


def _about(
    about: Any, path: str, source: str, hints: Hints
) -> tuple[ArticleRecord, dict[str, tuple[bool, AssignmentRecord]]]:
    stem = PurePosixPath(source).stem or PurePosixPath(path).stem
    if not isinstance(about, dict):
        return ArticleRecord(stem, stem, "", "", 0, language=hints.language), {}
    works: dict[str, tuple[bool, AssignmentRecord]] = {}
    try:
        for each in about["works"]:
            row = {key: value for key, value in each.items() if key != "gold"}
            work = load(AssignmentRecord, row)
            works["\0gold" if each["gold"] else work.annotator] = (each["gold"] is True, work)
        return load(ArticleRecord, about["article"]), works
    except (Wrong, KeyError, TypeError, AttributeError) as wrong:
        raise FileRefused(path, f"Its “about” is not what it should be ({wrong}).") from wrong


def _selectors(target: Any) -> list[Json]:
    """A target's selectors with those that refine them, innermost first."""
    found: list[Json] = []
    waiting = _listed(target.get("selector")) if isinstance(target, dict) else []
    while waiting and len(found) < 20:
        selector = waiting.pop()
        if isinstance(selector, dict):
            found.insert(0, selector)
            waiting += _listed(selector.get("refinedBy"))
            if selector.get("type") == "Choice":
                waiting += _listed(selector.get("items"))
    return found


FORM = Form(
    name="w3c",
    title="W3C Web Annotation (JSON-LD)",
    endings=(".jsonld",),
    about="For annotation tools of the web: a page of annotations and a text for each article, "
    "selected by position and by quote.",
    losses=LOSSES,
    write=write,
    read=read,
    recognises=recognises,
)

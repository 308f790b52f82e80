"""What Label Studio, doccano and Prodigy have in common: a text with labelled stretches in JSON.

A stretch, a label and a relation are theirs; what they have no field for stands beside it under
"sourcemark", which they keep or pass over. Offsets are written as code points, as Python cuts a
text; where words stand beside the places, a file that counts UTF-16 units is noticed by them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from annotations.text.cleaning import sha256
from annotations.text.offsets import Stretch, Utf16Table

from ..frame import FileRefused, Findings, Hints
from ..frame.record_json import Wrong, dump, load
from ..frame.settling import settle_text
from ..records import (
    ArticleRecord,
    AssignmentRecord,
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    SpanRecord,
)
from ._brat_lines import read_stretch
from ._works import EXTENT, span_extras, with_extras, with_works

OURS = "sourcemark"
TO_ITSELF = "Relations of a span to itself are left out."
SECOND_LINKS = "There is no place for second links between the same two spans"
LINK_KIND = "There is no place for the kind of relation “{}” (read as a link)"
COUNTED_ANEW = "Its places count UTF-16 units; they were counted anew."
REDRAWN = "Its ends are no longer those of its {} stretches; it is one stretch now."
Json: TypeAlias = dict[str, Any]
Kinds: TypeAlias = Mapping[tuple[str | None, str], str]


# --- writing --------------------------------------------------------------------------------------


def about_article(article: ArticleRecord) -> Json:
    """What lies beside the text."""
    bare = replace(article, text="", assignments=(), gold=None, threads=(), soft_labels=())
    return dump(bare)


def about_work(work: AssignmentRecord, *, is_gold: bool) -> Json:
    return {"gold": is_gold, **dump(replace(work, spans=(), links=(), entities=()))}


def about_span(span: SpanRecord, names: Mapping[str, str], kinds: Kinds) -> Json:
    """All of a span but its label and its first and last place."""
    answers: Json = {}
    named: Json = {}
    for name, answer in span.attributes.items():
        if answer in names and kinds.get((span.label, name), "entity") == "entity":
            named[name] = names[str(answer)]
        else:
            answers[name] = answer
    parts = [list(part) for part in span.stretch] if len(span.fragments) > 1 else []
    return span_extras(
        span, note=span.note, flag=span.flag, answers=answers, names=named, fragments=parts
    )


def about_link(link: LinkRecord) -> Json:
    return {"cue": dump(link.cue)} if link.cue else {}


# --- reading --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Region:
    """A labelled stretch as a file has it."""

    key: str
    label: str
    start: int
    end: int
    words: str
    place: str
    more: Json = field(default_factory=dict)
    parts: list[tuple[int, int, str]] = field(default_factory=list)  # its stretches, if several
    further: list[str] = field(default_factory=list)  # labels beside the first


@dataclass(slots=True)
class TaskWork:
    """One annotator's regions on a text; `about` is ours, None in files of others."""

    annotator: str
    regions: list[Region] = field(default_factory=list)
    links: list[tuple[str, str, Json, str]] = field(default_factory=list)  # from, to, ours, place
    about: Json | None = None
    is_gold: bool = False
    is_of_html: bool = False  # so places count the words between the tags
    said: list[str] = field(default_factory=list)  # what was put right while reading


@dataclass(slots=True)
class Task:
    """A text with everyone's work on it."""

    text: str
    title: str
    place: str
    about: Json | None = None
    works: list[TaskWork] = field(default_factory=list)


def make_article(task: Task, *, file: str, hints: Hints, findings: Findings) -> ArticleRecord:
    """Raises FileRefused."""
    article = ArticleRecord(task.title, task.title, "", "", 0, language=hints.language)
    regions = article.regions
    if task.about is not None:
        try:
            article = load(ArticleRecord, task.about)
        except Wrong as wrong:
            raise FileRefused(file, str(wrong), place=task.place) from wrong
        regions = article.regions
    works = []
    is_told = False
    for each in task.works:
        for sentence in each.said:
            findings.repaired(file, task.place, sentence)
        is_ours = task.about is not None or each.about is not None
        maker = _Maker(task.text, file, findings, is_ours=is_ours)
        try:
            works.append(maker.work(each))
        except Wrong as wrong:
            raise FileRefused(file, str(wrong), place=task.place) from wrong
        if maker.counted_anew_at and not is_told:
            findings.repaired(file, maker.counted_anew_at, COUNTED_ANEW)
            is_told = True
    known = article.sha256 if sha256(task.text) == article.sha256 else ""
    article = replace(article, text=task.text, sha256=known, place=task.place)
    settled = settle_text(with_works(article, works), file=file, hints=hints)
    return replace(settled, regions=regions)


class _Maker:
    def __init__(self, text: str, file: str, findings: Findings, *, is_ours: bool) -> None:
        self._text = text
        self._file = file
        self._is_ours = is_ours  # so the label Extent means an extent
        self._findings = findings
        self._entities: dict[str, EntityRecord] = {}
        self.counted_anew_at = ""  # the first place of a work that counts UTF-16 units

    def work(self, given: TaskWork) -> tuple[bool, AssignmentRecord]:
        about = AssignmentRecord(given.annotator)
        if given.about is not None:
            row = {key: value for key, value in given.about.items() if key != "gold"}
            about = load(AssignmentRecord, row)
        table = self._table(given.regions)
        spans: dict[str, SpanRecord] = {}
        for region in given.regions:
            if region.key in spans:
                reason = f"The id “{region.key[:40]}” stands twice."
                self._findings.refused(self._file, region.place, reason)
            elif (span := self._span(region, table)) is not None:
                spans[region.key] = span
        made = [link for each in given.links if (link := self._link(each, spans)) is not None]
        links = {(link.source, link.target): link for link in made}
        if len(links) < len(made):
            self._findings.count_lost(self._file, SECOND_LINKS, len(made) - len(links))
        work = replace(
            about,
            spans=tuple(spans.values()),
            links=tuple(links.values()),
            entities=tuple(self._entities.values()),
        )
        return given.is_gold, work

    def _table(self, regions: Sequence[Region]) -> Utf16Table | None:
        """One when the words beside the places fit UTF-16 units better than code points."""
        units = Utf16Table(self._text)
        if units.units == units.length:
            return None
        plain = fits = 0
        for each in regions:
            for start, end, words in each.parts or [(each.start, each.end, each.words)]:
                plain += self._text[start:end] == words
                if words and 0 <= start <= end <= units.units:
                    here = slice(units.to_code_points(start), units.to_code_points(end))
                    fits += self._text[here] == words
        if fits <= plain:
            return None
        self.counted_anew_at = regions[0].place
        return units

    def _span(self, region: Region, table: Utf16Table | None) -> SpanRecord | None:
        given = region.parts or [(region.start, region.end, region.words)]
        fragments = []
        for start, end, words in given:
            if not 0 <= start < end:
                reason = f"{start}-{end} is no stretch: its end does not follow its start."
                self._findings.refused(self._file, region.place, reason)
                return None
            if not all(_is_edge(place, table) for place in (start, end)):
                reason = f"{start}-{end} begins or ends inside a character, between its halves."
                self._findings.refused(self._file, region.place, reason)
                return None
            fragments.append(FragmentRecord(_moved(start, table), _moved(end, table), words))
        if not region.parts and (stretch := read_stretch(region.more.get("fragments"))):
            fragments = self._apart(fragments[0], stretch, table, region)
        names = region.more.get("names")
        answers = {
            name: self._entity(value)
            for name, value in (names.items() if isinstance(names, dict) else ())
            if isinstance(value, str)
        }
        label = None if region.label == EXTENT and self._is_ours else region.label
        span = SpanRecord(region.key, label, tuple(fragments), answers, place=region.place)
        return with_extras(span, region.more)

    def _apart(
        self,
        whole: FragmentRecord,
        stretch: list[Stretch],
        table: Utf16Table | None,
        region: Region,
    ) -> list[FragmentRecord]:
        """Our stretches, unless somebody drew the span anew; whoever counted places anew may have
        done so with these, too."""
        moved = [(_moved(start, table), _moved(end, table)) for start, end in stretch]
        here = self._text[whole.start : whole.end]
        for each in (stretch, moved) if whole.text in ("", here) else ():
            if (each[0][0], each[-1][1]) == (whole.start, whole.end):
                return [FragmentRecord(a, b, self._text[a:b]) for a, b in each]
        self._findings.repaired(self._file, region.place, REDRAWN.format(len(stretch)))
        return [whole]

    def _entity(self, name: str) -> str:
        made = EntityRecord(f"name {len(self._entities) + 1}", name)
        return self._entities.setdefault(name, made).id

    def _link(
        self, given: tuple[str, str, Json, str], spans: Mapping[str, SpanRecord]
    ) -> LinkRecord | None:
        source, target, ours, place = given
        if source == target:
            self._findings.lost_once(self._file, TO_ITSELF)
            return None
        if source not in spans or target not in spans:
            reason = "A relation does not join two spans of one annotator."
            self._findings.refused(self._file, place, reason)
            return None
        cue = load(FragmentRecord, ours["cue"], "cue") if "cue" in ours else None
        return LinkRecord(source, target, cue, place=place)


def _is_edge(place: int, table: Utf16Table | None) -> bool:
    """Whether it lies between characters, not between the halves of one."""
    if table is None or place > table.units:
        return True
    return table.to_utf16(table.to_code_points(place)) == place


def _moved(place: int, table: Utf16Table | None) -> int:
    return table.to_code_points(place) if table and 0 <= place <= table.units else place


def ours_of(value: Json) -> Json:
    found = value.get(OURS)
    return found if isinstance(found, dict) else {}


def joined(tasks: Sequence[Task]) -> Task:
    """Tasks on one text as one."""
    first = tasks[0]
    return replace(first, works=[work for task in tasks for work in task.works])

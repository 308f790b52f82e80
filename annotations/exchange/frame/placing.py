"""Whether marks lie where their words are: the step that every format's records pass.

A stretch without words gets those that stand there. A stretch whose words stand elsewhere is moved
when they stand at exactly one place nearby, and that is reported; else the mark is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from annotations.text.offsets import grow_to_graphemes, is_grapheme_edge

from ..records import (
    ArticleRecord,
    AssignmentRecord,
    FragmentRecord,
    GoldRecord,
    LinkRecord,
    SpanRecord,
    ThreadRecord,
)
from .findings import Findings
from .naming import canonical_work

NEAR = 400  # code points on either side in which misplaced words are looked for
SHOWN = 60  # code points of a quote that a sentence shows


class _Misplaced(Exception):
    """A stretch that fits nowhere; its words say why."""


class _Wordless(Exception):
    """A stretch of white space alone, as layout leaves behind: nobody answers for it."""


def place_article(article: ArticleRecord, *, findings: Findings) -> ArticleRecord:
    """The article with all marks on their words. What cannot be placed is left out and refused."""
    file = article.file
    placing = _Placing(article, file, findings)
    gold = article.gold
    if gold is not None:
        marks = placing.work(AssignmentRecord("gold", gold.spans, gold.links, gold.entities))
        gold = replace(gold, spans=marks.spans, links=marks.links)
        gold = _with_known_spans(gold)
    works = tuple(placing.work(work) for work in article.assignments)
    return replace(
        article,
        gold=gold,
        assignments=tuple(_once_each(works, article, findings)),
        threads=tuple(placing.thread(thread) for thread in article.threads),
    )


def _once_each(
    works: Sequence[AssignmentRecord], article: ArticleRecord, findings: Findings
) -> Iterator[AssignmentRecord]:
    """One set of marks of each annotator: a second one that says the same is passed over, one that
    says something else is refused."""
    first: dict[str, AssignmentRecord] = {}
    for work in works:
        if work.annotator not in first:
            first[work.annotator] = work
            yield work
            continue
        who = f"“{work.annotator[:40]}” has two sets of marks on “{article.title[:60]}”"
        if canonical_work(work) == canonical_work(first[work.annotator]):
            findings.repaired(article.file, article.place, f"{who}, the same; they count once.")
        else:
            findings.refused(article.file, article.place, f"{who}.")


def _with_known_spans(gold: GoldRecord) -> GoldRecord:
    known = {"", *(span.id for span in gold.spans)}
    kept = tuple(each for each in gold.provenance if each.span in known)
    joined = tuple(each for each in gold.link_provenance if {each.source, each.target} <= known)
    return replace(gold, provenance=kept, link_provenance=joined)


class _Placing:
    def __init__(self, article: ArticleRecord, file: str, findings: Findings) -> None:
        self._text = article.text
        self._article = article
        self._file = file
        self._findings = findings

    def work(self, work: AssignmentRecord) -> AssignmentRecord:
        spans: dict[object, SpanRecord] = {}
        same_as: dict[str, str] = {}
        seen: set[str] = set()
        for span in work.spans:
            if span.id in seen:
                self._refuse(span, "Another mark has the same id.")
                continue
            seen.add(span.id)
            try:
                placed = self._span(span)
            except _Misplaced as misplaced:
                self._refuse(span, str(misplaced))
                continue
            except _Wordless:
                kind = span.label or "extent"
                self._findings.lost_once(self._file, f"Marks of “{kind}” on white space alone.")
                continue
            first = spans.setdefault((placed.label, placed.stretch), placed)
            same_as[span.id] = first.id
            if first is not placed:
                what = f"It is the same {span.label or 'extent'} as {first.id} and counts once."
                self._findings.repaired(self._file, self._where(span), what)
        links = tuple(self._links(work, same_as, seen))
        return replace(work, spans=tuple(spans.values()), links=links)

    def thread(self, thread: ThreadRecord) -> ThreadRecord:
        if thread.about is None:
            return thread
        try:
            return replace(thread, about=self._fragment(thread.about, "A thread", ""))
        except _Misplaced:
            return replace(thread, about=None)

    def _span(self, span: SpanRecord) -> SpanRecord:
        if not span.fragments:
            raise _Misplaced("It marks nothing.")
        where = self._where(span)
        parts = [self._fragment(part, f"Mark {span.id}", where) for part in span.fragments]
        parts = self._joined(sorted(parts, key=lambda part: (part.start, part.end)), span)
        if not any(part.text.strip() for part in parts):
            raise _Wordless
        return replace(span, fragments=tuple(parts))

    def _joined(self, parts: list[FragmentRecord], span: SpanRecord) -> list[FragmentRecord]:
        """Stretches that touch or overlap are one."""
        if all(left.end < right.start for left, right in pairwise(parts)):
            return parts
        joined = [parts[0]]
        for part in parts[1:]:
            last = joined[-1]
            if part.start <= last.end:
                end = max(last.end, part.end)
                joined[-1] = FragmentRecord(last.start, end, self._text[last.start : end])
            else:
                joined.append(part)
        sentence = f"{len(parts)} stretches of mark {span.id} touch; they are {len(joined)} now."
        self._findings.repaired(self._file, self._where(span), sentence)
        return joined

    def _fragment(self, part: FragmentRecord, name: str, where: str) -> FragmentRecord:
        """Where it stands. Raises _Misplaced."""
        start, end, text = part.start, part.end, self._text
        if start < 0 or end < 0:
            raise _Misplaced(f"{start}–{end} begins before the text.")
        if start >= end:
            raise _Misplaced(f"Its end {end} does not lie after its start {start}.")
        if part.text and not _same(text[start:end], part.text):
            start, end = self._found(part)
            sentence = (
                f"{name}: {_shown(part.text)} stood at {part.start}–{part.end} in the file and "
                f"stands at {start}–{end}; it was moved."
            )
            self._findings.repaired(self._file, where, sentence)
        if end > len(text):
            raise _Misplaced(
                f"{start}–{end} lies outside the text, which has {len(text)} code points."
            )
        if not (is_grapheme_edge(text, start) and is_grapheme_edge(text, end)):
            grown = grow_to_graphemes(text, start, end)
            sentence = (
                f"{name}: {start}–{end} cuts a character in two; it is "
                f"{grown[0]}–{grown[1]} now, {_shown(text[slice(*grown)])}."
            )
            self._findings.repaired(self._file, where, sentence)
            start, end = grown
        return FragmentRecord(start, end, text[start:end])

    def _found(self, part: FragmentRecord) -> tuple[int, int]:
        """The one place nearby where the words stand."""
        low = max(0, min(part.start, len(self._text)) - NEAR)
        window = self._text[low : part.end + NEAR]
        stands = f"At {part.start}–{part.end} stands {_shown(self._text[part.start : part.end])}"
        at = window.find(part.text)
        if at < 0:
            raise _Misplaced(f"{stands}, not {_shown(part.text)}, which is nowhere near.")
        if window.find(part.text, at + 1) >= 0:
            raise _Misplaced(f"{stands}, not {_shown(part.text)}, which is near more than once.")
        return low + at, low + at + len(part.text)

    def _links(
        self, work: AssignmentRecord, same_as: Mapping[str, str], seen: set[str]
    ) -> Iterator[LinkRecord]:
        ends: set[tuple[str, str]] = set()
        for link in work.links:
            where = link.place or self._article.place
            name = f"The link {link.source} → {link.target}"
            missing = [end for end in (link.source, link.target) if end not in seen]
            if missing:
                self._findings.refused(self._file, where, f"{name}: there is no mark {missing[0]}.")
                continue
            if not {link.source, link.target} <= same_as.keys():
                continue  # said of the mark already
            source, target = same_as[link.source], same_as[link.target]
            if source == target:
                sentence = f"{name} leads back to where it begins; it is left out."
                self._findings.lost(self._file, where, sentence)
            elif (source, target) in ends:
                self._findings.repaired(
                    self._file, where, f"{name} is there twice; it counts once."
                )
            else:
                ends.add((source, target))
                yield replace(link, source=source, target=target, cue=self._cue(link, name, where))

    def _cue(self, link: LinkRecord, name: str, where: str) -> FragmentRecord | None:
        if link.cue is None:
            return None
        try:
            return self._fragment(link.cue, f"{name}, cue", where)
        except _Misplaced as misplaced:
            self._findings.refused(self._file, where, f"{name}, cue: {misplaced}")
            return None

    def _refuse(self, span: SpanRecord, why: str) -> None:
        name = f"Mark {span.id} ({span.label or 'extent'})"
        self._findings.refused(self._file, self._where(span), f"{name}: {why}")

    def _where(self, span: SpanRecord) -> str:
        return span.place or self._article.place


def _same(found: str, quoted: str) -> bool:
    """Whether they are the same words; files often have a space for a line end."""
    return found == quoted or (
        len(found) == len(quoted)
        and all(a == b or (a.isspace() and b.isspace()) for a, b in zip(found, quoted, strict=True))
    )


def _shown(words: str) -> str:
    line = " ".join(words.split())
    return f"“{line if len(line) <= SHOWN else line[: SHOWN - 1] + '…'}”"

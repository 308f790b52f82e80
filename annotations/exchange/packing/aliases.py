"""Aliases for people, where names stand for themselves and where they stand in free words."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from ..records import (
    ArticleRecord,
    AssignmentRecord,
    GoldRecord,
    LinkProvenanceRecord,
    PersonRecord,
    ProvenanceRecord,
    RulingRecord,
    SpanRecord,
    StudyRecord,
    ThreadRecord,
    VoteRecord,
)

Decided = TypeVar("Decided", ProvenanceRecord, LinkProvenanceRecord)

UNKNOWN = "person-unknown"
ADDRESS = "[e-mail address]"
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@\w[\w-]*(?:\.\w[\w-]*)+")


def pseudonyms(study: StudyRecord) -> dict[str, str]:
    """A name for each person that stays the same from export to export, whoever joins later.

    It is made of the study's id and the person's, neither of which the export then holds.
    """
    aliases: dict[str, str] = {}
    taken: set[str] = set()
    for person in sorted(study.people, key=lambda each: each.id or each.name):
        told = f"{study.id} {person.id or person.name}"
        digest = hashlib.sha256(told.encode()).hexdigest()
        length = 6
        while (alias := f"person-{digest[:length]}") in taken:
            length += 1
        taken.add(alias)
        aliases[person.name] = alias
    return aliases


class Renaming:
    """Puts aliases in the place of names.

    In free words (notes, threads, reasons) user names and full names go however they are written,
    the parts of a full name as they are written in it, and e-mail addresses. A part that two
    people share becomes UNKNOWN. Nicknames and misspellings stay: nobody can know them.
    """

    def __init__(self, study: StudyRecord) -> None:
        self.aliases = pseudonyms(study)
        whole: defaultdict[str, set[str]] = defaultdict(set)
        parts: defaultdict[str, set[str]] = defaultdict(set)
        for person in study.people:
            alias = self.aliases[person.name]
            whole[person.name.casefold()].add(alias)
            if shown := " ".join(person.shown.split()):
                whole[shown.casefold()].add(alias)
                for part in shown.split():
                    if len(part.strip(".")) > 1 and not part[0].islower():  # no “de”, “von”
                        parts[part].add(alias)
        self._whole, self._parts = _one_each(whole), _one_each(parts)
        self._any_case = _pattern(self._whole, re.IGNORECASE)
        self._as_written = _pattern(self._parts)

    def called(self, name: str) -> str:
        return self.aliases.get(name, UNKNOWN) if name else ""

    def words(self, words: str, *, neutral: bool = False) -> str:
        """`neutral`: UNKNOWN for everybody. Who wrote the words and reads the export knows which
        name they wrote, and would learn from an alias whose it is."""
        if not words:
            return words
        words = _ADDRESS.sub(ADDRESS, words)
        if neutral:
            return self._as_written.sub(UNKNOWN, self._any_case.sub(UNKNOWN, words))
        words = self._any_case.sub(lambda found: self._of(found[0]), words)
        return self._as_written.sub(lambda found: self._parts[found[0]], words)

    def _of(self, found: str) -> str:
        return self._whole.get(" ".join(found.casefold().split()), UNKNOWN)

    def study(self, study: StudyRecord) -> StudyRecord:
        people = (PersonRecord(self.called(p.name), is_model=p.is_model) for p in study.people)
        codebooks = tuple(
            replace(
                each,
                created_by=self.aliases.get(each.created_by, ""),
                reason=self.words(each.reason),
            )
            for each in study.codebooks
        )
        return replace(
            study,
            id="",
            description=self.words(study.description),
            people=tuple(sorted(people, key=lambda person: person.name)),
            codebooks=codebooks,
        )

    def article(self, article: ArticleRecord) -> ArticleRecord:
        works = (self._work(work) for work in article.assignments)
        return replace(
            article,
            assignments=tuple(sorted(works, key=lambda work: work.annotator)),
            gold=article.gold and self._gold(article.gold),
            threads=tuple(map(self._thread, article.threads)),
        )

    def _work(self, work: AssignmentRecord) -> AssignmentRecord:
        spans = tuple(map(self._span, work.spans))
        return replace(work, annotator=self.called(work.annotator), spans=spans)

    def _span(self, span: SpanRecord) -> SpanRecord:
        return replace(span, note=self.words(span.note)) if span.note else span

    def _gold(self, gold: GoldRecord) -> GoldRecord:
        return replace(
            gold,
            spans=tuple(map(self._span, gold.spans)),
            provenance=tuple(map(self._provenance, gold.provenance)),
            link_provenance=tuple(map(self._link_provenance, gold.link_provenance)),
        )

    def _provenance(self, each: ProvenanceRecord) -> ProvenanceRecord:
        return replace(self._decided(each), votes=tuple(map(self._vote, each.votes)))

    def _link_provenance(self, each: LinkProvenanceRecord) -> LinkProvenanceRecord:
        called = (replace(vote, annotator=self.called(vote.annotator)) for vote in each.votes)
        return replace(self._decided(each), votes=tuple(called))

    def _decided(self, each: Decided) -> Decided:
        return replace(
            each,
            agreed_exactly=self._all(each.agreed_exactly),
            agreed_nearly=self._all(each.agreed_nearly),
            dissent=self._all(each.dissent),
            decided_by=self.called(each.decided_by),
            note=self.words(each.note, neutral=True),
            rulings=tuple(map(self._ruling, each.rulings)),
        )

    def _ruling(self, ruling: RulingRecord) -> RulingRecord:
        return replace(ruling, by=self.called(ruling.by))

    def _vote(self, vote: VoteRecord) -> VoteRecord:
        return replace(vote, annotator=self.called(vote.annotator), note=self.words(vote.note))

    def _all(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(map(self.called, names)))

    def _thread(self, thread: ThreadRecord) -> ThreadRecord:
        messages = (
            replace(each, by=self.called(each.by), text=self.words(each.text, neutral=True))
            for each in thread.messages
        )
        return replace(thread, messages=tuple(messages))


def _one_each(found: Mapping[str, set[str]]) -> dict[str, str]:
    return {
        name: next(iter(aliases)) if len(aliases) == 1 else UNKNOWN
        for name, aliases in found.items()
    }


def _pattern(names: Mapping[str, str], flags: int = 0) -> re.Pattern[str]:
    """The names as whole words, the longest first; nothing where there are none."""
    longest = sorted(names, key=len, reverse=True)
    either = "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if either else r"(?!)", flags)

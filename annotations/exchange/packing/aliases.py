"""Aliases for people, where names stand for themselves and where they stand in free words."""

import hmac
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TypeVar

from ..records import (
    Answer,
    ArticleRecord,
    AssignmentRecord,
    AttributeRecord,
    CodebookRecord,
    GoldRecord,
    LabelRecord,
    LinkProvenanceRecord,
    PersonRecord,
    ProvenanceRecord,
    RuleRecord,
    RulingRecord,
    SpanRecord,
    StudyRecord,
    ThreadRecord,
    VoteRecord,
)
from .asked import Asked

Decided = TypeVar("Decided", ProvenanceRecord, LinkProvenanceRecord)

UNKNOWN = "person-unknown"
ADDRESS = "[e-mail address]"
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@\w[\w-]*(?:\.\w[\w-]*)+")


DIGITS = 10  # two of a thousand people share them once in two million studies


def pseudonyms(study: StudyRecord, secret: bytes) -> dict[str, str]:
    """A name for each person that stays the same from export to export, whoever joins later.

    Without the secret nobody who knows the people's ids can tell which alias is whose.
    """
    if not secret:
        raise ValueError("Pseudonyms need a secret.")
    digests = {
        person.name: hmac.digest(
            secret, f"{study.id} {person.id or person.name}".encode(), "sha256"
        ).hex()
        for person in study.people
    }
    sharing = Counter(digest[:DIGITS] for digest in digests.values())
    return {
        name: f"person-{digest if sharing[digest[:DIGITS]] > 1 else digest[:DIGITS]}"
        for name, digest in digests.items()
    }


class Renaming:
    """Puts aliases in the place of names.

    In free words (notes, threads, reasons, text answers, definitions and rules of the codebook,
    names of the study, its rounds and reports) user names and full names go however they are
    written, the parts of a full name as they are written in it, and e-mail addresses; UNKNOWN
    stands there. Nicknames and misspellings stay: nobody can know them.

    The article and its particulars, names in ledgers, names of labels, questions and choices stay:
    they are of the news, or keys that the marks refer to.
    """

    def __init__(self, study: StudyRecord, secret: bytes) -> None:
        self.aliases = pseudonyms(study, secret)
        self._asked_for = Asked(study)
        whole, parts = set(), set()
        for person in study.people:
            whole.add(person.name)
            if shown := " ".join(person.shown.split()):
                whole.add(shown)
                for part in shown.split():
                    if len(part.strip(".")) > 1 and not part[0].islower():  # no “de”, “von”
                        parts.add(part)
        self._any_case = _pattern(whole, re.IGNORECASE)
        self._as_written = _pattern(parts)
        self._rounds: dict[str, str] = {}
        for each in study.rounds:
            self._rounds[each.name] = _untaken(self.words(each.name), {*self._rounds.values()})

    def called(self, name: str) -> str:
        return self.aliases.get(name, UNKNOWN) if name else ""

    def words(self, words: str) -> str:
        """UNKNOWN for everybody, not their alias: whoever reads on a page of the study which name
        stands there, or wrote it, would learn from an alias whose it is."""
        if not words:
            return words
        words = _ADDRESS.sub(ADDRESS, words)
        return self._as_written.sub(UNKNOWN, self._any_case.sub(UNKNOWN, words))

    def round(self, name: str) -> str:
        return self._rounds.get(name) or self.words(name)

    def study(self, study: StudyRecord) -> StudyRecord:
        people = (PersonRecord(self.called(p.name), is_model=p.is_model) for p in study.people)
        return replace(
            study,
            id="",
            name=self.words(study.name),
            description=self.words(study.description),
            people=tuple(sorted(people, key=lambda person: person.name)),
            rounds=tuple(replace(each, name=self.round(each.name)) for each in study.rounds),
            codebooks=tuple(map(self._codebook, study.codebooks)),
        )

    def _codebook(self, book: CodebookRecord) -> CodebookRecord:
        return replace(
            book,
            created_by=self.aliases.get(book.created_by, ""),
            reason=self.words(book.reason),
            labels=tuple(map(self._label, book.labels)),
            rules=tuple(map(self._rule, book.rules)),
        )

    def _label(self, label: LabelRecord) -> LabelRecord:
        return replace(
            label,
            definition=self.words(label.definition),
            attributes=tuple(map(self._asked, label.attributes)),
            rules=tuple(map(self._rule, label.rules)),
        )

    def _asked(self, attribute: AttributeRecord) -> AttributeRecord:
        return replace(attribute, title=self.words(attribute.title))

    def _rule(self, rule: RuleRecord) -> RuleRecord:
        return replace(
            rule,
            title=self.words(rule.title),
            text=self.words(rule.text),
            examples_yes=tuple(map(self.words, rule.examples_yes)),
            examples_no=tuple(map(self.words, rule.examples_no)),
            hard_cases=tuple(map(self.words, rule.hard_cases)),
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
        return replace(
            work,
            annotator=self.called(work.annotator),
            round=self.round(work.round),
            spans=spans,
        )

    def _span(self, span: SpanRecord) -> SpanRecord:
        if not span.note and not span.attributes:
            return span
        answers = self._answers(span.label or "", span.attributes)
        note = self.words(span.note)
        return replace(span, note=note, attributes=answers)

    def _answers(self, label: str, answers: Mapping[str, Answer]) -> dict[str, Answer]:
        """Those in free words without names; choices and entries of a ledger stay."""
        return {
            name: self.words(answer)
            if isinstance(answer, str) and self._asked_for.is_free(label, name)
            else answer
            for name, answer in answers.items()
        }  # fmt: skip

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
            note=self.words(each.note),
            rulings=tuple(map(self._ruling, each.rulings)),
        )

    def _ruling(self, ruling: RulingRecord) -> RulingRecord:
        return replace(ruling, by=self.called(ruling.by))

    def _vote(self, vote: VoteRecord) -> VoteRecord:
        return replace(
            vote,
            annotator=self.called(vote.annotator),
            note=self.words(vote.note),
            attributes=self._answers(vote.label, vote.attributes),
        )

    def _all(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(map(self.called, names)))

    def _thread(self, thread: ThreadRecord) -> ThreadRecord:
        messages = (
            replace(each, by=self.called(each.by), text=self.words(each.text))
            for each in thread.messages
        )
        return replace(thread, messages=tuple(messages))


def _untaken(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name} {number}"
    return found


def _pattern(names: Collection[str], flags: int = 0) -> re.Pattern[str]:
    """The names as whole words, the longest first; nothing where there are none."""
    longest = sorted(names, key=lambda name: (-len(name), name))
    either = "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if either else r"(?!)", flags)

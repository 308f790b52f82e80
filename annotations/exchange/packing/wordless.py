"""An article as offsets, without the words of its text.

Fragments lose theirs. Answers in free words and notes that stand in the text word for word are
quotes of it, and go. Words are compared without regard to capitals, white space and the quotation
marks around them.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from ..records import (
    Answer,
    ArticleRecord,
    AssignmentRecord,
    FragmentRecord,
    GoldRecord,
    LinkProvenanceRecord,
    LinkRecord,
    LinkVoteRecord,
    ProvenanceRecord,
    RulingRecord,
    SpanRecord,
    ThreadRecord,
    VoteRecord,
)
from .asked import Asked

AROUND = " \"'`“”„‟‘’‚‛«»‹›….,;:()[]"


def without_text(article: ArticleRecord, asked: Asked) -> ArticleRecord:
    """Offsets and the text's hash stay; the words of every stretch go, and what quotes them."""
    of = _Wordless(article.text, asked)
    gold = article.gold
    return replace(
        article,
        text="",
        gold=gold and of.gold(gold),
        assignments=tuple(map(of.work, article.assignments)),
        threads=tuple(map(_thread, article.threads)),
    )


def _folded(words: str) -> str:
    return " ".join(words.split()).casefold()


class _Wordless:
    def __init__(self, text: str, asked: Asked) -> None:
        self._text = _folded(text)
        self._asked = asked

    def _quotes(self, words: str) -> bool:
        bare = _folded(words).strip(AROUND)
        return bare != "" and bare in self._text

    def _unless_quote(self, words: str) -> str:
        return "" if self._quotes(words) else words

    def _answers(
        self, label: str, answers: Mapping[str, Answer], names: Collection[str]
    ) -> dict[str, Answer]:
        """`names` are ids of the ledger, which are no words."""
        return {
            name: answer
            for name, answer in answers.items()
            if not isinstance(answer, str)
            or answer in names
            or not self._asked.is_free(label, name)
            or not self._quotes(answer)
        }

    def _span(self, span: SpanRecord, names: Collection[str]) -> SpanRecord:
        return replace(
            span,
            fragments=tuple(map(_fragment, span.fragments)),
            attributes=self._answers(span.label or "", span.attributes, names),
            note=self._unless_quote(span.note),
        )

    def work(self, work: AssignmentRecord) -> AssignmentRecord:
        names = {entity.id for entity in work.entities}
        return replace(
            work,
            spans=tuple(self._span(span, names) for span in work.spans),
            links=tuple(map(_link, work.links)),
        )

    def gold(self, gold: GoldRecord) -> GoldRecord:
        names = {entity.id for entity in gold.entities}
        return replace(
            gold,
            spans=tuple(self._span(span, names) for span in gold.spans),
            links=tuple(map(_link, gold.links)),
            provenance=tuple(map(self._provenance, gold.provenance)),
            link_provenance=tuple(map(self._link_provenance, gold.link_provenance)),
        )

    def _provenance(self, each: ProvenanceRecord) -> ProvenanceRecord:
        return replace(
            each,
            note=self._unless_quote(each.note),
            votes=tuple(map(self._vote, each.votes)),
            rulings=tuple(map(_ruling, each.rulings)),
        )

    def _vote(self, vote: VoteRecord) -> VoteRecord:
        return replace(
            vote,
            fragments=tuple(map(_fragment, vote.fragments)),
            attributes=self._answers(vote.label, vote.attributes, ()),
            note=self._unless_quote(vote.note),
        )

    def _link_provenance(self, each: LinkProvenanceRecord) -> LinkProvenanceRecord:
        return replace(
            each,
            note=self._unless_quote(each.note),
            votes=tuple(map(_link_vote, each.votes)),
            rulings=tuple(map(_ruling, each.rulings)),
        )


def _fragment(fragment: FragmentRecord) -> FragmentRecord:
    return replace(fragment, text="")


def _ruling(ruling: RulingRecord) -> RulingRecord:
    cue = _fragment(ruling.cue) if ruling.cue else None
    return replace(ruling, fragments=tuple(map(_fragment, ruling.fragments)), cue=cue)


def _link_vote(vote: LinkVoteRecord) -> LinkVoteRecord:
    return replace(vote, cue=_fragment(vote.cue)) if vote.cue else vote


def _link(link: LinkRecord) -> LinkRecord:
    return replace(link, cue=_fragment(link.cue)) if link.cue else link


def _thread(thread: ThreadRecord) -> ThreadRecord:
    return replace(thread, about=_fragment(thread.about)) if thread.about else thread

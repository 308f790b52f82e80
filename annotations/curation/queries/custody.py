"""Where a gold span comes from: who proposed it, how near, who decided, what came after."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.http import Http404

from annotations.accounts.models import User
from annotations.agreement import Unit
from annotations.agreement.pairing import n_shared
from annotations.marking.wire import Wire, parse_stretch

from ..ballots import EXTENT
from ..models import Case, GoldLink, GoldSpan, Ruling, RulingStatus
from .docket import Docket, fetch_docket
from .gold import dissent_of, same_answers
from .questions import Questions, read_questions

NEARNESS = {
    "exact": "Exactly this",
    "answers": "This span, other answers",
    "near": "Same label, other boundaries",
    "label": "Other label",
    "nothing": "Nothing here",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one annotator had here when it was decided. `share`: of the characters that either
    covers, those that both cover."""

    who: str
    nearness: str
    share: float
    label: str
    words: str
    answers: Sequence[tuple[str, str]]  # in the codebook's words
    at: str
    codebook: int | None
    flag: str
    note: str

    @property
    def title(self) -> str:
        return NEARNESS[self.nearness]


@dataclass(frozen=True, slots=True)
class Step:
    """One ruling on the case."""

    ruling: Ruling
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class Custody:
    """The chain of custody of one gold span."""

    docket: Docket
    gold: GoldSpan
    case: Case
    words: str
    proposals: tuple[Proposal, ...]
    steps: tuple[Step, ...]
    answers: Sequence[tuple[str, str]] = ()

    @property
    def agreement(self) -> str:
        """ "1 of 3 exactly, 2 this span with other answers"."""
        n = Counter(one.nearness for one in self.proposals)
        others = {"answers": "this span with other answers", "near": "nearly"}
        told = [f"{n[way]} {words}" for way, words in others.items() if n[way]]
        return ", ".join([f"{n['exact']} of {len(self.proposals)} exactly", *told])


def fetch_custody(user: User, study_id: uuid.UUID, gold_id: uuid.UUID) -> Custody:
    """Raises Http404 for strangers and unknown spans, PermissionDenied for who may not curate."""
    found = GoldSpan.objects.filter(pk=gold_id, study=study_id)
    related = ("label", "case__curator", "case__rule", "case__merge__rules", "case__meeting")
    gold = found.select_related(*related, "adjudication", "codebook_version").first()
    article_id = gold.adjudication.article_id if gold else uuid.uuid4()
    docket = fetch_docket(user, study_id, article_id)
    if gold is None:
        raise Http404("No such span.")
    questions = read_questions(docket.study)
    return Custody(
        docket,
        gold,
        gold.case,
        words_of(docket.text, parse_stretch(gold.stretch)),
        tuple(read_proposals(docket, gold, questions)),
        tuple(read_steps(docket, gold.case)),
        questions.told(gold.label.slug if gold.label else EXTENT, gold.answers),
    )


@dataclass(frozen=True, slots=True)
class LinkProposal:
    """Whether one annotator had drawn the link when it was decided. `at` and `codebook` are empty
    for decisions from before they were kept."""

    who: str
    linked: bool
    exact: bool
    cue: str
    at: str
    codebook: int | None

    @property
    def title(self) -> str:
        return ("This link" if self.exact else "By other cue words") if self.linked else "No link"


@dataclass(frozen=True, slots=True)
class LinkCustody:
    """The chain of custody of one gold link."""

    docket: Docket
    link: GoldLink
    case: Case
    source: str
    target: str
    proposals: tuple[LinkProposal, ...]
    steps: tuple[Step, ...]

    @property
    def n_exact(self) -> int:
        return sum(one.exact for one in self.proposals)

    @property
    def n_near(self) -> int:
        return sum(one.linked and not one.exact for one in self.proposals)


def fetch_link_custody(user: User, study_id: uuid.UUID, link_id: uuid.UUID) -> LinkCustody:
    """Raises as `fetch_custody` does."""
    ends = ("source__label", "target__label", "adjudication")
    related = ("case__curator", "case__rule", "case__merge__rules", "case__meeting", *ends)
    found = GoldLink.objects.filter(pk=link_id, study=study_id)
    link = found.select_related(*related, "case__codebook_version").first()
    docket = fetch_docket(user, study_id, link.adjudication.article_id if link else uuid.uuid4())
    if link is None:
        raise Http404("No such link.")
    cue = [link.cue_start, link.cue_end] if link.cue_start is not None else None
    told = [link_proposal_of(docket, vote, cue) for vote in link.case.votes]
    return LinkCustody(
        docket,
        link,
        link.case,
        words_of(docket.text, parse_stretch(link.source.stretch)),
        words_of(docket.text, parse_stretch(link.target.stretch)),
        tuple(sorted(told, key=lambda one: (not one.exact, not one.linked, one.who))),
        tuple(read_steps(docket, link.case)),
    )


def link_proposal_of(docket: Docket, vote: Wire, cue: list[int | None] | None) -> LinkProposal:
    drawn, theirs = bool(vote.get("link")), vote.get("cue")
    return LinkProposal(
        who=docket.called([vote["annotator"]])[0],
        linked=drawn,
        exact=drawn and theirs == cue,
        cue=docket.text[theirs[0] : theirs[1]] if theirs else "",
        at=vote.get("at", ""),
        codebook=vote.get("codebook"),
    )


def links_at(gold: GoldSpan) -> list[GoldLink]:
    """The gold links that begin or end at a gold span."""
    rows = GoldLink.objects.live().filter(Q(source=gold) | Q(target=gold))
    return [link for link in rows.select_related("source", "target") if link.stands]


def words_of(text: str, parts: Any) -> str:
    return " … ".join(text[start:end] for start, end in parts)


def read_proposals(docket: Docket, gold: GoldSpan, questions: Questions) -> list[Proposal]:
    names = {label.slug: label.name for label in docket.codebook.labels.values()}
    stands = Unit(tuple(parse_stretch(gold.stretch)), gold.label.slug if gold.label else EXTENT)
    told = [
        proposal_of(docket, vote, stands, dict(gold.answers), names, questions)
        for vote in gold.case.votes
    ]
    return sorted(told, key=lambda one: (list(NEARNESS).index(one.nearness), one.who))


def proposal_of(
    docket: Docket,
    vote: Wire,
    stands: Unit,
    answers: dict[str, str],
    names: dict[str, str],
    questions: Questions,
) -> Proposal:
    who = docket.called([vote["annotator"]])[0]
    blank = Proposal(who, "nothing", 0.0, "", "", (), "", None, "", "")
    if not vote["span"]:
        return blank
    unit = Unit(tuple((start, end) for start, end in vote["fragments"]), vote["label"])
    shared = n_shared(unit, stands)
    share = shared / (unit.n_characters + stands.n_characters - shared)
    return replace(
        blank,
        nearness=nearness_of(unit, stands, vote["attributes"], answers),
        share=share,
        label=names.get(vote["label"], "Extent"),
        words=words_of(docket.text, vote["fragments"]),
        answers=questions.told(vote["label"], vote["attributes"]),
        at=vote["at"],
        codebook=vote["codebook"],
        flag=vote["flag"],
        note=vote["note"],
    )


def nearness_of(unit: Unit, stands: Unit, ours: dict[str, str], gold: dict[str, str]) -> str:
    if unit == stands:
        return "exact" if same_answers(ours, gold) else "answers"
    return "near" if unit.label == stands.label else "label"


def read_steps(docket: Docket, case: Case) -> list[Step]:
    """Every applied ruling on the case, the first first."""
    rows = Ruling.objects.filter(
        adjudication=case.adjudication_id, case_id=case.pk, status=RulingStatus.APPLIED
    )
    return [
        Step(row, str(row.user), left_by(docket.text, row))
        for row in rows.select_related("user", "merge__rules").order_by("rev")
    ]


def left_by(text: str, ruling: Ruling) -> str:
    """What the ruling left, in words."""
    after = ruling.after or {}
    if after.get("gold"):
        return words_of(text, after["gold"]["fragments"])
    if after.get("link"):
        cue = after["link"].get("cue")
        return f"link by {text[cue[0] : cue[1]]}" if cue else "link"
    state = str(after.get("state", ""))
    return {"open": "open again", "undecided": "left undecided"}.get(state, "nothing")


def read_span_dissent(custody: Custody) -> Wire:
    """What was voted against this span; under aliases while curation is blind."""
    return masked(custody.docket, dissent_of(custody.case, custody.docket.text))


def masked(docket: Docket, told: Wire) -> Wire:
    """Annotators by their ids; by their aliases while curation is blind."""
    if not docket.blind:
        return told
    variants = [{**one, "annotators": docket.called(one["annotators"])} for one in told["variants"]]
    return {**told, "variants": variants}

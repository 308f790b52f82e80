"""Cases in the words of the adjudication page: plain JSON values.

VOTES     {"id", "on": "span" | "link", "kind", "title", "start", "end", "contest", "votes",
           "flags": [{"who", "flag", "note"}], "missing": [names],
           "variants": [{"span": SPAN | None, "cue", "who": [names], "before", "after"}],
           "offers": {"majority" | "union" | "intersection": SPAN | "nothing" | None}}
DECISION  {"id", "state", "choice", "choice_title", "variant", "ver", "gold": SPAN | None,
           "linked", "cue", "source", "target": ids of cases, "reason", "rule", "note", "by",
           "curator": id, or "" for a rule, "at", "changed", "moot", "waits"}
CASE      VOTES and DECISION together, and "problem": why a link cannot stand, or ""
SPAN      {"kind", "label": id | None, "fragments": [{"start", "end", "quote"}], "attributes"}

Names are those of the docket: while curation is blind nothing here tells who is who. `votes` is
the seal of the votes a decision is made on, which the page sends back with it. A cue is [start,
end] or None.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from annotations.marking.codebook import Codebook
from annotations.marking.wire import Stretch, Wire, fragment_wire
from annotations.text.names import fold

from .ballots import EXTENT
from .finding import FoundCase, Variant
from .linking import link_problem
from .merging import RULES
from .models import Case, CaseState, Choice, Reason
from .queries.docket import Docket
from .resolving import NOTHING, Grain, Offer, Reading, intersection, majority, union
from .seen import GoldMark, SeenCase


def grain_of(
    codebook: Codebook,
    text: str,
    sentences: Sequence[Stretch] = (),
    extents: Mapping[str, str] | None = None,
) -> Grain:
    fragmented = (label.slug for label in codebook.labels.values() if label.fragments_allowed)
    return Grain(text, sentences, frozenset({*fragmented, EXTENT}), extents or {})


def label_ids(codebook: Codebook) -> dict[str, uuid.UUID | None]:
    return {label.slug: pk for pk, label in codebook.labels.items()} | {EXTENT: None}


def shown_answers(case: SeenCase, answers: Mapping[str, str]) -> dict[str, str]:
    """Answers as the annotators wrote them: they are compared in a folded form."""
    written: dict[tuple[str, str], str] = {}
    for vote in case.members:
        for name, text in vote.answers.items():
            written.setdefault((name, fold(text)), text)
    return {name: written.get((name, text), text) for name, text in sorted(answers.items())}


def span_wire(
    text: str, label_id: uuid.UUID | None, parts: Iterable[Stretch], answers: Mapping[str, str]
) -> Wire:
    return {
        "kind": "label" if label_id else "extent",
        "label": str(label_id) if label_id else None,
        "fragments": [fragment_wire(text, *part) for part in parts],
        "attributes": dict(answers),
    }


def decision_wire(case: SeenCase, text: str) -> Wire:
    row = case.row
    decided = row is not None and row.state != CaseState.OPEN
    return {
        "id": str(case.id),
        "state": case.state,
        "choice": case.choice,
        "choice_title": choice_title(case) if decided else "",
        "variant": row.variant if row else None,
        "ver": case.ver,
        "gold": gold_wire(case.gold, text),
        "linked": case.has_link,
        "link": link_id(case),
        "cue": cue_of(case),
        "source": str(case.source.id) if case.source else None,
        "target": str(case.target.id) if case.target else None,
        "reason": row.reason if row else "",
        "rule": row.rule.name if row and row.rule else "",
        "note": row.note if row else "",
        "by": decided_by(row) if row and decided else "",
        "curator": str(row.curator_id) if row and decided and row.curator_id else "",
        "at": row.decided_at.isoformat() if row and row.decided_at else None,
        "changed": case.votes_changed,
        "moot": case.moot,
        "waits": case.waits,
    }


def choice_title(case: SeenCase) -> str:
    variant = case.row.variant if case.row else None
    return f"Took variant {variant}" if variant else str(Choice(case.choice).label)


def decided_by(row: Case) -> str:
    return str(row.curator) if row.curator else f"Rule: {RULES.get(row.merged_by_rule, '')}"


def why_of(told: Wire) -> list[str]:
    """The reason given with a decision, in words."""
    reason = Reason(told["reason"]).label if told["reason"] else ""
    rule = f"Rule {told['rule']}" if told["rule"] else ""
    return [str(one) for one in (reason, rule, told["note"]) if one]


def gold_wire(gold: GoldMark | None, text: str) -> Wire | None:
    if gold is None:
        return None
    return span_wire(text, gold.label_id, gold.fragments, gold.answers) | {"id": str(gold.id)}


def cue_of(case: SeenCase) -> list[int] | None:
    link = getattr(case.row, "gold_link", None) if case.row else None
    return None if link is None or link.cue_start is None else [link.cue_start, link.cue_end]


def link_id(case: SeenCase) -> str | None:
    link = getattr(case.row, "gold_link", None) if case.row else None
    return str(link.pk) if link is not None and case.has_link else None


class Teller:
    """Tells the votes on the cases of one docket."""

    def __init__(self, docket: Docket) -> None:
        self.docket = docket
        self.text = docket.text
        self.grain = grain_of(docket.codebook, docket.text)
        self.ids = label_ids(docket.codebook)

    def case(self, case: SeenCase) -> Wire:
        problem = link_problem(self.docket.codebook, case) if case.on == "link" else ""
        return {**self.votes(case), **decision_wire(case, self.text), "problem": problem}

    def votes(self, case: SeenCase) -> Wire:
        return {
            "id": str(case.id),
            "on": case.on,
            "kind": case.kind,
            "title": self.title(case),
            "start": case.start,
            "end": case.end,
            "votes": case.votes_seal,
            "contest": round(case.contest, 3),
            "flags": self.flags(case),
            "variants": [self.variant(case, one) for one in case.variants],
            "missing": self.docket.called(case.missing),
            "offers": self.offers(case),
        }

    def title(self, case: SeenCase) -> str:
        """Who has not submitted yet may still see it otherwise."""
        if case.kind == "unanimous" and self.docket.n_at_work:
            return f"{case.title}, of the {case.n_annotators} submitted so far"
        return case.title

    def flags(self, case: SeenCase) -> list[Wire]:
        told = [
            {
                "who": self.docket.called([str(vote.work.annotator_id)])[0],
                "flag": vote.flag,
                "note": vote.note,
            }
            for vote in case.flagged
        ]
        return sorted(told, key=lambda flag: flag["who"])

    def variant(self, case: SeenCase, variant: Variant) -> Wire:
        told: Wire = {"span": None, "cue": None, "who": self.docket.called(variant.annotators)}
        told |= {"before": variant.before, "after": variant.after}
        if variant.unit and case.on == "link":
            told["cue"] = list(variant.unit.fragments[0])
        elif variant.unit:
            told["span"] = self.reading(case, reading_of(variant))
        return told

    def reading(self, case: SeenCase, reading: Reading) -> Wire:
        answers = shown_answers(case, reading.answers)
        return span_wire(self.text, self.ids.get(reading.label), reading.fragments, answers)

    def offers(self, case: SeenCase) -> Wire:
        if not isinstance(case.found, FoundCase):
            return {}
        n = case.n_annotators
        found: dict[str, Offer] = {"majority": majority(case.variants, n)}
        if len({variant.unit.fragments for variant in case.variants if variant.unit}) > 1:
            found["union"] = union(case.variants, self.grain)
            found["intersection"] = intersection(case.variants, self.grain)
        return {name: self.offer(case, offer) for name, offer in found.items()}

    def offer(self, case: SeenCase, offer: Offer) -> Wire | str | None:
        if isinstance(offer, Reading):
            return self.reading(case, offer)
        return "nothing" if offer is NOTHING else None


def reading_of(variant: Variant) -> Reading:
    unit = variant.unit
    if unit is None:
        raise ValueError("A link without cue words has no stretch.")
    answers: dict[str, Any] = {name: answer for name, answer in unit.attributes.items() if answer}
    return Reading(unit.label, unit.fragments, answers)

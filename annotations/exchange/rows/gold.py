"""Gold and how it came to be, from rows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from annotations.text.names import fold

from ..records import (
    Answer,
    EntityRecord,
    FragmentRecord,
    GoldRecord,
    LinkProvenanceRecord,
    LinkRecord,
    LinkVoteRecord,
    ProvenanceRecord,
    Row,
    RulingRecord,
    SpanRecord,
    Tables,
    VoteRecord,
)
from .marks import ENTITY_TAG, fragments_of, grouped, in_reading_order, reading_ids
from .names import Names

EXTENT = "extent"
UNDECIDED = "undecided"
Sides: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def gold_record(tables: Tables, text: str, names: Names) -> GoldRecord | None:
    """None where nobody has begun to decide."""
    adjudications = tables.get("adjudication", ())
    if not adjudications:
        return None
    live = [row for row in tables.get("goldspan", ()) if not row.get("deleted_at")]
    rows = in_reading_order(live, names)
    ids = reading_ids(rows, names)
    ledger = _ledger(rows, names)
    spans = tuple(
        SpanRecord(
            id=ids[row["id"]],
            label=names.slug(row.get("label")),
            fragments=fragments_of(row, text),
            attributes=_answers(row, ledger, names),
            codebook=names.versions[row["codebook_version"]],
        )
        for row in rows
    )
    return GoldRecord(
        spans=spans,
        links=tuple(_links(tables, ids)),
        entities=tuple(ledger.values()),
        provenance=tuple(_provenance(tables, rows, ids, text, names)),
        link_provenance=tuple(_link_provenance(tables, rows, ids, text, names)),
        state=adjudications[0]["state"],
    )


def _ledger(rows: Sequence[Row], names: Names) -> dict[str, EntityRecord]:
    """Gold answers name people by name: each name is an entry of gold's own ledger."""
    called = {
        answer
        for row in rows
        for name, answer in row.get("answers", {}).items()
        if names.kinds.get((row.get("label"), name)) == "entity"
    }
    return {
        name: EntityRecord(f"{ENTITY_TAG}{number}", name)
        for number, name in enumerate(sorted(called, key=lambda name: (name.casefold(), name)), 1)
    }


def _answers(row: Row, ledger: Mapping[str, EntityRecord], names: Names) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for name, words in sorted(row.get("answers", {}).items()):
        kind = names.kinds.get((row.get("label"), name))
        answers[name] = words
        if kind == "entity":
            answers[name] = ledger[words].id
        elif kind == "yes_no":
            answers[name] = words == "yes"
    return answers


def _links(tables: Tables, ids: Mapping[str, str]) -> Iterator[LinkRecord]:
    places = {key: place for place, key in enumerate(ids)}
    live = [
        row
        for row in tables.get("goldlink", ())
        if not row.get("deleted_at") and row["source"] in ids and row["target"] in ids
    ]
    for row in sorted(live, key=lambda row: (places[row["source"]], places[row["target"]])):
        cue = None
        if row.get("cue_quote"):
            cue = FragmentRecord(row["cue_start"], row["cue_end"], row["cue_quote"])
        yield LinkRecord(ids[row["source"]], ids[row["target"]], cue)


def _provenance(
    tables: Tables, rows: Sequence[Row], ids: Mapping[str, str], text: str, names: Names
) -> Iterator[ProvenanceRecord]:
    """Of every decided case that is about spans."""
    gold = {row["case"]: row for row in rows}
    steps = grouped(tables, "ruling", "case_id")
    for case in _decided(tables, links=False):
        span = gold.get(case["id"])
        exactly, nearly, dissent = _sides(case, span, names)
        yield ProvenanceRecord(
            span=ids[span["id"]] if span else "",
            start=case["start"],
            end=case["end"],
            kind=case["kind"],
            choice=case.get("choice", ""),
            agreed_exactly=exactly,
            agreed_nearly=nearly,
            dissent=dissent,
            **_decision(case, names),
            rulings=_rulings(steps.get(case["id"], ()), text, names),
            votes=tuple(
                sorted(
                    (_vote(vote, text, names) for vote in case.get("votes", ())),
                    key=lambda vote: vote.annotator,
                )
            ),
        )


def _decided(tables: Tables, *, links: bool) -> list[Row]:
    """A case that joins two others is about a link, also one that a curator added."""
    cases = [
        row
        for row in tables.get("case", ())
        if row["state"] != "open" and bool(row.get("source")) == links
    ]
    return sorted(cases, key=lambda row: (row["start"], -row["end"], row["id"]))


def _decision(case: Row, names: Names) -> dict[str, Any]:
    return {
        "decided_by": names.person(case.get("curator")),
        "merge_rule": names.merge_rule(case.get("merged_by_rule", ""), case.get("merge")),
        "why": case.get("reason", ""),
        "codebook_rule": names.rules.get(case.get("rule") or "", ""),
        "note": case.get("note", ""),
        "decided_at": case.get("decided_at", ""),
    }


def _link_provenance(
    tables: Tables, rows: Sequence[Row], ids: Mapping[str, str], text: str, names: Names
) -> Iterator[LinkProvenanceRecord]:
    """Of every decided case that is about a link, those that were decided to be none too."""
    spans = {row["case"]: ids[row["id"]] for row in rows}
    links = {row["case"]: row for row in tables.get("goldlink", ()) if not row.get("deleted_at")}
    steps = grouped(tables, "ruling", "case_id")
    for case in _decided(tables, links=True):
        source, target = spans.get(case["source"], ""), spans.get(case["target"], "")
        link = links.get(case["id"]) if source and target else None
        votes = [_link_vote(vote, text, names) for vote in case.get("votes", ())]
        exactly, nearly, dissent = _link_sides(case, votes, link)
        yield LinkProvenanceRecord(
            source=source,
            target=target,
            linked=link is not None,
            choice=case.get("choice", ""),
            agreed_exactly=exactly,
            agreed_nearly=nearly,
            dissent=dissent,
            **_decision(case, names),
            votes=tuple(sorted(votes, key=lambda vote: vote.annotator)),
            rulings=_rulings(steps.get(case["id"], ()), text, names),
        )


def _link_sides(case: Row, votes: Sequence[LinkVoteRecord], link: Row | None) -> Sides:
    if case["state"] == UNDECIDED:
        return (), (), ()
    sides: tuple[list[str], list[str], list[str]] = [], [], []
    stands = (link.get("cue_start"), link.get("cue_end")) if link else None
    for vote in votes:
        cue = (vote.cue.start, vote.cue.end) if vote.cue else (None, None)
        if vote.linked != (link is not None):
            side = 2
        else:
            side = 0 if stands is None or cue == stands else 1
        sides[side].append(vote.annotator)
    exactly, nearly, dissent = (tuple(sorted(side)) for side in sides)
    return exactly, nearly, dissent


def _link_vote(vote: Mapping[str, Any], text: str, names: Names) -> LinkVoteRecord:
    return LinkVoteRecord(
        annotator=names.person(vote.get("annotator")),
        linked=bool(vote.get("link")),
        cue=_cue(vote.get("cue"), text),
        at=_moment(vote.get("at")),
        codebook=vote.get("codebook"),
    )


def _cue(cue: Sequence[int] | None, text: str) -> FragmentRecord | None:
    return FragmentRecord(cue[0], cue[1], text[cue[0] : cue[1]]) if cue else None


def _rulings(rows: Sequence[Row], text: str, names: Names) -> tuple[RulingRecord, ...]:
    """Everything that was done to a case, the first first."""
    applied = [row for row in rows if row["status"] == "applied"]
    return tuple(_ruling(row, text, names) for row in sorted(applied, key=lambda row: row["rev"]))


def _ruling(row: Row, text: str, names: Names) -> RulingRecord:
    after: Mapping[str, Any] = row.get("after") or {}
    gold, link = after.get("gold"), after.get("link")
    return RulingRecord(
        at=row["at"],
        by=names.person(row.get("user")),
        act=row["kind"],
        state=after.get("state", ""),
        choice=after.get("choice", ""),
        merge_rule=names.merge_rule(after.get("merged_by_rule", ""), after.get("merge_id")),
        label=(names.slug(gold.get("label")) or EXTENT) if gold else "",
        fragments=_fragments(gold["fragments"], text) if gold else (),
        linked=bool(link),
        cue=_cue(link.get("cue"), text) if link else None,
    )


def _fragments(pairs: Sequence[Sequence[int]], text: str) -> tuple[FragmentRecord, ...]:
    return tuple(FragmentRecord(start, end, text[start:end]) for start, end in pairs)


def _moment(at: str | None) -> str:
    """As rows write it: votes hold "…+00:00"."""
    return (at or "").replace("+00:00", "Z")


def _sides(case: Row, span: Row | None, names: Names) -> Sides:
    """Who agreed exactly, nearly, not. A case left undecided has nothing to agree with."""
    if case["state"] == UNDECIDED:
        return (), (), ()
    sides: tuple[list[str], list[str], list[str]] = [], [], []
    label = (names.slug(span.get("label")) or EXTENT) if span else None
    answers = _folded(span.get("answers")) if span else {}
    for vote in case.get("votes", ()):
        stretch = " ".join(f"{start}-{end}" for start, end in vote.get("fragments") or ())
        if span is None:
            side = 2 if vote.get("span") else 0
        elif vote.get("label") != label:
            side = 2
        else:
            same = stretch == span["stretch"] and _folded(vote.get("attributes")) == answers
            side = 0 if same else 1
        sides[side].append(names.person(vote.get("annotator")))
    exactly, nearly, dissent = (tuple(sorted(side)) for side in sides)
    return exactly, nearly, dissent


def _folded(answers: Mapping[str, str] | None) -> dict[str, str]:
    """Names compare whatever their case and spacing."""
    return {name: fold(words) for name, words in (answers or {}).items() if words}


def _vote(vote: Mapping[str, Any], text: str, names: Names) -> VoteRecord:
    return VoteRecord(
        annotator=names.person(vote.get("annotator")),
        label=vote.get("label") or "",
        fragments=_fragments(vote.get("fragments") or (), text),
        attributes=dict(sorted((vote.get("attributes") or {}).items())),
        note=vote.get("note", ""),
        flag=vote.get("flag", ""),
        at=_moment(vote.get("at")),
        codebook=vote.get("codebook"),
    )

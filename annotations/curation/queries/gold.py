"""Gold as values: for versions, exports, reports and downloads."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from annotations.agreement import Unit
from annotations.marking.codebook import Codebook
from annotations.marking.finishing import unanswered
from annotations.marking.wire import Wire, parse_stretch
from annotations.study.models import Study
from annotations.text.names import fold

from ..ballots import EXTENT
from ..models import Adjudication, AdjudicationState, Case, CaseState, GoldSpan, GoldVersion
from ..seen import SeenCase
from .docket import Docket, read_rows

CONTENT_VERSION = 1


def gold_content(docket: Docket, cases: Sequence[SeenCase]) -> Wire:
    """What a gold version keeps: every decision with its custody, in reading order."""
    text = docket.text
    return {
        "version": CONTENT_VERSION,
        "article": str(docket.article.pk),
        "sha256": docket.article.text_sha256,
        "codebook": docket.version_number,
        "cases": [case_content(case.row, text) for case in cases if case.row and case.row.choice],
        "left_open": [str(case.id) for case in cases if case.is_open],
    }


def n_unanswered(codebook: Codebook, version: GoldVersion) -> int:
    """Gold spans of a version that miss an answer their label requires."""
    labels = {label.slug: label for label in codebook.labels.values()}
    golds = [case["gold"] for case in version.content["cases"] if case["gold"]]
    return sum(bool(unanswered(labels.get(one["label"]), one["attributes"])) for one in golds)


def case_content(row: Case, text: str) -> Wire:
    """One decision with everything it rests on. `gold` and `link` are None where nothing stands."""
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "state": row.state,
        "choice": row.choice,
        "curator": str(row.curator_id) if row.curator_id else None,
        "merge": str(row.merge_id) if row.merge_id else None,
        "merged_by_rule": row.merged_by_rule,
        "reason": row.reason,
        "rule": row.rule.name if row.rule else "",
        "note": row.note,
        "meeting": str(row.meeting_id) if row.meeting_id else None,
        "decided_at": row.decided_at.isoformat() if row.decided_at else None,
        "op_id": str(row.op_id) if row.op_id else None,
        "source": str(row.source_id) if row.source_id else None,
        "target": str(row.target_id) if row.target_id else None,
        "votes": row.votes,
        "gold": gold_span_content(row, text),
        "link": gold_link_content(row),
    }


def gold_span_content(row: Case, text: str) -> Wire | None:
    gold = getattr(row, "gold_span", None)
    if gold is None or gold.deleted_at is not None:
        return None
    return {
        "id": str(gold.pk),
        "kind": gold.kind,
        "label": gold.label.slug if gold.label else None,
        "fragments": [
            {"start": start, "end": end, "quote": text[start:end]}
            for start, end in parse_stretch(gold.stretch)
        ],
        "attributes": gold.answers,
    }


def gold_link_content(row: Case) -> Wire | None:
    """None also while an end of it is no gold: it comes back with that end."""
    link = getattr(row, "gold_link", None)
    if link is None or link.deleted_at is not None:
        return None
    if link.source.deleted_at is not None or link.target.deleted_at is not None:
        return None
    cue = {"start": link.cue_start, "end": link.cue_end, "quote": link.cue_quote}
    return {
        "id": str(link.pk),
        "source": str(link.source_id),
        "target": str(link.target_id),
        "cue": cue if link.cue_start is not None else None,
    }


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """An article's gold as it stands now. `cases` as in `case_content`."""

    article_id: uuid.UUID
    state: str
    rev: int
    n_versions: int
    cases: tuple[Wire, ...]


CHUNK = 200


def read_gold(study: Study, articles: Iterable[uuid.UUID] | None = None) -> Iterator[GoldArticle]:
    """Every adjudicated article of the study, by title. Two queries per 200 articles."""
    rows = Adjudication.objects.filter(study=study, article__deleted_at=None)
    if articles is not None:
        rows = rows.filter(article__in=list(articles))
    ids = list(rows.order_by("article__title", "article_id").values_list("pk", flat=True))
    for first in range(0, len(ids), CHUNK):
        chunk = ids[first : first + CHUNK]
        found = Adjudication.objects.filter(pk__in=chunk).select_related("article")
        by_id = {one.pk: one for one in found}
        cases: dict[uuid.UUID, list[Case]] = defaultdict(list)
        decided = Case.objects.filter(adjudication__in=chunk).exclude(choice="")
        related = decided.select_related(
            "gold_span__label", "gold_link__source", "gold_link__target", "rule"
        )
        for row in related.order_by("start", "-end", "pk"):
            cases[row.adjudication_id].append(row)
        for pk in chunk:
            one = by_id[pk]
            text = one.article.text
            told = tuple(case_content(row, text) for row in cases[pk])
            yield GoldArticle(one.article_id, one.state, one.rev, one.n_versions, told)


def read_gold_units(
    study: Study, articles: Iterable[uuid.UUID] | None = None, *, closed: bool = False
) -> dict[uuid.UUID, tuple[Unit, ...]]:
    """Article -> its gold spans as units (label's slug or "extent"; key: the gold span's id).

    Only articles that somebody has begun to adjudicate are there; with `closed` those whose
    adjudication is closed. Two queries, one where there are none.
    """
    rows = Adjudication.objects.filter(study=study, article__deleted_at=None)
    if articles is not None:
        rows = rows.filter(article__in=list(articles))
    rows = rows.filter(state=AdjudicationState.CLOSED) if closed else rows.filter(rev__gt=0)
    begun = dict(rows.order_by().values_list("pk", "article_id"))
    found: dict[uuid.UUID, list[Unit]] = {article: [] for article in begun.values()}
    if not begun:
        return {}
    spans = GoldSpan.objects.live().filter(study=study, adjudication__in=list(begun))
    columns = ("pk", "adjudication_id", "label__slug", "stretch", "answers")
    for pk, adjudication, slug, stretch, answers in spans.values_list(*columns):
        unit = Unit(tuple(parse_stretch(stretch)), slug or EXTENT, str(pk), answers)
        found[begun[adjudication]].append(unit)
    return {article: tuple(units) for article, units in found.items()}


# --- dissent --------------------------------------------------------------------------------------


def dissent_of(row: Case, text: str) -> Wire:
    """What was voted against what was decided: variants with their shares, and for every stretch
    of the text the share of annotators who marked it so. Shares are of all the article's
    annotators. A case left undecided has no gold: nobody was with it, nobody against."""
    gold = gold_span_content(row, text)
    stands = (
        _span_look(gold["label"] or EXTENT, gold["fragments"], gold["attributes"]) if gold else ""
    )
    looks = (
        (
            _span_look(vote["label"], vote["fragments"], vote["attributes"])
            if vote["span"]
            else "",
            {name: vote[name] for name in ("label", "fragments", "attributes")},
            vote,
        )
        for vote in row.votes
    )
    return {
        "case": str(row.pk),
        "state": row.state,
        "gold": gold,
        "n_annotators": len(row.votes),
        "variants": _variants(row, looks, stands),
        "shares": vote_shares(row.votes),
    }


def link_dissent_of(row: Case) -> Wire:
    """The same of a link: `link` is what stands, a variant a link by these cue words, or none."""
    link = gold_link_content(row)
    cue = [link["cue"]["start"], link["cue"]["end"]] if link and link["cue"] else None
    looks = (
        (
            f"link {vote.get('cue')}" if vote.get("link") else "",
            {"linked": bool(vote.get("link")), "cue": vote.get("cue")},
            vote,
        )
        for vote in row.votes
    )
    return {
        "case": str(row.pk),
        "state": row.state,
        "source": str(row.source_id),
        "target": str(row.target_id),
        "link": link,
        "n_annotators": len(row.votes),
        "variants": _variants(row, looks, f"link {cue}" if link else ""),
    }


def _variants(row: Case, looks: Iterable[tuple[str, Wire, Wire]], stands: str) -> list[Wire]:
    """The votes by how they look, the commonest first. `looks`: look ("" for nothing), what it is,
    the vote. `stands`: how the gold looks."""
    found: dict[str, Wire] = {}
    for look, told, vote in looks:
        is_gold = row.state == CaseState.DECIDED and look == stands
        one = found.setdefault(look, {**told, "annotators": [], "is_gold": is_gold})
        one["annotators"].append(vote["annotator"])
    n = len(row.votes) or 1
    for one in found.values():
        one["share"] = round(len(one["annotators"]) / n, 4)
    return [found[look] for look in sorted(found, key=lambda look: _by_votes(look, found[look]))]


def _by_votes(look: str, one: Wire) -> tuple[int, str, Sequence[Any], str]:
    return -len(one["annotators"]), one.get("label") or "", one.get("fragments") or [], look


def same_answers(ours: Mapping[str, str], theirs: Mapping[str, str]) -> bool:
    """Whatever the case and spacing of names; an empty answer is none."""
    return _folded(ours) == _folded(theirs)


def _folded(answers: Mapping[str, str]) -> dict[str, str]:
    return {name: fold(answer) for name, answer in sorted(answers.items()) if answer}


def _span_look(label: str, fragments: Sequence[Any], answers: Mapping[str, str]) -> str:
    pairs = [(p["start"], p["end"]) if isinstance(p, Mapping) else tuple(p) for p in fragments]
    return f"{label} {pairs} {_folded(answers)}"


def vote_shares(votes: Sequence[Mapping[str, Any]]) -> list[Wire]:
    """For each label the stretches [start, end) with the share of annotators who took them: the
    same for every character between two boundaries."""
    n = len(votes)
    by_label: dict[str, list[list[list[int]]]] = defaultdict(list)
    for vote in votes:
        if vote["fragments"]:
            by_label[vote["label"]].append(vote["fragments"])
    told = []
    for label in sorted(by_label):
        taken = by_label[label]
        edges = sorted({edge for parts in taken for part in parts for edge in part})
        for start, end in pairwise(edges):
            k = sum(any(a <= start and end <= b for a, b in parts) for parts in taken)
            if k:
                told.append({"label": label, "start": start, "end": end, "share": round(k / n, 4)})
    return told


def read_dissent(docket: Docket) -> tuple[list[Wire], list[Wire]]:
    """Every decision of the article with what was voted against it: on spans, on links."""
    rows = [row for row in read_rows(docket.adjudication) if row.choice]
    spans = [dissent_of(row, docket.text) for row in rows if not row.source_id]
    return spans, [link_dissent_of(row) for row in rows if row.source_id]

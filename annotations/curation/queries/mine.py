"""An annotator's own work against the gold, once both are released."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotations.accounts.models import User
from annotations.agreement import Unit
from annotations.assignment.models import Assignment, AssignmentState
from annotations.corpus.models import Article
from annotations.marking.wire import parse_stretch
from annotations.study.models import Study

from ..ballots import EXTENT
from ..models import AdjudicationState, Case, CaseState
from .custody import nearness_of, words_of

FATES = {
    "kept": "Kept as it was",
    "answers": "Kept, other answers",
    "boundary": "Kept with other boundaries",
    "label": "Given another label",
    "dropped": "Dropped",
    "missed": "Not marked by you",
}
FATE_OF = {"exact": "kept", "answers": "answers", "near": "boundary", "label": "label"}


@dataclass(frozen=True, slots=True)
class Passage:
    """One case as it came out for the annotator."""

    fate: str
    mine: str  # label and words; empty where they marked nothing
    my_label: str
    gold: str
    gold_label: str
    reason: str
    rule: str
    note: str
    by: str
    before: str
    after: str


@dataclass(slots=True)
class Against:
    """One article: passages in reading order, and how often which fate."""

    article: Article
    passages: list[Passage] = field(default_factory=list)
    fates: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def released_articles(study: Study, user: User) -> list[uuid.UUID]:
    """Submitted by the person, opened for comparison, and their adjudication closed; by title."""
    rows = Assignment.objects.filter(
        study=study,
        annotator=user,
        state=AssignmentState.SUBMITTED,
        round__comparison_opened_at__isnull=False,
        article__deleted_at=None,
        article__adjudication__state=AdjudicationState.CLOSED,
    )
    return list(
        rows.order_by("article__title__lower", "article_id").values_list("article_id", flat=True)
    )


def read_against(study: Study, user: User, articles: Sequence[uuid.UUID]) -> list[Against]:
    """The person's marks against the gold of these articles. Three queries."""
    texts = Article.objects.filter(pk__in=articles).select_related("adjudication")
    found = {row.pk: Against(row) for row in texts}
    names = dict(study.labels.order_by().values_list("slug", "name")) | {EXTENT: "Extent"}
    rows = Case.objects.filter(adjudication__article__in=articles, state=CaseState.DECIDED)
    ends = ("source", "target", "gold_link__source", "gold_link__target")
    related = rows.select_related("adjudication", "gold_span__label", "rule", "curator", *ends)
    for row in related.order_by("start", "-end", "pk"):
        against = found[row.adjudication.article_id]
        tell = link_passage_of if row.source_id else passage_of
        passage = tell(row, str(user.pk), against.article.text, names)
        if passage:
            against.passages.append(passage)
            against.fates[passage.fate] += 1
    return [found[pk] for pk in articles if pk in found]


def passage_of(row: Case, me: str, text: str, names: dict[str, str]) -> Passage | None:
    """None where neither the person nor the gold has anything."""
    vote = next((vote for vote in row.votes if vote["annotator"] == me), None)
    mine = vote if vote and vote["span"] else None
    gold = getattr(row, "gold_span", None)
    gold = gold if gold is not None and gold.deleted_at is None else None
    if mine is None and gold is None:
        return None
    parts = parse_stretch(gold.stretch) if gold else []
    label = (gold.label.slug if gold.label else EXTENT) if gold else ""
    if mine is None:
        fate = "missed"
    elif gold is None:
        fate = "dropped"
    else:
        unit = Unit(tuple((s, e) for s, e in mine["fragments"]), mine["label"])
        nearness = nearness_of(unit, Unit(tuple(parts), label), mine["attributes"], gold.answers)
        fate = FATE_OF[nearness]
    shown = [*parts, *(tuple(part) for part in (mine["fragments"] if mine else []))]
    start, end = min(s for s, _ in shown), max(e for _, e in shown)
    return Passage(
        fate=fate,
        mine=words_of(text, mine["fragments"]) if mine else "",
        my_label=names.get(mine["label"], "") if mine else "",
        gold=words_of(text, parts),
        gold_label=names.get(label, ""),
        reason=row.get_reason_display() if row.reason else "",
        rule=row.rule.name if row.rule else "",
        note=row.note,
        by=str(row.curator) if row.curator else "by rule",
        before=text[max(0, start - 60) : start],
        after=text[end : end + 60],
    )


def link_passage_of(row: Case, me: str, text: str, names: dict[str, str]) -> Passage | None:
    """A link: by other cue words it is kept with other boundaries. None where there is none."""
    vote = next((vote for vote in row.votes if vote["annotator"] == me), None)
    mine = vote if vote and vote.get("link") else None
    link = getattr(row, "gold_link", None)
    link = link if link is not None and link.stands else None
    if mine is None and link is None:
        return None
    cue = [link.cue_start, link.cue_end] if link and link.cue_start is not None else None
    if mine is None:
        fate = "missed"
    elif link is None:
        fate = "dropped"
    else:
        fate = "kept" if mine["cue"] == cue else "boundary"
    own = [votes_fragments(end, me) for end in (row.source, row.target)]
    gold = [parse_stretch(link.source.stretch), parse_stretch(link.target.stretch)] if link else []
    return Passage(
        fate=fate,
        mine=joined(text, own, mine["cue"]) if mine else "",
        my_label="Link" if mine else "",
        gold=joined(text, gold, cue) if link else "",
        gold_label="Link" if link else "",
        reason=row.get_reason_display() if row.reason else "",
        rule=row.rule.name if row.rule else "",
        note=row.note,
        by=str(row.curator) if row.curator else "by rule",
        before="",
        after="",
    )


def votes_fragments(end: Case | None, me: str) -> list[Any]:
    votes = end.votes if end else []
    return next((vote["fragments"] for vote in votes if vote["annotator"] == me), [])


def joined(text: str, ends: Sequence[Any], cue: Sequence[int] | None) -> str:
    """ "Officials → had killed two people, by “said”"."""
    words = " → ".join(words_of(text, parts) or "…" for parts in ends)
    return f"{words}, by “{text[cue[0] : cue[1]]}”" if cue else words


def fates_by_label(found: Iterable[Against]) -> list[tuple[str, dict[str, int]]]:
    """Label -> fate -> count, by the person's label, or the gold's where they marked nothing."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FATES, 0))
    for one in found:
        for passage in one.passages:
            table[passage.my_label or passage.gold_label][passage.fate] += 1
    return sorted(table.items())

"""An annotator's own work against the gold, once both are released."""

import uuid
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias

from django.db.models import OuterRef, Subquery

from annotations.accounts.models import User
from annotations.agreement import Unit
from annotations.assignment.models import Assignment, AssignmentState
from annotations.assignment.queries.released import OPENED, nobody_closed
from annotations.corpus.models import Article
from annotations.marking.models import Link, Span
from annotations.marking.wire import parse_stretch
from annotations.study.models import Study

from ..ballots import EXTENT, read_ballots
from ..models import AdjudicationState, Case, CaseState, GoldLink, GoldSpan
from ..seen import see_cases
from .custody import nearness_of, words_of
from .docket import ledger_of, submitted_works

FATES = {
    "kept": "Kept as it was",
    "answers": "Kept, other answers",
    "boundary": "Kept with other boundaries",
    "label": "Given another label",
    "dropped": "Dropped",
    "missed": "Not marked by you",
    "undecided": "Left undecided",
}
AT_ONCE = 50  # articles
NOTHING: dict[str, Any] = {"span": None, "fragments": []}
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
    at: int  # where it begins
    mark: str  # the id of the person's span or link


Vote: TypeAlias = Mapping[str, Any]


@dataclass(slots=True)
class Against:
    """One article: passages in reading order, and how often which fate."""

    article: Article
    passages: list[Passage] = field(default_factory=list)
    late: bool = False  # the person, or somebody else with them, submitted after the decisions


def released_articles(study: Study, user: User) -> list[uuid.UUID]:
    """Submitted by the person, opened for comparison in all its rounds, and their adjudication
    closed; by title."""
    rows = Assignment.objects.filter(
        OPENED,
        nobody_closed(),
        study=study,
        annotator=user,
        article__deleted_at=None,
        article__adjudication__state=AdjudicationState.CLOSED,
    )
    return list(
        rows.order_by("article__title__lower", "article_id").values_list("article_id", flat=True)
    )


def names_of(study: Study) -> dict[str, str]:
    """Slug -> name of every label."""
    return dict(study.labels.order_by().values_list("slug", "name")) | {EXTENT: "Extent"}


def read_against(
    study: Study,
    user: User,
    articles: Sequence[uuid.UUID],
    names: Mapping[str, str],
    *,
    words: bool = True,
) -> list[Against]:
    """The person's marks against the gold of these articles, as they were when each case was
    decided; what they submitted later as it is now, in the case that it has come to. Marks in cases
    that nobody decided are there too: every mark has one fate. Four queries; where somebody
    submitted later, or a case was left open, four more. Without `words` no text is read: enough to
    count by."""
    heavy = ("blocks", "sentences") if words else ("text", "blocks", "sentences")
    texts = Article.objects.filter(pk__in=articles).select_related("adjudication").defer(*heavy)
    found = {row.pk: Against(row) for row in texts}
    rows = read_touched(articles)
    own = own_marks(user, articles)
    me = str(user.pk)
    late = [pk for pk in found if is_late(rows[pk], own[pk], me)]
    now = votes_now(study, late, rows, me)
    for pk, against in found.items():
        text = against.article.text if words else ""
        against.late = pk in late
        decided = [row for row in rows[pk] if row.state != CaseState.OPEN]
        told = [tell(row, me, now, text, names) for row in decided]
        against.passages = [passage for passage in told if passage]
        marks = {passage.mark for passage in against.passages}
        marks |= {mark_in(now[row.pk]) for row in decided if row.pk in now}
        against.passages += left_over(own[pk], against.passages, marks, text, names)
        against.passages.sort(key=lambda passage: passage.at)
    return [found[pk] for pk in articles if pk in found]


def read_touched(articles: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Case]]:
    """Article -> its touched cases in reading order. The ends of links are cases among them, and
    gold spans of these: they are not asked for again."""
    rows = Case.objects.filter(adjudication__article__in=articles)
    related = rows.select_related(
        "adjudication", "gold_span__label", "gold_link", "rule", "curator"
    )
    found: dict[uuid.UUID, list[Case]] = defaultdict(list)
    for row in related.order_by("start", "-end", "pk"):
        found[row.adjudication.article_id].append(row)
    for touched in found.values():
        _join_ends(touched)
    return found


def _join_ends(touched: Sequence[Case]) -> None:
    cases: dict[uuid.UUID | None, Case] = {row.pk: row for row in touched}
    golds = [getattr(row, "gold_span", None) for row in touched]
    spans: dict[uuid.UUID | None, GoldSpan] = {gold.pk: gold for gold in golds if gold}
    for row in touched:
        link: GoldLink | None = getattr(row, "gold_link", None)
        for end in ("source", "target"):
            if at := cases.get(getattr(row, f"{end}_id")):
                setattr(row, end, at)
            if gold := spans.get(getattr(link, f"{end}_id", None)):
                setattr(link, end, gold)


@dataclass(slots=True)
class Own:
    """What the person has submitted on an article, in reading order. `links`: id, source, target,
    cue."""

    spans: dict[str, tuple[str, list[Any]]] = field(default_factory=dict)  # id -> label, fragments
    links: list[tuple[str, str, str, Any]] = field(default_factory=list)


def own_marks(user: User, articles: Sequence[uuid.UUID]) -> dict[uuid.UUID, Own]:
    found: dict[uuid.UUID, Own] = defaultdict(Own)
    theirs = {
        "assignment__article__in": articles,
        "assignment__annotator": user,
        "assignment__state": AssignmentState.SUBMITTED,
    }
    spans = Span.objects.marked().filter(**theirs).order_by("start", "-end", "pk")
    columns = ("pk", "assignment__article_id", "label__slug", "stretch")
    for pk, article, slug, stretch in spans.values_list(*columns):
        found[article].spans[str(pk)] = (slug or EXTENT, parse_stretch(stretch))
    links = Link.objects.live().filter(**theirs).order_by("pk")
    ends = ("pk", "assignment__article_id", "source_id", "target_id", "cue_start", "cue_end")
    for pk, article, source, target, start, end in links.values_list(*ends):
        cue = [start, end] if start is not None else None
        found[article].links.append((str(pk), str(source), str(target), cue))
    return found


def is_late(rows: Sequence[Case], own: Own, me: str) -> bool:
    """Whether a decision does not know of the person, or a mark of theirs is in none."""
    decided = [row for row in rows if row.state != CaseState.OPEN]
    votes = [vote for row in decided for vote in row.votes if vote["annotator"] == me]
    known = {mark_in(vote) for vote in votes}
    marks = {*own.spans, *(link[0] for link in own.links)}
    return len(votes) < len(decided) or not marks <= known


def votes_now(
    study: Study,
    articles: Sequence[uuid.UUID],
    rows: Mapping[uuid.UUID, Sequence[Case]],
    me: str,
) -> dict[uuid.UUID, Vote]:
    """Case -> what the person has there now."""
    ballots = read_ballots(submitted_works(study, articles)) if articles else {}
    return {
        case.id: vote
        for pk, ballot in ballots.items()
        for case in see_cases(ballot, rows[pk])
        if case.row
        for vote in case.votes
        if vote["annotator"] == me
    }


def vote_of(row: Case, me: str, now: Mapping[uuid.UUID, Vote]) -> Vote:
    """As it was when the case was decided; as it is now, where they had nothing then."""
    then: Vote = next((vote for vote in row.votes if vote["annotator"] == me), NOTHING)
    return then if mark_in(then) else now.get(row.pk, then)


def mark_in(vote: Vote) -> str:
    """The id of the span or link; empty for nothing."""
    return vote["span"] or vote.get("link") or ""


def tell(
    row: Case, me: str, now: Mapping[uuid.UUID, Vote], text: str, names: Mapping[str, str]
) -> Passage | None:
    vote = vote_of(row, me, now)
    if row.source is None or row.target is None:
        return passage_of(row, vote, text, names)
    ends = [vote_of(end, me, now)["fragments"] for end in (row.source, row.target)]
    return link_passage_of(row, vote, text, ends)


def told_by(row: Case) -> dict[str, str]:
    """Why, and who decided."""
    return {
        "reason": row.get_reason_display() if row.reason else "",
        "rule": row.rule.name if row.rule else "",
        "note": row.note,
        "by": str(row.curator) if row.curator else "by rule",
    }


def passage_of(row: Case, vote: Vote, text: str, names: Mapping[str, str]) -> Passage | None:
    """None where neither the person nor the gold has anything."""
    mine = vote if vote["span"] else None
    gold = getattr(row, "gold_span", None)
    gold = gold if gold is not None and gold.deleted_at is None else None
    if mine is None and gold is None:
        return None
    parts = parse_stretch(gold.stretch) if gold else []
    label = (gold.label.slug if gold.label else EXTENT) if gold else ""
    if row.state == CaseState.UNDECIDED:
        fate = "undecided"
    elif mine is None:
        fate = "missed"
    elif gold is None:
        fate = "dropped"
    else:
        unit = Unit(tuple((s, e) for s, e in mine["fragments"]), mine["label"])
        nearness = nearness_of(unit, Unit(tuple(parts), label), mine["attributes"], gold.answers)
        fate = FATE_OF[nearness]
    return Passage(
        fate=fate,
        mine=words_of(text, mine["fragments"]) if mine else "",
        my_label=names.get(mine["label"], "") if mine else "",
        gold=words_of(text, parts),
        gold_label=names.get(label, ""),
        at=row.start,
        mark=mine["span"] if mine else "",
        **told_by(row),
    )


def link_passage_of(row: Case, vote: Vote, text: str, own: Sequence[Any]) -> Passage | None:
    """A link: by other cue words it is kept with other boundaries. None where there is none."""
    mine = vote if vote.get("link") else None
    link = getattr(row, "gold_link", None)
    link = link if link is not None and link.stands else None
    if mine is None and link is None:
        return None
    cue = [link.cue_start, link.cue_end] if link and link.cue_start is not None else None
    if row.state == CaseState.UNDECIDED:
        fate = "undecided"
    elif mine is None:
        fate = "missed"
    elif link is None:
        fate = "dropped"
    else:
        fate = "kept" if mine["cue"] == cue else "boundary"
    gold = [parse_stretch(link.source.stretch), parse_stretch(link.target.stretch)] if link else []
    return Passage(
        fate=fate,
        mine=joined(text, own, mine["cue"]) if mine else "",
        my_label="Link" if mine else "",
        gold=joined(text, gold, cue) if link else "",
        gold_label="Link" if link else "",
        at=row.start,
        mark=mine["link"] if mine else "",
        **told_by(row),
    )


def left_over(
    own: Own,
    passages: Sequence[Passage],
    told: Set[str],
    text: str,
    names: Mapping[str, str],
) -> Iterator[Passage]:
    """Marks in cases that were left open on closing. A link falls with an end that was dropped."""
    nobody = {"reason": "", "rule": "", "note": "", "by": "closed without a decision"}
    for pk, (slug, parts) in own.spans.items():
        if pk not in told:
            words, label = words_of(text, parts), names.get(slug, "")
            yield Passage("undecided", words, label, "", "", at=parts[0][0], mark=pk, **nobody)
    dropped = {passage.mark for passage in passages if passage.fate == "dropped"}
    for pk, source, target, cue in own.links:
        if pk not in told and source in own.spans and target in own.spans:
            ends = [own.spans[end][1] for end in (source, target)]
            falls = not dropped.isdisjoint((source, target))
            said = nobody | ({"by": "with one of its ends"} if falls else {})
            fate, words = "dropped" if falls else "undecided", joined(text, ends, cue)
            yield Passage(fate, words, "Link", "", "", at=ends[0][0][0], mark=pk, **said)


def joined(text: str, ends: Sequence[Any], cue: Sequence[int] | None) -> str:
    """ "Officials → had killed two people, by “said”"."""
    words = " → ".join(words_of(text, parts) or "…" for parts in ends)
    return f"{words}, by “{text[cue[0] : cue[1]]}”" if cue else words


Fates: TypeAlias = dict[str, dict[str, int]]  # label -> fate -> count
Key: TypeAlias = tuple[uuid.UUID, uuid.UUID, int, int, frozenset[tuple[str, str]]]
All: TypeAlias = tuple[Key, int, tuple[tuple[uuid.UUID, int], ...]]  # with everybody's work
KEPT_TABLES = 5_000  # articles x people
_kept: OrderedDict[Key | All, Fates | None] = OrderedDict()  # None: look under everybody's work
_lock = Lock()


def count_fates(
    study: Study, user: User, articles: Sequence[uuid.UUID], names: Mapping[str, str]
) -> Fates:
    """Over all of these articles. What is counted of one is kept in the process: it rests on the
    decisions and on the person's marks, of which the revisions tell; where something was submitted
    after a decision, on everybody's marks. One query then, or three."""
    keys = _keys(user, articles, names)
    known = _recall(keys)
    late = [pk for pk, fates in known.items() if fates is None]
    known |= _recall(_keys_of_all(study, late, keys))
    unknown = [pk for pk in articles if known.get(pk) is None]
    for first in range(0, len(unknown), AT_ONCE):
        chunk = unknown[first : first + AT_ONCE]
        of_all = _keys_of_all(study, chunk, keys)
        for one in read_against(study, user, chunk, names, words=False):
            pk = one.article.pk
            known[pk] = fates = fates_by_label([one])
            _keep(keys[pk], None if one.late else fates)
            if one.late:
                _keep(of_all[pk], fates)
    return _sum(fates for fates in known.values() if fates is not None)


def _recall(keys: Mapping[uuid.UUID, Key | All]) -> dict[uuid.UUID, Fates | None]:
    with _lock:
        return {pk: _kept[key] for pk, key in keys.items() if key in _kept}


def _keep(key: Key | All, fates: Fates | None) -> None:
    with _lock:
        _kept[key] = fates
        while len(_kept) > KEPT_TABLES:
            _kept.popitem(last=False)


def _keys(
    user: User, articles: Sequence[uuid.UUID], names: Mapping[str, str]
) -> dict[uuid.UUID, Key]:
    named = frozenset(names.items())
    own = Assignment.objects.filter(annotator=user, article__in=articles).order_by()
    columns = ("article_id", "pk", "rev", "article__adjudication__rev")
    return {
        article: (pk, user.pk, rev, decided, named)
        for article, pk, rev, decided in own.values_list(*columns)
    }


def _keys_of_all(
    study: Study, articles: Sequence[uuid.UUID], keys: Mapping[uuid.UUID, Key]
) -> dict[uuid.UUID, All]:
    """With all that the cases of these articles are found from. Two queries, or none."""
    if not articles:
        return {}
    rows = Article.objects.filter(pk__in=articles).order_by()
    ledgers = dict(rows.values_list("pk", Subquery(ledger_of(OuterRef("pk")))))
    return {
        pk: (
            keys[pk],
            ledgers[pk] or 0,
            tuple(sorted((one.assignment_id, one.rev) for one in works)),
        )
        for pk, (_, works) in submitted_works(study, articles).items()
    }


def _sum(tables: Iterable[Fates]) -> Fates:
    found: Fates = defaultdict(lambda: dict.fromkeys(FATES, 0))
    for table in tables:
        for label, row in table.items():
            for fate, n in row.items():
                found[label][fate] += n
    return dict(sorted(found.items()))


def fates_by_label(found: Iterable[Against]) -> Fates:
    """Label -> fate -> count, by the person's label, or the gold's where they marked nothing."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FATES, 0))
    for one in found:
        for passage in one.passages:
            table[passage.my_label or passage.gold_label][passage.fate] += 1
    return dict(table)

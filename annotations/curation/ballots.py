"""All votes on an article: everybody's submitted marks, and the cases they make.

Kept in the process: submitted work at a given revision never changes, so neither do its cases,
as long as nobody renames what its answers name.
"""

import hashlib
import json
import uuid
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from annotations.agreement import Continuum, Unit
from annotations.marking.models import AttributeValue, Link, Span
from annotations.marking.wire import Stretch, parse_stretch
from annotations.text.names import fold

from .finding import DrawnLink, FoundCase, FoundLink, find_cases, find_links

EXTENT = "extent"
KEPT_BALLOTS = 200


@dataclass(frozen=True, slots=True)
class Work:
    """An annotator's submitted work on one article."""

    assignment_id: uuid.UUID
    annotator_id: uuid.UUID
    rev: int
    round_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """One annotator's span. `answers` are as they are read: names in place of ledger entries."""

    span_id: uuid.UUID
    work: Work
    label_id: uuid.UUID | None
    slug: str
    fragments: tuple[Stretch, ...]
    answers: Mapping[str, str]
    raw: Mapping[str, str]  # the answers with ids of ledger entries, which outlive a renaming
    note: str
    flag: str
    codebook: int
    at: datetime

    def told(self) -> dict[str, Any]:
        """As a decision keeps it."""
        return {
            "annotator": str(self.work.annotator_id),
            "assignment": str(self.work.assignment_id),
            "rev": self.work.rev,
            "span": str(self.span_id),
            "label": self.slug,
            "fragments": [list(part) for part in self.fragments],
            "attributes": dict(sorted(self.answers.items())),
            "codebook": self.codebook,
            "at": self.at.isoformat(),
            "flag": self.flag,
            "note": self.note,
        }


@dataclass(frozen=True)
class Ballot:
    """The votes on one article. Annotators are named by their id, as text."""

    article_id: uuid.UUID
    works: Mapping[str, Work]
    continuum: Continuum
    votes: Mapping[str, Vote]  # by span
    cases: Sequence[FoundCase] = field(default_factory=list)
    links: Sequence[FoundLink] = field(default_factory=list)

    def told(self, members: Mapping[str, Unit]) -> list[dict[str, Any]]:
        """The votes on a case, one for every annotator of the article."""
        return [
            self.votes[str(members[who].key)].told() if who in members else nothing(self.works[who])
            for who in sorted(self.works)
        ]

    def hash_of(self, members: Mapping[str, Unit]) -> str:
        """SHA-256 of who voted what: with another hash the votes have changed."""
        told: list[Any] = []
        for who in sorted(self.works):
            vote = self.votes[str(members[who].key)] if who in members else None
            told.append([who, vote and [vote.slug, vote.fragments, sorted(vote.raw.items())]])
        return _sha256(told)

    def hash_of_links(self, members: Mapping[str, DrawnLink]) -> str:
        return _sha256([[who, who in members and [members[who].cue]] for who in sorted(self.works)])

    def told_links(self, members: Mapping[str, DrawnLink]) -> list[dict[str, Any]]:
        told = []
        for who in sorted(self.works):
            link = members.get(who)
            drawn = self._told_link(link) if link else {"link": None, "cue": None}
            told.append(nothing(self.works[who]) | drawn)
        return told

    def _told_link(self, link: DrawnLink) -> dict[str, Any]:
        """Links name no codebook version: the newer one of their ends is theirs."""
        ends = (self.votes[link.source], self.votes[link.target])
        return {
            "link": link.id,
            "cue": list(link.cue) if link.cue else None,
            "codebook": max(end.codebook for end in ends),
            "at": link.at,
        }


def _sha256(told: list[Any]) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def nothing(work: Work) -> dict[str, Any]:
    """The vote of an annotator who has nothing in a case."""
    return {
        "annotator": str(work.annotator_id),
        "assignment": str(work.assignment_id),
        "rev": work.rev,
        "span": None,
        "label": None,
        "fragments": [],
        "attributes": {},
    }


def case_id(article_id: uuid.UUID, span_ids: Iterable[str]) -> uuid.UUID:
    """The id of a case that nobody has touched: the same as long as its spans are."""
    return uuid.uuid5(article_id, " ".join(span_ids))


def link_case_id(article_id: uuid.UUID, source: uuid.UUID, target: uuid.UUID) -> uuid.UUID:
    return uuid.uuid5(article_id, f"link {source} {target}")


# --- from rows ----------------------------------------------------------------------------------

Key = tuple[uuid.UUID, int, tuple[tuple[uuid.UUID, int], ...]]
_kept: OrderedDict[Key, Ballot] = OrderedDict()
_lock = Lock()


def _key(article_id: uuid.UUID, works: Sequence[Work], ledger: int) -> Key:
    return article_id, ledger, tuple(sorted((work.assignment_id, work.rev) for work in works))


def read_ballot(article_id: uuid.UUID, length: int, works: Sequence[Work], ledger: int) -> Ballot:
    """Three queries the first time in a process, then none. `ledger`: the versions of all names
    that answers on the article use, in sum."""
    key = _key(article_id, works, ledger)
    with _lock:
        known = _kept.get(key)
        if known:
            _kept.move_to_end(key)
            return known
    ballot = read_ballots({article_id: (length, works)})[article_id]
    with _lock:
        _kept[key] = ballot
        while len(_kept) > KEPT_BALLOTS:
            _kept.popitem(last=False)
    return ballot


def read_ballots(
    articles: Mapping[uuid.UUID, tuple[int, Sequence[Work]]],
) -> dict[uuid.UUID, Ballot]:
    """The ballots of several articles: three queries, however many. Nothing is kept of them."""
    works = {work.assignment_id: work for _, given in articles.values() for work in given}
    votes = _read_votes(works)
    links = _read_links(works)
    return {
        article_id: _ballot(article_id, length, given, votes, links)
        for article_id, (length, given) in articles.items()
    }


def _read_votes(works: Mapping[uuid.UUID, Work]) -> dict[uuid.UUID, list[Vote]]:
    """assignment -> votes, in reading order."""
    spans = Span.objects.marked().filter(assignment__in=list(works))
    answers: dict[uuid.UUID, dict[str, str]] = defaultdict(dict)
    raw: dict[uuid.UUID, dict[str, str]] = defaultdict(dict)
    values = AttributeValue.objects.filter(span__in=spans.order_by().values("pk")).order_by()
    for span, name, text, entity, entity_id in values.values_list(
        "span_id", "attribute__name", "text", "entity__name", "entity_id"
    ):
        answers[span][name] = text or entity or ""
        raw[span][name] = text or str(entity_id)
    columns = ("pk", "assignment_id", "label_id", "label__slug", "stretch", "note", "flag")
    found: dict[uuid.UUID, list[Vote]] = defaultdict(list)
    for row in spans.values_list(*columns, "codebook_version__number", "changed_at"):
        pk, assignment, label, slug, stretch, note, flag, codebook, at = row
        fragments = tuple(parse_stretch(stretch))
        vote = Vote(
            pk,
            works[assignment],
            label,
            slug or EXTENT,
            fragments,
            answers.get(pk, {}),
            raw.get(pk, {}),
            note,
            flag,
            codebook,
            at,
        )
        found[assignment].append(vote)
    return found


def _read_links(works: Mapping[uuid.UUID, Work]) -> dict[uuid.UUID, list[DrawnLink]]:
    found: dict[uuid.UUID, list[DrawnLink]] = defaultdict(list)
    rows = Link.objects.live().filter(assignment__in=list(works)).order_by("pk")
    columns = ("pk", "assignment_id", "source_id", "target_id", "cue_start", "cue_end")
    for pk, assignment, source, target, start, end, at in rows.values_list(*columns, "changed_at"):
        cue = (start, end) if start is not None else None
        who = str(works[assignment].annotator_id)
        found[assignment].append(
            DrawnLink(str(pk), who, str(source), str(target), cue, at.isoformat())
        )
    return found


def _ballot(
    article_id: uuid.UUID,
    length: int,
    works: Sequence[Work],
    votes: Mapping[uuid.UUID, Sequence[Vote]],
    links: Mapping[uuid.UUID, Sequence[DrawnLink]],
) -> Ballot:
    people = {str(work.annotator_id): work for work in works}
    units = {
        who: tuple(_unit(vote) for vote in votes.get(work.assignment_id, ()))
        for who, work in people.items()
    }
    continuum = Continuum(length, units, key=str(article_id))
    cases = find_cases(continuum)
    drawn = [link for work in works for link in links.get(work.assignment_id, ())]
    by_span = {
        str(vote.span_id): vote for work in works for vote in votes.get(work.assignment_id, ())
    }
    found = find_links(cases, drawn, continuum.names)
    return Ballot(article_id, people, continuum, by_span, cases, found)


def _unit(vote: Vote) -> Unit:
    """Names compare whatever their case and spacing."""
    answers = {name: fold(text) for name, text in vote.answers.items()}
    return Unit(vote.fragments, vote.slug, key=str(vote.span_id), attributes=answers)

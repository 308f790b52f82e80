"""Meetings: who sits in them, and the cases in the order in which they are talked about."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment, AssignmentState
from annotations.corpus.models import Article
from annotations.marking.wire import Stretch
from annotations.study.policy import Act, Standing
from annotations.study.queries.door import lacks_second_factor

from ..finding import FoundLink
from ..models import Meeting, Thread
from ..seen import SeenCase
from .docket import Docket, fetch_docket, read_cases
from .talk import Talk, fetch_talk, talk_of

CONTEXT = 70  # code points on each side of a case


@dataclass(frozen=True)
class Table:
    """A meeting as a person sees it. `seats`: ids of its annotators, in their order; `away`: of
    those whose work was given back, and who have no marks to lay side by side until they submit."""

    talk: Talk
    docket: Docket
    meeting: Meeting
    seats: tuple[str, ...]
    away: tuple[str, ...] = ()

    @property
    def may_decide(self) -> bool:
        return self.talk.on_desk and self.talk.standing.may(Act.WRITE_GOLD)

    def name(self, who: str) -> str:
        return self.docket.called([who])[0]

    @property
    def away_names(self) -> list[str]:
        return self.docket.called(self.away)


class Revising(PermissionDenied):
    """You are revising this article. The meeting opens again when you have submitted it."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting
        super().__init__(self.__doc__)


def visible_meetings(talk: Talk) -> QuerySet[Meeting]:
    """With `n_seats` and `n_decided`, and `is_shut` while one's own work there is open; newest
    first."""
    found = Meeting.objects.filter(
        study=talk.study, article__in=talk.articles.order_by().values("pk")
    )
    heavy = ("article__text", "article__blocks", "article__sentences")
    counted = (
        found.select_related("article", "created_by")
        .defer(*heavy)
        .annotate(
            n_seats=Count("seats", distinct=True),
            n_decided=Count("cases", distinct=True, filter=~Q(cases__state="open")),
            is_shut=Exists(own_open(talk.user, OuterRef("article"))),
        )
    )
    return counted.order_by("-created_at", "pk")


def meetings_ahead(standings: Iterable[Standing], most: int = 5) -> list[Meeting]:
    """Meetings of several studies that have not ended and are not over by their date, the next
    first and those without a date last: none but those that the person may read. One query."""
    found, user = Q(pk__in=[]), None
    for standing in standings:
        if standing.may(Act.DISCUSS) and not lacks_second_factor(standing):
            articles = talk_of(standing).articles.order_by().values("pk")
            found, user = found | Q(study=standing.study, article__in=articles), standing.user
    if user is None:
        return []
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    due = Q(planned_for=None) | Q(planned_for__gte=today)
    rows = Meeting.objects.filter(found, due, ended_at=None).select_related("article", "study")
    rows = rows.defer("article__text", "article__blocks", "article__sentences")
    rows = rows.annotate(is_shut=Exists(own_open(user, OuterRef("article"))))
    return list(rows.order_by(F("planned_for").asc(nulls_last=True), "-created_at", "pk")[:most])


def own_open(user: User, article: OuterRef | uuid.UUID) -> QuerySet[Assignment]:
    return Assignment.objects.filter(article=article, annotator=user, state__in=OPEN_STATES)


def articles_to_meet_on(talk: Talk) -> QuerySet[Article]:
    """Those that two people or more have submitted, with `n_works`."""
    done = Assignment.objects.filter(article=OuterRef("pk"), state=AssignmentState.SUBMITTED)
    number = done.order_by().values("article").annotate(n=Count("pk")).values("n")
    counted = talk.articles.light().annotate(n_works=Subquery(number))
    return counted.filter(n_works__gte=2).order_by("title__lower", "pk")


def fetch_table(user: User, study_id: uuid.UUID, meeting_id: uuid.UUID) -> Table:
    """Http404 for those who may not read what is said of its article; Revising for those whose own
    work there is open."""
    talk = fetch_talk(user, study_id)
    meeting = Meeting.objects.filter(
        study=talk.study, pk=meeting_id, article__in=talk.articles.order_by().values("pk")
    ).first()
    if meeting is None:
        raise Http404("No such meeting.")
    if own_open(user, meeting.article_id).exists():
        raise Revising(meeting)
    docket = fetch_docket(user, study_id, meeting.article_id, Act.DISCUSS)
    there = {str(work.annotator_id) for work in docket.works}
    seated = [str(pk) for pk in meeting.seats.values_list("user_id", flat=True)]
    here = tuple(who for who in seated if who in there)
    return Table(talk, docket, meeting, here, tuple(who for who in seated if who not in there))


def cases_to_talk_about(table: Table, everything: bool = False) -> list[SeenCase]:
    """Flagged ones first, then the most contested; links after the spans that they join.
    Decisions change nothing in the order.

    Only what those at the table differ in, unless `everything` is asked for; nobody differs with
    themselves.
    """
    if len(table.seats) < 2 and not everything:
        return []
    found = [case for case in read_cases(table.docket) if case.found and not case.moot]
    wanted = [case for case in found if everything or case.flagged or differ(case, table.seats)]
    return sorted(wanted, key=_urgency)


def _urgency(case: SeenCase) -> tuple[bool, bool, float, int, int]:
    return case.on == "link", not case.flagged, -case.contest, case.start, -case.end


def differ(case: SeenCase, seats: Sequence[str]) -> bool:
    """Whether the seated annotators have it in more than one way, nothing being a way too."""
    ways = {variant_of(case, who) for who in seats}
    return len(ways) > 1


def variant_of(case: SeenCase, who: str) -> int | None:
    """The number of the variant that an annotator chose, from 1; None for nothing."""
    numbers = (n for n, each in enumerate(case.variants, 1) if who in each.annotators)
    return next(numbers, None)


@dataclass(frozen=True)
class Row:
    """What one annotator has in a case: the same words in every row, their own part marked."""

    name: str
    variant: int | None
    label: str  # slug, or "extent"
    pieces: tuple[tuple[str, bool], ...]
    answers: tuple[tuple[str, str], ...]
    flag: str
    note: str


def rows_of(table: Table, case: SeenCase) -> list[Row]:
    if isinstance(case.found, FoundLink):
        return [_link_row(table, case, case.found, who) for who in table.seats]
    window = window_of(table.docket, case)
    return [_row(table, case, who, window) for who in table.seats]


def _link_row(table: Table, case: SeenCase, found: FoundLink, who: str) -> Row:
    """Source, cue words and target as this annotator has them."""
    link = found.members.get(who)
    if link is None:
        words = " → ".join(_words(table, stretches_of(end)) for end in case.ends)
        return Row(table.name(who), None, "", ((words, False),), (), "", "")
    votes = table.docket.ballot.votes
    source, target = (_words(table, votes[end].fragments) for end in (link.source, link.target))
    cue = _words(table, [link.cue] if link.cue else [])
    between = f" – {cue} → " if cue else " → "
    pieces = ((source, True), (between, False), (target, True))
    return Row(table.name(who), variant_of(case, who), "link", pieces, (), "", "")


def stretches_of(case: SeenCase) -> Sequence[Stretch]:
    """The gold's, else the first variant's."""
    if case.gold:
        return case.gold.fragments
    return next((one.unit.fragments for one in case.variants if one.unit), ())


def _words(table: Table, parts: Sequence[Stretch]) -> str:
    return " … ".join(" ".join(table.docket.text[start:end].split()) for start, end in parts)


def window_of(docket: Docket, case: SeenCase) -> Stretch:
    """The case with some words around it: whole words, of the paragraphs that it lies in."""
    text = docket.text
    touched = [
        (first, last)
        for first, last in docket.article.blocks
        if first < case.end and last > case.start
    ]
    first, last = touched[0][0], touched[-1][1]
    start, end = max(first, case.start - CONTEXT), min(last, case.end + CONTEXT)
    if start > first and (space := text.find(" ", start, case.start)) >= 0:
        start = space + 1
    if end < last and (space := text.rfind(" ", case.end, end)) >= 0:
        end = space
    return start, case.end + len(text[case.end : end].rstrip())


def _row(table: Table, case: SeenCase, who: str, window: Stretch) -> Row:
    number, text = variant_of(case, who), table.docket.text
    unit = case.variants[number - 1].unit if number else None
    vote = next((each for each in case.members if str(each.work.annotator_id) == who), None)
    fragments = unit.fragments if unit else ()
    return Row(
        name=table.name(who),
        variant=number,
        label=unit.label if unit else "",
        pieces=tuple(pieces_of(text, window, fragments)),
        answers=tuple(sorted(vote.answers.items())) if vote else (),
        flag=vote.flag if vote else "",
        note=vote.note if vote else "",
    )


def pieces_of(
    text: str, window: Stretch, fragments: Sequence[Stretch]
) -> Iterator[tuple[str, bool]]:
    """(words, whether they are marked) from the window's start to its end, without gaps."""
    at, stop = window
    for start, end in fragments:
        if at < start:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < stop:
        yield text[at:stop], False


def threads_of(table: Table, cases: Sequence[SeenCase]) -> dict[uuid.UUID, list[Thread]]:
    """Case -> threads on it or on a span in it. One query."""
    place = {span: case.id for case in cases for span in case.span_ids}
    rows = Thread.objects.filter(article=table.docket.article).annotate(
        n_comments=Count("comments", filter=Q(comments__deleted_at=None)), rule_name=F("rule__name")
    )
    found: dict[uuid.UUID, list[Thread]] = {}
    for thread in rows.order_by("opened_at"):
        case = thread.case_id or place.get(str(thread.span_id))
        if case is not None:
            found.setdefault(case, []).append(thread)
    return found

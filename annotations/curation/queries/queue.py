"""The study's articles as a queue for curators: how far each is, what is most contested."""

import uuid
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTransform

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment
from annotations.corpus.models import Article
from annotations.study.models import Study

from ..ballots import Work
from ..models import Adjudication, Alias, ArticleCases, GoldVersion, RecountDue
from ..seen import SeenCase

ENGINE = "6"  # another number: all counts are counted anew
PER_ARTICLE = 10  # notices of one article that may lie among others


@dataclass(frozen=True, slots=True)
class Waiting:
    """An article with submitted work."""

    article_id: uuid.UUID
    length: int
    works: Sequence[Work]
    adjudication_id: uuid.UUID | None
    state: str
    rev: int


def read_waiting(study: Study, works: Mapping[uuid.UUID, Any]) -> list[Waiting]:
    """One query more than `submitted_works`, which gives `works`."""
    rows = Adjudication.objects.filter(study=study, article__in=list(works))
    columns = ("article_id", "pk", "state", "rev")
    known = {article: told for article, *told in rows.order_by().values_list(*columns)}
    return [
        Waiting(article, length, given, pk, state, rev)
        for article, (length, given) in works.items()
        for pk, state, rev in [known.get(article, (None, "open", 0))]
    ]


def read_due(study: Study, most: int) -> list[tuple[int, uuid.UUID]]:
    """(id, article) of notices, the oldest first, of so many articles at most. One query."""
    rows = RecountDue.objects.filter(study=study).values_list("pk", "article_id").order_by("pk")
    found: dict[uuid.UUID, list[int]] = {}
    for pk, article in rows[: most * PER_ARTICLE]:
        if article in found or len(found) < most:
            found.setdefault(article, []).append(pk)
    return [(pk, article) for article, pks in found.items() for pk in pks]


def count_due(study: Study) -> int:
    """Articles that are still to be counted."""
    return RecountDue.objects.filter(study=study).values("article").distinct().count()


@dataclass(slots=True)
class Listed:
    """An article of the queue."""

    article: Article
    counts: ArticleCases
    n_open_works: int = 0  # assigned, not submitted yet

    @property
    def state(self) -> str:
        return "closed" if self.counts.is_closed else "open"

    @property
    def n_works(self) -> int:
        return self.counts.n_works

    @property
    def n_new(self) -> int:
        return int(self.counts.counts.get("new", 0))

    @property
    def n_open(self) -> int:
        return self.counts.n_all - self.counts.n_decided


Both = dict[str, list[int]]


@dataclass(slots=True)
class Totals:
    """All articles together. kinds and labels: name -> [all, decided]; people: id -> articles that
    the annotator submitted."""

    n_articles: int = 0
    n_closed: int = 0
    n_all: int = 0
    n_decided: int = 0
    n_changed: int = 0
    n_undecided: int = 0  # of the decided ones: left undecided on purpose
    n_flagged: int = 0
    n_new: int = 0  # in closed articles: open, and not among those left open on closing
    kinds: Both = field(default_factory=dict)
    labels: Both = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    def add(self, row: ArticleCases, times: int = 1) -> None:
        """`times` -1 takes it away again."""
        self.n_articles += times
        self.n_closed += times * row.is_closed
        self.n_all += times * row.n_all
        self.n_decided += times * row.n_decided
        self.n_changed += times * row.n_changed
        self.n_undecided += times * row.counts.get("undecided", 0)
        self.n_new += times * row.counts.get("new", 0)
        self.n_flagged += times * row.counts["flagged"][0]
        for name in ("kinds", "labels"):
            mine: Both = getattr(self, name)
            for key, (n_all, n_decided) in row.counts[name].items():
                before = mine.pop(key, [0, 0])
                both = [before[0] + times * n_all, before[1] + times * n_decided]
                if any(both):
                    mine[key] = both
        for who in row.counts["by"]:
            n = self.people.pop(who, 0) + times
            if n:
                self.people[who] = n

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which articles of the queue: empty means any."""

    round_id: uuid.UUID | None = None
    kind: str = ""
    label: str = ""
    state: str = ""  # open, decided (all of its cases), closed, changed, new (since it was closed)
    annotator: str = ""  # an id; in a study that curates blindly, the number of an alias
    flagged: bool = False
    title: str = ""  # words of it

    def rows(self, study: Study) -> "QuerySet[ArticleCases]":
        """In no order, and before anything is asked of single cases: see `fits`."""
        found = ArticleCases.objects.filter(STATES.get(self.state, Q()), study=study)
        if self.round_id:
            of_round = Assignment.objects.filter(article=OuterRef("article"), round=self.round_id)
            found = found.filter(Exists(of_round))
        if self.title:
            found = found.filter(article__title__icontains=self.title)
        for name, value in (("kinds", self.kind), ("labels", self.label)):
            if value:
                found = has_cases(found, name, value)
        if self.flagged:
            found = found.filter(counts__flagged__0__gt=0)
        if self.annotator and study.blind_curation:
            found = found.filter(Exists(aliases_of_number(self.annotator)))
        return found.order_by()

    @property
    def asks_of_cases(self) -> bool:
        return bool(self.kind or self.label or self.flagged or self.annotator)

    def of_marks(self, study: Study) -> "Q | None":
        """What an index of looks can tell of an article, if anything; PostgreSQL alone has one."""
        inner = [[self.label]] * bool(self.label)
        if self.annotator and not study.blind_curation:
            inner.append([self.annotator])
        told = [self.kind] * bool(self.kind) + inner
        if not told or connection.vendor != "postgresql":
            return None
        return Q(counts__looks__contains=[told])

    @property
    def asks_for_one_case(self) -> bool:
        """Whether the sums of an article do not tell that one of its cases is all of it."""
        asked = [self.kind, self.label, self.flagged, self.annotator]
        of_state = self.state in ("open", "changed") and any(asked)
        return bool(self.annotator) or of_state or sum(map(bool, asked)) > 1

    def fits(self, look: Sequence[Any], annotator: str) -> bool:
        """Whether a case is all that is asked for; `annotator`: who is meant on its article."""
        kind, labels, people, flagged, is_open, changed = look
        return (
            self.kind in ("", kind)
            and (not self.label or self.label in labels)
            and (not self.annotator or annotator in people)
            and (flagged or not self.flagged)
            and (is_open or self.state != "open")
            and (changed or self.state != "changed")
        )


SUMMED = ("is_closed", "n_all", "n_decided", "n_changed")
OPEN, LEFT = Q(is_closed=False), Q(n_decided__lt=F("n_all"))
STATES = {
    "open": OPEN & LEFT,
    "decided": OPEN & ~LEFT,
    "closed": ~OPEN,
    "changed": Q(n_changed__gt=0),
    "new": ~OPEN & Q(counts__new__gt=0),
}


def has_cases(found: "QuerySet[ArticleCases]", name: str, key: str) -> "QuerySet[ArticleCases]":
    """Those that have a case under the key. All kinds and slugs are identifiers; of other words
    SQLite would take some for a place in a list, and fail at others."""
    if not key.isidentifier():
        return found.none()
    n_all = KeyTransform(0, KeyTransform(key, KeyTransform(name, "counts")))
    return found.annotate(**{f"n_{name}": n_all}).filter(**{f"n_{name}__gt": 0})


def who_is_meant(
    study: Study, annotator: str, articles: Iterable[uuid.UUID]
) -> dict[uuid.UUID, str]:
    """Article -> the id of the annotator. By name where names are shown; while curation is blind
    only by the number of an alias, who is somebody else on each article. One query."""
    if not study.blind_curation:
        return dict.fromkeys(articles, annotator)
    rows = Alias.objects.filter(
        study=study, number=number_of(annotator), adjudication__article__in=list(articles)
    ).order_by()
    pairs = rows.values_list("adjudication__article_id", "annotator_id")
    return {article: str(who) for article, who in pairs}


def number_of(annotator: str) -> int:
    return int(annotator) if annotator.isdecimal() and len(annotator) < 5 else 0


def aliases_of_number(annotator: str) -> "QuerySet[Alias]":
    """Of the article outside."""
    return Alias.objects.filter(
        number=number_of(annotator), adjudication__article=OuterRef("article")
    )


def people_to_choose(
    study: Study, totals: Totals, hidden: Collection[uuid.UUID] = ()
) -> list[tuple[str, str]]:
    """Whose cases can be asked for: (value, name). While curation is blind, aliases, but for those
    of `hidden` articles. One query."""
    if study.blind_curation:
        aliases = Alias.objects.filter(study=study).exclude(adjudication__article__in=hidden)
        highest = aliases.aggregate(n=Max("number"))["n"] or 0
        return [(str(n), f"Annotator {n}") for n in range(1, highest + 1)]
    people = [(str(user.pk), str(user)) for user in User.objects.filter(pk__in=totals.people)]
    return sorted(people, key=lambda one: one[1].casefold())


def read_left_open(adjudications: Iterable[uuid.UUID]) -> dict[uuid.UUID, frozenset[str]]:
    """Closed adjudication -> ids of the cases left open in its last version. One query."""
    rows = GoldVersion.objects.filter(
        adjudication__in=list(adjudications), number=F("adjudication__n_versions")
    ).order_by()
    told = rows.values_list("adjudication_id", "content__left_open")
    return {pk: frozenset(left or ()) for pk, left in told}


def new_since(cases: Iterable[SeenCase], left: Container[str]) -> int:
    """How many cases came of work that was submitted after the article was closed."""
    return sum(case.is_open and case.counts and str(case.id) not in left for case in cases)


def read_articles(articles: Iterable[uuid.UUID]) -> dict[uuid.UUID, Article]:
    return {one.pk: one for one in Article.objects.light().filter(pk__in=list(articles))}


def count_open_works(study: Study, articles: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    rows = Assignment.objects.filter(study=study, article__in=list(articles)).order_by()
    counted = rows.values("article_id").annotate(n=Count("pk", filter=Q(state__in=OPEN_STATES)))
    return {row["article_id"]: row["n"] for row in counted}


def totals_without(totals: Totals, study: Study, hidden: Collection[uuid.UUID]) -> Totals:
    """The same, less what these articles brought to it: nobody learns from a sum what others
    marked where they are still to submit. One query."""
    if hidden:  # read without looks, which are nearly all of a row
        keys = ("kinds", "labels", "flagged", "by", "undecided", "new")
        rows = ArticleCases.objects.filter(study=study, article__in=hidden).order_by()
        told = rows.values_list(*SUMMED, *(f"counts__{key}" for key in keys))
        for row in told:
            counts = dict(zip(keys, row[len(SUMMED) :], strict=True))
            counts |= {key: counts[key] or 0 for key in ("undecided", "new")}
            totals.add(ArticleCases(**dict(zip(SUMMED, row, strict=False)), counts=counts), -1)
    return totals


def own_open_articles(study: Study, user_id: uuid.UUID) -> set[uuid.UUID]:
    """Articles on which the person's own work is open: nothing to decide for them yet."""
    rows = Assignment.objects.filter(study=study, annotator=user_id, state__in=OPEN_STATES)
    return set(rows.order_by().values_list("article_id", flat=True))

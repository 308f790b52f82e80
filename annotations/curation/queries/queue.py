"""The study's articles as a queue for curators: how far each is, what is most contested."""

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Q

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment
from annotations.corpus.models import Article
from annotations.marking.models import AttributeValue
from annotations.study.models import Study

from ..ballots import Work
from ..models import Adjudication, Alias, ArticleCases

ENGINE = "3"  # another number: all counts are counted anew


@dataclass(frozen=True, slots=True)
class Waiting:
    """An article with submitted work, and what its counts depend on."""

    article_id: uuid.UUID
    length: int
    works: Sequence[Work]
    adjudication_id: uuid.UUID | None
    state: str
    rev: int
    names: Sequence[tuple[str, int]] = ()  # that answers use and that were changed: id, version

    @property
    def input_hash(self) -> str:
        works = sorted((str(work.assignment_id), work.rev) for work in self.works)
        told = [ENGINE, works, self.rev, str(self.adjudication_id), sorted(self.names)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def read_waiting(study: Study, works: Mapping[uuid.UUID, Any]) -> list[Waiting]:
    """Two queries more than `submitted_works`, which gives `works`."""
    rows = Adjudication.objects.filter(study=study).values_list("article_id", "pk", "state", "rev")
    known = {article: (pk, state, rev) for article, pk, state, rev in rows.order_by()}
    names = _read_changed_names(study)
    return [
        Waiting(article, length, given, pk, state, rev, names.get(article, ()))
        for article, (length, given) in works.items()
        for pk, state, rev in [known.get(article, (None, "open", 0))]
    ]


def _read_changed_names(study: Study) -> dict[uuid.UUID, list[tuple[str, int]]]:
    """Article -> names of its answers that are no longer as they were written down first. To
    correct a name changes votes, yet no work's revision."""
    rows = AttributeValue.objects.filter(span__assignment__study=study, entity__ver__gt=1)
    columns = ("span__assignment__article_id", "entity_id", "entity__ver")
    found: dict[uuid.UUID, list[tuple[str, int]]] = defaultdict(list)
    for article, entity, ver in rows.order_by().values_list(*columns).distinct():
        found[article].append((str(entity), ver))
    return found


def read_counts(waiting: Iterable[Waiting]) -> tuple[dict[uuid.UUID, ArticleCases], list[Waiting]]:
    """Kept counts that still hold, and the articles that have to be counted. One query."""
    wanted = list(waiting)
    rows = ArticleCases.objects.filter(article__in=[one.article_id for one in wanted])
    known = {row.article_id: row for row in rows}
    found: dict[uuid.UUID, ArticleCases] = {}
    stale = []
    for one in wanted:
        row = known.get(one.article_id)
        if row is not None and row.input_hash == one.input_hash:
            found[one.article_id] = row
        else:
            stale.append(one)
    return found, stale


@dataclass(slots=True)
class Listed:
    """An article of the queue."""

    article: Article
    counts: ArticleCases
    state: str
    n_works: int
    n_open_works: int = 0  # assigned, not submitted yet

    @property
    def n_open(self) -> int:
        return self.counts.n_all - self.counts.n_decided


@dataclass(slots=True)
class Totals:
    """All articles together. kinds and labels: name -> [all, decided]."""

    n_articles: int = 0
    n_closed: int = 0
    n_all: int = 0
    n_decided: int = 0
    n_changed: int = 0
    n_undecided: int = 0  # of the decided ones: left undecided on purpose
    n_flagged: int = 0
    kinds: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    labels: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def add(self, state: str, counts: ArticleCases) -> None:
        self.n_articles += 1
        self.n_closed += state == "closed"
        self.n_all += counts.n_all
        self.n_decided += counts.n_decided
        self.n_changed += counts.n_changed
        self.n_undecided += counts.counts.get("undecided", 0)
        self.n_flagged += counts.counts["flagged"][0]
        for mine, name_of in ((self.kinds, "kinds"), (self.labels, "labels")):
            for name, (n_all, n_decided) in counts.counts[name_of].items():
                mine[name][0] += n_all
                mine[name][1] += n_decided


@dataclass(frozen=True, slots=True)
class Sought:
    """Which articles of the queue: empty means any."""

    round_id: uuid.UUID | None = None
    kind: str = ""
    label: str = ""
    state: str = ""  # open, decided (all of its cases), closed, changed
    annotator: str = ""  # an id; in a study that curates blindly, the number of an alias
    flagged: bool = False

    @property
    def is_about_marks(self) -> bool:
        """Whether the answer says who marked something, or what they said of it."""
        return bool(self.annotator) or self.flagged

    def takes(self, state: str, counts: ArticleCases, annotator: str = "") -> bool:
        """Whether one case of the article is all that is sought. `annotator`: the id of the one
        who is meant on this article."""
        if not self._takes_state(state, counts):
            return False
        case = self.kind or self.label or self.annotator or self.flagged
        return not case or any(self._fits(look, annotator) for look in counts.counts["looks"])

    def _fits(self, look: Sequence[Any], annotator: str) -> bool:
        kind, labels, people, flagged, is_open, changed = look
        return (
            self.kind in ("", kind)
            and (not self.label or self.label in labels)
            and (not self.annotator or annotator in people)
            and (flagged or not self.flagged)
            and (is_open or self.state != "open")
            and (changed or self.state != "changed")
        )

    def _takes_state(self, state: str, counts: ArticleCases) -> bool:
        n_open = counts.n_all - counts.n_decided
        return {
            "open": n_open > 0 and state == "open",
            "decided": n_open == 0 and state == "open",
            "closed": state == "closed",
            "changed": counts.n_changed > 0,
        }.get(self.state, True)


def articles_of_round(study: Study, round_id: uuid.UUID) -> set[uuid.UUID]:
    rows = Assignment.objects.filter(study=study, round=round_id)
    return set(rows.order_by().values_list("article_id", flat=True))


def who_is_meant(
    study: Study, annotator: str, articles: Iterable[uuid.UUID]
) -> dict[uuid.UUID, str]:
    """Article -> the id of the annotator. By name where names are shown; while curation is blind
    only by the number of an alias, who is somebody else on each article. One query."""
    if not study.blind_curation:
        return dict.fromkeys(articles, annotator)
    number = int(annotator) if annotator.isdecimal() and len(annotator) < 5 else 0
    rows = Alias.objects.filter(study=study, number=number).order_by()
    pairs = rows.values_list("adjudication__article_id", "annotator_id")
    return {article: str(who) for article, who in pairs}


def people_to_choose(study: Study, waiting: Iterable[Waiting]) -> list[tuple[str, str]]:
    """Whose cases can be asked for: (value, name). While curation is blind, aliases. One query."""
    if study.blind_curation:
        highest = Alias.objects.filter(study=study).aggregate(n=Max("number"))["n"] or 0
        return [(str(n), f"Annotator {n}") for n in range(1, highest + 1)]
    ids = {work.annotator_id for one in waiting for work in one.works}
    people = [(str(user.pk), str(user)) for user in User.objects.filter(pk__in=ids)]
    return sorted(people, key=lambda one: one[1].casefold())


def read_articles(articles: Iterable[uuid.UUID]) -> dict[uuid.UUID, Article]:
    return {one.pk: one for one in Article.objects.light().filter(pk__in=list(articles))}


def count_open_works(study: Study, articles: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    rows = Assignment.objects.filter(study=study, article__in=list(articles)).order_by()
    counted = rows.values("article_id").annotate(n=Count("pk", filter=Q(state__in=OPEN_STATES)))
    return {row["article_id"]: row["n"] for row in counted}


def own_open_articles(study: Study, user_id: uuid.UUID) -> set[uuid.UUID]:
    """Articles on which the person's own work is open: nothing to decide for them yet."""
    rows = Assignment.objects.filter(study=study, annotator=user_id, state__in=OPEN_STATES)
    return set(rows.order_by().values_list("article_id", flat=True))

"""Merging without a hand: rule sets, what they would make, and making it."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django_tasks import task

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment
from annotations.corpus.models import Article
from annotations.marking.codebook import Codebook
from annotations.marking.wire import Wire
from annotations.overtaken import again_if_overtaken
from annotations.study import queued
from annotations.study.actions import record
from annotations.study.models import CodebookVersion, Label, Study
from annotations.text.refusal import Refusal

from ..ballots import Ballot, Work, read_ballots
from ..linking import link_problem
from ..merging import merge_case, merge_link
from ..models import (
    Adjudication,
    AdjudicationState,
    Case,
    CaseState,
    Choice,
    Merge,
    MergeRules,
    MergeState,
    Ruling,
    RulingKind,
    RulingStatus,
)
from ..queries import codebook_for_gold, submitted_works
from ..queries.unanimous import latest_rules, ruled_last
from ..resolving import Grain
from ..seen import SeenCase, is_free, see_cases
from ..sitting import Mark, Sitting, clear, state_of
from ..telling import grain_of, label_ids, shown_answers
from .adjudications import open_adjudications
from .rulings import write_all

CHUNK = 50  # articles in one transaction
AS_BEFORE = "kept"
REOPENED = "reopened"
PLACES = 30  # cases of each rule that a count leads to
LONGEST_PLACE = 90  # code points
RUNS = (MergeState.COUNTING, MergeState.WAITING, MergeState.RUNNING)
RULE_FIELDS = ("unanimous", "at_least", "boundary", "least_votes")
Place = tuple[str, str, str]  # article, case, its first words


class NothingToMerge(Refusal):
    """Nobody has submitted anything yet, so there is nothing to merge."""


class NotCounted(Refusal):
    """What this rule set would make has not been counted yet."""


@again_if_overtaken
def save_merge_rules(*, study: Study, actor: User, **rules: object) -> MergeRules:
    """The rule set as the study's latest; the same again is the same number."""
    latest = latest_rules(study)
    if latest and all(getattr(latest, name) == value for name, value in rules.items()):
        return latest
    made = MergeRules.objects.create(
        study=study, number=latest.number + 1 if latest else 1, created_by=actor, **rules
    )
    told = {name: rules.get(name) for name in RULE_FIELDS}
    record(study=study, actor=actor, action="merge_rules.changed", subject=made, after=told)
    return made


@transaction.atomic
def count_merge(
    *, study: Study, actor: User, rules: MergeRules, articles: Sequence[uuid.UUID] = ()
) -> Merge:
    """Start the job that counts what the rules would make. Raises NothingToMerge."""
    n_all = len(submitted_works(study, articles or None))
    if not n_all:
        raise NothingToMerge
    merge = Merge.objects.create(
        study=study,
        rules=rules,
        created_by=actor,
        articles=[str(pk) for pk in articles],
        n_all=n_all,
    )
    queued.start(run_merge, str(merge.pk))
    return merge


@transaction.atomic
def apply_merge(*, merge: Merge, actor: User) -> Merge:
    """Start the job that makes what was counted. Raises NotCounted."""
    locked = Merge.objects.select_for_update().get(pk=merge.pk)
    if locked.state != MergeState.COUNTED:
        raise NotCounted
    locked.state, locked.n_done, locked.created_by = MergeState.WAITING, 0, actor
    locked.save(update_fields=["state", "n_done", "created_by"])
    record(
        study=locked.study,
        actor=actor,
        action="gold.merged",
        subject=locked,
        before={"merge": "counted"},
        after={"merge": "begun", "articles": locked.n_all, "rules": str(locked.rules)},
    )
    queued.start(run_merge, str(locked.pk))
    return locked


@task()
def run_merge(merge_id: str) -> None:
    """Counts, or makes what was counted; says how far it is and what went wrong."""
    merge = Merge.objects.select_related("study", "rules", "created_by").get(pk=uuid.UUID(merge_id))
    if merge.state not in RUNS:
        return
    makes = merge.state != MergeState.COUNTING
    rows = Merge.objects.filter(pk=merge.pk)
    if makes:
        rows.update(state=MergeState.RUNNING)
    try:
        counts = merge_all(merge, makes=makes)
    except Exception as error:
        if not queued.comes_back(run_merge, error):
            message = f"The job ended with an error: {type(error).__name__}."
            rows.update(state=MergeState.FAILED, message=message, finished_at=timezone.now())
        raise
    state = MergeState.DONE if makes else MergeState.COUNTED
    rows.update(state=state, counts=counts, finished_at=timezone.now() if makes else None)


@queued.when_given_up(run_merge)
def _give_up(merge_id: str) -> None:
    rows = Merge.objects.filter(pk=uuid.UUID(merge_id), state__in=RUNS)
    rows.update(state=MergeState.FAILED, message=queued.GIVEN_UP, finished_at=timezone.now())


def merge_all(merge: Merge, *, makes: bool) -> dict[str, Any]:
    """Counts by rule. "changed" of these stood otherwise by an earlier run, "reopened" ones stand
    no more. "left" are cases left to a curator, "kept" those that stay as they were decided,
    "taken_back" those a curator opened again. "places" has the first few of each: [article, case,
    its words]."""
    study = merge.study
    wanted = [uuid.UUID(pk) for pk in merge.articles] or None
    works = submitted_works(study, wanted)
    own = set(
        Assignment.objects.filter(
            study=study, annotator=merge.created_by, state__in=OPEN_STATES
        ).values_list("article_id", flat=True)
    )
    ids = [pk for pk in works if pk not in own]
    counts: Counter[str] = Counter(articles=len(ids), own=len(works) - len(ids))
    counts.update(_made_before(merge))
    version = CodebookVersion.objects.filter(study=study).order_by("-number").first()
    assert version is not None
    ground = Ground.read(study, version)
    places: dict[str, list[Place]] = {}
    for first in range(0, len(ids), CHUNK):
        chunk = {pk: works[pk] for pk in ids[first : first + CHUNK]}
        made = merge_articles(merge, ground, chunk, makes=makes)
        counts.update(made.counts)
        for name, found in made.places.items():
            places[name] = [*places.get(name, []), *found][:PLACES]
        Merge.objects.filter(pk=merge.pk).update(n_done=min(first + CHUNK, merge.n_all))
    return {**+counts, "places": places}


def _made_before(merge: Merge) -> Counter[str]:
    """What an earlier run of this merge made before it was cut off; it is met as "kept" again, and
    what it opened again as "left"."""
    rows = Case.objects.filter(merge=merge).order_by().values_list("merged_by_rule")
    made: Counter[str] = Counter(dict(rows.annotate(n=Count("pk"))))
    made["kept"] = -made.total()
    done = Ruling.objects.filter(merge=merge, before__state=CaseState.DECIDED)
    made["reopened"] = done.filter(after__state=CaseState.OPEN).count()
    made["changed"] = done.count() - made["reopened"]
    made["left"] = -made["reopened"]
    return made


@dataclass(frozen=True)
class Ground:
    """What the study's merging stands on."""

    codebook: Codebook
    extents: Mapping[str, str]

    @classmethod
    def read(cls, study: Study, version: CodebookVersion) -> "Ground":
        extents = dict(Label.objects.filter(study=study).values_list("slug", "extent"))
        codebook = codebook_for_gold(study.pk, version.pk, version.number)
        return cls(codebook, extents)

    def grain(self, article: Article) -> Grain:
        sentences = [(start, end) for start, end in article.sentences]
        return grain_of(self.codebook, article.text, sentences, self.extents)


@dataclass
class Made:
    """What one chunk of articles comes to, before it is written."""

    sittings: list[Sitting] = field(default_factory=list)
    history: list[Ruling] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[Place]] = field(default_factory=dict)

    def count(self, name: str, article: Article, case: SeenCase) -> None:
        self.counts[name] += 1
        listed = self.places.setdefault(name, [])
        if len(listed) < PLACES:
            words = " ".join(article.text[case.start : case.end][:300].split())[:LONGEST_PLACE]
            listed.append((str(article.pk), str(case.id), words))


@transaction.atomic
def merge_articles(
    merge: Merge,
    ground: Ground,
    works: Mapping[uuid.UUID, tuple[int, Sequence[Work]]],
    *,
    makes: bool,
    only: Set[uuid.UUID] | None = None,
) -> Made:
    """`works` say which articles; to make gold they are read anew once the adjudications are
    locked. `only`: these cases, and none is opened again."""
    articles = Article.objects.filter(pk__in=list(works)).order_by("pk")
    texts = {row.pk: row for row in articles.only("pk", "text", "sentences", "study_id")}
    if makes:
        open_adjudications(study=merge.study, articles=list(works))
    begun = Adjudication.objects.filter(article__in=list(works)).order_by("pk")
    locked = {row.article_id: row for row in (begun.select_for_update() if makes else begun)}
    rows: dict[uuid.UUID, list[Case]] = defaultdict(list)
    touched = Case.objects.filter(adjudication__in=[row.pk for row in locked.values()])
    for row in touched.select_related("gold_span", "gold_link").order_by("pk"):
        rows[row.adjudication_id].append(row)
    ruled = ruled_last(touched)
    ballots = read_submitted(merge.study, works) if makes else read_ballots(works)
    made = Made()
    for article_id, ballot in ballots.items():
        adjudication = locked.get(article_id)
        if adjudication and adjudication.state == AdjudicationState.CLOSED:
            made.counts["closed"] += 1
            continue
        known = rows[adjudication.pk] if adjudication else []
        sitting = _sit(merge, ground, texts[article_id], adjudication, ballot, known)
        _merge_article(merge, sitting, made, ground, texts[article_id], ruled, only)
    if makes:
        _write(merge, made, locked)
    return made


Works = Mapping[uuid.UUID, tuple[int, Sequence[Work]]]


def read_submitted(study: Study, works: Works) -> dict[uuid.UUID, Ballot]:
    """The ballots of work that is submitted now, of the same articles. What was given back, or
    submitted again, before they were read would leave drafts among them: then all is read once
    more."""
    articles = list(works)
    while True:
        ballots = read_ballots(works)
        now = submitted_works(study, articles)
        if _revs(now) == _revs(works):
            return ballots
        works = now


def _revs(works: Works) -> set[tuple[uuid.UUID, int]]:
    return {(work.assignment_id, work.rev) for _, given in works.values() for work in given}


def _sit(
    merge: Merge,
    ground: Ground,
    article: Article,
    adjudication: Adjudication | None,
    ballot: Ballot,
    rows: list[Case],
) -> Sitting:
    return Sitting(
        study_id=merge.study_id,
        article_id=article.pk,
        adjudication_id=adjudication.pk if adjudication else article.pk,
        user=merge.created_by,
        rev=adjudication.rev if adjudication else 0,
        state=AdjudicationState.OPEN,
        codebook=ground.codebook,
        text=article.text,
        regions=(),
        ballot=ballot,
        cases=see_cases(ballot, rows),
        now=timezone.now(),
    )


def _merge_article(
    merge: Merge,
    sitting: Sitting,
    made: Made,
    ground: Ground,
    article: Article,
    ruled: Set[uuid.UUID],
    only: Set[uuid.UUID] | None,
) -> None:
    grain = ground.grain(article)
    ids = label_ids(sitting.codebook)
    # Looks that are given away. What a rule may decide anew has none before its turn: what comes
    # out must not depend on what earlier rules made.
    fixed = (case for case in sitting.cases if only is not None or not is_free(case, ruled))
    taken = {_look(case) for case in fixed if case.gold}
    for case in sorted(sitting.cases, key=lambda case: case.on == "link"):  # ends first
        if case.moot or (only is not None and case.id not in only):
            continue
        if not is_free(case, ruled):
            made.count("taken_back" if case.state == CaseState.OPEN else "kept", article, case)
            continue
        before = state_of(case)
        if only is not None:
            taken.discard(_look(case))
        rule = _merge_case(sitting, case, merge.rules, grain, ids, taken)
        if not rule and case.state != CaseState.OPEN and only is None:
            _open_again(sitting, case)  # what a rule once made, and makes no more
            rule = REOPENED
        if case.gold:
            taken.add(_look(case))
        made.count(rule or "left", article, case)
        if rule in ("", AS_BEFORE):
            continue
        if rule != REOPENED and before and before["state"] == CaseState.DECIDED:
            made.count("changed", article, case)
        _note(merge, sitting, case, before, made)
    made.sittings.append(sitting)


Taken = set[tuple[uuid.UUID | None, tuple[tuple[int, int], ...]]]


def _look(case: SeenCase) -> tuple[uuid.UUID | None, tuple[tuple[int, int], ...]]:
    gold = case.gold
    return (gold.label_id, gold.fragments) if gold else (None, ())


def _merge_case(
    sitting: Sitting,
    case: SeenCase,
    rules: MergeRules,
    grain: Grain,
    ids: Mapping[str, uuid.UUID | None],
    taken: Taken,
) -> str:
    """The rule that decides it, AS_BEFORE when it did so already on these votes; empty when none
    does."""
    if case.on == "link":
        return _merge_link(sitting, case, rules)
    merged = merge_case(case.variants, case.n_annotators, rules, grain)
    if merged is None:
        return ""
    reading = merged.reading
    look = (ids.get(reading.label), reading.fragments)
    if look in taken:
        return ""
    answers = shown_answers(case, reading.answers) if reading.answers else {}
    gold = case.gold
    same = gold is not None and (*_look(case), dict(gold.answers)) == (*look, answers)
    if same and _stands_by(case, merged.rule):
        return AS_BEFORE
    row = sitting.row_of(case)
    sitting.put_gold(row, Mark(*look, answers))
    _decided(sitting, case, merged.rule)
    return merged.rule


def _merge_link(sitting: Sitting, case: SeenCase, rules: MergeRules) -> str:
    if link_problem(sitting.codebook, case):
        return ""
    rule = merge_link(case.variants, case.n_annotators, rules)
    if rule:
        cue = case.variants[0].unit.fragments[0] if case.variants[0].unit else None
        if cue == _cue(case) and _stands_by(case, rule):
            return AS_BEFORE
        sitting.put_link(case, sitting.row_of(case), True, cue)
        _decided(sitting, case, rule)
    return rule


def _cue(case: SeenCase) -> tuple[int, int] | None:
    link = getattr(case.row, "gold_link", None) if case.has_link else None
    return (link.cue_start, link.cue_end) if link and link.cue_start is not None else None


def _stands_by(case: SeenCase, rule: str) -> bool:
    """Whether this rule decided it before, on the same votes."""
    row = case.row
    decided = row is not None and row.state == CaseState.DECIDED and row.merged_by_rule == rule
    return decided and not case.votes_changed


def _decided(sitting: Sitting, case: SeenCase, rule: str) -> None:
    row = sitting.row_of(case)
    clear(row)
    row.state, row.choice, row.merged_by_rule = CaseState.DECIDED, Choice.RULE, rule
    row.codebook_version_id, row.decided_at = sitting.codebook.version_id, sitting.now
    sitting.put_votes(case, row)


def _open_again(sitting: Sitting, case: SeenCase) -> None:
    row = sitting.row_of(case)
    if case.on == "link":
        sitting.put_link(case, row, False, None)
    else:
        sitting.put_gold(row, None)
    clear(row)


def _note(merge: Merge, sitting: Sitting, case: SeenCase, before: Wire | None, made: Made) -> None:
    """The ruling's row of history. `after` leaves out the votes: they stand in the case."""
    row = sitting.row_of(case)
    row.merge = merge if row.choice == Choice.RULE else None
    sitting.rev += 1
    row.ver, row.changed_rev, row.op_id = row.ver + 1, sitting.rev, uuid.uuid4()
    made.history.append(
        Ruling(
            study_id=sitting.study_id,
            adjudication_id=sitting.adjudication_id,
            user=merge.created_by,
            merge=merge,
            op_id=row.op_id,
            at=sitting.now,
            kind=RulingKind.MERGE,
            case_id=case.id,
            status=RulingStatus.APPLIED,
            rev=sitting.rev,
            before=before,
            after=state_of(case, votes=False),
            result={},
        )
    )


def _write(merge: Merge, made: Made, locked: Mapping[uuid.UUID, Adjudication]) -> None:
    write_all(made.sittings)
    Ruling.objects.bulk_create(made.history, batch_size=500)
    changed = []
    for sitting in made.sittings:
        adjudication = locked[sitting.article_id]
        if adjudication.rev != sitting.rev:
            adjudication.rev = sitting.rev
            changed.append(adjudication)
    Adjudication.objects.bulk_update(changed, ["rev"])

"""Make a report and compute what takes long. A stored report is never computed again."""

import datetime
import hashlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django_tasks import task

from annotations.accounts.models import User
from annotations.agreement import ENGINE_VERSION, Agreement, Continuum, measure
from annotations.study import queued
from annotations.study.actions import record
from annotations.study.models import Study
from annotations.text.refusal import Refusal

from ..chance import (
    SAMPLES,
    gamma_of_article,
    gamma_of_pairs,
    gamma_tables,
    pair_tables,
)
from ..counted import Counted
from ..models import ArticleGamma, Level, Report, ReportState
from ..queries import (
    ArticleInput,
    Groups,
    find_tables,
    read_asked,
    read_continua,
    read_groups,
    read_inputs,
    read_names,
)
from ..selection import Selection
from ..tables import FROM_CONTINUA, TABLES_VERSION, Corpus, build_tables
from .sums import count_inputs
from .tables import by_version, keep_tables, tables_key

NO_INTERVAL = "no intervals are computed for this measure"
STALLED_AFTER = datetime.timedelta(hours=1)
BEGUN_AGAIN = (
    "Work was returned or taken away while this report waited: it is of the work as it stood when "
    "it was computed, not when it was asked for."
)
OTHER_LEVELS = {"word_alpha": Level.WORD, "sentence_alpha": Level.SENTENCE}


class WorkChanged(Refusal):
    """Work of this report was returned or taken away while it was computed. Make it again."""


class NothingSubmitted(Refusal):
    """Nobody has submitted anything in this selection yet, so there is nothing to report on."""


def make_report(
    *, study: Study, actor: User, name: str, selection: Selection, seed: int = 1
) -> Report:
    """Store what is known at once and start the job for gamma. Raises NothingSubmitted."""
    inputs = read_inputs(study, selection)
    if not inputs:
        raise NothingSubmitted(str(NothingSubmitted.__doc__))
    labels = list(selection.labels or read_names(study).labels)
    tables = tables_now(study, selection, inputs, labels, seed=seed)
    with transaction.atomic():
        report = Report.objects.create(
            study=study,
            name=name,
            created_by=actor,
            seed=seed,
            engine_version=ENGINE_VERSION,
            inputs=_told(inputs, tables["versions"]),
            parameters={"selection": selection.as_json(), "samples": SAMPLES, "labels": labels},
            result=tables | {"tables_version": TABLES_VERSION},
            n_all=len(inputs),
        )
        made_of = {"articles": len(inputs), "labels": labels, "seed": seed}
        record(study=study, actor=actor, action="report.made", subject=report, after=made_of)
        queued.start(compute_report, str(report.pk))
    return report


def tables_now(
    study: Study,
    selection: Selection,
    inputs: Sequence[ArticleInput],
    labels: Sequence[str],
    *,
    seed: int = 1,
) -> dict[str, Any]:
    """Every table that needs no gamma, as kept, or made anew of what has changed since."""
    groups, asked = read_groups(study, selection), read_asked(study)
    key = tables_key(inputs, selection, labels, groups, seed, asked)
    kept = find_tables(study, key)
    if kept is not None:
        return kept
    counted = count_inputs(study, selection, inputs)
    tables = make_tables(selection, inputs, counted, labels, groups, seed, asked)
    keep_tables(study=study, key=key, tables=tables)
    return tables


def make_tables(
    selection: Selection,
    inputs: Sequence[ArticleInput],
    chosen: Sequence[Counted],
    labels: Sequence[str],
    groups: Groups,
    seed: int,
    asked: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    """`chosen` is what each of the articles adds."""
    articles = [str(one.article_id) for one in inputs]
    grouped = [
        (kind, group, {str(article) for article in found})
        for kind, by_group in groups.items()
        for group, found in by_group.items()
    ]
    grouped += by_version(articles, chosen)
    tables = build_tables(Corpus(articles, chosen, labels, grouped, asked), seed=seed)
    accepted = sum(one.n_suggested for one in inputs)
    return tables | {"level": str(selection.level), "accepted": accepted}


def all_tables(*, study: Study, selection: Selection, seed: int = 1) -> dict[str, Any]:
    """Every table at once, gamma too; nothing is stored but what is cached of an article.

    Raises NothingSubmitted.
    """
    inputs = read_inputs(study, selection)
    if not inputs:
        raise NothingSubmitted(str(NothingSubmitted.__doc__))
    labels = list(selection.labels or read_names(study).labels)
    tables = tables_now(study, selection, inputs, labels, seed=seed)
    job = Job(study, selection, tuple(inputs), tuple(labels), seed)
    return tables | long_tables(job, tables)


def _told(inputs: Sequence[ArticleInput], versions: Sequence[int]) -> dict[str, Any]:
    """What the report was made from, as it stood."""
    return {
        "hash": _hash_of([one.whole_hash(ENGINE_VERSION) for one in inputs]),
        "marks": _hash_of_marks(inputs),
        "articles": [str(one.article_id) for one in inputs],
        "annotators": sorted({str(who) for one in inputs for who in one.work}),
        "work": {
            str(one.article_id): [[str(who), rev] for who, (_, rev) in sorted(one.work.items())]
            for one in inputs
        },
        "codebook_versions": list(versions),
    }


def _hash_of_marks(inputs: Sequence[ArticleInput]) -> str:
    return _hash_of([one.input_hash(ENGINE_VERSION) for one in inputs])


def _hash_of(hashes: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()


@task()
def compute_report(report_id: str) -> None:
    """Gamma, and what cannot be had from sums; says how far it is and what went wrong."""
    report = Report.objects.select_related("study").get(pk=uuid.UUID(report_id))
    if report.state != ReportState.COMPUTING:
        return
    rows = Report.objects.filter(pk=report.pk)
    try:
        try:
            job = _job_of(report)
        except WorkChanged:
            job = _begun_again(report)
        long = long_tables(job, report.result, lambda n: rows.update(n_done=n))
    except Refusal as refusal:
        return fail(report, str(refusal))
    except Exception as error:
        if not queued.comes_back(compute_report, error):
            fail(report, f"The job ended with an error: {type(error).__name__}.")
        raise
    return finish(report, report.result | long)


@queued.when_given_up(compute_report)
def _give_up(report_id: str) -> None:
    for report in Report.objects.filter(pk=uuid.UUID(report_id), state=ReportState.COMPUTING):
        fail(report, queued.GIVEN_UP)


def last_heard(report: Report) -> datetime.datetime:
    """When the report was asked for, or an article's gamma last came in after that."""
    rows = ArticleGamma.objects.filter(study=report.study, computed_at__gt=report.created_at)
    latest: datetime.datetime | None = rows.aggregate(latest=Max("computed_at"))["latest"]
    return latest or report.created_at


def is_stalled(report: Report) -> bool:
    """Whether it says "computing", but nothing came of it for an hour."""
    if report.state != ReportState.COMPUTING:
        return False
    return timezone.now() - last_heard(report) > STALLED_AFTER


@dataclass(frozen=True, slots=True)
class Job:
    """What the long tables are computed from."""

    study: Study
    selection: Selection
    inputs: Sequence[ArticleInput]
    labels: Sequence[str]
    seed: int
    samples: int = SAMPLES


def long_tables(
    job: Job, tables: Mapping[str, Any], done: Callable[[int], object] = lambda n: None
) -> dict[str, Any]:
    """Gamma ("chance") and the measures that need the articles themselves (in "more").

    `done` is told after each article how many are done.
    """
    stored: list[tuple[str, dict[str, Any]]] = []
    selection = job.selection
    corpus = list(read_continua(job.inputs, labels=selection.labels, level=selection.level))
    for one, article in zip(job.inputs, corpus, strict=True):
        stored.append((str(one.article_id), stored_gamma(job, one, article)))
        done(len(stored))
    chance = gamma_tables(stored, job.labels, seed=job.seed)
    if chance["out_of_reach"]:
        pairs = [stored_pairs(job, *both) for both in zip(job.inputs, corpus, strict=True)]
        chance["pairs"] = pair_tables(pairs, seed=job.seed)
    return {
        "chance": chance,
        "more": {
            **tables["more"],
            **{name: _without_interval(measure(name, corpus)) for name in FROM_CONTINUA},
            **_other_levels(job),
        },
    }


def _without_interval(agreement: Agreement) -> dict[str, Any]:
    told = agreement if agreement.value is None else agreement.with_interval(None, NO_INTERVAL)
    return told.as_dict()


def known_gamma(job: Job) -> dict[str, Any]:
    """{"chance": …} if gamma of every article is known already, from a report kept of the same
    marks; else nothing. Two or three queries."""
    hashes = [gamma_hash(job, one) for one in job.inputs]
    if not hashes or _kept_gamma(job, hashes).count() < len(hashes):
        return {}
    key = chance_key(job)
    found = find_tables(job.study, key)
    if found is None:
        found = chance_from_kept(job)
        keep_tables(study=job.study, key=key, tables=found)
    return found


def chance_key(job: Job) -> str:
    hashes = [gamma_hash(job, one) for one in job.inputs]
    told = {
        "version": TABLES_VERSION,
        "gamma": hashes,
        "labels": list(job.labels),
        "seed": job.seed,
        "n": job.samples,
    }
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def chance_from_kept(job: Job) -> dict[str, Any]:
    """From gamma of each article, which must be there."""
    hashes = [gamma_hash(job, one) for one in job.inputs]
    results = dict(_kept_gamma(job, hashes).values_list("input_hash", "result"))
    stored = [
        (str(one.article_id), results[hash_]) for one, hash_ in zip(job.inputs, hashes, strict=True)
    ]
    chance = gamma_tables(stored, job.labels, seed=job.seed)
    if chance["out_of_reach"]:
        keys = [gamma_hash(job, one, pairs=True) for one in job.inputs]
        pairs = _kept_gamma(job, keys).values_list("result", flat=True)
        chance["pairs"] = pair_tables(list(pairs), seed=job.seed)
    return {"chance": chance}


def _kept_gamma(job: Job, hashes: Sequence[str]) -> QuerySet[ArticleGamma]:
    return ArticleGamma.objects.filter(
        study=job.study, input_hash__in=hashes, seed=job.seed, n_samples=job.samples
    )


def gamma_hash(job: Job, one: ArticleInput, *, pairs: bool = False) -> str:
    labels, level = sorted(job.selection.labels), str(job.selection.level)
    more = {"pairs": True} if pairs else {}
    return one.input_hash(ENGINE_VERSION, labels=labels, level=level, **more)


def _job_of(report: Report) -> Job:
    selection = Selection.from_json(report.parameters["selection"])
    inputs = _as_they_stood(report, read_inputs(report.study, selection))
    parameters = report.parameters
    labels, samples = parameters["labels"], parameters["samples"]
    return Job(report.study, selection, inputs, labels, report.seed, samples)


def _as_they_stood(report: Report, inputs: Sequence[ArticleInput]) -> list[ArticleInput]:
    """The report's own articles and work, whatever was submitted since. Raises WorkChanged. Names
    corrected meanwhile change nothing: what is still to be computed has no answers in it."""
    known = {str(one.article_id): one for one in inputs}
    found = []
    for article in report.inputs["articles"]:
        work = dict(report.inputs["work"][article])
        one = known.get(article)
        if one is None:
            raise WorkChanged
        same = {who: kept for who, kept in one.work.items() if work.get(str(who)) == kept[1]}
        found.append(one.only({pk for pk, _ in same.values()}))
    told = report.inputs
    if _hash_of_marks(found) != told.get("marks", told["hash"]):
        raise WorkChanged
    return found


def _begun_again(report: Report) -> Job:
    """Once, from the work as it is now: the tables are made anew, and the report says so."""
    study, seed = report.study, report.seed
    selection = Selection.from_json(report.parameters["selection"])
    inputs = read_inputs(study, selection)
    if not inputs:
        raise NothingSubmitted(str(NothingSubmitted.__doc__))
    tables = tables_now(study, selection, inputs, report.parameters["labels"], seed=seed)
    report.inputs = _told(inputs, tables["versions"])
    report.result = tables | {"tables_version": TABLES_VERSION}
    report.n_done, report.n_all = 0, len(inputs)
    report.message = BEGUN_AGAIN
    report.save(update_fields=["inputs", "result", "n_done", "n_all", "message"])
    return _job_of(report)


def stored_gamma(job: Job, one: ArticleInput, article: Continuum) -> dict[str, Any]:
    """From the cache, or computed and kept there."""
    key = gamma_hash(job, one)
    return _cached(job, one, key, lambda: gamma_of_article(article, **_drawn(job)))


def stored_pairs(job: Job, one: ArticleInput, article: Continuum) -> dict[str, Any]:
    """The same of every two annotators."""
    key = gamma_hash(job, one, pairs=True)
    return _cached(job, one, key, lambda: gamma_of_pairs(article, **_drawn(job)))


def _drawn(job: Job) -> dict[str, int]:
    return {"seed": job.seed, "samples": job.samples}


def _cached(
    job: Job, one: ArticleInput, key: str, compute: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    kept, _ = ArticleGamma.objects.get_or_create(
        article_id=one.article_id,
        input_hash=key,
        seed=job.seed,
        n_samples=job.samples,
        defaults={"study": job.study, "result": compute},
    )
    result: dict[str, Any] = kept.result
    return result


def _other_levels(job: Job) -> dict[str, Any]:
    """Nominal alpha over words, and over sentences ("is it in this sentence at all?")."""
    found = {}
    for name, level in OTHER_LEVELS.items():
        chosen = count_inputs(job.study, replace(job.selection, level=level), job.inputs)
        corpus = Corpus([str(one.article_id) for one in job.inputs], chosen, job.labels)
        tables = build_tables(corpus, seed=job.seed)
        found[name] = {**tables["more"]["krippendorff_alpha"], "level": str(level)}
    return found


def finish(report: Report, result: dict[str, Any]) -> None:
    report.result = result
    report.state = ReportState.DONE
    report.n_done = report.n_all
    report.finished_at = timezone.now()
    report.save(update_fields=["result", "state", "n_done", "finished_at"])


def fail(report: Report, message: str) -> None:
    report.state, report.message = ReportState.FAILED, message
    report.finished_at = timezone.now()
    report.save(update_fields=["state", "message", "finished_at"])

"""What is kept of figures, made anew to be compared with: for the doctor, which stores nothing.

Kept rows name what they were made from by a hash, so they are found again only by making it: of
all work at each level, and of what reports chose. What no longer has such a hash claims nothing.
"""

import json
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from annotations.agreement import UNSOLVED
from annotations.study.models import Study

from ..chance import SAMPLES, gamma_of_article, gamma_of_pairs
from ..counted import Counted
from ..models import ArticleGamma, Level, Report, StudyTables
from ..queries import (
    ArticleInput,
    read_asked,
    read_continua,
    read_groups,
    read_inputs,
    read_names,
)
from ..selection import Selection
from .reports import Job, chance_from_kept, chance_key, gamma_hash, make_tables
from .sums import choose, count_anew
from .tables import tables_key

REPORTS = 30  # the newest, whose selections are looked at
ARTICLES_AT_ONCE = 100


def as_stored(value: Any) -> Any:
    """As JSON gives it back: tuples as lists, every key a string."""
    return json.loads(json.dumps(value))


def known_jobs(study: Study) -> Iterator[Job]:
    """Each selection of which figures may be kept, with the work that is in it now."""
    names = tuple(read_names(study).labels)
    asked = [(Selection(level=level), names, 1, SAMPLES) for level in Level.values]
    reports = Report.objects.filter(study=study)[:REPORTS]
    for told, seed in reports.values_list("parameters", "seed"):
        chosen = Selection.from_json(told["selection"])
        asked.append((chosen, tuple(chosen.labels or names), seed, told["samples"]))
    for selection, labels, seed, samples in dict.fromkeys(asked):
        if inputs := read_inputs(study, selection):
            yield Job(study, selection, inputs, labels, seed, samples)


def wrong_tables(study: Study, most_articles: int | None) -> Iterator[int]:
    """Kept tables that are not what making them anew gives; None looks at large ones too."""
    kept = dict(StudyTables.objects.filter(study=study).values_list("input_hash", "pk"))
    for job in known_jobs(study) if kept else ():
        groups, asked = read_groups(study, job.selection), read_asked(study)
        key = tables_key(job.inputs, job.selection, job.labels, groups, job.seed, asked)
        if key in kept and (most_articles is None or len(job.inputs) <= most_articles):
            counted = _count_anew(job)
            more = (groups, job.seed, asked)
            anew = make_tables(job.selection, job.inputs, counted, job.labels, *more)
            if not _is_kept(kept[key], anew):
                yield kept[key]
        key = chance_key(job)
        if key in kept and not _is_kept(kept[key], chance_from_kept(job)):
            yield kept[key]


def _is_kept(pk: int, anew: dict[str, Any]) -> bool:
    tables = StudyTables.objects.filter(pk=pk).values_list("tables", flat=True).first()
    return tables is None or as_stored(anew) == tables


def _count_anew(job: Job) -> list[Counted]:
    """As `count_inputs`, which would keep what it counted."""
    if job.selection.labels:
        return [sums for _, sums in _counted(job, job.inputs)]
    wanted = {one.article_id for one in job.inputs}
    everything = read_inputs(job.study, Selection(level=job.selection.level))
    whole = [one for one in everything if one.article_id in wanted]
    return choose(dict(_counted(job, whole)), job.inputs)


def _counted(job: Job, inputs: Sequence[ArticleInput]) -> Iterator[tuple[uuid.UUID, Counted]]:
    chosen = job.selection
    for first in range(0, len(inputs), ARTICLES_AT_ONCE):
        some = inputs[first : first + ARTICLES_AT_ONCE]
        counted = count_anew(job.study, some, labels=chosen.labels, level=chosen.level)
        yield from zip((one.article_id for one in some), counted, strict=True)


def wrong_gamma(study: Study, most: int | None) -> Iterator[uuid.UUID]:
    """Articles whose kept gamma drawing it anew does not give; of the kept, so many at random."""
    kept = ArticleGamma.objects.filter(study=study)
    there = set(kept.values_list("input_hash", "seed", "n_samples"))
    claimed = [
        (replace(job, inputs=[one]), pairs)
        for job in (known_jobs(study) if there else ())
        for one in job.inputs
        for pairs in (False, True)
        if (gamma_hash(job, one, pairs=pairs), job.seed, job.samples) in there
    ]
    if most is not None and len(claimed) > most:
        claimed = random.sample(claimed, most)
    for job, pairs in claimed:
        (one,) = job.inputs
        row = kept.filter(
            article=one.article_id, input_hash=gamma_hash(job, one, pairs=pairs),
            seed=job.seed, n_samples=job.samples,
        ).first()  # fmt: skip
        (article,) = read_continua([one], labels=job.selection.labels, level=job.selection.level)
        draw = gamma_of_pairs if pairs else gamma_of_article
        anew = draw(article, seed=job.seed, samples=job.samples)
        given_up = row is None or is_given_up(row.result) or is_given_up(anew)
        if row and not given_up and as_stored(anew) != row.result:
            yield one.article_id


def is_given_up(result: dict[str, Any]) -> bool:
    """Whether some of it took too long then: another day it may not."""
    sums = chain([result.get("all")], result.get("labels", {}).values())
    sums = chain(sums, (each[2] for each in result.get("pairs", ())))
    return any(each and each.get("problem") in UNSOLVED for each in sums)

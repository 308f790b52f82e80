"""The doctor's checks of what is kept because computing it costs."""

import uuid
from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, QuerySet

from annotations.study.checkup import AT_ONCE, Check, Finding, rows_in
from annotations.study.models import Study

from .actions.recounting import as_stored, wrong_gamma, wrong_tables
from .actions.sums import count_anew, hash_of
from .actions.tables import MOST_KEPT
from .models import ArticleGamma, ArticleSums, Level, StudyTables
from .queries import read_inputs
from .selection import Selection

ARTICLES_AT_ONCE = 100
MOST_ARTICLES = 500  # of tables that are made anew, unless everything is asked for
MOST_GAMMAS = 3  # a study: one may take a minute
ANEW = "Delete its rows of {table}: they are made anew when the page is opened."


def check_sums(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Sums that claim to be of the work as it stands are counted anew and compared."""
    studies = Study.objects.filter(pk=study_id) if study_id else Study.objects.kept()
    for study in studies.order_by("pk"):
        used = ArticleSums.objects.filter(study=study).order_by()
        for level in sorted(set(used.values_list("level", flat=True)) & set(Level.values)):
            yield from _check_level(study, level)


def _check_level(study: Study, level: str) -> Iterator[Finding]:
    inputs = read_inputs(study, Selection(level=level))
    for first in range(0, len(inputs), ARTICLES_AT_ONCE):
        chunk = inputs[first : first + ARTICLES_AT_ONCE]
        rows = ArticleSums.objects.filter(
            level=level, article__in=[one.article_id for one in chunk]
        )
        kept = {row.article_id: row for row in rows}
        claimed = [
            one
            for one in chunk
            if one.article_id in kept and kept[one.article_id].input_hash == hash_of(one, level)
        ]
        counted = count_anew(study, claimed, level=level)
        for one, sums in zip(claimed, counted, strict=True):
            if as_stored(sums) != as_stored(kept[one.article_id].sums):
                what = f"Its kept sums by {level} are not what counting it anew gives."
                remedy = ANEW.format(table="annotations_articlesums")
                yield Finding("reports.sums", study.pk, f"article {one.article_id}", what, remedy)


def check_tables(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Kept tables have a key, and there are not more than are ever kept."""
    tables = rows_in(StudyTables, study_id)
    remedy = ANEW.format(table="annotations_studytables")
    odd = tables.exclude(input_hash__regex=r"^[0-9a-f]{64}$")
    for pk, study in odd.values_list("pk", "study_id").iterator(AT_ONCE):
        what = "What they were computed from is not named."
        yield Finding("reports.tables", study, f"tables {pk}", what, remedy)
    many = tables.values("study_id").annotate(n=Count("pk")).filter(n__gt=MOST_KEPT)
    for row in many.iterator(AT_ONCE):
        what = f"{row['n']} tables are kept, at most {MOST_KEPT} should be."
        yield Finding("reports.tables", row["study_id"], "tables", what, remedy)


def check_kept_tables(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Tables of work as it stands, unless they are of many articles, are made anew and compared."""
    yield from _check_kept_tables(study_id, MOST_ARTICLES)


def check_gamma(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Some of the kept gammas of work as it stands are drawn anew and compared."""
    yield from _check_gamma(study_id, MOST_GAMMAS)


def check_large_tables(study_id: uuid.UUID | None) -> Iterator[Finding]:
    yield from _check_kept_tables(study_id, None)


def check_every_gamma(study_id: uuid.UUID | None) -> Iterator[Finding]:
    yield from _check_gamma(study_id, None)


def _check_kept_tables(study_id: uuid.UUID | None, most: int | None) -> Iterator[Finding]:
    remedy = ANEW.format(table="annotations_studytables")
    for study in _studies_with(StudyTables, study_id):
        for pk in wrong_tables(study, most):
            what = "They are not what making them anew gives."
            yield Finding("reports.tables", study.pk, f"tables {pk}", what, remedy)


def _check_gamma(study_id: uuid.UUID | None, most: int | None) -> Iterator[Finding]:
    remedy = ANEW.format(table="annotations_articlegamma")
    for study in _studies_with(ArticleGamma, study_id):
        for article in wrong_gamma(study, most):
            what = "Its kept gamma is not what drawing it anew gives."
            yield Finding("reports.gamma", study.pk, f"article {article}", what, remedy)


def _studies_with(
    model: type[ArticleGamma | StudyTables], study_id: uuid.UUID | None
) -> QuerySet[Study]:
    kept = model.objects.filter(study=OuterRef("pk"))
    studies = Study.objects.filter(pk=study_id) if study_id else Study.objects.kept()
    return studies.filter(Exists(kept)).order_by("pk")


CHECKS: tuple[Check, ...] = (check_sums, check_tables, check_kept_tables, check_gamma)
THOROUGH: tuple[Check, ...] = (check_large_tables, check_every_gamma)  # instead of the last two

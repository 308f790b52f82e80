"""The doctor's checks of gold: where it stands, who decided it, and the counts of cases."""

import uuid
from collections.abc import Iterator

from django.db.models import Count, Exists, F, Max, OuterRef, Q

from annotations.marking.checkup import TextAtHand
from annotations.marking.codebook import Codebook
from annotations.marking.finishing import content_sha256
from annotations.marking.wire import format_stretch, parse_stretch
from annotations.study.checkup import AT_ONCE, RESTORE, Check, Finding, rows_in, sums_told
from annotations.study.models import CodebookVersion, Study

from .actions.counting import count_anew
from .linking import labels_problem
from .models import (
    Adjudication,
    ArticleCases,
    Case,
    CaseState,
    GoldLink,
    GoldSpan,
    GoldVersion,
    RecountDue,
    Ruling,
    RulingStatus,
    StudyCases,
)
from .queries import codebook_for_gold, submitted_works
from .queries.queue import ENGINE, Totals, read_waiting
from .retelling import check_decisions

ARTICLES_AT_ONCE = 50


def check_gold(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Gold spans lie in the text and say the same in all columns. A gold link whose end became
    no span is no fault: it is left out of the gold wherever that is told."""
    columns = ("pk", "study_id", "start", "end", "stretch", "text_length")
    real_length = F("adjudication__article__n_code_points")
    for pk, study, *told, real in (
        rows_in(GoldSpan, study_id).values_list(*columns, real_length).iterator(AT_ONCE)
    ):
        start, end, stretch, length = told
        if not _fits(start, end, stretch, length, real):
            what = "Its stretch does not fit its start and end, or leaves the text."
            yield Finding("curation.gold", study, f"gold span {pk}", what, RESTORE)


def _fits(start: int, end: int, stretch: str, length: int, real: int) -> bool:
    try:
        parts = parse_stretch(stretch)
    except ValueError:
        return False
    hull = (parts[0][0], parts[-1][1])
    return format_stretch(parts) == stretch and hull == (start, end) and end <= length == real


def check_cues(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """The cue words of gold links quote the text."""
    columns = ("pk", "study_id", "adjudication__article_id", "cue_start", "cue_end", "cue_quote")
    cues = rows_in(GoldLink, study_id).filter(cue_start__isnull=False)
    cues = cues.order_by("adjudication__article_id", "pk")
    at_hand = TextAtHand()
    for pk, study, article, start, end, quote in cues.values_list(*columns).iterator(AT_ONCE):
        if at_hand.of(article)[start:end] != quote:
            what = f"Its cue {start}–{end} does not quote the text."
            yield Finding("curation.gold", study, f"gold link {pk}", what, RESTORE)


def check_link_ends(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Gold links lead from and to marks of labels that a link may join. A curator who gives an end
    another label breaks that rule without being told."""
    links = rows_in(GoldLink, study_id).filter(
        deleted_at=None, source__deleted_at=None, target__deleted_at=None
    )
    newest: dict[uuid.UUID, Codebook] = {}
    columns = ("pk", "study_id", "source__label_id", "target__label_id")
    for pk, study, source, target in links.values_list(*columns).iterator(AT_ONCE):
        if study not in newest:
            version = CodebookVersion.objects.filter(study=study).order_by("-number")[0]
            newest[study] = codebook_for_gold(study, version.pk, version.number)
        if problem := labels_problem(newest[study], source, target):
            remedy = "Open its article’s adjudication; decide the link, or an end, anew."
            yield Finding("curation.links", study, f"gold link {pk}", problem, remedy)


def check_custody(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Living gold has a decided case, and that a ruling which history keeps."""
    kept = Ruling.objects.filter(
        adjudication=OuterRef("adjudication"),
        case_id=OuterRef("case__pk"),
        op_id=OuterRef("case__op_id"),
        status=RulingStatus.APPLIED,
    )
    for model, name in ((GoldSpan, "gold span"), (GoldLink, "gold link")):
        living = rows_in(model, study_id).filter(deleted_at=None)
        wrong = living.exclude(Exists(kept), case__state=CaseState.DECIDED)
        for pk, study in wrong.values_list("pk", "study_id").iterator(AT_ONCE):
            what = "Nothing tells who decided it: its case is open, or the ruling is not there."
            yield Finding("curation.custody", study, f"{name} {pk}", what, RESTORE)
    decided = rows_in(Case, study_id).exclude(state=CaseState.OPEN)
    ruled = Ruling.objects.filter(
        adjudication=OuterRef("adjudication"),
        case_id=OuterRef("pk"),
        op_id=OuterRef("op_id"),
        status=RulingStatus.APPLIED,
    )
    for pk, study in decided.exclude(Exists(ruled)).values_list("pk", "study_id"):
        what = "It is decided, but history keeps no such ruling."
        yield Finding("curation.custody", study, f"case {pk}", what, RESTORE)


def check_rulings(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Revisions and versions of an adjudication count on from 1."""
    applied = Q(rulings__rev__isnull=False)
    counted = rows_in(Adjudication, study_id).annotate(
        n=Count("rulings", filter=applied), last=Max("rulings__rev")
    )
    for pk, study, rev, n, last in counted.values_list("pk", "study_id", "rev", "n", "last"):
        if not (rev == n == (last or 0)):
            what = f"Its revision is {rev}, its history has {n} rulings up to {last or 0}."
            yield Finding("curation.history", study, f"adjudication {pk}", what, RESTORE)
    numbered = rows_in(Adjudication, study_id).annotate(
        n=Count("versions"), last=Max("versions__number")
    )
    for pk, study, told, n, last in numbered.values_list(
        "pk", "study_id", "n_versions", "n", "last"
    ):
        if not (told == n == (last or 0)):
            what = f"It tells of {told} versions; there are {n}, the last is {last or 0}."
            yield Finding("curation.history", study, f"adjudication {pk}", what, RESTORE)


def check_versions(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Each version of the gold is what it was when it was made."""
    columns = ("pk", "study_id", "content", "content_sha256")
    for pk, study, content, sha256 in (
        rows_in(GoldVersion, study_id).values_list(*columns).iterator(ARTICLES_AT_ONCE)
    ):
        if content_sha256(content) != sha256:
            what = "Its content does not fit its SHA-256: it was changed."
            yield Finding("curation.versions", study, f"gold version {pk}", what, RESTORE)
    ahead = rows_in(GoldVersion, study_id).filter(rev__gt=F("adjudication__rev"))
    for pk, study in ahead.values_list("pk", "study_id").iterator(AT_ONCE):
        what = "It is of a revision that its adjudication has not reached."
        yield Finding("curation.versions", study, f"gold version {pk}", what, RESTORE)


def check_sums(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Each version of the gold has the SHA-256 that the audit told when it was made."""
    for told in sums_told(study_id, "adjudication.closed", "version"):
        articles = {uuid.UUID(subject) for subject, _ in told}
        found = GoldVersion.objects.filter(adjudication__article__in=articles).order_by()
        columns = ("pk", "study_id", "adjudication__article_id", "number", "content_sha256")
        for pk, study, article, number, sha256 in found.values_list(*columns):
            if told.pop((str(article), number), sha256) != sha256:
                what = "Its SHA-256 is not the one that the audit tells: it was changed."
                yield Finding("curation.sums", study, f"gold version {pk}", what, RESTORE)
        for article, number in told:
            what = f"The audit tells of version {number} of its gold, and it is not there."
            yield Finding("curation.sums", study_id, f"article {article}", what, RESTORE)


def check_counts(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Kept counts of cases that claim to be true are: they are counted anew and compared."""
    studies = Study.objects.filter(pk=study_id) if study_id else Study.objects.kept()
    for study in studies.order_by("pk"):
        sums = StudyCases.objects.filter(study=study, engine=ENGINE).first()
        if sums is None:
            continue  # nothing is claimed: all is counted when a curator first asks
        remedy = "Delete the study's row of annotations_studycases: all is counted anew."
        due = set(RecountDue.objects.filter(study=study).values_list("article_id", flat=True))
        kept = {row.article_id: row for row in ArticleCases.objects.filter(study=study)}
        waiting = read_waiting(study, submitted_works(study, None))
        claimed = [one for one in waiting if one.article_id not in due]
        wrong = kept.keys() - due - {one.article_id for one in claimed}
        for first in range(0, len(claimed), ARTICLES_AT_ONCE):
            right = count_anew(study, claimed[first : first + ARTICLES_AT_ONCE])
            wrong |= {one for one in right if not is_alike(kept.get(one), right[one])}
        for one in sorted(wrong):
            what = "Its kept counts of cases are not what counting it anew gives."
            yield Finding("curation.counts", study.pk, f"article {one}", what, remedy)
        totals = Totals()
        for row in kept.values():
            totals.add(row)
        if totals != Totals(**sums.totals):
            what = "The sums of its cases are not what its articles come to."
            yield Finding("curation.counts", study.pk, f"study {study.pk}", what, remedy)


def is_alike(kept: ArticleCases | None, right: ArticleCases) -> bool:
    names = ("n_works", "is_closed", "n_all", "n_decided", "n_changed", "contest", "counts")
    return kept is not None and all(getattr(kept, one) == getattr(right, one) for one in names)


CHECKS: tuple[Check, ...] = (
    check_gold,
    check_cues,
    check_link_ends,
    check_custody,
    check_rulings,
    check_decisions,
    check_versions,
    check_sums,
    check_counts,
)

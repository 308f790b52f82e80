"""The time that an export tells: that of the newest thing in it, so that nothing but a change of
the study changes its bytes."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from annotations.assignment.models import Assignment, Submission
from annotations.corpus.models import Article
from annotations.curation.models import Case, Comment, GoldVersion
from annotations.marking.models import Link, Span
from annotations.study.models import AuditEntry, CodebookVersion

from ..frame import Form
from ..packing import Wanted
from .exports import Reach
from .rows import ABOUT_FILES
from .tables import moment


def newest(reach: Reach, form: Form, wanted: Wanted) -> str:
    """Of what this person may take out, and nothing else: an annotator's file does not tell when
    others worked, nor a curator's when work that is still open changed. Read it in a snapshot."""
    study, hidden = reach.study, reach.hidden()
    articles = Article.objects.kept().filter(study=study).exclude(pk__in=hidden)
    works = Assignment.objects.filter(study=study).exclude(article__in=hidden)
    if reach.is_own:
        works = works.filter(annotator=reach.standing.user)
        articles = articles.filter(assignments__annotator=reach.standing.user)
    if wanted.states and not form.is_whole:
        works = works.filter(state__in=wanted.states)
    of_works = {"study": study, "assignment__in": works.order_by().values("pk")}
    rows: list[tuple[Any, str]] = [
        (CodebookVersion.objects.filter(study=study), "created_at"),
        (articles, "imported_at"),
        (Submission.objects.filter(**of_works), "submitted_at"),
        (Span.objects.filter(**of_works), "changed_at"),
        (Link.objects.filter(**of_works), "changed_at"),
    ]
    if not reach.is_own:
        gold = GoldVersion.objects.filter(study=study)
        cases = Case.objects.filter(study=study)
        talk = Comment.objects.filter(study=study).exclude(thread__article__in=hidden)
        rows += [
            (gold.exclude(adjudication__article__in=hidden), "made_at"),
            (cases.exclude(adjudication__article__in=hidden), "decided_at"),
            (talk, "written_at"),
            (talk, "changed_at"),
            (talk, "deleted_at"),
        ]
    if form.is_whole:
        told = AuditEntry.objects.filter(study=study).exclude(action__in=ABOUT_FILES)
        rows.append((told, "at"))
    found: list[datetime | None] = [
        each.order_by().aggregate(newest=Max(field))["newest"] for each, field in rows
    ]
    return moment(max((at for at in found if at), default=study.created_at))

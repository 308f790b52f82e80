"""Faults as somebody with the database's password could plant them, each by one change."""

import uuid
from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.models import F, Model
from django.utils import timezone

from annotations.assignment.models import Assignment, Submission, WorkCount
from annotations.corpus.models import Article, Import, Region, SourceFile
from annotations.curation.models import (
    Adjudication,
    ArticleCases,
    Case,
    GoldSpan,
    GoldVersion,
    Ruling,
    StudyCases,
)
from annotations.exchange.models import Export
from annotations.marking.models import AttributeValue, Entity, Fragment, Link, Operation, Span
from annotations.reports.actions import Job, known_gamma, tables_now
from annotations.reports.actions.reports import stored_gamma, stored_pairs
from annotations.reports.models import ArticleGamma, ArticleSums, StudyTables
from annotations.reports.queries import read_continua, read_inputs, read_names
from annotations.reports.selection import Selection
from annotations.study.models import CodebookVersion, Membership, Role
from annotations.text.cleaning import sha256
from tests.people import assign, make_article, make_study, make_user


def change(model: type[Model], **values: Any) -> Callable[[Article], None]:
    """Change one row of the table, behind everybody's back."""

    def spoil(article: Article) -> None:
        rows = model._base_manager.order_by("pk")
        if hasattr(model, "deleted_at"):
            rows = rows.filter(deleted_at=None)
        row = rows.first()
        assert row is not None
        model._base_manager.filter(pk=row.pk).update(**values)

    return spoil


def forget(model: type[Model], **which: Any) -> Callable[[Article], None]:
    def spoil(article: Article) -> None:
        row = model._base_manager.filter(**which).order_by("pk").first()
        assert row is not None
        model._base_manager.filter(pk=row.pk).delete()

    return spoil


def label_of_another_study(article: Article) -> None:
    label = make_study(make_user("zoe"), name="Elsewhere").labels.get(slug="allegation")
    Span.objects.filter(label__slug="attribution").update(label=label)


def file_with_other_bytes(article: Article) -> None:
    made = Import.objects.create(study=article.study, created_by=article.imported_by)
    SourceFile.objects.create(
        study=article.study, imported_in=made, name="a.txt", content=b"abc", n_bytes=3,
        sha256="0" * 64,
    )  # fmt: skip


def text_with_cr(article: Article) -> None:
    text = "\r" + article.text[1:]
    change(Article, text=text, text_sha256=sha256(text))(article)


def export_tampered_with(article: Article) -> None:
    path = storages["exports"].save("made.zip", ContentFile(b"another"))
    Export.objects.create(
        study=article.study, created_by=article.imported_by, file_format="jsonl", state="done",
        path=path, n_bytes=7, sha256=sha256("as it was made"), finished_at=timezone.now(),
    )  # fmt: skip


def region_outside(article: Article) -> None:
    Region.objects.create(
        study=article.study, article=article, start=0, end=10_000, created_by=article.imported_by
    )


def span_without_history(article: Article) -> None:
    work = Assignment.objects.first()
    assert work is not None
    version, now = article.study.codebook_versions.latest("number"), timezone.now()
    made = Span.objects.create(
        id=uuid.uuid4(), study=article.study, assignment=work, kind="extent", start=1, end=4,
        stretch="1-4", codebook_version=version, created_at=now, changed_at=now,
    )  # fmt: skip
    Fragment.objects.create(
        study=article.study, span=made, start=1, end=4, quote=article.text[1:4],
        text_length=len(article.text),
    )  # fmt: skip


def somebody_elses_name(article: Article) -> None:
    value = AttributeValue.objects.filter(entity__isnull=False).select_related("entity").first()
    assert value is not None
    assert value.entity is not None
    other = Entity.objects.exclude(owner=value.entity.owner).first()
    AttributeValue.objects.filter(pk=value.pk).update(entity=other)


def link_into_other_work(article: Article) -> None:
    joined = Link.objects.first()
    assert joined is not None
    other = Span.objects.live().filter(kind="extent").exclude(assignment=joined.assignment_id)
    Link.objects.filter(pk=joined.pk).update(target=other.get())


def dead_end(article: Article) -> None:
    Span.objects.filter(kind="extent").update(deleted_at=timezone.now())


def overwritten(key: str, value: object) -> Callable[[Article], None]:
    def spoil(article: Article) -> None:
        row = Submission.objects.order_by("pk")[0]
        Submission.objects.filter(pk=row.pk).update(content={**row.content, key: value})

    return spoil


def handed_elsewhere(article: Article) -> None:
    other = make_article(article.study, "Another text.\n", "Another")
    works = Assignment.objects.order_by("pk")
    Assignment.objects.filter(pk=works[0].pk).update(
        handed_to=assign(other, works[0].annotator), state="submitted"
    )


def given_back(article: Article) -> None:
    forget(Submission)(article)
    Assignment.objects.update(
        state="returned", returned_by=article.imported_by, returned_at=timezone.now()
    )


def kept_tables(article: Article) -> None:
    StudyTables.objects.create(
        study=article.study, input_hash="?", tables={}, computed_at=timezone.now()
    )


def kept_figures(article: Article) -> None:
    """As a manager leaves them who opened the page after a report was made."""
    study = article.study
    selection, names = Selection(), tuple(read_names(study).labels)
    inputs = read_inputs(study, selection)
    tables_now(study, selection, inputs, names)
    job = Job(study, selection, inputs, names, seed=1)
    for one, continuum in zip(inputs, read_continua(inputs), strict=True):
        stored_gamma(job, one, continuum)
        stored_pairs(job, one, continuum)
    assert known_gamma(job)


def figure_changed(model: type[Model], column: str, name: str) -> Callable[[Article], None]:
    """One value of what is kept of a figure is another."""

    def spoil(article: Article) -> None:
        kept_figures(article)
        for row in model._base_manager.all():
            if name in (told := getattr(row, column)):
                model._base_manager.filter(pk=row.pk).update(**{column: {**told, name: {}}})
                return
        raise AssertionError(name)

    return spoil


def wrong_sums(article: Article) -> None:
    row = ArticleSums.objects.get()
    ArticleSums.objects.update(sums={**row.sums, "versions": {}})


def wrong_operation(article: Article) -> None:
    refused = Operation.objects.filter(rev=None)[0]
    Operation.objects.filter(pk=refused.pk).update(rev=1_000)


BROKEN: dict[str, tuple[str, Callable[[Article], None]]] = {
    "a text changed by one letter": (
        "corpus.texts",
        lambda article: change(Article, text="X" + article.text[1:])(article),
    ),
    "a text that grew": (
        "corpus.texts",
        lambda article: change(Article, text=article.text + "!")(article),
    ),
    "a length": ("corpus.texts", change(Article, n_code_points=7)),
    "blocks with a gap": ("corpus.texts", change(Article, blocks=[[0, 5], [6, 10]])),
    "blocks that are none": ("corpus.texts", change(Article, blocks=["a"])),
    "sentences that overlap": ("corpus.texts", change(Article, sentences=[[0, 5], [4, 9]])),
    "a text with a line end that no import lets in": ("corpus.texts", text_with_cr),
    "a source file": ("corpus.files", file_with_other_bytes),
    "a region": ("corpus.regions", region_outside),
    "a quote": ("marking.spans", change(Fragment, quote="something else")),
    "a fragment outside the text": (
        "marking.spans",
        change(Fragment, end=999, text_length=999),
    ),
    "a fragment moved": ("marking.spans", change(Fragment, start=F("start") + 1)),
    "a fragment gone": ("marking.spans", forget(Fragment)),
    "a hull": ("marking.spans", change(Span, start=2, end=3)),
    "a stretch": ("marking.spans", change(Span, stretch="2-3")),
    "a label of another study": ("study.references", label_of_another_study),
    "a link into other work": ("marking.links", link_into_other_work),
    "a link to a removed mark": ("marking.links", dead_end),
    "a cue": ("marking.links", change(Link, cue_quote="elsewhere")),
    "an answer to another question": (
        "marking.answers",
        lambda article: Span.objects.filter(label__isnull=False).update(
            label=article.study.labels.get(slug="reporting")
        ),
    ),
    "a name of somebody else": ("marking.answers", somebody_elses_name),
    "a refused operation with a revision": ("marking.operations", wrong_operation),
    "work that waits": ("marking.operations", change(Assignment, state="waiting")),
    "a lost revision": ("marking.history", change(Assignment, rev=F("rev") - 1)),
    "a lost operation": ("marking.history", forget(Operation, rev=3)),
    "a version": ("marking.history", change(Span, ver=9)),
    "a note": ("marking.history", change(Span, note="not what was said")),
    "an answer gone": ("marking.history", forget(AttributeValue)),
    "a span gone": ("marking.history", dead_end),
    "a link gone": ("marking.history", forget(Link)),
    "a mark that nobody made": ("marking.history", span_without_history),
    "a submission with fewer marks": ("marking.history", overwritten("spans", [])),
    "a submission changed elsewhere": ("marking.history", overwritten("codebook", 1)),
    "a submission renumbered": ("marking.history", change(Submission, number=5)),
    "a submission of the future": ("assignment.submitted", change(Submission, rev=1_000)),
    "submitted work without submission": ("assignment.submitted", forget(Submission)),
    "work given back without submission": ("assignment.submitted", given_back),
    "a count of work": ("assignment.counts", change(WorkCount, n=5)),
    "work handed over to another article": ("assignment.handed_over", handed_elsewhere),
    "gold moved": ("curation.gold", change(GoldSpan, start=1, end=2)),
    "gold outside the text": ("curation.gold", change(GoldSpan, text_length=9_000)),
    "gold whose case names no ruling": (
        "curation.custody",
        lambda article: article.adjudication.cases.update(op_id=uuid.uuid4()),  # type: ignore[attr-defined]
    ),
    "gold whose case is open": (
        "curation.custody",
        lambda article: article.adjudication.cases.update(  # type: ignore[attr-defined]
            state="open", choice="", decided_at=None
        ),
    ),
    "another curator": (
        "curation.rulings",
        lambda article: Case.objects.update(curator=article.imported_by),
    ),
    "answers of gold": ("curation.rulings", change(GoldSpan, answers={"source_kind": "named"})),
    "gold removed": ("curation.rulings", change(GoldSpan, deleted_at=timezone.now())),
    "gold moved in all its columns": (
        "curation.rulings",
        change(GoldSpan, start=1, end=2, stretch="1-2"),
    ),
    "a ruling emptied": ("curation.rulings", change(Ruling, after={})),
    "marks that the case holds": ("curation.rulings", change(Case, span_ids=[str(uuid.uuid4())])),
    "a lost ruling": ("curation.history", change(Adjudication, rev=F("rev") + 1)),
    "a version of the gold to come": ("curation.versions", change(GoldVersion, rev=9_999)),
    "an export": ("exchange.exports", export_tampered_with),
    "a name kept under another": ("marking.names", change(Entity, folded_name="else")),
    "a name that was removed": ("marking.names", change(Entity, deleted_at=timezone.now())),
    "a name that stands for itself": ("marking.names", change(Entity, same_as=F("pk"))),
    "a lost version of the gold": ("curation.history", change(Adjudication, n_versions=2)),
    "a version of the gold": ("curation.versions", change(GoldVersion, content={})),
    "counts of cases": ("curation.counts", change(ArticleCases, n_all=99)),
    "sums of cases": ("curation.counts", change(StudyCases, totals={})),
    "sums": ("reports.sums", wrong_sums),
    "tables": ("reports.tables", kept_tables),
    "tables of the work as it stands": (
        "reports.tables",
        figure_changed(StudyTables, "tables", "counts"),
    ),
    "tables of gamma": ("reports.tables", figure_changed(StudyTables, "tables", "chance")),
    "gamma": ("reports.gamma", figure_changed(ArticleGamma, "result", "labels")),
    "gamma of every two": ("reports.gamma", figure_changed(ArticleGamma, "result", "pairs")),
    "a version of the codebook": (
        "study.codebook",
        lambda article: CodebookVersion.objects.filter(number=3).update(number=5),
    ),
    "a study without manager": (
        "study.managers",
        lambda article: Membership.objects.filter(role=Role.MANAGER).update(
            ended_at=timezone.now()
        ),
    ),
}

"""Faults of a careful hand: it makes sums and digests anew too, as far as one row goes."""

from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from annotations.assignment.models import Assignment, Submission
from annotations.corpus.models import Article
from annotations.curation.models import GoldVersion
from annotations.exchange.models import Export
from annotations.marking.chain import prefixes
from annotations.marking.finishing import content_sha256
from annotations.marking.models import Operation
from annotations.study.actions.audit import record
from annotations.study.models import AuditEntry, CodebookVersion
from annotations.study.sealing import digest_of, witness_of
from annotations.text.cleaning import sha256


def operation(*, remade: bool = False, **values: Any) -> Callable[[Article], None]:
    """One operation says something else, is gone without values; `remade`: so is its digest."""

    def spoil(article: Article) -> None:
        row = Operation.objects.filter(rev=2)[0]
        rows = Operation.objects.filter(pk=row.pk)
        rows.update(**values) if values else rows.delete()
        if remade:
            (digests,) = prefixes({row.assignment_id: article.text_sha256}).values()
            Assignment.objects.filter(pk=row.assignment_id).update(digest=digests[-1])

    return spoil


def somebody_else(article: Article) -> None:
    operation(user=article.imported_by)(article)


def somebody_else_remade(article: Article) -> None:
    operation(user=article.imported_by, remade=True)(article)


def refusal_gone(article: Article) -> None:
    Operation.objects.filter(pk=Operation.objects.filter(rev=None)[0].pk).delete()


def article_rewritten(article: Article) -> None:
    """A text of the same length, with its own sum; its quotes are elsewhere."""
    text = article.text[:-2] + "X\n"
    Article.objects.filter(pk=article.pk).update(text=text, text_sha256=sha256(text))


def some_entry() -> AuditEntry:
    return AuditEntry.objects.order_by("pk")[1]


def entry_gone(article: Article) -> None:
    some_entry().delete()


def entry(*, remade: bool = False, **values: Any) -> Callable[[Article], None]:
    def spoil(article: Article) -> None:
        row = some_entry()
        for name, value in values.items():
            setattr(row, name, value)
        told = {**values, "digest": digest_of(row)} if remade else values
        AuditEntry.objects.filter(pk=row.pk).update(**told)

    return spoil


def entry_put_in(article: Article) -> None:
    AuditEntry.objects.create(
        study=article.study, actor=article.imported_by, action="gold.merged", subject_type="study",
        subject_id=str(article.study_id),
    )  # fmt: skip


def entry_that_begins_anew(article: Article) -> None:
    entry_put_in(article)
    row = AuditEntry.objects.latest("pk")
    AuditEntry.objects.filter(pk=row.pk).update(digest=digest_of(row))


def codebook(*, remade: bool = False) -> Callable[[Article], None]:
    def spoil(article: Article) -> None:
        row = CodebookVersion.objects.get(number=2)
        row.content = {**row.content, "labels": []}
        CodebookVersion.objects.filter(pk=row.pk).update(content=row.content)
        if remade:
            rows = AuditEntry.objects.filter(subject_id=str(row.pk))
            rows.update(witness=witness_of(row))

    return spoil


def codebook_gone(article: Article) -> None:
    CodebookVersion.objects.get(number=2).delete()


def submission_rewritten(article: Article) -> None:
    row = Submission.objects.order_by("pk")[0]
    content = {**row.content, "codebook": 1}
    rows = Submission.objects.filter(pk=row.pk)
    rows.update(content=content, content_sha256=content_sha256(content))


def gold_rewritten(article: Article) -> None:
    GoldVersion.objects.update(content={}, content_sha256=content_sha256({}))


def gold_gone(article: Article) -> None:
    GoldVersion.objects.all().delete()


def export_rewritten(article: Article) -> None:
    path = storages["exports"].save("made.zip", ContentFile(b"another"))
    made = Export.objects.create(
        study=article.study, created_by=article.imported_by, file_format="jsonl", state="done",
        path=path, n_bytes=7, sha256=sha256("another"), finished_at=timezone.now(),
    )  # fmt: skip
    told = {"sha256": sha256("as it was made")}
    who = article.imported_by
    record(study=article.study, actor=who, action="study.exported", subject=made, after=told)


TIED: dict[str, tuple[str, Callable[[Article], None]]] = {
    "another name in an operation": ("marking.chain", somebody_else),
    "another time of an operation": ("marking.chain", operation(at=timezone.now())),
    "another tab of an operation": ("marking.chain", operation(tab=None)),
    "another answer to an operation": ("marking.chain", operation(result={})),
    "a refusal gone": ("marking.chain", refusal_gone),
    "an operation gone": ("marking.chain", operation()),
    "another name in submitted work, its digest made anew": ("marking.chain", somebody_else_remade),
    "a text rewritten with its sum": ("marking.chain", article_rewritten),
    "an entry gone": ("study.audit", entry_gone),
    "an entry blanked": ("study.audit", entry(after={}, subject_name="")),
    "another name in an entry, its digest made anew": (
        "study.audit",
        entry(action="gold.merged", remade=True),
    ),
    "an entry put in": ("study.audit", entry_put_in),
    "an entry that begins anew": ("study.audit", entry_that_begins_anew),
    "an older version of the codebook": ("study.codebook", codebook()),
    "an older version of the codebook, its witness made anew": (
        "study.audit",
        codebook(remade=True),
    ),
    "an older version of the codebook gone": ("study.codebook", codebook_gone),
    "a submission with its sum": ("assignment.sums", submission_rewritten),
    "a version of the gold with its sum": ("curation.sums", gold_rewritten),
    "a version of the gold gone": ("curation.sums", gold_gone),
    "an export with its sum": ("exchange.sums", export_rewritten),
}

"""How acts on articles are undone."""

from annotations.accounts.models import User
from annotations.study.actions.undoing import ChangedSince, refuse_changed, subject_of, undoes
from annotations.study.models import AuditEntry
from annotations.study.policy import Act
from annotations.text.refusal import Refusal

from ..models import Article, Import, RegionKind
from ..records import Source
from .articles import bin_article, edit_article, particulars, restore_article
from .regions import mark_region, unmark_region


class ArticlesInUse(Refusal):
    """Some of these articles are assigned by now. Put single ones into the bin instead."""


def article_of(entry: AuditEntry) -> Article:
    articles = Article.objects.filter(study=entry.study).select_related("study", "outlet")
    found: Article = subject_of(entry, articles)
    return found


@undoes(Act.IMPORT_ARTICLES, "article.binned")
def article_binned(entry: AuditEntry, actor: User) -> None:
    held = article_of(entry)
    if held.deleted_at is None:
        raise ChangedSince
    restore_article(article=held, actor=actor)


@undoes(Act.IMPORT_ARTICLES, "article.restored", "article.added")
def article_there(entry: AuditEntry, actor: User) -> None:
    held = article_of(entry)
    if held.deleted_at is not None:
        raise ChangedSince
    bin_article(article=held, actor=actor)


@undoes(Act.IMPORT_ARTICLES, "article.imported")
def articles_imported(entry: AuditEntry, actor: User) -> None:
    """All that this import brought goes to the bin, unless any of it is assigned."""
    made = subject_of(entry, Import.objects.filter(study=entry.study))
    brought = Article.objects.kept().filter(study=entry.study, source_file__imported_in=made)
    if not brought.exists():
        raise ChangedSince
    if brought.filter(assignments__isnull=False).exists():
        raise ArticlesInUse
    for article in brought.light().select_related("study").order_by("pk").iterator(500):
        bin_article(article=article, actor=actor)


@undoes(Act.IMPORT_ARTICLES, "article.edited")
def article_edited(entry: AuditEntry, actor: User) -> None:
    held = article_of(entry)
    now = particulars(held)
    refuse_changed(now, entry.after)
    edit_article(article=held, actor=actor, source=Source.from_json(now | entry.before))


@undoes(Act.IMPORT_ARTICLES, "region.marked")
def region_marked(entry: AuditEntry, actor: User) -> None:
    told = {name: entry.after[name] for name in ("kind", "start", "end")}
    region = article_of(entry).regions.filter(removed_at=None, **told).first()
    if region is None:
        raise ChangedSince
    unmark_region(region=region, actor=actor)


@undoes(Act.IMPORT_ARTICLES, "region.unmarked")
def region_unmarked(entry: AuditEntry, actor: User) -> None:
    held, told = article_of(entry), entry.before
    start, end = told["start"], told["end"]
    kind, quote = RegionKind(told["kind"]), held.text[start:end]
    mark_region(article=held, actor=actor, kind=kind, start=start, end=end, quote=quote)

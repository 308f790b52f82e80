"""What is not article text: marked and unmarked by a manager, offsets and words compared."""

from django.db import transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.study.actions import record
from annotations.text.cleaning import clean
from annotations.text.offsets import Stretch, grow_to_graphemes
from annotations.text.refusal import Refusal
from annotations.text.tokens import trim

from ..models import Article, Region, RegionKind
from .articles import resegment


class RegionRefused(Refusal):
    """This cannot be marked as not article text."""


@transaction.atomic
def mark_region(
    *, article: Article, actor: User, kind: RegionKind, start: int, end: int, quote: str
) -> Region:
    """`[start, end)` in code points is not article text; `quote` must be the words there."""
    if not 0 <= start < end <= article.n_code_points:
        raise RegionRefused("This stretch is not within the article. Choose it again.")
    if article.text[start:end] != quote:
        raise RegionRefused("The words do not stand at that place. Choose them again.")
    start, end = grow_to_graphemes(article.text, start, end)
    _lock(article)
    overlapping = article.regions.filter(removed_at=None, start__lt=end, end__gt=start).first()
    if overlapping is not None:
        raise RegionRefused(
            "Part of this is already marked as not article text. Unmark that first."
        )
    region = Region.objects.create(
        study=article.study, article=article, kind=kind, start=start, end=end, created_by=actor
    )
    _cut_anew(article)
    said = {"kind": kind, "start": start, "end": end, "quote": article.text[start:end][:200]}
    record(study=article.study, actor=actor, action="region.marked", subject=article, after=said)
    return region


def mark_words(*, article: Article, actor: User, kind: RegionKind, words: str) -> Region:
    """The words as typed or pasted; they must stand in the article exactly once."""
    start, end = stretch_of(article, words)
    quote = article.text[start:end]
    return mark_region(article=article, actor=actor, kind=kind, start=start, end=end, quote=quote)


def stretch_of(article: Article, words: str) -> Stretch:
    """Where the words stand. Raises RegionRefused when that is nowhere, or more than once."""
    quote = clean(words)
    start, end = trim(quote, 0, len(quote))
    quote = quote[start:end]
    if not quote:
        raise RegionRefused("Give the words that are not article text.")
    first = article.text.find(quote)
    if first < 0:
        raise RegionRefused("These words are not in the article exactly like this.")
    if article.text.find(quote, first + 1) >= 0:
        raise RegionRefused("These words are in the article more than once. Give more of them.")
    return first, first + len(quote)


@transaction.atomic
def unmark_region(*, region: Region, actor: User) -> None:
    """It is article text after all. Doing it twice changes nothing."""
    article = region.article
    _lock(article)
    region.refresh_from_db(fields=["removed_at"])
    if region.removed_at is not None:
        return
    region.removed_at, region.removed_by = timezone.now(), actor
    region.save(update_fields=["removed_at", "removed_by"])
    _cut_anew(article)
    said = {"kind": region.kind, "start": region.start, "end": region.end}
    record(study=article.study, actor=actor, action="region.unmarked", subject=article, before=said)


def _lock(article: Article) -> None:
    """Two managers who mark at once come one after the other."""
    Article.objects.select_for_update(no_key=True).only("pk").get(pk=article.pk)


def _cut_anew(article: Article) -> None:
    resegment(article)
    article.save(update_fields=["sentences", "segmenter", "direction"])

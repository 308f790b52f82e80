"""Articles: making one, its particulars, its way to the bin and back. Never its text."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.overtaken import again_if_overtaken
from annotations.study.actions import record
from annotations.study.models import Study
from annotations.study.policy import Standing
from annotations.text.blocks import blocks
from annotations.text.direction import direction
from annotations.text.offsets import Stretch
from annotations.text.refusal import Refusal
from annotations.text.sentences import SEGMENTER, sentences

from ..models import Article, Outlet, Region, RegionKind, SourceFile
from ..queries import import_limits, live_regions
from ..records import Defaults, Draft, Record, Source, draft_of


class SameText(Refusal):
    """The same text is already in this study."""


def build_article(
    *,
    study: Study,
    actor: User,
    draft: Draft,
    outlet: Outlet | None,
    source_file: SourceFile | None = None,
    source_place: str = "",
) -> tuple[Article, Region | None]:
    """The rows for a draft, not yet saved; the region is its crawler prefix."""
    source, text = draft.source, draft.text
    prefix = (0, draft.prefix_end) if draft.prefix_end else None
    article = Article(
        study=study,
        title=source.title,
        text=text,
        text_sha256=draft.sha256,
        n_code_points=len(text),
        n_words=draft.n_words,
        blocks=blocks(text, source.language),
        sentences=sentences_outside(text, source.language, [prefix] if prefix else []),
        segmenter=SEGMENTER,
        outlet=outlet,
        byline=source.byline,
        url=source.url,
        published_on=source.published_on,
        language=source.language,
        direction=direction(text, source.language, draft.prefix_end),
        event=source.event,
        source_file=source_file,
        source_place=source_place,
        imported_by=actor,
    )
    if prefix is None:
        return article, None
    region = Region(
        study=study,
        article=article,
        kind=RegionKind.METADATA,
        start=prefix[0],
        end=prefix[1],
        created_by=actor,
    )
    return article, region


def sentences_outside(text: str, language: str, regions: Iterable[Stretch]) -> list[Stretch]:
    """Sentences of the article itself: cut at the edges of the regions, none within one."""
    regions = sorted(regions)
    found = sentences(text, language, [place for region in regions for place in region])
    outside, upcoming = [], 0
    for start, end in found:
        while upcoming < len(regions) and regions[upcoming][1] <= start:
            upcoming += 1
        if upcoming == len(regions) or end <= regions[upcoming][0]:
            outside.append((start, end))
    return outside


@again_if_overtaken
def add_article(*, study: Study, actor: User, text: str, title: str, **source: str) -> Article:
    """One article by hand or by another room: `source` is outlet, byline, url, published_on, ….

    Raises RecordWrong, or SameText when the study has it already.
    """
    fields = {"title": title, "text": text, **source}
    draft = draft_of(Record(title, fields=fields), Defaults(), import_limits())
    same = Article.objects.kept().filter(study=study, text_sha256=draft.sha256).first()
    if same is not None:
        raise SameText(f"The same text is already in this study: “{same.title}”.")
    outlet = named_outlet(study, draft.source.outlet)
    article, region = build_article(study=study, actor=actor, draft=draft, outlet=outlet)
    article.save(force_insert=True)
    if region:
        region.save(force_insert=True)
    record(study=study, actor=actor, action="article.added", subject=article)
    return article


def named_outlet(study: Study, name: str) -> Outlet | None:
    return Outlet.objects.get_or_create(study=study, name=name)[0] if name else None


@transaction.atomic
def edit_article(*, article: Article, actor: User, source: Source) -> None:
    """New particulars. The text stays; a new language may cut its sentences anew."""
    before, after = particulars(article), source.as_json()
    changed = {name for name in after if before[name] != after[name]}
    if not changed:
        return
    article.title, article.byline, article.url = source.title, source.byline, source.url
    article.published_on, article.event = source.published_on, source.event
    article.outlet = named_outlet(article.study, source.outlet)
    fields = ["title", "byline", "url", "published_on", "event", "outlet"]
    if "language" in changed:
        article.language = source.language
        resegment(article)
        fields += ["language", "direction", "sentences", "segmenter"]
    article.save(update_fields=fields)
    record(
        study=article.study,
        actor=actor,
        action="article.edited",
        subject=article,
        before={name: before[name] for name in sorted(changed)},
        after={name: after[name] for name in sorted(changed)},
    )


def resegment(article: Article) -> None:
    """Sentences and direction anew, as language and regions now are; the caller saves."""
    regions = list(live_regions(article).values_list("start", "end"))
    prefix = next((end for start, end in regions if start == 0), 0)
    article.sentences = sentences_outside(article.text, article.language, regions)
    article.segmenter = SEGMENTER
    article.direction = direction(article.text, article.language, prefix)


def particulars(article: Article) -> dict[str, Any]:
    """What `Source.as_json` says, for an article that is there."""
    return Source(
        title=article.title,
        outlet=article.outlet.name if article.outlet else "",
        byline=article.byline,
        url=article.url,
        published_on=article.published_on,
        language=article.language,
        event=article.event,
    ).as_json()


@transaction.atomic
def bin_article(*, article: Article, actor: User) -> None:
    """Out of every list; nothing of it or of its marks is lost."""
    if article.deleted_at is not None:
        return
    article.deleted_at, article.deleted_by = timezone.now(), actor
    article.save(update_fields=["deleted_at", "deleted_by"])
    record(study=article.study, actor=actor, action="article.binned", subject=article)


@again_if_overtaken
def restore_article(*, article: Article, actor: User) -> None:
    """Back from the bin. Raises SameText when its text was brought in again meanwhile."""
    Article.objects.select_for_update(no_key=True).only("pk").get(pk=article.pk)
    article.refresh_from_db(fields=["deleted_at", "deleted_by"])
    if article.deleted_at is None:
        return
    same = Article.objects.kept().filter(study=article.study, text_sha256=article.text_sha256)
    if (other := same.light().first()) is not None:
        raise SameText(
            f"The same text was brought in again as “{other.title}”. Put that in the bin first."
        )
    article.deleted_at = article.deleted_by = None
    article.save(update_fields=["deleted_at", "deleted_by"])
    record(study=article.study, actor=actor, action="article.restored", subject=article)


def note_look(standing: Standing, found: Article) -> None:
    """A site admin's look into a study they do not belong to is on record."""
    if standing.is_site_admin:
        record(study=standing.study, actor=standing.user, action="article.looked_at", subject=found)

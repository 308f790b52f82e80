"""What is asked of a study's articles and imports."""

import uuid
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings
from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404

from annotations.accounts.models import User
from annotations.accounts.paging import Cursor, Page, page_of
from annotations.study.models import Study
from annotations.text.offsets import Stretch

from .models import Article, ArticleQuerySet, Import, Outlet, Region, SourceFile
from .records import Limits
from .searching import holds, in_order, reads

EVENTS_LISTED = 100
FEW = 2_000  # articles that are found by words; further ones are not counted


def import_limits() -> Limits:
    """As the settings say."""
    return Limits(
        article_bytes=settings.SOURCEMARK_MAX_ARTICLE_BYTES,
        upload_bytes=settings.SOURCEMARK_MAX_UPLOAD_BYTES,
        unpacked_bytes=settings.SOURCEMARK_MAX_UNPACKED_BYTES,
        zip_entries=settings.SOURCEMARK_MAX_ZIP_ENTRIES,
        records=settings.SOURCEMARK_MAX_IMPORT_RECORDS,
    )


# --- articles ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """A page of articles, and how many there are; `is_more`: more than that were not counted."""

    page: Page[Article]
    n: int
    is_more: bool = False


def find_articles(
    study: Study, cursor: Cursor, *, words: str = "", binned: bool = False, **narrowing: Any
) -> Found:
    """A page by title; where it is narrowed to words, they are looked for in the texts too.

    A few are looked up; among many, a page is full long before the end of the titles.
    """
    articles = list_articles(study, binned=binned, **narrowing)
    if not words:
        return Found(page_of(articles, by="title__lower", cursor=cursor), articles.count())
    holding = articles.order_by().filter(*(holds(word) for word in words.split()))
    few = list(holding.values_list("pk", flat=True)[: FEW + 1])
    if len(few) > FEW:
        articles = articles.filter(*(reads(word) for word in words.split()))
        with in_order():
            page = page_of(articles, by="title__lower", cursor=cursor)
        return Found(page, FEW, is_more=True)
    articles = articles.filter(pk__in=few)
    return Found(page_of(articles, by="title__lower", cursor=cursor), len(few))


def list_articles(
    study: Study,
    *,
    outlet: uuid.UUID | Literal["none"] | None = None,
    event: str = "",
    binned: bool = False,
) -> ArticleQuerySet:
    """Articles by title, without their texts; `outlet` "none": those without one."""
    articles = Article.objects.light().filter(study=study, deleted_at__isnull=not binned)
    if outlet == "none":
        articles = articles.filter(outlet=None)
    elif outlet is not None:
        articles = articles.filter(outlet=outlet)
    if event:
        articles = articles.filter(event=event)
    related = ("outlet", "deleted_by") if binned else ("outlet",)
    return articles.select_related(*related).order_by("title__lower", "id")


def list_outlets(study: Study) -> QuerySet[Outlet]:
    return Outlet.objects.filter(study=study).order_by("name", "id")


def list_events(study: Study, at_most: int | None = None) -> list[str]:
    """What the study's kept articles tell of, by name."""
    events = Article.objects.kept().filter(study=study, event__gt="")
    return list(events.order_by("event").values_list("event", flat=True).distinct()[:at_most])


def events_to_choose(study: Study) -> list[str] | None:
    """The events, unless they are too many to choose from a list: then None, at the same cost."""
    events = list_events(study, at_most=EVENTS_LISTED + 1)
    return events if len(events) <= EVENTS_LISTED else None


def fetch_article(study: Study, article_id: uuid.UUID, *, binned: bool | None = False) -> Article:
    """An article of this study with outlet, file and who imported it; None: in the bin or not."""
    articles = Article.objects.filter(study=study, pk=article_id)
    if binned is not None:
        articles = articles.filter(deleted_at__isnull=not binned)
    file = Prefetch("source_file", SourceFile.objects.defer("content"))
    article = articles.select_related("outlet", "imported_by").prefetch_related(file).first()
    if article is None:
        raise Http404("No such article in this study.")
    return article


def fetch_original(study: Study, article_id: uuid.UUID) -> SourceFile:
    """The file an article came from, with its bytes."""
    file = SourceFile.objects.filter(study=study, articles=article_id).first()
    if file is None:
        raise Http404("This article did not come from a file.")
    return file


def live_regions(article: Article) -> QuerySet[Region]:
    """What is not article text, in its order."""
    return Region.objects.filter(article=article, removed_at=None).order_by("start", "id")


@dataclass(frozen=True, slots=True)
class Touching:
    """The marks that a stretch takes something from; none are told to who still marks it too."""

    n_marks: int = 0
    n_people: int = 0

    def __bool__(self) -> bool:
        return self.n_marks > 0

    def __str__(self) -> str:
        marks = "1 mark" if self.n_marks == 1 else f"{self.n_marks} marks"
        people = "1 annotator" if self.n_people == 1 else f"{self.n_people} annotators"
        stay = "It stays as it is" if self.n_marks == 1 else "They stay as they are"
        verb = "lies" if self.n_marks == 1 else "lie"
        return (
            f"{marks} of {people} {verb} in it, wholly or in part. {stay}, but what is not "
            "article text counts in no figure."
        )


def marks_touching(article: Article, stretches: Iterable[Stretch], viewer: User) -> Touching:
    """Live marks of everybody that lie in the stretches, wholly or in part."""
    places = list(stretches)
    still_marks = article.assignments.filter(
        annotator=viewer, state__in=["waiting", "in_progress", "returned"]
    )
    if not places or still_marks.exists():  # blindness comes first
        return Touching()
    first, last = min(start for start, _ in places), max(end for _, end in places)
    rows = article.assignments.exclude(state="withdrawn").filter(
        spans__deleted_at=None, spans__fragments__start__lt=last, spans__fragments__end__gt=first
    )
    parts = rows.order_by().values_list(
        "annotator", "spans", "spans__fragments__start", "spans__fragments__end"
    )
    places.sort()
    found = {(person, span) for person, span, start, end in parts if _meets(places, start, end)}
    return Touching(len({span for _, span in found}), len({person for person, _ in found}))


def _meets(places: list[Stretch], start: int, end: int) -> bool:
    """Whether [start, end) has anything in common with one of these, sorted and disjoint."""
    at = bisect_left(places, end, key=lambda place: place[0])
    return at > 0 and places[at - 1][1] > start


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a block, `[start, end)` in code points; `region` when it is not article text."""

    start: int
    end: int
    text: str
    region: Region | None


@dataclass(frozen=True, slots=True)
class Block:
    number: int
    start: int
    pieces: tuple[Piece, ...]


def blocks_with_regions(article: Article, regions: list[Region]) -> list[Block]:
    """The article's blocks, each cut where a region begins or ends. Regions do not overlap."""
    found, upcoming = [], 0
    for number, (start, end) in enumerate(article.blocks):
        while upcoming < len(regions) and regions[upcoming].end <= start:
            upcoming += 1
        pieces, at, index = [], start, upcoming
        while at < end:
            region = regions[index] if index < len(regions) else None
            if region is None or region.start >= end:
                stop, inside = end, None
            elif at < region.start:
                stop, inside = region.start, None
            else:
                stop, inside = min(region.end, end), region
                index += 1
            pieces.append(Piece(at, stop, article.text[at:stop], inside))
            at = stop
        found.append(Block(number, start, tuple(pieces)))
    return found


@dataclass(frozen=True, slots=True)
class Sentence:
    """Part of a block that belongs to the sentence `value` ("start-end"), or to none ("")."""

    value: str
    text: str
    region: Region | None = None
    first: bool = True  # False where a sentence goes on from an earlier piece


def blocks_with_sentences(article: Article, regions: list[Region]) -> list[list[Sentence]]:
    """Each block as its sentences, the white space between them, and what is not article text."""
    found, upcoming = [], 0
    for block in blocks_with_regions(article, regions):
        pieces = []
        for piece in block.pieces:
            at = piece.start
            while at < piece.end and piece.region is None:
                while upcoming < len(article.sentences) and article.sentences[upcoming][1] <= at:
                    upcoming += 1
                start, end = piece.end, piece.end
                if upcoming < len(article.sentences):
                    start, end = article.sentences[upcoming]
                if at < start:
                    stop = min(start, piece.end)
                    pieces.append(Sentence("", article.text[at:stop]))
                else:
                    stop = min(end, piece.end)
                    pieces.append(
                        Sentence(f"{start}-{end}", article.text[at:stop], first=at == start)
                    )
                at = stop
            if piece.region is not None:
                pieces.append(Sentence("", piece.text, piece.region))
        found.append(pieces)
    return found


def joined(text: str, chosen: list[Stretch]) -> list[Stretch]:
    """Sorted stretches, those with nothing but white space between them made one."""
    found: list[Stretch] = []
    for start, end in chosen:
        if found and not text[found[-1][1] : start].strip():
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


# --- imports ----------------------------------------------------------------------------------


def list_imports(study: Study) -> QuerySet[Import]:
    """The latest first, without what was found."""
    imports = Import.objects.filter(study=study).defer("findings").select_related("created_by")
    return imports.annotate(n_files=Count("files")).order_by("-created_at", "id")


def fetch_import(study: Study, import_id: uuid.UUID, *, light: bool = False) -> Import:
    """An import of this study; `light` leaves out what was found in the files."""
    imports = Import.objects.filter(study=study, pk=import_id).select_related("created_by")
    found = (imports.defer("findings") if light else imports).first()
    if found is None:
        raise Http404("No such import in this study.")
    return found


def known_texts(study: Study) -> dict[str, tuple[uuid.UUID, str]]:
    """SHA-256 of each kept text -> (article id, title)."""
    rows = Article.objects.kept().filter(study=study)
    return {
        sha256: (pk, title) for sha256, pk, title in rows.values_list("text_sha256", "pk", "title")
    }


def columns_left_out(findings: list[dict[str, Any]]) -> list[str]:
    """Names of the unknown columns that an import passes over, in their order."""
    return list(dict.fromkeys(name for each in findings for name in each.get("left_out", ())))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many records of an import are new, there already, and wrong."""

    new: int
    twice: int
    wrong: int

    @property
    def all(self) -> int:
        return self.new + self.twice + self.wrong


def tally(findings: list[dict[str, Any]]) -> Tally:
    wrong = sum(1 for finding in findings if finding["problem"])
    twice = sum(1 for finding in findings if finding["same_as"])
    return Tally(len(findings) - wrong - twice, twice, wrong)

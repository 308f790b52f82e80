"""Marking and unmarking what is not article text."""

import uuid
from bisect import bisect_right

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotations.accounts.asking import me, posted
from annotations.study.policy import Act, Standing
from annotations.study.queries import fetch_standing
from annotations.study.undo_offers import say_done
from annotations.text.cleaning import clean
from annotations.text.offsets import Stretch
from annotations.text.refusal import Refusal

from ..actions import mark_region, unmark_region
from ..actions.regions import stretch_of
from ..forms import CONFIRMED, RegionForm, SentencesForm
from ..models import Article, RegionKind
from ..queries import (
    Touching,
    blocks_with_sentences,
    fetch_article,
    joined,
    live_regions,
    marks_touching,
)
from .articles import article_context
from .listed import to_article

BLOCKS_PER_PAGE = 60


@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """One stretch: by its offset where a script knows it, else by its words alone."""
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    article = fetch_article(standing.study, article_id)
    if request.method != "POST":  # a reload after a refusal
        return to_article(request, study_id, article_id)
    form = RegionForm(request.POST)
    if form.is_valid():
        kind, start = RegionKind(form.cleaned_data["kind"]), form.cleaned_data["start"]
        try:
            words = clean(form.cleaned_data["words"])
            place = stretch_of(article, words) if start is None else (start, start + len(words))
            touching = marks_touching(article, [place], standing.user)
            if touching and CONFIRMED not in request.POST:
                return ask_first(request, standing, article, touching, [place])
            region = mark_region(
                article=article,
                actor=standing.user,
                kind=kind,
                start=place[0],
                end=place[1],
                quote=words if start is not None else article.text[slice(*place)],
            )
        except Refusal as refusal:
            form.add_error("words", str(refusal))
        else:
            say_marked(request, touching)
            return to_block(request, article, region.start)
    context = article_context(request, standing, article, form)
    return render(request, "corpus/article.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def sentences(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """Whole sentences by ticking them: needs neither mouse nor script."""
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    article = fetch_article(standing.study, article_id)
    form = SentencesForm(posted(request), article=article)
    if form.is_valid():
        chosen = joined(article.text, form.stretches())
        touching = marks_touching(article, chosen, standing.user)
        if touching and CONFIRMED not in request.POST:
            return ask_first(request, standing, article, touching, chosen)
        try:
            with transaction.atomic():
                for start, end in chosen:
                    mark_region(
                        article=article,
                        actor=standing.user,
                        kind=RegionKind(form.cleaned_data["kind"]),
                        start=start,
                        end=end,
                        quote=article.text[start:end],
                    )
        except Refusal as refusal:
            form.add_error("chosen", str(refusal))
        else:
            say_marked(request, touching)
            return to_block(request, article, chosen[0][0])
    blocks = blocks_with_sentences(article, list(live_regions(article)))
    context = {
        "standing": standing,
        "article": article,
        "form": form,
        "chosen": request.POST.getlist("chosen"),
        "page": Paginator(blocks, BLOCKS_PER_PAGE).get_page(request.GET.get("page")),
        "up": to_article(request, study_id, article_id).url,
    }
    return render(request, "corpus/sentences.html", context, status=422 if form.errors else 200)


def ask_first(
    request: HttpRequest,
    standing: Standing,
    article: Article,
    touching: Touching,
    places: list[Stretch],
) -> HttpResponse:
    """People have marked something there: say what becomes of it, and send the same once more."""
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", CONFIRMED)
        for value in values
    ]
    context = {
        "standing": standing,
        "article": article,
        "touching": touching,
        "quotes": [article.text[start:end] for start, end in places],
        "sent": sent,
        "confirmed": CONFIRMED,
        "up": to_article(request, article.study_id, article.pk).url,
    }
    return render(request, "corpus/region_confirm.html", context)


def say_marked(request: HttpRequest, touching: Touching) -> None:
    say_done(request, f"Marked as not article text. {touching or ''}".strip())


@require_POST
def unmark(
    request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID, region_id: uuid.UUID
) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    article = fetch_article(standing.study, article_id)
    region = article.regions.filter(pk=region_id).select_related("article__study").first()
    if region is None:
        raise Http404("No such stretch in this article.")
    unmark_region(region=region, actor=standing.user)
    say_done(request, "It counts as article text again.")
    return to_block(request, article, region.start)


def to_block(request: HttpRequest, article: Article, place: int) -> HttpResponse:
    """Back to the article where code point `place` is."""
    number = bisect_right(article.blocks, place, key=lambda block: block[0]) - 1
    url = to_article(request, article.study_id, article.pk).url
    return redirect(f"{url}#b{number}" if number else url)

"""Marking and unmarking what is not article text."""

import uuid
from bisect import bisect_right

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from annotations.study.policy import Act
from annotations.study.queries import fetch_standing
from annotations.text.cleaning import clean
from annotations.text.refusal import Refusal

from ..actions import mark_region, mark_words, unmark_region
from ..forms import RegionForm, SentencesForm
from ..models import Article, RegionKind
from ..queries import blocks_with_sentences, fetch_article, joined, live_regions
from . import me, posted
from .articles import article_context

BLOCKS_PER_PAGE = 60


@require_http_methods(["GET", "POST"])
def mark(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """One stretch: by its offset where a script knows it, else by its words alone."""
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    article = fetch_article(standing.study, article_id)
    if request.method == "GET":  # a reload after a refusal
        return redirect("corpus:article", study_id, article_id)
    form = RegionForm(request.POST)
    if form.is_valid():
        kind, start = RegionKind(form.cleaned_data["kind"]), form.cleaned_data["start"]
        try:
            words = clean(form.cleaned_data["words"])
            if start is None:
                region = mark_words(article=article, actor=standing.user, kind=kind, words=words)
            else:
                region = mark_region(
                    article=article,
                    actor=standing.user,
                    kind=kind,
                    start=start,
                    end=start + len(words),
                    quote=words,
                )
        except Refusal as refusal:
            form.add_error("words", str(refusal))
        else:
            messages.success(request, "Marked as not article text.")
            return to_block(article, region.start)
    context = article_context(standing, article, form)
    return render(request, "corpus/article.html", context, status=422)


@require_http_methods(["GET", "POST"])
def sentences(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """Whole sentences by ticking them: needs neither mouse nor script."""
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    article = fetch_article(standing.study, article_id)
    form = SentencesForm(posted(request), article=article)
    if form.is_valid():
        try:
            with transaction.atomic():
                chosen = joined(article.text, form.stretches())
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
            messages.success(request, "Marked as not article text.")
            return to_block(article, chosen[0][0])
    blocks = blocks_with_sentences(article, list(live_regions(article)))
    context = {
        "standing": standing,
        "article": article,
        "form": form,
        "chosen": request.POST.getlist("chosen"),
        "page": Paginator(blocks, BLOCKS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "corpus/sentences.html", context, status=422 if form.errors else 200)


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
    messages.success(request, "It counts as article text again.")
    return to_block(article, region.start)


def to_block(article: Article, place: int) -> HttpResponse:
    """Back to the article where code point `place` is."""
    number = bisect_right(article.blocks, place, key=lambda block: block[0]) - 1
    url = reverse("corpus:article", args=[article.study_id, article.pk])
    return redirect(f"{url}#b{number}" if number else url)

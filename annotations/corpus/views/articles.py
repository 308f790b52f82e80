"""The list of articles, an article, its particulars, its original file, its way to the bin."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.asking import me, posted
from annotations.accounts.narrowing import say_left_out
from annotations.accounts.paging import Cursor, read_cursor
from annotations.study.drawn_from import DrawnFrom
from annotations.study.policy import Act, Standing
from annotations.study.queries import fetch_standing
from annotations.study.undo_offers import say_done
from annotations.text.refusal import Refusal

from ..actions import bin_article, edit_article, note_look, restore_article
from ..actions.articles import particulars
from ..forms import ArticleFilter, ArticleForm, RegionForm
from ..models import Article
from ..queries import (
    Found,
    blocks_with_regions,
    fetch_article,
    fetch_original,
    find_articles,
    live_regions,
    marks_touching,
)
from .listed import from_here, list_of, onward, to_article, with_query


@require_safe
def articles(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.READ_ANY_ARTICLE)
    narrow = ArticleFilter(request.GET, study=standing.study)
    narrowing = narrow.narrowing()
    say_left_out(request, narrow)
    context = {
        "standing": standing,
        "may_import": standing.may(Act.IMPORT_ARTICLES),
        "filter": narrow,
        "narrowed": any(narrowing.values()),
        "found": page_asked(standing, request, **narrowing),
        "onward": from_here(request),
    }
    return render(request, "corpus/articles.html", context)


def page_asked(standing: Standing, request: HttpRequest, **narrowing: Any) -> Found:
    """From the start where a page has become empty: its last article went to the bin, or back."""
    cursor = read_cursor(request.GET)
    found = find_articles(standing.study, cursor, **narrowing)
    if found.page.rows or cursor == Cursor():
        return found
    return find_articles(standing.study, Cursor(), **narrowing)


@require_safe
def binned(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    found = page_asked(standing, request, binned=True)
    return render(request, "corpus/bin.html", {"standing": standing, "found": found})


@require_safe
def article(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.READ_ANY_ARTICLE)
    found = fetch_article(standing.study, article_id)
    note_look(standing, found)
    return render(
        request, "corpus/article.html", article_context(request, standing, found, RegionForm())
    )


def article_context(
    request: HttpRequest, standing: Standing, found: Article, form: RegionForm
) -> dict[str, Any]:
    regions = list(live_regions(found))
    places = [(region.start, region.end) for region in regions]
    return {
        "standing": standing,
        "article": found,
        "blocks": blocks_with_regions(found, regions),
        "regions": [(region, found.text[region.start : region.end]) for region in regions],
        "touching": marks_touching(found, places, standing.user),
        "may_change": standing.may(Act.IMPORT_ARTICLES),
        "form": form,
        "onward": onward(request),
        "up": list_of(request, standing.study.pk),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    found = fetch_article(standing.study, article_id)
    drawn_from = DrawnFrom(request, standing.study, lambda: particulars(found), [found])
    form = ArticleForm(posted(request), initial=particulars(found))
    if form.is_valid() and drawn_from.attempt(
        form, lambda: edit_article(article=found, actor=standing.user, source=form.source)
    ):
        say_done(request, "The particulars are saved.")
        return to_article(request, study_id, article_id)
    context = {
        "standing": standing,
        "article": found,
        "form": form,
        "drawn_from": drawn_from,
        "up": to_article(request, study_id, article_id).url,
    }
    return render(request, "corpus/edit.html", context, status=drawn_from.status(form))


@require_safe
def original(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """The file as it came in, byte for byte."""
    standing = fetch_standing(me(request), study_id, Act.READ_ANY_ARTICLE)
    note_look(standing, fetch_article(standing.study, article_id))
    file = fetch_original(standing.study, article_id)
    response = HttpResponse(bytes(file.content), content_type="application/octet-stream")
    name = content_disposition_header(as_attachment=True, filename=file.name.rpartition("/")[2])
    response["Content-Disposition"] = name or "attachment"
    return response


@require_POST
def put_away(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    found = fetch_article(standing.study, article_id, binned=None)
    bin_article(article=found, actor=standing.user)
    say_done(request, f"“{found.title}” is in the bin.")
    return redirect(list_of(request, study_id))


@require_POST
def restore(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.IMPORT_ARTICLES)
    found = fetch_article(standing.study, article_id, binned=None)
    try:
        restore_article(article=found, actor=standing.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        say_done(request, f"“{found.title}” is back.")
    return redirect(with_query(reverse("corpus:articles_bin", args=[study_id]), request.GET))

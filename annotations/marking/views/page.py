"""The page where an annotator marks an article, and the way to the next one."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from ..page import page_context
from ..queries import fetch_work
from ..signed_in import SignedIn


@require_GET
@cache_control(private=True, no_cache=True)
def page(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    work = fetch_work(request.user, study_id, article_id)
    return render(request, "marking/page.html", page_context(work))


@require_GET
def next_article(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    return redirect("/")

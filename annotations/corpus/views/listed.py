"""Which list somebody came from: its page, search and filters travel along in the address, so that
what is done to an article leads back to where it was chosen."""

import uuid
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.urls import reverse

LIST = "list"


def from_here(request: HttpRequest) -> str:
    """On a list: what the addresses of its articles end with; empty for the plain list."""
    return f"?{urlencode({LIST: request.GET.urlencode()})}" if request.GET else ""


def onward(request: HttpRequest) -> str:
    """On a page of an article: what the addresses of its other pages and of its acts end with."""
    return f"?{urlencode({LIST: request.GET[LIST]})}" if request.GET.get(LIST) else ""


def list_of(request: HttpRequest, study_id: uuid.UUID) -> str:
    """The address of the list of articles as it was when the article was chosen."""
    query = QueryDict(request.GET.get(LIST))
    return with_query(reverse("corpus:articles", args=[study_id]), query)


def with_query(url: str, query: QueryDict) -> str:
    return f"{url}?{query.urlencode()}" if query else url


def to_article(
    request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID
) -> HttpResponseRedirect:
    url = reverse("corpus:article", args=[study_id, article_id])
    return HttpResponseRedirect(url + onward(request))

"""Articles: read by whom they are for, added and described by managers."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.http import Http404

from annotations.accounts.models import Scope
from annotations.corpus.actions import add_article, edit_article, note_look
from annotations.corpus.actions.articles import SameText, particulars
from annotations.corpus.models import Article
from annotations.corpus.queries import fetch_article, live_regions
from annotations.corpus.records import source_of
from annotations.marking.queries import fetch_work
from annotations.study.policy import Act, Standing
from annotations.study.queries import fetch_standing

from ..calls import Answer, Call, route
from ..paging import answer_page
from ..problems import Fault, conflict
from ..reading import must_match
from ..serving import Encoder
from ..shapes.articles import ArticleChange, ArticleIn, ArticleLine, ArticlesAsked, ArticleShape
from ..shapes.pages import Page

ABOUT = "Articles"
SOURCE = ("outlet", "byline", "url", "published_on", "event")


@route(
    "GET",
    "/studies/{study_id}/articles",
    scope=Scope.READ,
    about=ABOUT,
    query=ArticlesAsked,
    answer=Page[ArticleLine],
)
def list_articles(call: Call[ArticlesAsked, None]) -> Answer:
    """Articles by title, without their texts: all, or for annotators those assigned to them."""
    standing = fetch_standing(call.user, call.study_id, Act.READ_ASSIGNED_ARTICLE)
    articles = Article.objects.kept().light().filter(study=standing.study)
    if not standing.may(Act.READ_ANY_ARTICLE):
        articles = articles.filter(assignments__annotator=call.user)
    if call.query.sha256:
        articles = articles.filter(text_sha256=call.query.sha256)

    def tell(rows: Sequence[Article]) -> list[dict[str, Any]]:
        return [article_line(row, standing) for row in rows]

    return answer_page(call, articles.select_related("outlet"), tell, by=("title__lower", "id"))


def article_line(row: Article, standing: Standing) -> dict[str, Any]:
    """Where it comes from is told to curators and managers, and to annotators of studies that do
    not hide it; which event it tells of, to curators and managers."""
    on_desk = standing.may(Act.READ_ANY_ARTICLE)
    told = {
        "id": row.pk,
        "title": row.title,
        "sha256": row.text_sha256,
        "n_code_points": row.n_code_points,
        "n_words": row.n_words,
        "language": row.language,
        "direction": row.direction,
        "outlet": row.outlet.name if row.outlet else "",
        "byline": row.byline,
        "url": row.url,
        "published_on": row.published_on,
        "event": row.event if on_desk else None,
        "imported_at": row.imported_at,
    }
    if standing.study.hide_source and not on_desk:
        told |= dict.fromkeys(SOURCE)
    return told


@route(
    "GET",
    "/studies/{study_id}/articles/{article_id}",
    scope=Scope.READ,
    about=ABOUT,
    answer=ArticleShape,
)
def show_article(call: Call[None, None]) -> Answer:
    """An article with its text, its sentences, and what in it is not article text."""
    standing = fetch_standing(call.user, call.study_id, Act.READ_ASSIGNED_ARTICLE)
    if standing.may(Act.READ_ANY_ARTICLE):
        found = fetch_article(standing.study, call.id("article_id"))
        note_look(standing, found)
    else:
        found = fetch_work(call.user, call.study_id, call.id("article_id")).article
    return Answer(article_json(found, standing))


def article_json(row: Article, standing: Standing) -> dict[str, Any]:
    regions = live_regions(row)
    return {
        **article_line(row, standing),
        "text": row.text,
        "sentences": row.sentences,
        "regions": [{"start": r.start, "end": r.end, "kind": r.kind} for r in regions],
    }


@route(
    "POST",
    "/studies/{study_id}/articles",
    scope=Scope.MANAGE,
    about=ABOUT,
    body=ArticleIn,
    answer=ArticleShape,
    status=201,
    refuses=(409,),
    most_bytes=12_000_000,
)
def create_article(call: Call[None, ArticleIn]) -> Answer:
    """Add an article. 409 when the study has the same text already."""
    standing = fetch_standing(call.user, call.study_id, Act.IMPORT_ARTICLES)
    given = call.body.model_dump(mode="json")
    given["published_on"] = given["published_on"] or ""
    text, title = given.pop("text"), given.pop("title")
    try:
        made = add_article(study=standing.study, actor=call.user, text=text, title=title, **given)
    except SameText as error:
        raise conflict(str(error), Fault(str(error), field="/text")) from error
    where = f"{call.request.path}/{made.pk}"
    return Answer(article_json(made, standing), 201, headers={"Location": where})


@route(
    "PATCH",
    "/studies/{study_id}/articles/{article_id}",
    scope=Scope.MANAGE,
    about=ABOUT,
    body=ArticleChange,
    answer=ArticleShape,
    if_match=True,
    refuses=(428,),
)
def change_article(call: Call[None, ArticleChange]) -> Answer:
    """Change an article's particulars, not its text. If-Match names the state that you change."""
    standing = fetch_standing(call.user, call.study_id, Act.IMPORT_ARTICLES)
    rows = Article.objects.select_for_update().filter(study=standing.study, deleted_at=None)
    if not rows.filter(pk=call.id("article_id")).exists():
        raise Http404("No such article in this study.")
    found = fetch_article(standing.study, call.id("article_id"))
    must_match(call.request, tag_of(article_json(found, standing)))
    given = call.body.model_dump(mode="json", exclude_unset=True)
    given = {name: value or "" for name, value in given.items()}
    known = {name: str(value or "") for name, value in particulars(found).items()}
    edit_article(article=found, actor=call.user, source=source_of({**known, **given}))
    return Answer(article_json(fetch_article(standing.study, found.pk), standing))


def tag_of(told: dict[str, Any]) -> str:
    body = json.dumps(told, cls=Encoder, ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()[:32]

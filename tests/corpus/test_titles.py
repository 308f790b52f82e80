"""Titles stand in one order on both databases, capitals or not."""

import uuid

from annotations.accounts.paging import Cursor, page_of
from annotations.corpus.models import Article
from annotations.corpus.queries import list_articles
from annotations.study.models import Study
from tests.people import make_article

TITLES = ["Apple", "apple pie", "Arden", "banana", "Cherry"]


def test_capitals_do_not_part_titles_and_no_page_leaves_one_out(study: Study) -> None:
    for title in sorted(TITLES):
        make_article(study, f"{title} it says.\n", title)
    assert [article.title for article in list_articles(study)] == TITLES
    assert [article.title for article in Article.objects.all()] == TITLES
    seen, at = [], Cursor()
    while at is not None:
        page = page_of(list_articles(study), by="title__lower", cursor=at, size=2)
        seen += [article.title for article in page.rows]
        at = Cursor(after=page.after) if page.after else None
    assert seen == TITLES
    before = Article.objects.get(title="banana").pk
    back = page_of(list_articles(study), by="title__lower", cursor=Cursor(before=before), size=2)
    assert [article.title for article in back.rows] == ["apple pie", "Arden"]
    gone = Cursor(before=uuid.uuid4())
    start = page_of(list_articles(study), by="title__lower", cursor=gone, size=2)
    assert ([article.title for article in start.rows], start.before) == (TITLES[:2], None)

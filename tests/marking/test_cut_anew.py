"""A manager's change to how a text is cut reaches the next save, also from another process."""

import pytest

from annotations.accounts.models import User
from annotations.corpus.actions import edit_article, mark_region
from annotations.corpus.actions.articles import particulars
from annotations.corpus.models import Article, RegionKind
from annotations.corpus.records import source_of
from annotations.study.models import Study
from tests.conftest import CountQueries, SignIn
from tests.marking.sending import Tab, Wire, add, span, tab_of, words
from tests.people import assign, make_article

pytestmark = pytest.mark.django_db

TEXT = "He met the dictator there. Photo by A. Bell It stayed dry at night.\n\nPeople said so."
CAPTION = "Photo by A. Bell"
CLAUSE = "It stayed dry at night"


@pytest.fixture
def article(study: Study) -> Article:
    return make_article(study, TEXT, "Rain")


@pytest.fixture
def tab(article: Article, bob: User, sign_in: SignIn) -> Tab:
    return tab_of(sign_in(bob), assign(article, bob))


def new_mark(tab: Tab, slug: str, quote: str) -> Wire:
    return add("span", span(tab.article, slug, words(tab.article, quote)))


def hints(tab: Tab, slug: str, quote: str) -> list[str]:
    """The rules that a new mark on these words is told of."""
    result = tab.one(new_mark(tab, slug, quote))
    assert result["status"] == "applied", result
    return [hint["rule"] for hint in result.get("hints", [])]


def mark_caption(article: Article, actor: User) -> None:
    start, end = words(article, CAPTION)
    mark_region(
        article=article, actor=actor, kind=RegionKind.CAPTION, start=start, end=end, quote=CAPTION
    )


def test_without_a_region_the_caption_begins_the_sentence(tab: Tab) -> None:
    assert hints(tab, "reporting", CLAUSE) == []


def test_a_region_marked_between_two_saves_cuts_the_sentences_of_the_second(
    tab: Tab, alice: User
) -> None:
    assert hints(tab, "reporting", "He met the dictator there.") == []
    mark_caption(tab.article, alice)
    assert hints(tab, "reporting", CLAUSE) == ["B1"]  # leaves out the full stop of its sentence


def test_another_persons_work_sees_the_new_sentences_too(
    tab: Tab, alice: User, carol: User, sign_in: SignIn
) -> None:
    hints(tab, "reporting", "He met the dictator there.")
    theirs = tab_of(sign_in(carol), assign(tab.article, carol))
    mark_caption(tab.article, alice)
    assert hints(theirs, "reporting", CLAUSE) == ["B1"]


def test_a_changed_language_reaches_the_next_save(tab: Tab, alice: User) -> None:
    assert hints(tab, "characterization", "the dictator") == ["B5"]
    article = Article.objects.get(pk=tab.article.pk)
    edit_article(article=article, actor=alice, source=source_of(as_german(article)))
    assert "B5" not in hints(tab, "characterization", "the dictator there")  # an English rule


def as_german(article: Article) -> dict[str, str]:
    given = {name: value or "" for name, value in particulars(article).items()}
    return {**given, "language": "de"}


def test_the_text_is_not_read_again_while_nothing_was_cut_anew(
    tab: Tab, count_queries: CountQueries
) -> None:
    hints(tab, "reporting", "He met the dictator there.")
    made = new_mark(tab, "reporting", CLAUSE)
    with count_queries(at_most=9) as queries:
        tab.one(made)
    assert [query["sql"] for query in queries if '"sentences"' in query["sql"]] == []
    assert [query["sql"] for query in queries if "'sentences', sentences" in query["sql"]] == []

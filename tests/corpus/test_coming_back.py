"""What is done to an article leads back to where it was chosen."""

import re
from html import unescape

import pytest

from annotations.corpus.actions import add_article, bin_article
from annotations.corpus.models import Article

pytestmark = pytest.mark.on_sqlite  # what pages show


@pytest.fixture
def at(study):
    """`at("bin/")` is an address among the study's articles."""
    return lambda path="": f"/studies/{study.pk}/articles/{path}"


@pytest.fixture
def manager(alice, study, sign_in):
    return sign_in(alice)


def link_in(response, inside: str) -> str:
    """The address that a link or a form of the page leads to, which has these words in it."""
    found = re.findall(r'(?:href|action)="([^"]*)"', response.content.decode())
    (url,) = {each for each in map(unescape, found) if inside in each}
    return url


def test_what_is_done_to_an_article_leads_back_to_the_list_it_was_chosen_from(
    manager, study, alice, at
):
    for n in range(51):
        add_article(study=study, actor=alice, title=f"Quay {n:02}", text=f"Quay {n}.", event="Fire")
    here = link_in(manager.get(at("?words=quay&event=Fire")), "after=")
    (last,) = Article.objects.filter(title="Quay 50")
    own = at(f"{last.pk}/")
    page = manager.get(link_in(manager.get(at(here)), own))
    assert link_in(page, "words=quay&event") == at(here)
    source = {"title": "Quay 50", "language": "en", "event": "Fire"}
    page = manager.get(manager.post(link_in(page, "edit/"), source).url)
    assert "The particulars are saved." in page.content.decode()
    answer = manager.post(link_in(page, f"{own}bin/"))
    assert answer.url == at(here)
    page = manager.get(answer.url).content.decode()  # its page is empty now
    assert ("50 articles found" in page, "Quay 00" in page) == (True, True)
    assert link_in(manager.get(at()), f"{Article.objects.get(title='Quay 00').pk}").endswith("/")


def test_whoever_brings_an_article_back_stays_in_the_bin(manager, article, alice, at):
    bin_article(article=article, actor=alice)
    page = manager.get(at(f"bin/?after={article.pk}"))
    answer = manager.post(link_in(page, "restore/"))
    assert answer.url == at(f"bin/?after={article.pk}")

"""A filter that nobody knows, in an address written by hand: never dropped in silence."""

import re
from html import unescape

import pytest

from annotations.study.models import Role
from tests.people import join, make_article, make_user

pytestmark = pytest.mark.on_sqlite  # what pages show

UNKNOWN = {
    "?show=articles&state=foo&order=up&round=x": ["state “foo”", "round “x”", "order “up”"],
    "?show=people&round=x": ["round “x”"],
    "articles/?outlet=foo&words=": ["outlet “foo”"],
    "gold/?state=foo&round=x": ["state “foo”", "round “x”"],
    "discussion/?show=foo&reason=bar": ["state “foo”", "reason “bar”"],
    "gold/mine/?fate=foo": ["fate “foo”"],
}


def said(page: str) -> list[str]:
    notices = page.partition('id="messages"')[2].partition("<h1")[0]
    found = re.findall(r'<div class="alert warn"><span>(.*?)</span>', notices)
    return [unescape(each) for each in found]


@pytest.mark.parametrize("address", UNKNOWN)
def test_a_page_says_which_filter_it_does_not_know(study, alice, sign_in, address):
    make_article(study)
    join(study, bob := make_user("bob"), Role.ANNOTATOR)
    who = bob if "mine" in address else alice
    page = sign_in(who).get(f"/studies/{study.pk}/{address}")
    assert page.status_code == 200
    wanted = [
        f"No {each.replace(' ', ' named ', 1)}; shown without it." for each in UNKNOWN[address]
    ]
    assert sorted(said(page.content.decode())) == sorted(wanted)


def test_words_that_are_too_long_are_told_of(study, alice, sign_in):
    page = sign_in(alice).get(f"/studies/{study.pk}/articles/", {"words": "w" * 201})
    told = "Words: Ensure this value has at most 200 characters (it has 201). Shown without it."
    assert said(page.content.decode()) == [told]


def test_what_is_known_is_not_spoken_of(study, alice, sign_in):
    page = sign_in(alice).get(f"/studies/{study.pk}/?show=articles&state=submitted&order=down")
    assert said(page.content.decode()) == []

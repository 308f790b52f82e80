"""What the content security policy would block must not be written in the first place."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMMENT = re.compile(r"{#.*?#}|{% comment .*?{% endcomment %}|<!--.*?-->", re.DOTALL)
BLOCKED = {
    "inline script": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=.application/json)[^>]*>", re.IGNORECASE
    ),
    "inline style element": re.compile(r'<style\b(?! nonce="{{ csp_nonce }}">)', re.IGNORECASE),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\b(data-)?hx-on\b", re.IGNORECASE),
    "javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "address elsewhere": re.compile(r"<(script|link|img|iframe)[^>]*(src|href)=.(https?:)?//"),
}


def blocked_in(source: str) -> list[str]:
    bare = COMMENT.sub("", source)
    return [what for what, pattern in BLOCKED.items() if pattern.search(bare)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_nothing_the_policy_blocks(path: Path) -> None:
    assert blocked_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("<script>go()</script>", "inline script"),
        ("<script type='module'>go()</script>", "inline script"),
        ("<style>p{}</style>", "inline style element"),
        ('<p class="b"\nstyle="color:red">', "style attribute"),
        ('<button type="button" onclick="go()">', "event attribute"),
        ('<div hx-on::load="go()">', "hx-on"),
        ('<a href="javascript:go()">', "javascript: address"),
        ('<link rel="stylesheet" href="https://example.org/a.css">', "address elsewhere"),
    ],
)
def test_what_the_policy_blocks_is_recognised(source: str, what: str) -> None:
    assert blocked_in(source) == [what]


@pytest.mark.parametrize(
    "source",
    [
        '<script type="module" src="{% static \'annotations/js/page.js\' %}"></script>',
        '<script type="application/json" id="data">{}</script>',
        "{# style=\"x\" in a comment #}<p data-style='x' data-on='y'>",
    ],
)
def test_what_the_policy_allows_is_let_through(source: str) -> None:
    assert blocked_in(source) == []

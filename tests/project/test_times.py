"""Days and times are written in one way, and the zone is said once a page."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import timezone

from annotations.accounts.models import User
from annotations.study.models import Study
from tests.conftest import SignIn

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 11, 2, 12, 5, 40, tzinfo=UTC)
LATE = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)


def shown(source: str, value: Any) -> str:
    return Template("{% load times %}" + source).render(Context({"value": value}))


def test_a_time_reads_unambiguously_and_carries_the_exact_moment() -> None:
    assert shown("{{ value|moment }}", NOON) == (
        '<time datetime="2026-11-02T12:05:40+00:00">2 Nov 2026, 12:05</time>'
    )


@pytest.mark.parametrize("value", [date(2026, 11, 2), NOON])
def test_a_day_reads_unambiguously(value: date) -> None:
    assert shown("{{ value|day|striptags }}", value) == "2 Nov 2026"


@pytest.mark.parametrize("name", ["day", "moment"])
def test_nothing_is_written_for_nothing(name: str) -> None:
    assert shown("{{ value|" + name + '|default:"–" }}', None) == "–"


def test_times_and_days_are_those_of_the_sites_zone() -> None:
    with timezone.override("Europe/Berlin"):
        assert shown("{{ value|moment|striptags }}", LATE) == "23 Nov 2026, 00:30"
        assert shown("{{ value|day|striptags }}", LATE) == "23 Nov 2026"
        assert shown("{% zone %}", None) == "Europe/Berlin"


def test_a_page_names_the_zone_once(sign_in: SignIn, study: Study, alice: User) -> None:
    page = sign_in(alice).get(f"/studies/{study.pk}/codebook/versions/").content.decode()
    assert page.count("UTC") == 1
    assert "Times are UTC." in page


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name
)
def test_no_template_formats_a_time_by_itself(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert re.findall(r"\|\s*(?:date|time)\s*(?::|}|\|)|{%\s*now\b", source) == []

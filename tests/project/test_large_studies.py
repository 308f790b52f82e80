"""However large a study is, its pages look things up: PostgreSQL's own plans say so.

A study of some thousand articles, with statistics gathered, is large enough for the planner to
prefer indexes where there are some; each index is then taken away, and the page is found out.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench.load.addresses import addresses
from bench.load.large_pages import Visitor
from bench.load.large_rows import Large, fill, pretend_counted

N_ARTICLES = 2_000
BIG = {
    f"annotations_{name}"
    for name in (
        "article", "assignment", "span", "fragment", "attributevalue", "operation", "submission",
        "worktime", "auditentry", "articlecases",
    )
}  # fmt: skip
# These go through the kept counts of the study, a narrow row for each submitted article, until a
# page is full; in a study as small as this that is all of them, put in order by title.
NARROWED = {f"gold, queue, {name}" for name in ("of open cases", "of a label", "flagged", "deep")}
TRIED = NARROWED | {
    "home, annotator", "own queue", "own queue, near its end", "own queue, what is done",
    "next article", "marking page", "discussion, annotator", "home, manager", "overview by article",
    "overview, submitted", "overview, in progress", "overview, nobody's", "overview, of one person",
    "overview by person", "overview, curator", "a person's work", "articles",
    "articles of one event", "articles, near the end", "articles in the bin", "import", "plan",
    "history", "history, near its beginning", "history of articles", "history of somebody",
    "people", "settings", "codebook versions", "export", "discussion, manager", "meetings",
    "calibrations", "merges", "gold, queue", "gold, next article", "api, list_articles, cursor",
    "api, list_cases",
}  # fmt: skip
NEEDED = {  # an index, and a page that would go through a whole table without it
    "assignment_counts": "settings",
    "article_by_title": "articles",
    "article_by_event": "plan",
    "article_in_bin": "own queue",
    "span_flagged": "discussion, manager",
    "cases_by_contest": "gold, queue",
}

# Whatever counts all assignments there are would count more than lie in the bin.
COUNTING = ("home, annotator", "home, manager", "own queue", "overview by article",
            "overview by person", "overview, curator")  # fmt: skip

pytestmark = [pytest.mark.on_postgresql, pytest.mark.django_db(transaction=True)]


def nodes(plan: Any) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def planned(sql: str) -> list[dict[str, Any]]:
    """What PostgreSQL would do."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        (told,) = cursor.fetchone()
    plan = told if isinstance(told, list) else json.loads(told)
    return list(nodes(plan[0]["Plan"]))


def scanned(sql: str) -> set[str]:
    """The big tables that it would read from one end to the other."""
    found = {node.get("Relation Name") for node in planned(sql) if node["Node Type"] == "Seq Scan"}
    return {name for name in found if name in BIG}


def counted(sql: str) -> float:
    """How many assignments it would add up."""
    read = [node["Plan Rows"] for node in planned(sql)
            if node.get("Relation Name") == "annotations_assignment"]  # fmt: skip
    return max(read, default=0) if "GROUP BY" in sql else 0


class Pages:
    def __init__(self, big: Large) -> None:
        told = addresses(big)
        self.where = {name: (user, path) for name, user, path in told if name in TRIED}
        self.visitors = {user: Visitor(user) for user in {user for user, _ in self.where.values()}}

    def reading(self, name: str) -> list[str]:
        """What the database is asked for a page."""
        user, path = self.where[name]
        with CaptureQueriesContext(connection) as asked:
            answer = self.visitors[user].get(path)
        assert answer.status_code in (200, 302), (name, answer.status_code)
        return [query["sql"] for query in asked.captured_queries
                if query["sql"].lstrip("(").startswith(("SELECT", "DECLARE"))]  # fmt: skip

    def scans(self, name: str) -> dict[str, str]:
        """Big tables that are read as a whole for a page, each with the query that does it."""
        return {table: sql[:2_000] for sql in self.reading(name) for table in scanned(sql)}


def test_no_page_of_a_large_study_reads_a_big_table_from_end_to_end() -> None:
    big = fill(N_ARTICLES, n_words=0)
    pretend_counted(big.study, n_due=2)
    pages = Pages(big)
    found = {name: pages.scans(name) for name in pages.where}
    for name in NARROWED:
        found[name].pop("annotations_articlecases", None)
        found[name].pop("annotations_article", None)
    assert found.keys() == TRIED
    assert {name: tables for name, tables in found.items() if tables} == {}
    adding = {name: max(map(counted, pages.reading(name))) for name in COUNTING}
    assert {name: n for name, n in adding.items() if n > N_ARTICLES / 10} == {}
    spared = []
    for index, page in NEEDED.items():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"DROP INDEX {index}")
            if not pages.scans(page):
                spared.append(f"{page} does not need {index}")
            transaction.set_rollback(True)
    assert spared == []

"""Marks stored by the dozen are the rows that one operation at a time leaves."""

import json
import re
from typing import Any

import pytest

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.marking.actions import Refused, store_marks
from annotations.marking.models import AttributeValue, Fragment, Link, Operation, Span
from annotations.marking.protocol import Op, read_op
from annotations.study.pouring import FEW

from .sending import Wire, add, link, new_id, span

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MANY = FEW + 5  # more than go into one INSERT


def ops_of(article: Article) -> list[Op]:
    """Spans with answers, a name, links with and without cue, and a mark that is there already."""
    name = {"id": new_id(), "name": "Officials"}
    source = span(article, "attribution", (0, 9), attributes={"entity": name["id"]}, note="who?")
    claims = [span(article, None, (n, n + 2), (n + 4, n + 5), flag="label") for n in range(MANY)]
    claims = [each for each in claims if fits(article, each)]
    twin = {**claims[0], "id": new_id()}
    cue = span(article, None, (19, 24))["fragments"][0]
    links = [link(source, claims[0], cue), *(link(source, each) for each in claims[1:])]
    sent = [
        add("entity", name),
        *(add("span", each) for each in (source, *claims, twin)),
        *(add("link", each) for each in links),
    ]
    return [read_op(each) for each in sent]


def fits(article: Article, told: Wire) -> bool:
    return all(part["quote"].strip() for part in told["fragments"])


def rows(work: Assignment) -> dict[str, Any]:
    """All that a work has, ids by the order in which they come up."""
    left_out = {"assignment_id", "at", "created_at", "changed_at", "op_id"}
    found = {
        "operations": Operation.objects.filter(assignment=work).order_by("pk"),
        "spans": Span.objects.filter(assignment=work).order_by("changed_rev"),
        "fragments": Fragment.objects.filter(span__assignment=work).order_by("pk"),
        "values": AttributeValue.objects.filter(span__assignment=work).order_by("pk"),
        "links": Link.objects.filter(assignment=work).order_by("changed_rev"),
    }
    listed = {
        name: [
            {key: value for key, value in row.items() if key not in left_out}
            for row in query.values()
        ]
        for name, query in found.items()
    }
    for name in ("operations", "fragments", "values"):
        for row in listed[name]:
            row.pop("id")
    seen: dict[str, str] = {}
    words = json.dumps(listed, default=str, sort_keys=True)
    told = UUID.sub(lambda key: seen.setdefault(key.group(), f"id {len(seen)}"), words)
    counted: dict[str, Any] = json.loads(told)
    return counted


def test_many_at_once_leave_the_rows_of_one_at_a_time(
    article: Article, bobs: Assignment, carols: Assignment, alice: User
) -> None:
    at_once, singly = ops_of(article), ops_of(article)
    store_marks(actor=alice, assignment=bobs, ops=at_once)
    for each in singly:
        store_marks(actor=alice, assignment=carols, ops=[each])
    many, one = rows(bobs), rows(carols)
    assert many == one
    assert len(many["spans"]) > FEW
    assert [row["cue_quote"] != "" for row in many["links"]][:2] == [True, False]
    assert [row["entity_id"] is not None for row in many["values"]] == [True]
    bobs.refresh_from_db()
    carols.refresh_from_db()
    assert bobs.rev == carols.rev == len(at_once) - 1  # all but the twin


def test_one_that_does_not_fit_leaves_no_row_of_any(
    article: Article, bobs: Assignment, alice: User
) -> None:
    wrong = span(article, None, (0, 9))
    wrong["fragments"][0]["quote"] = "elsewhere"
    with pytest.raises(Refused) as refused:
        store_marks(
            actor=alice, assignment=bobs, ops=[*ops_of(article), read_op(add("span", wrong))]
        )
    assert "not the words at this place" in refused.value.answers[-1]["message"]
    assert not any(rows(bobs).values())

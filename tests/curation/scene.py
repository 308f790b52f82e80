"""An article that Bob and Carol (and Erin) have submitted, and a curator's side of the protocol."""

import uuid
from typing import Any

from django.test import Client
from django.urls import reverse

from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.study.models import Study
from tests import marks
from tests.marking.sending import Tab, add, address, link, span
from tests.marks import mark, submit

# Officials in Arden said on Monday that the alleged strike had killed two people 🙂.
OFFICIALS, OFFICIALS_ARDEN, ARDEN = (0, 9), (0, 18), (13, 18)
ALLEGED, STRIKE = (43, 57), (51, 57)
SENTENCE = (0, 82)
VOSS, STRONGMAN = (107, 117), (147, 156)
EXTENT = (39, 79)


def both_submit(bob: Assignment, carol: Assignment) -> None:
    """Six cases and a link: one of each kind that two annotators can make."""
    mark(bob, "reporting", SENTENCE)
    mark(carol, "reporting", SENTENCE)  # unanimous
    source = mark(bob, "attribution", OFFICIALS)
    other = mark(carol, "attribution", OFFICIALS_ARDEN)  # boundary
    mark(bob, "allegation", ALLEGED)
    mark(carol, "characterization", ALLEGED)  # label
    mark(bob, "characterization", STRONGMAN)  # missing
    said = mark(bob, "extent", EXTENT)
    told = mark(carol, "extent", EXTENT)  # unanimous
    marks.link(source, said)
    marks.link(other, told)
    submit(bob)
    submit(carol)


def url(name: str, article: Article, **more: Any) -> str:
    return reverse(f"curation:{name}", args=[article.study_id, article.pk], kwargs=None, **more)


def study_url(name: str, study: Study, *more: object) -> str:
    return reverse(f"curation:{name}", args=[study.pk, *more])


def ruling(case: str, ver: int = 0, kind: str = "decide", **payload: Any) -> dict[str, Any]:
    op_id = str(uuid.uuid4())
    return {
        "op_id": op_id,
        "kind": kind,
        "on": "case",
        "ver": ver,
        "case": {"id": case, **payload},
    }


def send(client: Client, article: Article, *ops: dict[str, Any], base_rev: int = 9999) -> Any:
    told = {"base_rev": base_rev, "tab": str(uuid.uuid4()), "ops": list(ops)}
    return client.post(url("ops", article), told, content_type="application/json")


def cases(client: Client, article: Article) -> dict[str, dict[str, Any]]:
    """The article's cases as the page gets them, by kind; those of one kind by number after it."""
    client.get(url("adjudicate", article))
    told = client.get(url("ops", article)).json()["changes"]["cases"]
    found: dict[str, dict[str, Any]] = {}
    for case in told:
        kind = case["kind"]
        again = sum(name.rstrip("0123456789") == kind for name in found)
        found[f"{kind}{again + 1}" if again else kind] = case
    return found


def both_work(article: Article, bob: Client, carol: Client) -> None:
    """As `both_submit`, but over HTTP: with history and submissions, as the doctor wants it."""
    kind = {"attributes": {"source_kind": "unspecified"}}
    for client, source, allegation in (
        (bob, OFFICIALS, "allegation"),
        (carol, OFFICIALS_ARDEN, "characterization"),
    ):
        said_by, said = span(article, "attribution", source, **kind), span(article, None, EXTENT)
        spans = [said_by, said, span(article, "reporting", SENTENCE)]
        spans.append(span(article, allegation, ALLEGED))
        if client is bob:
            spans.append(span(article, "characterization", STRONGMAN))
        ops = [*(add("span", each) for each in spans), add("link", link(said_by, said))]
        told = Tab(client, article).send(*ops)
        assert {each["status"] for each in told} == {"applied"}, told
        assert client.post(address("submit", article), {"confirmed": "1"}).status_code == 302


def decide_all(curator: Client, article: Article) -> dict[str, dict[str, Any]]:
    found = cases(curator, article)
    send(
        curator,
        article,
        ruling(found["boundary"]["id"], choice="variant", variant=2, reason="boundary", note="B2"),
        ruling(found["label"]["id"], choice="variant", variant=1),
        ruling(found["missing"]["id"], choice="no_span", reason="slip"),
        ruling(found["unanimous"]["id"], choice="majority"),
        ruling(found["unanimous2"]["id"], choice="majority"),
        ruling(found["link"]["id"], choice="majority"),
    )
    return found

"""While curation is blind, no page, file or answer tells a curator who marked what."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.actions import assign_article
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.curation.actions import calibration as calibrations
from annotations.curation.actions import decide
from annotations.curation.actions.adjudications import draw_aliases, open_adjudication
from annotations.curation.actions.meetings import plan_meeting
from annotations.curation.models import Case, Comment, GoldSpan, Thread
from annotations.curation.queries import fetch_docket, read_cases
from annotations.marking.models import Span
from annotations.reports.actions import make_report
from annotations.reports.selection import Selection
from annotations.study.models import Round
from tests.conftest import SignIn
from tests.curation.scene import both_submit, cases, ruling, send
from tests.people import assign, make_article

pytestmark = pytest.mark.django_db
NAMES = re.compile(r"quimby|zorro|Quimby|Zorro")


@pytest.fixture
def blind(article: Article, alice: User, bob: User, carol: User, dave: User) -> Article:
    """Everything that could tell is there: a return, a meeting, a thread, a report, gold."""
    for person, name in ((bob, "quimby"), (carol, "zorro")):
        person.username, person.display_name = name, name.title()
        person.email = f"{name}@example.org"
        person.save()
    study = article.study
    study.blind_curation = True
    study.save()
    bobs, carols = assign(article, bob), assign(article, carol)
    both_submit(bobs, carols)
    return article


@pytest.fixture
def told(blind: Article, alice: User, bob: User, dave: User, sign_in: SignIn) -> dict[str, Any]:
    """The ids that routes ask for."""
    study = blind.study
    found = cases(sign_in(dave), blind)
    decide(
        user=dave,
        study_id=study.pk,
        article_id=blind.pk,
        case_id=uuid.UUID(found["label"]["id"]),
        ver=0,
        decision={"choice": "variant", "variant": 1},
    )
    span = Span.objects.filter(assignment__annotator=bob).order_by("start").first()
    assert span is not None
    talk = {"study_id": study.pk, "article_id": blind.pk, "case_id": found["boundary"]["id"]}
    there = reverse("curation:discuss", kwargs=talk)
    sign_in(dave).post(there, {"text": "Why so short?", "comment_id": str(uuid.uuid4())})
    thread = Thread.objects.get()
    said = {"study": study, "thread": thread, "text": "Ask @zorro, not me."}
    Comment.objects.create(author=bob, **said)
    Thread.objects.create(
        study=study, article=blind, start=0, end=9, quote="Officials", opened_by=bob
    )
    report = make_report(study=study, actor=alice, name="First", selection=Selection())
    docket = fetch_docket(alice, study.pk, blind.pk)
    meeting = plan_meeting(docket=docket, seats=[str(w.annotator_id) for w in docket.works])
    held = Round.objects.get(study=study)
    calibration = calibrations.begin_calibration(round=held, actor=alice)
    other = make_article(study, "Another text. It has two sentences.\n", "Another")
    assign_article(study=study, actor=alice, article=other, annotator=bob, round=held)
    study.rounds.update(comparison_opened_at=timezone.now())  # so that annotators may be named
    return {
        "study_id": study.pk,
        "article_id": blind.pk,
        "round_id": held.pk,
        "case_id": found["boundary"]["id"],
        "gold_id": GoldSpan.objects.get().pk,
        "meeting_id": meeting.pk,
        "thread_id": thread.pk,
        "comment_id": thread.comments.exclude(author=bob).get().pk,
        "calibration_id": calibration.pk,
        "span_id": span.pk,
        "user_id": bob.pk,
        "annotator_id": bob.pk,
        "assignment_id": Assignment.objects.get(annotator=bob, article=blind).pk,
        "report_id": report.pk,
        "number": 1,
        "name": "pairs",
        "form": "csv",
    }


def routes(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every address of the site that these ids can fill."""

    def walk(patterns: list[Any], prefix: str, around: set[str]) -> Iterator[tuple[str, set[str]]]:
        for one in patterns:
            ids = around | set(one.pattern.converters)
            if isinstance(one, URLResolver):
                space = f"{prefix}{one.namespace}:" if one.namespace else prefix
                yield from walk(one.url_patterns, space, ids)
            elif isinstance(one, URLPattern) and one.name:
                yield f"{prefix}{one.name}", ids

    for name, ids in walk(get_resolver().url_patterns, "", set()):
        if "study_id" in ids and ids <= told.keys():
            yield name, reverse(name, kwargs={one: told[one] for one in ids})


def test_no_address_of_the_site_tells_a_blind_curator_a_name(
    told: dict[str, Any], bob: User, carol: User, dave: User, sign_in: SignIn
) -> None:
    """Nor an id, by which aliases of several articles, or of another study, could be joined."""
    secret = re.compile("|".join([NAMES.pattern, str(bob.pk), str(carol.pk)]))
    client = sign_in(dave)
    client.raise_request_exception = False
    leaks, opened = {}, 0
    for name, there in routes(told):
        answer = client.get(there, follow=True)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode(errors="replace").replace(there, "")
        assert answer.status_code < 500, name
        opened += answer.status_code == 200
        if found := [text[max(0, m.start() - 60) : m.end()] for m in secret.finditer(text)]:
            leaks[name] = found
    assert leaks == {}
    assert opened > 25


def test_a_manager_sees_the_names_all_the_same(
    told: dict[str, Any], alice: User, sign_in: SignIn
) -> None:
    client = sign_in(alice)
    for name in ("study:history", "assignment:study", "exchange:export", "reports:agreement"):
        page = client.get(reverse(name, args=[told["study_id"]]), follow=True)
        assert "Quimby" in page.content.decode(), name


def test_a_blind_curator_cannot_choose_annotators_by_name(
    told: dict[str, Any], bob: User, carol: User, dave: User, sign_in: SignIn
) -> None:
    client, study = sign_in(dave), told["study_id"]
    overview = client.get(reverse("assignment:study", args=[study]), {"person": told["user_id"]})
    assert overview.context["form"].fields.keys() == {"state", "round", "order"}
    people = client.get(reverse("assignment:study", args=[study]), {"show": "people"})
    assert people.context["shown"] == "articles"
    agreement = reverse("reports:agreement", args=[study])
    offered = client.get(agreement).context["form"].fields["annotators"].choices
    assert [name for _, name in offered] == ["Annotator A", "Annotator B"]
    chosen = client.get(agreement, {"annotators": offered[0][0]}).context["form"]
    assert chosen.selection().annotators in {(bob.pk,), (carol.pk,)}
    assert not client.get(agreement, {"annotators": told["user_id"]}).context["form"].is_valid()


def test_the_votes_on_the_wire_cannot_be_made_from_the_annotators_ids(
    told: dict[str, Any], blind: Article, dave: User, sign_in: SignIn
) -> None:
    client = sign_in(dave)
    docket = fetch_docket(dave, blind.study_id, blind.pk)
    plain = {case.votes_hash for case in read_cases(docket)}
    found = cases(client, blind)
    assert plain & {case["votes"] for case in found.values()} == set()
    missing = found["missing"]
    (hash_,) = (one.votes_hash for one in read_cases(docket) if str(one.id) == missing["id"])
    guessed = ruling(missing["id"], choice="no_span", votes=hash_)
    (answer,) = send(client, blind, guessed).json()["results"]
    assert answer["status"] == "conflict"
    sealed = ruling(missing["id"], choice="no_span", votes=missing["votes"])
    assert send(client, blind, sealed).json()["results"][0]["status"] == "applied"
    assert Case.objects.get(pk=missing["id"]).votes_hash == hash_


def test_the_order_of_aliases_is_drawn_anew_on_each_article(
    article: Article, bob: User, carol: User
) -> None:
    """Twenty draws that all fall alike come once in half a million."""
    study, found = article.study, set()
    for n in range(20):
        other = make_article(study, f"Text {n}.\n", f"Title {n}")
        held = open_adjudication(article=other)
        draw_aliases(adjudication=held, annotators=[bob.pk, carol.pk])
        found.add(tuple(held.aliases.order_by("number").values_list("annotator", flat=True)))
    assert found == {(bob.pk, carol.pk), (carol.pk, bob.pk)}

"""Where gold comes from, who may know whose marks were whose, and what annotators learn."""

import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.curation.actions import counting
from annotations.curation.checkup import check_gold
from annotations.curation.models import Adjudication, Alias, GoldLink, GoldSpan, GoldVersion, Ruling
from annotations.curation.queries import read_gold, read_gold_units
from annotations.curation.queries.mine import count_fates, names_of
from annotations.marking.models import AttributeValue, Entity
from annotations.study.models import Attribute, Role, Round, Study
from tests.conftest import CountQueries, SignIn
from tests.marks import answer, link, mark, submit
from tests.people import assign, join, make_user

from .scene import (
    ALLEGED,
    EXTENT,
    OFFICIALS,
    SENTENCE,
    STRONGMAN,
    VOSS,
    cases,
    decide_all,
    ruling,
    send,
    study_url,
    url,
)

pytestmark = pytest.mark.django_db


def test_a_gold_span_says_who_proposed_it_and_who_decided(
    curator: Client, submitted: Article, dave: User
) -> None:
    decide_all(curator, submitted)
    gold = GoldSpan.objects.get(label__slug="attribution")
    page = curator.get(study_url("custody", submitted.study, gold.pk)).content.decode()
    for words in ("Took variant 2", "Dave", "Boundary", "B2", "1 of 2 exactly, 1 nearly"):
        assert words in page
    told = curator.get(study_url("dissent", submitted.study, gold.pk))
    content = json.loads(told.content)
    assert "attachment" in told["Content-Disposition"]
    assert [(one["share"], one["is_gold"]) for one in content["variants"]] == [
        (0.5, False),
        (0.5, True),
    ]  # "Officials", then "Officials in Arden"
    shares = [(one["start"], one["end"], one["share"]) for one in content["shares"]]
    assert shares == [(0, 9, 1.0), (9, 18, 0.5)]


def test_a_gold_link_says_who_drew_it_and_who_decided(
    curator: Client, submitted: Article, bob: User
) -> None:
    found = decide_all(curator, submitted)
    link = GoldLink.objects.get()
    there = study_url("link_custody", submitted.study, link.pk)
    page = curator.get(there).content.decode()
    for words in (
        "Took the majority",
        "Dave",
        "2 of 2 drew exactly this link",
        "codebook version 1",
    ):
        assert words in page
    assert [case["link"] for case in cases(curator, submitted).values() if case["link"]] == [
        str(link.pk)
    ]
    assert (
        there in curator.get(study_url("custody", submitted.study, link.source_id)).content.decode()
    )
    send(curator, submitted, ruling(found["unanimous2"]["id"], ver=1, choice="no_span"))
    assert "not gold any more" in curator.get(there).content.decode()


def test_each_closing_makes_a_version_that_can_be_read(
    curator: Client, submitted: Article, dave: User, bob: User, sign_in: SignIn
) -> None:
    there = url("versions", submitted)
    assert "No version yet" in curator.get(there).content.decode()
    found = decide_all(curator, submitted)
    curator.post(url("close", submitted))
    curator.post(url("reopen", submitted))
    send(curator, submitted, ruling(found["unanimous"]["id"], ver=1, choice="no_span"))
    curator.post(url("close", submitted))
    page = curator.get(there).content.decode()
    newest = GoldVersion.objects.get(number=2)
    for words in ("Gold version 2", "removed", "Dave", newest.content_sha256):
        assert words in page
    first = curator.get(f"{there}?number=1").content.decode()
    assert "Gold version 1" in first
    assert ">Removed</span>" in page
    assert ">Removed</span>" not in first
    standing = [one for one in GoldVersion.objects.get(number=1).content["cases"] if one["gold"]]
    assert all(one["gold"]["fragments"][0]["quote"] in first for one in standing)
    assert [curator.get(f"{there}?number={bad}").status_code for bad in (3, "x")] == [404, 404]
    assert sign_in(bob).get(there).status_code == 403


def test_annotators_read_what_became_of_their_links(
    curator: Client, submitted: Article, bob: User, sign_in: SignIn
) -> None:
    found = decide_all(curator, submitted)
    send(curator, submitted, ruling(found["link"]["id"], ver=1, choice="no_span", note="Too far."))
    curator.post(url("close", submitted))
    opened(submitted)
    told = sign_in(bob).get(study_url("mine", submitted.study))
    (links,) = [row for label, row in told.context["table"] if label == "Link"]
    assert (links[4], "Too far." in told.content.decode()) == (1, True)  # dropped


def test_the_whole_articles_dissent_can_be_had(curator: Client, submitted: Article) -> None:
    decide_all(curator, submitted)
    told = json.loads(curator.get(url("article_dissent", submitted)).content)
    assert len(told["cases"]) == 5
    (link,) = told["links"]
    assert [(one["linked"], one["share"], one["is_gold"]) for one in link["variants"]] == [
        (True, 1.0, True)
    ]


def test_nobody_is_with_or_against_what_was_left_undecided(
    curator: Client, submitted: Article
) -> None:
    found = cases(curator, submitted)
    early = send(curator, submitted, ruling(found["link"]["id"], choice="left"))
    assert "decide that first" in early.json()["results"][0]["message"]
    ids = [found[kind]["id"] for kind in ("boundary", "unanimous2", "link")]
    send(curator, submitted, *(ruling(pk, choice="left") for pk in ids))
    told = json.loads(curator.get(url("article_dissent", submitted)).content)
    assert (len(told["cases"]), len(told["links"])) == (2, 1)
    variants = [one for case in told["cases"] + told["links"] for one in case["variants"]]
    assert (len(variants), [one for one in variants if one["is_gold"]]) == (4, [])


def test_other_answers_are_another_reading(
    curator: Client, article: Article, bobs: Assignment, carols: Assignment
) -> None:
    for work, kind in ((bobs, "unspecified"), (carols, "named_person")):
        answer(mark(work, "attribution", OFFICIALS), "source_kind", kind)
        submit(work)
    case = cases(curator, article)["attribute"]
    send(curator, article, ruling(case["id"], choice="variant", variant=1))
    (told,) = json.loads(curator.get(url("article_dissent", article)).content)["cases"]
    stands = GoldSpan.objects.get().answers
    readings = [(one["attributes"] == stands, one["is_gold"]) for one in told["variants"]]
    assert sorted(readings) == [(False, False), (True, True)]
    gold = GoldSpan.objects.get().pk
    page = curator.get(study_url("custody", article.study, gold)).content.decode()
    assert "1 of 2 exactly, 1 this span with other answers" in page
    assert "Kind of source: Named person" in page
    assert "<dt>Kind of source</dt>" in page  # as the codebook asks, not as files name it
    plain = reverse("curation:case", args=[article.study_id, article.pk, case["id"]])
    page = curator.get(plain).content.decode()
    assert page.count("the same words as 1, other answers") == 1
    assert "Kind of source: Unspecified" in page


def test_gold_can_be_read_whole_and_as_units(
    curator: Client, submitted: Article, count_queries: CountQueries
) -> None:
    decide_all(curator, submitted)
    with count_queries(at_most=4):
        (one,) = read_gold(submitted.study)
    kinds = sorted(case["kind"] for case in one.cases)
    assert kinds == ["boundary", "label", "link", "missing", "unanimous", "unanimous"]
    assert all(len(case["votes"]) == 2 for case in one.cases)
    units = read_gold_units(submitted.study)[submitted.pk]
    assert sorted((u.label, u.start, u.end) for u in units) == [
        ("allegation", 43, 57),
        ("attribution", 0, 18),
        ("extent", 39, 79),
        ("reporting", 0, 82),
    ]


def test_closing_needs_every_case_or_a_word_that_they_stay_open(
    curator: Client, submitted: Article
) -> None:
    cases(curator, submitted)
    refused = curator.post(url("close", submitted), follow=True)
    assert "still open" in refused.content.decode()
    assert GoldVersion.objects.count() == 0
    curator.post(url("close", submitted), {"leave_open": "1"})
    version = GoldVersion.objects.get()
    assert (version.number, version.n_undecided) == (1, 6)


def test_gold_is_versioned_and_what_comes_after_closing_is_held(
    curator: Client, submitted: Article
) -> None:
    found = decide_all(curator, submitted)
    curator.post(url("close", submitted))
    late = send(curator, submitted, ruling(found["missing"]["id"], 1, choice="variant", variant=1))
    assert (late.status_code, late.json()["results"][0]["status"]) == (409, "held")
    assert Ruling.objects.filter(status="held").count() == 1
    curator.post(url("reopen", submitted))
    send(curator, submitted, ruling(found["missing"]["id"], 1, choice="variant", variant=1))
    curator.post(url("close", submitted))
    first, second = GoldVersion.objects.order_by("number")
    n = [sum(case["gold"] is not None for case in v.content["cases"]) for v in (first, second)]
    assert (n, Adjudication.objects.get().n_versions) == ([4, 5], 2)


@pytest.mark.parametrize("table", ["ruling", "goldversion", "mergerules"])
def test_the_database_refuses_to_change_history(
    curator: Client, submitted: Article, dave: User, table: str
) -> None:
    from annotations.curation.actions import save_merge_rules

    decide_all(curator, submitted)
    curator.post(url("close", submitted))
    save_merge_rules(study=submitted.study, actor=dave, unanimous=True, least_votes=2)
    column = {"ruling": "kind", "goldversion": "note", "mergerules": "boundary"}[table]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE annotations_{table} SET {column} = 'x'")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM annotations_{table}")


# --- blind curation -------------------------------------------------------------------------------


@pytest.fixture
def blind(submitted: Article) -> Article:
    Study.objects.filter(pk=submitted.study_id).update(blind_curation=True)
    return submitted


def whole_of(client: Client, article: Article) -> str:
    """Everything that curation tells about the article, in one string."""
    found = decide_all(client, article)
    gold = GoldSpan.objects.get(label__slug="attribution")
    pages = [
        url("adjudicate", article),
        url("ops", article),
        reverse("curation:case", args=[article.study_id, article.pk, found["label"]["id"]]),
        study_url("custody", article.study, gold.pk),
        study_url("dissent", article.study, gold.pk),
        url("article_dissent", article),
        study_url("queue", article.study),
    ]
    return "".join(client.get(page).content.decode() for page in pages)


def test_blind_curation_tells_nobody_who_is_who(
    curator: Client, blind: Article, bob: User, carol: User
) -> None:
    told = whole_of(curator, blind)
    assert "Annotator 1" in told
    assert "Annotator 2" in told
    for user in (bob, carol):
        assert [word for word in (user.display_name, str(user.pk)) if word in told] == []


def test_aliases_are_drawn_once_and_kept(curator: Client, blind: Article) -> None:
    first = cases(curator, blind)["label"]["variants"]
    Alias.objects.get(number=1)
    again = cases(curator, blind)["label"]["variants"]
    assert first == again
    assert {who for variant in first for who in variant["who"]} == {"Annotator 1", "Annotator 2"}


def test_a_manager_lifts_blindness_on_an_article(
    curator: Client, blind: Article, alice: User, sign_in: SignIn
) -> None:
    cases(curator, blind)
    assert curator.post(url("names", blind)).status_code == 403
    assert sign_in(alice).post(url("names", blind)).status_code == 302
    assert cases(curator, blind)["label"]["variants"][0]["who"] == ["Bob"]


def test_without_blindness_names_are_told(curator: Client, submitted: Article) -> None:
    told = whole_of(curator, submitted)
    assert "Bob" in told
    assert "Annotator 1" not in told


# --- my work against gold -------------------------------------------------------------------------


def opened(article: Article) -> None:
    from django.utils import timezone

    Round.objects.filter(study=article.study).update(comparison_opened_at=timezone.now())


def test_an_annotator_sees_their_work_against_gold_after_release(
    curator: Client, submitted: Article, bob: User, sign_in: SignIn, count_queries: CountQueries
) -> None:
    page, client = study_url("mine", submitted.study), sign_in(bob)
    decide_all(curator, submitted)
    assert "Nothing is released yet" in client.get(page).content.decode()
    curator.post(url("close", submitted))
    assert "Nothing is released yet" in client.get(page).content.decode()
    opened(submitted)
    told = client.get(page).content.decode()
    for words in ("fate-kept", "fate-boundary", "fate-dropped", "B2", "Slip", "Dave"):
        assert words in told
    assert "Carol" not in told
    assert fates(client, submitted.study)["dropped"] == 1
    with count_queries() as later:
        count_fates(submitted.study, bob, [submitted.pk], names_of(submitted.study))
    assert len(later) == 2  # counted once: nothing has changed since
    one_kind = client.get(f"{page}?fate=dropped").content.decode()
    assert ("fate-dropped" in one_kind, "fate-kept" in one_kind) == (True, False)


def test_who_marked_nothing_learns_what_was_missed(
    curator: Client, submitted: Article, carol: User, sign_in: SignIn
) -> None:
    found = decide_all(curator, submitted)
    send(curator, submitted, ruling(found["missing"]["id"], 1, choice="variant", variant=1))
    curator.post(url("close", submitted))
    opened(submitted)
    told = sign_in(carol).get(study_url("mine", submitted.study)).content.decode()
    assert ("fate-missed" in told, "Bob" in told) == (True, False)


def fates(client: Client, study: Study) -> dict[str, int]:
    told = client.get(study_url("mine", study)).context
    columns = zip(*(row for _, row in told["table"]), strict=True)
    return {fate: n for fate, n in zip(told["fates"], map(sum, columns), strict=True) if n}


def test_who_submits_after_the_decisions_is_not_told_that_all_was_missed(
    curator: Client, submitted: Article, sign_in: SignIn, count_queries: CountQueries
) -> None:
    decide_all(curator, submitted)
    join(submitted.study, erin := make_user("erin"), Role.ANNOTATOR)
    hers = assign(submitted, erin)
    mark(hers, "reporting", SENTENCE)
    link(mark(hers, "attribution", OFFICIALS), mark(hers, "extent", EXTENT))
    mark(hers, "characterization", ALLEGED)
    mark(hers, "characterization", STRONGMAN)
    mark(hers, "attribution", VOSS)
    submit(hers)
    curator.post(url("close", submitted), {"leave_open": "1"})
    opened(submitted)
    told = fates(sign_in(erin), submitted.study)
    assert told == {"kept": 3, "boundary": 1, "label": 1, "dropped": 1, "undecided": 1}
    asked = []
    for also in (False, True):
        if also:  # her marks are counted by cases that rest on everybody's
            Assignment.objects.filter(article=submitted).exclude(pk=hers.pk).update(rev=99)
        with count_queries() as queries:
            count_fates(submitted.study, erin, [submitted.pk], names_of(submitted.study))
        asked.append(len(queries))
    assert (asked[0], asked[1] > asked[0]) == (4, True)


def test_every_mark_has_a_fate_also_where_nothing_was_decided(
    curator: Client, submitted: Article, bob: User, carol: User, sign_in: SignIn
) -> None:
    found = cases(curator, submitted)
    send(
        curator,
        submitted,
        ruling(found["unanimous"]["id"], choice="majority"),
        ruling(found["missing"]["id"], choice="left", note="Ask the desk."),
    )
    curator.post(url("close", submitted), {"leave_open": "1"})
    opened(submitted)
    assert fates(sign_in(bob), submitted.study) == {"kept": 1, "undecided": 5}
    page = sign_in(bob).get(study_url("mine", submitted.study)).content.decode()
    assert ("Ask the desk." in page, "closed without a decision" in page) == (True, True)
    assert fates(sign_in(carol), submitted.study) == {"kept": 1, "undecided": 4}


# --- without JavaScript -------------------------------------------------------------------------


def test_a_case_is_decided_by_a_plain_form(curator: Client, submitted: Article) -> None:
    case = cases(curator, submitted)["boundary"]
    page = reverse("curation:case", args=[submitted.study_id, submitted.pk, case["id"]])
    assert "Officials in Arden" in curator.get(page).content.decode()
    label = submitted.study.labels.get(slug="attribution").pk
    told = {"ver": 0, "votes": case["votes"], "choice": "edited", "label": label}
    refused = curator.post(page, told)
    assert refused.status_code == 422
    astray = curator.post(page, {**told, "words": "Officials of Arden"})
    assert "not in the article exactly like this" in astray.content.decode()
    answers = {"attribution-source_kind": "unspecified", "attribution-entity": "Arden"}
    curator.post(page, {**told, "words": "Officials  in", "note": "by hand", **answers})
    gold = GoldSpan.objects.get()
    assert (gold.stretch, gold.answers) == (
        "0-12",
        {"source_kind": "unspecified", "entity": "Arden"},
    )
    again = curator.post(page, {**told, "choice": "union"})
    assert "decided elsewhere" in again.content.decode()
    curator.post(page, {**told, "ver": 1, "choice": "reopen"})
    assert GoldSpan.objects.live().count() == 0


def test_spans_of_parts_and_links_are_added_by_plain_forms(
    curator: Client, submitted: Article
) -> None:
    where = [submitted.study_id, submitted.pk]
    add = reverse("curation:add_span", args=where)
    curator.get(add)
    allegation = submitted.study.labels.get(slug="allegation").pk
    parts = {"label": "extent", "words": "the alleged strike\ntwo people"}
    assert curator.post(add, parts).status_code == 302
    assert curator.post(add, {"label": allegation, "words": "alleged strike"}).status_code == 302
    told = curator.post(add, parts).content.decode()
    assert "This span is gold already" in told
    gold = {row.kind: row for row in GoldSpan.objects.live()}
    assert (gold["extent"].stretch, gold["label"].stretch) == ("39-57 69-79", "43-57")
    source = cases(curator, submitted)["boundary"]
    send(curator, submitted, ruling(source["id"], choice="variant", variant=1))
    link = reverse("curation:add_link", args=[*where, source["id"]])
    assert len(curator.get(link).context["form"]["target"]) == 2
    target = str(gold["extent"].case_id)
    assert curator.post(link, {"target": target, "cue": "sad"}).status_code == 422
    assert curator.post(link, {"target": target, "cue": "said"}).status_code == 302
    made = GoldLink.objects.get()
    assert (made.target_id, made.cue_start, made.cue_end) == (gold["extent"].pk, 19, 23)
    assert len(curator.get(link).context["form"]["target"]) == 1


def test_a_link_that_cannot_stand_is_not_offered(curator: Client, submitted: Article) -> None:
    found = cases(curator, submitted)
    send(curator, submitted, ruling(found["boundary"]["id"], choice="variant", variant=1))
    reporting = {"kind": "label", "label": str(submitted.study.labels.get(slug="reporting").pk)}
    part = {"start": 39, "end": 79, "quote": submitted.text[39:79]}
    extent = next(c for c in found.values() if (c["start"], c["end"]) == (39, 79))
    edited = {**reporting, "fragments": [part], "attributes": {}}
    send(curator, submitted, ruling(extent["id"], choice="edited", span=edited))
    link = cases(curator, submitted)["link"]
    assert "no source answers for it" in link["problem"]
    page = reverse("curation:case", args=[submitted.study_id, submitted.pk, link["id"]])
    offered = dict(curator.get(page).context["form"].fields["choice"].choices)
    assert offered.keys() == {"no_span", "left"}


def test_blind_curation_closes_the_other_ways_to_names(
    curator: Client, blind: Article, bob: User, alice: User, sign_in: SignIn
) -> None:
    work = blind.assignments.get(annotator=bob)
    pages = [
        reverse("marking:reading", args=[blind.study_id, blind.pk, work.pk]),
        reverse("reports:article", args=[blind.study_id, blind.pk]),
        reverse("reports:passages", args=[blind.study_id]),
    ]
    assert {page: curator.get(page).status_code for page in pages} == dict.fromkeys(pages, 403)
    manager = sign_in(alice)
    assert {page: manager.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_a_corrected_name_is_counted_anew(article: Article, bob: User, carol: User) -> None:
    study, names = article.study, []
    asked = entity_question(study)
    for person, name in ((bob, "Ministry"), (carol, "Ministery")):
        work = assign(article, person)
        entity = Entity.objects.create(
            study=study, owner=person, name=name, folded_name=name.lower()
        )
        span = mark(work, "attribution", OFFICIALS)
        AttributeValue.objects.create(study=study, span=span, attribute=asked, entity=entity)
        submit(work)
        names.append(entity)
    assert counting.counted_in_time(study)[0].kinds == {"attribute": [1, 0]}
    Entity.objects.filter(pk=names[1].pk).update(name="Ministry", folded_name="ministry", ver=2)
    assert counting.counted_in_time(study)[0].kinds == {"unanimous": [1, 0]}


def entity_question(study: Study) -> Attribute:
    return study.attributes.get(label__slug="attribution", kind="entity")


def test_a_link_whose_end_became_no_span_is_no_gold_link(
    curator: Client, submitted: Article
) -> None:
    decide_all(curator, submitted)
    link = GoldLink.objects.live().get()
    end = link.source.case
    (told,) = read_gold(submitted.study)
    assert [case["link"]["id"] for case in told.cases if case["link"]] == [str(link.pk)]
    send(curator, submitted, ruling(str(end.pk), end.ver, choice="no_span"))
    (told,) = read_gold(submitted.study)
    assert [case["link"] for case in told.cases if case["link"]] == []
    assert list(check_gold(submitted.study_id)) == []
    curator.post(url("close", submitted), {"leave_open": "1"})
    kept = GoldVersion.objects.get().content["cases"]
    assert [case["link"] for case in kept if case["link"]] == []

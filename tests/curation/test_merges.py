"""Merging by rules: what rules make, and what they leave alone."""

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.actions import return_submission
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.curation.actions import (
    NotCounted,
    apply_merge,
    count_merge,
    run_merge,
    save_merge_rules,
)
from annotations.curation.actions.merges import Ground, merge_articles
from annotations.curation.models import Case, GoldLink, GoldSpan, Merge, Ruling
from annotations.curation.queries import submitted_works
from annotations.exchange.queries.corpus import read_corpus
from annotations.study.models import Role
from tests.marks import mark, submit
from tests.people import assign, join, make_article, make_user

from .scene import (
    ALLEGED,
    OFFICIALS,
    OFFICIALS_ARDEN,
    STRIKE,
    STRONGMAN,
    cases,
    ruling,
    send,
    study_url,
    url,
)

pytestmark = pytest.mark.django_db


def merged(article: Article, actor: User, **rules: object) -> Merge:
    told = {"unanimous": True, "at_least": None, "boundary": "", "least_votes": 2, **rules}
    made = save_merge_rules(study=article.study, actor=actor, **told)
    merge = count_merge(study=article.study, actor=actor, rules=made)
    run_merge.call(str(merge.pk))
    merge.refresh_from_db()
    assert merge.state == "counted"
    apply_merge(merge=merge, actor=actor)
    run_merge.call(str(merge.pk))
    merge.refresh_from_db()
    return merge


def gold_of(article: Article) -> set[tuple[str, str]]:
    rows = GoldSpan.objects.live().filter(adjudication__article=article)
    return {(row.label.slug if row.label else "extent", row.stretch) for row in rows}


@pytest.fixture
def erins(submitted: Article) -> Assignment:
    erin = make_user("erin")
    join(submitted.study, erin, Role.ANNOTATOR)
    return assign(submitted, erin)


def test_unanimous_cases_are_merged_and_say_so(submitted: Article, dave: User) -> None:
    merge = merged(submitted, dave)
    assert gold_of(submitted) == {("reporting", "0-82"), ("extent", "39-79")}
    assert (merge.state, merge.counts["unanimous"], merge.n_done) == ("done", 2, 1)
    for row in Case.objects.all():
        assert (row.choice, row.merged_by_rule, row.curator) == ("rule", "unanimous", None)
        assert (row.merge, len(row.votes)) == (merge, 2)
    assert Ruling.objects.filter(kind="merge", user=dave).count() == 2


def test_counting_makes_nothing(submitted: Article, dave: User) -> None:
    rules = save_merge_rules(study=submitted.study, actor=dave, unanimous=True, least_votes=2)
    merge = count_merge(study=submitted.study, actor=dave, rules=rules)
    with pytest.raises(NotCounted):
        apply_merge(merge=merge, actor=dave)
    run_merge.call(str(merge.pk))
    merge.refresh_from_db()
    assert (merge.state, merge.counts["unanimous"], merge.counts["left"]) == ("counted", 2, 4)
    assert Case.objects.count() == 0


@pytest.mark.parametrize(
    ("boundary", "stretch"),
    [("union", "0-18"), ("intersection", "0-9"), ("words", "0-9"), ("extent", "0-9")],
)
def test_boundaries_are_merged_by_rule(
    submitted: Article, dave: User, boundary: str, stretch: str
) -> None:
    merge = merged(submitted, dave, boundary=boundary)
    assert ("attribution", stretch) in gold_of(submitted)
    assert merge.counts[boundary] == 1


def test_at_least_k_of_n_agree_exactly(submitted: Article, erins: Assignment, dave: User) -> None:
    mark(erins, "attribution", OFFICIALS)
    mark(erins, "characterization", ALLEGED)
    submit(erins)
    assert merged(submitted, dave, at_least=2).counts["at_least"] == 5  # the link too
    assert gold_of(submitted) == {
        ("attribution", "0-9"),
        ("characterization", "43-57"),
        ("reporting", "0-82"),
        ("extent", "39-79"),
    }


def test_one_of_three_is_left_to_a_curator(
    submitted: Article, erins: Assignment, dave: User
) -> None:
    submit(erins)
    merged(submitted, dave, at_least=2)
    assert "characterization" not in {label for label, _ in gold_of(submitted)}


def test_links_are_merged_where_both_ends_are_gold(
    article: Article, bobs: Assignment, carols: Assignment, dave: User
) -> None:
    from tests.marks import link

    for work in (bobs, carols):
        link(mark(work, "attribution", OFFICIALS), mark(work, "allegation", ALLEGED))
        submit(work)
    merge = merged(article, dave)
    assert merge.counts["unanimous"] == 3
    assert GoldLink.objects.live().count() == 1


def test_what_a_curator_decided_is_never_touched(
    curator: Client, submitted: Article, erins: Assignment, dave: User
) -> None:
    found = cases(curator, submitted)
    send(
        curator,
        submitted,
        ruling(found["unanimous"]["id"], choice="no_span"),
        ruling(found["boundary"]["id"], choice="variant", variant=2),
        ruling(found["label"]["id"], choice="variant", variant=1),
        ruling(found["label"]["id"], 1, kind="reopen"),
    )
    before = gold_of(submitted)
    mark(erins, "attribution", OFFICIALS)
    mark(erins, "allegation", ALLEGED)
    submit(erins)
    merge = merged(submitted, dave, at_least=2, boundary="union")
    assert (merge.counts["kept"], merge.counts["taken_back"]) == (2, 1)
    assert [len(merge.counts["places"][name]) for name in ("kept", "taken_back")] == [2, 1]
    assert gold_of(submitted) == before | {("extent", "39-79")}
    row = Case.objects.get(pk=found["boundary"]["id"])
    assert (row.curator, row.choice) == (dave, "variant")


def test_what_a_rule_made_follows_new_votes_until_a_curator_decides(
    curator: Client, submitted: Article, erins: Assignment, dave: User
) -> None:
    merged(submitted, dave)
    assert ("reporting", "0-82") in gold_of(submitted)
    submit(erins)  # has nothing: nothing is unanimous any more
    merge = merged(submitted, dave)
    assert (merge.counts["reopened"], gold_of(submitted)) == (2, set())
    assert set(Case.objects.values_list("state", flat=True)) == {"open"}


def test_other_rules_reach_what_rules_made_and_nothing_that_a_curator_touched(
    curator: Client, submitted: Article, dave: User
) -> None:
    merged(submitted, dave, boundary="union")
    case = Case.objects.get(start=0, end=82)
    send(curator, submitted, ruling(str(case.pk), case.ver, choice="keep", note="Read again."))
    told = {"unanimous": True, "at_least": None, "boundary": "intersection", "least_votes": 2}
    rules = save_merge_rules(study=submitted.study, actor=dave, **told)
    preview = count_merge(study=submitted.study, actor=dave, rules=rules)
    run_merge.call(str(preview.pk))
    preview.refresh_from_db()
    assert ("attribution", "0-18") in gold_of(submitted)
    merge = merged(submitted, dave, boundary="intersection")
    for counts in (preview.counts, merge.counts):
        assert (counts["intersection"], counts["changed"], counts["kept"]) == (1, 1, 3)
    assert gold_of(submitted) == {
        ("attribution", "0-9"),
        ("reporting", "0-82"),
        ("extent", "39-79"),
    }
    row = Case.objects.get(start=0, end=18, source=None)
    assert (row.merged_by_rule, row.merge) == ("intersection", merge)
    merge = merged(submitted, dave, unanimous=False)
    assert (merge.counts["reopened"], merge.counts["kept"]) == (3, 1)
    assert gold_of(submitted) == {("reporting", "0-82")}


def test_running_the_same_rules_again_changes_nothing(submitted: Article, dave: User) -> None:
    merged(submitted, dave)
    n_rulings = Ruling.objects.count()
    merge = merged(submitted, dave)
    assert (Ruling.objects.count(), merge.counts["kept"]) == (n_rulings, 2)
    assert {row.merge for row in Case.objects.all()}.isdisjoint({merge})


def test_a_merged_case_can_be_decided_anew_and_that_be_undone(
    curator: Client, submitted: Article, dave: User
) -> None:
    merged(submitted, dave)
    case = next(c for c in cases(curator, submitted).values() if c["start"] == 0 and c["gold"])
    op = ruling(case["id"], case["ver"], choice="no_span")
    send(curator, submitted, op)
    assert ("reporting", "0-82") not in gold_of(submitted)
    send(curator, submitted, ruling(case["id"], case["ver"] + 1, kind="back", op=op["op_id"]))
    row = Case.objects.get(pk=case["id"])
    assert ("reporting", "0-82") in gold_of(submitted)
    assert (row.choice, row.merged_by_rule, row.curator) == ("rule", "unanimous", None)


@pytest.mark.parametrize("kind", ["reopen", "back"])
def test_what_a_curator_took_back_from_a_rule_stays_open(
    curator: Client, submitted: Article, dave: User, kind: str
) -> None:
    merged(submitted, dave)
    row = Case.objects.get(start=0)
    more = {"op": str(row.op_id)} if kind == "back" else {}
    send(curator, submitted, ruling(str(row.pk), row.ver, kind=kind, **more))
    merge = merged(submitted, dave)
    assert (merge.counts["taken_back"], merge.counts["kept"]) == (1, 1)
    assert gold_of(submitted) == {("extent", "39-79")}


def test_closed_articles_and_articles_of_one_annotator_are_left_alone(
    curator: Client, submitted: Article, bob: User, dave: User
) -> None:
    curator.get(url("adjudicate", submitted))
    curator.post(url("close", submitted), {"leave_open": "1"})
    alone = make_article(submitted.study, "Only one person read this.", title="Alone")
    mine = assign(alone, bob)
    mark(mine, "reporting", (0, 26))
    submit(mine)
    merge = merged(submitted, dave)
    assert (merge.counts["closed"], merge.counts["left"], GoldSpan.objects.count()) == (1, 1, 0)


def test_rule_sets_are_numbered_and_the_same_again_is_the_same(
    submitted: Article, dave: User
) -> None:
    told = {"unanimous": True, "at_least": 2, "boundary": "", "least_votes": 2}
    first = save_merge_rules(study=submitted.study, actor=dave, **told)
    again = save_merge_rules(study=submitted.study, actor=dave, **told)
    other = save_merge_rules(study=submitted.study, actor=dave, **{**told, "at_least": 3})
    assert (first.number, again.pk == first.pk, other.number) == (1, True, 2)


def test_the_pages_count_first_and_make_then(curator: Client, submitted: Article) -> None:
    from django.urls import reverse

    page = reverse("curation:merge", args=[submitted.study_id])
    told = curator.post(page, {"unanimous": "on", "least_votes": "2", "boundary": ""})
    state = told["Location"]
    run_merge.call(state.rstrip("/").rpartition("/")[2])
    assert "Make these 2" in curator.get(state).content.decode()
    curator.post(state)
    run_merge.call(state.rstrip("/").rpartition("/")[2])
    assert "<h1>Merged</h1>" in curator.get(state).content.decode()
    assert GoldSpan.objects.count() == 2


def test_places_of_the_scene(article: Article) -> None:
    assert article.text[slice(*STRIKE)] == "strike"
    assert article.text[slice(*OFFICIALS_ARDEN)] == "Officials in Arden"
    assert article.text[slice(*STRONGMAN)] == "strongman"


def test_a_curators_reason_keeps_what_a_rule_made(
    curator: Client, submitted: Article, dave: User, erins: Assignment
) -> None:
    merged(submitted, dave)
    case = next(one for one in cases(curator, submitted).values() if one["state"] == "decided")
    said = {"choice": "keep", "reason": "source", "note": "Read with care."}
    send(curator, submitted, ruling(case["id"], case["ver"], **said))
    mark(erins, "reporting", STRONGMAN)
    submit(erins)
    merged(submitted, dave)
    row = Case.objects.get(pk=case["id"])
    assert (row.state, row.reason, row.note) == ("decided", "source", "Read with care.")


def test_what_rules_make_does_not_depend_on_what_earlier_rules_made(
    article: Article, bobs: Assignment, carols: Assignment, dave: User
) -> None:
    """By the second rules one case takes the very span that another gives up."""
    for work, long, short in ((bobs, (0, 18), (10, 17)), (carols, (10, 33), (11, 18))):
        mark(work, "attribution", long)
        mark(work, "attribution", short)
        submit(work)
    merged(article, dave, boundary="union")
    assert gold_of(article) == {("attribution", "0-33"), ("attribution", "10-18")}
    merged(article, dave, boundary="intersection")
    assert gold_of(article) == {("attribution", "10-18"), ("attribution", "11-17")}
    merged(article, dave, boundary="union")
    assert gold_of(article) == {("attribution", "0-33"), ("attribution", "10-18")}


def test_work_given_back_since_the_job_began_makes_no_gold(
    submitted: Article, bobs: Assignment, dave: User
) -> None:
    study = submitted.study
    rules = save_merge_rules(study=study, actor=dave, unanimous=True, least_votes=2)
    merge = Merge.objects.create(study=study, rules=rules, created_by=dave, n_all=1)
    version = study.codebook_versions.latest("number")
    known = submitted_works(study)
    return_submission(assignment=bobs, actor=dave, reason="Look again.")
    mark(bobs, "reporting", STRIKE)
    made = merge_articles(merge, Ground.read(study, version), known, makes=True)
    assert (gold_of(submitted), made.counts["unanimous"]) == (set(), 0)


def test_gold_by_rule_says_how_many_had_to_agree(
    curator: Client, submitted: Article, dave: User
) -> None:
    merged(submitted, dave, unanimous=False, at_least=2)
    gold = GoldSpan.objects.get(label__slug="reporting")
    page = curator.get(study_url("custody", submitted.study, gold.pk)).content.decode()
    assert "at least 2 agree exactly (rules 1)" in page
    assert "What at least 2 of them marked exactly alike is taken." in page
    (article,) = read_corpus(submitted.study).articles
    assert article.gold is not None
    told = [*article.gold.provenance, *article.gold.link_provenance]
    assert {each.merge_rule for each in told} == {"at_least 2"}
    assert {step.merge_rule for each in told for step in each.rulings} == {"at_least 2"}


def test_what_was_submitted_since_it_was_counted_is_said_and_counted_again(
    curator: Client, submitted: Article, erins: Assignment, dave: User
) -> None:
    rules = save_merge_rules(study=submitted.study, actor=dave, unanimous=True, least_votes=2)
    merge = count_merge(study=submitted.study, actor=dave, rules=rules)
    run_merge.call(str(merge.pk))
    there = study_url("merge_state", submitted.study, merge.pk)
    assert curator.get(there).context["n_since"] == 0
    submit(erins)
    assert "1 article was submitted or given back since" in curator.get(there).content.decode()
    again = curator.post(there, {"merge": "again"})["Location"]
    assert again != there
    assert Merge.objects.get(pk=merge.pk).state == "counted"
    assert curator.get(again).context["n_since"] == 0

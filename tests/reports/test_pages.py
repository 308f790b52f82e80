"""The agreement pages: who may see what, every number leads on, files, odd input in words."""

import csv
import io
import json
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.reports.actions import compute_report, make_report
from annotations.reports.models import Report
from annotations.reports.selection import Selection
from annotations.study.models import Role, Study
from tests.conftest import SignIn
from tests.marks import mark, submit
from tests.people import assign, join, make_article
from tests.reports.conftest import SECRET

pytestmark = pytest.mark.on_sqlite  # what pages show


def at(page: str, study: Study, **more: object) -> str:
    return reverse(f"reports:{page}", kwargs={"study_id": study.pk, **more})


def open_comparison(study: Study) -> None:
    study.rounds.update(comparison_opened_at=timezone.now())


def test_curators_and_managers_see_agreement(
    study: Study, alice: User, dave: User, readings: None, sign_in: SignIn
) -> None:
    for person in (alice, dave):
        page = sign_in(person).get(at("agreement", study))
        assert page.status_code == 200
        assert "Unitized alpha" in page.content.decode()


def test_strangers_find_no_agreement(
    study: Study, article: Article, mallory: User, readings: None, sign_in: SignIn
) -> None:
    client = sign_in(mallory)
    for url in (
        at("agreement", study),
        at("passages", study),
        at("compare", study),
        at("methods", study),
        at("table", study, name="headline", form="csv"),
        at("article", study, article_id=article.pk),
    ):
        assert client.get(url).status_code == 404


def test_an_annotator_sees_nothing_before_the_comparison(
    study: Study, article: Article, bob: User, readings: None, sign_in: SignIn
) -> None:
    client = sign_in(bob)
    told = client.get(at("agreement", study))
    assert "once you have submitted an article and a manager" in told.content.decode()
    assert SECRET not in told.content.decode()
    for url in (
        at("passages", study),
        at("methods", study),
        at("table", study, name="pairs", form="csv"),
        at("article", study, article_id=article.pk),
    ):
        refused = client.get(url)
        assert refused.status_code == 403
        assert SECRET not in refused.content.decode()


def test_an_annotator_sees_own_pairs_after_the_comparison(
    study: Study, bob: User, carol: User, erin: User, readings: None, sign_in: SignIn
) -> None:
    open_comparison(study)
    client = sign_in(bob)
    page = client.get(at("agreement", study)).content.decode()

    assert "Bob" in page
    assert "Carol and Erin" not in page
    assert "Erin and Carol" not in page
    theirs = f"{at('passages', study)}?a={carol.pk}&b={erin.pk}"
    found = client.get(theirs).content.decode()
    assert "<dt>Carol</dt>" not in found or "<dt>Erin</dt>" not in found


def test_an_annotator_never_sees_an_article_they_have_not_submitted(
    study: Study, alice: User, bob: User, carol: User, erin: User, readings: None, sign_in: SignIn
) -> None:
    open_comparison(study)
    other = make_article(study, "Only the two of them read this one.\n", "Another")
    for who in (carol, erin):
        submit(assign(other, who))
    client = sign_in(bob)

    assert client.get(at("article", study, article_id=other.pk)).status_code == 404
    assert "Another" not in client.get(at("passages", study)).content.decode()


def test_marks_of_a_round_that_is_not_opened_stay_hidden(
    study: Study, article: Article, bob: User, carol: User, readings: None, sign_in: SignIn
) -> None:
    later = study.rounds.create(name="Later", purpose="main", position=9)
    Assignment.objects.filter(annotator=carol).update(round=later)
    study.rounds.exclude(pk=later.pk).update(comparison_opened_at=timezone.now())
    client = sign_in(bob)

    for url in (
        at("agreement", study),
        at("passages", study),
        at("article", study, article_id=article.pk),
        at("table", study, name="pairs", form="csv"),
    ):
        page = client.get(url)
        assert page.status_code == 200
        assert "Carol" not in page.content.decode()
    listed = client.get(at("passages", study)).content.decode()
    assert "<dt>Erin</dt>" in listed
    assert ">Allegation</span>" not in listed  # only Carol marked one


def test_hidden_sources_cannot_be_told_by_choosing(
    study: Study, article: Article, alice: User, bob: User, readings: None, sign_in: SignIn
) -> None:
    outlet = study.outlets.create(name="The Arden Courier")
    Article.objects.filter(pk=article.pk).update(outlet=outlet)
    other = study.outlets.create(name="Harbour Post")
    open_comparison(study)
    Study.objects.filter(pk=study.pk).update(hide_source=True)
    client, url = sign_in(bob), at("passages", study)

    assert "The Arden Courier" not in client.get(at("agreement", study)).content.decode()
    counts = {
        client.get(f"{url}?{chosen}").context["page"].paginator.count
        for chosen in ("", f"outlets={outlet.pk}", f"outlets={other.pk}", "published_to=1990-01-01")
    }
    assert len(counts) == 1
    assert "The Arden Courier" in sign_in(alice).get(at("agreement", study)).content.decode()


def test_a_draft_is_not_told_by_the_labels_on_offer(
    study: Study, article: Article, alice: User, bob: User, readings: None, sign_in: SignIn
) -> None:
    label = study.labels.get(slug="characterization")
    draft = assign(make_article(study, "Another text altogether.\n", "Another"), bob)
    mark(draft, "characterization", (0, 7))
    label.archived_at = timezone.now()
    label.save()
    client = sign_in(alice)
    assert "Characterization (archived)" not in client.get(at("agreement", study)).content.decode()

    submit(draft)

    assert "Characterization (archived)" in client.get(at("agreement", study)).content.decode()


def test_whoever_is_still_marking_an_article_sees_nobody_s_marks_on_it(
    study: Study, article: Article, alice: User, readings: None, sign_in: SignIn
) -> None:
    join(study, alice, Role.ANNOTATOR)
    mine = assign(article, alice)
    client = sign_in(alice)

    assert client.get(at("article", study, article_id=article.pk)).status_code == 404
    assert SECRET not in client.get(at("passages", study)).content.decode()
    assert "still marking yourself" in client.get(at("agreement", study)).content.decode()

    submit(mine)

    assert client.get(at("article", study, article_id=article.pk)).status_code == 200


def test_a_choice_that_is_not_there_makes_no_file_and_no_report(
    study: Study, alice: User, readings: None, sign_in: SignIn
) -> None:
    client = sign_in(alice)

    assert client.get(f"{at('methods', study)}?labels=zzz").status_code == 404
    table = at("table", study, name="labels", form="csv")
    assert client.get(f"{table}?published_from=soon").status_code == 404
    refused = client.post(at("make", study), {"name": "X", "seed": 1, "address": "rounds=nope"})
    assert refused.status_code == 422
    assert "choose again" in refused.content.decode()
    assert not Report.objects.exists()


def test_words_are_called_words(study: Study, alice: User, readings: None, sign_in: SignIn) -> None:
    page = sign_in(alice).get(f"{at('agreement', study)}?level=word").content.decode()

    assert "Of the words that two annotators marked as Allegation" in page
    assert "Of the characters that" not in page


def test_stored_reports_are_not_for_annotators(
    study: Study, alice: User, bob: User, readings: None, sign_in: SignIn
) -> None:
    open_comparison(study)
    report = make_report(study=study, actor=alice, name="First", selection=Selection())
    client = sign_in(bob)
    for name in ("report", "progress", "report_methods", "report_print"):
        url = at(name, study, report_id=report.pk)
        assert client.get(url).status_code == 403
    assert client.post(at("make", study), {"name": "x", "seed": 1}).status_code == 403


def links_to_passages(page: str) -> list[tuple[str, str]]:
    """(address, figure) of every number on the page that leads on."""
    found = re.findall(r'<a href="([^"]*/passages/\?[^"]*)">([^<]*)</a>', page)
    return [(address.replace("&amp;", "&"), text) for address, text in found]


@pytest.mark.parametrize(
    "chosen",
    [
        "",
        "labels=attribution&labels=extent",
        pytest.param("labels=attribution", marks=pytest.mark.on_sqlite),
        pytest.param("level=word", marks=pytest.mark.on_sqlite),
    ],
)
def test_every_count_on_the_page_leads_to_as_many_spans(
    study: Study, alice: User, gold: None, sign_in: SignIn, chosen: str
) -> None:
    client = sign_in(alice)
    page = client.get(f"{at('agreement', study)}?{chosen}").content.decode()
    numbers = links_to_passages(page)
    assert len(numbers) > 40
    counted = 0
    for address, text in numbers:
        wanted = dict(parse_qsl(urlsplit(address).query))
        listed = client.get(address)
        assert listed.status_code == 200
        whole = re.fullmatch(r"(\d+)(?: \(\d+%\))?", text)
        if whole and "counted" in wanted:
            assert listed.context[f"n_{wanted['counted']}"] == int(whole[1])
            counted += 1
        elif whole and wanted.get("listing", "findings") == "findings" and "other" not in wanted:
            assert listed.context["n_spans"] == int(whole[1])
            counted += 1
        elif whole:
            places = listed.context["page"].paginator.count
            assert places == int(whole[1])
            counted += 1
    assert counted > 20


def test_every_figure_of_the_tables_leads_on(
    study: Study, alice: User, gold: None, sign_in: SignIn
) -> None:
    tables = sign_in(alice).get(at("agreement", study)).context["laid"]
    assert tables[-1].name == "gold"
    stuck = [
        (table.name, row[0].text, column.key)
        for table in tables
        for row in table.rows
        for column, cell in zip(table.columns[1:], row[1:], strict=True)
        if cell.text and cell.query is None and column.key != "interval"
    ]

    assert stuck == []


def test_files_say_what_the_page_says(
    study: Study, alice: User, readings: None, sign_in: SignIn
) -> None:
    client = sign_in(alice)
    as_json = client.get(at("table", study, name="labels", form="json"))
    as_csv = client.get(at("table", study, name="labels", form="csv"))
    as_tex = client.get(at("table", study, name="labels", form="tex")).content.decode()
    rows = json.loads(as_json.content)["rows"]
    plain = list(csv.DictReader(io.StringIO(as_csv.content.decode())))

    assert [row["label"] for row in rows] == [row["label"] for row in plain]
    for one, other in zip(rows, plain, strict=True):
        if one["exact_f1"] is not None:
            assert float(other["exact_f1"]) == one["exact_f1"]
    assert r"\begin{tabular}" in as_tex
    assert as_tex.count(r"\\") == len(rows) + 1


def test_an_unknown_table_or_form_is_not_found(
    study: Study, alice: User, readings: None, sign_in: SignIn
) -> None:
    client = sign_in(alice)

    assert client.get(at("table", study, name="nothing", form="csv")).status_code == 404
    assert client.get(at("table", study, name="labels", form="exe")).status_code == 404


@pytest.mark.parametrize(
    "address", ["?level=pages", "?published_from=soon", "?annotators=x", "?labels=nothing"]
)
def test_a_mistaken_choice_is_said_on_the_page(
    study: Study, alice: User, readings: None, sign_in: SignIn, address: str
) -> None:
    page = sign_in(alice).get(at("agreement", study) + address)

    assert page.status_code == 200
    assert page.context["form"].errors


def test_an_empty_study_says_so_in_words(study: Study, alice: User, sign_in: SignIn) -> None:
    page = sign_in(alice).get(at("agreement", study)).content.decode()

    assert "There are no articles yet." in page
    main = page.lower().partition("<main")[2]  # above stands a nonce of any letters
    assert main
    assert "nan" not in main.replace("finance", "")


@pytest.mark.django_db(transaction=True)
def test_a_report_is_kept_printed_and_compared(
    study: Study, alice: User, readings: None, sign_in: SignIn
) -> None:
    client = sign_in(alice)
    made = client.post(at("make", study), {"name": "Before", "seed": 3, "address": ""})
    client.post(at("make", study), {"name": "After", "seed": 3, "address": ""})
    before, after = Report.objects.order_by("created_at")

    assert made.url == at("report", study, report_id=before.pk)
    page = client.get(made.url).content.decode()
    assert "not computed yet" not in page
    printed = client.get(at("report_print", study, report_id=before.pk)).content.decode()
    assert "Gamma" in printed
    assert 'rel="stylesheet"' not in printed
    assert "<script" not in printed
    side = client.get(f"{at('compare', study)}?one={before.pk}&other={after.pk}").content.decode()
    assert "+0.000" in side
    client.post(at("again", study, report_id=before.pk))
    assert Report.objects.count() == 3


def test_a_report_of_nothing_is_refused_in_words(
    study: Study, alice: User, sign_in: SignIn
) -> None:
    answer = sign_in(alice).post(at("make", study), {"name": "Empty", "seed": 1, "address": ""})

    assert answer.status_code == 422
    assert "Nobody has submitted anything" in answer.content.decode()


def test_a_report_of_another_study_is_not_found(
    study: Study, alice: User, mallory: User, readings: None, sign_in: SignIn
) -> None:
    report = make_report(study=study, actor=alice, name="Ours", selection=Selection())
    theirs = Study.objects.get(name="Elsewhere")

    answer = sign_in(mallory).get(at("report", theirs, report_id=report.pk))

    assert answer.status_code == 404


def test_gamma_is_shown_at_once_when_it_is_known(
    study: Study, article: Article, alice: User, bob: User, readings: None, sign_in: SignIn
) -> None:
    client = sign_in(alice)
    assert "not computed yet" in client.get(at("agreement", study)).content.decode()
    report = make_report(study=study, actor=alice, name="Now", selection=Selection())
    compute_report.call(str(report.pk))
    report.refresh_from_db()

    live = client.get(at("agreement", study))
    shown = {one.name: one for one in live.context["laid"]}["headline"].rows[1][1]
    assert shown.value == report.result["chance"]["gamma"]["value"]

    Assignment.objects.filter(article=article, annotator=bob).update(rev=F("rev") + 1)
    assert "not computed yet" in client.get(at("agreement", study)).content.decode()


def test_the_article_page_walks_the_cases(
    study: Study, article: Article, alice: User, readings: None, sign_in: SignIn
) -> None:
    client: Client = sign_in(alice)
    url = at("article", study, article_id=article.pk)
    page = client.get(url)
    kinds = [case["kind"] for case in page.context["cases"]]

    assert sorted(kinds) == ["boundary", "missing", "unanimous"]
    focus = client.get(f"{url}?case=1").context["focus"]
    assert sorted(variant["words"] for variant in focus["variants"]) == [
        article.text[:9],
        article.text[:18],
        article.text[:18],  # with another answer
    ]
    shown = client.get(f"{url}?label=allegation")
    assert [case["snippet"] for case in shown.context["cases"]] == [SECRET]


def test_a_passage_opens_the_article_with_its_case_in_focus(
    study: Study, article: Article, alice: User, readings: None, sign_in: SignIn
) -> None:
    client: Client = sign_in(alice)
    listed = client.get(f"{at('passages', study)}?kind=presence&label=allegation")
    (address,) = set(re.findall(r'href="([^"]*\?span=[^"#]*)', listed.content.decode()))

    focus = client.get(address).context["focus"]

    assert [variant["words"] for variant in focus["variants"]] == [SECRET]
    assert focus["missing"] == "Bob, Erin"


def test_what_several_pairs_have_at_one_place_stands_under_one_excerpt(
    study: Study, alice: User, readings: None, sign_in: SignIn
) -> None:
    listed = sign_in(alice).get(f"{at('passages', study)}?label=extent").context

    (place,) = listed["places"]
    pairs = [[reading["who"] for reading in one["readings"]] for one in place["passages"]]
    assert sorted(map(sorted, pairs)) == [["Bob", "Carol"], ["Bob", "Erin"], ["Carol", "Erin"]]
    assert listed["page"].paginator.count == 3


def test_the_text_on_the_article_page_is_the_articles(
    study: Study, article: Article, alice: User, readings: None, sign_in: SignIn
) -> None:
    page = sign_in(alice).get(f"{at('article', study, article_id=article.pk)}?label=attribution")
    blocks = [block.html for section in page.context["sections"] for block in section]
    text = re.sub(r"<[^>]+>", "", "".join(blocks))

    assert text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") == article.text


def test_opening_the_report_takes_few_queries(
    study: Study,
    alice: User,
    readings: None,
    sign_in: SignIn,
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    client = sign_in(alice)
    client.get(at("agreement", study))

    with django_assert_max_num_queries(20):
        client.get(at("agreement", study))

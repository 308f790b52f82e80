"""What is looked at is chosen, and every report that was kept of it is found again."""

import re
from urllib.parse import urlencode

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.reports.models import Report
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.marks import submit
from tests.people import assign, make_article
from tests.reports.test_pages import at, open_comparison


def test_agreement_is_chosen_by_article(
    study: Study, article: Article, alice: User, bob: User, readings: None, sign_in: SignIn
) -> None:
    other = make_article(study, "Only the two of them read this one.\n", "Another strike")
    for who in User.objects.filter(username__in=["carol", "erin"]):
        submit(assign(other, who))
    client, url = sign_in(alice), at("agreement", study)
    assert client.get(url).context["counts"]["articles"] == 2
    for chosen in ("another", other.title, str(other.pk)):
        page = client.get(url, {"articles": f"{chosen}\r\n"})
        assert page.context["counts"]["annotators"] == 2
        assert "articles “Another strike”" in page.context["methods"]
    both = client.get(f"{url}?articles={article.pk}&articles={other.pk}")
    assert both.context["counts"]["articles"] == 2
    assert client.get(url, {"articles": "strike"}).context["counts"]["articles"] == 2
    for unknown in ("Nowhere", study.pk, "strike\nNowhere"):
        assert client.get(url, {"articles": unknown}).context["form"].errors["articles"]

    client.post(at("make", study), {"name": "One", "seed": 1, "address": "articles=another"})
    report = Report.objects.get()
    assert report.inputs["articles"] == [str(other.pk)]
    kept = client.get(at("report", study, report_id=report.pk))
    (headline, *_) = kept.context["laid"]
    address = f"{kept.context['address']}&{urlencode(headline.rows[3][1].query)}"
    listed = client.get(f"{at('passages', study)}?{address}")
    assert listed.context["n_articles"] == 1

    open_comparison(study)
    theirs = sign_in(bob).get(url, {"articles": other.title})
    assert theirs.context["form"].errors["articles"] == [
        "No article has “Another strike” in its title."
    ]


def test_every_kept_report_is_linked_to(
    study: Study, alice: User, readings: None, sign_in: SignIn
) -> None:
    told = {"study": study, "created_by": alice, "engine_version": "1", "state": "done"}
    Report.objects.bulk_create(Report(name=f"Report {n}", **told) for n in range(21))
    client, linked = sign_in(alice), set[str]()
    for number in (1, 2):
        page = client.get(at("agreement", study), {"page": number, "level": "word"})
        assert "level=word" in page.context["address"]
        assert "page=" not in page.context["address"]
        linked |= set(
            re.findall(r'<a href="[^"]*/reports/[^"]*">(Report \d+)</a>', page.content.decode())
        )

    assert linked == {f"Report {n}" for n in range(21)}

"""Opening an article: whose, with what, at what cost."""

import json
import re
from typing import Any

from django.urls import reverse

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.marking.codebook import codebook_wire
from annotations.study.models import Study
from tests.conftest import SignIn


def address(name: str, article: Article) -> str:
    return reverse(
        f"marking:{name}", kwargs={"study_id": article.study_id, "article_id": article.pk}
    )


def data_of(response: Any) -> dict[str, Any]:
    found = re.search(
        r'<script id="marking-data" type="application/json">(.*?)</script>',
        response.content.decode(),
        re.DOTALL,
    )
    assert found
    data: dict[str, Any] = json.loads(found.group(1))
    return data


def test_the_server_says_where_links_may_begin_and_whose_voice_a_label_is(study: Study) -> None:
    def told() -> list[tuple[str, bool]]:
        labels = codebook_wire(study, 1)["labels"]
        return [(label["voice"], label["begins"]) for label in labels]

    assert told() == [("outlet", False), ("source", True), ("", False), ("", False)]
    study.labels.filter(slug="attribution").delete()
    assert told() == [("outlet", True), ("", True), ("", True)]


def test_an_annotator_opens_the_assigned_article(
    sign_in: SignIn, bob: User, bobs: Assignment
) -> None:
    response = sign_in(bob).get(address("page", bobs.article))
    assert response.status_code == 200
    assert "htmx" not in response.content.decode()  # a fifth of what the page may weigh
    data = data_of(response)
    assert data["assignment"] == str(bobs.pk)
    assert data["article"]["length"] == len(bobs.article.text)
    assert b"<b>A</b> Attribution" in response.content  # in print: what the letters mean
    assert [label["slug"] for label in data["codebook"]["labels"]] == [
        "reporting",
        "attribution",
        "allegation",
        "characterization",
    ]

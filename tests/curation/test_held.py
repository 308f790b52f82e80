"""What was decided while an adjudication was closed is shown once it is open again."""

import pytest
from django.test import Client

from annotations.corpus.models import Article

from .scene import cases, ruling, send, url

pytestmark = pytest.mark.django_db
TITLE = "Kept while it was closed"


def test_what_was_held_is_listed_until_its_case_is_decided(
    curator: Client, submitted: Article
) -> None:
    case = cases(curator, submitted)["label"]["id"]
    page = url("adjudicate", submitted)
    curator.post(url("close", submitted), {"leave_open": "1"})
    assert send(curator, submitted, ruling(case, choice="variant", variant=2)).status_code == 409
    curator.post(url("reopen", submitted))
    shown = curator.get(page).content.decode()
    for words in (TITLE, "Took variant 2", f"{page}?case={case}", "Different label (1)"):
        assert words in shown
    send(curator, submitted, ruling(case, choice="variant", variant=2))
    assert TITLE not in curator.get(page).content.decode()

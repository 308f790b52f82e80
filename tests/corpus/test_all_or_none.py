"""The choice between storing what is right, and storing all or none, as the page offers it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotations.accounts.models import User
from annotations.corpus.models import Article, Import, ImportState
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.corpus.samples import FIRE, jsonl

BOX = 'type="checkbox" name="all_or_none" value="yes" id="all-or-none"'


@pytest.fixture
def manager(alice: User, sign_in: SignIn) -> Client:
    return sign_in(alice)


def previewed(manager: Client, study: Study, *records: object) -> str:
    """The address of the preview of these records."""
    files = [SimpleUploadedFile("w.jsonl", jsonl(*records))]
    address = f"/studies/{study.pk}/articles/import/"
    sent = manager.post(address, {"uploads": files, "language": "en"})
    return sent.headers["Location"]


def test_the_preview_offers_it_unticked_and_says_what_it_would_do(
    manager: Client, study: Study
) -> None:
    page = manager.get(previewed(manager, study, FIRE, "[1]")).content.decode()
    assert f"{BOX} aria-describedby" in page
    assert "nothing is stored, because 1 of 2 cannot be" in page


def test_ticked_nothing_is_stored_when_one_is_wrong(manager: Client, study: Study) -> None:
    at = previewed(manager, study, FIRE, "[1]")
    manager.post(f"{at}store/", {"all_or_none": "yes"})
    assert Article.objects.count() == 0
    assert Import.objects.get().state == ImportState.FAILED
    page = manager.get(at).content.decode()
    assert "you chose all or none. Nothing was stored." in page
    assert f"{BOX} checked" in page


def test_after_that_the_right_ones_can_still_be_stored(manager: Client, study: Study) -> None:
    at = previewed(manager, study, FIRE, "[1]")
    manager.post(f"{at}store/", {"all_or_none": "yes"})
    manager.post(f"{at}store/", {})
    assert [article.title for article in Article.objects.all()] == [FIRE["title"]]


def test_ticked_all_are_stored_when_none_is_wrong(manager: Client, study: Study) -> None:
    at = previewed(manager, study, FIRE)
    manager.post(f"{at}store/", {"all_or_none": "yes"})
    assert Article.objects.count() == 1

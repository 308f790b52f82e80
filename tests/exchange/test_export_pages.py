"""Who may take out what, on the pages: everybody their own, curators what is submitted, managers
all; and what the file then holds."""

import io
import json
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.exchange.actions.exports import OF_ALL, OF_CHOSEN, write_export
from annotations.exchange.formats import formats
from annotations.exchange.models import Export
from annotations.study.models import AuditEntry, Role, Study
from tests.api.asking import Asker
from tests.conftest import SignIn
from tests.marks import mark, submit
from tests.people import assign, join, make_article

pytestmark = [pytest.mark.on_sqlite, pytest.mark.usefixtures("exports_folder")]


@pytest.fixture
def marked(study: Study, article: Article, bob: User, carol: User) -> Study:
    """Bob has submitted one mark, Carol is at work on two."""
    work = assign(article, bob)
    mark(work, "allegation", (35, 42))
    submit(work)
    open_work = assign(article, carol)
    mark(open_work, "reporting", (0, 20))
    mark(open_work, "attribution", (0, 9))
    return study


def exported(client: Client, study: Study, **chosen: Any) -> dict[str, bytes]:
    """The files of an export made on the page."""
    said = {"reason": "The reviewers ask for it"}
    data = {"file_format": "jsonl", "gold": "on", "threads": "on", **said, **chosen}
    answer = client.post(reverse("exchange:export", args=[study.pk]), data)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    made = Export.objects.latest("created_at")
    write_export.func(str(made.pk))  # the test's transaction never commits
    made.refresh_from_db()
    assert (made.state, made.message) == ("done", "")
    page = client.get(answer.url)
    assert b"The file is ready" in page.content
    sent = client.get(reverse("exchange:export_file", args=[study.pk, made.pk]))
    with zipfile.ZipFile(io.BytesIO(b"".join(sent.streaming_content))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def articles_in(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files["articles.jsonl"].splitlines()]


def people_in(files: dict[str, bytes]) -> list[str]:
    return [work["annotator"] for each in articles_in(files) for work in each["assignments"]]


def test_the_page_shows_each_formats_losses_before_anything_is_made(
    marked: Study, alice: User, sign_in: SignIn
) -> None:
    page = sign_in(alice).get(reverse("exchange:export", args=[marked.pk])).content.decode()
    for form in formats().values():
        if form.can_write:
            assert escape(form.title) in page
            assert [loss.name for loss in form.losses if escape(loss.sentence) not in page] == []


def test_a_manager_takes_out_everything_that_is_chosen(
    marked: Study, alice: User, sign_in: SignIn
) -> None:
    client = sign_in(alice)
    assert people_in(exported(client, marked, states=["submitted"])) == ["bob"]
    assert people_in(exported(client, marked)) == ["bob", "carol"]
    assert people_in(exported(client, marked, annotators=["carol"])) == ["carol"]
    files = exported(client, marked, labels=["reporting"])
    labels = [s["label"] for a in articles_in(files) for w in a["assignments"] for s in w["spans"]]
    assert labels == ["reporting"]
    assert exported(client, marked, file_format="sourcemark").keys() == {
        "study.json", "data_card.md", "manifest.json",
    }  # fmt: skip


def test_a_file_without_articles_is_called_empty(
    marked: Study, alice: User, sign_in: SignIn
) -> None:
    data = {"file_format": "csv", "only_chosen": "on", "states": ["returned"]}
    client = sign_in(alice)
    answer = client.post(reverse("exchange:export", args=[marked.pk]), data)
    write_export.func(str(Export.objects.get().pk))
    page = client.get(answer.url).content.decode()
    assert ("The file is empty" in page, "The file is ready" in page) == (True, False)


def test_the_manifest_says_what_was_chosen_and_the_history_that_it_was_made(
    marked: Study, alice: User, sign_in: SignIn
) -> None:
    files = exported(sign_in(alice), marked, states=["submitted"])
    told = json.loads(files["manifest.json"])
    assert told["filters"]["states"] == ["submitted"]
    assert told["counts"]["n_spans"] == 1
    assert told["made_by"] == "alice"
    entry = AuditEntry.objects.get(action="study.exported")
    assert (entry.actor, entry.after["spans"]) == (alice, 1)


@pytest.mark.parametrize("way", ["page", "program", "file"])
def test_work_that_others_have_not_submitted_goes_out_only_with_a_reason_on_record(
    marked: Study, alice: User, sign_in: SignIn, tmp_path: Path, way: str
) -> None:
    client, why, to = sign_in(alice), "A complaint", tmp_path / "a.zip"

    def asked(file_format: str, *states: str, reason: str = "") -> tuple[int, str]:
        if way == "page":
            told = {"file_format": file_format, "states": states, "reason": reason}
            told |= {"gold": "on", "threads": "on"}
            answer = client.post(reverse("exchange:export", args=[marked.pk]), told)
        elif way == "program":
            told = {"format": file_format, "reason": reason}
            told |= {"states": states} if file_format == "jsonl" else {}
            answer = Asker(alice).send(f"/studies/{marked.pk}/exports", told)
        else:
            chosen = [f"--state={state}" for state in states or ["any"]]
            to.unlink(missing_ok=True)
            try:
                call_command("export_study", marked.name, to, f"--format={file_format}", *chosen,
                             f"--reason={reason}", stdout=io.StringIO())  # fmt: skip
            except CommandError as error:
                return 422, str(error)
            return 200, ""
        return answer.status_code, answer.content.decode()

    cases = [("jsonl", ()), ("jsonl", ("waiting",)), ("sourcemark", ())]
    for file_format, states in cases[: 2 if way == "file" else 3]:
        status, said = asked(file_format, *states, reason=" ")
        assert (status, "Say why: it stands in" in said) == (422, True), (file_format, states)
    assert not Export.objects.exists()
    assert not to.exists()
    assert asked("jsonl", "submitted")[0] < 400
    assert asked("jsonl", "returned")[0] < 400  # there is none
    assert asked("jsonl", reason=why)[0] < 400
    for made in Export.objects.order_by("created_at"):
        write_export.func(str(made.pk))
    reasons = [entry.after.get("reason") for entry in AuditEntry.objects.order_by("pk")]
    assert reasons == [None, None, why]


def test_a_curator_takes_out_submitted_work_only(
    marked: Study, dave: User, sign_in: SignIn
) -> None:
    client = sign_in(dave)
    assert people_in(exported(client, marked)) == ["bob"]
    assert people_in(exported(client, marked, states=["in_progress"])) == ["bob"]
    page = client.get(reverse("exchange:export", args=[marked.pk])).content.decode()
    assert "format-sourcemark" not in page
    answer = client.post(
        reverse("exchange:export", args=[marked.pk]), {"file_format": "sourcemark"}
    )
    assert answer.status_code == 422


def test_a_curator_under_blind_curation_gets_pseudonyms(
    marked: Study, dave: User, sign_in: SignIn
) -> None:
    marked.blind_curation = True
    marked.save(update_fields=["blind_curation"])
    files = exported(sign_in(dave), marked)
    (alias,) = people_in(files)
    assert alias.startswith("person-")
    assert people_in(exported(sign_in(dave), marked)) == [alias]
    assert [name for name, content in files.items() if b"bob" in content or b"Bob" in content] == []


def test_a_curator_who_still_marks_an_article_does_not_get_it(
    marked: Study, article: Article, dave: User, sign_in: SignIn
) -> None:
    join(marked, dave, Role.ANNOTATOR)
    other = make_article(marked, "Another text said so.", "Another")
    assign(article, dave)
    assert [each["title"] for each in articles_in(exported(sign_in(dave), marked))] == [other.title]


def test_an_annotator_takes_out_their_own_marks_and_learns_nothing_of_others(
    marked: Study, carol: User, sign_in: SignIn
) -> None:
    make_article(marked, "A text that Carol does not have.", "Not hers")
    client = sign_in(carol)
    chosen = {"annotators": ["bob"], "soft_labels": "on", "states": []}
    files = exported(client, marked, **chosen)
    assert people_in(files) == ["carol"]
    assert [each["title"] for each in articles_in(files)] == ["Strike in Arden"]
    assert [each["gold"] for each in articles_in(files)] == [None]
    for name, content in files.items():
        words = content.decode().lower()
        assert "bob" not in words, name
        assert "not hers" not in words, name
    assert b"Not computed for this export" in files["data_card.md"]


def test_an_annotator_of_a_blind_study_does_not_learn_the_outlet(
    marked: Study, article: Article, carol: User, sign_in: SignIn
) -> None:
    Article.objects.filter(pk=article.pk).update(byline="Secret Byline")
    Study.objects.filter(pk=marked.pk).update(hide_source=True)
    files = exported(sign_in(carol), marked)
    assert [name for name, content in files.items() if b"Secret" in content] == []


def test_nobody_reaches_anothers_export(
    marked: Study, alice: User, bob: User, carol: User, dave: User, sign_in: SignIn
) -> None:
    exported(sign_in(alice), marked)
    made = Export.objects.get()
    for user in (bob, carol, dave):
        for name in ("export_show", "export_file", "export_progress"):
            address = reverse(f"exchange:{name}", args=[marked.pk, made.pk])
            assert sign_in(user).get(address).status_code == 404
    remove = reverse("exchange:export_remove", args=[marked.pk, made.pk])
    assert sign_in(bob).post(remove).status_code == 404


def test_without_texts_no_words_of_an_article_go_out(
    marked: Study, alice: User, sign_in: SignIn
) -> None:
    files = exported(sign_in(alice), marked, without_texts="on")
    assert b"alleged strike" not in b"".join(files.values())
    (one,) = articles_in(files)
    assert (one["text"], len(one["sha256"])) == ("", 64)
    page = sign_in(alice).get(reverse("exchange:export", args=[marked.pk])).content.decode()
    said = [json.loads(files["manifest.json"])["losses"][-1], files["data_card.md"].decode(), page]
    assert all("may quote the article" in words for words in said)


def test_an_export_can_be_removed_with_its_file(
    marked: Study, alice: User, sign_in: SignIn, tmp_path: Path
) -> None:
    client = sign_in(alice)
    exported(client, marked)
    assert len(list(tmp_path.rglob("*.zip"))) == 1
    client.post(reverse("exchange:export_remove", args=[marked.pk, Export.objects.get().pk]))
    assert (list(tmp_path.rglob("*.zip")), Export.objects.count()) == ([], 0)


def test_what_a_format_cannot_do_is_said_before(
    marked: Study, alice: User, sign_in: SignIn
) -> None:
    wordy = next(
        form
        for form in formats().values()
        if form.needs_text and form.can_write and not form.is_whole
    )
    answer = sign_in(alice).post(
        reverse("exchange:export", args=[marked.pk]),
        {"file_format": wordy.name, "without_texts": "on"},
    )
    assert answer.status_code == 422
    assert b"cannot be written without the texts" in answer.content
    assert not Export.objects.exists()


def test_only_articles_with_chosen_work_and_the_agreement_on_them(
    marked: Study, alice: User, carol: User, sign_in: SignIn
) -> None:
    other = make_article(marked, "Another text said so.", "Another")
    submit(assign(other, carol))
    client = sign_in(alice)
    alone = {"states": ["submitted"], "annotators": ["carol"], "soft_labels": "on"}
    files = exported(client, marked, **alone, only_chosen="on")
    assert [each["title"] for each in articles_in(files)] == ["Another"]
    assert b"Strike in Arden" not in b"".join(files.values())
    card = files["data_card.md"].decode()
    assert "- Articles: only those with chosen work." in card
    assert (OF_ALL in card, OF_CHOSEN in card) == (False, True)
    assert len(articles_in(exported(client, marked, **alone))) == 2
    card = exported(client, marked)["data_card.md"].decode()
    assert (OF_ALL in card, OF_CHOSEN in card) == (True, False)


def test_the_options_of_a_format_are_chosen_on_the_page(
    marked: Study, alice: User, sign_in: SignIn
) -> None:
    client = sign_in(alice)
    chosen = {"file_format": "conll", "conll-scheme": "bioes", "csv-separator": "tab"}
    files = exported(client, marked, **chosen)
    assert b"E-allegation" in files["bob/strike-in-arden.conll"]
    made = Export.objects.get()
    assert made.options == {"scheme": "bioes"}
    page = client.get(reverse("exchange:export_show", args=[marked.pk, made.pk])).content.decode()
    assert "BIOES: end and single, too" in page
    answer = client.post(
        reverse("exchange:export", args=[marked.pk]),
        {"file_format": "conll", "conll-scheme": "iob"},
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "wish",
    [{"pseudonyms": "on"}, {"without_texts": "on"}, {"only_chosen": "on"}, {"gold": ""},
     {"labels": ["reporting"]}, {"annotators": ["bob"]}, {"states": ["in_progress"]},
     {"pseudonyms": "on", "without_texts": "on"}],
)  # fmt: skip
def test_nothing_can_be_left_out_of_a_whole_study(
    marked: Study, alice: User, sign_in: SignIn, wish: dict[str, Any]
) -> None:
    data = {"file_format": "sourcemark", "gold": "on", "threads": "on", **wish}
    answer = sign_in(alice).post(reverse("exchange:export", args=[marked.pk]), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.count(escape("goes out with its people's names")) == 1
    assert ("No file was made." in page, "Nothing was saved yet" in page) == (True, False)
    assert not Export.objects.exists()

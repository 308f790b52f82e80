"""A canary in every field that holds words: shown as words everywhere, alive nowhere (R21).

The fields come from the models: a new one has to be given words in tests/world.py, or stand below
with the reason why it needs none.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import models, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from annotations.exchange.actions.exports import write_export
from annotations.exchange.formats import formats
from annotations.exchange.models import Export
from annotations.text.cells import bared
from tests.architecture.test_rights import HOUSEKEEPING, IDS, ROUTES
from tests.markup import Markup
from tests.people import make_user
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.on_sqlite]  # pages and policy, not rows


class Canaries:
    """Words that do harm wherever they are not shown as words; each field has its own number."""

    def __init__(self) -> None:
        self.fields: dict[str, int] = {}

    def say(self, field: str, most: int) -> str:
        number = self.fields.setdefault(field, len(self.fields) + 1)
        call = f"canary({number})"
        if field == "Article.url":
            return f"javascript:{call}//\"'><img src=x onerror={call}>"
        if field == "Article.language":
            return "en"
        if field.endswith(".email"):
            return f'"<img/src=x/onerror={call}>"@example.org'
        told = f"={call}\"'><img src=x onerror={call} canary></script><script>{call}</script>"
        short = f"={call}\"'><b canary>"
        return next(each for each in (told, short, short[:most]) if len(each) <= most)


@pytest.fixture(scope="module")
def canaries() -> Canaries:
    return Canaries()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, canaries: Canaries) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        made = World("Arden", canaries.say)
        made.study.rounds.update(comparison_opened_at=made.work.submitted_at)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(world: World, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's: every test goes back to the world, not to an empty database."""
    with django_db_blocker.unblock():
        point = transaction.savepoint()
        yield
        transaction.savepoint_rollback(point)


# Fields of words that need no canary, and why.
OURS = "written by the program, from values it knows"
CHECKED = "small letters, digits and a few signs only: a validator holds it"
HASHED = "a hash"
MADE_OF = "made of other fields, which hold canaries"
NEEDS_NONE: dict[str, str] = {
    **dict.fromkeys(
        ("AuditEntry.action", "AuditEntry.subject_type", "AuditEntry.subject_id",
         "Article.segmenter", "Article.direction", "AccessToken.prefix", "AccessToken.scopes",
         "Case.merged_by_rule", "Case.votes", "Case.span_ids", "Export.file_format",
         "CorpusImport.file_format", "Export.path", "Export.counts", "Export.options",
         "Export.wanted", "GoldSpan.stretch", "Span.stretch", "Invitation.roles", "Merge.articles",
         "Merge.counts", "Merge.message", "Report.engine_version", "Session.session_data",
         "Session.session_key", "User.keymap", "Article.blocks", "Article.sentences",
         "ArticleCases.counts", "StudyCases.engine", "StudyCases.totals",
         "StoredAnswer.headers", "StudyImport.message"), OURS),
    **dict.fromkeys(
        ("AuditEntry.seen", "AuditEntry.witness", "AuditEntry.digest", "Assignment.digest"),
        HASHED),
    **dict.fromkeys(
        ("User.username", "Label.slug", "Attribute.name", "Rule.name", "Label.key", "Label.tag"),
        CHECKED),
    **dict.fromkeys(
        ("AuditEntry.subject_name", "Ruling.before", "Ruling.after", "Ruling.asked",
         "Ruling.result", "Operation.before", "Operation.after", "Operation.asked",
         "Operation.result", "Submission.content", "GoldVersion.content", "CodebookVersion.content",
         "GoldSpan.answers", "Fragment.quote", "Link.cue_quote", "GoldLink.cue_quote",
         "Thread.quote", "Report.inputs", "Report.parameters", "Report.result", "ArticleSums.sums",
         "ArticleGamma.result", "StudyTables.tables", "Entity.folded_name", "CorpusImport.survey",
         "CorpusImport.mapping", "CorpusImport.hints", "StoredAnswer.body", "User.email",
         "StudyImport.told"), MADE_OF),
    "StudyImport.name": "the name of a file, shown on its own page alone to who sent it",
    **dict.fromkeys(
        ("User.password", "StoredAnswer.key", "Invitation.token_sha256"), "never shown"),
}  # fmt: skip
# Kept but on no page: files and housekeeping leave them out as well, or show the thing by its name.
ON_NO_PAGE = {
    "Article.language", "Assignment.return_reason", "AuditEntry.before", "AuditEntry.after",
    "CorpusFile.name", "Article.source_place", "SourceFile.name", "CorpusImport.message",
    "Import.message", "GoldVersion.note",
}  # fmt: skip


def test_every_field_of_words_holds_a_canary(canaries: Canaries, world: World) -> None:
    fields = set()
    for model in apps.get_app_config("annotations").get_models():
        for field in model._meta.concrete_fields:
            words = isinstance(field, (models.CharField, models.TextField, models.JSONField))
            if words and not field.choices and not field.name.endswith(("sha256", "_hash")):
                fields.add(f"{model.__name__}.{field.name}")
    said = {name.partition(" ")[0] for name in canaries.fields}
    assert fields - said == set(NEEDS_NONE) & fields
    assert said <= fields


ALIVE = {"canary", "srcdoc", "style"}
ADDRESSES = {"href", "src", "action", "formaction", "data", "xlink:href"}
RUN = re.compile(r"[\s\x00-\x20]*(javascript|data|vbscript):", re.IGNORECASE)
NO_ICON = "<link href=data:,>"


def alive(html: str) -> list[str]:
    """What of a page was born from a canary, were it opened."""
    page = Markup(html)
    found = [
        f"<{tag} {name}={value}>"
        for tag, attributes in page.elements
        for name, value in attributes.items()
        if name.startswith("on") or name in ALIVE or (name in ADDRESSES and RUN.match(value))
    ]
    found = [each for each in found if each != NO_ICON]
    found += [
        code[:80]
        for kind, code in page.scripts
        if "canary(" in code and (kind != "application/json" or "<" in code)
    ]
    return found


def addresses(world: World) -> Iterator[str]:
    for name in ROUTES:
        if not name.startswith("api:"):
            yield reverse(name, kwargs={key: world.ids(name)[key] for key in IDS[name]})
    study, article = world.study.pk, world.article.pk
    yield from ("/", "/studies/new/", "/studies/bin/", "/accounts/profile/", "/accounts/tokens/")
    failed = world.study.reports.get(state="failed")
    yield reverse("reports:report", args=[study, failed.pk])
    yield f"/studies/{study}/codebook/changes/?before=1&after=2"
    yield f"/studies/{study}/discussion/?show=flags"
    yield f"/studies/{study}/discussion/?words=%3Cimg%20src%3Dx%20onerror%3D%22canary(0)%22%3E"
    yield f"/studies/{study}/articles/?q=%22%3E%3Cimg%20src%3Dx%20onerror%3Dcanary(0)%3E"
    yield f"/studies/{study}/history/?action=%22%3E%3Cscript%3Ecanary(0)%3C/script%3E"
    yield f"/studies/{study}/articles/{article}/marks/{world.work.pk}/"


def opened(client: Client, url: str) -> HttpResponse:
    point = transaction.savepoint()
    with zeal_ignore():
        answer = client.get(url)
    transaction.savepoint_rollback(point)
    return answer


def read(answer: HttpResponse) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "replace")


def test_no_page_brings_a_canary_to_life(world: World, canaries: Canaries) -> None:
    people = {"manager": world.alice, "annotator": world.bob}
    seen: set[str] = set()
    wrong: dict[str, Any] = {}
    for person, user in people.items():
        client = world.client(user)
        for url in addresses(world):
            answer = opened(client, url)
            body = read(answer)
            seen |= set(re.findall(r"canary\((\d+)\)", body))
            if answer["Content-Type"].startswith("text/html") and (found := alive(body)):
                wrong[f"{person} {url}"] = found
            elif "csv" in answer["Content-Type"]:
                wrong |= {f"{person} {url}": cell for cell in run_cells(body)}
            elif not answer["Content-Type"].startswith("text/html"):
                assert answer["X-Content-Type-Options"] == "nosniff"
    assert wrong == {}
    unseen = {
        name for name, number in canaries.fields.items() if str(number) not in seen
    } - ON_NO_PAGE
    assert unseen == set()


def run_cells(text: str) -> list[str]:
    """Cells that a spreadsheet would run."""
    rows = csv.reader(io.StringIO(text))
    return [cell for row in rows for cell in row if re.match(r"[=+@\t\r]|-(?![\d.]+$)", cell)]


def test_housekeeping_brings_no_canary_to_life(world: World) -> None:
    ada = make_user("ada", is_staff=True, is_superuser=True)
    client = world.client(ada)
    wrong = {}
    for name in sorted(HOUSEKEEPING):
        if not name.endswith("_changelist"):
            continue
        pages, table = [reverse(name)], re.match(r"admin:annotations_(\w+)_changelist", name)
        model = apps.get_model("annotations", table[1]) if table else None
        row = model._default_manager.first() if model else None
        if row is not None:
            pages.append(reverse(name.replace("_changelist", "_change"), args=[row.pk]))
        for url in pages:
            if found := alive(read(opened(client, url))):
                wrong[url] = found
    assert wrong == {}


def test_refusals_bring_no_canary_to_life(world: World) -> None:
    """Forms that come back with what was sent, and pages that are not there."""
    client, evil = world.client(world.alice), "\"'><img src=x onerror=canary(0) canary>"
    wrong = {}
    for name in ROUTES:
        if name.startswith("api:"):
            continue
        url = reverse(name, kwargs={key: world.ids(name)[key] for key in IDS[name]})
        page = opened(client, url)
        forms = Markup(read(page)).forms if page.status_code == 200 else []
        for form in [each for each in forms if each.method == "post"]:
            point = transaction.savepoint()
            with zeal_ignore():
                answer = client.post(form.action or url, dict.fromkeys(form.fields, evil))
            if answer.status_code >= 500 or alive(read(answer)):
                wrong[f"{name} {form.action}"] = (answer.status_code, alive(read(answer)))
            transaction.savepoint_rollback(point)
    for url in ("/nowhere/%3Cimg%20src=x%20onerror=canary(0)%3E", "/invitations/%22%3E%3Cb%3E/",
                "/accounts/login/?next=%22%3E%3Cimg%20src=x%20onerror=canary(0)%3E"):  # fmt: skip
        if found := alive(read(Client().get(url))):
            wrong[url] = found
    assert wrong == {}


def test_letters_are_plain_text(world: World) -> None:
    client = world.client(world.alice)
    url = reverse("study:people_invite", args=[world.study.pk])
    client.post(url, {"roles": ["annotator"], "email": "new@example.org"})
    (letter,) = mail.outbox
    assert "canary(" in letter.body
    assert (letter.content_subtype, letter.alternatives) == ("plain", [])
    assert "\n" not in letter.subject


@pytest.mark.parametrize("form", [each for each in formats().values() if each.can_write and
                                  not each.needs], ids=lambda each: each.name)  # fmt: skip
def test_exports_bring_no_canary_to_life(
    form: Any, world: World, settings: Any, tmp_path: Any
) -> None:
    """Tables are safe in spreadsheets and come back as they were; JSON and XML are well formed."""
    import zipfile
    from xml.etree import ElementTree

    place = settings.STORAGES["exports"]
    options = {**place["OPTIONS"], "location": tmp_path}
    settings.STORAGES = {**settings.STORAGES, "exports": {**place, "OPTIONS": options}}
    client = world.client(world.alice)
    with zeal_ignore():
        answer = client.post(
            reverse("exchange:export", args=[world.study.pk]),
            {"file_format": form.name, "gold": "on", "threads": "on", "reason": "Wanted"},
        )
        assert answer.status_code == 302, read(answer)[:2000]
        made = Export.objects.latest("created_at")
        write_export.func(str(made.pk))
    made.refresh_from_db()
    assert made.state == "done", made.message
    sent = client.get(reverse("exchange:export_file", args=[world.study.pk, made.pk]))
    assert sent["Content-Disposition"].startswith("attachment; ")
    assert sent["X-Content-Type-Options"] == "nosniff"
    with zipfile.ZipFile(io.BytesIO(b"".join(sent.streaming_content))) as archive:
        for name in archive.namelist():
            assert not re.search(r"[<>\"'=\\]|\.\.", name), name
            content = archive.read(name)
            if name.endswith((".csv", ".tsv")) and form.name in ("csv",):
                assert run_cells(content.decode("utf-8-sig")) == [], name
                assert any("canary(" in bared(row) for row in content.decode().splitlines())
            elif name.endswith((".json", ".jsonld")):
                json.loads(content)
            elif name.endswith((".xml", ".xmi")):
                ElementTree.fromstring(content)

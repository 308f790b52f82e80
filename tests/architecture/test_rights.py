"""Every address of the site is tried by everybody: rights.py says what each may.

A new address that does not stand there fails; so does one that forgets to ask who is there.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver, resolve, reverse
from django.utils import timezone
from zeal import zeal_ignore

from annotations.accounts.models import User
from annotations.curation.models import GoldSpan, Meeting, Mention, Thread
from annotations.exchange.models import StudyImport
from annotations.marking.models import Entity, Span
from annotations.study.models import AuditEntry, Role, Study
from annotations.study.policy import MATRIX, Act, Phase
from tests.api.asking import BASE, Asker, sample
from tests.conftest import SignIn
from tests.markup import Markup
from tests.people import join, make_article, make_user
from tests.world import World

from .crossing import counterparts, crossed
from .rights import (
    ELSEWHERE,
    IN_THE_BIN,
    LEFT_BY_LOOKING,
    NAMES_NOTHING,
    NARROWER,
    OWN,
    ROUTES,
    SENDING,
    SIGNED_IN,
    TOKEN,
    WITHOUT_FILE,
    WORDS,
)

pytestmark = pytest.mark.django_db


def routes() -> dict[str, set[str]]:
    """Every named address with the names of its ids."""
    found: dict[str, set[str]] = {}

    def walk(resolver: Any, namespace: str, ids: set[str]) -> None:
        for entry in resolver.url_patterns:
            needed = ids | set(entry.pattern.converters)
            if isinstance(entry, URLPattern):
                found[f"{namespace}:{entry.name}" if namespace else str(entry.name)] = needed
            else:
                walk(entry, ":".join(filter(None, [namespace, entry.namespace])), needed)

    walk(get_resolver(), "", set())
    return found


IDS = routes()
HOUSEKEEPING = {name for name in IDS if name.startswith("admin:")} - set(ELSEWHERE)


@dataclass(frozen=True)
class Person:
    """One of the seven kinds of people; annotators in each phase of their own work."""

    name: str
    role: Role | None
    phase: Phase = Phase.OPEN
    is_member: bool = True
    is_opened: bool = False  # the comparison of the round

    def may(self, act: Act) -> bool:
        return self.role is not None and self.phase in MATRIX[act].get(self.role, frozenset())


PEOPLE = (
    Person("signed out", None, is_member=False),
    Person("stranger", None, is_member=False),  # who manages another study
    Person("former", None, is_member=False),  # was annotator and manager
    Person("open", Role.ANNOTATOR),
    Person("late", Role.ANNOTATOR, is_opened=True),  # while the others compare
    Person("submitted", Role.ANNOTATOR, Phase.SUBMITTED),
    Person("compared", Role.ANNOTATOR, Phase.COMPARED, is_opened=True),
    Person("curator", Role.CURATOR),
    Person("manager", Role.MANAGER),
    Person("admin", Role.MANAGER),  # of the site; a member of no study
)


# Who is refused is refused before the database has much to say; a manager sees nearly every page.
ON_BOTH_DATABASES = {"manager"}
EVERYBODY = [
    pytest.param(
        person, id=person.name,
        marks=() if person.name in ON_BOTH_DATABASES else pytest.mark.on_sqlite,
    )
    for person in PEOPLE
]  # fmt: skip


@dataclass
class Scene:
    ours: World
    theirs: World
    ada: User

    def user(self, person: str) -> User | None:
        w = self.ours
        return {
            "signed out": None, "stranger": self.theirs.alice, "former": w.former, "open": w.erin,
            "late": w.erin, "submitted": w.bob, "compared": w.bob, "curator": w.dave,
            "manager": w.alice, "admin": self.ada,
        }[person]  # fmt: skip

    def client(self, person: str) -> "Door":
        return Door(self.user(person))


class Door:
    """Somebody's browser, and for the programming interface a token of theirs with every scope."""

    def __init__(self, user: User | None) -> None:
        self.page = SignIn()(user) if user else Client()
        self.program = Asker(user) if user else Client()

    def to(self, name: str) -> Client:
        return self.program if name.startswith("api:") else self.page


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """Two studies with one of everything, for all tests of this file, which leave no trace."""
    many = override_settings(SOURCEMARK_API_PER_MINUTE=10**6)
    with many, django_db_blocker.unblock(), transaction.atomic():
        ada = make_user("ada", is_staff=True, is_superuser=True)
        scene = Scene(World("Arden"), World("Brill"), ada)
        Span.objects.filter(assignment=scene.ours.open).update(note=UNSUBMITTED)
        Entity.objects.create(
            study=scene.ours.study, owner=scene.ours.erin, name=UNSUBMITTED,
            folded_name=UNSUBMITTED.casefold(),
        )  # fmt: skip
        yield scene
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(scene: Scene, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's: every test goes back to the scene, not to an empty database."""
    with django_db_blocker.unblock(), undone():
        yield


@contextmanager
def undone() -> Iterator[None]:
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


UNSUBMITTED = "Words of work that is still open"
WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


@dataclass
class Answer:
    status: int
    body: str = ""
    wrote: frozenset[str] = frozenset()  # tables


def ask(client: Client, url: str, method: str) -> Answer:
    """One request, of which nothing stays."""
    told = {"base_rev": 0, "ops": [], "tab": str(uuid.uuid4()), "active_seconds": 1}
    if url.startswith(BASE):
        told = sample(resolve(url).url_name)
    wrote: set[str] = set()

    def note(run: Any, sql: str, *rest: Any) -> Any:
        wrote.update(WRITES.findall(sql))
        return run(sql, *rest)

    with undone(), zeal_ignore(), connection.execute_wrapper(note):
        if method == "get":
            got = client.get(url)
        else:
            got = client.post(url, told, content_type="application/json")
        is_text = not got.streaming and got.get("Content-Type", "").startswith(("text", "app"))
        body = got.content.decode("utf-8", "replace") if is_text else ""
    return Answer(got.status_code, body, frozenset(wrote))


def address(name: str, things: dict[str, Any]) -> str:
    return reverse(name, kwargs={key: things[key] for key in IDS[name]})


def test_every_address_stands_in_the_table() -> None:
    of_a_study = {name for name, ids in IDS.items() if "study_id" in ids}
    assert of_a_study == set(ROUTES) | IN_THE_BIN
    assert set(IDS) - of_a_study == set(ELSEWHERE) | HOUSEKEEPING


def wanted(person: Person, name: str, method: str) -> set[int]:
    """The answers that the table allows: an address may not know the method at all."""
    act = SENDING.get(name, ROUTES[name]) if method == "post" else ROUTES[name]
    if person.name == "signed out":
        return {302, 401} | ({405} if name.startswith("api:") else set())
    if not person.is_member:
        return {404, 405}
    if not person.may(act) or (name, person.name) in NARROWER:
        hidden = act in HIDDEN or (name, person.name) in NARROWER
        return {403, 404, 405} if hidden else {403, 405}
    there_is_none = name in WITHOUT_FILE or (method == "post" and name in NAMES_NOTHING)
    return {200, 201, 202, 204, 286, 302, 400, 405, 409, 412, 422} | (
        {404} if there_is_none else set()
    )


# Where the thing itself is nothing that the person may know of, 404 is as good as 403.
HIDDEN = {Act.DISCUSS, Act.READ_OTHERS_MARKS, Act.SEE_AGREEMENT, Act.EXPORT_ALL, Act.WRITE_GOLD,
          Act.EDIT_CODEBOOK}  # fmt: skip


@pytest.mark.parametrize("person", EVERYBODY)
def test_everybody_gets_what_the_table_says_and_no_more(scene: Scene, person: Person) -> None:
    """Nor does a look change anything, nor an answer tell annotators of others too early."""
    client = scene.client(person.name)
    if person.is_opened:
        scene.ours.study.rounds.update(comparison_opened_at=timezone.now())
    secret = secrets_of(scene, person)
    wrong: dict[str, Any] = {}
    for name in ROUTES:
        url = address(name, scene.ours.ids(name))
        for method in ("get", "post"):
            answer = ask(client.to(name), url, method)
            if answer.status not in wanted(person, name, method):
                wrong[f"{method} {name}"] = answer.status
            if method == "get" and (changed := changes(name, answer)):
                wrong[f"{method} {name} writes"] = changed
            looked = person.name == "admin" and method == "get" and answer.status == 200
            if looked and "annotations_auditentry" not in answer.wrote:
                wrong[f"{name} leaves no record of a site admin's look"] = answer.status
            if told := {each for each in secret if each in answer.body.replace(url, "")}:
                wrong[f"{method} {name} tells"] = told
    if person.name == "former":  # their own first page says which study they have left
        secret.discard(scene.ours.study.name)
    home = ask(client.page, reverse("assignment:home"), "get").body
    assert [each for each in secret if each in home] == []
    assert wrong == {}


def test_a_site_admins_look_is_recorded_once_a_day_for_each_kind_of_page(scene: Scene) -> None:
    """That every page leaves a record is tried above."""
    door, study = scene.client("admin"), scene.ours.study
    looks = AuditEntry.objects.filter(study=study, actor=scene.ada, action="study.looked_at")
    names = ["assignment:study", "study:people", "api:list_articles"]
    for name in [*names, *names, "assignment:study"]:
        with zeal_ignore():
            assert door.to(name).get(address(name, scene.ours.ids(name))).status_code == 200
    told = list(looks.order_by("pk").values_list("after", flat=True))
    assert told == [{"page": name} for name in names]
    join_once(study, scene.ada, Role.ANNOTATOR)
    door.page.get(address("study:codebook", scene.ours.ids("study:codebook")))
    assert looks.count() == len(names)


def test_a_site_admins_look_at_an_article_names_it_on_every_page(scene: Scene) -> None:
    page, study = scene.client("admin").page, scene.ours.study
    one, other = scene.ours.article, make_article(study, "Other words.", "Other")
    seen = [("reports:article", one), ("assignment:article", one), ("assignment:article", other)]
    for name, article in [*seen, *seen]:
        there = {"study_id": study.pk, "article_id": article.pk}
        with zeal_ignore():
            assert page.get(reverse(name, kwargs=there)).status_code == 200
    looks = AuditEntry.objects.filter(study=study, actor=scene.ada, action="study.looked_at")
    told = looks.order_by("pk").values_list("after__page", "subject_type", "subject_name")
    assert list(told) == [(name, "article", article.title) for name, article in seen]


def changes(name: str, answer: Answer) -> set[str]:
    """Tables to which a look at this address wrote and for which it has no excuse."""
    return {
        table
        for table in answer.wrote
        if table not in LEFT_BY_LOOKING or not name.startswith(LEFT_BY_LOOKING[table][1])
    }


def secrets_of(scene: Scene, person: Person) -> set[str]:
    """What no page, file or refusal may tell: to strangers the study's name, to annotators before
    the comparison the ids, names and words of others' marks, of gold and of the talk, to the desk
    and to those who compare what is not submitted."""
    study, user = scene.ours.study, scene.user(person.name)
    if not person.is_member:
        return {study.name, scene.ours.article.title, "namecarol"}
    unsubmitted = Span.objects.filter(assignment=scene.ours.open).values_list("pk", flat=True)
    if person.role != Role.ANNOTATOR or person.phase == Phase.COMPARED:
        return {*map(str, unsubmitted), UNSUBMITTED}
    others = Span.objects.filter(study=study).exclude(assignment__annotator=user)
    found = {str(pk) for pk in others.values_list("pk", flat=True)}
    for rows in (GoldSpan, Thread, Meeting):
        found |= {str(pk) for pk in rows.objects.filter(study=study).values_list("pk", flat=True)}
    if user != scene.ours.erin:
        found.add(UNSUBMITTED)
    return found | {str(scene.ours.hers.pk), "carol", "The case note", "The comment text"}


def test_things_of_one_study_are_not_found_through_another(scene: Scene) -> None:
    """Alice manages both, curates both: still, every id opens things of its own study only."""
    ours, theirs = scene.ours, scene.theirs
    for role in (Role.MANAGER, Role.CURATOR):
        Study.objects.get(pk=theirs.study.pk).memberships.create(user=ours.alice, role=role)
    client = Door(ours.alice)
    found = {}
    for name in ROUTES:
        things, foreign = ours.ids(name), theirs.ids(name)
        for key in sorted(IDS[name] - {"number", "name", "form"}):
            if key == "study_id" and len(IDS[name] - {"number", "name", "form"}) == 1:
                continue
            for method in ("get", "post"):
                mixed = address(name, {**things, key: foreign[key]})
                status = ask(client.to(name), mixed, method).status
                if status not in refused(name, key):
                    found[f"{method} {name} {key}"] = status
    assert found == {}


def refused(name: str, key: str) -> set[int]:
    """Marking needs a work of one's own: 403 comes before 404 for those who annotate nowhere."""
    return {403, 404, 405} if ROUTES[name] == Act.READ_OWN_MARKS else {404, 405}


@pytest.mark.on_sqlite
def test_forms_take_no_id_of_another_study(scene: Scene) -> None:
    """Every form is sent as it stands, with one of its ids swapped for a thing of another study."""
    ours, theirs = scene.ours, scene.theirs
    for world in (ours, theirs):
        for role in Role:
            join_once(world.study, ours.alice, role)
    client = Door(ours.alice)
    swap = counterparts(ours.study, theirs.study)
    tried, wrong = 0, {}
    for name in ROUTES:
        url = address(name, ours.ids(name))
        page = ask(client.to(name), url, "get")
        for form in Markup(page.body if page.status == 200 else "").forms:
            for field in form.fields.values():
                own = [each for each in field.values if each in swap]
                if not own or form.method != "post":
                    continue
                sent = {**form.data(), field.name: [swap[own[0]]]}
                with undone(), zeal_ignore():
                    status = client.page.post(form.action or url, sent).status_code
                    tried += 1
                    if status >= 500 or (status < 400 and crossed()):
                        wrong[f"{name} {form.action} {field.name}"] = status
    assert wrong == {}
    assert tried > 10


def join_once(study: Study, user: User, role: Role) -> None:
    if not study.memberships.filter(user=user, role=role, ended_at=None).exists():
        join(study, user, role)


@pytest.mark.on_sqlite
@pytest.mark.parametrize("person", ["curator", pytest.param("admin", marks=pytest.mark.soak)])
def test_a_study_that_asks_for_a_second_factor_shuts_every_door(scene: Scene, person: str) -> None:
    Study.objects.filter(pk=scene.ours.study.pk).update(second_factor=True)
    client = scene.client(person)
    got_in = {}
    for name in ROUTES:
        for method in ("get", "post"):
            answer = ask(client.to(name), address(name, scene.ours.ids(name)), method)
            if answer.status not in {403, 405}:
                got_in[f"{method} {name}"] = answer.status
    assert got_in == {}
    Mention.objects.create(
        study=scene.ours.study, comment=scene.ours.comment, user=scene.user(person)
    )
    home = client.page.get(reverse("assignment:home")).content.decode()
    assert "The comment text" not in home


def test_housekeeping_shows_nothing_of_such_a_study_either(scene: Scene) -> None:
    client, strict = scene.client("admin").page, scene.ours.study
    assert "namecarol" in row_of(client, scene.ours)
    Study.objects.filter(pk=strict.pk).update(second_factor=True)
    assert "namecarol" not in row_of(client, scene.ours)
    assert "namecarol" in row_of(client, scene.theirs)
    listed = client.get(reverse("admin:annotations_study_changelist")).content.decode()
    assert str(strict.pk) not in listed
    assert "ask for a second factor" in listed


def row_of(client: Client, world: World) -> str:
    row = reverse("admin:annotations_assignment_change", args=[world.hers.pk])
    return client.get(row, follow=True).content.decode()


def test_pages_about_oneself_and_housekeeping_need_somebody(scene: Scene) -> None:
    client = Client()
    shut = {name for name, who in ELSEWHERE.items() if who == SIGNED_IN} | HOUSEKEEPING
    things = {"object_id": scene.ours.study.pk, "pk": 1, "url": "x", "app_label": "annotations",
              "content_type_id": 1, "id": scene.ours.alice.pk,
              "token_id": scene.ours.token.pk, "import_id": scene.ours.study.pk}  # fmt: skip
    wrong = {}
    for name in sorted(shut - {"admin:None", "admin:app_list"}):
        answer = client.get(reverse(name, kwargs={key: things[key] for key in IDS[name]}))
        where = answer.get("Location", "")
        if answer.status_code != 302 or not re.match(r"/(accounts|admin)/login/", where):
            wrong[name] = (answer.status_code, where)
    assert wrong == {}


def elsewhere(name: str, things: dict[str, Any]) -> str:
    """The address of a page that belongs to no study; in housekeeping, of a row that there is."""
    of = "annotations|admin|django_tasks_database"
    row = re.fullmatch(rf"admin:({of})_(\w+)_(?:change|delete|history)", name)
    if row:
        found = apps.get_model(*row.groups())._default_manager.values_list("pk", flat=True).first()
        things = {**things, "object_id": found or 0}
    return reverse(name, kwargs=WORDS.get(name) or {key: things[key] for key in IDS[name]})


@pytest.mark.on_sqlite
@pytest.mark.parametrize("person", ["signed out", "stranger", "admin"])
def test_no_look_outside_of_studies_changes_anything(scene: Scene, person: str) -> None:
    client = scene.client(person)
    things = {"object_id": scene.ours.study.pk, "pk": 1, "token": "x", "content_type_id": 1,
              "id": scene.ours.alice.pk, "token_id": scene.ours.token.pk,
              "import_id": scene.ours.study.pk}  # fmt: skip
    names = (set(ELSEWHERE) | HOUSEKEEPING if person == "admin" else set(ELSEWHERE)) - {
        "admin:None"
    }
    wrong, statuses = {}, {}
    for name in sorted(names):
        answer = ask(client.to(name), elsewhere(name, things), "get")
        statuses[name] = answer.status
        if changed := changes(name, answer):
            wrong[name] = changed
        if answer.status >= 500:
            wrong[f"{name} fails"] = answer.status
    assert wrong == {}
    assert sum(status == 200 for status in statuses.values()) > 5


@pytest.mark.on_sqlite
def test_things_of_ones_own_open_to_nobody_else(scene: Scene) -> None:
    """An import, a token and a key of Alice's, tried by everybody who is signed in."""
    alice = scene.ours.alice
    key = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Alice's key"})
    begun = StudyImport.objects.create(created_by=alice, name="alices.json", content=b"{}")
    things = {"token_id": scene.ours.token.pk, "pk": key.pk, "import_id": begun.pk}
    assert {name for name, who in ELSEWHERE.items() if who == SIGNED_IN and IDS[name]} == OWN
    wrong: dict[str, Any] = {}
    for person in ("stranger", "open", "curator", "admin"):
        page = scene.client(person).page
        again = page.post(reverse("account_reauthenticate"), {"password": "correct horse"})
        assert again.status_code == 302
        for name in OWN:
            for method in ("get", "post"):
                answer = ask(page, address(name, things), method)
                told = {each for each in ("alices.json", "Alice's key") if each in answer.body}
                if answer.status not in {404, 405} or told:
                    wrong[f"{person} {method} {name}"] = (answer.status, told)
    assert wrong == {}


def test_no_session_opens_the_programming_interface(scene: Scene) -> None:
    page = scene.client("manager").page
    by_token = [name for name, who in ELSEWHERE.items() if who == TOKEN]
    names = [*by_token, *(name for name in ROUTES if name.startswith("api:"))]
    urls = [address(name, scene.ours.ids(name)) for name in names]
    found = {url: {ask(page, url, each).status for each in ("get", "post")} for url in urls}
    assert {url: told for url, told in found.items() if not told <= {401, 405}} == {}


@pytest.mark.parametrize("person", ["stranger", "former", "open", "curator", "manager"])
def test_housekeeping_is_for_site_admins(scene: Scene, person: str) -> None:
    client = scene.client(person).page
    for name in ("admin:index", "admin:annotations_article_changelist"):
        assert client.get(reverse(name), follow=True).status_code == 403

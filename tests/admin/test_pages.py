"""Every page of housekeeping: who may enter, what it lets be changed, what it costs."""

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.study.models import AuditEntry, Membership, Role, Study
from tests.admin.conftest import furnish, registered
from tests.conftest import CountQueries, SignIn
from tests.people import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.on_sqlite]  # what pages show
MODELS = registered()
IDS = [model._meta.label for model in MODELS]
CHANGEABLE = {"annotations.User"}


def address(model: type[Model], page: str = "changelist", *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def some(model: type[Model]) -> Model:
    row = model._default_manager.order_by("pk").first()
    assert row is not None, f"the furnished study holds no {model.__name__}"
    return row


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_a_site_admin_lists_searches_and_opens_every_kind_of_row(
    model: type[Model], desk: Client, furnished: Study
) -> None:
    there = address(model)
    found = [desk.get(there), desk.get(there, {"q": "Arden"})]
    found.append(desk.get(address(model, "change", some(model).pk)))
    assert [answer.status_code for answer in found] == [200, 200, 200]
    assert admin.site._registry[model].search_fields


def test_articles_are_found_by_words_of_a_title_and_by_what_is_exactly_theirs(
    desk: Client, furnished: Study
) -> None:
    article = Article.objects.get(study=furnished)
    Article.objects.filter(pk=article.pk).update(event="The quay fire")
    there = address(Article)
    for told in ("strike", str(article.pk), article.text_sha256.upper(), "The quay fire"):
        assert article.title in desk.get(there, {"q": told}).content.decode(), told
    assert article.title not in desk.get(there, {"q": "quay"}).content.decode()


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_a_list_costs_the_same_however_long_it_is(
    model: type[Model], desk: Client, furnished: Study, ada: User, count_queries: CountQueries
) -> None:
    desk.get(address(model))
    with count_queries() as few:
        desk.get(address(model))
    for name in ("Brill", "Cadmere", "Dorn"):
        furnish(name, ada)
    with count_queries(at_most=len(few)):
        desk.get(address(model))


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_nothing_is_deleted_and_only_accounts_are_added_or_changed(
    model: type[Model], desk: Client, furnished: Study
) -> None:
    row = some(model)
    assert desk.get(address(model, "delete", row.pk)).status_code == 403
    assert desk.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    wanted = 200 if model._meta.label in CHANGEABLE else 403
    assert desk.get(address(model, "add")).status_code == wanted
    if wanted == 403:
        assert desk.post(address(model, "change", row.pk), {}).status_code == 403
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_no_row_is_deleted_by_an_action(model: type[Model], desk: Client, furnished: Study) -> None:
    row = some(model)
    desk.post(address(model), {"action": "delete_selected", "_selected_action": [row.pk]})
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("rights", [{}, {"is_staff": True}, {"is_superuser": True}])
def test_nobody_else_gets_in(rights: dict[str, bool], furnished: Study, sign_in: SignIn) -> None:
    client = sign_in(make_user("eve", **rights))
    addresses = [reverse("admin:index"), *map(address, MODELS)]
    answers = [client.get(there, follow=True).status_code for there in addresses]
    assert set(answers) == {403}


def test_the_signed_out_sign_in_where_everybody_does(furnished: Study) -> None:
    answer = Client().get(address(Study), follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=/admin/annotations/study/"


def test_the_door_sends_nobody_to_another_site(desk: Client) -> None:
    answer = desk.get(reverse("admin:login"), {"next": "https://example.com/"})
    assert answer["Location"] == reverse("admin:index")


def test_an_articles_text_is_shown_and_has_no_field(desk: Client, furnished: Study) -> None:
    page = desk.get(address(Article, "change", some(Article).pk)).content.decode()
    assert "Officials in Arden said on Monday" in page
    assert "<textarea" not in page


def test_lists_lead_to_the_pages_of_the_app(desk: Client, furnished: Study) -> None:
    article = some(Article)
    page = desk.get(address(Article)).content.decode()
    assert f'href="/studies/{furnished.pk}/articles/{article.pk}/"' in page


def test_a_look_at_the_content_of_a_foreign_study_is_on_record(
    desk: Client, ada: User, furnished: Study
) -> None:
    there = address(Article, "change", some(Article).pk)
    desk.get(there)
    looks = AuditEntry.objects.filter(action="article.looked_at", actor=ada)
    assert [(look.study_id, look.subject_name) for look in looks] == [
        (furnished.pk, "Strike, Arden")
    ]
    Membership.objects.create(study=furnished, user=ada, role=Role.CURATOR)
    desk.get(there)
    assert looks.count() == 1

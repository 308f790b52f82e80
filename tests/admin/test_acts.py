"""What housekeeping changes, it changes by the rooms' own acts, which are on record."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from annotations.accounts.models import Session, User
from annotations.assignment.models import Assignment, AssignmentState
from annotations.corpus.models import Article
from annotations.study.models import AuditEntry, Membership, Role, Study
from annotations.study.queries.people import roles_of
from tests.api.asking import Asker
from tests.conftest import SignIn
from tests.people import assign, join, make_article

pytestmark = pytest.mark.django_db


def act(desk: Client, model: str, action: str, *ids: object, **more: str) -> str:
    """Chooses rows and an action in a list; the page that comes of it."""
    there = reverse(f"admin:annotations_{model}_changelist")
    sent = {"action": action, "_selected_action": [str(pk) for pk in ids], **more}
    with zeal_ignore():  # one act after another, each with its own locks and record
        return desk.post(there, sent, follow=True).content.decode()


def acts_of(user: User) -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(actor=user).order_by("pk")
    return list(entries.values_list("action", "subject_name"))


def test_a_deactivated_person_is_signed_out_and_their_roles_stay(
    desk: Client, ada: User, study: Study, bob: User, sign_in: SignIn
) -> None:
    client = sign_in(bob)
    page = act(desk, "user", "deactivate", bob.pk)
    bob.refresh_from_db()
    assert (bob.is_active, "Deactivated: Bob." in page) == (False, True)
    assert client.get("/").status_code == 302
    assert not Session.objects.filter(user=bob).exists()
    assert roles_of(study, bob) == {Role.ANNOTATOR}
    act(desk, "user", "activate", bob.pk)
    assert User.objects.get(pk=bob.pk).is_active
    assert acts_of(ada) == [("account.deactivated", "Bob"), ("account.activated", "Bob")]


def test_who_deactivates_the_last_manager_is_told_which_study_nobody_leads(
    desk: Client, study: Study, alice: User
) -> None:
    assert "Nobody leads “Arden” now." in act(desk, "user", "deactivate", alice.pk)


def test_nobody_deactivates_themselves(desk: Client, ada: User) -> None:
    act(desk, "user", "deactivate", ada.pk)
    form = reverse("admin:annotations_user_change", args=[ada.pk])
    page = desk.get(form).content.decode()
    desk.post(form, {"username": "ada", "email": ada.email, "theme": "system"})
    ada.refresh_from_db()
    assert (ada.is_active, ada.is_superuser, 'name="is_active"' in page) == (True, True, False)


def test_a_person_is_corrected_by_the_same_acts_as_on_their_own_page(
    desk: Client, ada: User, study: Study, bob: User, sign_in: SignIn
) -> None:
    client = sign_in(bob)
    form = reverse("admin:annotations_user_change", args=[bob.pk])
    sent = {"username": "robert", "email": "r@example.org", "display_name": "Rob", "theme": "dark"}
    answer = desk.post(form, sent)  # is_active is not ticked
    assert answer.status_code == 302
    bob.refresh_from_db()
    told = (bob.username, bob.email, bob.display_name, bob.theme, bob.is_active)
    assert told == ("robert", "r@example.org", "Rob", "dark", False)
    assert client.get("/").status_code == 302
    assert acts_of(ada) == [("account.deactivated", "Rob")]


def test_what_a_site_admin_does_to_accounts_is_in_the_security_log(
    desk: Client,
    ada: User,
    bob: User,
    sign_in: SignIn,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    """Giving rights, renaming, making accounts, setting and taking away passwords, closing."""
    sign_in(bob)
    caplog.set_level(logging.INFO, "sourcemark.security")
    at = partial(reverse, args=[bob.pk])
    told = {"username": "robert", "email": bob.email, "display_name": "Bob", "theme": "dark"}
    new = "a new and longer one"
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(at("admin:annotations_user_change"), {**told, "is_superuser": "on"})
        made = {**told, "username": "fay", "email": "fay@example.org"}
        passwords = {"password1": new, "password2": new, "usable_password": "true"}
        desk.post(reverse("admin:annotations_user_add"), made | passwords)
        desk.post(at("admin:auth_user_password_change"), passwords | {"set-password": "1"})
    assert not Session.objects.filter(user=bob).exists()
    with django_capture_on_commit_callbacks(execute=True):
        gone = {"usable_password": "false", "unset-password": "1"}
        desk.post(at("admin:auth_user_password_change"), gone)
    fay = User.objects.get(username="fay")
    bob.refresh_from_db()
    assert (bob.has_usable_password(), bob.is_superuser, fay.check_password(new)) == (
        False, True, True,
    )  # fmt: skip
    about = f"person='{ada.pk}' address='-' account='{bob.pk}'"
    left = AuditEntry.objects.get(action="account.deactivated")
    assert sorted(caplog.messages) == sorted([
        f"password set: person='{bob.pk}' address='127.0.0.1' by='{ada.pk}'",
        f"password taken away: person='{bob.pk}' address='127.0.0.1' by='{ada.pk}'",
        f"user name changed: {about} before='bob' after='robert'",
        f"right changed: {about} before='False' after='True' what='is_superuser'",
        f"account.deactivated: person='{ada.pk}' address='-'"
        f" study='{left.study_id}' subject='{bob.pk}' digest='{left.digest}'",
        f"account closed: {about}",
        f"account made: person='{ada.pk}' address='-' account='{fay.pk}' username='fay'",
    ])  # fmt: skip
    assert new not in caplog.text


def test_an_address_of_somebody_else_is_refused_in_words(
    desk: Client, bob: User, carol: User
) -> None:
    form = reverse("admin:annotations_user_change", args=[bob.pk])
    sent = {"username": "bob", "email": "CAROL@example.org", "theme": "dark", "is_active": "on"}
    answer = desk.post(form, sent)
    assert "Another account has this e-mail address." in answer.content.decode()


def test_a_study_goes_to_the_bin_and_comes_back(desk: Client, ada: User, study: Study) -> None:
    act(desk, "study", "archive", study.pk)
    study.refresh_from_db()
    assert study.deleted_by == ada
    act(desk, "study", "restore", study.pk)
    study.refresh_from_db()
    assert study.deleted_at is None
    assert acts_of(ada) == [("study.archived", "Arden"), ("study.restored", "Arden")]


def test_an_article_goes_to_the_bin_and_comes_back(
    desk: Client, ada: User, article: Article
) -> None:
    act(desk, "article", "put_away", article.pk)
    assert Article.objects.get(pk=article.pk).deleted_by == ada
    act(desk, "article", "restore", article.pk)
    assert Article.objects.get(pk=article.pk).deleted_at is None
    assert [action for action, _ in acts_of(ada)] == ["article.binned", "article.restored"]


def test_ending_a_role_keeps_the_others_and_a_manager(
    desk: Client, ada: User, study: Study, alice: User, bob: User
) -> None:
    join(study, bob, Role.CURATOR)
    roles = Membership.objects.filter(study=study)
    page = act(
        desk,
        "membership",
        "end_roles",
        roles.get(user=bob, role=Role.ANNOTATOR).pk,
        roles.get(user=alice).pk,
    )
    assert (roles_of(study, bob), roles_of(study, alice)) == ({Role.CURATOR}, {Role.MANAGER})
    assert "only manager of the study" in page
    assert acts_of(ada) == [("member.changed", "Bob")]


def test_waiting_work_is_handed_over_after_asking_to_whom(
    desk: Client, ada: User, study: Study, article: Article, bob: User, carol: User
) -> None:
    work = assign(article, bob)
    page = act(desk, "assignment", "hand_over_chosen", work.pk)
    assert "Choose an annotator" in page
    done = act(desk, "assignment", "hand_over_chosen", work.pk, apply="Hand over", to=str(carol.pk))
    assert "Handed over to Carol: 1." in done
    assert Assignment.objects.get().annotator == carol
    assert [action for action, _ in acts_of(ada)] == ["assignment.handed_over"]


def test_submitted_work_stays_with_its_annotator(
    desk: Client, study: Study, article: Article, bob: User, carol: User
) -> None:
    work = assign(article, bob, state=AssignmentState.SUBMITTED, submitted_at="2026-01-01T00:00Z")
    done = act(desk, "assignment", "hand_over_chosen", work.pk, apply="Hand over", to=str(carol.pk))
    assert "Only unfinished work can be handed over." in done
    assert Assignment.objects.get().annotator == bob


def test_work_of_two_studies_is_not_handed_over_at_once(
    desk: Client, study: Study, article: Article, bob: User, mallory: User
) -> None:
    other = Study.objects.get(name="Elsewhere")
    there = assign(make_article(other, title="There"), mallory)
    page = act(desk, "assignment", "hand_over_chosen", assign(article, bob).pk, there.pk)
    assert "Choose work of one study only." in page


def test_a_site_admin_revokes_a_token_and_cannot_read_it(desk: Client, bob: User) -> None:
    program = Asker(bob)
    there = reverse("admin:annotations_accesstoken_changelist")
    one = reverse("admin:annotations_accesstoken_change", args=[program.token.pk])
    shown = desk.get(there).content + desk.get(one).content
    assert (program.token.prefix.encode() in shown, program.token.sha256.encode() in shown) == (
        True,
        False,
    )
    desk.post(there, {"action": "revoke", "_selected_action": [program.token.pk]})
    assert program.read("/me").status_code == 401

"""Accounts: opened, corrected, deactivated; never deleted, because the work stays."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from annotations.accounts.actions import change_profile, look_after
from annotations.accounts.models import AccessToken, User
from annotations.accounts.security import note_later
from annotations.accounts.tokens import revoke_token
from annotations.study.actions.people import activate_account, deactivate_account
from annotations.study.models import Study

from .site import ReadOnlyAdmin

RIGHTS = ("is_active", "is_staff", "is_superuser")


@admin.action(description="Deactivate: sign out everywhere, keep the work")
def deactivate(model_admin: "AccountAdmin", request: HttpRequest, accounts: QuerySet[User]) -> None:
    assert isinstance(request.user, User)
    chosen = list(accounts.exclude(pk=request.user.pk).filter(is_active=True))
    for user in chosen:
        tell_unled(request, deactivate_account(user=user, actor=request.user))
    messages.success(request, f"Deactivated: {', '.join(map(str, chosen)) or 'nobody'}.")


@admin.action(description="Let them sign in again")
def activate(model_admin: "AccountAdmin", request: HttpRequest, accounts: QuerySet[User]) -> None:
    assert isinstance(request.user, User)
    chosen = list(accounts.filter(is_active=False))
    for user in chosen:
        activate_account(user=user, actor=request.user)
    messages.success(request, f"Active again: {', '.join(map(str, chosen)) or 'nobody'}.")


def tell_unled(request: HttpRequest, studies: list[Study]) -> None:
    if studies:
        names = ", ".join(f"“{study.name}”" for study in studies)
        messages.warning(request, f"Nobody leads {names} now. Make somebody a manager there.")


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]
    """Somebody else's password: set as their own would be, which ends their sessions."""

    def save(self, commit: bool = True) -> User:
        user: User = self.user
        if self.cleaned_data.get("set_usable_password", True):
            get_adapter().set_password(user, self.cleaned_data["password1"])
        else:
            get_adapter().take_password_away(user)
        return user


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    list_display = ("username", "display_name", "email", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("username", "display_name", "email")
    actions = (deactivate, activate)
    change_password_form = PasswordForm
    filter_horizontal = ()
    list_per_page = 50
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("display_name", "email", "theme")}),
        ("Rights", {"fields": RIGHTS}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "email", "display_name", "password1", "password2")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody takes their own rights away: then nobody might be left to give them back."""
        dates = ("last_login", "date_joined")
        return (*dates, *RIGHTS) if obj is not None and obj == request.user else dates

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Through the same acts as everywhere: an address or a closed account has consequences."""
        assert isinstance(request.user, User)
        if not change:
            super().save_model(request, obj, form, change)
            told = {"account": obj.pk, "username": obj.username}
            note_later("account made", person=request.user.pk, **told)
            return
        stored, actor = User.objects.get(pk=obj.pk), request.user
        change_profile(
            user=stored,
            actor=actor,
            display_name=obj.display_name,
            email=obj.email,
            theme=obj.theme,
        )
        look_after(
            user=stored,
            actor=actor,
            username=obj.username,
            is_staff=obj.is_staff,
            is_superuser=obj.is_superuser,
        )
        if stored.is_active and not obj.is_active:
            tell_unled(request, deactivate_account(user=stored, actor=request.user))
        elif obj.is_active and not stored.is_active:
            activate_account(user=stored, actor=request.user)


@admin.action(description="Revoke: programs get in no more by it")
def revoke(model_admin: "TokenAdmin", request: HttpRequest, tokens: QuerySet[AccessToken]) -> None:
    assert isinstance(request.user, User)
    chosen = list(tokens.filter(revoked_at=None))
    for token in chosen:
        revoke_token(token=token, actor=request.user)
    messages.success(request, f"Revoked: {', '.join(map(str, chosen)) or 'none'}.")


@admin.register(AccessToken)
class TokenAdmin(ReadOnlyAdmin):
    """Whose programs may get in. Nobody can read a token here: only its beginning is known."""

    list_display = ("prefix", "user", "name", "created_at", "expires_at", "last_used_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("prefix", "name", "user__username")
    actions = (revoke,)
    fields = (
        *list_display,
        "scopes",
        "with_factor",
        "revoked_at",
    )

"""Inviting people, giving roles, joining."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError

from annotations.accounts.models import User
from annotations.accounts.passwords import knows_password

from ..models import Role

WHAT_ROLES_DO = (
    (Role.ANNOTATOR, "Annotator: marks the articles assigned to them"),
    (Role.CURATOR, "Curator: compares submitted work and decides the gold standard"),
    (Role.MANAGER, "Manager: invites people, edits the codebook, imports and assigns articles"),
)


def roles_field(**extra: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="Roles", choices=WHAT_ROLES_DO, widget=forms.CheckboxSelectMultiple, **extra
    )


class InviteForm(forms.Form):
    roles = roles_field(
        initial=[Role.ANNOTATOR], error_messages={"required": "Choose at least one role."}
    )
    for_whom = forms.CharField(
        label="For whom",
        required=False,
        max_length=120,
        help_text="By which you tell open invitations apart. Only managers see it.",
    )
    email = forms.EmailField(
        label="E-mail address",
        required=False,
        help_text="If you give one, the link is also sent there.",
    )


class RolesForm(forms.Form):
    roles = roles_field(
        error_messages={"required": "Choose at least one role, or end the membership below."}
    )


class JoinForm(forms.Form):
    display_name = forms.CharField(
        label="Your name", max_length=120, help_text="As your team knows you."
    )
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="For signing in, and for a new password should you forget yours.",
    )
    username = forms.CharField(
        label="User name",
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
        help_text="A short one for signing in, such as m.keller.",
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least eight characters, and not one of the usual ones.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "password" in data:
            who = User(username=data.get("username", ""), email=data.get("email", ""))
            try:
                validate_password(data["password"], who)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class CloseAccountForm(forms.Form):
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not knows_password(self.user, password):
            raise ValidationError("This is not your password.")
        return password

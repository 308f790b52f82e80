"""Forms about oneself."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.account.forms import ReauthenticateForm as PasswordAgainForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.http import QueryDict

from .models import Scope, Theme, User
from .passwords import knows_password
from .second_factor import TOO_MANY, refuse_codes


def relabel(form: forms.BaseForm, **labels: str) -> None:
    """Our words for django-allauth's fields, and no placeholders: they vanish when needed."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):  # type: ignore[misc]
    is_sign_in = True  # nothing would be saved

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, login="E-mail address or user name", password="Password")
        self.fields["password"].help_text = ""
        self.fields["login"].widget.attrs.update(autocomplete="username", autofocus=True)


class PasswordChangeForm(ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(
            self,
            oldpassword="Password now",
            password1="New password",
            password2="New password, once more",
        )

    def clean_oldpassword(self) -> str:
        password: str = self.cleaned_data["oldpassword"]
        if not knows_password(self.user, password):
            raise get_adapter().validation_error("enter_current_password")
        return password


class PasswordResetForm(ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, email="E-mail address")


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, password1="New password", password2="New password, once more")


class PasswordOnceMoreForm(PasswordAgainForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, password="Password")


class WithTries:
    """Codes beyond the tenth wrong one are answered as passwords are: 429, and in the log."""

    user: User

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except forms.ValidationError as error:
            if error.code in TOO_MANY:
                refuse_codes(self.user, error)
            raise
        return code


class CodeForm(WithTries, AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_for_code(self)


class CodeOnceMoreForm(WithTries, ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_for_code(self)


class FirstCodeForm(WithTries, ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_for_code(self, "Code that the app shows")


class KeyForm(AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, name="Name of the key", passwordless="Sign in with this key alone")
        self.fields["name"].help_text = "For example: my phone."
        self.fields[
            "passwordless"
        ].help_text = "Without a password. The key then asks for its PIN, your finger or your face."


class KeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, name="Name of the key")


def ask_for_code(form: forms.BaseForm, label: str = "Code") -> None:
    relabel(form, code=label)
    form.fields["code"].widget.attrs.update(inputmode="numeric", autofocus=True)


class ProfileForm(forms.Form):
    display_name = forms.CharField(
        label="Name shown to others", max_length=120, help_text="As your team knows you."
    )
    email = forms.EmailField(label="E-mail address", max_length=254)
    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="Needed only to change the e-mail address.",
    )
    theme = forms.ChoiceField(label="Colours", choices=Theme.choices, widget=forms.RadioSelect)

    def __init__(self, data: QueryDict | None = None, *, user: User) -> None:
        self.user = user
        start = {"display_name": str(user), "email": user.email, "theme": user.theme}
        super().__init__(data, initial=start)

    def clean(self) -> dict[str, Any]:
        """A new address is a new way in: whoever sits at an open browser must know the password."""
        data = super().clean() or {}
        moved = data.get("email", "").lower() != self.user.email.lower()
        if "email" in data and moved and not knows_password(self.user, data.get("password", "")):
            self.add_error("password", "Enter your password to change the e-mail address.")
        return data

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("display_name", "email", "theme")}


class TokenForm(forms.Form):
    """A token for a program. Few scopes and a short life are the safest."""

    name = forms.CharField(
        label="What it is for", max_length=80, help_text="For example: nightly export on my laptop."
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ],
        help_text="In your name, and never more than you may do yourself.",
    )
    days = forms.TypedChoiceField(
        label="It ends after",
        coerce=int,
        choices=[(7, "a week"), (30, "30 days"), (90, "90 days"), (365, "a year")],
        initial=30,
    )

    def asked(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {
            "name": told["name"],
            "scopes": [Scope(each) for each in told["scopes"]],
            "keeps": timedelta(days=told["days"]),
        }

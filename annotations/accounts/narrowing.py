"""What an address asks for that nobody knows is said on the page, which is shown without it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.text import Truncator

LONG = 60  # characters of what is said again


def say_unknown(request: HttpRequest, what: str, value: str) -> None:
    named = Truncator(value).chars(LONG)
    messages.warning(request, f"No {what} named “{named}”; shown without it.")


def say_left_out(request: HttpRequest, form: forms.Form) -> None:
    """Of a form that was read from the address: each field whose value narrows nothing."""
    for name, errors in form.errors.items():
        field = form.fields[name]
        label = str(field.label or name.replace("_", " "))
        if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
            values = form.data.getlist(name)  # type: ignore[attr-defined]
            several = isinstance(field, forms.MultipleChoiceField)
            what = label.lower().removesuffix("s" if several else "")
            for value in values:
                if not several or not field.valid_value(value):
                    say_unknown(request, what, value)
        else:
            messages.warning(request, f"{label}: {errors[0]} Shown without it.")

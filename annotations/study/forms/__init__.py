"""What people fill in about a study."""

from collections.abc import Callable
from typing import Any

from django import forms

from annotations.text.refusal import Refusal


def attempt(form: forms.BaseForm, act: Callable[[], Any], field: str | None = None) -> bool:
    """Do it; when it is refused, the form says why and False comes back."""
    try:
        act()
    except Refusal as refusal:
        form.add_error(field, str(refusal))
        return False
    return True

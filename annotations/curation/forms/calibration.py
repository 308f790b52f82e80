"""Beginning a calibration."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from annotations.study.models import Round


class CalibrationForm(forms.Form):
    round = forms.ModelChoiceField(
        Round.objects.none(),
        label="Round",
        empty_label=None,
        help_text="Its comparison must still be closed.",
    )
    note = forms.CharField(
        label="What it is about",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, rounds: "QuerySet[Round]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["round"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rounds

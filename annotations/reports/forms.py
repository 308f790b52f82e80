"""What a person may choose for a report."""

import uuid
from typing import Any

from django import forms

from annotations.corpus.models import Outlet
from annotations.study.models import Study

from .layout import Names
from .models import Level
from .passages import LISTINGS, Wanted
from .selection import Selection

Choices = list[tuple[str, str]]


class SelectionForm(forms.Form):
    """A selection in an address: `?rounds=…&level=word`. Nothing chosen means everything."""

    rounds = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    annotators = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    labels = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    outlets = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    codebook_versions = forms.TypedMultipleChoiceField(
        required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    published_from = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}), label="Published from"
    )
    published_to = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}), label="Published up to"
    )
    level = forms.ChoiceField(
        required=False, choices=Level.choices, label="Count in", initial=Level.CHARACTER
    )

    def __init__(
        self, study: Study, names: Names, *args: Any, for_annotator: bool = False, **kwargs: Any
    ) -> None:
        """`for_annotator`: only opened rounds, and in a study with hidden sources no choice by
        outlet or day, which would tell them."""
        super().__init__(*args, **kwargs)
        rounds = study.rounds.all()
        if for_annotator:
            rounds = rounds.exclude(comparison_opened_at=None)
        self._offer("rounds", [(str(one.pk), one.name) for one in rounds])
        self._meant = {names.key(who): who for who in names.annotators}
        self._offer(
            "annotators", [(names.key(who), name) for who, name in names.annotators.items()]
        )
        self._offer("labels", list(names.labels.items()))
        outlets = Outlet.objects.filter(study=study)
        self._offer("outlets", [(str(one.pk), one.name) for one in outlets])
        versions = study.codebook_versions.order_by("number").values_list("number", flat=True)
        self._offer("codebook_versions", [(str(one), f"Version {one}") for one in versions])
        if for_annotator and study.hide_source:
            for name in ("outlets", "published_from", "published_to"):
                del self.fields[name]

    def _offer(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("published_from"), cleaned.get("published_to")
        if first and last and first > last:
            self.add_error("published_to", "This day is before the first one.")
        return cleaned

    def selection(self) -> Selection:
        """The choice of a valid form; of an invalid one, what of it could be read."""
        chosen = self.cleaned_data

        def ids(name: str) -> tuple[uuid.UUID, ...]:
            return tuple(uuid.UUID(one) for one in chosen.get(name, ()))

        return Selection(
            rounds=ids("rounds"),
            outlets=ids("outlets"),
            annotators=tuple(uuid.UUID(self._meant[one]) for one in chosen.get("annotators", ())),
            labels=tuple(chosen.get("labels", ())),
            codebook_versions=tuple(chosen.get("codebook_versions", ())),
            published_from=chosen.get("published_from"),
            published_to=chosen.get("published_to"),
            level=chosen.get("level") or Level.CHARACTER,
        )


COUNTED = ("articles", "annotators")  # what the number is of, where it is not of passages


class WantedForm(forms.Form):
    """Which passages, in an address: `?listing=exact&label=attribution`."""

    listing = forms.ChoiceField(required=False, choices=[(one, one) for one in LISTINGS])
    label = forms.CharField(required=False, max_length=40)
    other = forms.CharField(required=False, max_length=40)
    kind = forms.CharField(required=False, max_length=20)
    a = forms.UUIDField(required=False)
    b = forms.UUIDField(required=False)
    article = forms.UUIDField(required=False)
    attribute = forms.CharField(required=False, max_length=40)
    match = forms.ChoiceField(
        required=False, choices=[("exact", "exact"), ("tolerant", "tolerant")]
    )
    group = forms.RegexField(r"^(round|month|version):", required=False, max_length=220)
    alone = forms.ChoiceField(required=False, choices=[("1", "1")])
    counted = forms.ChoiceField(required=False, choices=[(one, one) for one in COUNTED])

    def wanted(self) -> Wanted:
        given = {name: str(value) for name, value in self.cleaned_data.items() if value}
        given.pop("counted", None)
        return Wanted(**given)  # type: ignore[arg-type]


class ReportForm(forms.Form):
    """A name for a report that is to be kept, and the seed of its chance."""

    name = forms.CharField(max_length=200, label="Name of the report")
    seed = forms.IntegerField(
        min_value=1,
        max_value=2_000_000_000,
        initial=1,
        help_text="The same number draws the same samples again.",
    )

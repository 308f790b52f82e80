"""Planning a meeting, and deciding in it."""

from typing import Any

from django import forms
from django.http import QueryDict

from annotations.study.models import Study

from ..models import Reason
from ..queries import Docket


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MeetingForm(forms.Form):
    title = forms.CharField(label="Title", required=False, max_length=200)
    planned_for = forms.DateTimeField(label="When", required=False, widget=DateTimeInput())
    seats = forms.MultipleChoiceField(
        label="Annotators side by side",
        widget=forms.CheckboxSelectMultiple,
        help_text="Two to six of those who have submitted the article.",
        error_messages={"required": "Choose two to six annotators."},
    )

    def __init__(self, data: QueryDict | None = None, *, docket: Docket, most: int) -> None:
        ids = [str(each.annotator_id) for each in docket.works]
        self._ids = {value_of(docket, who): who for who in ids}
        people = [(value, docket.called([who])[0]) for value, who in self._ids.items()]
        people.sort(key=lambda one: one[1].casefold())
        super().__init__(data, initial={"seats": [value for value, _ in people[:most]]})
        field = self.fields["seats"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = people

    def clean_seats(self) -> list[str]:
        """Ids of the annotators."""
        return [self._ids[value] for value in self.cleaned_data["seats"]]


def value_of(docket: Docket, who: str) -> str:
    """What the page calls an annotator by: while curation is blind the number of their alias here,
    for the id is the same on every article."""
    return docket.called([who])[0].rsplit(" ", 1)[-1] if docket.blind else who


class NotesForm(forms.Form):
    notes = forms.CharField(
        label="Notes of the meeting",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class VerdictForm(forms.Form):
    """`choice`: "variant 2", or majority, union, intersection, no_span, left, or reopen."""

    case = forms.UUIDField(widget=forms.HiddenInput)
    ver = forms.IntegerField(widget=forms.HiddenInput)
    votes = forms.CharField(widget=forms.HiddenInput, max_length=64)
    choice = forms.RegexField(
        regex=r"^(variant [1-9][0-9]?|majority|union|intersection|no_span|left|reopen)$"
    )
    reason = forms.ChoiceField(label="Reason", required=False, choices=Reason.choices)
    rule = forms.CharField(label="Rule", required=False, max_length=12, widget=forms.Select)
    note = forms.CharField(
        label="Note", required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def offer(self, study: Study) -> "VerdictForm":
        """Fills the list of rules; whether a rule may be cited is the ruling's to say."""
        rules = study.rules.filter(archived_at=None).values_list("name", "title")
        widget = self.fields["rule"].widget
        assert isinstance(widget, forms.Select)
        named = [(name, f"{name} {title}".strip()) for name, title in rules]
        widget.choices = [("", "No rule cited"), *named]
        return self

    def decision(self) -> dict[str, Any]:
        """In the words of the protocol."""
        told = self.cleaned_data
        kind, _, number = told["choice"].partition(" ")
        if kind == "reopen":
            return {}
        found = {name: told[name] for name in ("reason", "rule", "note", "votes")}
        return found | {"choice": kind} | ({"variant": int(number)} if number else {})

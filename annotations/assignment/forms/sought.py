"""Narrowing down who has done what."""

from typing import Any

from django import forms
from django.http import QueryDict

from annotations.accounts.models import User
from annotations.study.models import Round, Study

from ..models import AssignmentState
from ..queries.articles import NOBODY, Sought
from ..queries.people import list_people

STATES = [
    ("", "any"),
    (NOBODY, "nobody has it"),
    *((state.value, state.label.lower()) for state in AssignmentState),
]
ORDERS = [("", "A to Z"), ("down", "Z to A")]


class SoughtForm(forms.Form):
    """Read from the address: what makes no sense there counts as not given."""

    state = forms.ChoiceField(label="State", choices=STATES, required=False)
    person = forms.ModelChoiceField(
        User.objects.none(), label="Annotator", required=False, empty_label="any"
    )
    round = forms.ModelChoiceField(
        Round.objects.none(), label="Round", required=False, empty_label="any"
    )
    order = forms.ChoiceField(label="Title", choices=ORDERS, required=False)

    def __init__(self, data: QueryDict, *, study: Study, blind: bool = False) -> None:
        """`blind`: nobody can be asked for by name."""
        super().__init__(data)
        for name, rows in (("person", list_people(study)), ("round", study.rounds.all())):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        if blind:
            del self.fields["person"]
        self.is_valid()

    def given(self, name: str) -> Any:
        return self.cleaned_data.get(name)

    def sought(self) -> Sought:
        return Sought(
            state=self.given("state") or "",
            annotator=self.given("person"),
            round=self.given("round"),
            descending=self.given("order") == "down",
        )

    @property
    def is_narrowed(self) -> bool:
        return any(self.given(name) for name in ("state", "person", "round"))

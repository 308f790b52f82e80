"""Narrowing down who has done what."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

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


class PlainSelect(forms.Select):
    """As Django's, but not with templates for every option: they took a sixth of the page."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        told = self.get_context(name, value, attrs)["widget"]
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (option["value"], flatatt(option["attrs"]), option["label"])
                for _, group, _ in told["optgroups"]
                for option in group
            ),
        )
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(told["attrs"]), options)


class SoughtForm(forms.Form):
    """Read from the address: what makes no sense there counts as not given."""

    state = forms.ChoiceField(label="State", choices=STATES, required=False, widget=PlainSelect)
    person = forms.ModelChoiceField(
        User.objects.none(),
        label="Annotator",
        required=False,
        empty_label="any",
        widget=PlainSelect,
    )
    round = forms.ModelChoiceField(
        Round.objects.none(),
        label="Round",
        required=False,
        empty_label="any",
        widget=PlainSelect,
    )
    order = forms.ChoiceField(label="Order", choices=ORDERS, required=False, widget=PlainSelect)

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

"""Making a study, its settings, its rounds."""

from typing import Any

from django import forms
from django.http import QueryDict

from annotations.accounts.models import User

from ..models import Round, Study
from ..queries.studies import Sought, studies_seen_by

DEFAULT = ""


class IntoBinForm(forms.Form):
    copied = forms.BooleanField(
        label="I have a copy, or need none",
        error_messages={"required": "Take a copy first, or say that you need none."},
    )


class NewStudyForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=200, help_text="For example: Coverage of the Arden strike, 2026"
    )
    description = forms.CharField(
        label="What is it about",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Shown to everybody who takes part.",
    )
    source = forms.ModelChoiceField(
        label="Codebook",
        queryset=Study.objects.none(),
        required=False,
        empty_label="The default codebook: reporting, attribution, allegation, characterization",
        help_text="It is copied. You can change everything in it afterwards.",
    )

    def __init__(self, data: QueryDict | None = None, *, user: User) -> None:
        super().__init__(data)
        source = self.fields["source"]
        assert isinstance(source, forms.ModelChoiceField)
        source.queryset = studies_seen_by(user)


class SettingsForm(forms.ModelForm[Study]):
    class Meta:
        model = Study
        fields = (
            "name",
            "description",
            "hide_source",
            "blind_curation",
            "second_factor",
            "suggestions_allowed",
        )
        labels = {
            "description": "What is it about",
            "hide_source": "Hide where articles come from",
            "blind_curation": "Hide who marked what from curators",
            "second_factor": "Ask curators and managers for a second factor",
            "suggestions_allowed": "Let programs suggest marks",
        }
        help_texts = {
            "hide_source": "Annotators do not see the outlet, byline, address and date of an "
            "article. Its title and its text are shown as they came in: a date that a crawler "
            "wrote in front of the text can still be read there.",
            "blind_curation": "While gold is decided, annotators are called “Annotator 1”, "
            "“Annotator 2”, in another order on each article. A manager can show the names, "
            "article by article.",
            "second_factor": "Whoever curates or manages must have set up an authenticator app or "
            "a key (Your profile, Second factor). Until then this study stays closed to them; "
            "annotators are not asked.",
            "suggestions_allowed": "A manager's program may bring in what a model found. Each "
            "annotator sees it as a suggestion, to accept or to drop; a model is never an "
            "annotator, and what nobody accepted counts nowhere.",
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class RoundForm(forms.ModelForm[Round]):
    class Meta:
        model = Round
        fields = ("name", "purpose", "starts_on", "ends_on")
        labels = {"starts_on": "First day", "ends_on": "Deadline"}
        help_texts = {"ends_on": "The last day. Annotators see it; nothing closes by itself."}
        widgets = {"starts_on": DayInput(), "ends_on": DayInput()}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "The deadline lies before the first day.")
        return data

    def validate_constraints(self) -> None:
        """Left to the action, which says it in a sentence, and to the database."""


class HistoryForm(forms.Form):
    """Which acts to show. What cannot be read narrows nothing down."""

    who = forms.CharField(required=False)
    what = forms.CharField(required=False)
    since = forms.DateField(label="From", required=False, widget=DayInput())
    until = forms.DateField(label="To", required=False, widget=DayInput())

    def sought(self) -> Sought:
        self.full_clean()
        told = self.cleaned_data
        return Sought(
            actor=told.get("who", ""),
            noun=told.get("what", ""),
            since=told.get("since"),
            until=told.get("until"),
        )

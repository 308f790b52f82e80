"""What people fill in about articles."""

import json
import uuid
from collections.abc import Iterable
from typing import Any, Literal

from django import forms

from annotations.study.models import Study

from .files import ENDINGS
from .models import Article, RegionKind
from .queries import events_to_choose, list_outlets
from .records import Defaults, RecordWrong, Source, source_of

PASTED = "Pasted text.jsonl"


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or several files; cleaned to a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        one = super().clean
        return [one(each, initial) for each in data] if data else [one(data, initial)]


class ImportForm(forms.Form):
    uploads = ManyFilesField(
        label="Files",
        max_length=200,
        allow_empty_file=True,
        widget=ManyFilesInput(attrs={"accept": ",".join(ENDINGS)}),
        error_messages={"required": "Choose at least one file."},
    )
    outlet = forms.CharField(label="Outlet", required=False, max_length=200)
    language = forms.CharField(
        label="Language",
        max_length=20,
        initial="en",
        help_text="A language code: en, de, ar, …",
    )
    event = forms.CharField(
        label="Event",
        required=False,
        max_length=200,
        help_text="Articles with the same event tell the same story.",
    )

    leave_out = forms.BooleanField(
        label="Leave out columns that are not known",
        required=False,
        help_text="In .csv and .jsonl files. Otherwise such a file is refused and they are named.",
    )

    def defaults(self) -> Defaults:
        given = self.cleaned_data
        return Defaults(given["outlet"], given["language"], given["event"])

    def clean_language(self) -> str:
        language: str = self.cleaned_data["language"]
        try:
            source_of({"title": "-", "language": language})
        except RecordWrong as wrong:
            raise forms.ValidationError(str(wrong)) from wrong
        return language


class ArticleForm(forms.Form):
    """Particulars of an article. There is no field for the text: it cannot be changed."""

    title = forms.CharField(label="Title", max_length=500)
    outlet = forms.CharField(label="Outlet", required=False, max_length=200)
    byline = forms.CharField(label="Byline", required=False, max_length=300)
    published_on = forms.DateField(
        label="Published on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    url = forms.CharField(
        label="Address",
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )
    language = forms.CharField(
        label="Language", max_length=20, help_text="A language code: en, de, ar, …"
    )
    event = forms.CharField(
        label="Event",
        required=False,
        max_length=200,
        help_text="Articles with the same event tell the same story.",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            day = given.get("published_on")
            words = {**given, "published_on": day.isoformat() if day else ""}
            try:
                self.source = source_of(words)
            except RecordWrong as wrong:
                raise forms.ValidationError(str(wrong)) from wrong
        return given

    source: Source


class PasteForm(ArticleForm):
    """A text typed or pasted, with its particulars."""

    text = forms.CharField(
        label="Text",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="It is stored as it stands here and can never be changed afterwards.",
    )
    field_order = (
        "title", "text", "outlet", "byline", "published_on", "url", "language", "event",
    )  # fmt: skip

    def as_file(self) -> tuple[str, bytes]:
        """As a file that the usual import reads."""
        told = {name: value for name, value in self.source.as_json().items() if value}
        line = json.dumps({**told, "text": self.cleaned_data["text"]}, ensure_ascii=False)
        return PASTED, line.encode()


class ArticleFilter(forms.Form):
    """What narrows the list of articles; wrong values narrow nothing."""

    words = forms.CharField(label="Words", required=False, max_length=200)
    outlet = forms.ChoiceField(label="Outlet", required=False)
    event = forms.CharField(label="Event", required=False, max_length=200)

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outlets = [(str(outlet.pk), outlet.name) for outlet in list_outlets(study)]
        self._choose("outlet", [("", "All"), *outlets, ("none", "No outlet given")])
        if (events := events_to_choose(study)) is not None:
            choices = [("", "All"), *((event, event) for event in events)]
            self.fields["event"] = forms.ChoiceField(label="Event", required=False, choices=choices)

    def _choose(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def narrowing(self) -> dict[str, Any]:
        """Arguments for `queries.list_articles`."""
        self.is_valid()
        given = self.cleaned_data
        return {
            "words": given.get("words", ""),
            "outlet": _outlet(given.get("outlet", "")),
            "event": given.get("event", ""),
        }


CONFIRMED = "confirmed"  # sent once more, after it was said which marks lie in the stretch


class RegionForm(forms.Form):
    """A stretch: by offsets and words where a script selected it, else by the words alone."""

    kind = forms.ChoiceField(
        label="What it is", choices=RegionKind.choices, initial=RegionKind.CAPTION
    )
    words = forms.CharField(
        label="Words",
        strip=False,
        max_length=2_000_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Select them in the text, or type or paste them here.",
        error_messages={"required": "Give the words that are not article text."},
    )
    start = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class SentencesForm(forms.Form):
    """Whole sentences, ticked one by one: each value is "start-end"."""

    kind = forms.ChoiceField(
        label="What they are",
        choices=RegionKind.choices,
        initial=RegionKind.CAPTION,
        widget=forms.RadioSelect,
    )
    chosen = forms.MultipleChoiceField(error_messages={"required": "Choose at least one sentence."})

    def __init__(self, *args: Any, article: Article, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["chosen"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(f"{start}-{end}", "") for start, end in article.sentences]

    def stretches(self) -> list[tuple[int, int]]:
        """The chosen sentences in their order, as pairs of code points."""
        chosen = (value.split("-") for value in self.cleaned_data["chosen"])
        return sorted((int(start), int(end)) for start, end in chosen)


def _outlet(value: str) -> uuid.UUID | Literal["none"] | None:
    if value == "none":
        return "none"
    return uuid.UUID(value) if value else None

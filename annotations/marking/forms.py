"""The forms of the sentence form: each asks for one operation, whose ids it carries along."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from annotations.study.models import Label

from .checking import MAX_NOTE, MAX_WORDS
from .entity_acts import MAX_NAME
from .models import Flag
from .sentences import Found
from .wire import Wire

EXTENT = "extent"
Choices = list[tuple[str, str]]


class OperationForm(forms.Form):
    """Ids are made when the form is drawn, so a form sent twice is one operation."""

    op_id = forms.UUIDField(widget=forms.HiddenInput)
    renewed: ClassVar[tuple[str, ...]] = ("op_id",)

    def renew(self, **values: object) -> None:
        """Before it is shown again: an answer was given under the old id, and would be again."""
        fresh = {name: uuid.uuid4() for name in self.renewed}
        told = {name: str(value) for name, value in {**fresh, **values}.items()}
        self.data = {**{name: self.data[name] for name in self.data}, **told}


class LabelledForm(OperationForm):
    """`codebook`: the version that the page showed."""

    codebook = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class MarkForm(LabelledForm):
    """A new mark in the sentence, or a further part of an extent.

    `places`: where the words may stand, when they stand there more than once.
    """

    span_id = forms.UUIDField(widget=forms.HiddenInput)
    start = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    words = forms.CharField(
        label="Words to mark",
        required=False,
        max_length=20_000,
        help_text="As they stand in the sentence; leave empty for the whole sentence.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    which = forms.IntegerField(required=False, min_value=0)
    label = forms.ChoiceField(label="Label", widget=forms.RadioSelect)
    join = forms.ChoiceField(label="Add to this extent as a further part", required=False)

    renewed: ClassVar[tuple[str, ...]] = ("op_id", "span_id")

    def __init__(
        self, *args: Any, labels: Choices, extents: Choices, places: Sequence[Found] = (), **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.places = places
        fields: dict[str, Any] = self.fields
        fields["label"].choices = [*labels, (EXTENT, "Extent: what a source answers for")]
        fields["join"].choices = [("", "No, a new one"), *extents]
        if not extents:
            del fields["join"]


class AnswersForm(LabelledForm):
    """What is said about a mark: its label, its words, its answers, flag and note."""

    span_id = forms.UUIDField(widget=forms.HiddenInput)
    ver = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    label = forms.ChoiceField(label="Label")
    words = forms.CharField(
        label="Its words",
        required=False,
        max_length=20_000,
        help_text="Other words from here, to move where the mark begins and ends.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    flag = forms.ChoiceField(label="Unsure about", required=False, choices=Flag.choices)
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=MAX_NOTE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        label: Wire | None,
        labels: Choices,
        names: dict[str, str],
        in_parts: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.attributes = [a for a in label["attributes"] if not a["archived"]] if label else []
        self.names = names
        fields: dict[str, Any] = self.fields
        fields["label"].choices = [*labels, (EXTENT, "Extent")]
        if in_parts:
            del fields["words"]
        rest = [fields.pop("flag"), fields.pop("note")]
        for attribute in self.attributes:
            fields[field_name(attribute)] = attribute_field(attribute)
        fields["flag"], fields["note"] = rest

    def answers(self) -> dict[str, str]:
        """Answers by the attribute's name; of an entity its name as typed."""
        pairs = ((a["name"], self.cleaned_data[field_name(a)]) for a in self.attributes)
        return {name: answer for name, answer in pairs if answer}


def field_name(attribute: Wire) -> str:
    return f"answer_{attribute['name']}"


def choice_title(choice: Wire) -> str:
    """A choice put away stays choosable here: leaving it out would take it off older marks."""
    return f"{choice['title']} (no longer offered)" if choice.get("archived") else choice["title"]


def attribute_field(attribute: Wire) -> forms.Field:
    """Optional here even when required: what is missing is asked for at submission."""
    title = attribute["title"] + (" (to be answered)" if attribute["required"] else "")
    if attribute["kind"] in ("choice", "yes_no"):
        choices: Iterable[tuple[str, str]] = (("yes", "Yes"), ("no", "No"))
        if attribute["kind"] == "choice":
            choices = ((each["value"], choice_title(each)) for each in attribute["choices"])
        return forms.ChoiceField(label=title, required=False, choices=[("", "—"), *choices])
    if attribute["kind"] == "entity":
        ledger = forms.TextInput(attrs={"list": "ledger", "autocomplete": "off"})
        return forms.CharField(label=title, required=False, max_length=MAX_NAME, widget=ledger)
    return forms.CharField(label=title, required=False, max_length=MAX_WORDS)


class LinkForm(OperationForm):
    """From a source to what it answers for."""

    link_id = forms.UUIDField(widget=forms.HiddenInput)
    source = forms.ChoiceField(label="Source")
    target = forms.ChoiceField(label="What it answers for")
    cue = forms.CharField(
        label="Cue words",
        required=False,
        max_length=500,
        help_text="Such as “said” or “according to”, from the same paragraph as the source.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    renewed: ClassVar[tuple[str, ...]] = ("op_id", "link_id")

    def __init__(self, *args: Any, sources: Choices, targets: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["source"].choices = sources
        fields["target"].choices = targets


class CueForm(OperationForm):
    """The cue words of a link that is there; none to take them off."""

    link_id = forms.UUIDField()
    ver = forms.IntegerField(min_value=1)
    cue = forms.CharField(required=False, max_length=500)


class RemoveForm(OperationForm):
    """Removing a span or a link."""

    target_id = forms.UUIDField()
    ver = forms.IntegerField(min_value=1)


def fresh_ids(*names: str) -> dict[str, uuid.UUID]:
    return {name: uuid.uuid4() for name in ("op_id", *names)}


class MergeForm(forms.Form):
    """Which label a label is merged into, and why."""

    into = forms.ModelChoiceField(Label.objects.none(), label="Into")
    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="One line for the list of versions. Annotators read it.",
    )

    def __init__(self, data: QueryDict | None, *, others: "QuerySet[Label]") -> None:
        super().__init__(data)
        into = self.fields["into"]
        assert isinstance(into, forms.ModelChoiceField)
        into.queryset = others


class EarlyReadingForm(forms.Form):
    """Why a manager reads work that is not submitted."""

    reason = forms.CharField(
        label="Reason",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="It stands in the study’s history, with your name and the time.",
    )

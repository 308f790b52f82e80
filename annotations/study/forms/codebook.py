"""Editing a codebook. Each form asks for a line of reason: it heads the new version."""

import re
import unicodedata
from typing import Any

from django import forms
from django.http import QueryDict

from ..models import Attribute, AttributeKind, Label, Rule, SpanExtent, Study
from ..models.codebook import LABEL_KEYS, SLUG

SPARE_CHOICES = 4
MAX_SLUG = 40
SLOTS = (
    (1, "1: blue, solid"),
    (2, "2: violet, double"),
    (3, "3: red, dashed"),
    (4, "4: dark red, dotted"),
    (5, "5: green, wavy"),
    (6, "6: purple, thin solid"),
    (7, "7: grey, thin dashed"),
    (8, "8: olive, thin wavy"),
)


def slug_of(words: str, spare: str) -> str:
    """ "Kind of source" -> "kind_of_source"; `spare` when no letter is left."""
    ascii_only = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", ascii_only).strip("_")
    slug = re.sub(r"^[^a-z]+", "", slug)
    return slug[:MAX_SLUG].rstrip("_") or spare


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="One line for the list of versions. Annotators read it.",
    )


class LabelForm(ReasonForm):
    name = forms.CharField(label="Name", max_length=60)
    definition = forms.CharField(
        label="Definition",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One or two sentences. The details belong on rule cards.",
    )
    key = forms.ChoiceField(
        label="Key",
        choices=[(key, key) for key in LABEL_KEYS],
        help_text="What annotators press: a digit, or a letter that is free on the marking page.",
        error_messages={
            "invalid_choice": "The key %(value)s does something else on the marking page. "
            f"Take one of {', '.join(LABEL_KEYS)}."
        },
    )
    tag = forms.CharField(
        label="Tag", max_length=2, help_text="One or two letters shown above each mark."
    )
    slot = forms.TypedChoiceField(label="Colour and line", choices=SLOTS, coerce=int)
    extent = forms.ChoiceField(
        label="A click without a selection takes",
        choices=SpanExtent.choices,
    )
    fragments_allowed = forms.BooleanField(
        label="A mark may have several separate parts", required=False
    )
    field_order: tuple[str, ...] = (
        "name",
        "definition",
        "key",
        "tag",
        "slot",
        "extent",
        "fragments_allowed",
        "reason",
    )

    def __init__(self, *args: Any, held_key: str = "", **kwargs: Any) -> None:
        """`held_key`: the label's own, which an import may have given it beyond those offered."""
        super().__init__(*args, **kwargs)
        key = self.fields["key"]
        assert isinstance(key, forms.ChoiceField)
        if held_key and held_key not in LABEL_KEYS:
            key.choices = [*((each, each) for each in LABEL_KEYS), (held_key, held_key)]

    def clean_tag(self) -> str:
        return str(self.cleaned_data["tag"]).upper()


class NewLabelForm(LabelForm):
    slug = forms.CharField(
        label="Name in files",
        required=False,
        max_length=MAX_SLUG,
        validators=[SLUG],
        help_text="For exports; never changes. Left empty, it is made from the name.",
    )
    field_order: tuple[str, ...] = (
        "name",
        "slug",
        "definition",
        "key",
        "tag",
        "slot",
        "extent",
        "fragments_allowed",
        "reason",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("slug"):
            data["slug"] = slug_of(data.get("name", ""), "label")
        return data


def label_start(label: Label) -> dict[str, Any]:
    names = ("name", "definition", "key", "tag", "slot", "extent", "fragments_allowed")
    return {name: getattr(label, name) for name in names}


class AttributeForm(ReasonForm):
    title = forms.CharField(label="Question", max_length=80, help_text="As annotators see it.")
    required = forms.BooleanField(
        label="Must be answered before an article is submitted", required=False
    )
    field_order: tuple[str, ...] = ("title", "required", "reason")


class NewAttributeForm(AttributeForm):
    name = forms.CharField(
        label="Name in files",
        required=False,
        max_length=MAX_SLUG,
        validators=[SLUG],
        help_text="For exports; never changes. Left empty, it is made from the question.",
    )
    kind = forms.ChoiceField(
        label="Kind of answer",
        choices=AttributeKind.choices,
        widget=forms.RadioSelect,
        initial=AttributeKind.CHOICE,
        help_text="This cannot be changed later.",
    )
    field_order: tuple[str, ...] = ("title", "name", "kind", "required", "reason")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("name"):
            data["name"] = slug_of(data.get("title", ""), "question")
        return data


class ChoiceForm(forms.Form):
    """One choice. Its value is made from its first title and stays when the title changes."""

    value = forms.CharField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label="Choice", required=False, max_length=80)
    archived = forms.BooleanField(label="no longer offered", required=False)


ChoiceFormSet = forms.formset_factory(ChoiceForm, extra=SPARE_CHOICES, max_num=60, absolute_max=60)


def choices_formset(
    attribute: Attribute | None, data: QueryDict | None = None
) -> forms.BaseFormSet[ChoiceForm]:
    start = attribute.choices if attribute else []
    return ChoiceFormSet(data, initial=start, prefix="choices")


def read_choices(
    formset: forms.BaseFormSet[ChoiceForm], attribute: Attribute | None
) -> list[dict[str, Any]]:
    """The choices as filled in. A choice that marks may use is renamed or archived, never lost."""
    known = {choice["value"]: choice for choice in attribute.choices} if attribute else {}
    choices: list[dict[str, Any]] = []
    taken = set(known)
    for form in formset.forms:
        filled = form.cleaned_data
        title = str(filled.get("title") or "").strip()
        old = known.pop(filled.get("value") or "", None)
        if old is None and not title:
            continue
        value = old["value"] if old else free_value(slug_of(title, "choice"), taken)
        taken.add(value)
        archived = {"archived": True} if filled.get("archived") else {}
        choices.append({"value": value, "title": title or (old or {})["title"], **archived})
    return [*choices, *known.values()]


def free_value(value: str, taken: set[str]) -> str:
    n, free = 2, value
    while free in taken:
        free, n = f"{value}_{n}", n + 1
    return free


class RuleForm(ReasonForm):
    title = forms.CharField(label="Title", required=False, max_length=120)
    label = forms.ModelChoiceField(
        label="Belongs to",
        queryset=Label.objects.none(),
        required=False,
        empty_label="All labels",
    )
    text = forms.CharField(label="Rule", max_length=8000, widget=forms.Textarea(attrs={"rows": 5}))
    examples_yes = forms.CharField(
        label="Examples: yes",
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line. Square brackets show the stretch to mark.",
    )
    examples_no = forms.CharField(
        label="Examples: no",
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line.",
    )
    hard_cases = forms.CharField(
        label="Hard cases",
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line.",
    )
    field_order: tuple[str, ...] = (
        "name",
        "title",
        "label",
        "text",
        "examples_yes",
        "examples_no",
        "hard_cases",
        "reason",
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        study: Study,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        label = self.fields["label"]
        assert isinstance(label, forms.ModelChoiceField)
        label.queryset = study.labels.all()

    def clean(self) -> dict[str, Any]:
        """One line break is one line break, whatever the browser sends."""
        data = super().clean() or {}
        for name in ("text", "examples_yes", "examples_no", "hard_cases"):
            if name in data:
                lines = str(data[name]).splitlines()
                data[name] = "\n".join(line.rstrip() for line in lines).strip()
        return data


class NewRuleForm(RuleForm):
    name = forms.RegexField(
        regex=r"^[A-Z]{1,3}[0-9]{1,3}[a-z]?$",
        label="Name",
        max_length=12,
        help_text="Short and never changed, because comments cite it: A2, L1.",
        error_messages={"invalid": "One to three capital letters and a number, such as A2."},
    )


def rule_start(rule: Rule) -> dict[str, Any]:
    names = ("title", "label", "text", "examples_yes", "examples_no", "hard_cases")
    return {name: getattr(rule, name) for name in names}


class OrderForm(ReasonForm):
    """A number for each label; equal numbers keep their order."""

    def __init__(self, data: QueryDict | None = None, *, labels: list[Label]) -> None:
        super().__init__(data)
        self.labels = labels
        for place, label in enumerate(labels, start=1):
            self.fields[f"place_{label.pk}"] = forms.IntegerField(
                label=f"Place of {label.name}", min_value=1, max_value=999, initial=place
            )

    def rows(self) -> list[tuple[Label, forms.BoundField]]:
        return [(label, self[f"place_{label.pk}"]) for label in self.labels]

    def ordered(self) -> list[Label]:
        return sorted(self.labels, key=lambda label: self.cleaned_data[f"place_{label.pk}"])

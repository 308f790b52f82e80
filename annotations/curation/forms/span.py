"""A gold span in a plain form: its words, its label, the answers to the label's questions."""

import re
from collections.abc import Iterator
from typing import Any

from django import forms

from annotations.marking.codebook import AttributeRule, Codebook, LabelRule
from annotations.marking.wire import Stretch, Wire, fragment_wire
from annotations.text.cleaning import clean

from ..models import Reason
from ..queries import Docket

EXTENT = "extent"
NOT_THERE = "These words are not in the article exactly like this: “%s”."
CUE_NOT_THERE = "These cue words are not in the article exactly like this."


def nearest(text: str, words: str, point: int) -> Stretch | None:
    """Where the words stand, whatever white space is between them; of several places the one that
    begins nearest to the point. None for nowhere."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    places = [match.span() for match in re.finditer(pattern, text)] if pattern else []
    return min(places, key=lambda one: abs(one[0] - point), default=None)


class SpanForm(forms.Form):
    """`near`: the code point that words are looked for around."""

    label = forms.ChoiceField(required=False, label="Label")
    words = forms.CharField(
        required=False,
        label="Its words",
        strip=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Exactly as they stand in the article. A further part goes on a line of its own.",
    )
    reason = forms.ChoiceField(required=False, choices=Reason.choices)
    rule = forms.ChoiceField(required=False, label="Codebook rule")
    note = forms.CharField(
        required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any, *, docket: Docket, near: int, **more: Any) -> None:
        super().__init__(data, **more)
        self.docket, self.near = docket, near
        self.codebook: Codebook = docket.codebook
        live = [(str(pk), one) for pk, one in self.codebook.labels.items() if not one.archived]
        named = [(pk, one.name) for pk, one in live]
        self.offer("label", [*named, (EXTENT, "Extent")])
        rules = docket.study.rules.filter(archived_at=None).values_list("name", "title")
        self.offer("rule", [("", "No rule cited"), *((r, f"{r} {t}".strip()) for r, t in rules)])
        self.questions: list[tuple[LabelRule, list[str]]] = []
        for _, label in live:
            names = [
                self.ask(label, rule) for rule in label.attributes.values() if not rule.archived
            ]
            if names:
                self.questions.append((label, names))

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def ask(self, label: LabelRule, rule: AttributeRule) -> str:
        """The name of the field for one of a label's questions."""
        name = f"{label.slug}-{rule.name}"
        values = {"yes_no": ("yes", "no"), "choice": rule.choices}.get(rule.kind)
        field: forms.Field = forms.CharField(required=False, label=rule.title, max_length=500)
        if values is not None:
            titles = [(value, value.replace("_", " ").capitalize()) for value in values]
            offered = [("", "–"), *titles]
            field = forms.ChoiceField(required=False, label=rule.title, choices=offered)
        self.fields[name] = field
        return name

    def asked(self) -> Iterator[tuple[str, list[Any], bool]]:
        """(label's name, its fields, whether it is the label that is chosen), for the page."""
        chosen = str(self["label"].value())
        for label, names in self.questions:
            yield label.name, [self[name] for name in names], chosen == str(label.id)

    # --- what was said ------------------------------------------------------------------------

    def check_span(self, cleaned: dict[str, Any]) -> None:
        """The words must stand in the article."""
        lines = [clean(line).strip() for line in cleaned.get("words", "").splitlines()]
        parts = []
        for line in filter(None, lines):
            found = nearest(self.docket.text, line, self.near)
            if found is None:
                self.add_error("words", NOT_THERE % line[:80])
                return
            parts.append(found)
        if not parts:
            self.add_error("words", "Give the words of your span.")
        cleaned["parts"] = sorted(parts)

    def span(self) -> Wire:
        """In the words of the protocol."""
        told = self.cleaned_data
        label = None if told["label"] == EXTENT else told["label"]
        return {
            "kind": "label" if label else "extent",
            "label": label,
            "fragments": [fragment_wire(self.docket.text, *part) for part in told["parts"]],
            "attributes": self.answers(label),
        }

    def answers(self, label: str | None) -> dict[str, str]:
        given = self.cleaned_data
        for one, names in self.questions:
            if str(one.id) == label:
                told = {name.removeprefix(f"{one.slug}-"): given.get(name, "") for name in names}
                return {name: value for name, value in told.items() if value}
        return {}

    def why(self) -> Wire:
        return {name: self.cleaned_data[name] for name in ("reason", "rule", "note")}


def told_of(span: Wire | None, codebook: Codebook) -> dict[str, Any]:
    """What a form starts from to show a span."""
    if not span:
        return {}
    found: dict[str, Any] = {
        "label": span["label"] or EXTENT,
        "words": "\n".join(" ".join(part["quote"].split("\n")) for part in span["fragments"]),
    }
    for pk, label in codebook.labels.items():
        if str(pk) == span["label"]:
            found |= {f"{label.slug}-{name}": value for name, value in span["attributes"].items()}
    return found


class AddForm(SpanForm):
    """A span that nobody proposed."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.check_span(cleaned)
        return cleaned

    def decision(self) -> Wire:
        return {**self.why(), "span": self.span()}


class LinkForm(forms.Form):
    """A link from a gold span to another. `targets`: (id of a case, its words)."""

    target = forms.ChoiceField(label="Leads to")
    cue = forms.CharField(required=False, label="Cue words", max_length=2000)

    def __init__(
        self, data: Any, *, docket: Docket, near: int, targets: list[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        self.docket, self.near = docket, near
        self.fields["target"].choices = targets  # type: ignore[attr-defined]

    def clean_cue(self) -> Wire | None:
        return cue_of(self.docket.text, self.cleaned_data["cue"], self.near)


def cue_of(text: str, words: str, near: int) -> Wire | None:
    """A cue as the protocol has it; None for none. Raises ValidationError."""
    words = clean(words).strip()
    if not words:
        return None
    found = nearest(text, words, near)
    if found is None:
        raise forms.ValidationError(CUE_NOT_THERE)
    return fragment_wire(text, *found)

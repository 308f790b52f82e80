"""A decision on one case."""

from typing import Any

from django import forms

from annotations.marking.wire import Wire

from ..models import Reason
from ..queries import Docket

NUMBERS = forms.NumberInput(attrs={"inputmode": "numeric"})


class CaseForm(forms.Form):
    """`choice` is "variant 2", or one of the other choices of the protocol, or "reopen"."""

    choice = forms.ChoiceField(widget=forms.RadioSelect)
    ver = forms.IntegerField(widget=forms.HiddenInput)
    votes = forms.CharField(widget=forms.HiddenInput, max_length=64)
    label = forms.ChoiceField(required=False, label="Label")
    start = forms.IntegerField(required=False, min_value=0, label="From character")
    end = forms.IntegerField(required=False, min_value=1, label="To character")
    reason = forms.ChoiceField(required=False, choices=Reason.choices)
    rule = forms.ChoiceField(required=False, label="Codebook rule")
    note = forms.CharField(
        required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any, *, told: Wire, docket: Docket) -> None:
        first = told["gold"] or next((v["span"] for v in told["variants"] if v["span"]), None)
        initial = {"ver": told["ver"], "votes": told["votes"], "choice": self.chosen(told)}
        initial |= {name: told[name] for name in ("reason", "rule", "note")}
        if first:
            initial |= {
                "start": first["fragments"][0]["start"],
                "end": first["fragments"][-1]["end"],
            }
            initial["label"] = first["label"] or "extent"
        super().__init__(data, initial=initial)
        self.told = told
        self.fields["choice"].choices = self.choices_of(told)  # type: ignore[attr-defined]
        known = docket.codebook.labels.items()
        labels = [(str(pk), one.name) for pk, one in known if not one.archived]
        self.fields["label"].choices = [*labels, ("extent", "Extent")]  # type: ignore[attr-defined]
        rules = docket.study.rules.filter(archived_at=None).values_list("name", "title")
        named = [(name, f"{name} {title}".strip()) for name, title in rules]
        self.fields["rule"].choices = [("", "No rule cited"), *named]  # type: ignore[attr-defined]

    @staticmethod
    def chosen(told: Wire) -> str:
        choice = told["choice"]
        return f"variant {told['variant']}" if choice == "variant" else str(choice)

    @staticmethod
    def choices_of(told: Wire) -> list[tuple[str, str]]:
        found = [
            (f"variant {n}", f"Variant {n}: {', '.join(variant['who'])}")
            for n, variant in enumerate(told["variants"], 1)
        ]
        offers = told["offers"]
        if offers.get("majority") or told["on"] == "link":
            found.append(("majority", "The strict majority"))
        for name in ("union", "intersection"):
            if offers.get(name):
                found.append((name, f"The {name} of the extents"))
        found.append(("no_span", "No link here" if told["on"] == "link" else "No span here"))
        if told["on"] == "span":
            found.append(("edited", "My own, as given below"))
        found.append(("left", "Leave it undecided on purpose"))
        if told["state"] != "open":
            found.append(("reopen", "Open the case again"))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("choice") == "edited":
            for name in ("start", "end"):
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, "Say where your span begins and ends.")
        return cleaned

    def decision(self, text: str) -> Wire:
        """The decision in the words of the protocol."""
        told = self.cleaned_data
        kind, _, number = told["choice"].partition(" ")
        found: Wire = {name: told[name] for name in ("reason", "rule", "note")}
        found |= {"choice": kind, "votes": told["votes"]}
        if kind == "reopen":
            return {}
        if kind == "variant":
            found["variant"] = int(number)
        if kind == "edited":
            start, end = told["start"], told["end"]
            label = None if told["label"] == "extent" else told["label"]
            found["span"] = {
                "kind": "label" if label else "extent",
                "label": label,
                "fragments": [{"start": start, "end": end, "quote": text[start:end]}],
                "attributes": (self.told["gold"] or {}).get("attributes", {}),
            }
        return found

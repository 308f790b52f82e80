"""A decision on one case."""

from typing import Any

from django import forms

from annotations.marking.wire import Wire

from ..queries import Docket
from .span import SpanForm, cue_of, told_of


class CaseForm(SpanForm):
    """`choice` is "variant 2", or one of the other choices of the protocol, or "reopen".
    `base`: the number of the variant that one's own span begins from."""

    choice = forms.ChoiceField(widget=forms.RadioSelect)
    ver = forms.IntegerField(widget=forms.HiddenInput)
    votes = forms.CharField(widget=forms.HiddenInput, max_length=64)
    cue = forms.CharField(required=False, label="Cue words", max_length=2000)

    def __init__(self, data: Any, *, told: Wire, docket: Docket, base: int = 0) -> None:
        initial = {"ver": told["ver"], "votes": told["votes"], "choice": self.chosen(told)}
        if told["curator"] == str(docket.standing.user.pk):  # nobody takes over another's reason
            initial |= {name: told[name] for name in ("reason", "rule", "note")}
        spans = [variant["span"] for variant in told["variants"]]
        first = spans[base - 1] if 0 < base <= len(spans) else told["gold"] or (spans or [None])[0]
        cues = [told["cue"], *(variant["cue"] for variant in told["variants"])]
        cue = next((one for one in cues if one), None)
        initial |= told_of(first, docket.codebook) | {
            "cue": docket.text[slice(*cue)] if cue else ""
        }
        if base:
            initial["choice"] = "edited"
        super().__init__(data, docket=docket, near=told["start"], initial=initial)
        self.told = told
        self.offer("choice", self.choices_of(told))

    @staticmethod
    def chosen(told: Wire) -> str:
        choice = told["choice"]
        return f"variant {told['variant']}" if choice == "variant" else str(choice)

    @staticmethod
    def choices_of(told: Wire) -> list[tuple[str, str]]:
        return [*offered(told), *always(told)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("choice") != "edited":
            return cleaned
        if self.told["on"] == "span":
            self.check_span(cleaned)
            return cleaned
        try:
            cleaned["edited_cue"] = cue_of(self.docket.text, cleaned.get("cue", ""), self.near)
        except forms.ValidationError as error:
            self.add_error("cue", error)
        return cleaned

    def decision(self) -> Wire:
        """The decision in the words of the protocol."""
        told = self.cleaned_data
        kind, _, number = told["choice"].partition(" ")
        if kind == "reopen":
            return {}
        found: Wire = {**self.why(), "choice": kind, "votes": told["votes"]}
        if kind == "variant":
            found["variant"] = int(number)
        if kind == "edited":
            on_link = self.told["on"] == "link"
            found |= {"cue": told["edited_cue"]} if on_link else {"span": self.span()}
        return found


def offered(told: Wire) -> list[tuple[str, str]]:
    """What the votes offer; nothing where a link cannot stand."""
    if told["problem"]:
        return []
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
    return found


def always(told: Wire) -> list[tuple[str, str]]:
    on_link = told["on"] == "link"
    found = [("no_span", "No link here" if on_link else "No span here")]
    if not on_link:
        found.append(("edited", "My own, as given below"))
    elif not told["problem"]:
        found.append(("edited", "A link with the cue words given below"))
    found.append(("left", "Leave it undecided on purpose"))
    if told["state"] != "open":
        found.append(("reopen", "Open the case again"))
    return found

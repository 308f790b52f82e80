"""A study's rule set for merging."""

from typing import Any

from django import forms

from ..models import BoundaryRule, MergeRules


class MergeForm(forms.Form):
    unanimous = forms.BooleanField(
        required=False, label="Unanimous: everybody has the same span with the same answers"
    )
    at_least = forms.IntegerField(
        required=False,
        min_value=2,
        max_value=50,
        label="At least so many agree exactly",
        help_text="Of all who submitted the article. Empty: off. "
        "For a span, those who agree must also outnumber all who marked "
        "something else here; who marked nothing does not count. "
        "For a link, more than half of all must have drawn it.",
    )
    boundary = forms.ChoiceField(
        required=False,
        choices=BoundaryRule.choices,
        label="Same label, different boundaries",
        help_text="Applies when at least so many as above marked it (all of them, if that is off).",
    )
    least_votes = forms.IntegerField(
        min_value=1,
        max_value=50,
        label="Leave articles with fewer annotators alone",
    )

    @classmethod
    def of(cls, rules: MergeRules | None, data: Any = None) -> "MergeForm":
        names = ("unanimous", "at_least", "boundary", "least_votes")
        known = {name: getattr(rules, name) for name in names} if rules else {}
        return cls(data, initial={"unanimous": True, "least_votes": 2} | known)

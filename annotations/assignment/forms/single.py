"""Assigning, handing over and returning one thing at a time."""

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet

from annotations.accounts.models import User
from annotations.study.models import Round, Study


class AssignForm(forms.Form):
    """Who is to get an article, in which round."""

    annotator = forms.ModelChoiceField(User.objects.none(), label="Annotator", empty_label=None)
    round = forms.ModelChoiceField(Round.objects.none(), label="Round", empty_label=None)

    def __init__(self, *args: Any, study: Study, able: "QuerySet[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "annotator", able)
        _choose(self, "round", study.rounds.filter(closed_at=None))
        self.fields["round"].initial = study.rounds.filter(closed_at=None).last()


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(User.objects.none(), label="To", empty_label="Choose an annotator")

    def __init__(self, *args: Any, able: "QuerySet[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "to", able)


class TakerField(forms.ModelChoiceField[User]):
    """Names of annotators, with how much each of them could take."""

    told: "dict[uuid.UUID, str]"

    def label_from_instance(self, person: User) -> str:
        return self.told[person.pk]


class HandOverAllForm(forms.Form):
    """To whoever can take at least one of the articles."""

    to = TakerField(User.objects.none(), label="To", empty_label="Choose an annotator")

    def __init__(
        self, *args: Any, takers: "dict[User, int]", n_articles: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        can = {person.pk: n for person, n in takers.items() if n}
        _choose(self, "to", User.objects.filter(pk__in=can).order_by("display_name", "username"))
        field = self.fields["to"]
        assert isinstance(field, TakerField)
        field.told = {
            person.pk: f"{person}: can take {can[person.pk]} of {n_articles}"
            for person in takers
            if person.pk in can
        }


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label="Reason",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The annotator reads it first thing. Say what to look at again.",
    )


def _choose(form: forms.Form, name: str, rows: "QuerySet[Any]") -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows

"""What a manager asks of a plan."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField

from annotations.accounts.models import User
from annotations.corpus.models import Outlet
from annotations.corpus.queries import events_to_choose
from annotations.study.models import Round, Study

from ..queries.people import list_annotators
from ..queries.plans import ArticleChoice, Asked

MOST_PER_ARTICLE = 50
MOST_ARTICLES = 1_000_000


class PlanForm(forms.Form):
    round = forms.ModelChoiceField(Round.objects.none(), label="Round", empty_label=None)
    outlet = forms.ModelChoiceField(
        Outlet.objects.none(), label="Outlet", required=False, empty_label="any"
    )
    event = forms.CharField(
        label="Event", required=False, max_length=200, help_text="Its exact name."
    )
    words = forms.CharField(label="Words in the title", required=False, max_length=200)
    only_new = forms.BooleanField(label="Only articles that nobody has yet", required=False)
    annotators = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label="Annotators",
        error_messages={"required": "Choose at least one annotator."},
    )
    per_article = forms.IntegerField(
        label="Annotators for each article", min_value=1, max_value=MOST_PER_ARTICLE, initial=2
    )
    overlap = forms.IntegerField(
        label="Articles that every two annotators share, at least",
        help_text="Agreement between two people can only be measured on articles both have.",
        min_value=0,
        max_value=MOST_ARTICLES,
        initial=0,
    )
    extra = forms.BooleanField(
        label="If need be, give some articles more annotators than the rest for this",
        required=False,
    )
    seed = forms.IntegerField(widget=forms.HiddenInput, min_value=1, initial=1)

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = list(list_annotators(study))
        outlets = Outlet.objects.filter(study=study).order_by("name")
        self._choose("round", study.rounds.filter(closed_at=None))
        self._choose("outlet", outlets)
        self._choose("annotators", list_annotators(study))
        self.fields["round"].initial = study.rounds.filter(closed_at=None).last()
        self.fields["annotators"].initial = self.people
        if (events := events_to_choose(study)) is not None:
            choices = [("", "any"), *((name, name) for name in events)]
            self.fields["event"] = forms.ChoiceField(label="Event", required=False, choices=choices)
        for person in self.people:
            self.fields[cap_name(person)] = forms.IntegerField(
                label=f"At most, for {person}",
                required=False,
                min_value=0,
                max_value=MOST_ARTICLES,
            )

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def rows(self) -> Iterator[tuple[User, bool, BoundField]]:
        """Each annotator, whether they are chosen, and the field for their limit."""
        chosen = self["annotators"].value() or []
        ids = {str(getattr(each, "pk", each)) for each in chosen}
        for person in self.people:
            yield person, str(person.pk) in ids, self[cap_name(person)]

    def asked(self) -> Asked:
        data = self.cleaned_data
        caps = {person.pk: data.get(cap_name(person)) for person in self.people}
        return Asked(
            round=data["round"],
            annotators=tuple(data["annotators"]),
            per_article=data["per_article"],
            overlap=data["overlap"],
            articles=ArticleChoice(
                outlet=data["outlet"],
                event=data["event"],
                words=data["words"],
                only_new=data["only_new"],
            ),
            caps={pk: cap for pk, cap in caps.items() if cap is not None},
            extra=data["extra"],
            seed=data["seed"],
        )


def cap_name(person: User) -> str:
    return f"most_{person.pk}"

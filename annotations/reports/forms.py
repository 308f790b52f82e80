"""What a person may choose for a report."""

import uuid
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from annotations.corpus.models import Article, Outlet
from annotations.study.models import Study

from .layout import Names
from .models import Level
from .passages import LISTINGS, Wanted
from .selection import Selection

Choices = list[tuple[str, str]]
MOST_IDS, MOST_TITLES = 1000, 100  # an address has to hold the ids


class ArticlesWidget(forms.Textarea):
    """Takes a line an article, and as many values of the name as an address has."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""]
        return "\n".join(filter(None, values))


class ArticlesField(forms.CharField):
    """Articles by title, by part of it, or by id, one a line; cleaned: their ids.

    Give it `offered`, the articles that may be chosen, before it is cleaned.
    """

    widget = ArticlesWidget(attrs={"rows": 3})
    offered: QuerySet[Article] = Article.objects.none()

    def clean(self, value: Any) -> tuple[uuid.UUID, ...]:
        lines = list(dict.fromkeys(filter(None, map(str.strip, super().clean(value).split("\n")))))
        ids, titles = {}, []
        for line in lines:
            try:
                ids[line] = uuid.UUID(line)
            except ValueError:
                titles.append(line)
        if len(ids) > MOST_IDS or len(titles) > MOST_TITLES:
            raise forms.ValidationError("Choose fewer articles, or by outlet, day or round.")
        known = set(self.offered.filter(pk__in=ids.values()).values_list("pk", flat=True))
        if any(pk not in known for pk in ids.values()):
            raise forms.ValidationError("An article that was chosen is not there any more.")
        return tuple(dict.fromkeys([*ids.values(), *self._titled(titles)]))

    def _titled(self, titles: Sequence[str]) -> list[uuid.UUID]:
        """Those of exactly this title, or where there is none all with the words in their title."""
        if not titles:
            return []
        any_of = reduce(or_, (Q(title__icontains=words) for words in titles))
        rows = self.offered.filter(any_of).order_by("title", "pk").values_list("pk", "title")
        known = list(rows[: MOST_TITLES * 10])
        found: list[uuid.UUID] = []
        for words in titles:
            meant = words.casefold()
            exactly = [pk for pk, title in known if title.casefold() == meant]
            some = exactly or [pk for pk, title in known if meant in title.casefold()]
            if not some:
                raise forms.ValidationError(f"No article has “{words}” in its title.")
            found += some
        if len(found) > MOST_TITLES:
            raise forms.ValidationError(
                f"These words stand in more than {MOST_TITLES} titles. Give more of the titles."
            )
        return found


class SelectionForm(forms.Form):
    """A selection in an address: `?rounds=…&level=word`. Nothing chosen means everything."""

    rounds = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    annotators = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    labels = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    outlets = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    codebook_versions = forms.TypedMultipleChoiceField(
        required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    articles = ArticlesField(
        required=False,
        help_text="Titles, or words from them, one article a line.",
    )
    published_from = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}), label="Published from"
    )
    published_to = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}), label="Published up to"
    )
    level = forms.ChoiceField(
        required=False, choices=Level.choices, label="Count in", initial=Level.CHARACTER
    )

    def __init__(
        self, study: Study, names: Names, *args: Any, own: uuid.UUID | None = None, **kwargs: Any
    ) -> None:
        """`own`, an annotator: only opened rounds and their own articles, and in a study with
        hidden sources no choice by outlet or day, which would tell them."""
        super().__init__(*args, **kwargs)
        for_annotator = own is not None
        offered = Article.objects.kept().filter(study=study)
        self.fields["articles"].offered = (  # type: ignore[attr-defined]
            offered.filter(assignments__annotator=own) if for_annotator else offered
        )
        rounds = study.rounds.all()
        if for_annotator:
            rounds = rounds.exclude(comparison_opened_at=None)
        self._offer("rounds", [(str(one.pk), one.name) for one in rounds])
        self._meant = {names.key(who): who for who in names.annotators}
        self._offer(
            "annotators", [(names.key(who), name) for who, name in names.annotators.items()]
        )
        self._offer("labels", list(names.labels.items()))
        outlets = Outlet.objects.filter(study=study)
        self._offer("outlets", [(str(one.pk), one.name) for one in outlets])
        versions = study.codebook_versions.order_by("number").values_list("number", flat=True)
        self._offer("codebook_versions", [(str(one), f"Version {one}") for one in versions])
        if for_annotator and study.hide_source:
            for name in ("outlets", "published_from", "published_to"):
                del self.fields[name]

    def _offer(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("published_from"), cleaned.get("published_to")
        if first and last and first > last:
            self.add_error("published_to", "This day is before the first one.")
        return cleaned

    def selection(self) -> Selection:
        """The choice of a valid form; of an invalid one, what of it could be read."""
        chosen = self.cleaned_data

        def ids(name: str) -> tuple[uuid.UUID, ...]:
            return tuple(uuid.UUID(one) for one in chosen.get(name, ()))

        return Selection(
            rounds=ids("rounds"),
            articles=chosen.get("articles", ()),
            outlets=ids("outlets"),
            annotators=tuple(uuid.UUID(self._meant[one]) for one in chosen.get("annotators", ())),
            labels=tuple(chosen.get("labels", ())),
            codebook_versions=tuple(chosen.get("codebook_versions", ())),
            published_from=chosen.get("published_from"),
            published_to=chosen.get("published_to"),
            level=chosen.get("level") or Level.CHARACTER,
        )


COUNTED = ("articles", "annotators")  # what the number is of, where it is not of passages


class WantedForm(forms.Form):
    """Which passages, in an address: `?listing=exact&label=attribution`."""

    listing = forms.ChoiceField(required=False, choices=[(one, one) for one in LISTINGS])
    label = forms.CharField(required=False, max_length=40)
    other = forms.CharField(required=False, max_length=40)
    kind = forms.CharField(required=False, max_length=20)
    a = forms.UUIDField(required=False)
    b = forms.UUIDField(required=False)
    article = forms.UUIDField(required=False)
    attribute = forms.CharField(required=False, max_length=40)
    match = forms.ChoiceField(
        required=False, choices=[("exact", "exact"), ("tolerant", "tolerant")]
    )
    group = forms.RegexField(r"^(round|month|version):", required=False, max_length=220)
    alone = forms.ChoiceField(required=False, choices=[("1", "1")])
    counted = forms.ChoiceField(required=False, choices=[(one, one) for one in COUNTED])

    def wanted(self) -> Wanted:
        given = {name: str(value) for name, value in self.cleaned_data.items() if value}
        given.pop("counted", None)
        return Wanted(**given)  # type: ignore[arg-type]


class ReportForm(forms.Form):
    """A name for a report that is to be kept, and the seed of its chance."""

    name = forms.CharField(max_length=200, label="Name of the report")
    seed = forms.IntegerField(
        min_value=1,
        max_value=2_000_000_000,
        initial=1,
        help_text="The same number draws the same samples again.",
    )

"""What people write in the discussion. Each form brings the id of the comment it will make."""

import uuid
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict

from annotations.corpus.models import Article
from annotations.study.models import Label, Rule, Study

from ..actions.discussion import MOST_SAID
from ..queries.board import Board, Sought
from ..queries.discussion import REASONS

STATES = ("open", "flags", "resolved", "mine")


class CommentForm(forms.Form):
    """`comment_id` is made with the form: sent twice, it is one comment."""

    comment_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="Comment",
        max_length=MOST_SAID,
        widget=forms.Textarea(attrs={"rows": 3, "data-mentions": "people"}),
        help_text="Type @ to name somebody.",
        error_messages={"required": "Write something first."},
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"comment_id": uuid.uuid4()})


class PassageForm(CommentForm):
    """About words of the article: their place where a script selected them, else they alone."""

    words = forms.CharField(
        label="Words to talk about",
        strip=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Select them in the text, or type or paste them here.",
        error_messages={"required": "Give the words that you want to talk about."},
    )
    start = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    field_order = ("words", "start", "text", "comment_id")


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label="Comment",
        max_length=MOST_SAID,
        widget=forms.Textarea(attrs={"rows": 5, "data-mentions": "people"}),
        help_text="What it said before stays readable.",
    )


class RuleChoice(forms.ModelChoiceField[Rule]):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} {obj.title}".strip()


class RuleCitedForm(forms.Form):
    rule = RuleChoice(Rule.objects.none(), label="Rule", required=False, empty_label="no rule")

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rule"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = study.rules.filter(archived_at=None)


class RuleForm(forms.Form):
    name = forms.RegexField(
        regex=r"^[A-Z]{1,3}[0-9]{1,3}[a-z]?$",
        label="Name",
        max_length=12,
        help_text="Short and never changed, because comments cite it.",
        error_messages={"invalid": "One to three capital letters and a number, such as A2."},
    )
    title = forms.CharField(label="Title", required=False, max_length=120)
    label = forms.ModelChoiceField(
        Label.objects.none(), label="Belongs to", required=False, empty_label="All labels"
    )
    text = forms.CharField(label="Rule", max_length=8_000, widget=forms.Textarea(attrs={"rows": 4}))
    case = forms.CharField(
        label="Hard case", required=False, max_length=2_000, help_text="The words of the thread."
    )
    reason = forms.CharField(
        label="Why", max_length=300, help_text="One line for the list of versions."
    )

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["label"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = study.labels.filter(archived_at=None)


MOST_OFFERED = 200  # articles in a list to choose from


class SoughtForm(forms.Form):
    """Read from the address: what makes no sense there counts as not given."""

    words = forms.CharField(label="Words", required=False, max_length=200)
    article = forms.ModelChoiceField(
        Article.objects.none(), label="Article", required=False, empty_label="any"
    )
    reason = forms.ChoiceField(
        label="Reason", required=False, choices=[("", "any"), *REASONS.items()]
    )

    def __init__(self, data: QueryDict, *, board: Board) -> None:
        super().__init__(data)
        field = self.fields["article"]
        assert isinstance(field, forms.ModelChoiceField)
        offered = board.articles(MOST_OFFERED + 1)
        is_long = len(offered) > MOST_OFFERED
        known = Exists(board.threads.filter(article=OuterRef("pk")))
        named = Article.objects.light().filter(known if is_long else Q(pk__in=offered))
        field.queryset = named.order_by("title__lower", "pk")
        self.is_valid()
        if is_long:
            field.widget = forms.HiddenInput()  # too many to choose from: words find titles

    def sought(self, state: str) -> Sought:
        given = self.cleaned_data
        return Sought(
            state, given.get("article"), given.get("reason") or "", given.get("words") or ""
        )

"""What a person chooses when marks go out or come in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, AssignmentState
from annotations.study.models import Study

from .bringing import LEFT_OUT, NEW, Mapping, Survey
from .formats import formats
from .frame import Form
from .packing import QUOTING, NotSo, Wanted, misfits
from .packing.choosing import EXTENT
from .queries.exports import Reach, refuse_unreasoned

USUAL = "csv"  # the format that is offered first
FIELDS = {"texts": "without_texts", "unmarked": "only_chosen"}  # of Wanted, asked the other way
Choices = list[tuple[str, str]]


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or several files; cleaned to a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        one = super().clean
        return [one(each, initial) for each in data] if data else [one(data, initial)]


class ExportForm(forms.Form):
    """Nothing ticked in a group means all of it."""

    file_format = forms.ChoiceField(label="Format", widget=forms.RadioSelect)
    annotators = forms.MultipleChoiceField(
        label="Annotators", required=False, widget=forms.CheckboxSelectMultiple
    )
    gold = forms.BooleanField(label="Gold", required=False, initial=True)
    soft_labels = forms.BooleanField(
        label="Soft labels",
        required=False,
        help_text="For every stretch, how many of the annotators gave it each label.",
    )
    threads = forms.BooleanField(label="Threads", required=False, initial=True)
    pseudonyms = forms.BooleanField(
        label="Pseudonyms for people",
        required=False,
        help_text="The same in every export of this study. In notes, threads, answers in words "
        "and the codebook's definitions and rules “person-unknown” stands for a name. Nicknames "
        "and misspelt names are not found there, and names of labels and choices stay: read them "
        "before you publish.",
    )
    labels = forms.MultipleChoiceField(
        label="Labels", required=False, widget=forms.CheckboxSelectMultiple
    )
    rounds = forms.MultipleChoiceField(
        label="Rounds", required=False, widget=forms.CheckboxSelectMultiple
    )
    states = forms.MultipleChoiceField(
        label="States of the work", required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=2000,
        help_text="Only for work of others that is not submitted: why it has to be read early. "
        "It stands in the study’s history, with your name and the time.",
    )
    suggestions = forms.BooleanField(label="Undecided suggestions", required=False)
    only_chosen = forms.BooleanField(
        label="Only articles with chosen work",
        required=False,
        help_text="Without it all other articles go out, too: their texts, gold and threads.",
    )
    without_texts = forms.BooleanField(
        label="Leave the texts out",
        required=False,
        help_text="For articles you may not pass on: offsets and the hash of each text stay. "
        f"{QUOTING} Read them before you pass them on.",
    )

    def __init__(self, reach: Reach, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reach = reach
        self.forms = reach.forms()
        self._offer("file_format", [(form.name, form.title) for form in self.forms])
        for form in self.forms:
            for option in form.options:
                self.fields[f"{form.name}-{option.name}"] = forms.ChoiceField(
                    label=option.title,
                    required=False,  # of a format that was not chosen
                    choices=option.choices,
                    initial=option.default,
                    help_text=option.help,
                )
        study = reach.study
        labels = [(label.slug, label.name) for label in study.labels.order_by("position", "name")]
        self._offer("labels", [*labels, (EXTENT, "Extents (what a source answers for)")])
        self._offer("rounds", [(each.name, each.name) for each in study.rounds.all()])
        self._offer("states", _states())
        if not self.is_bound:
            self.initial.setdefault("file_format", USUAL)
            self.initial.setdefault("states", ["submitted"])
        if reach.is_own:
            left_out = ["annotators", "gold", "soft_labels", "threads", "pseudonyms", "only_chosen"]
            left_out.append("reason")
            self.initial["states"] = []
        else:
            self._offer("annotators", _annotators(study))
            left_out = [] if reach.is_all else ["states", "reason"]
        for name in left_out:
            del self.fields[name]
        if reach.needs_pseudonyms:
            field = self.fields["pseudonyms"]
            field.disabled, field.initial = True, True
            field.help_text = "Curation is blind in this study."
            del self.fields["annotators"]

    def _offer(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def choices(self) -> list[tuple[Form, bool, list[forms.BoundField]]]:
        """Each format, whether it is the chosen one, and its options."""
        chosen = self["file_format"].value()
        return [
            (form, form.name == chosen, [self[f"{form.name}-{o.name}"] for o in form.options])
            for form in self.forms
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        form = formats().get(cleaned.get("file_format", ""))
        if form and not self.errors:
            said: set[str] = set()
            for misfit in misfits(form, self.reach.narrowed(self.wanted())):
                if str(misfit) not in said:  # one sentence may hold for several choices
                    said.add(str(misfit))
                    field = FIELDS.get(misfit.field, misfit.field)
                    self.add_error("file_format" if form.is_whole else field, str(misfit))
        if form and not self.errors:
            try:
                refuse_unreasoned(self.reach, form, self.wanted(), self.why)
            except NotSo as refusal:
                self.add_error("reason", str(refusal))
        return cleaned

    @property
    def why(self) -> str:
        return str(self.cleaned_data.get("reason", ""))

    def options(self) -> dict[str, str]:
        """Those of the chosen format that were said."""
        form = formats()[self.cleaned_data["file_format"]]
        given = {o.name: self.cleaned_data.get(f"{form.name}-{o.name}", "") for o in form.options}
        return {name: value for name, value in given.items() if value}

    def wanted(self) -> Wanted:
        given = self.cleaned_data
        return Wanted(
            annotators=tuple(given.get("annotators", ())),
            gold=given.get("gold", False),
            soft_labels=given.get("soft_labels", False),
            threads=given.get("threads", False),
            labels=tuple(given["labels"]),
            rounds=tuple(given["rounds"]),
            states=tuple(given.get("states", ())),
            suggestions=given["suggestions"],
            unmarked=not given.get("only_chosen", False),
            texts=not given["without_texts"],
            pseudonyms=given.get("pseudonyms", False),
        )


def _states() -> Choices:
    return [(value, label) for value, label in AssignmentState.choices]


def _annotators(study: Study) -> Choices:
    work = Assignment.objects.filter(study=study, annotator=OuterRef("pk"))
    members = study.memberships.order_by().values("user")
    people = User.objects.filter(Exists(work), pk__in=members).order_by("username")
    return [(user.username, str(user)) for user in people]


class CorpusForm(forms.Form):
    """Files of another program."""

    uploads = ManyFilesField(
        label="Files",
        max_length=200,
        allow_empty_file=True,
        widget=ManyFilesInput(),
        error_messages={"required": "Choose at least one file."},
        help_text="Several at once, or one .zip of them.",
    )
    file_format = forms.ChoiceField(label="Format", required=False)
    annotator = forms.CharField(
        label="Whose marks they are",
        required=False,
        max_length=120,
        help_text="Only for files that do not say: then all marks are this person’s.",
    )
    language = forms.CharField(
        label="Language", required=False, max_length=20, help_text="en, de, ar, … where not said."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        readable = [(form.name, form.title) for form in formats().values() if form.can_read]
        field = self.fields["file_format"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Find out from the files"), *readable]

    def hints(self) -> dict[str, str]:
        given = self.cleaned_data
        return {"annotator": given["annotator"].strip(), "language": given["language"].strip()}


class MappingForm(forms.Form):
    """Which of the files' labels and people is which here. Fields are numbered, because the files'
    names may be any words."""

    round = forms.ChoiceField(label="Round of the work")
    submit = forms.BooleanField(
        label="Count the work as submitted",
        required=False,
        help_text="Then it is compared and decided on like any other. Work with undecided "
        "suggestions stays open.",
    )

    leave_out = forms.BooleanField(
        required=False,
        error_messages={"required": "Tick this, or mend the files and bring them in again."},
        help_text="Everything else comes in, also the other marks on the same articles. What was "
        "left out is listed when all is stored.",
    )

    def __init__(self, study: Study, found: Survey, mapping: Mapping, *args: Any) -> None:
        super().__init__(*args)
        self.found, self.mapping = found, mapping
        self.label_names, self.people_names = list(found.labels), list(found.people)
        rounds = study.rounds.filter(closed_at=None)
        self._offer("round", [(str(each.pk), each.name) for each in rounds], mapping.round)
        self.initial["submit"] = mapping.submit
        if n_wrong := found.n_findings.get("refused", 0):
            what = "one thing" if n_wrong == 1 else f"{n_wrong:,} things"
            field = self.fields["leave_out"]
            field.label, field.required = f"Leave out the {what} that cannot be taken", True
        else:
            del self.fields["leave_out"]
        there = study.labels.filter(archived_at=None).order_by("position", "name")
        labels = [(label.slug, label.name) for label in there]
        for at, name in enumerate(self.label_names):
            choices = [(NEW, "Make a new label"), (LEFT_OUT, "Leave out"), *labels]
            self._add(f"label{at}", name, choices, mapping.labels.get(name, NEW))
        members = _members(study)
        for at, name in enumerate(self.people_names):
            is_model = name in mapping.models
            new = [] if is_model else [(NEW, "A new account that nobody can sign in with")]
            choices = [*new, (LEFT_OUT, "Leave out"), *members]
            self._add(f"person{at}", name, choices, mapping.people.get(name, LEFT_OUT))
            self.fields[f"model{at}"] = forms.BooleanField(
                label=f"{name} is a model", required=False, initial=is_model
            )
        if found.n_gold_articles:
            choices = [
                (LEFT_OUT, "Leave out"),
                (NEW, "A new account “gold” that nobody can sign in with"),
                *members,
            ]
            self._add("gold_as", "Gold", choices, mapping.gold_as)

    def _offer(self, name: str, choices: Choices, initial: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices, field.initial = choices, initial

    def _add(self, name: str, label: str, choices: Choices, initial: str) -> None:
        self.fields[name] = forms.ChoiceField(
            label=label, required=False, choices=choices, initial=initial
        )

    def label_rows(self) -> list[dict[str, Any]]:
        """Of each label of the files: its field, and what the files hold of it."""
        return [
            {"name": name, "field": self[f"label{at}"], "seen": self.found.labels[name]}
            for at, name in enumerate(self.label_names)
        ]

    def people_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "field": self[f"person{at}"],
                "model": self[f"model{at}"],
                "seen": self.found.people[name],
            }
            for at, name in enumerate(self.people_names)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for at, name in enumerate(self.people_names):
            if cleaned.get(f"model{at}") and cleaned.get(f"person{at}") == NEW:
                self.add_error(
                    f"person{at}", f"Suggestions of {name} need a person who decides on them."
                )
        return cleaned

    def chosen(self) -> Mapping:
        given = self.cleaned_data
        return Mapping(
            labels={name: given[f"label{at}"] for at, name in enumerate(self.label_names)},
            people={name: given[f"person{at}"] for at, name in enumerate(self.people_names)},
            models=tuple(name for at, name in enumerate(self.people_names) if given[f"model{at}"]),
            round=given["round"],
            gold_as=given.get("gold_as", LEFT_OUT),
            submit=given["submit"],
            leave_out=given.get("leave_out", False),
        )


def _members(study: Study) -> Choices:
    people = User.objects.filter(memberships__study=study, memberships__ended_at=None).distinct()
    return [(user.username, str(user)) for user in people.order_by("username")]


def readable_formats() -> Sequence[Form]:
    return [form for form in formats().values() if form.can_read]


class StudyFileForm(forms.Form):
    upload = forms.FileField(
        label="File",
        help_text="The zip that “Sourcemark JSON, whole study” made on a study's Export page, or "
        "the study.json in it.",
    )

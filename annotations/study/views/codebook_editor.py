"""Changing the codebook: managers only, one version a change."""

import uuid
from collections.abc import Iterable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotations.accounts.asking import me, posted

from ..actions import codebook as actions
from ..drawn_from import DrawnFrom
from ..forms import attempt
from ..forms.codebook import (
    AttributeForm,
    LabelForm,
    NewAttributeForm,
    NewLabelForm,
    NewRuleForm,
    OrderForm,
    ReasonForm,
    RuleForm,
    choices_formset,
    label_start,
    read_choices,
    rule_start,
)
from ..models import Attribute, AttributeKind, Label, Rule, SpanExtent, Study
from ..policy import Act, Standing
from ..queries import fetch_standing
from ..queries.codebook import fetch_attribute, fetch_label, fetch_rule, latest_version
from ..undo_offers import say_done

Archivable = TypeVar("Archivable", Label, Rule)


def editing(request: HttpRequest, study_id: uuid.UUID) -> Standing:
    return fetch_standing(me(request), study_id, Act.EDIT_CODEBOOK)


def saved(request: HttpRequest, study: Study) -> HttpResponse:
    number = latest_version(study).number
    say_done(request, f"Saved. This is version {number} of the codebook.")
    return redirect("study:codebook_edit", study.pk)


def halves(rows: Iterable[Archivable]) -> tuple[list[Archivable], list[Archivable]]:
    """What is in use and what is archived."""
    all_rows = list(rows)
    live = [row for row in all_rows if row.archived_at is None]
    return live, [row for row in all_rows if row.archived_at is not None]


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    """All labels and cards with their editors' links; posting puts the labels in order."""
    standing = editing(request, study_id)
    study = standing.study
    labels, archived_labels = halves(study.labels.prefetch_related("attributes"))
    rules, archived_rules = halves(study.rules.select_related("label"))
    form = OrderForm(posted(request), labels=labels)
    if form.is_valid() and attempt(
        form,
        lambda: actions.order_labels(
            study=study,
            actor=me(request),
            reason=form.cleaned_data["reason"],
            labels=form.ordered(),
        ),
    ):
        return saved(request, study)
    context = {
        "standing": standing,
        "form": form,
        "version": latest_version(study),
        "archived_labels": archived_labels,
        "rules": rules,
        "archived_rules": archived_rules,
    }
    status = 422 if form.is_bound else 200
    return render(request, "study/codebook_edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def label_new(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = editing(request, study_id)
    used = standing.study.labels.filter(archived_at=None).values_list("key", flat=True)
    free = next((str(n) for n in range(1, 10) if str(n) not in used), "9")
    start = {"key": free, "slot": min(int(free), 8), "extent": SpanExtent.PHRASE}
    form = NewLabelForm(posted(request), initial=start)
    if form.is_valid() and attempt(
        form,
        lambda: actions.add_label(study=standing.study, actor=me(request), **form.cleaned_data),
    ):
        return saved(request, standing.study)
    context = {"standing": standing, "form": form, "label": None}
    return render(request, "study/label.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def label(request: HttpRequest, study_id: uuid.UUID, label_id: uuid.UUID) -> HttpResponse:
    standing = editing(request, study_id)
    label = fetch_label(standing.study, label_id)
    drawn_from = DrawnFrom(request, standing.study, lambda: label_start(label), [label])
    form = LabelForm(posted(request), initial=label_start(label), held_key=label.key)
    if form.is_valid() and drawn_from.attempt(
        form, lambda: actions.change_label(label=label, actor=me(request), **form.cleaned_data)
    ):
        return saved(request, standing.study)
    context = {"standing": standing, "form": form, "label": label, "drawn_from": drawn_from}
    return render(request, "study/label.html", context, status=drawn_from.status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def attribute_new(request: HttpRequest, study_id: uuid.UUID, label_id: uuid.UUID) -> HttpResponse:
    standing = editing(request, study_id)
    label = fetch_label(standing.study, label_id)
    form = NewAttributeForm(posted(request))
    choices = choices_formset(None, posted(request))
    if form.is_valid() and choices.is_valid():
        values = {**form.cleaned_data, "choices": read_choices(choices, None)}
        if refuse_no_choices(form, values["kind"], values["choices"]) and attempt(
            form, lambda: actions.add_attribute(label=label, actor=me(request), **values)
        ):
            return saved(request, standing.study)
    context = {"standing": standing, "form": form, "choices": choices, "label": label}
    return render(request, "study/attribute.html", context, status=422 if form.is_bound else 200)


def refuse_no_choices(form: AttributeForm, kind: str, choices: list[dict[str, object]]) -> bool:
    """True when the question can be answered; only questions with choices keep any."""
    if kind != AttributeKind.CHOICE:
        choices.clear()
        return True
    if sum(not choice.get("archived") for choice in choices) >= 2:
        return True
    form.add_error(None, "A question with choices needs at least two of them.")
    return False


@require_http_methods(["GET", "HEAD", "POST"])
def attribute(request: HttpRequest, study_id: uuid.UUID, attribute_id: uuid.UUID) -> HttpResponse:
    standing = editing(request, study_id)
    attribute = fetch_attribute(standing.study, attribute_id)
    drawn_from = DrawnFrom(
        request,
        standing.study,
        lambda: actions.values_of(attribute, actions.ATTRIBUTE_FIELDS),
        [attribute],
    )
    start = {"title": attribute.title, "required": attribute.required}
    form = AttributeForm(posted(request), initial=start)
    choices = choices_formset(attribute, posted(request))
    if form.is_valid() and choices.is_valid():
        values = {**form.cleaned_data, "choices": read_choices(choices, attribute)}
        if refuse_no_choices(form, attribute.kind, values["choices"]) and drawn_from.attempt(
            form,
            lambda: actions.change_attribute(attribute=attribute, actor=me(request), **values),
            typed=values,
        ):
            return saved(request, standing.study)
    context = {
        "standing": standing,
        "form": form,
        "choices": choices,
        "attribute": attribute,
        "label": attribute.label,
        "drawn_from": drawn_from,
    }
    return render(request, "study/attribute.html", context, status=drawn_from.status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def rule_new(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = editing(request, study_id)
    form = NewRuleForm(posted(request), study=standing.study)
    if form.is_valid() and attempt(
        form,
        lambda: actions.add_rule(study=standing.study, actor=me(request), **form.cleaned_data),
    ):
        return saved(request, standing.study)
    context = {"standing": standing, "form": form, "rule": None}
    return render(request, "study/rule.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, study_id: uuid.UUID, rule_id: uuid.UUID) -> HttpResponse:
    standing = editing(request, study_id)
    rule = fetch_rule(standing.study, rule_id)
    drawn_from = DrawnFrom(request, standing.study, lambda: rule_start(rule), [rule])
    form = RuleForm(posted(request), study=standing.study, initial=rule_start(rule))
    if form.is_valid() and drawn_from.attempt(
        form, lambda: actions.change_rule(rule=rule, actor=me(request), **form.cleaned_data)
    ):
        return saved(request, standing.study)
    context = {"standing": standing, "form": form, "rule": rule, "drawn_from": drawn_from}
    return render(request, "study/rule.html", context, status=drawn_from.status(form))


def put_away(
    request: HttpRequest, standing: Standing, thing: Label | Attribute | Rule
) -> HttpResponse:
    """Archive what is in use, restore what is archived; asks for the reason first."""
    archived = thing.archived_at is not None
    act = actions.restore if archived else actions.archive
    form = ReasonForm(posted(request))
    if form.is_valid() and attempt(
        form, lambda: act(thing=thing, actor=me(request), reason=form.cleaned_data["reason"])
    ):
        return saved(request, standing.study)
    context = {
        "standing": standing,
        "form": form,
        "thing": thing,
        "noun": {Label: "label", Attribute: "question", Rule: "rule"}[type(thing)],
        "archived": archived,
    }
    return render(request, "study/put_away.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def label_archive(request: HttpRequest, study_id: uuid.UUID, label_id: uuid.UUID) -> HttpResponse:
    standing = editing(request, study_id)
    return put_away(request, standing, fetch_label(standing.study, label_id))


@require_http_methods(["GET", "HEAD", "POST"])
def attribute_archive(
    request: HttpRequest, study_id: uuid.UUID, attribute_id: uuid.UUID
) -> HttpResponse:
    standing = editing(request, study_id)
    return put_away(request, standing, fetch_attribute(standing.study, attribute_id))


@require_http_methods(["GET", "HEAD", "POST"])
def rule_archive(request: HttpRequest, study_id: uuid.UUID, rule_id: uuid.UUID) -> HttpResponse:
    standing = editing(request, study_id)
    return put_away(request, standing, fetch_rule(standing.study, rule_id))

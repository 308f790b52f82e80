"""Assignments, submissions and reports; handing unfinished work over."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from annotations.accounts.models import User
from annotations.assignment.actions import hand_over
from annotations.assignment.models import Assignment, Submission
from annotations.assignment.queries.people import list_annotators
from annotations.reports.models import Report
from annotations.text.refusal import Refusal

from .site import ReadOnlyAdmin, link


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(User.objects.none(), label="To", empty_label="Choose an annotator")

    def __init__(self, *args: Any, able: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = able


@admin.action(description="Hand over unfinished work…")
def hand_over_chosen(
    model_admin: "AssignmentAdmin", request: HttpRequest, assignments: QuerySet[Assignment]
) -> HttpResponse | None:
    """Asks for the annotator who takes over; then one act for each, as on the study's pages."""
    named = assignments.select_related("study", "article", "annotator")
    chosen = list(named.defer("article__text", "article__blocks", "article__sentences"))
    if len({each.study_id for each in chosen}) != 1:
        messages.error(request, "Choose work of one study only.")
        return None
    form = HandOverForm(
        request.POST if "apply" in request.POST else None, able=list_annotators(chosen[0].study)
    )
    if form.is_valid():
        carry_out(request, chosen, form.cleaned_data["to"])
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Hand over unfinished work",
        "opts": model_admin.opts,
        "form": form,
        "assignments": chosen,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/hand_over.html", context)


def carry_out(request: HttpRequest, chosen: list[Assignment], to: User) -> None:
    assert isinstance(request.user, User)
    n_done = 0
    for each in chosen:
        try:
            hand_over(assignment=each, actor=request.user, to=to)
            n_done += 1
        except Refusal as refusal:
            messages.error(request, f"“{each.article}” of {each.annotator}: {refusal}")
    if n_done:
        messages.success(request, f"Handed over to {to}: {n_done}.")


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    list_display = ("annotator", "article", "study", "round", "state", "submitted_at", "page")
    list_filter = ("state", "study")
    search_fields = ("annotator__username", "annotator__display_name", "article__title")
    ordering = ("study_id", "annotator_id", "state", "position", "id")
    actions = (hand_over_chosen,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        related = ("annotator", "article", "study", "round")
        rows = super().get_queryset(request).select_related(*related)
        return rows.defer("article__text", "article__blocks", "article__sentences")

    @admin.display(description="In the app")
    def page(self, each: Assignment) -> SafeString:
        return link(self.view_on_site(each))

    def view_on_site(self, each: Assignment) -> str:
        return reverse("assignment:article", args=[each.study_id, each.article_id])


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = ("annotator", "article", "study", "number", "rev", "submitted_at")
    list_filter = ("study",)
    search_fields = ("assignment__annotator__username", "assignment__article__title")
    ordering = ("-submitted_at", "-id")
    is_content = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        rows = super().get_queryset(request)
        rows = rows.select_related("study", "assignment__annotator", "assignment__article")
        return rows.defer(
            "content",
            "assignment__article__text",
            "assignment__article__blocks",
            "assignment__article__sentences",
        )

    @admin.display(ordering="assignment__annotator__username")
    def annotator(self, each: Submission) -> str:
        return str(each.assignment.annotator)

    @admin.display(ordering="assignment__article__title")
    def article(self, each: Submission) -> str:
        return str(each.assignment.article)

    def view_on_site(self, each: Submission) -> str:
        return reverse("assignment:article", args=[each.study_id, each.assignment.article_id])


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("name", "study", "state", "created_by", "created_at", "finished_at")
    list_filter = ("state", "study")
    search_fields = ("name", "study__name", "created_by__username")
    exclude = ("result",)
    is_content = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return super().get_queryset(request).defer("result", "inputs")

    def view_on_site(self, each: Report) -> str:
        return reverse("reports:report", args=[each.study_id, each.pk])

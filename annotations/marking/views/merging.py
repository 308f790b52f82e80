"""Merging a label into another: what it would do is shown before it is done."""

import uuid

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotations.study.models import Label
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing
from annotations.study.queries.codebook import fetch_label, latest_version
from annotations.study.undo_offers import say_done

from ..actions.merging import MergeRefused, merge_labels, survey
from ..forms import MergeForm
from ..signed_in import SignedIn


@require_http_methods(["GET", "HEAD", "POST"])
def merge_label(request: SignedIn, study_id: uuid.UUID, label_id: uuid.UUID) -> HttpResponse:
    """?into=id shows what would happen; posting that with a reason does it."""
    standing = fetch_standing(request.user, study_id, Act.EDIT_CODEBOOK)
    label = fetch_label(standing.study, label_id)
    others = standing.study.labels.filter(archived_at=None).exclude(pk=label.pk)
    is_sent = request.method == "POST"
    form = MergeForm(request.POST if is_sent else None, others=others)
    into = chosen(form, others, request)
    if is_sent and into and form.is_valid():
        try:
            done = merge_labels(
                label=label, into=into, actor=request.user, reason=form.cleaned_data["reason"]
            )
        except MergeRefused:
            pass  # the survey below says why
        else:
            number = latest_version(standing.study).number
            marks = "1 mark" if done.n_marks == 1 else f"{done.n_marks} marks"
            say_done(
                request,
                f"“{label.name}” is merged into “{into.name}”: {marks}. "
                f"This is version {number} of the codebook.",
            )
            return redirect("study:codebook_edit", study_id)
    context = {
        "standing": standing,
        "label": label,
        "others": others,
        "into": into,
        "merging": survey(label, into) if into else None,
        "form": form,
    }
    return render(request, "marking/merge_label.html", context, status=422 if is_sent else 200)


def chosen(form: forms.Form, others: "QuerySet[Label]", request: SignedIn) -> Label | None:
    """The other label, by the address or as it was sent; nonsense counts as not given."""
    field = form.fields["into"]
    try:
        found = field.clean(request.POST.get("into") or request.GET.get("into"))
    except forms.ValidationError:
        return None
    return found if isinstance(found, Label) else None

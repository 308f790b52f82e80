"""Reading the codebook and its versions."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.accounts.asking import me

from ..difference import compare
from ..policy import Act
from ..queries import fetch_standing
from ..queries.codebook import (
    codebook_content,
    count_marks,
    fetch_versions,
    latest_version,
    list_versions,
)


def parts(content: dict[str, Any]) -> dict[str, Any]:
    """Labels in use, labels put away, cards for all labels."""
    labels = content.get("labels", [])
    return {
        "labels": [label for label in labels if not label["archived"]],
        "archived": [label for label in labels if label["archived"]],
        "rules": content.get("rules", []),
    }


@require_safe
def codebook(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.SEE_STUDY)
    context = {
        "standing": standing,
        "version": latest_version(standing.study),
        "latest": True,
        "may_edit": standing.may(Act.EDIT_CODEBOOK),
        **parts(codebook_content(standing.study)),
    }
    return render(request, "study/codebook.html", context)


@require_safe
def versions(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.SEE_STUDY)
    counted = standing.may(Act.EDIT_CODEBOOK)  # unlike annotators and curators they see all counts
    versions = list_versions(standing.study)
    context = {
        "standing": standing,
        "versions": count_marks(versions) if counted else versions,
        "counted": counted,
    }
    return render(request, "study/versions.html", context)


@require_safe
def version(request: HttpRequest, study_id: uuid.UUID, number: int) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.SEE_STUDY)
    shown = fetch_versions(standing.study, number)[0]
    latest = not standing.study.codebook_versions.filter(number__gt=number).exists()
    context = {"standing": standing, "version": shown, "latest": latest, **parts(shown.content)}
    return render(request, "study/codebook.html", context)


@require_safe
def changes(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    """What to learn to follow version ?after= when one knows ?before=; else the last step."""
    standing = fetch_standing(me(request), study_id, Act.SEE_STUDY)
    last = latest_version(standing.study).number
    after = number_or(request.GET.get("after"), last)
    before = number_or(request.GET.get("before"), max(after - 1, 1))
    old, new = fetch_versions(standing.study, before, after)
    context = {
        "standing": standing,
        "old": old,
        "new": new,
        "numbers": range(1, last + 1),
        "differences": compare(old.content, new.content),
    }
    return render(request, "study/changes.html", context)


def number_or(text: str | None, spare: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else spare

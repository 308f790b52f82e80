"""Rows of one study, their counterparts in another, and references that lead across."""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db import models

from annotations.study.models import Study

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def of_studies() -> Iterator[type[models.Model]]:
    for model in apps.get_app_config("annotations").get_models():
        if any(each.name == "study" for each in model._meta.concrete_fields):
            yield model


def counterparts(ours: Study, theirs: Study) -> dict[str, str]:
    """Id of a row of one study -> of a row of the same table in the other."""
    found = {}
    for model in of_studies():
        rows = model._default_manager.order_by("pk")
        other = rows.filter(study=theirs).values_list("pk", flat=True).first()
        for pk in rows.filter(study=ours).values_list("pk", flat=True):
            found[str(pk)] = str(other)
    strangers = {str(row.user_id) for row in theirs.memberships.all()}
    members = {str(row.user_id) for row in ours.memberships.all()}
    for pk in members:
        found[pk] = sorted(strangers - members)[0]
    return {here: there for here, there in found.items() if UUID.fullmatch(here)}


def crossed() -> list[str]:
    """References from rows of one study to rows of another."""
    held = set(of_studies())
    found = []
    for model in held:
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model in held:
                strays = model._default_manager.exclude(**{field.name: None}).exclude(
                    **{f"{field.name}__study": models.F("study")}
                )
                if strays.exists():
                    found.append(f"{model.__name__}.{field.name}")
    return found

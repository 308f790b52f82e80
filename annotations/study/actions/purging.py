"""Deleting for good what has been in the bin long enough. The one act that deletes history."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.apps import apps
from django.core.files.storage import storages
from django.db import connection, models, transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.guards import purging
from annotations.text.refusal import Refusal

from ..models import Study
from ..queries.studies import BIN_KEEPS, PURGED, long_binned
from .audit import record


class NotLongEnough(Refusal):
    """This study is not in the bin, or has not been there long enough."""


def tables_of_a_study() -> Iterator[type[models.Model]]:
    """Every table whose rows belong to a study, of every room."""
    for model in apps.get_app_config("annotations").get_models():
        if any(field.name == "study" for field in model._meta.fields):
            yield model


def rows_of(study: Study) -> dict[str, int]:
    """What would go: the number of rows of each table that has any."""
    counted = {
        str(model._meta.verbose_name_plural): model._base_manager.filter(study=study).count()
        for model in tables_of_a_study()
    }
    return {name: n for name, n in counted.items() if n}


@transaction.atomic
def purge_study(*, study: Study, actor: User, keeps: timedelta = BIN_KEEPS) -> dict[str, int]:
    """Delete all of the study but its name, and who put it into the bin when.

    What stays is one entry of the audit: who purged it, when, and how many rows of what. Links
    between tables are checked when the transaction ends, so the order of the tables is free. On
    PostgreSQL, saves to the tables of history wait until then. Files made of the study go once
    the rows have gone.
    """
    held = Study.objects.select_for_update().get(pk=study.pk)
    if not long_binned(keeps).filter(pk=held.pk).exists():
        raise NotLongEnough
    with purging(connection):
        n_rows = rows_of(held)
        for model in tables_of_a_study():
            _delete_plainly(model, held)
        held.description = ""
        held.save(update_fields=["description"])
        now = timezone.now()
        days = (now - held.deleted_at).days if held.deleted_at else 0
        after = {"rows": n_rows, "days in the bin": days}
        record(study=held, actor=actor, action=PURGED, subject=held, after=after)
    transaction.on_commit(partial(_delete_files, str(held.pk)))
    return n_rows


def _delete_plainly(model: type[models.Model], study: Study) -> None:
    """One DELETE: nothing is collected, no relation is followed."""
    rows = model._base_manager.filter(study=study)
    rows._raw_delete(rows.db)


def _delete_files(folder: str) -> None:
    """Files made of a study lie in a folder that is called by its id (exchange/actions/exports.py);
    also those that an interrupted job left there."""
    store = storages["exports"]
    with suppress(FileNotFoundError):
        for name in store.listdir(folder)[1]:
            store.delete(f"{folder}/{name}")
        store.delete(folder)

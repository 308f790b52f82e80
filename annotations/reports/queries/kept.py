"""Tables that are known already."""

from typing import Any

from annotations.study.models import Study

from ..models import StudyTables


def find_tables(study: Study, key: str) -> dict[str, Any] | None:
    """The tables kept under this key (see `actions.tables.tables_key`)."""
    rows = StudyTables.objects.filter(study=study, input_hash=key)
    return rows.values_list("tables", flat=True).first()

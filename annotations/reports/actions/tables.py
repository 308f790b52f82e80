"""Keep the tables of a selection until something they depend on changes."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotations.study.models import Study

from ..counted import Counted
from ..models import StudyTables
from ..queries import ArticleInput, Groups
from ..selection import Selection
from ..tables import MORE, TABLES_VERSION
from .sums import hash_of

MOST_KEPT = 30  # selections a study


def tables_key(
    inputs: Sequence[ArticleInput],
    selection: Selection,
    labels: Sequence[str],
    groups: Groups,
    seed: int,
    asked: Sequence[tuple[str, str]],
) -> str:
    """SHA-256 of all that the tables depend on: other inputs give another key."""
    told = {
        "version": TABLES_VERSION,
        "seed": seed,
        "inputs": [hash_of(one, selection.level) for one in inputs],
        "counted": list(selection.labels),
        "labels": list(labels),
        "more": list(MORE),
        "asked": [list(one) for one in asked],
        "groups": [
            (kind, [(group, sorted(map(str, found))) for group, found in by_group.items()])
            for kind, by_group in groups.items()
        ],
    }
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def keep_tables(*, study: Study, key: str, tables: dict[str, Any]) -> None:
    """The newest are kept; two who compute the same at the same time keep it once."""
    rows = StudyTables.objects.filter(study=study)
    with transaction.atomic():
        StudyTables.objects.update_or_create(
            study=study,
            input_hash=key,
            defaults={"tables": tables, "computed_at": timezone.now()},
        )
        newest = rows.order_by("-computed_at", "-pk").values_list("pk", flat=True)
        rows.exclude(pk__in=list(newest[:MOST_KEPT])).delete()


def by_version(
    articles: Sequence[str], counted: Sequence[Counted]
) -> list[tuple[str, str, set[str]]]:
    """Groups of articles by the latest codebook version of their spans."""
    found: dict[int, set[str]] = {}
    for article, one in zip(articles, counted, strict=True):
        numbers = [number for used in one["versions"].values() for number in used]
        if numbers:
            found.setdefault(max(numbers), set()).add(article)
    return [("version", str(number), found[number]) for number in sorted(found)]

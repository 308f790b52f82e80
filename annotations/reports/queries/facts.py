"""What has to be known of the spans behind stored sums."""

import uuid
from collections import defaultdict
from collections.abc import Sequence

from annotations.marking.models import Span
from annotations.study.models import Study

from ..selection import Selection
from .groups import read_groups
from .inputs import ArticleInput

Used = dict[str, list[int]]


def read_versions(inputs: Sequence[ArticleInput]) -> list[Used]:
    """An article each: annotator -> codebook versions of their spans, ascending. One query."""
    works = [work for one in inputs for work, _ in one.work.values()]
    rows = Span.objects.marked().filter(assignment__in=works).order_by("codebook_version__number")
    used: dict[uuid.UUID, list[int]] = defaultdict(list)
    for work, number in rows.values_list("assignment_id", "codebook_version__number").distinct():
        used[work].append(number)
    return [
        {str(who): used[work] for who, (work, _) in one.work.items() if work in used}
        for one in inputs
    ]


def articles_of_group(
    study: Study, selection: Selection, inputs: Sequence[ArticleInput], group: str
) -> list[ArticleInput]:
    """Of the articles those in a group such as "month:2026-11"; none for a group there is not."""
    kind, _, name = group.partition(":")
    if kind != "version":
        found = read_groups(study, selection).get(kind, {}).get(name, set())
        return [one for one in inputs if one.article_id in found]
    latest = [
        max((number for numbers in used.values() for number in numbers), default=None)
        for used in read_versions(inputs)
    ]
    return [one for one, number in zip(inputs, latest, strict=True) if str(number) == name]

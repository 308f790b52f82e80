"""What has to be known of the spans behind stored sums."""

import uuid
from collections import defaultdict
from collections.abc import Sequence

from annotations.marking.models import Span

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

"""Soft labels: of those who read an article, how many gave a stretch a label."""

from collections import defaultdict

from ..records import ArticleRecord, SoftLabelRecord


def soft_labels(article: ArticleRecord) -> tuple[SoftLabelRecord, ...]:
    """Stretches on which the number of annotators who gave the label does not change, where it is
    not 0, by label and place. Nested spans of one annotator count once. Linear in the spans, but
    for sorting."""
    n_annotators = len(article.assignments)
    steps: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for work in article.assignments:
        covered: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for span in work.spans:
            if not span.suggested:
                covered[span.label or "extent"] += span.stretch
        for label, stretches in covered.items():
            for start, end in _joined(sorted(stretches)):
                steps[label][start] += 1
                steps[label][end] -= 1
    return tuple(
        SoftLabelRecord(label, start, end, n_marked, n_annotators)
        for label in sorted(steps)
        for start, end, n_marked in _runs(steps[label])
    )


def _joined(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in stretches:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _runs(steps: dict[int, int]) -> list[tuple[int, int, int]]:
    runs: list[tuple[int, int, int]] = []
    begun, n_marked = 0, 0
    for place in sorted(steps):
        if steps[place] == 0:
            continue  # one ends where another begins
        if n_marked:
            runs.append((begun, place, n_marked))
        begun, n_marked = place, n_marked + steps[place]
    return runs

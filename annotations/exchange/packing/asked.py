"""Which answers are free words."""

from collections import defaultdict

from ..records import StudyRecord


class Asked:
    """What the versions of a codebook ask for."""

    def __init__(self, study: StudyRecord) -> None:
        self._kinds: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for book in study.codebooks:
            for label in book.labels:
                for asked in label.attributes:
                    self._kinds[label.slug, asked.name].add(asked.kind)

    def is_free(self, label: str, name: str) -> bool:
        """Whether an answer may be anything: asked for in words, or by no version at all."""
        kinds = self._kinds.get((label, name), ())
        return not kinds or "text" in kinds

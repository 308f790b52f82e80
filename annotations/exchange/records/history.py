"""What was done to marks, in the order in which it was done."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class HistoryRecord:
    """One change of one mark: who, when, before, after, and the answer that was given."""

    op_id: str
    at: str
    by: str
    kind: str  # add, set, del, restore
    on: str  # span, link, entity
    target: str  # UUID
    status: str
    rev: int | None = None
    tab: str = ""
    before: Any = None
    after: Any = None
    asked: Any = None
    result: Any = None


@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """A submission is a snapshot of the marks at revision `rev`."""

    number: int
    rev: int
    at: str
    content: Any
    content_sha256: str
    id: str = ""

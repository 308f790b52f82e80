"""Neutral records: a study, its people, articles and marks as values that know no database.

Every format is read into these and written from them, so two formats never meet. Offsets are
code points into the article's stored text, 0-based, end exclusive. People, labels and rounds are
called by their names ("bob", "attribution", "Pilot"), marks by ids within one annotator's work
("A1", "X2"). Times are ISO 8601 in UTC ("2026-11-22T15:37:19.123456Z"); "" is no time.

What only a whole study keeps (keys of rows, times, removed marks, history) hangs on `trace`
fields, which are None everywhere else.
"""

from .articles import (
    ArticleRecord,
    AssignmentRecord,
    AssignmentTrace,
    Corpus,
    RegionRecord,
)
from .codebook import (
    AttributeRecord,
    ChoiceRecord,
    CodebookRecord,
    LabelRecord,
    RuleRecord,
)
from .gold import (
    GoldRecord,
    MessageRecord,
    ProvenanceRecord,
    ThreadRecord,
)
from .history import HistoryRecord, SubmissionRecord
from .marks import (
    Answer,
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    LinkTrace,
    MarksRecord,
    MarksRefused,
    SpanRecord,
    SpanTrace,
)
from .study import MembershipRecord, PersonRecord, RoundRecord, StudyRecord

__all__ = [
    "Answer",
    "ArticleRecord",
    "AssignmentRecord",
    "AssignmentTrace",
    "AttributeRecord",
    "ChoiceRecord",
    "CodebookRecord",
    "Corpus",
    "EntityRecord",
    "FragmentRecord",
    "GoldRecord",
    "HistoryRecord",
    "LabelRecord",
    "LinkRecord",
    "LinkTrace",
    "MarksRecord",
    "MarksRefused",
    "MembershipRecord",
    "MessageRecord",
    "PersonRecord",
    "ProvenanceRecord",
    "RegionRecord",
    "RoundRecord",
    "RuleRecord",
    "SpanRecord",
    "SpanTrace",
    "StudyRecord",
    "SubmissionRecord",
    "ThreadRecord",
]

"""Neutral records: a study, its people, articles and marks as values that know no database.

Every format is read into these and written from them, so two formats never meet. Offsets are
code points into the article's stored text, 0-based, end exclusive. People, labels and rounds are
called by their names ("bob", "attribution", "Pilot"), marks by ids within one annotator's work
("A1", "X2"). Times are ISO 8601 in UTC ("2026-11-22T15:37:19.123456Z"); "" is no time.

What was done to marks and when is not here: only a whole study's file keeps it, as rows.
"""

from .articles import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    RegionRecord,
    Row,
    SoftLabelRecord,
    StudyRows,
    Tables,
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
    LinkProvenanceRecord,
    LinkVoteRecord,
    MessageRecord,
    ProvenanceRecord,
    RulingRecord,
    ThreadRecord,
    VoteRecord,
)
from .marks import (
    Answer,
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    MarksRecord,
    MarksRefused,
    SpanRecord,
)
from .study import MembershipRecord, PersonRecord, RoundRecord, StudyRecord

__all__ = [
    "Answer",
    "ArticleRecord",
    "AssignmentRecord",
    "AttributeRecord",
    "ChoiceRecord",
    "CodebookRecord",
    "Corpus",
    "EntityRecord",
    "FragmentRecord",
    "GoldRecord",
    "LabelRecord",
    "LinkProvenanceRecord",
    "LinkRecord",
    "LinkVoteRecord",
    "MarksRecord",
    "MarksRefused",
    "MembershipRecord",
    "MessageRecord",
    "PersonRecord",
    "ProvenanceRecord",
    "RegionRecord",
    "RoundRecord",
    "Row",
    "RuleRecord",
    "RulingRecord",
    "SoftLabelRecord",
    "SpanRecord",
    "StudyRecord",
    "StudyRows",
    "Tables",
    "ThreadRecord",
    "VoteRecord",
]

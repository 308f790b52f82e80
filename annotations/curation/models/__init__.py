"""From disagreement to gold: cases, decisions, gold spans, history, and the talk about them."""

from .adjudication import Adjudication, AdjudicationState, Alias, GoldVersion
from .calibration import Calibration, Revision
from .cases import Case, CaseKind, CaseState, Choice, Reason
from .counts import ArticleCases, RecountDue, StudyCases
from .discussion import Comment, CommentVersion, Meeting, MeetingSeat, Mention, Thread
from .gold import GoldLink, GoldSpan
from .history import Ruling, RulingKind, RulingStatus
from .merging import BoundaryRule, Merge, MergeRules, MergeState

__all__ = [
    "Adjudication",
    "AdjudicationState",
    "Alias",
    "ArticleCases",
    "BoundaryRule",
    "Calibration",
    "Case",
    "CaseKind",
    "CaseState",
    "Choice",
    "Comment",
    "CommentVersion",
    "GoldLink",
    "GoldSpan",
    "GoldVersion",
    "Meeting",
    "MeetingSeat",
    "Mention",
    "Merge",
    "MergeRules",
    "MergeState",
    "Reason",
    "RecountDue",
    "Revision",
    "Ruling",
    "RulingKind",
    "RulingStatus",
    "StudyCases",
    "Thread",
]

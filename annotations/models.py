"""The tables of all rooms, where Django looks for them."""

from annotations.accounts.models import Session, User
from annotations.assignment.models import Assignment, Submission, WorkTime
from annotations.corpus.models import Article, Import, Outlet, Region, SourceFile
from annotations.marking.models import AttributeValue, Entity, Fragment, Link, Operation, Span
from annotations.reports.models import ArticleGamma, ArticleSums, Report
from annotations.study.models import (
    Attribute,
    AuditEntry,
    CodebookVersion,
    Invitation,
    Label,
    Membership,
    Round,
    Rule,
    Study,
)

__all__ = [
    "Article",
    "ArticleGamma",
    "ArticleSums",
    "Assignment",
    "Attribute",
    "AttributeValue",
    "AuditEntry",
    "CodebookVersion",
    "Entity",
    "Fragment",
    "Import",
    "Invitation",
    "Label",
    "Link",
    "Membership",
    "Operation",
    "Outlet",
    "Region",
    "Report",
    "Round",
    "Rule",
    "Session",
    "SourceFile",
    "Span",
    "Study",
    "Submission",
    "User",
    "WorkTime",
]

"""A study: its people, its codebook, its rounds and the record of who did what."""

from .codebook import Attribute, AttributeKind, CodebookVersion, Label, Rule, SpanExtent
from .people import Invitation, Membership, Role
from .study import AuditEntry, Round, RoundPurpose, Study

__all__ = [
    "Attribute",
    "AttributeKind",
    "AuditEntry",
    "CodebookVersion",
    "Invitation",
    "Label",
    "Membership",
    "Role",
    "Round",
    "RoundPurpose",
    "Rule",
    "SpanExtent",
    "Study",
]

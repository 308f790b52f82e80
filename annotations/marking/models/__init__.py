"""An annotator's marks on an article, and their history."""

from .history import Operation, OperationKind, OperationStatus, OperationTarget
from .marks import (
    AttributeValue,
    Entity,
    Flag,
    Fragment,
    Link,
    Origin,
    Span,
    SpanKind,
    SpanState,
)

__all__ = [
    "AttributeValue",
    "Entity",
    "Flag",
    "Fragment",
    "Link",
    "Operation",
    "OperationKind",
    "OperationStatus",
    "OperationTarget",
    "Origin",
    "Span",
    "SpanKind",
    "SpanState",
]

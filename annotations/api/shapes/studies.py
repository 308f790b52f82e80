"""Oneself and one's studies."""

from typing import Literal

from .base import Day, Id, Moment, Shape

RoleName = Literal["annotator", "curator", "manager"]
ScopeName = Literal["read", "mark", "suggest", "curate", "manage"]
Purpose = Literal["pilot", "training", "reliability", "main"]


class TokenShape(Shape):
    name: str
    scopes: list[ScopeName]
    expires_at: Moment


class MeShape(Shape):
    """Whose token this is, and what it may do."""

    id: Id
    username: str
    display_name: str
    token: TokenShape


class StudyLine(Shape):
    id: Id
    name: str
    description: str
    roles: list[RoleName]
    created_at: Moment


class RoundShape(Shape):
    """`comparison_opened_at`: when annotators were let see each other's submitted marks."""

    id: Id
    name: str
    purpose: Purpose
    starts_on: Day | None
    ends_on: Day | None
    comparison_opened_at: Moment | None
    closed_at: Moment | None


class StudyShape(StudyLine):
    hide_source: bool
    blind_curation: bool
    second_factor: bool
    suggestions_allowed: bool
    codebook_version: int
    rounds: list[RoundShape]

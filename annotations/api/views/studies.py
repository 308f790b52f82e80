"""Oneself, and the studies one takes part in."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from annotations.accounts.models import Scope
from annotations.study.models import Membership, Role, Round, Study
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing
from annotations.study.queries.codebook import latest_version
from annotations.study.queries.studies import studies_seen_by

from ..calls import Answer, Call, route
from ..paging import answer_page
from ..shapes.pages import Page, Paged
from ..shapes.studies import MeShape, StudyLine, StudyShape

ABOUT = "Studies"


@route("GET", "/me", scope=Scope.READ, about=ABOUT, answer=MeShape)
def me(call: Call[None, None]) -> Answer:
    """Whose token this is, and what it may do."""
    token, user = call.token, call.user
    told = {
        "id": user.pk,
        "username": user.username,
        "display_name": str(user),
        "token": {
            "name": token.name,
            "scopes": token.scopes,
            "expires_at": token.expires_at,
        },
    }
    return Answer(told)


@route("GET", "/studies", scope=Scope.READ, about=ABOUT, query=Paged, answer=Page[StudyLine])
def list_studies(call: Call[Paged, None]) -> Answer:
    """The studies that you take part in, by name."""

    def tell(studies: Sequence[Study]) -> list[dict[str, Any]]:
        held = roles_in(call, studies)
        return [study_line(study, held[study.pk]) for study in studies]

    return answer_page(call, studies_seen_by(call.user), tell, by=("name", "id"))


def roles_in(call: Call[Any, Any], studies: Iterable[Study]) -> dict[uuid.UUID, set[str]]:
    rows = Membership.objects.current().filter(user=call.user, study__in=list(studies))
    held: dict[uuid.UUID, set[str]] = defaultdict(set)
    for study_id, role in rows.values_list("study_id", "role"):
        held[study_id].add(role)
    return held


def study_line(study: Study, roles: Iterable[str]) -> dict[str, Any]:
    held = set(roles)
    return {
        "id": study.pk,
        "name": study.name,
        "description": study.description,
        "roles": [role.value for role in Role if role in held],
        "created_at": study.created_at,
    }


@route(
    "GET",
    "/studies/{study_id}",
    scope=Scope.READ,
    about=ABOUT,
    answer=StudyShape,
    refuses=(403, 404),
)
def show_study(call: Call[None, None]) -> Answer:
    """A study with its settings and rounds."""
    standing = fetch_standing(call.user, call.study_id, Act.SEE_STUDY)
    study = standing.study
    told = {
        **study_line(study, standing.roles),
        "hide_source": study.hide_source,
        "blind_curation": study.blind_curation,
        "second_factor": study.second_factor,
        "suggestions_allowed": study.suggestions_allowed,
        "codebook_version": latest_version(study).number,
        "rounds": [round_json(each) for each in study.rounds.all()],
    }
    return Answer(told)


def round_json(row: Round) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "purpose": row.purpose,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "comparison_opened_at": row.comparison_opened_at,
        "closed_at": row.closed_at,
    }

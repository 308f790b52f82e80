"""The codebook as it is, and as it was."""

from collections.abc import Sequence
from typing import Any

from annotations.accounts.models import Scope
from annotations.study.models import CodebookVersion
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing
from annotations.study.queries.codebook import (
    codebook_content,
    fetch_versions,
    latest_version,
    list_versions,
)

from ..calls import Answer, Call, route
from ..paging import answer_page
from ..shapes.articles import CodebookShape, VersionLine
from ..shapes.pages import Page, Paged

ABOUT = "Codebook"


@route(
    "GET",
    "/studies/{study_id}/codebook",
    scope=Scope.READ,
    about=ABOUT,
    answer=CodebookShape,
)
def show_codebook(call: Call[None, None]) -> Answer:
    """The codebook as it is now."""
    study = fetch_standing(call.user, call.study_id, Act.SEE_STUDY).study
    return Answer({"version": latest_version(study).number, **codebook_content(study)})


@route(
    "GET",
    "/studies/{study_id}/codebook/versions",
    scope=Scope.READ,
    about=ABOUT,
    query=Paged,
    answer=Page[VersionLine],
)
def list_codebook_versions(call: Call[Paged, None]) -> Answer:
    """Every version there was, the newest first."""
    study = fetch_standing(call.user, call.study_id, Act.SEE_STUDY).study

    def tell(versions: Sequence[CodebookVersion]) -> list[dict[str, Any]]:
        return [version_line(each) for each in versions]

    return answer_page(call, list_versions(study), tell, by=("-number",))


def version_line(version: CodebookVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "reason": version.reason,
        "created_at": version.created_at,
        "created_by": str(version.created_by),
    }


@route(
    "GET",
    "/studies/{study_id}/codebook/versions/{number}",
    scope=Scope.READ,
    about=ABOUT,
    answer=CodebookShape,
)
def show_codebook_version(call: Call[None, None]) -> Answer:
    """The codebook as a version had it."""
    study = fetch_standing(call.user, call.study_id, Act.SEE_STUDY).study
    (version,) = fetch_versions(study, call.ids["number"])
    content = {"labels": [], "rules": [], **version.content}
    return Answer({"version": version.number, **content})

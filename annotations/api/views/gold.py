"""The decided spans with their provenance: for curators and managers."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from annotations.accounts.models import Scope
from annotations.curation.models import Adjudication, Alias
from annotations.curation.queries import GoldArticle, fetch_docket, is_blind, read_gold
from annotations.curation.queries.docket import NO_ALIAS
from annotations.curation.queries.queue import own_open_articles
from annotations.study.models import Study
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing

from ..calls import Answer, Call, route
from ..paging import answer_page
from ..shapes.curation import GoldAsked, GoldCaseShape, GoldShape
from ..shapes.pages import Page

ABOUT = "Gold"
Names = Mapping[str, str]  # annotator's id -> alias


@route(
    "GET",
    "/studies/{study_id}/gold",
    scope=Scope.READ,
    about=ABOUT,
    query=GoldAsked,
    answer=Page[GoldShape],
)
def list_gold(call: Call[GoldAsked, None]) -> Answer:
    """The gold of every article that somebody has begun to decide; without those on which your
    own work is open."""
    study = fetch_standing(call.user, call.study_id, Act.WRITE_GOLD).study
    hidden = own_open_articles(study, call.user.pk)
    rows = Adjudication.objects.filter(study=study, article__deleted_at=None)

    def tell(adjudications: Sequence[Adjudication]) -> list[dict[str, Any]]:
        return tell_gold(study, adjudications)

    return answer_page(call, rows.exclude(article__in=hidden), tell, by=("id",))


@route(
    "GET",
    "/studies/{study_id}/articles/{article_id}/gold",
    scope=Scope.READ,
    about=ABOUT,
    answer=GoldShape,
)
def show_gold(call: Call[None, None]) -> Answer:
    """An article's gold as it stands."""
    docket = fetch_docket(call.user, call.study_id, call.id("article_id"))
    if docket.adjudication is not None:
        (told,) = tell_gold(docket.study, [docket.adjudication])
    else:
        none = GoldArticle(docket.article.pk, "open", 0, 0, ())
        told = gold_json(none, None)
    return Answer(told)


def tell_gold(study: Study, adjudications: Sequence[Adjudication]) -> list[dict[str, Any]]:
    """Three queries, and a fourth where names are kept from curators."""
    if not adjudications:
        return []
    aliases = aliases_in([one for one in adjudications if is_blind(study, one)])
    found = {one.article_id: one for one in read_gold(study, [a.article_id for a in adjudications])}
    return [gold_json(found[one.article_id], aliases.get(one.pk)) for one in adjudications]


def aliases_in(blind: Sequence[Adjudication]) -> dict[uuid.UUID, dict[str, str]]:
    names: dict[uuid.UUID, dict[str, str]] = {one.pk: {} for one in blind}
    if blind:
        rows = Alias.objects.filter(adjudication__in=blind)
        for pk, who, number in rows.values_list("adjudication_id", "annotator_id", "number"):
            names[pk][str(who)] = f"Annotator {number}"
    return names


def gold_json(gold: GoldArticle, aliases: Names | None) -> dict[str, Any]:
    return {
        "article": gold.article_id,
        "state": gold.state,
        "rev": gold.rev,
        "n_versions": gold.n_versions,
        "cases": [case_json(case, aliases) for case in gold.cases],
    }


def case_json(case: Mapping[str, Any], aliases: Names | None) -> dict[str, Any]:
    """`aliases`: None where annotators go by their ids."""
    told = {name: case[name] for name in GoldCaseShape.model_fields}
    told["votes"] = [vote_json(vote, aliases) for vote in case["votes"]]
    if aliases is not None:
        told["votes"].sort(key=lambda vote: str(vote["annotator"]))
    return told


def vote_json(vote: Mapping[str, Any], aliases: Names | None) -> dict[str, Any]:
    """Without the ids of spans and assignments, which would tell whose they are."""
    who = vote["annotator"]
    return {
        "annotator": who if aliases is None else aliases.get(who, NO_ALIAS),
        "label": vote.get("label"),
        "fragments": vote.get("fragments", []),
        "attributes": vote.get("attributes", {}),
        "nothing": not (vote.get("span") or vote.get("link")),
        "at": vote.get("at") or None,
        "codebook": vote.get("codebook"),
    }

"""What everybody marked alike, and what the study's rules say of it."""

import uuid
from collections.abc import Mapping, Sequence

from django.db.models import Exists, OuterRef, QuerySet

from annotations.study.models import Study

from ..linking import labels_problem
from ..models import Case, Choice, MergeRules, Ruling, RulingKind
from ..seen import SeenCase, is_free, is_unanimous
from ..telling import label_ids
from .docket import Docket

FIRST_RULES = {"unanimous": True, "at_least": None, "boundary": "", "least_votes": 2}
LAST_BY_RULE = Ruling.objects.filter(
    adjudication=OuterRef("adjudication"),
    case_id=OuterRef("pk"),
    op_id=OuterRef("op_id"),
    kind=RulingKind.MERGE,
)


def latest_rules(study: Study) -> MergeRules | None:
    return MergeRules.objects.filter(study=study).order_by("-number").first()


def ruled_last(rows: QuerySet[Case]) -> set[uuid.UUID]:
    """Those that a rule touched last. One query."""
    return set(rows.filter(Exists(LAST_BY_RULE)).order_by().values_list("pk", flat=True))


def unanimous_left(docket: Docket, cases: Sequence[SeenCase]) -> list[SeenCase]:
    """Cases that everybody marked alike and that a rule may decide: open ones, and those that were
    settled so on fewer votes. Not what somebody flagged or wrote a note on, nor a span that is gold
    in another case; links only where both ends stand, or are about to, and a link may join them.
    None, where the study's rules leave them to a curator. At most two queries."""
    fit = [one for one in cases if is_unanimous(one) and _is_due(one)]
    if not fit or docket.adjudication is None:
        return []
    rules = latest_rules(docket.study) or MergeRules(**FIRST_RULES)
    if not rules.unanimous or fit[0].n_annotators < rules.least_votes:
        return []
    touched = [one.id for one in fit if one.ver]
    ruled = ruled_last(Case.objects.filter(pk__in=touched)) if touched else set()
    free = [one for one in fit if is_free(one, ruled)]
    ids = label_ids(docket.codebook)
    spans = [one for one in free if one.on == "span" and not _is_twin(one, cases, ids)]
    labels = {one.id: one.gold.label_id for one in cases if one.gold}
    labels |= {one.id: ids.get(one.labels[0]) for one in spans}
    links = [one for one in free if one.on == "link" and _may_stand(docket, one, labels)]
    return [*spans, *links]


def _is_due(case: SeenCase) -> bool:
    if case.moot or case.flagged:
        return False
    return case.is_open or (case.choice == Choice.RULE and case.votes_changed)


def _is_twin(
    case: SeenCase, cases: Sequence[SeenCase], ids: Mapping[str, uuid.UUID | None]
) -> bool:
    unit = case.variants[0].unit
    look = (ids.get(unit.label), unit.fragments) if unit else None
    others = (one.gold for one in cases if one.gold and one.id != case.id)
    return any((gold.label_id, gold.fragments) == look for gold in others)


def _may_stand(
    docket: Docket, link: SeenCase, labels: Mapping[uuid.UUID, uuid.UUID | None]
) -> bool:
    ends = [labels[end.id] for end in link.ends if end.id in labels]
    return len(ends) == 2 and not labels_problem(docket.codebook, *ends)

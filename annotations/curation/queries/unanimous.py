"""What everybody marked alike, and what the study's rules say of it."""

from collections.abc import Sequence

from annotations.study.models import Study

from ..models import Choice, MergeRules
from ..seen import SeenCase, is_unanimous
from .docket import Docket

FIRST_RULES = {"unanimous": True, "at_least": None, "boundary": "", "least_votes": 2}


def latest_rules(study: Study) -> MergeRules | None:
    return MergeRules.objects.filter(study=study).order_by("-number").first()


def unanimous_left(docket: Docket, cases: Sequence[SeenCase]) -> list[SeenCase]:
    """Cases that everybody marked alike and that no person has touched: open ones, and those that
    were settled so on fewer votes. Links only with both ends. None, where the study's rules leave
    them to a curator. At most one query."""
    fit = [one for one in cases if is_unanimous(one) and _is_untouched(one)]
    if not fit or docket.adjudication is None:
        return []
    rules = latest_rules(docket.study) or MergeRules(**FIRST_RULES)
    if not rules.unanimous or fit[0].n_annotators < rules.least_votes:
        return []
    ids = {one.id for one in fit}
    return [one for one in fit if all(end.gold or end.id in ids for end in one.ends)]


def _is_untouched(case: SeenCase) -> bool:
    row = case.row
    if row is None or row.ver == 0:
        return case.is_open
    said = row.curator_id or row.reason or row.note
    return row.choice == Choice.RULE and not said and case.votes_changed

"""Which links can stand in the gold, by the same rule as annotators' own."""

from collections.abc import Sequence

from annotations.marking.checking import Invalid
from annotations.marking.codebook import Codebook
from annotations.marking.desk import check_ends

from .queries.docket import Docket
from .seen import SeenCase


def link_problem(codebook: Codebook, case: SeenCase) -> str:
    """Why no link can stand here as its ends are decided now, in a sentence; "" for none."""
    ends = [end.gold for end in (case.source, case.target) if end]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return "Decide both ends of this link first."
    try:
        check_ends(codebook, ends[0].label_id, ends[1].label_id)
    except Invalid as refusal:
        return str(refusal)
    return ""


def fit_to_link(docket: Docket, cases: Sequence[SeenCase], source: SeenCase) -> list[SeenCase]:
    """The gold spans that a link may lead to from this one, nearest first."""
    joined = {case.target.id for case in cases if case.source is source and case.target}
    found = []
    for case in cases:
        if case.gold and source.gold and case.id != source.id and case.id not in joined:
            try:
                check_ends(docket.codebook, source.gold.label_id, case.gold.label_id)
            except Invalid:
                continue
            found.append(case)
    return sorted(found, key=lambda case: abs(case.start - source.start))

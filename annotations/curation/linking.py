"""Which links can stand in the gold, by the same rule as annotators' own."""

import uuid
from collections.abc import Iterable, Sequence

from annotations.marking.checking import Invalid
from annotations.marking.codebook import Codebook
from annotations.marking.desk import check_ends

from .queries.docket import Docket
from .seen import SeenCase

ENDS_FIRST = "An end of this link is open or left undecided: decide that first."


def link_problem(codebook: Codebook, case: SeenCase) -> str:
    """Why no link can stand here as its ends are decided now, in a sentence; "" for none."""
    ends = [end.gold for end in (case.source, case.target) if end]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return ENDS_FIRST
    return labels_problem(codebook, ends[0].label_id, ends[1].label_id)


def broken_links(codebook: Codebook, cases: Iterable[SeenCase]) -> list[SeenCase]:
    """Gold links that cannot stand any more, since an end or the codebook has changed."""
    links = (case for case in cases if case.on == "link" and case.has_link)
    return [case for case in links if link_problem(codebook, case)]


def labels_problem(codebook: Codebook, source: uuid.UUID | None, target: uuid.UUID | None) -> str:
    """Why no link can lead from a mark of one label to one of the other (None: extent)."""
    try:
        check_ends(codebook, source, target)
    except Invalid as refusal:
        return str(refusal)
    return ""


def fit_to_link(docket: Docket, cases: Sequence[SeenCase], source: SeenCase) -> list[SeenCase]:
    """The gold spans that a link may lead to from this one, nearest first."""
    joined = {case.target.id for case in cases if case.source is source and case.target}
    found = []
    for case in cases:
        if case.gold is None or source.gold is None or case.id in {source.id, *joined}:
            continue
        if not labels_problem(docket.codebook, source.gold.label_id, case.gold.label_id):
            found.append(case)
    return sorted(found, key=lambda case: abs(case.start - source.start))

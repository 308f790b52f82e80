"""What annotators may see of each other: conditions for assignments."""

from django.db.models import Exists, OuterRef, Q

from ..models import Assignment, AssignmentState

ROUND_OPENED = Q(round__comparison_opened_at__isnull=False)

# Open for comparison. Two annotators compare their work only where this holds for both of them,
# whose rounds may differ.
OPENED = ROUND_OPENED & Q(state=AssignmentState.SUBMITTED)


def nobody_closed() -> Q:
    """Nobody who ever submitted the article belongs to a round that is still closed: what was made
    of all marks on it, as talk and gold are, would tell theirs."""
    still_closed = Assignment.objects.filter(
        article=OuterRef("article"), submitted_at__isnull=False, round__comparison_opened_at=None
    )
    return ~Q(Exists(still_closed))

"""What a report has to say beside its figures."""

from annotations.marking.models import Span
from annotations.study.models import Study

from ..selection import Selection
from .inputs import submitted_work


def read_codebook_versions(study: Study, selection: Selection) -> list[int]:
    """The versions under which the counted spans were made, ascending."""
    rows = Span.objects.marked().filter(assignment__in=submitted_work(study, selection))
    numbers = rows.order_by().values_list("codebook_version__number", flat=True).distinct()
    return sorted(numbers)

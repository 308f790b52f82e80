"""What a report has to say beside its figures: labels, codebook versions, names."""

from annotations.marking.models import Span
from annotations.study.models import Label, Study

from ..selection import Selection
from .continua import EXTENT
from .inputs import submitted_work


def read_labels(study: Study) -> list[str]:
    """Slugs in the codebook's order, archived ones that were used last, then the extents."""
    rows = Label.objects.filter(study=study).order_by("position", "name", "id")
    labels = list(rows.values_list("slug", "archived_at"))
    used = set(
        Span.objects.marked()
        .filter(study=study, label__archived_at__isnull=False)
        .values_list("label__slug", flat=True)
        .distinct()
    )
    current = [slug for slug, archived_at in labels if archived_at is None]
    old = [slug for slug, archived_at in labels if archived_at is not None and slug in used]
    return [*current, *old, EXTENT]


def read_codebook_versions(study: Study, selection: Selection) -> list[int]:
    """The versions under which the counted spans were made, ascending."""
    rows = Span.objects.marked().filter(assignment__in=submitted_work(study, selection))
    numbers = rows.order_by().values_list("codebook_version__number", flat=True).distinct()
    return sorted(numbers)

"""What to call annotators, articles, labels and attributes in tables."""

from collections.abc import Iterable, Sequence

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.marking.models import Span
from annotations.study.models import Attribute, Label, Study

from ..layout import Names
from ..selection import EXTENT


def read_names(study: Study) -> Names:
    """All but the titles of articles. Four queries."""
    labels = list(Label.objects.filter(study=study).order_by("position", "name", "id"))
    attributes = Attribute.objects.filter(study=study).order_by()
    return Names(
        annotators=_annotators(study),
        labels=_labels(study, labels),
        slots={label.slug: label.slot for label in labels},
        attributes={
            (slug, name): title
            for slug, name, title in attributes.values_list("label__slug", "name", "title")
        },
    )


def _annotators(study: Study) -> dict[str, str]:
    """Everybody who ever had an assignment here, those who left included."""
    rows = User.objects.filter(assignments__study=study).distinct()
    return {str(user.pk): str(user) for user in rows.order_by("display_name", "username")}


def _labels(study: Study, labels: Sequence[Label]) -> dict[str, str]:
    """Slug -> name in the codebook's order, archived ones that were used last, then extents."""
    archived = {label.slug for label in labels if label.archived_at}
    spans = Span.objects.marked().filter(study=study, label__slug__in=archived)
    used = set(spans.order_by().values_list("label__slug", flat=True).distinct())
    current = {label.slug: label.name for label in labels if label.archived_at is None}
    old = {label.slug: f"{label.name} (archived)" for label in labels if label.slug in used}
    return {**current, **old, EXTENT: "Extent"}


def read_titles(study: Study, articles: Iterable[str] | None = None) -> dict[str, str]:
    rows = Article.objects.filter(study=study).order_by()
    if articles is not None:
        rows = rows.filter(pk__in=list(articles))
    return {str(pk): title for pk, title in rows.values_list("pk", "title")}

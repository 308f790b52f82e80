"""Copies of a study that were taken out."""

from django.template import Library

from annotations.exchange.formats import formats
from annotations.exchange.models import Export, ExportState
from annotations.study.models import Study

register = Library()


@register.simple_tag
def last_copy(study: Study) -> Export | None:
    """The newest file that holds the whole study."""
    whole = [form.name for form in formats().values() if form.is_whole]
    done = Export.objects.filter(study=study, state=ExportState.DONE, file_format__in=whole)
    return done.order_by("-created_at").first()

"""What the marking room says on pages of rooms below it."""

from django.template import Library

from annotations.marking import queries
from annotations.study.models import CodebookVersion
from annotations.study.policy import Standing

register = Library()


@register.simple_tag
def codebook_news(standing: Standing) -> CodebookVersion | None:
    """The codebook's newest version, if it was made after the person last marked."""
    return queries.codebook_news(standing.user, standing.study.pk)

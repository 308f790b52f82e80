"""What the assignment room says on pages of rooms below it."""

from django.template import Library

from annotations.accounts.models import User
from annotations.assignment.queries.counts import count_own
from annotations.study.models import Study

register = Library()


@register.simple_tag
def unfinished_work(study: Study, person: User) -> int:
    """How many articles of the person are not submitted."""
    return count_own(study, person.pk).left

"""What people are called on pages that curators see, too."""

from django.template import Library

from annotations.accounts.models import User
from annotations.study.policy import Standing

register = Library()


@register.filter
def called(annotator: User, standing: Standing) -> str:
    return standing.called(annotator)

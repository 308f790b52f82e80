"""What the curation room says on pages of rooms below it."""

from collections.abc import Iterable
from typing import Any

from django.template import Library

from annotations.assignment.queries.own import Part
from annotations.curation.merging import rules_in_words
from annotations.curation.models import GoldSpan, Meeting, MergeRules
from annotations.curation.queries.meetings import meetings_ahead
from annotations.curation.queries.mine import released_articles
from annotations.study.models import Label, Study
from annotations.study.policy import Standing

register = Library()


@register.simple_tag
def merge_rules_in_words(study: Study) -> list[str]:
    """The rule set that holds now, a sentence a rule; nothing when none was ever made."""
    rules = MergeRules.objects.filter(study=study).order_by("-number").first()
    return rules_in_words(rules) if rules else []


@register.simple_tag
def gold_under(label: Label) -> int:
    """How many gold spans stand under a label."""
    return GoldSpan.objects.live().filter(study=label.study_id, label=label).count()


@register.simple_tag
def meetings_of(standing: Standing) -> list[Meeting]:
    """What is planned in a study, as far as the person may read it."""
    return meetings_ahead([standing])


@register.simple_tag
def meetings_in(parts: Iterable[Part], user: Any) -> list[Meeting]:
    """The same for all studies of a person. Who only marks may read none before a comparison."""
    may_read = [part for part in parts if part.everybody is not None or part.n_comparable]
    return meetings_ahead(Standing(user, part.study, frozenset(part.roles)) for part in may_read)


@register.simple_tag
def gold_to_read(standing: Standing) -> bool:
    """Whether the person can read what gold made of some of their own marks."""
    return bool(released_articles(standing.study, standing.user))

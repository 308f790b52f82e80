"""What the curation room says on pages of rooms below it."""

from django.template import Library

from annotations.curation.models import BoundaryRule, MergeRules
from annotations.curation.queries.mine import released_articles
from annotations.study.models import Study
from annotations.study.policy import Standing

register = Library()
BOUNDARIES = {
    BoundaryRule.WORDS: "the words that most of them took",
    BoundaryRule.UNION: "all that any of them took",
    BoundaryRule.INTERSECTION: "what all of them took",
    BoundaryRule.EXTENT: "the codebook’s default extent",
}


@register.simple_tag
def merge_rules_in_words(study: Study) -> list[str]:
    """The rule set that holds now, a sentence a rule; nothing when none was ever made."""
    rules = MergeRules.objects.filter(study=study).order_by("-number").first()
    if rules is None:
        return []
    told = [f"Articles with fewer than {rules.least_votes} annotators are left alone."]
    if rules.unanimous:
        told.append("What everybody marked alike is taken.")
    if rules.at_least:
        told.append(f"What at least {rules.at_least} of them marked exactly alike is taken.")
    if rules.boundary:
        taken = BOUNDARIES[BoundaryRule(rules.boundary)]
        told.append(f"One label with differing boundaries: {taken}.")
    return told


@register.simple_tag
def gold_to_read(standing: Standing) -> bool:
    """Whether the person can read what gold made of some of their own marks."""
    return bool(released_articles(standing.study, standing.user))

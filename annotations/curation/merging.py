"""Which rule of a rule set merges a case without a hand, and into what. Pure.

Rules are tried in this order; the first that fits makes the gold span, which says so:
unanimous     everybody has the same span with the same answers.
at_least      at least k of the article's annotators have exactly the same span (the same label on
              the same stretch), and outnumber all who have another reading here; who has nothing
              here does not count. Each answer is that of most of them, none may tie.
boundary      all who marked it gave one label, but differ in boundaries; at least k of them (all
              of the article's annotators, when no k is set) marked it. The rule makes the extent.
For links: unanimous when everybody drew it with the same cue words; at_least when k drew it, by
whatever cue words, and these are more than half of all: it gets the commonest cue words, unless
two tie.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .finding import Variant
from .models import BoundaryRule, MergeRules
from .resolving import (
    Grain,
    Offer,
    Reading,
    common_answers,
    default_extent,
    intersection,
    most_words,
    union,
    units_of,
)

BOUNDARIES = {rule.value: rule.label[0].lower() + rule.label[1:] for rule in BoundaryRule if rule}
RULES = {
    "unanimous": "unanimous",
    "at_least": "at least so many agree exactly",
    **BOUNDARIES,
}
EXTENTS: dict[str, Callable[[Sequence[Variant], Grain], Offer]] = {
    BoundaryRule.WORDS: most_words,
    BoundaryRule.UNION: union,
    BoundaryRule.INTERSECTION: intersection,
    BoundaryRule.EXTENT: default_extent,
}


@dataclass(frozen=True, slots=True)
class Merged:
    """What a rule makes of a case."""

    rule: str
    reading: Reading


def merge_case(
    variants: Sequence[Variant], n_annotators: int, rules: MergeRules, grain: Grain
) -> Merged | None:
    """What the rule set makes of a span's case; None leaves it to a curator."""
    if not variants or n_annotators < rules.least_votes:
        return None
    first = variants[0].unit
    if first is None:
        return None
    if rules.unanimous and variants[0].n_votes == n_annotators:
        answers = {name: str(answer) for name, answer in variants[0].answers}
        return Merged("unanimous", Reading(first.label, first.fragments, answers))
    if rules.at_least and (agreed := _agreed(variants, rules.at_least)):
        return Merged("at_least", agreed)
    if rules.boundary:
        return _bounded(variants, n_annotators, rules, grain)
    return None


def _agreed(variants: Sequence[Variant], at_least: int) -> Reading | None:
    votes = units_of(variants)
    for unit in dict.fromkeys(unit for unit, _ in votes):
        same = [(each, n) for each, n in votes if each == unit]
        others = [n for each, n in votes if each != unit]
        n_same = sum(n for _, n in same)
        if n_same >= at_least and n_same > sum(others):
            answers = common_answers(same)
            return None if answers is None else Reading(unit.label, unit.fragments, answers)
    return None


def _bounded(
    variants: Sequence[Variant], n_annotators: int, rules: MergeRules, grain: Grain
) -> Merged | None:
    votes = units_of(variants)
    one_label = len({unit.label for unit, _ in votes}) == 1
    differ = len({unit.fragments for unit, _ in votes}) > 1
    enough = sum(n for _, n in votes) >= (rules.at_least or n_annotators)
    answers = common_answers(votes)
    if not (one_label and differ and enough) or answers is None:
        return None
    found = EXTENTS[rules.boundary](variants, grain)
    if not isinstance(found, Reading):
        return None
    return Merged(rules.boundary, Reading(found.label, found.fragments, answers))


def merge_link(variants: Sequence[Variant], n_annotators: int, rules: MergeRules) -> str:
    """The rule that takes a link as its first variant has it; empty leaves it to a curator."""
    if not variants or n_annotators < rules.least_votes:
        return ""
    n_drawn = sum(variant.n_votes for variant in variants)
    if rules.unanimous and variants[0].n_votes == n_annotators:
        return "unanimous"
    if rules.at_least and n_drawn >= rules.at_least and 2 * n_drawn > n_annotators:
        tied = len(variants) > 1 and variants[0].n_votes == variants[1].n_votes
        return "" if tied else "at_least"
    return ""


def rules_in_words(rules: MergeRules) -> list[str]:
    """A sentence a rule."""
    told = [f"Articles with fewer than {rules.least_votes} annotators are left alone."]
    if rules.unanimous:
        told.append("What everybody marked alike is taken.")
    if rules.at_least:
        told.append(f"What at least {rules.at_least} of them marked exactly alike is taken.")
    if rules.boundary:
        told.append(f"One label with differing boundaries: {BOUNDARIES[rules.boundary]}.")
    return told


def title_of(rule: str, rules: MergeRules | None) -> str:
    """ "at least 3 agree exactly", where the rule set is known."""
    if rule == "at_least" and rules and rules.at_least:
        return f"at least {rules.at_least} agree exactly"
    return RULES.get(rule, "")

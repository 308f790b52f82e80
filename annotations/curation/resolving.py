"""What a choice makes of the votes on a case: the span that would stand. Pure.

majority      more than half of the article's annotators have the same label on the same stretch,
              and each answer is that of most of them; or more than half have nothing here.
union         all that any of them took, intersection: what all of them took, under the label
              that most of them gave (the first variant's, when labels tie).
words         what more than half of those who marked it took, in whole words.
Labels that allow no fragments get one stretch; white space at its ends is cut off.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from annotations.agreement import Unit
from annotations.text.tokens import snap_to_words, trim, words

from .finding import Stretch, Stretches, Variant


@dataclass(frozen=True, slots=True)
class Reading:
    """A label on a stretch, with answers: what could stand in a case."""

    label: str
    fragments: Stretches
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Nothing:
    """That nothing stands here is a reading too."""


NOTHING = Nothing()
Offer: TypeAlias = Reading | Nothing | None  # None: there is no such offer


@dataclass(frozen=True, slots=True)
class Grain:
    """The article, as far as extents are computed on it: text, sentences, which labels may have
    fragments, and each label's default extent."""

    text: str
    sentences: Sequence[Stretch]
    fragmented: frozenset[str]
    extents: Mapping[str, str]


def units_of(variants: Iterable[Variant]) -> list[tuple[Unit, int]]:
    """Each unit with its number of votes."""
    return [(variant.unit, variant.n_votes) for variant in variants if variant.unit]


def majority(variants: Sequence[Variant], n_annotators: int) -> Offer:
    votes = units_of(variants)
    if 2 * (n_annotators - sum(n for _, n in votes)) > n_annotators:
        return NOTHING
    same: Counter[Unit] = Counter()
    for unit, n in votes:
        same[unit] += n
    unit, n = max(same.items(), key=lambda one: one[1])
    if 2 * n <= n_annotators:
        return None
    answers = common_answers([(each, m) for each, m in votes if each == unit])
    return None if answers is None else Reading(unit.label, unit.fragments, answers)


def common_answers(votes: Sequence[tuple[Unit, int]]) -> dict[str, str] | None:
    """To each question the answer of most; None when two answers tie for the most."""
    found = {}
    for name in sorted({name for unit, _ in votes for name in unit.attributes}):
        given: Counter[str] = Counter()
        for unit, n in votes:
            given[str(unit.attributes.get(name) or "")] += n
        (answer, most), *others = given.most_common()
        if others and others[0][1] == most:
            return None
        if answer:
            found[name] = answer
    return found


def commonest_label(variants: Sequence[Variant]) -> str:
    """The label of most; of those that tie, the one whose variant stands first."""
    given: Counter[str] = Counter()
    for unit, n in units_of(variants):
        given[unit.label] += n
    return given.most_common(1)[0][0]


def first_answers(variants: Sequence[Variant], label: str) -> dict[str, str]:
    """The answers of the first variant with that label."""
    unit = next(unit for unit, _ in units_of(variants) if unit.label == label)
    return {name: str(answer) for name, answer in unit.attributes.items() if answer}


def union(variants: Sequence[Variant], grain: Grain) -> Offer:
    return _spread(variants, grain, 1)


def intersection(variants: Sequence[Variant], grain: Grain) -> Offer:
    return _spread(variants, grain, sum(n for _, n in units_of(variants)))


def most_words(variants: Sequence[Variant], grain: Grain) -> Offer:
    """What more than half of those who marked it took, grown to whole words."""
    n = sum(n for _, n in units_of(variants))
    found = _spread(variants, grain, n // 2 + 1)
    if not isinstance(found, Reading):
        return found
    grown = _joined(snap_to_words(grain.text, *part) for part in found.fragments)
    return Reading(found.label, grown, found.answers)


def default_extent(variants: Sequence[Variant], grain: Grain) -> Offer:
    """The codebook's extent of the label: whole sentences, the one word all share, or, for
    phrases, the words that most took. None where it cannot be told."""
    label = commonest_label(variants)
    extent = grain.extents.get(label, "phrase")
    if extent == "sentence":
        return _sentences(variants, grain, label)
    if extent == "word":
        return _one_word(variants, grain, label)
    return most_words(variants, grain)


def _sentences(variants: Sequence[Variant], grain: Grain, label: str) -> Offer:
    """The sentences that most of them are in; the stretch must lie in those."""
    found = most_words(variants, grain)
    if not isinstance(found, Reading):
        return None
    start, end = found.fragments[0][0], found.fragments[-1][1]
    inside = [one for one in grain.sentences if one[0] < end and start < one[1]]
    if not inside:
        return None
    whole = (inside[0][0], inside[-1][1])
    return Reading(label, (whole,), first_answers(variants, label))


def _one_word(variants: Sequence[Variant], grain: Grain, label: str) -> Offer:
    found = intersection(variants, grain)
    if not isinstance(found, Reading):
        return None
    start, end = snap_to_words(grain.text, found.fragments[0][0], found.fragments[-1][1])
    if len(words(grain.text[start:end])) != 1:
        return None
    return Reading(label, ((start, end),), first_answers(variants, label))


def _spread(variants: Sequence[Variant], grain: Grain, at_least: int) -> Offer:
    """What at least so many took."""
    votes = units_of(variants)
    if not votes:
        return None
    edges = sorted({edge for unit, _ in votes for part in unit.fragments for edge in part})
    taken = [
        (start, end)
        for start, end in pairwise(edges)
        if sum(n for unit, n in votes if _covers(unit, start, end)) >= at_least
    ]
    if not taken:
        return None
    label = commonest_label(variants)
    parts = _joined(taken)
    if label not in grain.fragmented:
        parts = ((parts[0][0], parts[-1][1]),)
    trimmed = tuple(
        part for part in (trim(grain.text, *part) for part in parts) if part[0] < part[1]
    )
    if not trimmed:
        return None
    return Reading(label, trimmed, first_answers(variants, label))


def _covers(unit: Unit, start: int, end: int) -> bool:
    return any(left <= start and end <= right for left, right in unit.fragments)


def _joined(parts: Iterable[Stretch]) -> Stretches:
    joined: list[Stretch] = []
    for start, end in sorted(parts):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)

"""From any number back to the text: the very spans that were counted.

Ways of listing, one for each way of counting:
  findings    aligned or lonely spans of two annotators (split, confusion, tolerance, gamma)
  exact       spans that both made alike, and those that only one made (exact F1)
  attributes  answers on spans that two annotators share; those that both left blank, too, where
              a label and one of its attributes are wanted
  links       links that both drew, and those that only one drew
  spans       every span alone, of one annotator
  gold        aligned or lonely spans of the gold and of an annotator, in articles with closed gold
  gold_exact  the same, those that are alike to the letter and those that are not
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal, TypeAlias, get_args

from annotations.agreement import Continuum, Unit, aligned, link_findings, same_units

from .counted import LINK_MATCHES, SHARED
from .gold_counts import GOLD

Listing = Literal["findings", "exact", "attributes", "links", "spans", "gold", "gold_exact"]
LISTINGS: tuple[Listing, ...] = get_args(Listing)
AGAINST_GOLD = ("gold", "gold_exact")
PRESENCE = ("missed", "extra")
ANSWERED = ("agreed", "differs")
LONELY = {"gold": "extra", "own": "missed"}  # what the one side has not: all else it has
KIND_TITLES = {
    "agreed": "Alike",
    "boundary": "Different boundaries",
    "label": "Different label",
    "missed": "Only one found it",
    "extra": "Only one found it",
    "differs": "Different answer",
    "blank": "Left blank",
    "marked": "",
}
GOLD_TITLES = {**KIND_TITLES, "missed": "Not found", "extra": "Not gold"}


@dataclass(frozen=True, slots=True)
class Passage:
    """One place behind a number: what a and b have there; None where one has nothing. In the
    listing of spans there is no b; in those of gold, a is `GOLD` and its spans are gold spans.

    spans are span ids. For links they are (source, target) of the link of a and of b.
    answers are those of a and of b, in the listing of attributes.
    """

    article: str
    a: str
    b: str
    kind: str
    span_a: str | None = None
    span_b: str | None = None
    label_a: str | None = None
    label_b: str | None = None
    link_a: tuple[str, str] | None = None
    link_b: tuple[str, str] | None = None
    attribute: str = ""
    answers: tuple[str | None, str | None] = (None, None)

    @property
    def labels(self) -> tuple[str | None, str | None]:
        return self.label_a, self.label_b

    @property
    def first_span(self) -> str:
        """A span to show the place by."""
        if self.is_gold:
            return self.span_b or ""
        ends = (self.link_a or self.link_b or ("",))[0]
        return self.span_a or self.span_b or ends

    @property
    def is_gold(self) -> bool:
        return self.a == GOLD

    @property
    def title(self) -> str:
        return (GOLD_TITLES if self.is_gold else KIND_TITLES)[self.kind]

    def n_spans(self, label: str = "") -> int:
        """How many spans of the label (of any, by default) this passage stands for."""
        return sum(one is not None and label in ("", one) for one in self.labels)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which passages. Empty means any; `other` is the second label of a cell of the confusion
    table, "-" for nothing there. `kind` "presence" is missed and extra together; against
    gold "gold" is all that the gold has there, "own" all that the annotator has. `group` is a group
    of articles ("month:2026-11"), `alone` takes in articles with one reader."""

    listing: Listing = "findings"
    label: str = ""
    other: str = ""
    kind: str = ""
    a: str = ""
    b: str = ""
    article: str = ""
    attribute: str = ""
    match: str = "exact"
    group: str = ""
    alone: str = ""

    def takes(self, passage: Passage) -> bool:
        people = {passage.a, passage.b}
        return (
            self._takes_labels(passage)
            and self._takes_kind(passage.kind)
            and (not self.article or passage.article == self.article)
            and (not self.a or self.a in people)
            and (not self.b or self.b in people)
            and (not self.attribute or passage.attribute == self.attribute)
        )

    def asks(self, label: str) -> bool:
        """Whether the attribute is wanted of all spans of this label, answered or not."""
        return bool(self.attribute) and self.label == label

    def _takes_kind(self, kind: str) -> bool:
        if self.kind == "presence":
            return kind in PRESENCE
        if self.kind == "answered":
            return kind in ANSWERED
        if self.kind == "disagreement":
            return kind != "agreed"
        if self.kind in LONELY:
            return kind != LONELY[self.kind]
        return self.kind in ("", kind)

    def _takes_labels(self, passage: Passage) -> bool:
        if self.other:
            other = None if self.other == "-" else self.other
            return sorted(passage.labels, key=str) == sorted((self.label, other), key=str)
        return not self.label or self.label in passage.labels


Place: TypeAlias = tuple[int, int]
Placed: TypeAlias = tuple[Place, Passage]


def find_passages(corpus: Iterable[Continuum], wanted: Wanted) -> list[Passage]:
    """The passages behind a number, article by article, in reading order; what several pairs of
    annotators have at the same place stands together. For the listings of gold the corpus is as
    `read_beside_gold` gives it."""
    list_them: Callable[[Continuum, Wanted], Iterator[Placed]] = {
        "findings": _findings,
        "exact": _exact,
        "attributes": _attributes,
        "links": _links,
        "spans": _spans,
        "gold": _findings,
        "gold_exact": _exact,
    }[wanted.listing]
    found = []
    for article in corpus:
        if wanted.article in ("", str(article.key)):
            placed = [one for one in list_them(article, wanted) if wanted.takes(one[1])]
            found += [passage for _, passage in sorted(placed, key=lambda one: one[0])]
    return found


def _pairs(article: Continuum, wanted: Wanted) -> Iterator[tuple[str, str]]:
    others = [name for name in article.names if name != GOLD]
    against_gold = wanted.listing in AGAINST_GOLD
    for a, b in product([GOLD], others) if against_gold else article.pairs:
        if wanted.a in ("", a, b) and wanted.b in ("", a, b):
            yield a, b


def _findings(article: Continuum, wanted: Wanted) -> Iterator[Placed]:
    for a, b in _pairs(article, wanted):
        ours, theirs = article.annotators[a], article.annotators[b]
        for match in aligned(ours, theirs):
            one = None if match.i is None else ours[match.i]
            other = None if match.j is None else theirs[match.j]
            yield _place(one, other), _passage(article, a, b, match.kind, one, other)


def _exact(article: Continuum, wanted: Wanted) -> Iterator[Placed]:
    for a, b in _pairs(article, wanted):
        ours, theirs = article.annotators[a], article.annotators[b]
        alike = dict(same_units(ours, theirs))
        taken = set(alike.values())
        for i, unit in enumerate(ours):
            other = theirs[alike[i]] if i in alike else None
            kind = "missed" if other is None else "agreed"
            yield _place(unit), _passage(article, a, b, kind, unit, other)
        for j, unit in enumerate(theirs):
            if j not in taken:
                yield _place(unit), _passage(article, a, b, "extra", None, unit)


def _attributes(article: Continuum, wanted: Wanted) -> Iterator[Placed]:
    for a, b in _pairs(article, wanted):
        ours, theirs = article.annotators[a], article.annotators[b]
        for match in aligned(ours, theirs):
            if match.kind not in SHARED or match.i is None or match.j is None:
                continue
            one, other = ours[match.i], theirs[match.j]
            asked = {wanted.attribute} if wanted.asks(one.label) else set[str]()
            for name in sorted({*one.attributes, *other.attributes, *asked}):
                answers = one.attributes.get(name), other.attributes.get(name)
                passage = _passage(article, a, b, kind_of(answers), one, other)
                yield _place(one, other), replace(passage, attribute=name, answers=answers)


def _spans(article: Continuum, wanted: Wanted) -> Iterator[Placed]:
    if len(article.names) < 2 and not wanted.alone:
        return
    for who in article.names:
        for unit in article.annotators[who]:
            yield _place(unit), _passage(article, who, "", "marked", unit, None)


def kind_of(answers: tuple[str | None, str | None]) -> str:
    if None in answers:
        return "blank"
    return "agreed" if answers[0] == answers[1] else "differs"


def _links(article: Continuum, wanted: Wanted) -> Iterator[Placed]:
    exact = LINK_MATCHES[wanted.match]
    for a, b in _pairs(article, wanted):
        for finding in link_findings(article.only((a, b)), exact=exact):
            ends_a = _ends(article, a, finding.link_a)
            ends_b = _ends(article, b, finding.link_b)
            kind = "agreed" if ends_a and ends_b else "missed" if ends_a else "extra"
            keys = [tuple(str(unit.key) for unit in ends) for ends in (ends_a, ends_b)]
            link_a, link_b = (key if len(key) == 2 else None for key in keys)
            passage = Passage(str(article.key), a, b, kind, link_a=link_a, link_b=link_b)
            yield _place(*ends_a, *ends_b), passage


def _ends(article: Continuum, name: str, link: int | None) -> tuple[Unit, ...]:
    """The source and the target of a link; nothing where there is none."""
    if link is None:
        return ()
    source, target = article.links[name][link]
    return article.annotators[name][source], article.annotators[name][target]


def _passage(
    article: Continuum, a: str, b: str, kind: str, one: Unit | None, other: Unit | None
) -> Passage:
    return Passage(
        str(article.key),
        a,
        b,
        kind,
        str(one.key) if one else None,
        str(other.key) if other else None,
        one.label if one else None,
        other.label if other else None,
    )


def _place(*units: Unit | None) -> Place:
    known = [unit for unit in units if unit is not None]
    return min(unit.start for unit in known), min(unit.end for unit in known)

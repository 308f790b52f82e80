"""How many passages stand behind a number, article by article, from what was counted of each.

So that a page of fifty need not lay all readings of a study side by side: `find_passages` finds as
many, and only in the articles that the page shows. Pure.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any, TypeAlias, overload

from .counted import Counted, shared_spans
from .gold_counts import GOLD
from .passages import Passage, Wanted, kind_of

# (a, b, kind, label of a, label of b, attribute) of passages that look alike, and how many they are
Look: TypeAlias = tuple[str, str, str, str | None, str | None, str]
Told: TypeAlias = tuple[Look, int]


@dataclass(frozen=True, slots=True)
class Places:
    """How many passages an article has behind a number, and spans in them."""

    passages: int = 0
    spans: int = 0


def count_places(counted: Sequence[Counted], wanted: Wanted) -> list[Places]:
    """Of each article, which `wanted` takes, as many as `find_passages` finds in it."""
    tell: dict[str, Callable[[Counted, Wanted], Iterator[Told]]] = {
        "findings": _findings,
        "exact": _exact,
        "attributes": _attributes,
        "links": _links,
        "spans": _spans,
        "gold": _gold,
        "gold_exact": _gold_exact,
    }

    @cache
    def spans_of(look: Look) -> int:
        """How many spans a passage of this look stands for; -1 where it is not wanted."""
        a, b, kind, label_a, label_b, attribute = look
        passage = Passage(
            wanted.article, a, b, kind, label_a=label_a, label_b=label_b, attribute=attribute
        )
        return passage.n_spans(wanted.label) if wanted.takes(passage) else -1

    found = []
    for one in counted:
        passages = spans = 0
        for look, n in tell[wanted.listing](one, wanted):
            if (each := spans_of(look)) >= 0:
                passages += n
                spans += n * each
        found.append(Places(passages, spans))
    return found


def _findings(counted: Counted, wanted: Wanted) -> Iterator[Told]:
    for pair in counted["pairs"]:
        yield from _tallied(pair["a"], pair["b"], pair["comparison"]["tallies"])


def _gold(counted: Counted, wanted: Wanted) -> Iterator[Told]:
    for who, counts in (counted["gold"] or {}).items():
        yield from _tallied(GOLD, who, counts["tallies"])


def _tallied(a: str, b: str, tallies: Sequence[Any]) -> Iterator[Told]:
    for of_a, of_b, kind, n in tallies:
        yield (a, b, kind, of_a, of_b, ""), n


def _exact(counted: Counted, wanted: Wanted) -> Iterator[Told]:
    for pair in counted["pairs"]:
        told = pair["comparison"]
        nearest = told["tolerances"].index(0)
        alike = {label: reached[nearest] for label, reached in told["within"].items()}
        yield from _alike(pair["a"], pair["b"], told["tallies"], alike)


def _gold_exact(counted: Counted, wanted: Wanted) -> Iterator[Told]:
    for who, counts in (counted["gold"] or {}).items():
        yield from _alike(GOLD, who, counts["tallies"], counts["exact"])


def _alike(a: str, b: str, tallies: Sequence[Any], alike: dict[str, int]) -> Iterator[Told]:
    """Of each label those that are alike, and what each of the two has beside."""
    sides: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for *labels, _, n in tallies:
        for label, units in zip(labels, sides, strict=True):
            if label is not None:
                units[label] = units.get(label, 0) + n
    for label in dict.fromkeys([*sides[0], *sides[1]]):
        both = alike.get(label, 0)
        yield (a, b, "agreed", label, label, ""), both
        yield (a, b, "missed", label, None, ""), sides[0].get(label, 0) - both
        yield (a, b, "extra", None, label, ""), sides[1].get(label, 0) - both


def _attributes(counted: Counted, wanted: Wanted) -> Iterator[Told]:
    for pair in counted["pairs"]:
        for label, name, of_a, of_b, n in pair["attributes"]:
            yield (pair["a"], pair["b"], kind_of((of_a, of_b)), label, label, name), n
        if wanted.attribute and wanted.label:
            key = [wanted.label, wanted.attribute]
            answered = sum(n for label, name, _, _, n in pair["attributes"] if [label, name] == key)
            n_open = shared_spans(pair)[wanted.label] - answered
            yield (pair["a"], pair["b"], "blank", *[wanted.label] * 2, wanted.attribute), n_open


def _links(counted: Counted, wanted: Wanted) -> Iterator[Told]:
    for pair in counted["pairs"]:
        for kind, n in zip(("agreed", "missed", "extra"), pair["links"][wanted.match], strict=True):
            yield (pair["a"], pair["b"], kind, None, None, ""), n


def _spans(counted: Counted, wanted: Wanted) -> Iterator[Told]:
    if len(counted["submitted"]) < 2 and not wanted.alone:
        return
    for who, labels in counted["submitted"].items():
        for label, n in labels.items():
            yield (who, "", "marked", label, None, ""), n


class Listed(Sequence[Passage]):
    """Passages that are found only where somebody looks.

    counts  of each article how many there are.
    find    the passages of the articles from one to before another, all of them, in order.
    """

    def __init__(self, counts: Sequence[int], find: Callable[[int, int], list[Passage]]) -> None:
        self._ends = [0, *accumulate(counts)]
        self._find = find

    def __len__(self) -> int:
        return self._ends[-1]

    @overload
    def __getitem__(self, index: int) -> Passage: ...

    @overload
    def __getitem__(self, index: slice) -> list[Passage]: ...

    def __getitem__(self, index: int | slice) -> Passage | list[Passage]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        start, stop, _ = index.indices(len(self))
        if start >= stop:
            return []
        first = bisect_right(self._ends, start) - 1
        last = bisect_right(self._ends, stop - 1)
        found = self._find(first, last)
        return found[start - self._ends[first] :][: stop - start]

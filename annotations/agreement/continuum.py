"""An article as a line of positions that carries everyone's units, as values."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from annotations.text.refusal import Refusal

Fragment = tuple[int, int]
Link = tuple[int, int]
LONGEST = 10**15


class BadUnits(Refusal):
    """The units do not fit the article."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A labelled stretch: one or more fragments `[start, end)` in code points, in order.

    Fragments that touch or overlap are one fragment. Two units are equal when their fragments
    and labels are; `key` (say, a row's id) and `attributes` only travel along.
    """

    fragments: tuple[Fragment, ...]
    label: str = ""
    key: Hashable = field(default=None, compare=False)
    attributes: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fragments", _joined(self.fragments))

    @property
    def start(self) -> int:
        return self.fragments[0][0]

    @property
    def end(self) -> int:
        return self.fragments[-1][1]

    @property
    def n_characters(self) -> int:
        return sum(end - start for start, end in self.fragments)


@dataclass(frozen=True, slots=True)
class Continuum:
    """One article and the units of all who submitted it.

    length      of the article, in code points (or in words or sentences, after `snapped`).
    annotators  name -> units. Absent = not assigned or still at work; an empty tuple = submitted
                and found nothing. The two are never the same.
    links       name -> pairs of indices into that annotator's units (source, target).
    key         the caller's own handle on the article.
    """

    length: int
    annotators: Mapping[str, tuple[Unit, ...]]
    links: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    key: Hashable = None

    @classmethod
    def of(
        cls,
        length: int,
        annotators: Mapping[str, Iterable[Any]],
        *,
        links: Mapping[str, Iterable[Link]] | None = None,
        key: Hashable = None,
    ) -> "Continuum":
        """Read units from `Unit`s, `(start, end, label)` or mappings, and check them.

        A mapping has `start` and `end`, or `fragments`, and `label`. The same unit twice by one
        annotator is one unit (the first; links follow it). Raises BadUnits.
        """
        _check_length(length)
        units: dict[str, tuple[Unit, ...]] = {}
        places: dict[str, list[int]] = {}
        for name, given in annotators.items():
            units[name], places[name] = _distinct(_read_units(name, given, length))
        linked = {name: _placed(name, pairs, places) for name, pairs in (links or {}).items()}
        return cls(length, units, linked, key)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self.annotators))

    @property
    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every two annotators who both submitted, each pair once, names in order."""
        return combinations(self.names, 2)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted({u.label for units in self.annotators.values() for u in units}))

    @property
    def n_units(self) -> int:
        return sum(len(units) for units in self.annotators.values())

    def only(self, names: Iterable[str]) -> "Continuum":
        """The same article with these annotators alone."""
        kept = set(names)
        return Continuum(
            self.length,
            {name: units for name, units in self.annotators.items() if name in kept},
            {name: links for name, links in self.links.items() if name in kept},
            self.key,
        )

    def layer(self, label: str) -> "Continuum":
        """The same article and annotators with the units of one label alone; links are left out.

        Who used other labels only has found nothing here. Places of units change: see `key`.
        """
        kept = {
            name: tuple(unit for unit in units if unit.label == label)
            for name, units in self.annotators.items()
        }
        return Continuum(self.length, kept, key=self.key)

    def without(self, name: str) -> "Continuum":
        return self.only(set(self.annotators) - {name})


Corpus = Sequence[Continuum]


def as_corpus(articles: Continuum | Iterable[Continuum]) -> list[Continuum]:
    return [articles] if isinstance(articles, Continuum) else list(articles)


def labels_of(corpus: Corpus) -> tuple[str, ...]:
    return tuple(sorted({label for article in corpus for label in article.labels}))


def shared(corpus: Corpus) -> list[Continuum]:
    """The articles that at least two annotators submitted: the others say nothing."""
    return [article for article in corpus if len(article.annotators) > 1]


def _check_length(length: Any) -> None:
    if isinstance(length, bool) or not isinstance(length, int) or length < 0:
        raise BadUnits(f"The length of an article is a whole number, 0 or more, not {length!r}.")
    if length > LONGEST:
        raise BadUnits(f"An article is at most {LONGEST:,} long; this one is longer.")


def _read_units(name: str, given: Iterable[Any], length: int) -> list[Unit]:
    units = []
    for number, one in enumerate(given, 1):
        where = f"Unit {number} of {name}"
        unit = one if isinstance(one, Unit) else _read_unit(one, where)
        if unit.start < 0 or unit.end > length:
            raise BadUnits(
                f"{where} [{unit.start}, {unit.end}) lies outside the article of length {length}."
            )
        units.append(unit)
    return units


def _read_unit(one: Any, where: str) -> Unit:
    if isinstance(one, Mapping):
        fragments, label = one.get("fragments"), one.get("label", "")
        if fragments is None:
            if "start" not in one or "end" not in one:
                raise BadUnits(f"{where} needs a start and an end, or fragments.")
            fragments = [(one["start"], one["end"])]
    elif isinstance(one, Sequence) and not isinstance(one, str) and len(one) in (2, 3):
        fragments, label = [(one[0], one[1])], one[2] if len(one) == 3 else ""
    else:
        raise BadUnits(f"{where} is not (start, end, label): {one!r}.")
    if not isinstance(label, str | int | float) or isinstance(label, bool):
        raise BadUnits(f"{where} has a label that is not a word: {label!r}.")
    return Unit(tuple(read_fragments(fragments, where)), str(label))


def read_fragments(fragments: Any, where: str) -> list[Fragment]:
    """Check half-open stretches; raises BadUnits on anything but whole numbers start < end."""
    if not isinstance(fragments, Sequence) or isinstance(fragments, str) or not fragments:
        raise BadUnits(f"{where} has no fragments.")
    read = []
    for given in fragments:
        named = isinstance(given, Mapping)
        fragment = (given.get("start"), given.get("end")) if named else given
        if not isinstance(fragment, Sequence) or isinstance(fragment, str) or len(fragment) != 2:
            raise BadUnits(f"{where} has a fragment that is not [start, end]: {fragment!r}.")
        start, end = fragment
        if not (_whole(start) and _whole(end)):
            raise BadUnits(f"{where} has an offset that is not a whole number: {fragment!r}.")
        if start >= end:
            problem = "is empty" if start == end else "ends before it starts"
            raise BadUnits(f"{where} [{start}, {end}) {problem}.")
        read.append((start, end))
    return read


def _whole(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _joined(fragments: Iterable[Fragment]) -> tuple[Fragment, ...]:
    joined: list[Fragment] = []
    for start, end in sorted((int(start), int(end)) for start, end in fragments):
        if start >= end:
            raise BadUnits(f"A fragment [{start}, {end}) is empty or ends before it starts.")
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    if not joined:
        raise BadUnits("A unit has at least one fragment.")
    return tuple(joined)


def _distinct(units: list[Unit]) -> tuple[tuple[Unit, ...], list[int]]:
    seen: dict[Unit, int] = {}
    places = [seen.setdefault(unit, len(seen)) for unit in units]
    return tuple(seen), places


def _placed(name: str, pairs: Iterable[Link], places: Mapping[str, list[int]]) -> tuple[Link, ...]:
    known = places.get(name)
    if known is None:
        raise BadUnits(f"There are links of {name}, who submitted nothing.")
    placed = []
    for source, target in pairs:
        if not (0 <= source < len(known) and 0 <= target < len(known)):
            raise BadUnits(f"A link of {name} points to a unit that is not there.")
        placed.append((known[source], known[target]))
    return tuple(dict.fromkeys(placed))

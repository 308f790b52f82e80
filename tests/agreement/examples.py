"""Random articles and judgements, from a seed, for tests that compare two ways to one number."""

import random
from collections.abc import Sequence

from annotations.agreement import Coding, Continuum, Unit

NAMES = ("alice", "bob", "carol", "dave", "erin")


def random_article(
    seed: int,
    *,
    annotators: int = 3,
    length: int = 24,
    most_units: int = 4,
    labels: str = "ab",
    fragments: int = 1,
    longest: int = 8,
) -> Continuum:
    """Units anywhere, overlapping as they fall; `fragments` is the most a unit may have."""
    dice = random.Random(seed)
    marked: dict[str, list[Unit]] = {}
    for name in NAMES[:annotators]:
        units = []
        for _ in range(dice.randint(0, most_units)):
            parts = []
            for _ in range(dice.randint(1, fragments)):
                start = dice.randrange(length)
                parts.append((start, min(length, start + dice.randint(1, longest))))
            units.append(Unit(tuple(parts), dice.choice(labels)))
        marked[name] = units
    return Continuum.of(length, marked)


def side_by_side_article(seed: int, *, annotators: int = 2, length: int = 40) -> Continuum:
    """Units that never overlap within one annotator, some of them touching."""
    dice = random.Random(seed)
    marked: dict[str, list[tuple[int, int, str]]] = {}
    for name in NAMES[:annotators]:
        at, units = 0, []
        while at < length - 2 and dice.random() < 0.9:
            start = at + dice.choice([0, 0, 1, 3, 6])
            end = min(length, start + dice.randint(1, 8))
            if start < end:
                units.append((start, end, dice.choice("abc")))
            at = end
        marked[name] = units
    return Continuum.of(length, marked)


def noisy_corpus(seed: int, *, articles: int = 4, annotators: int = 3) -> list[Continuum]:
    """Annotators who mostly agree, on articles of differing length, with overlapping labels."""
    dice = random.Random(seed)
    corpus = []
    for _ in range(articles):
        length = dice.randint(300, 500)
        truth = [
            (s, s + dice.randint(5, 40), dice.choice("abc"))
            for s in sorted(dice.sample(range(5, length - 60), 6))
        ]
        marked = {}
        for name in NAMES[:annotators]:
            seen = [one for one in truth if dice.random() < 0.8]
            marked[name] = [_nudged(dice, one) for one in seen]
        corpus.append(Continuum.of(length, marked))
    return corpus


def _nudged(dice: random.Random, unit: tuple[int, int, str]) -> tuple[int, int, str]:
    start, end, label = unit
    if dice.random() < 0.5:
        start, end = max(0, start - dice.randint(0, 3)), end + dice.randint(0, 6)
    return start, end, label if dice.random() < 0.85 else dice.choice("abc")


def random_coding(
    seed: int,
    *,
    units: int = 12,
    annotators: int = 3,
    values: Sequence[object] = (1, 2, 3, 4),
    missing: float = 0.0,
) -> Coding:
    return Coding.of(random_rows(seed, units, annotators, values, missing), values=values)


def random_rows(
    seed: int, units: int, annotators: int, values: Sequence[object], missing: float
) -> list[list[object]]:
    dice = random.Random(seed)
    rows = []
    for _ in range(units):
        usual = dice.choice(values)
        said = [usual if dice.random() < 0.7 else dice.choice(values) for _ in range(annotators)]
        rows.append([None if dice.random() < missing else value for value in said])
    return rows


def moved(article: Continuum, by: int, length: int) -> Continuum:
    """Every unit `by` positions further on, in an article of `length`."""
    return _changed(article, length, lambda start, end: (start + by, end + by))


def mirrored(article: Continuum) -> Continuum:
    n = article.length
    return _changed(article, n, lambda start, end: (n - end, n - start))


def renamed(article: Continuum, names: dict[str, str], labels: dict[str, str]) -> Continuum:
    marked = {
        names.get(name, name): [
            Unit(unit.fragments, labels.get(unit.label, unit.label)) for unit in units
        ]
        for name, units in article.annotators.items()
    }
    return Continuum.of(article.length, marked)


def _changed(article: Continuum, length: int, move) -> Continuum:  # type: ignore[no-untyped-def]
    marked = {
        name: [Unit(tuple(move(s, e) for s, e in unit.fragments), unit.label) for unit in units]
        for name, units in article.annotators.items()
    }
    return Continuum.of(length, marked)

"""The same article seen otherwise: in words or sentences, or without parts that do not count."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from annotations.agreement.continuum import Continuum, Fragment, Link, Unit


def snapped(article: Continuum, cells: Sequence[Fragment]) -> Continuum:
    """Positions become cells (words, sentences): sorted, disjoint `[start, end)` stretches.

    A unit takes every cell that it touches (outward); a unit that touches none vanishes, and
    units that become the same are one. Units keep their key, links follow them.
    """
    starts, ends = [start for start, _ in cells], [end for _, end in cells]

    def snap(fragment: Fragment) -> Fragment:
        return bisect_right(ends, fragment[0]), bisect_left(starts, fragment[1])

    return _mapped(article, len(cells), snap)


def without_regions(article: Continuum, regions: Iterable[Fragment]) -> Continuum:
    """The article with these stretches ("not article text") cut out and the rest closed up.

    Units lose the characters inside; a unit wholly inside vanishes. Units keep their key, links
    follow them.
    """
    cut = _joined(regions, article.length)
    starts = [start for start, _ in cut]
    removed = [0]
    for start, end in cut:
        removed.append(removed[-1] + end - start)

    def moved(point: int) -> int:
        n = bisect_right(starts, point)
        beyond = max(0, cut[n - 1][1] - point) if n else 0
        return point - removed[n] + beyond

    return _mapped(article, moved(article.length), lambda part: (moved(part[0]), moved(part[1])))


def without_rests(article: Continuum, regions: Iterable[Fragment]) -> Continuum:
    """The article without units that cutting these stretches out would leave a rest of: those that
    cross an edge of one, and those of which less than half would stay. The line is not cut."""
    cut = _joined(regions, article.length)
    starts = [start for start, _ in cut]

    def stays(unit: Unit) -> bool:
        first = max(0, bisect_right(starts, unit.start) - 1)
        near = [
            part for part in cut[first : bisect_right(starts, unit.end)] if part[1] > unit.start
        ]
        lost = sum(
            max(0, min(end, high) - max(start, low))
            for low, high in near
            for start, end in unit.fragments
        )
        around = all(unit.start <= low and high <= unit.end for low, high in near if low < unit.end)
        return not lost or (around and 2 * lost <= unit.n_characters)

    return _kept(article, stays)


def _kept(article: Continuum, stays: Callable[[Unit], bool]) -> Continuum:
    annotators: dict[str, list[Unit]] = {}
    links: dict[str, list[Link]] = {}
    for name, units in article.annotators.items():
        place = {
            old: new for new, old in enumerate(old for old, unit in enumerate(units) if stays(unit))
        }
        annotators[name] = [units[index] for index in place]
        given = article.links.get(name, ())
        links[name] = [(place[s], place[t]) for s, t in given if s in place and t in place]
    return Continuum.of(article.length, annotators, links=links, key=article.key)


def _joined(regions: Iterable[Fragment], length: int) -> list[Fragment]:
    joined: list[Fragment] = []
    for low, high in sorted(regions):
        start, end = max(0, low), min(length, high)
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _mapped(article: Continuum, length: int, move: Callable[[Fragment], Fragment]) -> Continuum:
    annotators: dict[str, list[Unit]] = {}
    links: dict[str, list[Link]] = {}
    for name, units in article.annotators.items():
        place: dict[int, int] = {}
        kept: list[Unit] = []
        for index, unit in enumerate(units):
            parts = [part for part in map(move, unit.fragments) if part[0] < part[1]]
            if parts:
                place[index] = len(kept)
                kept.append(replace(unit, fragments=tuple(parts)))
        annotators[name] = kept
        given = article.links.get(name, ())
        links[name] = [(place[s], place[t]) for s, t in given if s in place and t in place]
    return Continuum.of(length, annotators, links=links, key=article.key)

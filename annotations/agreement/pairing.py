"""One-to-one matchings between two annotators' units: by greatest weight, never greedily.

Everything here speaks of units by their index in `Continuum.annotators[name]`, so that a number
made from a matching leads back to the very spans.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from annotations.agreement.continuum import Unit

Edge = tuple[int, int, float]
Kind = Literal["agreed", "boundary", "label", "missed", "extra"]
KINDS: tuple[Kind, ...] = ("agreed", "boundary", "label", "missed", "extra")
ENOUGH_SHARED = 0.5


@dataclass(frozen=True, slots=True)
class Match:
    """A unit of annotator a (index i) and one of b (index j); None where there is none.

    kind  agreed: same fragments, same label. boundary: same label, other fragments.
          label: other label. missed: only a has it. extra: only b has it.
    """

    i: int | None
    j: int | None
    kind: Kind


def n_shared(a: Unit, b: Unit) -> int:
    """Characters that both units cover, over all their fragments."""
    return sum(
        max(0, min(a_end, b_end) - max(a_start, b_start))
        for a_start, a_end in a.fragments
        for b_start, b_end in b.fragments
    )


def overlapping(a: Sequence[Unit], b: Sequence[Unit]) -> list[tuple[int, int, int]]:
    """All (i, j, shared characters) with at least one shared; ordered by i, then by start of j."""
    by_start = sorted(range(len(b)), key=lambda j: b[j].start)
    starts = [b[j].start for j in by_start]
    longest = max((unit.end - unit.start for unit in b), default=0)
    found = []
    for i, unit in enumerate(a):
        low = bisect_left(starts, unit.start - longest)
        for index in range(low, len(starts)):
            if starts[index] >= unit.end:
                break
            if shared := n_shared(unit, b[by_start[index]]):
                found.append((i, by_start[index], shared))
    return found


def weighed(a: Sequence[Unit], b: Sequence[Unit]) -> Iterator[Edge]:
    """The pairs that `aligned` may choose, each with its weight: the share of common characters
    (0-1), and 2 more under one label."""
    for i, j, shared in overlapping(a, b):
        share = shared / (a[i].n_characters + b[j].n_characters - shared)
        if a[i].label == b[j].label:
            yield i, j, 2 + share
        elif share >= ENOUGH_SHARED:
            yield i, j, share


def aligned(a: Sequence[Unit], b: Sequence[Unit]) -> list[Match]:
    """Which unit of a answers to which of b, each at most once; all units appear.

    Units of one label may pair when they share a character; units of different labels when at
    least half of the characters of either are shared (else a word nested in a sentence would
    count as the same thing under another name). Same label goes before other label, then the
    greater share of common characters.
    """
    pairs = dict(_canonical_pairs(a, b, list(weighed(a, b))))
    taken = set(pairs.values())
    matches = [_match(a, b, i, pairs.get(i)) for i in range(len(a))]
    return matches + [Match(None, j, "extra") for j in range(len(b)) if j not in taken]


def same_units(a: Sequence[Unit], b: Sequence[Unit]) -> list[tuple[int, int]]:
    """Pairs with the same fragments and the same label."""
    place = {unit: j for j, unit in enumerate(b)}
    return [(i, place[unit]) for i, unit in enumerate(a) if unit in place]


def within(a: Sequence[Unit], b: Sequence[Unit], tolerance: int) -> list[tuple[int, int]]:
    """As many one-to-one pairs as there can be of one label, as many fragments, and every
    boundary at most `tolerance` characters off."""
    return _canonical_pairs(a, b, [(i, j, 1.0) for i, j, _ in near(a, b, tolerance)])


def near(a: Sequence[Unit], b: Sequence[Unit], limit: int) -> list[tuple[int, int, int]]:
    """All (i, j, distance) of one label whose farthest boundaries are at most `limit` apart."""
    by_start = sorted(range(len(b)), key=lambda j: b[j].start)
    starts = [b[j].start for j in by_start]
    found = []
    for i, unit in enumerate(a):
        low, high = (
            bisect_left(starts, unit.start - limit),
            bisect_right(starts, unit.start + limit),
        )
        for j in by_start[low:high]:
            if unit.label == b[j].label and (apart := farthest(unit, b[j], limit)) <= limit:
                found.append((i, j, apart))
    return found


def farthest(a: Unit, b: Unit, limit: int) -> int:
    """The greatest distance of two boundaries in characters; over `limit` if not comparable."""
    if abs(a.start - b.start) > limit or len(a.fragments) != len(b.fragments):
        return limit + 1
    return max(
        abs(x - y)
        for one, other in zip(a.fragments, b.fragments, strict=True)
        for x, y in zip(one, other, strict=True)
    )


def best_pairs(edges: Iterable[Edge]) -> list[tuple[int, int]]:
    """The one-to-one pairs (i, j) of greatest total weight; weights above 0. Exact: the
    Hungarian method on each connected part. Of equal totals the choice follows the numbers of
    the units; see `_canonical_pairs`."""
    given = list(edges)
    if not given:
        return []
    of_i, of_j = Counter(i for i, _, _ in given), Counter(j for _, j, _ in given)
    pairs = [(i, j) for i, j, _ in given if of_i[i] == of_j[j] == 1]
    rest = [(i, j, w) for i, j, w in given if not of_i[i] == of_j[j] == 1]
    for part in _parts(rest):
        pairs += _hungarian(part)
    return sorted(pairs)


Place = tuple[tuple[tuple[int, int], ...], str]


def _canonical_pairs(
    a: Sequence[Unit], b: Sequence[Unit], edges: Sequence[Edge]
) -> list[tuple[int, int]]:
    """`best_pairs`, whatever order the units come in, whichever annotator is called a, and in
    whichever direction the text runs: among equal totals the choice follows the places of the
    units, and their labels where these tie."""
    met = {i for i, _, _ in edges}, {j for _, j, _ in edges}
    if len(met[0]) == len(met[1]) == len(edges):
        return sorted((i, j) for i, j, _ in edges)
    forward, backward = _places(a, b, mirrored=False), _places(a, b, mirrored=True)
    of_a, of_b = min(forward, backward, key=lambda places: sorted(map(sorted, places)))
    order_a = sorted(range(len(a)), key=of_a.__getitem__)
    order_b = sorted(range(len(b)), key=of_b.__getitem__)
    turned = sorted(of_b) < sorted(of_a)
    at_a, at_b = ({unit: at for at, unit in enumerate(order)} for order in (order_a, order_b))
    ranked = sorted((at_b[j], at_a[i], w) if turned else (at_a[i], at_b[j], w) for i, j, w in edges)
    pairs = best_pairs(ranked)
    if turned:
        pairs = [(one, other) for other, one in pairs]
    return sorted((order_a[one], order_b[other]) for one, other in pairs)


def _places(a: Sequence[Unit], b: Sequence[Unit], *, mirrored: bool) -> tuple[list[Place], ...]:
    """Where units lie, counted from the first of all of them, or from the last, backwards."""
    if mirrored:
        high = max(unit.end for unit in (*a, *b))
        return tuple(
            [
                (tuple((high - end, high - start) for start, end in one.fragments[::-1]), one.label)
                for one in units
            ]
            for units in (a, b)
        )
    low = min(unit.start for unit in (*a, *b))
    return tuple(
        [
            (tuple((start - low, end - low) for start, end in one.fragments), one.label)
            for one in units
        ]
        for units in (a, b)
    )


def _match(a: Sequence[Unit], b: Sequence[Unit], i: int, j: int | None) -> Match:
    if j is None:
        return Match(i, None, "missed")
    if a[i].label != b[j].label:
        return Match(i, j, "label")
    return Match(i, j, "agreed" if a[i].fragments == b[j].fragments else "boundary")


def _parts(edges: list[Edge]) -> list[list[Edge]]:
    """Connected parts of the bipartite graph."""
    at_i: Mapping[int, list[int]] = _index(edges, lambda edge: edge[0])
    at_j: Mapping[int, list[int]] = _index(edges, lambda edge: edge[1])
    seen: set[int] = set()
    parts = []
    for first in range(len(edges)):
        if first in seen:
            continue
        seen.add(first)
        part, todo = [], [first]
        while todo:
            edge = edges[todo.pop()]
            part.append(edge)
            for near in (*at_i[edge[0]], *at_j[edge[1]]):
                if near not in seen:
                    seen.add(near)
                    todo.append(near)
        parts.append(part)
    return parts


def _index(edges: list[Edge], key: Callable[[Edge], int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for number, edge in enumerate(edges):
        found[key(edge)].append(number)
    return found


def _hungarian(part: list[Edge]) -> list[tuple[int, int]]:
    rows = sorted({i for i, _, _ in part})
    columns = sorted({j for _, j, _ in part})
    weight = {(i, j): w for i, j, w in part}
    if len(rows) > len(columns):
        turned = _hungarian([(j, i, w) for i, j, w in part])
        return [(i, j) for j, i in turned]
    cost = [[-weight.get((i, j), 0.0) for j in columns] for i in rows]
    return [
        (rows[r], columns[c])
        for r, c in enumerate(_assign(cost))
        if (rows[r], columns[c]) in weight
    ]


def _assign(cost: list[list[float]]) -> list[int]:
    """The column of each row at least total cost, rows <= columns (shortest augmenting paths)."""
    n, m = len(cost), len(cost[0])
    row_price, column_price = [0.0] * (n + 1), [0.0] * (m + 1)
    row_of = [0] * (m + 1)
    for row in range(1, n + 1):
        row_of[0] = row
        came_from, least = [0] * (m + 1), [float("inf")] * (m + 1)
        done = [False] * (m + 1)
        column = 0
        while row_of[column]:
            column = _step(cost, row_price, column_price, row_of, came_from, least, done, column)
        while column:
            row_of[column] = row_of[came_from[column]]
            column = came_from[column]
    columns = [0] * n
    for column in range(1, m + 1):
        if row_of[column]:
            columns[row_of[column] - 1] = column - 1
    return columns


def _step(
    cost: list[list[float]],
    row_price: list[float],
    column_price: list[float],
    row_of: list[int],
    came_from: list[int],
    least: list[float],
    done: list[bool],
    column: int,
) -> int:
    """Settle one column of the shortest-path tree and answer the next one to settle."""
    done[column] = True
    row = row_of[column]
    delta, nearest = float("inf"), 0
    for c in range(1, len(done)):
        if done[c]:
            continue
        reduced = cost[row - 1][c - 1] - row_price[row] - column_price[c]
        if reduced < least[c]:
            least[c], came_from[c] = reduced, column
        if least[c] < delta:
            delta, nearest = least[c], c
    for c in range(len(done)):
        if done[c]:
            row_price[row_of[c]] += delta
            column_price[c] -= delta
        else:
            least[c] -= delta
    return nearest

"""Choose disjoint clusters with the greatest total gain: exactly, without scipy where possible.

Units lie along a line and clusters are local, so: (1) cut the problem into connected parts;
(2) give every unit a price such that no cluster gains more than its units' prices, and lower the
sum of prices by sweeping to and fro along the line, pushing what is in the way onwards (block
coordinate descent on the dual of the packing LP); (3) search along the line for the packing that
loses least against the prices, cheapest first: the first to reach the end is optimal. Where that
search gets long the prices come from the LP itself, and at the very end from an integer program.
"""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotations.agreement.clusters import Clusters
from annotations.agreement.deadline import NEVER, Deadline
from annotations.agreement.lines import Ints

PATIENCE = 250
LONG_PATIENCE = 40_000
SOME_CLUSTERS, MANY_CLUSTERS = 250, 2_500
HANDED_ON = 0.6
TINY = 1e-13


@dataclass(slots=True)
class Prices:
    """price[u] >= 0; slack[c] = prices of its units - its gain >= 0."""

    price: list[float]
    slack: list[float]


@dataclass(slots=True)
class Part:
    """A connected part: its units 0..n-1 stand in the order of the line.

    units                 what they are called outside.
    members[c], gains[c]  a cluster's units, ascending, and what it gains.
    of_unit[u]            the clusters that contain u.
    prices                to begin with.
    """

    units: list[int]
    members: list[tuple[int, ...]]
    gains: list[float]
    of_unit: list[list[int]]
    prices: Prices


def best_packing(
    clusters: Clusters, order: Sequence[int], deadline: Deadline = NEVER
) -> list[tuple[int, ...]]:
    """The chosen clusters. `order` lists all units along the line. Raises TookTooLong."""
    chosen: list[tuple[int, ...]] = []
    for part in parts_of(clusters, order):
        deadline.left()
        found = [0] if len(part.members) == 1 else _solve(part, deadline)
        chosen += [tuple(sorted(part.units[u] for u in part.members[c])) for c in found]
    return chosen


def _solve(part: Part, deadline: Deadline) -> list[int]:
    n_clusters, found = len(part.members), None
    if n_clusters < SOME_CLUSTERS:
        found = search(part, sweep(part, part.prices, 4), PATIENCE)
    if found is None and n_clusters < MANY_CLUSTERS:
        prices = smooth(part, sweep(part, part.prices, 2), 8)
        found = search(part, prices, 4 * PATIENCE)
    if found is None:
        from annotations.agreement.packing_lp import lp_prices, milp_packing

        found = search(part, lp_prices(part, deadline), LONG_PATIENCE)
        if found is None:
            found = milp_packing(part, deadline)
    return found


def parts_of(clusters: Clusters, order: Sequence[int]) -> list[Part]:
    """The connected parts that have a cluster, with first prices: every unit pays its best
    cluster's gain per head. Dear, but no cluster gains more than its units pay."""
    n, members, gains = len(order), clusters.members, clusters.gains
    if not len(members):
        return []
    rank = np.append(np.argsort(order), n)
    ranked = np.sort(rank[members], axis=1)
    per_head = gains / (ranked < n).sum(axis=1)
    price = np.zeros(n + 1)
    np.maximum.at(price, ranked.ravel(), np.repeat(per_head, ranked.shape[1]))
    price[n] = 0
    slack = price[ranked].sum(axis=1) - gains
    head = _heads(ranked, n)
    units_of = _grouped(head[:n])
    rows = list(zip(ranked.tolist(), gains.tolist(), slack.tolist(), strict=True))
    return [
        _part(units_of[key], [rows[c] for c in inside], order, price.tolist(), n)
        for key, inside in _grouped(head[ranked[:, 0]]).items()
    ]


def _heads(ranked: Ints, n: int) -> Ints:
    """The first unit of the connected part that each unit belongs to."""
    head = np.arange(n + 1)
    while True:
        least = head[ranked].min(axis=1)
        before = head.copy()
        np.minimum.at(head, ranked, least[:, None])
        head[n] = n
        head = head[head]
        if (head == before).all():
            return head


def _grouped(keys: Ints) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    for index, key in enumerate(keys.tolist()):
        groups[key].append(index)
    return groups


Row = tuple[list[int], float, float]


def _part(
    ranks: list[int], rows: list[Row], order: Sequence[int], price: list[float], n: int
) -> Part:
    """Units of the part get the numbers 0, 1, ... along the line."""
    place = {rank: index for index, rank in enumerate(ranks)}
    members = [tuple([place[rank] for rank in ranked if rank < n]) for ranked, _, _ in rows]
    of_unit: list[list[int]] = [[] for _ in ranks]
    for c, inside in enumerate(members):
        for unit in inside:
            of_unit[unit].append(c)
    prices = Prices([price[rank] for rank in ranks], [slack for _, _, slack in rows])
    gains = [gain for _, gain, _ in rows]
    return Part([order[rank] for rank in ranks], members, gains, of_unit, prices)


def priced(part: Part, price: list[float]) -> Prices:
    slack = [
        sum(price[unit] for unit in inside) - gain
        for inside, gain in zip(part.members, part.gains, strict=True)
    ]
    return Prices(price, slack)


def sweep(part: Part, prices: Prices, times: int) -> Prices:
    """Lower the prices unit by unit, to and fro. A unit with one tight cluster goes down to the
    next one and hands the difference on to that cluster's units further along."""
    for turn in range(times):
        onwards = turn % 2 == 0
        units = range(len(part.units))
        for unit in units if onwards else reversed(units):
            if prices.price[unit] > 0:
                _lower(part, prices, unit, 1.0, onwards)
    return prices


def smooth(part: Part, prices: Prices, times: int) -> Prices:
    """The same, but handing on a part only, to all units of the tight cluster: slower, and it
    comes much closer to the linear program's prices."""
    for turn in range(times):
        units = range(len(part.units))
        for unit in reversed(units) if turn % 2 else units:
            if prices.price[unit] > 0:
                _lower(part, prices, unit, HANDED_ON, None)
    return prices


def _lower(part: Part, prices: Prices, unit: int, handed_on: float, onwards: bool | None) -> None:
    price, slack = prices.price, prices.slack
    mine = part.of_unit[unit]
    tightest, least, next_least = -1, float("inf"), float("inf")
    for c in mine:
        s = slack[c]
        if s < least:
            tightest, least, next_least = c, s, least
        elif s < next_least:
            next_least = s
    down = min(price[unit], next_least)
    if down > least:
        others = [
            other
            for other in part.members[tightest]
            if (other != unit if onwards is None else (other > unit) is onwards and other != unit)
        ]
        handed = (down - least) * handed_on if others else 0.0
        down = least + handed
        for other in others:
            price[other] += handed / len(others)
            for c in part.of_unit[other]:
                slack[c] += handed / len(others)
    if down > TINY:
        price[unit] -= down
        for c in mine:
            slack[c] -= down


Path = tuple[int, "Path"] | None


def search(part: Part, prices: Prices, patience: int) -> list[int] | None:
    """The packing that loses least against the prices, or None when patience runs out.

    A state is how far along the line we are and which later units are taken; leaving a unit
    alone loses its price, choosing a cluster loses its slack.
    """
    starting: list[list[tuple[float, int, int]]] = [[] for _ in part.units]
    for c, inside in enumerate(part.members):
        rest = sum(1 << unit for unit in inside[1:])
        starting[inside[0]].append((max(prices.slack[c], 0.0), rest, c))
    end, ticket = len(part.units), 0
    heap: list[tuple[float, int, int, int, Path]] = [(0.0, 0, 0, 0, None)]
    seen: set[tuple[int, int]] = set()
    while heap:
        loss, back, _, taken, path = heapq.heappop(heap)
        at = -back
        while at < end and taken >> at & 1:
            at += 1
        if at == end:
            return _walked(path)
        taken = taken >> at << at
        if (at, taken) in seen:
            continue
        seen.add((at, taken))
        if len(seen) > patience:
            return None
        ticket += 1
        heapq.heappush(heap, (loss + prices.price[at], -at - 1, ticket, taken, path))
        for slack, rest, c in starting[at]:
            if not rest & taken:
                ticket += 1
                step = (loss + slack, -at - 1, ticket, taken | rest, (c, path))
                heapq.heappush(heap, step)
    return []


def _walked(path: Path) -> list[int]:
    chosen = []
    while path is not None:
        cluster, path = path
        chosen.append(cluster)
    return chosen

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

PATIENCE = 250
LONG_PATIENCE = 40_000
MANY_CLUSTERS = 2_500
HANDED_ON = 0.6
TINY = 1e-13


@dataclass(slots=True)
class Part:
    """A connected part: its units 0..n-1 stand in the order of the line.

    members[c], gains[c]  a cluster's units, ascending, and what it gains.
    of_unit[u]            the clusters that contain u.
    """

    units: list[int]
    clusters: list[int]
    members: list[tuple[int, ...]]
    gains: list[float]
    of_unit: list[list[int]]


@dataclass(slots=True)
class Prices:
    """price[u] >= 0; slack[c] = prices of its units - its gain >= 0."""

    price: list[float]
    slack: list[float]


def best_packing(
    members: Sequence[tuple[int, ...]], gains: Sequence[float], order: Sequence[int]
) -> list[int]:
    """Indices of the chosen clusters. `order` lists all units along the line."""
    chosen: list[int] = []
    for part in _parts(members, gains, order):
        if len(part.members) == 1:
            chosen.append(part.clusters[0])
        else:
            chosen += [part.clusters[c] for c in _solve(part)]
    return chosen


def _solve(part: Part) -> list[int]:
    prices = sweep(part, first_prices(part), 4)
    found = search(part, prices, PATIENCE)
    if found is None and len(part.members) < MANY_CLUSTERS:
        found = search(part, smooth(part, prices, 12), 4 * PATIENCE)
    if found is None:
        from annotations.agreement.packing_lp import lp_prices, milp_packing

        found = search(part, lp_prices(part), LONG_PATIENCE)
        if found is None:
            found = milp_packing(part)
    return found


def _parts(
    members: Sequence[tuple[int, ...]], gains: Sequence[float], order: Sequence[int]
) -> list[Part]:
    leader = list(range(len(order)))

    def find(unit: int) -> int:
        while leader[unit] != unit:
            leader[unit] = leader[leader[unit]]
            unit = leader[unit]
        return unit

    for units in members:
        head = find(units[0])
        for unit in units[1:]:
            leader[find(unit)] = head
    units_of: dict[int, list[int]] = defaultdict(list)
    for unit in order:
        units_of[find(unit)].append(unit)
    clusters_of: dict[int, list[int]] = defaultdict(list)
    for cluster, units in enumerate(members):
        clusters_of[find(units[0])].append(cluster)
    return [
        _part(units_of[head], clusters, members, gains) for head, clusters in clusters_of.items()
    ]


def _part(
    units: list[int],
    clusters: list[int],
    members: Sequence[tuple[int, ...]],
    gains: Sequence[float],
) -> Part:
    place = {unit: index for index, unit in enumerate(units)}
    local = [tuple(sorted(place[unit] for unit in members[c])) for c in clusters]
    of_unit: list[list[int]] = [[] for _ in units]
    for c, inside in enumerate(local):
        for unit in inside:
            of_unit[unit].append(c)
    return Part(units, clusters, local, [gains[c] for c in clusters], of_unit)


def first_prices(part: Part) -> Prices:
    """Every unit pays its best cluster's gain per head: dear, but no cluster gains more."""
    price = [0.0] * len(part.units)
    for inside, gain in zip(part.members, part.gains, strict=True):
        per_head = gain / len(inside)
        for unit in inside:
            price[unit] = max(price[unit], per_head)
    return priced(part, price)


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

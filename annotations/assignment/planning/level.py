"""Even loads: fill the rows from the least burdened, then mend along chains of exchanges.

Each annotator's load is a convex cost, so a plan is as even as it can be once no chain leads
work from somebody to somebody with at least two articles fewer (N. Harvey et al., Semi-matchings
for bipartite graphs and load balancing, J. Algorithms 59, 2006).
"""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import pairwise

from .board import Board

Chain = list[tuple[int, int]]  # (person, the row they pass on to the next); the last: row -1


def fill(board: Board, order: list[int]) -> None:
    """Give each row its annotators; what cannot be given stays in the row's `need`."""
    level, at_top = water_level(board)
    stuck: set[int] = set()
    for index in order:
        row = board.rows[index]
        while row.need > 0:
            person = _choose(board, index, level if at_top > 0 else level - 1)
            if person is None:
                person = _make_room(board, index, stuck)
            if person is None:
                break
            board.put(index, person)
            at_top -= board.loads[person] == level


def water_level(board: Board) -> tuple[int, int]:
    """(load up to which work rises when the least burdened get it first, how many reach it)."""
    n_people = len(board.people)
    work = sum(min(row.need, n_people - len(row.members | row.closed)) for row in board.rows)
    people = list(zip(board.loads, board.caps, strict=True))
    level = min(board.loads, default=0)
    highest = max([*board.loads, *board.caps], default=0)
    while work > 0 and level < highest:
        takers = sum(load <= level < cap for load, cap in people)
        level += 1
        if takers >= work:
            return level, work
        work -= takers
    return level, n_people


def _choose(board: Board, index: int, ceiling: int) -> int | None:
    """Whoever most lacks the row's members, below the ceiling if possible; None: all are full."""
    row, loads = board.rows[index], board.loads
    free = [person for person in board.people if row.takes(person) and not board.is_full(person)]
    if not free:
        return None
    fit = [person for person in free if loads[person] < ceiling]
    if not fit:
        lightest = min(loads[person] for person in free)
        fit = [person for person in free if loads[person] == lightest]
    if len(fit) == 1 or not row.members:
        return min(fit, key=loads.__getitem__)
    wants = board.want(index) if board.short else [0] * len(board.people)
    met = [sum(counts) for counts in zip(*(board.shared[m] for m in row.members), strict=True)]
    return min(fit, key=lambda person: (-wants[person], loads[person], met[person]))


def _make_room(board: Board, index: int, stuck: set[int]) -> int | None:
    """Somebody who can take the row once work has been passed on along a chain of exchanges.

    `stuck` gathers people from whom no chain leads anywhere; that stays so while rows fill.
    """
    row = board.rows[index]
    starts = [person for person in board.people if row.takes(person) and person not in stuck]
    goal, came = _explore(board, starts, lambda person: not board.is_full(person))
    if goal is None:
        stuck.update(came)
        return None
    chain = _chain_to(goal, came)
    _pass_on(board, chain)
    return chain[0][0]


def even_out(board: Board) -> None:
    """Pass work on until nobody can give an article to somebody with two fewer."""
    settled: set[int] = set()
    while max(board.loads, default=0) - min(board.loads, default=0) > 1:
        givers = [person for person in board.people if person not in settled]
        if not givers:
            return
        giver = max(givers, key=board.loads.__getitem__)
        if _relieve(board, giver):
            settled.clear()
        else:
            settled.add(giver)


def _relieve(board: Board, giver: int) -> bool:
    low = board.loads[giver] - 2
    goal, came = _explore(
        board, [giver], lambda person: board.loads[person] <= low and not board.is_full(person)
    )
    if goal is not None:
        _pass_on(board, _chain_to(goal, came))
    return goal is not None


def _explore(
    board: Board, starts: Iterable[int], is_goal: Callable[[int], bool]
) -> tuple[int | None, dict[int, tuple[int, int] | None]]:
    """Go breadth first from person to person, each passing a row on to the next.

    Returns the first goal met, and from whom and by which row everybody was reached.
    """
    came: dict[int, tuple[int, int] | None] = dict.fromkeys(starts)
    queue = deque(came)
    while queue:
        person = queue.popleft()
        if is_goal(person):
            return person, came
        for index in board.added_rows(person):
            if len(came) == len(board.people):
                break
            for other in board.people:
                if other not in came and board.rows[index].takes(other):
                    came[other] = (person, index)
                    queue.append(other)
    return None, came


def _chain_to(goal: int, came: dict[int, tuple[int, int] | None]) -> Chain:
    chain: Chain = [(goal, -1)]
    while step := came[chain[-1][0]]:
        chain.append(step)
    return chain[::-1]


def _pass_on(board: Board, chain: Chain) -> None:
    """Carry out a chain from its end, so that nobody is over their cap in between."""
    for (giver, index), (taker, _) in reversed(list(pairwise(chain))):
        board.swap(index, giver, taker)

"""Bringing pairs together: exchanges that leave the loads as even as they are."""

from random import Random

from .board import Board

PATIENCE = 60  # exchanges tried in vain for each place given out, and 1,000 at least
MOST_TRIES = 60_000
DETOUR_SHARE = 0.02  # of the exchanges for the worse by one that are tried nonetheless
LOOKS = 6  # at how many rows a try looks

Move = tuple[int, int | None, int | None]  # (row, who leaves, who comes)


def bring_together(board: Board, rng: Random, *, most: int, wished: int) -> None:
    """Let every pair share as many articles as was wished, or as many as can be found.

    `most` is what no plan exceeds. What is not found at once is tried with one article less,
    down to what every pair shares already.
    """
    for overlap in range(min(most, wished), 0, -1):
        board.aim_at(overlap)
        _walk(board, rng)
        if all(count >= overlap - 1 for _, _, count in board.pairs()):
            return


def _walk(board: Board, rng: Random) -> None:
    """Search for exchanges by which fewer shared articles are lacking; never leaves more lacking.

    A walk over plans that are as good or better, with now and then a step for the worse that is
    taken back unless it pays: enough for small designs, a polish for large ones.
    """
    patience = max(1_000, PATIENCE * sum(len(row.added) for row in board.rows))
    best, since_best = board.short, 0
    made: list[Move] = []  # since the best plan so far
    for _ in range(MOST_TRIES):
        if not board.short or since_best >= patience:
            break
        since_best += 1
        made += _try(board, rng)
        if board.short < best:
            best, since_best = board.short, 0
            made.clear()
    _take_back(board, made)


def _try(board: Board, rng: Random) -> list[Move]:
    """Bring one pair that lacks together; the moves made, none if they did not pay."""
    moves = _exchange(board, rng)
    before = board.short
    for index, leaves, comes in moves:
        board.swap(index, leaves, comes)
    worse = board.short - before
    if worse <= 0 or (worse == 1 and rng.random() < DETOUR_SHARE):
        return moves
    _take_back(board, moves)
    return []


def _take_back(board: Board, moves: list[Move]) -> None:
    for index, leaves, comes in reversed(moves):
        board.swap(index, comes, leaves)


def _exchange(board: Board, rng: Random) -> list[Move]:
    """Somebody joins a row of somebody they lack, and makes up for it on another row."""
    host, guest = _lacking_pair(board, rng)
    for index in _some(rng, board.rows_of[host]):
        row = board.rows[index]
        if not row.takes(guest):
            continue
        if row.need > 0 and (moves := _moving_over(board, rng, index, guest)):
            return moves
        for leaves in _some(rng, row.added - {host}):
            if moves := _taking_the_place(board, rng, index, leaves, guest):
                return moves
    return []


def _moving_over(board: Board, rng: Random, index: int, guest: int) -> list[Move]:
    """Give up another row for a place that nobody had."""
    given_up = _some(rng, set(board.added_rows(guest)))[:1]
    return [(row, guest, None) for row in given_up] + [(index, None, guest)] * len(given_up)


def _taking_the_place(board: Board, rng: Random, index: int, leaves: int, guest: int) -> list[Move]:
    """Take over from someone, who takes over one of the guest's rows unless they had more.

    Somebody with one row fewer than them may take that one in their stead.
    """
    load = board.loads[leaves]
    lighter = [p for p in board.people if board.loads[p] == load - 1 and not board.is_full(p)]
    if guest in lighter:
        return [(index, leaves, guest)]
    for back in _some(rng, board.rows_of[guest]):
        if guest in board.rows[back].added:
            able = [p for p in (leaves, *lighter) if board.rows[back].takes(p)]
            if able:
                return [(index, leaves, guest), (back, guest, rng.choice(able))]
    return []


def _lacking_pair(board: Board, rng: Random) -> tuple[int, int]:
    """Any two, in either order, who share too few articles."""
    n_people = len(board.people)
    first, step = rng.randrange(n_people), rng.randrange(n_people)
    for offset in board.people:
        one = (first + offset) % n_people
        counts = board.shared[one]
        for shift in board.people:
            other = (one + step + shift) % n_people
            if other != one and counts[other] < board.overlap:
                return one, other
    raise ValueError("no pair lacks anything")


def _some(rng: Random, of: set[int]) -> list[int]:
    """A few of a set, in random order."""
    return rng.sample(tuple(of), min(LOOKS, len(of)))

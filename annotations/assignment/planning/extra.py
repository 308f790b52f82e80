"""More annotators on some articles than were asked for, so that every pair shares enough."""

from random import Random

from .board import Board

LOOKS = 24  # at how many rows of each of the two a search looks before it looks at all

Pair = tuple[int, int]


def add_extra(board: Board, rng: Random) -> None:
    """Put more people on articles until every pair shares enough, or nothing more can be done.

    Whoever lacks two or more of an article's people joins them there, so that the extra work
    gathers on few articles: n people on one of them meet n(n-1)/2 times.
    """
    hopeless: set[Pair] = set()
    while pairs := [pair for pair in board.lacking() if pair not in hopeless]:
        pair = rng.choice(pairs)
        index = _bring_onto_one_row(board, rng, pair)
        if index is None:
            hopeless.add(pair)
        else:
            _gather(board, index)
    _even_out_gently(board)


def _bring_onto_one_row(board: Board, rng: Random, pair: Pair) -> int | None:
    one, other = pair
    joins = _joins(board, rng, one, other) + _joins(board, rng, other, one)
    if joins:
        index, person = max(joins, key=lambda join: _lacked(board, *join))
        board.put(index, person)
        return index
    if board.is_full(one) or board.is_full(other):
        return None
    for index, row in enumerate(board.rows):
        if row.open and row.takes(one) and row.takes(other):
            board.put(index, one)
            board.put(index, other)
            return index
    return None


def _joins(board: Board, rng: Random, host: int, guest: int) -> list[tuple[int, int]]:
    """(row of the host, guest) where the guest may come: among a few rows, else among all."""
    if board.is_full(guest):
        return []
    rows = list(board.rows_of[host])
    rng.shuffle(rows)
    for some in (rows[:LOOKS], rows[LOOKS:]):
        found = [
            (index, guest)
            for index in some
            if board.rows[index].open and board.rows[index].takes(guest)
        ]
        if found:
            return found
    return []


def _lacked(board: Board, index: int, person: int) -> int:
    """How many of the row's people the person still shares too few articles with."""
    counts = board.shared[person]
    return sum(counts[member] < board.overlap for member in board.rows[index].members)


def _gather(board: Board, index: int) -> None:
    row = board.rows[index]
    while True:
        able = [p for p in board.people if row.takes(p) and not board.is_full(p)]
        best = max(able, key=lambda p: (_lacked(board, index, p), -board.loads[p]), default=None)
        if best is None or _lacked(board, index, best) < 2:
            return
        board.put(index, best)


def _even_out_gently(board: Board) -> None:
    """Pass articles on from the heaviest to the lighter where no pair loses what it needs."""
    settled: set[int] = set()
    while givers := [p for p in board.people if p not in settled]:
        giver = max(givers, key=board.loads.__getitem__)
        if _give_one(board, giver):
            settled.clear()
        else:
            settled.add(giver)


def _give_one(board: Board, giver: int) -> bool:
    takers = [p for p in board.people if board.loads[p] < board.loads[giver] - 1]
    for taker in sorted(takers, key=board.loads.__getitem__):
        if board.is_full(taker):
            continue
        for index in list(board.added_rows(giver)):
            if not board.rows[index].takes(taker):
                continue
            before = board.short
            board.swap(index, giver, taker)
            if board.short <= before:
                return True
            board.swap(index, taker, giver)
    return False

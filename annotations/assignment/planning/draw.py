"""Drawing up a plan: fill every article, even out the loads, then bring pairs together."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from random import Random
from typing import TypeVar

from .board import Board, Row
from .bounds import highest_overlap
from .extra import add_extra
from .level import even_out, fill
from .pairs import bring_together
from .plan import Load, Plan, Wish

A = TypeVar("A", bound=Hashable)
P = TypeVar("P", bound=Hashable)


def draw_up(wish: Wish[A, P]) -> Plan[A, P]:
    """The plan for a wish: the same for the same wish, and empty once it has been carried out.

    In this order of weight: every article gets its annotators as far as people and caps allow;
    loads differ by no more than they must; pairs share as many articles as was wished, or as
    many as can be. With `extra` the last outweighs the second.
    """
    people = list(dict.fromkeys(wish.annotators))
    articles, rows = _lay_out(wish)
    board = Board(rows, [wish.caps.get(person, len(rows)) for person in people], wish.overlap)
    before, at_first = list(board.loads), [list(counts) for counts in board.shared]
    rng = Random(wish.seed)
    fill(board, _order(board, rng))
    even_out(board)
    most = _most(board, before, at_first)
    bring_together(board, rng, most=most or 0, wished=wish.overlap)
    if wish.extra:
        most = _most_with_extra(board)
        board.aim_at(wish.overlap)
        add_extra(board, rng)
    return _read_off(wish, board, articles, before, most)


def _lay_out(wish: Wish[A, P]) -> tuple[list[A], list[Row]]:
    """A row for each article that is wished for or on which somebody already is."""
    number = {person: index for index, person in enumerate(dict.fromkeys(wish.annotators))}
    present = _by_article(wish.existing)
    barred = _by_article(wish.barred)
    wished = dict.fromkeys(wish.articles)
    articles = list(wished | dict.fromkeys(present))
    rows = []
    for article in articles:
        here = present.get(article, set())
        rows.append(
            Row(
                need=max(0, wish.per_article - len(here)) if article in wished else 0,
                open=article in wished,
                members={number[person] for person in here if person in number},
                closed=frozenset(
                    number[person] for person in barred.get(article, ()) if person in number
                ),
            )
        )
    return articles, rows


def _by_article(pairs: Iterable[tuple[A, P]]) -> dict[A, set[P]]:
    found: defaultdict[A, set[P]] = defaultdict(set)
    for article, person in pairs:
        found[article].add(person)
    return found


def _order(board: Board, rng: Random) -> list[int]:
    """Rows in a random order, those with the least choice first."""
    order = [index for index, row in enumerate(board.rows) if row.need]
    rng.shuffle(order)
    n_people = len(board.people)

    def choice(index: int) -> int:
        row = board.rows[index]
        return n_people - len(row.members | row.closed) - row.need

    return sorted(order, key=choice)


def _most(board: Board, before: list[int], at_first: list[list[int]]) -> int | None:
    """The most that every pair could come to share under loads as even as the board's.

    In plans equally even, nobody who gets new work ends above the heaviest who does here:
    one such plan turns into another along chains that change a load by one.
    """
    got_work = [load for load, old in zip(board.loads, before, strict=True) if load > old]
    level = max(got_work, default=0)
    gains: list[list[int]] = [[] for _ in board.people]
    held = [0] * len(board.people)
    total = 0
    for row in board.rows:
        stayed = row.members - row.added
        free = [p for p in board.people if p not in stayed and p not in row.closed]
        n_new = min(row.need + len(row.added), len(free))
        total += n_new * len(stayed) + n_new * (n_new - 1) // 2
        for person in stayed:
            held[person] += n_new
        for person in free if n_new else ():
            gains[person].append(len(stayed) + n_new - 1)
    most_new = [max(0, min(board.caps[p], level) - before[p]) for p in board.people]
    meetings = [held[p] + sum(sorted(gains[p], reverse=True)[: most_new[p]]) for p in board.people]
    return highest_overlap(shared=at_first, new_meetings=meetings, total_new=total)


def _most_with_extra(board: Board) -> int | None:
    """The most that every pair could share if everybody were put on every article."""
    able = [
        {i for i, row in enumerate(board.rows) if p in row.members or (row.open and row.takes(p))}
        for p in board.people
    ]
    return min((len(able[one] & able[other]) for one, other, _ in board.pairs()), default=None)


def _read_off(
    wish: Wish[A, P], board: Board, articles: list[A], before: list[int], most: int | None
) -> Plan[A, P]:
    people = list(dict.fromkeys(wish.annotators))
    by_article = list(zip(articles, board.rows, strict=True))
    return Plan(
        wish=wish,
        added=tuple((article, people[p]) for article, row in by_article for p in sorted(row.added)),
        loads={
            person: Load(old, load - old)
            for person, old, load in zip(people, before, board.loads, strict=True)
        },
        shared={(people[one], people[other]): count for one, other, count in board.pairs()},
        missing={article: row.need for article, row in by_article if row.need > 0},
        highest_overlap=most,
    )

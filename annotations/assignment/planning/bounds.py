"""What no plan can exceed. True bounds, not promises: a plan may still fall short of them."""

from collections.abc import Callable, Sequence
from math import comb


def highest_overlap(
    *, shared: Sequence[Sequence[int]], new_meetings: Sequence[int], total_new: int
) -> int | None:
    """The most articles that every pair could share; None with fewer than two people.

    `shared` is what each pair shares already (symmetric, n x n). `new_meetings` says for each
    person how many meetings with others the plan can add at most; `total_new` for all pairs
    together, each meeting counted once.
    """
    n_people = len(shared)
    if n_people < 2:
        return None
    others = [
        [shared[one][other] for other in range(n_people) if other != one] for one in range(n_people)
    ]

    def reachable(overlap: int) -> bool:
        lacking = [sum(max(0, overlap - count) for count in row) for row in others]
        return sum(lacking) // 2 <= total_new and all(
            need <= most for need, most in zip(lacking, new_meetings, strict=True)
        )

    return _largest(reachable)


def _largest(holds: Callable[[int], bool]) -> int:
    """The largest number for which `holds`, given that it holds for 0 and stops for good."""
    high = 1
    while holds(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def fewest_articles(*, n_people: int, per_article: int, overlap: int) -> int | None:
    """No plan from scratch reaches `overlap` with fewer articles; None: with none at all.

    Schönheim's bound for coverings of pairs (J. Schönheim, On coverings, Pacific J. Math. 14,
    1964): each person meets n-1 others on an article, so needs ceil(k(m-1)/(n-1)) of them.
    """
    per_article = min(per_article, n_people)
    if n_people < 2 or overlap == 0:
        return 0
    if per_article < 2:
        return None
    each = -(-overlap * (n_people - 1) // (per_article - 1))
    return max(
        -(-n_people * each // per_article),
        -(-overlap * comb(n_people, 2) // comb(per_article, 2)),
    )

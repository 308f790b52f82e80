"""What there is to say about a plan before it is carried out."""

from collections.abc import Hashable
from typing import TypeVar

from .bounds import fewest_articles
from .plan import Plan

A = TypeVar("A", bound=Hashable)
P = TypeVar("P", bound=Hashable)


def remarks(plan: Plan[A, P]) -> list[str]:
    """Where the plan falls short of what was wished, why, and what would help."""
    return [*_of_missing(plan), *_of_pairs(plan)]


def count(number: int, one: str, many: str = "") -> str:
    """`3 articles`, `1 article`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _of_missing(plan: Plan[A, P]) -> list[str]:
    wish = plan.wish
    if not plan.missing:
        return []
    lacking = f"{count(len(plan.missing), 'article')} will have fewer than"
    lacking = f"{lacking} {count(wish.per_article, 'annotator')}"
    if len(wish.annotators) < wish.per_article:
        return [f"{lacking}: only {count(len(wish.annotators), 'annotator')} can be chosen from."]
    return [f"{lacking}: nobody is left who may take them and is below their limit."]


def _of_pairs(plan: Plan[A, P]) -> list[str]:
    wish, lowest = plan.wish, plan.lowest_shared
    if not wish.overlap or lowest is None or not plan.pairs_short:
        return []
    said = [
        f"{plan.pairs_short:,} of {count(len(plan.shared), 'pair')} will share fewer than "
        f"{count(wish.overlap, 'article')}; the fewest is {lowest:,}."
    ]
    most = plan.highest_overlap or 0
    if most < wish.overlap:
        said.append(f"No even plan with these numbers lets every pair share more than {most:,}.")
    elif most > lowest:
        said.append(f"It is not known whether a plan exists in which every pair shares {most:,}.")
    return said + _of_remedies(plan)


def _of_remedies(plan: Plan[A, P]) -> list[str]:
    """Numbers are named only where nothing is assigned yet: they hold for plans from scratch."""
    wish = plan.wish
    if wish.extra:
        return []
    remedies = ["more articles", "more annotators an article"]
    if not wish.existing:
        remedies = _by_number(len(wish.annotators), len(wish.articles), plan)
    remedies.append("some articles with more annotators than the rest (there is a box to tick)")
    return [f"What would help: {', or '.join(remedies)}."]


def _by_number(n_people: int, n_articles: int, plan: Plan[A, P]) -> list[str]:
    wish = plan.wish
    fewest = fewest_articles(n_people=n_people, per_article=wish.per_article, overlap=wish.overlap)
    enough = _enough_annotators(n_people, n_articles, wish.overlap)
    remedies = []
    if fewest is not None and fewest > n_articles:
        remedies.append(f"at least {fewest:,} articles")
    if enough is not None and enough > wish.per_article:
        remedies.append(f"at least {enough} annotators an article")
    return remedies


def _enough_annotators(n_people: int, n_articles: int, overlap: int) -> int | None:
    """The fewest annotators an article with which counting does not rule the overlap out."""
    for per_article in range(2, n_people + 1):
        fewest = fewest_articles(n_people=n_people, per_article=per_article, overlap=overlap)
        if fewest is not None and fewest <= n_articles:
            return per_article
    return None

"""What a plan of assignments promises; small cases are checked against every possible plan."""

from itertools import combinations, product
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.assignment.planning import Plan, Wish, draw_up, fewest_articles, remarks

Pair = tuple[int, str]
NAMES = "abcdefghijklmnopqrstu"


def wish(n_articles: int, n_people: int, per_article: int, overlap: int = 0, **more) -> Wish:
    return Wish(range(n_articles), NAMES[:n_people], per_article, overlap, **more)


def loads(plan: Plan) -> list[int]:
    return sorted(load.after for load in plan.loads.values())


def annotators(plan: Plan, article: int) -> list[str]:
    held = {*plan.wish.existing, *plan.added}
    return sorted(person for each, person in held if each == article)


@st.composite
def wishes(draw: st.DrawFn, most_people: int = 8, most_articles: int = 14) -> Wish:
    """Wishes with work already given out, pairs that must not be, and limits."""
    people = NAMES[: draw(st.integers(1, most_people))]
    n_articles = draw(st.integers(1, most_articles))
    pairs = list(product(range(n_articles + 1), people))  # one article is not in the wish
    fates = st.sampled_from(["free", "free", "free", "existing", "barred"])
    fate = draw(st.lists(fates, min_size=len(pairs), max_size=len(pairs)))
    chosen = draw(st.dictionaries(st.sampled_from(people), st.integers(0, n_articles), max_size=3))
    return Wish(
        range(n_articles),
        people,
        per_article=draw(st.integers(1, 4)),
        overlap=draw(st.integers(0, 4)),
        caps=chosen,
        existing=[pair for pair, is_ in zip(pairs, fate, strict=True) if is_ == "existing"],
        barred=[pair for pair, is_ in zip(pairs, fate, strict=True) if is_ == "barred"],
        extra=draw(st.booleans()),
        seed=draw(st.integers(0, 99)),
    )


# --- what holds for every wish --------------------------------------------------------------


@given(wishes())
def test_a_plan_makes_no_pair_twice_none_barred_and_none_outside_the_wish(wish: Wish) -> None:
    plan = draw_up(wish)
    assert len(set(plan.added)) == len(plan.added)
    assert set(plan.added) & {*wish.existing, *wish.barred} == set()
    assert {article for article, _ in plan.added} <= set(wish.articles)
    assert {person for _, person in plan.added} <= set(wish.annotators)


@given(wishes())
def test_nobody_gets_new_work_beyond_their_cap(wish: Wish) -> None:
    plan = draw_up(wish)
    over = {p for p, load in plan.loads.items() if load.added and load.after > wish.caps.get(p, 99)}
    assert over == set()


@given(wishes())
def test_an_article_gets_just_as_many_as_it_lacks_unless_extra_is_allowed(wish: Wish) -> None:
    plan = draw_up(wish)
    for article in wish.articles:
        before = sum(each == article for each, _ in wish.existing)
        got = sum(each == article for each, _ in plan.added)
        lacking = max(0, wish.per_article - before) - plan.missing.get(article, 0)
        assert got >= lacking if wish.extra else got == lacking


@given(wishes())
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(wish: Wish) -> None:
    plan = draw_up(wish)
    done = [*wish.existing, *plan.added]
    again = Wish(**{**vars(wish), "existing": done, "seed": wish.seed + 1})
    assert draw_up(again).added == ()


@given(wishes())
def test_the_same_wish_gives_the_same_plan(wish: Wish) -> None:
    assert draw_up(wish) == draw_up(wish)


@given(wishes())
def test_what_the_plan_says_about_itself_is_so(wish: Wish) -> None:
    plan = draw_up(wish)
    held = {*wish.existing, *plan.added}
    articles_of = {p: {a for a, person in held if person == p} for p in wish.annotators}
    assert {p: load.after for p, load in plan.loads.items()} == {
        p: len(articles) for p, articles in articles_of.items()
    }
    assert plan.shared == {
        (p, q): len(articles_of[p] & articles_of[q]) for p, q in combinations(wish.annotators, 2)
    }
    assert plan.highest_overlap is None or plan.lowest_shared <= plan.highest_overlap
    assert bool(remarks(plan)) == bool(plan.missing or plan.pairs_short)


@given(
    st.integers(2, 12), st.integers(1, 60), st.integers(1, 5), st.integers(0, 9), st.integers(0, 9)
)
def test_from_scratch_loads_differ_by_one_at_most(
    n_people: int, n_articles: int, per_article: int, overlap: int, seed: int
) -> None:
    plan = draw_up(wish(n_articles, n_people, per_article, overlap, seed=seed))
    assert plan.spread <= 1
    assert sum(loads(plan)) == n_articles * min(per_article, n_people)


@given(wishes(most_people=6, most_articles=10), st.integers(1, 8), st.integers(0, 2))
def test_topping_up_keeps_what_was_given_out(first: Wish, more: int, newcomers: int) -> None:
    done = {*first.existing, *draw_up(first).added}
    people = NAMES[: len(first.annotators) + newcomers]
    articles = range(len(first.articles) + more)
    second = draw_up(Wish(articles, people, first.per_article, existing=done))
    assert set(second.added) & done == set()
    short = {
        a for a in articles if len(annotators(second, a)) < min(first.per_article, len(people))
    }
    assert short == set()


# --- against every possible plan --------------------------------------------------------------


def best_of_all(wish: Wish) -> tuple[int, int, int]:
    """(assignments made, -sum of squared loads, lowest overlap up to the wish) of the best."""
    choices = []
    for article in wish.articles:
        here = {p for a, p in wish.existing if a == article}
        able = [p for p in wish.annotators if p not in here and (article, p) not in wish.barred]
        most = min(max(0, wish.per_article - len(here)), len(able))
        sizes = range(most + 1)
        choices.append([(article, some) for size in sizes for some in combinations(able, size)])
    return max(worth for plan in product(*choices) if (worth := worth_of(wish, plan)))


def worth_of(
    wish: Wish, plan: tuple[tuple[int, tuple[str, ...]], ...]
) -> tuple[int, int, int] | None:
    held = {p: {a for a, q in wish.existing if q == p} for p in wish.annotators}
    for article, people in plan:
        for person in people:
            held[person].add(article)
            if len(held[person]) > wish.caps.get(person, 99):
                return None
    pairs = combinations(wish.annotators, 2)
    lowest = min((len(held[p] & held[q]) for p, q in pairs), default=0)
    squares = sum(len(articles) ** 2 for articles in held.values())
    return sum(len(people) for _, people in plan), -squares, min(lowest, wish.overlap)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(wishes(most_people=4, most_articles=4))
def test_no_plan_at_all_places_more_is_more_even_or_brings_pairs_closer(wish: Wish) -> None:
    wish = Wish(**{**vars(wish), "extra": False})
    plan = draw_up(wish)
    squares = sum(load**2 for load in loads(plan))
    best = best_of_all(wish)
    assert (len(plan.added), -squares, min(plan.lowest_shared or 0, wish.overlap)) == best
    assert plan.highest_overlap is None or plan.highest_overlap >= best[2]


DESIGNS = [  # people, an article's annotators, articles: every pair shares just one
    (7, 3, 7),  # the Fano plane
    (9, 3, 12),
    (13, 3, 26),
    (15, 3, 35),
    (13, 4, 13),
    (16, 4, 20),
]


@pytest.mark.parametrize(("n_people", "per_article", "n_articles"), DESIGNS)
def test_a_perfect_design_is_found_where_there_is_one(
    n_people: int, per_article: int, n_articles: int
) -> None:
    plan = draw_up(wish(n_articles, n_people, per_article, overlap=1))
    assert set(plan.shared.values()) == {1}
    assert plan.spread == 0
    assert fewest_articles(n_people=n_people, per_article=per_article, overlap=1) == n_articles


@pytest.mark.parametrize(("n_people", "per_article", "fewest"), [(6, 3, 6), (8, 3, 11), (10, 4, 9)])
def test_the_bound_on_articles_is_the_known_size_of_coverings(
    n_people: int, per_article: int, fewest: int
) -> None:
    """La Jolla covering repository: C(6,3,2) = 6, C(8,3,2) = 11, C(10,4,2) = 9."""
    assert fewest_articles(n_people=n_people, per_article=per_article, overlap=1) >= fewest - 1
    assert draw_up(wish(fewest, n_people, per_article, overlap=1)).wish.overlap == 1


# --- topping up, extra, and words -------------------------------------------------------------


def test_new_articles_go_first_to_whoever_joined_later() -> None:
    done = draw_up(wish(10, 3, 2)).added
    plan = draw_up(Wish(range(14), NAMES[:4], 2, existing=done))
    assert loads(plan) == [4, 8, 8, 8]  # the newcomer is on every new article


def test_work_of_people_who_are_not_chosen_counts_for_the_article() -> None:
    plan = draw_up(Wish(range(2), "ab", 2, existing=[(0, "gone"), (1, "gone")]))
    assert len(plan.added) == 2


def test_extra_lets_a_newcomer_share_articles_that_have_their_annotators() -> None:
    done = draw_up(wish(20, 2, 2)).added
    asked = Wish(range(20), NAMES[:3], 2, 5, existing=done, extra=True)
    plan = draw_up(asked)
    assert {person for _, person in plan.added} == {"c"}
    assert plan.loads["c"].after == plan.lowest_shared == 5


def test_extra_gathers_the_shared_articles_when_one_annotator_an_article_is_enough() -> None:
    plan = draw_up(wish(100, 5, 1, 10, extra=True))
    assert plan.lowest_shared == 10
    assert len(plan.added) == 100 + 10 * 4  # ten articles with all five: no plan needs fewer
    assert plan.spread == 0


def test_an_overlap_out_of_reach_is_said_with_what_is_possible() -> None:
    plan = draw_up(wish(10, 5, 2, 4))
    assert (plan.lowest_shared, plan.highest_overlap, plan.pairs_short) == (1, 1, 10)
    assert remarks(plan) == [
        "10 of 10 pairs will share fewer than 4 articles; the fewest is 1.",
        "No even plan with these numbers lets every pair share more than 1.",
        "What would help: at least 40 articles, or at least 4 annotators an article, or some "
        "articles with more annotators than the rest (there is a box to tick).",
    ]


def test_too_few_people_are_said() -> None:
    assert remarks(draw_up(wish(3, 2, 4))) == [
        "3 articles will have fewer than 4 annotators: only 2 annotators can be chosen from."
    ]


def test_limits_that_are_reached_are_said() -> None:
    plan = draw_up(wish(6, 2, 2, caps={"a": 4}))
    assert {p: load.after for p, load in plan.loads.items()} == {"a": 4, "b": 6}
    assert remarks(plan) == [
        "2 articles will have fewer than 2 annotators: "
        "nobody is left who may take them and is below their limit."
    ]


@pytest.mark.parametrize(("per_article", "overlap", "extra"), [(3, 20, False), (2, 20, True)])
def test_ten_thousand_articles_for_fifty_people_can_be_planned(
    per_article: int, overlap: int, extra: bool
) -> None:
    people = [str(number) for number in range(50)]
    plan = draw_up(Wish(range(10_000), people, per_article, overlap, extra=extra))
    assert plan.lowest_shared >= overlap
    assert plan.spread <= 1
    assert len(plan.shared) == comb(50, 2)

"""What is computed for many articles at once equals what is computed one by one."""

from hypothesis import given
from hypothesis import strategies as st

from annotations.agreement import (
    Continuum,
    article_figures,
    compare,
    confusion,
    figure,
    link_findings,
    splits,
    summed,
    sums_of,
    tolerance_curve,
)
from annotations.agreement.pairing import aligned

LABELS = st.sampled_from(["reporting", "attribution"])
SPANS = st.tuples(st.integers(0, 20), st.integers(1, 9), LABELS)
READINGS = st.lists(SPANS.map(lambda one: (one[0], one[0] + one[1], one[2])), max_size=5)
ARTICLES = st.dictionaries(st.sampled_from("abc"), READINGS, min_size=1).map(
    lambda annotators: Continuum.of(30, annotators)
)


@given(st.lists(ARTICLES, max_size=4))
def test_figures_of_articles_at_once_are_those_of_each(articles: list[Continuum]) -> None:
    for measure in ("exact_f1", "character_f1", "krippendorff_alpha_u"):
        found = article_figures(sums_of(articles), measure)
        for index, article in enumerate(articles):
            if len(article.annotators) > 1:
                alone = figure(sums_of(article), measure)
                assert (found[index].value, found[index].reason) == (alone.value, alone.reason)


@given(st.lists(ARTICLES, max_size=4))
def test_summed_comparisons_say_the_same(articles: list[Continuum]) -> None:
    given_counts = [one for article in articles for one in compare(article)]
    together = [summed(given_counts)]

    assert splits(together) == splits(given_counts)
    assert confusion(together) == confusion(given_counts)
    if given_counts:
        assert tolerance_curve(together) == tolerance_curve(given_counts)


@given(ARTICLES)
def test_matches_that_are_known_change_nothing(article: Continuum) -> None:
    matches = {
        (a, b): aligned(article.annotators[a], article.annotators[b]) for a, b in article.pairs
    }

    assert compare(article, matches=matches) == compare(article)
    for a, b in article.pairs:
        both = article.only((a, b))
        known = link_findings(both, exact=False, matches=matches[a, b])
        assert known == link_findings(both, exact=False)

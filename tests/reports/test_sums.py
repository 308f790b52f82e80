"""Stored sums are counted once, follow their input, and narrow to any selection."""

import pytest

from annotations.accounts.models import User
from annotations.agreement import Continuum, compare, figure, restored, stored, sums_of
from annotations.corpus.models import Article
from annotations.reports.actions import refresh_sums
from annotations.reports.actions.sums import choose, count_inputs
from annotations.reports.counted import Counted, count_articles, narrowed
from annotations.reports.models import ArticleSums
from annotations.reports.queries import read_continua, read_inputs
from annotations.reports.selection import Selection
from annotations.study.models import Study
from tests.marks import link, mark, submit
from tests.people import assign


def count_alone(article: Continuum) -> Counted:
    return count_articles([article], [{}])[0]


@pytest.fixture
def three_readings(
    study: Study, article: Article, bob: User, carol: User, erin: User
) -> dict[str, str]:
    """Bob, Carol and Erin on one article: boundary, label, missing and a shared link."""
    for who, spans in {
        bob: [("attribution", (0, 18)), ("allegation", (39, 57)), ("extent", (35, 70))],
        carol: [("attribution", (0, 9)), ("allegation", (39, 57)), ("extent", (35, 70))],
        erin: [("characterization", (39, 57))],
    }.items():
        mine = assign(article, who)
        made = [mark(mine, label, stretch) for label, stretch in spans]
        if len(made) > 1:
            link(made[0], made[2])
        submit(mine)
    return {"bob": str(bob.pk), "carol": str(carol.pk), "erin": str(erin.pk)}


def test_an_article_is_counted_once(study: Study, three_readings: dict[str, str]) -> None:
    first = refresh_sums(study=study)
    made_at = ArticleSums.objects.get().computed_at

    assert refresh_sums(study=study) == first
    assert ArticleSums.objects.get().computed_at == made_at


def test_a_new_submission_is_counted(
    study: Study, article: Article, bob: User, carol: User
) -> None:
    mine = assign(article, bob)
    mark(mine, "attribution", (0, 9))
    submit(mine)
    refresh_sums(study=study)
    hers = assign(article, carol)
    mark(hers, "attribution", (0, 9))
    submit(hers)

    (counted,) = refresh_sums(study=study).values()

    assert figure(restored([counted["sums"]]), "exact_f1").value == 1
    assert ArticleSums.objects.count() == 1


def test_narrowing_equals_counting_the_narrow_article(
    study: Study, three_readings: dict[str, str]
) -> None:
    (article,) = read_continua(read_inputs(study, Selection()))
    whole = count_alone(article)
    for name in three_readings.values():
        rest = set(three_readings.values()) - {name}
        alone = count_alone(article.only(rest))
        chosen = narrowed(whole, rest)
        assert chosen["submitted"] == alone["submitted"]
        assert chosen["pairs"] == alone["pairs"]
        for measure in ("exact_f1", "krippendorff_alpha_u", "krippendorff_alpha_bar_u"):
            theirs = figure(restored([chosen["sums"]]), measure).value
            assert theirs == figure(restored([alone["sums"]]), measure).value


def test_narrowing_to_one_annotator_leaves_no_sums(
    study: Study, three_readings: dict[str, str]
) -> None:
    (article,) = read_continua(read_inputs(study, Selection()))

    assert narrowed(count_alone(article), {three_readings["bob"]})["sums"] is None


def test_narrowing_drops_labels_that_nobody_left_has_used(
    study: Study, three_readings: dict[str, str]
) -> None:
    (article,) = read_continua(read_inputs(study, Selection()))
    rest = {three_readings["bob"], three_readings["carol"]}

    chosen = narrowed(count_alone(article), rest)

    assert chosen["sums"] == count_alone(article.only(rest))["sums"]
    assert "characterization" not in chosen["sums"]["labels"]


def test_chosen_labels_are_counted_as_if_there_were_no_others(
    study: Study, three_readings: dict[str, str]
) -> None:
    selection = Selection(labels=("attribution",))
    inputs = read_inputs(study, selection)
    refresh_sums(study=study)

    (counted,) = count_inputs(study, selection, inputs)

    sums = restored([counted["sums"]])
    assert set(counted["sums"]["labels"]) == {"attribution"}
    any_label = figure(sums, "krippendorff_alpha_bar_u").value
    assert any_label == pytest.approx(figure(sums, "krippendorff_alpha_u").value)
    assert ArticleSums.objects.get().sums["sums"]["labels"].keys() > {"attribution"}


def test_links_and_pairs_are_counted(study: Study, three_readings: dict[str, str]) -> None:
    (article,) = read_continua(read_inputs(study, Selection()))
    pairs = {(pair["a"], pair["b"]): pair for pair in count_alone(article)["pairs"]}
    a, b = sorted((three_readings["bob"], three_readings["carol"]))

    assert pairs[a, b]["links"] == {"exact": [0, 1, 1], "tolerant": [1, 0, 0]}
    assert [pair["comparison"] for pair in pairs.values()] == [
        one.as_dict() for one in compare(article)
    ]
    assert count_alone(article)["sums"] == stored(sums_of([article]))[0]


def test_a_selection_of_annotators_narrows_what_is_stored(
    study: Study, bob: User, carol: User, three_readings: dict[str, str]
) -> None:
    counted = refresh_sums(study=study)
    inputs = read_inputs(study, Selection(annotators=(bob.pk, carol.pk)))

    (chosen,) = choose(counted, inputs)

    assert set(chosen["submitted"]) == {three_readings["bob"], three_readings["carol"]}
    assert figure(restored([chosen["sums"]]), "exact_f1").value == pytest.approx(4 / 6)

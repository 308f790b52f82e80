"""Figures in plain sentences."""

import pytest

from annotations.reports.sentences import SENTENCES, sentence


@pytest.mark.parametrize(
    ("measure", "value", "label", "says"),
    [
        (
            "character_f1",
            0.2907,
            "Allegation",
            "Of the characters that two annotators marked as Allegation, counted for each of "
            "them, 29% were marked by both.",
        ),
        (
            "exact_f1",
            0.5,
            "",
            "Of the spans that two annotators marked, counted for each of them, 50% are the "
            "other’s to the letter.",
        ),
        (
            "krippendorff_alpha_u",
            0.426,
            "Reporting",
            "Over the characters marked as Reporting, annotators differ 43% less than chance "
            "would make them.",
        ),
        (
            "krippendorff_alpha_u",
            -0.1,
            "",
            "Over the characters marked, annotators differ 10% more than chance would make them.",
        ),
        (
            "gamma",
            1.0,
            "",
            "Laid side by side as well as can be, the spans marked differ not at all.",
        ),
        (
            "gamma_cat",
            0.001,
            "",
            "Where spans lie side by side, their labels differ as much as chance would make them.",
        ),
    ],
)
def test_a_figure_is_said_in_words(measure: str, value: float, label: str, says: str) -> None:
    assert sentence(measure, value, label) == says


def test_an_undefined_figure_says_nothing() -> None:
    assert {sentence(measure, None) for measure in SENTENCES} == {""}
    assert sentence("scott_pi", 0.5) == ""

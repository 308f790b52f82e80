"""Our coefficients against those of krippendorff, scikit-learn and statsmodels, on random data.

They are loaded where they are used: that takes seconds, and every process collects this file.
"""

import krippendorff
import numpy as np
import pytest

from annotations.agreement import Coding, Continuum, measure
from annotations.agreement.coding import cohen_kappa_se
from tests.agreement.examples import random_article, random_coding, random_rows


@pytest.mark.parametrize("distance", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_equals_the_krippendorff_package(distance: str) -> None:
    name = "krippendorff_alpha" if distance == "nominal" else f"krippendorff_alpha_{distance}"
    for seed in range(60):
        rows = random_rows(seed, 15, 4, (1, 2, 3, 5), 0.25)
        data = np.array([[np.nan if v is None else v for v in row] for row in rows], dtype=float)
        theirs = krippendorff.alpha(reliability_data=data.T, level_of_measurement=distance)
        assert measure(name, Coding.of(rows)).value == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("weights", ["nominal", "linear", "quadratic"])
def test_cohen_kappa_equals_scikit_learn(weights: str) -> None:
    from sklearn.metrics import cohen_kappa_score

    name = "cohen_kappa" if weights == "nominal" else f"cohen_kappa_{weights}"
    for seed in range(60):
        coding = random_coding(seed, annotators=2, units=25)
        a, b = (coding.codes[:, i] for i in (0, 1))
        given = {} if weights == "nominal" else {"weights": weights}
        theirs = cohen_kappa_score(a, b, labels=range(4), **given)
        assert measure(name, coding).value == pytest.approx(theirs, abs=1e-12)


def test_kappa_and_its_standard_error_equal_statsmodels() -> None:
    from statsmodels.stats import inter_rater

    for seed in range(60):
        coding = random_coding(seed, annotators=2, units=40)
        theirs = inter_rater.cohens_kappa(coding.between(0, 1))
        assert measure("cohen_kappa", coding).value == pytest.approx(theirs.kappa, abs=1e-12)
        assert cohen_kappa_se(coding).value == pytest.approx(theirs.std_kappa, abs=1e-12)


def test_fleiss_kappa_equals_statsmodels() -> None:
    from statsmodels.stats import inter_rater

    for seed in range(60):
        coding = random_coding(seed, annotators=5, units=20)
        theirs = inter_rater.fleiss_kappa(coding.counts)
        assert measure("fleiss_kappa", coding).value == pytest.approx(theirs, abs=1e-12)


def layer(article: Continuum, label: str) -> np.ndarray:
    """(annotators, characters): 1 where the annotator gave the label."""
    line = np.zeros((len(article.names), article.length), dtype=int)
    for row, name in zip(line, article.names, strict=True):
        for unit in article.annotators[name]:
            for start, end in unit.fragments:
                row[start:end] |= unit.label == label
    return line


def test_alpha_of_characters_equals_the_krippendorff_package() -> None:
    for seed in range(60):
        article = random_article(seed, annotators=3, fragments=2)
        found = measure("krippendorff_alpha", article)
        for label in article.labels:
            data = layer(article, label)
            theirs = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
            assert found.by_label[label].value == pytest.approx(theirs, abs=1e-12)


def test_kappas_of_characters_equal_scikit_learn_and_statsmodels() -> None:
    from sklearn.metrics import cohen_kappa_score
    from statsmodels.stats import inter_rater

    for seed in range(60):
        article = random_article(seed, annotators=2, fragments=2)
        cohen, fleiss = (measure(name, article) for name in ("cohen_kappa", "fleiss_kappa"))
        for label in article.labels:
            a, b = layer(article, label)
            counts = np.stack([a + b, 2 - a - b], axis=1)
            theirs = inter_rater.fleiss_kappa(counts)
            assert cohen.by_label[label].value == pytest.approx(cohen_kappa_score(a, b), abs=1e-12)
            assert fleiss.by_label[label].value == pytest.approx(theirs, abs=1e-12)


def test_ac1_of_characters_equals_ac1_of_the_same_judgements() -> None:
    for seed in range(30):
        article = random_article(seed, annotators=3, fragments=2)
        found = measure("gwet_ac1", article)
        for label in article.labels:
            coding = Coding.of(layer(article, label).T.tolist(), values=[0, 1])
            theirs = measure("gwet_ac1", coding).value
            assert found.by_label[label].value == pytest.approx(theirs, abs=1e-12)

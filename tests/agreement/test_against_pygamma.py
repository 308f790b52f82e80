"""Gamma's observed disorder against pygamma-agreement's. A leg of its own: see conftest.py."""

import pygamma_agreement as pygamma
import pytest
from pyannote.core import Segment

from annotations.agreement.aligning import best_alignment
from annotations.agreement.lines import line_of
from tests.agreement.examples import random_article


def test_the_observed_disorder_equals_pygamma() -> None:
    for seed in range(30):
        article = random_article(seed, annotators=3, length=60, most_units=5)
        if not all(article.annotators.values()):
            continue
        continuum = pygamma.Continuum()
        for name, units in article.annotators.items():
            for unit in units:
                continuum.add(name, Segment(unit.start, unit.end), unit.label)
        how = pygamma.CombinedCategoricalDissimilarity(alpha=1, beta=1, delta_empty=1)
        theirs = continuum.get_best_alignment(how).disorder
        assert best_alignment(line_of(article)).disorder == pytest.approx(theirs, abs=1e-5)

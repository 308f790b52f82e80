"""cuα and (k)uα of a corpus: do labels agree where two annotators both have a unit?"""

from collections.abc import Iterable
from dataclasses import replace

from annotations.agreement.continuum import Continuum, as_corpus, labels_of, shared
from annotations.agreement.result import (
    NEVER_MET,
    NO_VARIATION,
    NOT_USED,
    NOTHING_MARKED,
    ONE_ANNOTATOR,
    Agreement,
    chance_corrected,
    undefined,
)
from annotations.agreement.unitizing import OVERLAPPING, SelfPairing, alpha_cu, alpha_ku

SAID_FIRST = (NO_VARIATION, NEVER_MET, NOTHING_MARKED, NOT_USED)


def krippendorff_alpha_cu(
    articles: Continuum | Iterable[Continuum], reading: SelfPairing = "mass"
) -> Agreement:
    """Observed and expected disagreement summed over articles; by_label is (k)uα.

    Undefined as soon as one annotator's units of different labels overlap, for then a place has
    no single label.
    """
    name = "krippendorff_alpha_cu"
    corpus = shared(as_corpus(articles))
    if not corpus:
        return undefined(name, ONE_ANNOTATOR)
    whole = _pooled([alpha_cu(article, reading) for article in corpus])
    by_label = {
        label: _pooled([alpha_ku(article, label, reading) for article in corpus])
        for label in labels_of(corpus)
    }
    return replace(whole, by_label=by_label)


def _pooled(found: list[Agreement]) -> Agreement:
    name = "krippendorff_alpha_cu"
    reasons = {one.reason for one in found}
    if OVERLAPPING in reasons:
        return undefined(name, OVERLAPPING)
    defined = [one for one in found if one.value is not None]
    if not defined:
        return undefined(name, next(r for r in (*SAID_FIRST, *reasons) if r in reasons))
    observed = sum(one.observed or 0.0 for one in defined)
    expected = sum(one.expected or 0.0 for one in defined)
    return chance_corrected(name, observed, expected)

"""The one table of measures: their names, what they say in plain words, and how to get them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from annotations.agreement import coding, positions
from annotations.agreement.coding import Coding
from annotations.agreement.continuum import Continuum, as_corpus
from annotations.agreement.figures import figure
from annotations.agreement.gamma import gamma, gamma_cat
from annotations.agreement.labels_met import krippendorff_alpha_cu
from annotations.agreement.overlap import ner_f1, partial_credit_f1
from annotations.agreement.result import Agreement, chance_corrected, undefined
from annotations.agreement.sums import Sums, sums_of
from annotations.agreement.unitizing_1995 import alpha_u_1995
from annotations.text.refusal import Refusal

Articles = Continuum | Iterable[Continuum]


class UnknownMeasure(Refusal):
    """There is no such measure."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure by the literature's name.

    says       one plain sentence for a reader; paper: where it is defined.
    articles   articles (one Continuum or many) -> Agreement, or None if it is for codings only.
    coding     given units -> Agreement, or None if it is for articles only.
    summed     a ratio of the additive sums: intervals and leaving out need no recomputation.
    seeded     takes `seed` and `samples`.
    """

    name: str
    title: str
    says: str
    paper: str
    articles: Callable[..., Agreement] | None = None
    coding: Callable[[Coding], Agreement] | None = None
    summed: bool = False
    seeded: bool = False


REPORTED = ("exact_f1", "character_f1", "krippendorff_alpha_u", "gamma", "gamma_cat")
REGISTRY: dict[str, Measure] = {}


def named(name: str) -> Measure:
    """Raises UnknownMeasure with the names there are."""
    if name not in REGISTRY:
        known = ", ".join(sorted(REGISTRY))
        raise UnknownMeasure(f"There is no measure called {name!r}. There are: {known}.")
    return REGISTRY[name]


def measure(name: str, data: Articles | Coding | Sums, **options: Any) -> Agreement:
    """Any registered measure of one article, of a corpus, of its sums, or of a coding.

    options: seed, samples and dissimilarity, for gamma and gamma_cat alone.
    """
    found = named(name)
    if isinstance(data, Sums):
        if not found.summed:
            raise UnknownMeasure(f"{found.title} cannot be had from sums alone.")
        return figure(data, name)
    if isinstance(data, Coding):
        if found.coding is None:
            raise UnknownMeasure(f"{found.title} ({name}) is not a measure of given units.")
        return found.coding(data)
    if found.articles is None:
        raise UnknownMeasure(f"{found.title} ({name}) is not a measure of spans in an article.")
    return found.articles(data, **(options if found.seeded else {}))


def _summed(name: str) -> Callable[[Articles], Agreement]:
    return lambda articles: figure(sums_of(articles), name)


def _alpha_u_1995(articles: Articles) -> Agreement:
    corpus = as_corpus(articles)
    found = [alpha_u_1995(article) for article in corpus]
    defined = [one for one in found if one.value is not None]
    if not defined:
        reasons = [one.reason for one in found] or ["there are no articles"]
        return undefined("krippendorff_alpha_u_1995", min(reasons))
    observed = sum(one.observed or 0.0 for one in defined)
    expected = sum(one.expected or 0.0 for one in defined)
    return chance_corrected("krippendorff_alpha_u_1995", observed, expected)


def _add(*measures: Measure) -> None:
    REGISTRY.update((one.name, one) for one in measures)


_KRIPPENDORFF = "Krippendorff 2011"
_UNITIZED = "Krippendorff, Mathet, Bouvry & Widloecher 2016"

_add(
    Measure(
        "exact_f1",
        "Exact F1",
        "Of the spans either of two annotators made, the share that both made with exactly the "
        "same boundaries and label.",
        "Hripcsak & Rothschild 2005",
        articles=_summed("exact_f1"),
        summed=True,
    ),
    Measure(
        "character_f1",
        "Character-overlap F1",
        "Of the characters two annotators gave a label, counted for each of them, the share that "
        "both gave it.",
        "Dice 1945; Hripcsak & Rothschild 2005",
        articles=_summed("character_f1"),
        summed=True,
    ),
    Measure(
        "partial_credit_f1",
        "Partial-credit F1",
        "Each span earns the share of it that the other annotator covered with the same label.",
        "Da San Martino et al. 2020",
        articles=partial_credit_f1,
    ),
    Measure(
        "ner_exact_f1",
        "Boundary F1",
        "The share of spans with the same boundaries, whatever the label.",
        "SemEval 2013 task 9",
        articles=partial(ner_f1, scheme="exact"),
    ),
    Measure(
        "ner_partial_f1",
        "Half-credit F1",
        "Same boundaries count 1, any overlap counts a half, whatever the label.",
        "SemEval 2013 task 9",
        articles=partial(ner_f1, scheme="partial"),
    ),
    Measure(
        "ner_ent_type_f1",
        "Overlap F1",
        "The share of spans that overlap one of the same label by the other annotator.",
        "SemEval 2013 task 9",
        articles=partial(ner_f1, scheme="ent_type"),
    ),
    Measure(
        "krippendorff_alpha_u",
        "Unitized alpha (uα)",
        "How far annotators agree on which characters carry each label, beyond what cutting the "
        "text at random would give.",
        _UNITIZED,
        articles=_summed("krippendorff_alpha_u"),
        summed=True,
    ),
    Measure(
        "krippendorff_alpha_bar_u",
        "Unitized alpha, marked or not (|uα)",
        "How far annotators agree on which characters carry any label at all, beyond chance.",
        _UNITIZED,
        articles=_summed("krippendorff_alpha_bar_u"),
        summed=True,
    ),
    Measure(
        "krippendorff_alpha_cu",
        "Unitized alpha of labels (cuα)",
        "Where two annotators both marked something, how far they agree on the label.",
        _UNITIZED,
        articles=krippendorff_alpha_cu,
    ),
    Measure(
        "krippendorff_alpha_u_1995",
        "Krippendorff's αU of 1995",
        "Squared distances of boundaries against chance. Only to compare with older papers: a "
        "worse boundary can raise it.",
        "Krippendorff 1995, 2004",
        articles=_alpha_u_1995,
    ),
    Measure(
        "gamma",
        "Gamma (γ)",
        "All spans of all annotators are aligned as well as possible; how much better that fits "
        "than the same spans shifted at random.",
        "Mathet, Widloecher & Metivier 2015",
        articles=gamma,
        seeded=True,
    ),
    Measure(
        "gamma_cat",
        "Gamma for labels (γcat)",
        "On the spans that gamma aligned, how far the labels agree beyond chance.",
        "Mathet 2017",
        articles=gamma_cat,
        seeded=True,
    ),
    Measure(
        "krippendorff_alpha",
        "Krippendorff's alpha",
        "How far annotators agree, position by position or unit by unit, beyond what the mixture "
        "of all their values would give by chance.",
        _KRIPPENDORFF,
        articles=_summed("krippendorff_alpha"),
        coding=coding.krippendorff_alpha,
        summed=True,
    ),
    Measure(
        "krippendorff_alpha_masi",
        "Krippendorff's alpha for sets of labels",
        "Position by position, how alike the sets of labels are, beyond chance.",
        "Passonneau 2006",
        articles=positions.krippendorff_alpha_masi,
        coding=partial(coding.krippendorff_alpha, distance="masi"),
    ),
    Measure(
        "cohen_kappa",
        "Cohen's kappa",
        "How far two annotators agree beyond what their own habits would give by chance.",
        "Cohen 1960; Conger 1980",
        articles=_summed("cohen_kappa"),
        coding=coding.cohen_kappa,
        summed=True,
    ),
    Measure(
        "scott_pi",
        "Scott's pi",
        "How far annotators agree beyond what their common habits would give by chance.",
        "Scott 1955",
        articles=_summed("scott_pi"),
        coding=coding.scott_pi,
        summed=True,
    ),
    Measure(
        "fleiss_kappa",
        "Fleiss's kappa",
        "How far several annotators agree beyond what their common habits would give by chance.",
        "Fleiss 1971",
        articles=_summed("fleiss_kappa"),
        coding=coding.fleiss_kappa,
        summed=True,
    ),
    Measure(
        "gwet_ac1",
        "Gwet's AC1",
        "How far annotators agree beyond chance, where chance shrinks as one value prevails.",
        "Gwet 2008",
        articles=_summed("gwet_ac1"),
        coding=coding.gwet_ac1,
        summed=True,
    ),
    Measure(
        "bennett_s",
        "Bennett's S",
        "How far annotators agree beyond picking every value equally often.",
        "Bennett, Alpert & Goldstein 1954",
        coding=coding.bennett_s,
    ),
    Measure(
        "observed_agreement",
        "Observed agreement",
        "The share of pairs of judgements that are equal, chance included.",
        "Osgood 1959",
        coding=coding.observed_agreement,
    ),
)
_add(
    *(
        Measure(
            f"krippendorff_alpha_{distance}",
            f"Krippendorff's alpha, {distance.replace('_', ' ')} distance",
            "How far annotators agree beyond chance, where some differences count more.",
            _KRIPPENDORFF if distance in ("ordinal", "interval", "ratio") else "Passonneau 2006",
            coding=partial(coding.krippendorff_alpha, distance=distance),
        )
        for distance in ("ordinal", "interval", "ratio", "jaccard", "masi_dkpro")
    ),
    *(
        Measure(
            f"cohen_kappa_{weights}",
            f"Cohen's kappa, {weights} weights",
            "How far two annotators agree beyond chance, with part credit for near values.",
            "Cohen 1968",
            coding=partial(coding.cohen_kappa, weights=weights),
        )
        for weights in ("linear", "quadratic")
    ),
    *(
        Measure(
            f"gwet_ac2_{weights}",
            f"Gwet's AC2, {weights} weights",
            "AC1 with part credit for near values.",
            "Gwet 2014",
            coding=partial(coding.gwet_ac2, weights=weights),
        )
        for weights in ("linear", "quadratic", "ordinal")
    ),
)

"""How alike the units of several annotators are. Plain Python and numpy; usable alone.

    from annotations.agreement import Continuum, measure

    ann = [(17, 42, "attribution"), (57, 221, "allegation"), (90, 101, "characterization")]
    ben = [(17, 42, "attribution"), (61, 221, "allegation")]
    article = Continuum.of(2573, {"ann": ann, "ben": ben})

    alpha = measure("krippendorff_alpha_u", article)
    gamma = measure("gamma", article, seed=1)
    print(f"uα {alpha.value:.3f}, γ {gamma.value:.3f} ± {gamma.parts['standard_error']:.3f}")

Offsets are code points, half-open. A figure is a value, or None with the reason in words. A list
of articles is a corpus. `REGISTRY` names and explains every measure; `sums_of` and `stored` keep
what an article adds to them; `aligned` and `aligned_units` lead from a figure to its spans.
"""

from annotations.agreement.aligning import aligned_units
from annotations.agreement.coding import Coding
from annotations.agreement.comparisons import (
    Comparison,
    Finding,
    Split,
    compare,
    confusion,
    findings,
    splits,
    summed,
    symmetric,
    tolerance_curve,
)
from annotations.agreement.computing import compute, gamma_cat_with_interval, gamma_with_interval
from annotations.agreement.continuum import BadUnits, Continuum, Unit
from annotations.agreement.dissimilarity import Dissimilarity
from annotations.agreement.figures import article_figures, by_pairs, counts, figure, leave_one_out
from annotations.agreement.gamma import (
    UNSOLVED,
    GammaSums,
    gamma_by_pairs,
    gamma_cat_from,
    gamma_from,
    gamma_sums,
)
from annotations.agreement.matched import (
    Answers,
    LinkFinding,
    answers,
    attribute_agreement,
    link_f1,
    link_findings,
)
from annotations.agreement.pairing import Match, aligned, same_units, within
from annotations.agreement.registry import (
    REGISTRY,
    REPORTED,
    Measure,
    UnknownMeasure,
    measure,
    named,
)
from annotations.agreement.resampling import figures_with_intervals
from annotations.agreement.result import Agreement, Interval
from annotations.agreement.spans import Spans, columns_of
from annotations.agreement.sums import Sums, restored, stored, sums_of
from annotations.agreement.views import snapped, without_regions, without_rests

ENGINE_VERSION = "1"

__all__ = [
    "ENGINE_VERSION",
    "REGISTRY",
    "REPORTED",
    "UNSOLVED",
    "Agreement",
    "Answers",
    "BadUnits",
    "Coding",
    "Comparison",
    "Continuum",
    "Dissimilarity",
    "Finding",
    "GammaSums",
    "Interval",
    "LinkFinding",
    "Match",
    "Measure",
    "Spans",
    "Split",
    "Sums",
    "Unit",
    "UnknownMeasure",
    "aligned",
    "aligned_units",
    "answers",
    "article_figures",
    "attribute_agreement",
    "by_pairs",
    "columns_of",
    "compare",
    "compute",
    "confusion",
    "counts",
    "figure",
    "figures_with_intervals",
    "findings",
    "gamma_by_pairs",
    "gamma_cat_from",
    "gamma_cat_with_interval",
    "gamma_from",
    "gamma_sums",
    "gamma_with_interval",
    "leave_one_out",
    "link_f1",
    "link_findings",
    "measure",
    "named",
    "restored",
    "same_units",
    "snapped",
    "splits",
    "stored",
    "summed",
    "sums_of",
    "symmetric",
    "tolerance_curve",
    "within",
    "without_regions",
    "without_rests",
]

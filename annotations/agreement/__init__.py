"""How alike the units of several annotators are. Plain Python and numpy; usable alone.

    from annotations.agreement import Continuum, measure

    ann = [(0, 18, "attribution"), (30, 60, "allegation")]
    ben = [(0, 18, "attribution"), (35, 60, "allegation")]
    article = Continuum.of(400, {"ann": ann, "ben": ben})
    measure("krippendorff_alpha_u", article).value
    measure("gamma", article, seed=1).value

Offsets are code points, half-open. A figure is a value, or None with the reason in words. A list
of articles is a corpus. `REGISTRY` names and explains every measure; `sums_of` and `stored` keep
what an article adds to them; `aligned` and `aligned_units` lead from a figure to its spans.
"""

from annotations.agreement.aligning import (
    GammaSums,
    aligned_units,
    gamma_by_pairs,
    gamma_cat_from,
    gamma_from,
    gamma_sums,
)
from annotations.agreement.coding import Coding
from annotations.agreement.continuum import BadUnits, Continuum, Unit
from annotations.agreement.dissimilarity import Dissimilarity
from annotations.agreement.figures import by_pairs, counts, figure, leave_one_out
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

ENGINE_VERSION = "1"

__all__ = [
    "ENGINE_VERSION",
    "REGISTRY",
    "REPORTED",
    "Agreement",
    "BadUnits",
    "Coding",
    "Continuum",
    "Dissimilarity",
    "GammaSums",
    "Interval",
    "Match",
    "Measure",
    "Spans",
    "Sums",
    "Unit",
    "UnknownMeasure",
    "aligned",
    "aligned_units",
    "by_pairs",
    "columns_of",
    "counts",
    "figure",
    "figures_with_intervals",
    "gamma_by_pairs",
    "gamma_cat_from",
    "gamma_from",
    "gamma_sums",
    "leave_one_out",
    "measure",
    "named",
    "restored",
    "same_units",
    "stored",
    "sums_of",
    "within",
]

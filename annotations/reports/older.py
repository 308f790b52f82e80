"""Reports that were kept in an older form: what they lack is said, not guessed.

A report's result says in "tables_version" which form it has; none means the first ones.
"""

from collections.abc import Mapping
from typing import Any

from .against_gold import lay_out_gold
from .counted import LINK_MATCHES
from .gamma_pairs import lay_out_gamma_pairs, name_articles
from .laying import BUILDERS, lay_out
from .layout import Laid, Names
from .plots import plots
from .tables import HEADLINE, PAIRWISE

REASON = "not in this report"
LACKING: Mapping[str, Any] = {"value": None, "reason": REASON}
BLANK_BY_BOTH = 5  # the form from which on spans that both left blank are counted as such
BLANK_BY_ONE = (
    "This report was kept in an older form: its “left blank” leaves out spans that both left blank."
)
BROKEN = (KeyError, TypeError, AttributeError, IndexError, ValueError)
COUNTS = ("articles", "annotators", "spans", "characters", "pairs", "both_found_nothing")


def filled(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The tables in today's form: a figure that is lacking is undefined, with the reason."""
    of_both = tables.get("tables_version", 0) >= BLANK_BY_BOTH
    return {
        "attributes_note": "" if of_both else BLANK_BY_ONE,
        **{name: [] for name in ("curve", "confusion", "attributes", "groups", "versions")},
        **tables,
        "counts": {**dict.fromkeys(COUNTS, 0), **tables.get("counts", {})},
        "headline": _figures(tables.get("headline", {}), HEADLINE),
        "more": dict(tables.get("more", {})),
        "labels": [
            {"share_of_text": None, "spans": None, **_figures(row, HEADLINE)}
            for row in tables.get("labels", [])
        ],
        "pairs": [_figures(row, PAIRWISE) for row in tables.get("pairs", [])],
        "annotators": [
            {**row, "without": _figures(row.get("without", {}), PAIRWISE)}
            for row in tables.get("annotators", [])
        ],
        "articles": [_figures(row, HEADLINE) for row in tables.get("articles", [])],
        "groups": [_figures(row, HEADLINE) for row in tables.get("groups", [])],
        "links": {
            name: {"shared": 0, "lonely": 0, **LACKING, **tables.get("links", {}).get(name, {})}
            for name in LINK_MATCHES
        },
    }


def lay_out_report(tables: Mapping[str, Any], names: Names) -> list[Laid]:
    """Every table of a kept report; one that cannot be read in its old form says so."""
    whole = name_articles(filled(tables), names)
    try:
        laid = lay_out(whole, names)
    except BROKEN:
        laid = [_readable(build, whole, names) for build in BUILDERS]
    return [*laid, *lay_out_gamma_pairs(whole, names), *_readable_gold(whole, names)]


def _readable_gold(tables: Mapping[str, Any], names: Names) -> list[Laid]:
    try:
        return lay_out_gold(tables, names)
    except BROKEN:
        return []


def plots_of_report(tables: Mapping[str, Any], names: Names) -> dict[str, Any]:
    try:
        return plots(filled(tables), names)
    except BROKEN:
        return {}


def _figures(row: Mapping[str, Any], measures: tuple[str, ...]) -> dict[str, Any]:
    return {**dict.fromkeys(measures, LACKING), **row}


def _readable(build: Any, tables: Mapping[str, Any], names: Names) -> Laid:
    try:
        found: Laid = build(tables, names)
    except BROKEN:
        name = build.__name__.strip("_")
        note = "This report was kept in an older form that does not have this table."
        found = Laid(name, name.capitalize(), [], [], note)
    return found

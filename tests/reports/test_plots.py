"""Plots and cells say no more than there is."""

from typing import Any

import pytest
from django.template import Context

from annotations.reports.layout import UNDEFINED, Cell, Names
from annotations.reports.plots import LEFT, WIDTH, plots
from annotations.templatetags.reports import cell_html


@pytest.mark.parametrize(
    ("value", "interval", "ticks"),
    [
        (0.5, (0.1, 0.9), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0.1, (-0.25, 0.3), ["−0.4", "−0.2", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-0.2, None, ["−0.2", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-1.4, None, ["−2.0", "−1.0", "0.0", "1.0"]),
    ],
)
def test_the_axis_reaches_down_to_the_lowest_that_is_drawn(
    value: float, interval: tuple[float, float] | None, ticks: list[str]
) -> None:
    alpha = {"value": value, "interval": interval}
    tables: dict[str, Any] = {
        "labels": [{"label": "x", "krippendorff_alpha_u": alpha}],
        "pairs": [],
        "annotators": [],
        "curve": [],
    }
    plot = plots(tables, Names())["labels"]
    assert [text for _, text in plot.ticks] == ticks
    assert (plot.ticks[0][0], plot.ticks[-1][0]) == (LEFT, LEFT + WIDTH)
    dot = plot.dots[0]
    assert LEFT <= (dot.x if dot.low is None else dot.low) <= dot.x <= LEFT + WIDTH


def test_a_figure_that_is_not_there_leads_nowhere() -> None:
    query = {"label": "x"}
    assert "<a href" in cell_html(Context(), Cell("0.5", 0.5, query=query), "/passages/")
    assert cell_html(Context(), Cell(UNDEFINED, query=query), "/passages/") == UNDEFINED

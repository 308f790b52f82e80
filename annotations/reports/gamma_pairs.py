"""Gamma of every two annotators, for a report in which the exact gamma of all is out of reach.

Pure. The tables have "out_of_reach" (ids of articles) and "pairs" in "chance" then.
"""

from collections.abc import Mapping
from typing import Any

from .layout import Column, Laid, Names, column, figure, heading_of, number, words


def name_articles(tables: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """The tables with the articles named in the reason why there is no gamma."""
    chance = tables.get("chance")
    if not chance or not chance.get("out_of_reach"):
        return dict(tables)
    titles = ", ".join(f"“{names.article(one)}”" for one in chance["out_of_reach"])
    named = {
        name: {**chance[name], "reason": f"{chance[name]['reason']} ({titles})"}
        for name in ("gamma", "gamma_cat")
        if chance[name]["value"] is None
    }
    return {**tables, "chance": {**chance, **named}}


def lay_out_gamma_pairs(tables: Mapping[str, Any], names: Names) -> list[Laid]:
    """The table, if there is one."""
    pairs = (tables.get("chance") or {}).get("pairs")
    if not pairs:
        return []
    rows = []
    for row in pairs:
        query = {**{side: names.key(row[side]) for side in "ab"}, "listing": "findings"}
        who = " and ".join(sorted(names.annotator(row[side]) for side in "ab"))
        cell = figure(row, query, "gamma")
        shared = number(row["articles"], {**query, "counted": "articles"})
        rows.append([words(who), shared, cell])
    columns = [
        Column("pair", "Two annotators", is_number=False),
        Column("articles", "Shared articles"),
        column("gamma"),
    ]
    note = (
        "The best alignment of all annotators at once is out of reach for some articles; that of "
        "every two is not. Do not compare these figures with a gamma of more annotators."
    )
    rows.sort(key=heading_of)
    return [Laid("gamma_pairs", "Gamma of every two annotators", columns, rows, note)]

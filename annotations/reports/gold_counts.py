"""Each annotator against the gold, as counts. Gold is nobody's reading: it counts in no measure
between annotators, and only articles whose adjudication is closed are compared with it. Pure.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from annotations.agreement import Continuum, Unit, aligned, same_units

GOLD = "gold"  # stands where an annotator's id does, in lists of what annotators and gold have
SORTS = ("agreed", "boundary", "label", "missed", "extra")  # missed: gold that they have not
# annotator -> {"tallies": [[label of gold, of theirs, kind, n], …], "exact": {label: n}}
GoldCounts: TypeAlias = dict[str, dict[str, Any]]


def tally_gold(article: Continuum | None) -> GoldCounts | None:
    """An article as `read_beside_gold` gives it: each annotator's spans against the gold."""
    if article is None:
        return None
    gold = article.annotators[GOLD]
    return {
        who: _tallied(gold, own) for who, own in sorted(article.annotators.items()) if who != GOLD
    }


def _tallied(gold: Sequence[Unit], own: Sequence[Unit]) -> dict[str, Any]:
    tallies = Counter(
        (
            None if match.i is None else gold[match.i].label,
            None if match.j is None else own[match.j].label,
            match.kind,
        )
        for match in aligned(gold, own)
    )
    exact = Counter(gold[i].label for i, _ in same_units(gold, own))
    return {"tallies": [[*tally, n] for tally, n in tallies.items()], "exact": dict(exact)}


def gold_table(counted: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row an annotator: counts, and precision, recall and F1 of exact spans. Empty without
    closed gold."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in counted:
        for who, counts in (one.get("gold") or {}).items():
            found[who].update(articles=1, exact=sum(counts["exact"].values()))
            for of_gold, own, kind, n in counts["tallies"]:
                found[who].update({kind: n})
                found[who].update(n_gold=n * (of_gold is not None), n_own=n * (own is not None))
    return [_row(who, counts) for who, counts in sorted(found.items())]


def _row(who: str, counts: Counter[str]) -> dict[str, Any]:
    n_gold, n_own, exact = counts["n_gold"], counts["n_own"], counts["exact"]
    return {
        "annotator": who,
        **{name: counts[name] for name in ("articles", "n_gold", "n_own", *SORTS)},
        "precision": exact / n_own if n_own else None,
        "recall": exact / n_gold if n_gold else None,
        "exact_f1": 2 * exact / (n_gold + n_own) if n_gold + n_own else None,
    }

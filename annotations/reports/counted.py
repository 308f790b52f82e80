"""What one article adds to every table of a report: plain numbers that can be stored and summed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations
from typing import Any, TypeAlias

from annotations.agreement import Continuum, compare, link_findings, stored, sums_of
from annotations.agreement.pairing import Match, aligned

from .gold_counts import GoldCounts

# {"submitted": {annotator: {label: n_spans}}, "versions": {annotator: [codebook version, …]},
#  "sums": … or None, "gold": gold counts or None, "pairs": [pair, …]}; a pair is
# {"a", "b", "comparison": …, "attributes": [[label, attribute, of a, of b, n], …],
#  "links": {"exact": [shared, only a, only b], "tolerant": […]}}
Counted: TypeAlias = dict[str, Any]
COUNTED_VERSION = 3  # of the form above; another one is counted anew
SHARED = ("agreed", "boundary")  # kinds of findings in which two have the same label
LINK_MATCHES = {"exact": True, "tolerant": False}


Versions: TypeAlias = Mapping[str, Sequence[int]]


def count_articles(
    articles: Sequence[Continuum],
    versions: Sequence[Versions],
    gold: Sequence[GoldCounts | None] = (),
) -> list[Counted]:
    """All that the tables need of each article, for every pair of those who submitted it.

    `versions` are the codebook versions each annotator used, `gold` what `tally_gold` counted of
    each.
    """
    sums, tallied = stored(sums_of(articles)), gold or [None] * len(articles)
    return [
        {**_counted(article, part, used), "gold": counts}
        for article, part, used, counts in zip(articles, sums, versions, tallied, strict=True)
    ]


def _counted(article: Continuum, sums: Mapping[str, Any] | None, versions: Versions) -> Counted:
    matches = {
        (a, b): aligned(article.annotators[a], article.annotators[b]) for a, b in article.pairs
    }
    return {
        "submitted": {
            name: dict(Counter(unit.label for unit in units))
            for name, units in sorted(article.annotators.items())
        },
        "versions": {name: list(numbers) for name, numbers in versions.items()},
        "sums": sums,
        "pairs": [
            _pair(article, comparison.as_dict(), matches[comparison.a, comparison.b])
            for comparison in compare(article, matches=matches)
        ],
    }


def _pair(
    article: Continuum, comparison: dict[str, Any], matches: Sequence[Match]
) -> dict[str, Any]:
    a, b = comparison["a"], comparison["b"]
    both = article.only((a, b))
    return {
        "a": a,
        "b": b,
        "comparison": comparison,
        "attributes": [
            [*key, n] for key, n in sorted(_answers(both, a, b, matches).items(), key=str)
        ],
        "links": {name: _links(both, matches, exact=exact) for name, exact in LINK_MATCHES.items()},
    }


def _answers(
    article: Continuum, a: str, b: str, matches: Sequence[Match]
) -> Counter[tuple[str, str, Any, Any]]:
    """(label, attribute, answer of a, answer of b) -> how many matched spans; None = left blank.
    What both left blank is not among them: `shared_spans` tells how many those are."""
    ours, theirs = article.annotators[a], article.annotators[b]
    found: Counter[tuple[str, str, Any, Any]] = Counter()
    for match in matches:
        if match.kind not in SHARED or match.i is None or match.j is None:
            continue
        one, other = ours[match.i], theirs[match.j]
        for name in {*one.attributes, *other.attributes}:
            answers = one.attributes.get(name), other.attributes.get(name)
            found[one.label, name, *answers] += 1
    return found


def shared_spans(pair: Mapping[str, Any]) -> Counter[str]:
    """label -> how many spans of it the two of this pair share, whatever they answered."""
    found: Counter[str] = Counter()
    for of_a, _, kind, n in pair["comparison"]["tallies"]:
        if kind in SHARED:
            found[of_a] += n
    return found


def _links(article: Continuum, matches: Sequence[Match], *, exact: bool) -> list[int]:
    found = link_findings(article, exact=exact, matches=matches)
    only_b = sum(one.link_a is None for one in found)
    only_a = sum(one.link_b is None for one in found)
    return [len(found) - only_a - only_b, only_a, only_b]


def narrowed(counted: Counted, names: AbstractSet[str]) -> Counted:
    """The same article as if only `names` had submitted it."""
    if names >= counted["submitted"].keys():
        return counted
    return {
        "submitted": {name: found for name, found in counted["submitted"].items() if name in names},
        "versions": {name: used for name, used in counted["versions"].items() if name in names},
        "sums": counted["sums"] and _narrowed_sums(counted["sums"], names),
        "gold": _narrowed_gold(counted.get("gold"), names),
        "pairs": [pair for pair in counted["pairs"] if pair["a"] in names and pair["b"] in names],
    }


def _narrowed_gold(gold: GoldCounts | None, names: AbstractSet[str]) -> GoldCounts | None:
    return gold and {name: counts for name, counts in gold.items() if name in names}


def _narrowed_sums(sums: Mapping[str, Any], names: AbstractSet[str]) -> dict[str, Any] | None:
    slots = [slot for slot, name in enumerate(sums["annotators"]) if name in names]
    if len(slots) < 2:
        return None
    pairs = list(combinations(range(len(sums["annotators"])), 2))
    kept = [at for at, (i, j) in enumerate(pairs) if i in slots and j in slots]

    def chosen(parts: list[list[int]], n_of_slots: int) -> list[list[int]]:
        return [
            [part[at] for at in (slots if number < n_of_slots else kept)]
            for number, part in enumerate(parts)
        ]

    layers = {label: chosen(parts, 3) for label, parts in sums["labels"].items()}
    return {
        **sums,
        "annotators": [sums["annotators"][slot] for slot in slots],
        "any": chosen(sums["any"], 2),  # covered, squares; both
        # units, covered, squares; exact, both. A label none of them used has no layer.
        "labels": {label: parts for label, parts in layers.items() if any(parts[0])},
    }

"""The tables of a report, from what was counted of each article. Plain values, ready for JSON.

Annotators and articles are named by their ids; pages put names to them. Every figure is an
`Agreement.as_dict()`: a value, or None with its reason, and an interval where there is one.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

from annotations.agreement import (
    REGISTRY,
    Agreement,
    Comparison,
    Split,
    Sums,
    article_figures,
    attribute_agreement,
    confusion,
    counts,
    figure,
    figures_with_intervals,
    leave_one_out,
    restored,
    splits,
    summed,
    symmetric,
    tolerance_curve,
)
from annotations.agreement.matched import NO_LINKS, Answers
from annotations.agreement.result import ONE_ANNOTATOR, share, undefined

from .counted import LINK_MATCHES, Counted, shared_spans
from .gold_counts import gold_table

Table: TypeAlias = list[dict[str, Any]]
HEADLINE = ("krippendorff_alpha_u", "exact_f1", "character_f1")
NOT_REPORTED = (  # variants of others, at the command line alone
    "ner_exact_f1",
    "ner_partial_f1",
    "ner_ent_type_f1",
    "krippendorff_alpha_masi",
)
# What stands under "More measures": sums at once, the others when a report is kept.
MORE = tuple(name for name, one in REGISTRY.items() if one.summed and name not in HEADLINE)
FROM_CONTINUA = tuple(
    name
    for name, one in REGISTRY.items()
    if one.articles and not one.summed and not one.seeded and name not in NOT_REPORTED
)
PAIRWISE = ("exact_f1", "character_f1", "krippendorff_alpha_u")
TABLES_VERSION = 5  # of what `build_tables` answers
OPEN = Answers(0, "", "", 0, 0, (None, None))  # a shared span that neither answered
ALL_LABELS = ""  # stands for all labels together where a table has a row for them


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a report is about: articles by id and what was counted of each, in one order.

    labels  slugs in the codebook's order; those nobody used have their row all the same.
    groups  (kind, group, article ids) for figures by round, month and codebook version.
    asked   (label, attribute) of the codebook's questions; those nobody answered have their row.
    """

    articles: Sequence[str]
    counted: Sequence[Counted]
    labels: Sequence[str]
    groups: Sequence[tuple[str, str, Collection[str]]] = ()
    asked: Sequence[tuple[str, str]] = ()

    @property
    def sums(self) -> Sums:
        return restored(one["sums"] for one in self.counted)

    @property
    def comparisons(self) -> list[Comparison]:
        return [
            Comparison.from_dict(pair["comparison"])
            for one in self.counted
            for pair in one["pairs"]
        ]

    @property
    def annotators(self) -> list[str]:
        return sorted({name for one in self.counted for name in one["submitted"]})

    @property
    def versions(self) -> list[int]:
        """The codebook versions under which the counted spans were made, ascending."""
        return sorted(
            {n for one in self.counted for used in one["versions"].values() for n in used}
        )


def build_tables(corpus: Corpus, *, seed: int = 1, replicates: int = 1000) -> dict[str, Any]:
    """Every table that needs no gamma."""
    sums, comparisons = corpus.sums, [summed(corpus.comparisons)]
    figures = figures_with_intervals(sums, [*HEADLINE, *MORE], replicates=replicates, seed=seed)
    return {
        "counts": _counts(corpus, sums),
        "versions": corpus.versions,
        "headline": {name: figures[name].as_dict() for name in HEADLINE},
        "more": {name: figures[name].as_dict() for name in MORE},
        "labels": _labels(corpus, sums, figures, comparisons),
        "curve": _curve(corpus, comparisons),
        "pairs": _pairs(sums),
        "annotators": _annotators(corpus, sums, figures),
        "articles": _articles(corpus, sums),
        "confusion": _confusion(comparisons),
        "attributes": _attributes(corpus),
        "links": _links(corpus),
        "groups": _groups(corpus, sums),
        "gold": gold_table(corpus.counted),
    }


def _counts(corpus: Corpus, sums: Sums) -> dict[str, int]:
    """Of the articles that two or more submitted; `submitted_alone`: articles with one reader."""
    alone = sum(len(one["submitted"]) == 1 for one in corpus.counted)
    return {**counts(sums), "submitted_alone": alone, "all_annotators": len(corpus.annotators)}


def _labels(
    corpus: Corpus,
    sums: Sums,
    figures: Mapping[str, Agreement],
    comparisons: Sequence[Comparison],
) -> Table:
    """A row a label in the codebook's order, and one for all of them."""
    spans = Counter[str]()
    for one in corpus.counted:
        for found in one["submitted"].values() if one["pairs"] else ():
            spans.update(found)
    split = splits(comparisons)
    shares = _shares_of_text(sums)
    rows = [
        {
            "label": label,
            "spans": spans[label],
            "share_of_text": shares.get(label, 0.0) if shares else None,
            **{name: _of_label(figures[name], label).as_dict() for name in HEADLINE},
            "split": _split(split.get(label, Split())),
        }
        for label in corpus.labels
    ]
    pooled = {name: figures[name].as_dict() for name in HEADLINE}
    share_of_text = shares.get(ALL_LABELS) if shares else None
    whole = {
        "label": ALL_LABELS,
        "spans": sum(spans.values()),
        "share_of_text": share_of_text,
        **pooled,
    }
    chosen = [split[label] for label in corpus.labels if label in split]
    return [*rows, {**whole, "split": _split(_added(chosen))}]


def _shares_of_text(sums: Sums) -> dict[str, float]:
    """Label -> mean share of the shared articles that an annotator marked with it, 0-1; under
    ALL_LABELS with any. Empty without shared articles."""
    read = sum(int(block.m * block.lengths.sum()) for block in sums.blocks)
    if not read:
        return {}
    marked = {
        label: sum(int(block.covered[:, :, code].sum()) for block in sums.blocks) / read
        for code, label in enumerate(sums.labels)
    }
    anything = sum(int(block.any_covered.sum()) for block in sums.blocks)
    return {**marked, ALL_LABELS: anything / read}


def _of_label(agreement: Agreement, label: str) -> Agreement:
    if label in agreement.by_label:
        return agreement.by_label[label]
    reason = agreement.reason if agreement.reason == ONE_ANNOTATOR else "nobody used this label"
    return undefined(agreement.measure, reason)


def _added(given: Sequence[Split]) -> Split:
    return Split(
        sum(one.agreed for one in given),
        sum(one.presence for one in given),
        sum(one.boundary for one in given),
        sum(one.label for one in given),
    )


def _split(split: Split) -> dict[str, Any]:
    sorts = ("presence", "boundary", "label")
    return {
        "units": split.units,
        "agreed": split.agreed,
        **{sort: getattr(split, sort) for sort in sorts},
        "shares": {sort: split.share(sort) for sort in sorts},
    }


def _curve(corpus: Corpus, comparisons: Sequence[Comparison]) -> Table:
    """F1 against the allowed distance of boundaries: a row a label, and one for all."""
    return [
        {
            "label": label,
            "points": [
                {"tolerance": tolerance, **one.as_dict()}
                for tolerance, one in tolerance_curve(comparisons, label or None)
            ],
        }
        for label in [*corpus.labels, ALL_LABELS]
    ]


def _pairs(sums: Sums) -> Table:
    """A row for every two annotators who share an article."""
    rows = []
    for one, other in combinations(sums.names, 2):
        both = sums.only((one, other))
        if both.n_shared:
            found = {name: figure(both, name).as_dict() for name in PAIRWISE}
            rows.append({"a": one, "b": other, "articles": both.n_shared, **found})
    return rows


def _annotators(corpus: Corpus, sums: Sums, figures: Mapping[str, Agreement]) -> Table:
    """Who pulls the figures down: each annotator's work, and the figures without them."""
    left_out = leave_one_out(sums, PAIRWISE)
    rows = []
    for name in corpus.annotators:
        mine = [one["submitted"][name] for one in corpus.counted if name in one["submitted"]]
        rest = left_out.get(name, {})
        rows.append(
            {
                "annotator": name,
                "articles": len(mine),
                "spans": sum(sum(found.values()) for found in mine),
                "without": {
                    measure: _left_out(rest.get(measure), figures[measure]) for measure in PAIRWISE
                },
            }
        )
    return rows


def _left_out(without: Agreement | None, whole: Agreement) -> dict[str, Any]:
    """The figure without an annotator, and how far the whole rises when they are left out."""
    found = without or undefined(whole.measure, ONE_ANNOTATOR)
    known = found.value is not None and whole.value is not None
    rise = (found.value or 0) - (whole.value or 0) if known else None
    return {**found.as_dict(), "by_label": {}, "rise": rise}


def _articles(corpus: Corpus, sums: Sums) -> Table:
    """A row for every article with two readings or more, most disagreement first."""
    rows = []
    figures = {name: article_figures(sums, name) for name in HEADLINE}
    for at, (article, one) in enumerate(zip(corpus.articles, corpus.counted, strict=True)):
        if not one["pairs"]:
            continue
        split = _split_of(one)
        found = {name: figures[name][at].as_dict() for name in HEADLINE}
        rows.append(
            {
                "article": article,
                "annotators": len(one["submitted"]),
                "spans": sum(sum(spans.values()) for spans in one["submitted"].values()),
                **found,
                "split": _split(split),
            }
        )
    return sorted(rows, key=lambda row: -row["split"]["units"] + row["split"]["agreed"])


def _split_of(one: Counted) -> Split:
    """The split of all labels of one article."""
    sorts = Counter[str]()
    for pair in one["pairs"]:
        for of_a, of_b, kind, n in pair["comparison"]["tallies"]:
            sort = "presence" if kind in ("missed", "extra") else kind
            sorts[sort] += n * ((of_a is not None) + (of_b is not None))
    return Split(**sorts)


def _confusion(comparisons: Sequence[Comparison]) -> Table:
    """Aligned pairs of spans by their two labels; None beside a label: only one has the span."""
    table = symmetric(confusion(comparisons))
    return [{"one": one, "other": other, "n": n} for (one, other), n in table.items()]


def _attributes(corpus: Corpus) -> Table:
    """Agreement on each attribute over the spans that two annotators share; a shared span that
    neither answered was left blank by both."""
    found: dict[tuple[str, str], list[Answers]] = {asked: [] for asked in corpus.asked}
    shared = Counter[str]()
    for one in corpus.counted:
        for pair in one["pairs"]:
            shared.update(shared_spans(pair))
            for label, name, of_a, of_b, n in pair["attributes"]:
                answer = Answers(0, pair["a"], pair["b"], 0, 0, (of_a, of_b))
                found.setdefault((label, name), []).extend([answer] * n)
    return [
        {
            "label": label,
            "attribute": name,
            **attribute_agreement(answers + [OPEN] * (shared[label] - len(answers))).as_dict(),
        }
        for (label, name), answers in sorted(found.items())
        if label in corpus.labels
    ]


def _links(corpus: Corpus) -> dict[str, Any]:
    """F1 on links whose both ends match: exactly, and with boundaries that may differ."""
    pairs = [pair for one in corpus.counted for pair in one["pairs"]]
    table = {}
    for name in LINK_MATCHES:
        both, only_a, only_b = (sum(pair["links"][name][at] for pair in pairs) for at in range(3))
        all_links = 2 * both + only_a + only_b
        reason = NO_LINKS if pairs else ONE_ANNOTATOR
        agreement = share("link_f1", 2 * both, all_links, reason=reason)
        table[name] = {**agreement.as_dict(), "shared": both, "lonely": only_a + only_b}
    return table


def _groups(corpus: Corpus, sums: Sums) -> Table:
    """The figures of the articles of each round, month and codebook version."""
    place = {article: at for at, article in enumerate(corpus.articles)}
    rows = []
    for kind, group, articles in corpus.groups:
        part = sums.of_articles(place[one] for one in articles if one in place)
        found = {name: figure(part, name).as_dict() | {"by_label": {}} for name in HEADLINE}
        rows.append({"kind": kind, "group": group, "articles": part.n_shared, **found})
    return rows

"""F1 on spans with partial credit, and the four NER schemes.

(Exact and character F1 are sums over articles: see `figures`.) Partial credit: Da San Martino et
al. (2020), SemEval task 11. The NER schemes are those of SemEval 2013 task 9, but matched one to
one by greatest weight. All are symmetric: no annotator is the truth. Over several annotators the
counts of all pairs are summed. Both empty is undefined; `parts` counts such pairs as
both_found_nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from annotations.agreement.continuum import Continuum, Unit, as_corpus
from annotations.agreement.pairing import best_pairs, overlapping, same_units
from annotations.agreement.result import (
    NOTHING_MARKED,
    ONE_ANNOTATOR,
    Agreement,
    share,
    undefined,
)
from annotations.agreement.unitizing import Run, runs_of

Scheme = Literal["strict", "exact", "partial", "ent_type"]
SCHEMES: tuple[Scheme, ...] = ("strict", "exact", "partial", "ent_type")
Articles = Continuum | Iterable[Continuum]
Units = Sequence[Unit]


def partial_credit_f1(articles: Articles) -> Agreement:
    """Each span earns the share of it that the other covers with the same label.

    Same-label overlaps of one annotator are merged first. One pair of annotators: the harmonic
    mean of the two directions (parts: precision of a, recall of b, names in order); several: the
    pairs' F1 weighted by their number of spans.
    """
    name = "partial_credit_f1"
    credits = []
    for a, b in _pairs(as_corpus(articles)):
        x, y = runs_of(tuple(a)), runs_of(tuple(b))
        credits.append((_credit(x, y), len(x), _credit(y, x), len(y)))
    if not credits:
        return undefined(name, ONE_ANNOTATOR)
    by_pair = _sum_by_pair(articles, credits)
    total = sum(n_a + n_b for _, n_a, _, n_b in by_pair)
    if not total:
        return undefined(name, NOTHING_MARKED)
    value = sum(_harmonic(one) * (one[1] + one[3]) for one in by_pair) / total
    if len(by_pair) > 1:
        return Agreement(name, value)
    credit_a, n_a, credit_b, n_b = by_pair[0]
    parts = {
        "precision": credit_a / n_a if n_a else None,
        "recall": credit_b / n_b if n_b else None,
        "f1": value,
    }
    return Agreement(name, value, parts=parts)


def ner_f1(articles: Articles, scheme: Scheme = "strict") -> Agreement:
    """2 x credit / (|A| + |B|). strict: boundaries and label; exact: boundaries; partial: same
    boundaries 1, any overlap 1/2; ent_type: any overlap with the same label."""
    name = "exact_f1" if scheme == "strict" else f"ner_{scheme}_f1"
    return _counted(name, articles, lambda a, b: _ner_credit(a, b, scheme))


def _ner_credit(a: Units, b: Units, scheme: Scheme) -> float:
    if scheme == "strict":
        return float(len(same_units(a, b)))
    worth: dict[tuple[int, int], float] = {}
    for i, j, _ in overlapping(a, b):
        same_place = a[i].fragments == b[j].fragments
        if scheme == "partial":
            worth[i, j] = 1.0 if same_place else 0.5
        elif same_place if scheme == "exact" else a[i].label == b[j].label:
            worth[i, j] = 1.0
    return sum(worth[pair] for pair in best_pairs((i, j, w) for (i, j), w in worth.items()))


def _counted(name: str, articles: Articles, credit: Callable[[Units, Units], float]) -> Agreement:
    pairs = list(_pairs(as_corpus(articles)))
    total = sum(credit(a, b) for a, b in pairs)
    return _shared(name, 2 * total, sum(len(a) + len(b) for a, b in pairs), pairs)


def _shared(
    name: str, part: float, whole: float, pairs: Sequence[tuple[Units, Units]]
) -> Agreement:
    if not pairs:
        return undefined(name, ONE_ANNOTATOR)
    nothing = sum(1 for a, b in pairs if not a and not b)
    return share(name, part, whole, pairs=len(pairs), both_found_nothing=nothing)


def _pairs(corpus: Iterable[Continuum]) -> Iterator[tuple[Units, Units]]:
    for article in corpus:
        for one, other in article.pairs:
            yield article.annotators[one], article.annotators[other]


def _common(a: Sequence[Run], b: Sequence[Run]) -> int:
    return sum(max(0, min(e, f) - max(s, t)) for s, e, _ in a for t, f, _ in b if t < e and s < f)


def _credit(runs: Sequence[Run], others: Sequence[Run]) -> float:
    return sum(
        _common([run], [other for other in others if other[2] == run[2]]) / (run[1] - run[0])
        for run in runs
    )


Credit = tuple[float, int, float, int]


def _sum_by_pair(articles: Articles, credits: Sequence[Credit]) -> list[Credit]:
    """Credits of all articles, summed for every two annotators."""
    names = [pair for article in as_corpus(articles) for pair in article.pairs]
    sums: dict[tuple[str, str], Credit] = {}
    for pair, (x, n, y, k) in zip(names, credits, strict=True):
        credit_a, n_a, credit_b, n_b = sums.get(pair, (0.0, 0, 0.0, 0))
        sums[pair] = (credit_a + x, n_a + n, credit_b + y, n_b + k)
    return list(sums.values())


def _harmonic(credit: Credit) -> float:
    credit_a, n_a, credit_b, n_b = credit
    precision, recall = credit_a / n_a if n_a else 0.0, credit_b / n_b if n_b else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

"""Cases whose input is units in an article."""

import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import lcm
from typing import Any

from annotations.agreement.aligning import best_alignment
from annotations.agreement.continuum import BadUnits, Continuum, Unit, read_fragments
from annotations.agreement.dissimilarity import Dissimilarity
from annotations.agreement.gamma import GammaSums, gamma_cat_from, gamma_from, summed
from annotations.agreement.lines import Line, line_of
from annotations.agreement.overlap import SCHEMES, ner_f1, partial_credit_f1
from annotations.agreement.registry import REGISTRY, UnknownMeasure, measure
from annotations.agreement.result import Agreement
from annotations.agreement.unitizing import SelfPairing, alpha_bar_u, alpha_cu, alpha_ku, alpha_u
from annotations.agreement.unitizing_1995 import alpha_u_1995

Ask = Callable[[str | None], float | None]
READINGS: tuple[SelfPairing, ...] = ("perpair", "mass", "union")


def ask_spans(name: str, given: Mapping[str, Any]) -> Ask:
    """{"begin", "length", "offsets", "coders": {name: [[start, end, label], ...]}}"""
    article = _article(given)
    if name.startswith("alphaU_1995"):
        return lambda key: _figure_1995(name, key, article)
    if name.startswith("unitized_2016"):
        return lambda key: _figure_2016(name, key, article)
    return _ask_articles(name, article, given)


def ask_span_lists(name: str, given: Mapping[str, Any]) -> Ask:
    """{"a": [[label, start, end], ...], "b": the same}: a is what is measured against b."""
    lists = {who: [_turned(one) for one in given[who]] for who in "ab"}
    end = max((unit[1] for units in lists.values() for unit in units), default=0)
    article = Continuum.of(int(given.get("length", end)), lists)
    if name in ("character_overlap_f1", "partial_credit_f1"):
        found = partial_credit_f1(article)
        return lambda key: _part(found, key, "f1")
    if name == "ner_f1":
        return lambda key: ner_f1(article, _scheme(key)).value
    return _ask_articles(name, article, given)


def ask_gamma(name: str, given: Mapping[str, Any]) -> Ask:
    """{"units": {name: [[start, end, label], ...]}, "alpha", "beta", "delta_empty", and "samples"
    (the continua that stand for chance), "categories" with "matrix" (distances of labels)}"""
    how = _dissimilarity(given)
    if name in ("gamma_given_samples", "gamma_cat_given_samples"):
        units = _by_name(given, "units")
        samples = [_by_name({"a sample": one}, "a sample") for one in given["samples"]]
        lines = [_line(one, given) for one in (units, *samples)]
        sums = [best_alignment(one, how) for one in lines]
        replayed = summed(lines[0], sums[0], sums[1:])
        return lambda key: _replayed(name, key, replayed)
    disorders = re.fullmatch(r"gamma(_cat|_k)?_observed_disorder(?:_(.+))?", name)
    if disorders:
        line = _line(_by_name(given, "units"), given)
        return lambda key: _disorder(line, how, disorders[1], disorders[2])
    return _ask_articles(name, _shifted(given), given, how)


def _ask_articles(
    name: str, article: Continuum, given: Mapping[str, Any], how: Dissimilarity | None = None
) -> Ask:
    """Any registered measure; keys are observed, expected, parts, labels, or other measures."""
    options = {
        "seed": int(given.get("seed", 1)),
        "samples": int(given.get("n_samples", 30)),
        "dissimilarity": how or _dissimilarity(given),
    }

    def figure(key: str | None) -> float | None:
        several = name == "several" and key is not None
        asked = _known(str(key) if several else name)
        if not several and key in REGISTRY and key != asked:
            return measure(str(key), article, **options).value
        return _part(measure(asked, article, **options), None if several else key, asked)

    return figure


def _known(name: str) -> str:
    if name not in REGISTRY:
        raise UnknownMeasure(f"There is no measure {name!r} of spans in an article.")
    return name


def _part(found: Agreement, key: str | None, own_name: str) -> float | None:
    if key in (None, "value", own_name):
        return found.value
    if key in ("observed", "expected"):
        return found.observed if key == "observed" else found.expected
    if key in found.parts:
        return found.parts[str(key)]
    if key in found.by_label:
        return found.by_label[str(key)].value
    if found.value is None:
        return None
    raise UnknownMeasure(f"{found.measure} has no figure called {key!r}.")


def _scheme(key: str | None) -> Any:
    if key in (None, "value"):
        return "strict"
    if key not in SCHEMES:
        raise UnknownMeasure(f"There is no scheme {key!r}: {', '.join(SCHEMES)}.")
    return key


def _figure_1995(name: str, key: str | None, article: Continuum) -> float | None:
    words = name.removeprefix("alphaU_1995").removeprefix("_pooled")
    asked = re.fullmatch(r"(?:_label_(.+?))?(?:_(Do|De))?", words)
    if asked is None:
        raise UnknownMeasure(f"There is no measure {name!r} of spans in an article.")
    label, part = asked[1], asked[2] or key
    if part and part.startswith("label_"):
        label, part = part.removeprefix("label_"), None
    found = alpha_u_1995(article, label)
    if part in ("Do", "observed"):
        return found.observed
    return found.expected if part in ("De", "expected") else found.value


def _figure_2016(name: str, key: str | None, article: Continuum) -> float | None:
    rest = name.removeprefix("unitized_2016").strip("_")
    readings: list[SelfPairing] = [one for one in READINGS if rest.endswith(one)]
    reading: SelfPairing = readings[0] if readings else "mass"
    asked = key or rest.removesuffix(reading).strip("_") or "u"
    if asked == "u":
        return alpha_u(article).value
    if asked in ("bar_u", "|u"):
        return alpha_bar_u(article).value
    if asked == "cu":
        return alpha_cu(article, reading).value
    if asked.startswith("k"):
        label = asked[1:] if asked[1:] in article.labels else asked[1:].removeprefix("_")
        return alpha_ku(article, label, reading).value
    raise UnknownMeasure(f"There is no unitized figure {asked!r}: u, bar_u, cu, k_<label>.")


def _replayed(name: str, key: str | None, sums: GammaSums) -> float | None:
    found = gamma_from([sums])
    cat = name == "gamma_cat_given_samples" or (key or "").endswith("cat")
    if cat:
        found = gamma_cat_from([sums])
    asked = (key or "value").removesuffix("_cat")
    if asked in ("value", "gamma"):
        return found.value
    if asked == "observed":
        return sums.category_observed if cat else sums.observed
    if asked == "expected":
        return sums.category_expected if cat else sums.expected
    raise UnknownMeasure(f"{name} has no figure called {key!r}.")


def _disorder(line: Line, how: Dissimilarity, kind: str | None, label: str | None) -> float | None:
    if line.n_annotators < 2 or not line.n_units:
        return None
    found = best_alignment(line, how)
    if kind is None:
        return found.disorder
    sums = found.category if label is None else (0.0, 0.0)
    if label in line.labels:
        sums = found.by_label.get(line.labels.index(label), (0.0, 0.0))
    return sums[0] / sums[1] if sums[1] else None


def _dissimilarity(given: Mapping[str, Any]) -> Dissimilarity:
    apart: dict[tuple[str, str], float] = {}
    if given.get("matrix") is not None:
        names = [str(name) for name in given["categories"]]
        for one, row in zip(names, given["matrix"], strict=True):
            apart |= {(one, other): float(x) for other, x in zip(names, row, strict=True)}
    alpha, beta, empty = (float(given.get(one, 1)) for one in ("alpha", "beta", "delta_empty"))
    return Dissimilarity(alpha, beta, empty, apart)


def _article(given: Mapping[str, Any]) -> Continuum:
    offsets = given.get("offsets", "half-open")
    if offsets not in ("half-open", "inclusive", "closed"):
        raise BadUnits(f"Offsets are half-open or inclusive, not {offsets!r}.")
    more, begin = (0 if offsets == "half-open" else 1), given.get("begin", 0)
    annotators = {
        name: [_placed(one, f"A unit of {name}", begin, more) for one in units]
        for name, units in _by_name(given, "coders").items()
    }
    return Continuum.of(given["length"], annotators)


def _by_name(given: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """The field's units by annotator. Raises BadUnits if that is not what it holds."""
    by_name = given.get(field)
    if not isinstance(by_name, Mapping):
        raise BadUnits(f"{field} is not an object of name and units: {by_name!r}.")
    for name, units in by_name.items():
        if not isinstance(units, list | tuple):
            raise BadUnits(f"{name} has no list of units in {field}: {units!r}.")
    return by_name


def _placed(one: Any, where: str, begin: int, more: int) -> Unit:
    fragments, label = _loose(one, where)
    return Unit(tuple((start - begin, end - begin + more) for start, end in fragments), label)


def _loose(one: Any, where: str) -> tuple[list[tuple[Any, Any]], str]:
    """Fragments and label of [start, end, label] or of a mapping, not yet checked."""
    if isinstance(one, Mapping):
        fragments = one.get("fragments") or [(one["start"], one["end"])]
        return [tuple(part) for part in fragments], str(one.get("label", ""))
    if not isinstance(one, list | tuple) or len(one) not in (2, 3):
        raise BadUnits(f"{where} is not [start, end, label]: {one!r}.")
    return [(one[0], one[1])], str(one[2]) if len(one) == 3 else ""


def _turned(one: Any) -> tuple[Any, Any, str]:
    if isinstance(one, Mapping):
        return one["start"], one["end"], str(one.get("label", ""))
    if not isinstance(one, list | tuple) or len(one) != 3:
        raise BadUnits(f"A span is not [label, start, end]: {one!r}.")
    return one[1], one[2], str(one[0])


def _line(units: Mapping[str, Iterable[Any]], given: Mapping[str, Any]) -> Line:
    names = given["units"] if not set(units) - set(given["units"]) else units
    return line_of(_shifted({**given, "units": {name: units.get(name, []) for name in names}}))


def _shifted(given: Mapping[str, Any]) -> Continuum:
    """Units at any positions (below 0, fractions) as an article that begins where they begin:
    gamma depends on neither the origin nor the scale."""
    read = {
        name: [_loose(one, f"A unit of {name}") for one in units]
        for name, units in _by_name(given, "units").items()
    }
    points = [
        Fraction(point)
        for units in read.values()
        for parts, _ in units
        for p in parts
        for point in p
    ]
    scale = lcm(*(point.denominator for point in points)) if points else 1
    low = int(min(points, default=Fraction(0)) * scale)
    high = int(max(points, default=Fraction(0)) * scale)
    begin = min(0, low) if "length" in given else low
    annotators = {
        name: [
            Unit(tuple(read_fragments(_moved(fragments, scale, begin), f"A unit of {name}")), label)
            for fragments, label in units
        ]
        for name, units in read.items()
    }
    length = int(Fraction(given["length"]) * scale) if "length" in given else high - begin
    return Continuum.of(length, annotators)


def _moved(parts: Iterable[tuple[Any, Any]], scale: int, begin: int) -> list[tuple[int, int]]:
    return [
        (int(Fraction(start) * scale) - begin, int(Fraction(end) * scale) - begin)
        for start, end in parts
    ]

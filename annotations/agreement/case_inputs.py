"""The forms of input that a case can have, and the figures that can be asked of each.

forms: coders_by_units, units_by_coders, two_coder_table, cells -> judgements of given units;
spans, two_span_lists, gamma -> units in an article. Measures may be called by the registry's names
or by those that published vectors use (alpha_nominal, unitized_2016, ner_f1 ...).
"""

import re
from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any

from annotations.agreement import coding as codings
from annotations.agreement.case_spans import ask_gamma, ask_span_lists, ask_spans
from annotations.agreement.coding import Coding
from annotations.agreement.registry import REGISTRY, measure
from annotations.agreement.result import Agreement, share
from annotations.text.refusal import Refusal

Ask = Callable[[str | None], float | None]
ALIASES = {
    "alpha": "krippendorff_alpha",
    "alpha_nominal": "krippendorff_alpha",
    "kappa": "cohen_kappa",
    "percent_agreement": "observed_agreement",
    "multi_kappa": "cohen_kappa",
    "multi_pi": "fleiss_kappa",
    "gwet_ac2": "gwet_ac2_quadratic",
    "s": "bennett_s",
    "S": "bennett_s",
}
NOT_AGREEMENTS: Mapping[str, Callable[[Coding], Agreement]] = {
    "cohen_kappa_se": codings.cohen_kappa_se,
    "fleiss_se_1971": codings.fleiss_se_1971,
}


class BadCase(Refusal):
    """This case cannot be read."""


def ask(measure_name: str, given: Mapping[str, Any]) -> Ask:
    """What answers for the keys of `expected` (None: a single number)."""
    form = given.get("form")
    if form in CODINGS:
        coding = CODINGS[form](given)
        return lambda key: _coding_figure(measure_name, key, coding, given)
    if form == "spans":
        return ask_spans(measure_name, given)
    if form == "two_span_lists":
        return ask_span_lists(measure_name, given)
    if form == "gamma":
        return ask_gamma(measure_name, given)
    known = ", ".join([*CODINGS, "spans", "two_span_lists", "gamma"])
    raise BadCase(f"There is no input form {form!r}. There are: {known}.")


def _coders_by_units(given: Mapping[str, Any]) -> Coding:
    rows = _judgements(given)
    return Coding.of(list(zip_longest(*rows)), values=_categories(given))


def _units_by_coders(given: Mapping[str, Any]) -> Coding:
    return Coding.of(_judgements(given), values=_categories(given))


def _two_coder_table(given: Mapping[str, Any]) -> Coding:
    table = given["table"]
    size = max([len(table), *map(len, table)])
    values = _categories(given) or list(range(size))
    if len(values) < size:
        raise BadCase(f"The table has {size} categories, {len(values)} are named.")
    rows = [(a, b) for a in values[: len(table)] for b in values[: len(table[0])]]
    weights = [float(count) for row in table for count in row]
    if len(weights) != len(rows) or min(weights) < 0:
        raise BadCase("The table is not a rectangle of counts.")
    return Coding.of(rows, values=values, weights=weights)


def _cells(given: Mapping[str, Any]) -> Coding:
    """a: both say yes; b, c: one does; d: none does."""
    weights = [float(given[cell]) for cell in "abcd"]
    if min(weights) < 0:
        raise BadCase("A cell holds a count below 0.")
    rows = [("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no")]
    return Coding.of(rows, values=["yes", "no"], weights=weights)


CODINGS: Mapping[Any, Callable[[Mapping[str, Any]], Coding]] = {
    "coders_by_units": _coders_by_units,
    "units_by_coders": _units_by_coders,
    "two_coder_table": _two_coder_table,
    "cells": _cells,
}


def _judgements(given: Mapping[str, Any]) -> list[list[Any]]:
    missing = given.get("missing")
    rows = given["data"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise BadCase("The data are not a list of lists.")
    return [[None if value == missing else _value(value) for value in row] for row in rows]


def _value(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value


def _categories(given: Mapping[str, Any]) -> list[Any] | None:
    categories = given.get("categories")
    return None if categories is None else [_value(value) for value in categories]


def _coding_figure(
    measure_name: str, key: str | None, coding: Coding, given: Mapping[str, Any]
) -> float | None:
    """`key` may name a measure, one of the values (its category kappa), or observed, expected."""
    asked = measure_name if key is None or measure_name != "several" else key
    part = re.fullmatch(r"(.+)_(Do|De|observed|expected)", asked)
    found = _coding_agreement(asked, coding, given)
    if found is None and part:
        found, key = _coding_agreement(part[1], coding, given), part[2]
    if found is None and asked in map(str, coding.values):
        value = next(value for value in coding.values if str(value) == asked)
        found = codings.fleiss_kappa(coding, value)
    if found is None:
        raise BadCase(f"There is no measure {asked!r} of given units.")
    if key in ("observed", "Do"):
        return found.observed
    if key in ("expected", "De"):
        return found.expected
    if key is not None and measure_name != "several" and key not in ("value", measure_name):
        return _coding_figure("several", key, coding, given)
    return found.value


def _coding_agreement(name: str, coding: Coding, given: Mapping[str, Any]) -> Agreement | None:
    if name in ("f1", "positive_agreement") and len(coding.values) == 2:
        return _positive_f1(coding)
    if name in NOT_AGREEMENTS:
        return NOT_AGREEMENTS[name](coding)
    name = ALIASES.get(name, re.sub(r"^alpha_", "krippendorff_alpha_", name))
    distance = given.get("distance")
    if name == "krippendorff_alpha" and distance not in (None, "nominal"):
        name = f"krippendorff_alpha_{distance}"
    found = REGISTRY.get(name)
    return measure(name, coding) if found and found.coding else None


def _positive_f1(coding: Coding) -> Agreement:
    """2a / (2a + b + c) for the first of two values."""
    table = coding.between(0, 1)
    both = 2 * float(table[0, 0])
    return share("f1", both, both + float(table[0, 1] + table[1, 0]))

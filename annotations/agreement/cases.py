"""Cases with a known answer: what their measures and keys mean, and whether ours agree.

A case is `{"name", "measure", "input", "expected", "tolerance"}`. `expected` is a number, null for
undefined, or an object of such by key. What a measure and a key mean depends on the input's form:
`case_inputs` turns each form into something that can be asked.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from annotations.agreement.case_inputs import BadCase, ask
from annotations.text.refusal import Refusal

Figure = float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One case: `got` has the shape of `expected`; difference None where one is undefined."""

    name: str
    expected: Any
    got: Any
    difference: float | None
    passed: bool
    problem: str = ""


def verdicts(cases: Any) -> Iterator[Verdict]:
    """One verdict per case; a case that cannot be read or computed fails with a sentence."""
    for number, case in enumerate(cases, 1):
        name = f"case {number}"
        expected = None
        try:
            if not isinstance(case, Mapping):
                raise BadCase("This case is not an object.")
            name, expected = str(case.get("name", name)), case.get("expected")
            yield _verdict(name, case)
        except Refusal as error:
            yield Verdict(name, expected, None, None, False, str(error))
        except (TypeError, ValueError, KeyError, IndexError, ArithmeticError) as error:
            problem = f"The input does not fit its form: {error}."
            yield Verdict(name, expected, None, None, False, problem)


def _verdict(name: str, case: Mapping[str, Any]) -> Verdict:
    for field in ("measure", "input", "expected"):
        if field not in case:
            raise BadCase(f"This case has no {field}.")
    if not isinstance(case["input"], Mapping):
        raise BadCase("The input is not an object.")
    expected, tolerance = case["expected"], case.get("tolerance", 1e-9)
    if not _number(tolerance):
        raise BadCase(f"The tolerance is not a number: {tolerance!r}.")
    figure = ask(str(case["measure"]), case["input"])
    if isinstance(expected, Mapping):
        got: Any = {key: figure(key) for key in expected}
        compared = [_difference(expected[key], got[key]) for key in expected]
    else:
        got = figure(None)
        compared = [_difference(expected, got)]
    passed = all(difference is not None and difference <= tolerance for difference in compared)
    known = [difference for difference in compared if difference is not None]
    whole = max(known, default=0.0) if len(known) == len(compared) else None
    return Verdict(name, expected, got, whole, passed)


def _difference(expected: Any, got: Figure) -> float | None:
    """0 where both are undefined, None where only one is."""
    if expected is None or got is None:
        return 0.0 if expected is None and got is None else None
    if not _number(expected):
        raise BadCase(f"What is expected is not a number: {expected!r}.")
    return abs(got - float(expected))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)

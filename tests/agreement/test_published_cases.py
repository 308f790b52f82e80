"""Every published or independently confirmed figure that we carry is met at its tolerance."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotations.agreement.cases import verdicts

PUBLISHED = Path(__file__).parent / "published"
CASES = [case for file in sorted(PUBLISHED.glob("*.json")) for case in json.loads(file.read_text())]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_published_case_is_met(case: dict[str, Any]) -> None:
    (verdict,) = verdicts([case])
    assert verdict.passed, verdict


def test_all_published_cases_are_carried_with_their_sources() -> None:
    assert len(CASES) == 79
    assert len({case["name"] for case in CASES}) == 79
    assert all(case["source"] and case["confirmed_by"] for case in CASES)


def test_a_wrong_expectation_fails() -> None:
    (verdict,) = verdicts([{**CASES[0], "expected": 0.5}])
    assert not verdict.passed
    assert verdict.got is not None

"""docs/promises.md names what proves each promise: all of it is there."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "promises.md"
NAMED = re.compile(r"`([a-z_/]+\.py)(?:: (test_\w+))?`")
ROW = re.compile(r"^\| (\d+) \|[^|]+\|([^|]*)\|([^|]*)\|$", re.MULTILINE)


def test_every_test_that_is_named_exists() -> None:
    gone = [
        f"{file}: {test}"
        for file, test in NAMED.findall(PAGE.read_text(encoding="utf-8"))
        if not (TESTS / file).exists() or f"def {test}" not in (TESTS / file).read_text("utf-8")
    ]
    assert gone == []


def test_each_promise_has_a_proof_or_says_why_not() -> None:
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert [int(number) for number, _, _ in rows] == list(range(1, 35))
    assert [number for number, proof, lack in rows if not NAMED.search(proof + lack)] == ["26"]
    assert all(proof.strip() or lack.strip() for _, proof, lack in rows)

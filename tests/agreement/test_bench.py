"""The bench says when a goal is missed, and by how much less gamma takes than its peer."""

from typing import Any

import pytest

from bench.agreement import __main__ as bench


def costs(**cpu: float) -> dict[str, Any]:
    return {
        name.replace("_", "-"): {"cpu": n, "process_cpu": n, "megabytes": 1, "result": 0}
        for name, n in cpu.items()
    }


@pytest.mark.parametrize(
    ("measured", "missed"),
    [
        (costs(gamma_3x30=0.1), []),
        (costs(gamma_3x30=0.1, pygamma_3x30=4.1), []),
        (costs(gamma_3x30=0.1, pygamma_3x30=3.9), ["40 times less than pygamma-agreement"]),
        (costs(gamma_3x30=0.3, gamma_5x30=1.1), ["CPU <= 0.2", "CPU <= 1"]),
    ],
)
def test_a_missed_goal_is_named(measured: dict[str, Any], missed: list[str]) -> None:
    assert [one.partition(": ")[2] for one in bench.missed(measured)] == missed
    is_beside = "pygamma-3x30" in measured
    assert ("not installed" in bench.beside(bench.times_less(measured))) != is_beside

"""`python -m bench.agreement`: what the agreement floor costs, against what it is to reach.

Each case runs in processes of its own, RUNS times; shown are medians of the CPU seconds of the
work itself and of the whole process, and of the peak memory. With `--json` as one object. The exit
status is 1 when a goal was missed. pygamma-agreement is a leg of its own, where it is installed.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

RUNS = 5
OURS, PYGAMMA = "gamma-3x30", "pygamma-3x30"
TIMES_LESS = 40  # CPU of the whole process


@dataclass(frozen=True)
class Case:
    title: str
    cpu: float | None = None
    process_cpu: float | None = None
    megabytes: float | None = None


CASES = {
    "gamma-3x30": Case("γ, 30 samples, 3 annotators x 30 spans", cpu=0.2, process_cpu=1.0),
    "gamma-3x100": Case("γ, 30 samples, 3 annotators x 100 spans", cpu=0.8),
    "gamma-5x30": Case("γ, 30 samples, 5 annotators x 30 spans", cpu=1.0),
    "articles-1000": Case("uα, |uα, F1s, 1,000 articles x 5 annotators x 40 spans", cpu=0.5),
    "articles-100000": Case(
        "the same, 100,000 articles x 3 x 10 spans, 1,000 replicates", cpu=15.0, megabytes=500
    ),
    "pygamma-3x30": Case("pygamma-agreement, 3 annotators x 30 spans"),
}


def work(name: str) -> Callable[[], Any]:
    """Prepare the case; what is returned is what is measured."""
    from bench.agreement import cases

    if name == "articles-1000":
        spans = cases.corpus(1_000, 5, 40)
        return lambda: cases.figures_of(spans)
    if name == "articles-100000":
        spans = cases.corpus(100_000, 3, 10)
        return lambda: cases.intervals_of(spans)
    kind, size = name.split("-")
    n_annotators, n_spans = (int(n) for n in size.split("x"))
    how = cases.gamma_of if kind == "gamma" else cases.pygamma_of
    return lambda: how(n_annotators, n_spans)


def run_one(name: str) -> None:
    """In a process of its own: do the work and print what it cost."""
    prepared = work(name)
    before = time.process_time()
    result = prepared()
    cpu = time.process_time() - before
    used = resource.getrusage(resource.RUSAGE_SELF)
    cost = {"cpu": cpu, "process_cpu": time.process_time(), "megabytes": used.ru_maxrss / 1024}
    print(json.dumps({**cost, "result": result}))


def measured(name: str, runs: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.agreement", "--one", name]
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    found = [
        json.loads(subprocess.run(command, check=True, capture_output=True, env=alone).stdout)
        for _ in range(runs)
    ]
    kinds = ("cpu", "process_cpu", "megabytes")
    medians = {kind: statistics.median(one[kind] for one in found) for kind in kinds}
    return {**medians, "result": found[0]["result"]}


def goals(case: Case, cost: dict[str, Any]) -> list[tuple[str, bool]]:
    """Each goal of the case in words, and whether it was reached."""
    return [
        (f"{what} <= {limit:g}", cost[field] <= limit)
        for what, field, limit in (
            ("CPU", "cpu", case.cpu),
            ("process", "process_cpu", case.process_cpu),
            ("MB", "megabytes", case.megabytes),
        )
        if limit is not None
    ]


def line(case: Case, cost: dict[str, Any]) -> str:
    asked = [words if reached else f"{words} MISSED" for words, reached in goals(case, cost)]
    figures = f"{cost['cpu']:9.3f} {cost['process_cpu']:9.3f} {cost['megabytes']:7.0f}"
    return f"{case.title:62}{figures}   {', '.join(asked)}"


def times_less(costs: dict[str, dict[str, Any]]) -> float | None:
    """By how much less CPU than pygamma-agreement gamma takes; None where that did not run."""
    if not {OURS, PYGAMMA} <= costs.keys():
        return None
    return float(costs[PYGAMMA]["process_cpu"] / costs[OURS]["process_cpu"])


def beside(ratio: float | None) -> str:
    if ratio is None:
        return (
            "pygamma-agreement is not installed: nothing is said about how much less gamma takes."
        )
    judged = "" if ratio >= TIMES_LESS else " MISSED"
    return f"pygamma-agreement takes {ratio:.0f} times the CPU of gamma   >= {TIMES_LESS}{judged}"


def missed(costs: dict[str, dict[str, Any]]) -> list[str]:
    """The goals that were not reached."""
    found = [
        f"{name}: {words}"
        for name, cost in costs.items()
        for words, reached in goals(CASES[name], cost)
        if not reached
    ]
    ratio = times_less(costs)
    if ratio is not None and ratio < TIMES_LESS:
        found.append(f"{OURS}: {TIMES_LESS} times less than pygamma-agreement")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.agreement", description=__doc__)
    parser.add_argument("--one", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if chosen.one:
        run_one(chosen.one)
        return 0
    names = [one for one in CASES if one != PYGAMMA or find_spec("pygamma_agreement")]
    if not chosen.json:
        print(
            f"{'median of ' + str(chosen.runs) + ' runs':62}{'CPU s':>9} {'process':>9} {'MB':>7}"
        )
    costs = {}
    for name in names:
        costs[name] = measured(name, chosen.runs)
        if not chosen.json:
            print(line(CASES[name], costs[name]), flush=True)
    not_reached = missed(costs)
    if chosen.json:
        told = {"times_less_than_pygamma": times_less(costs), "missed": not_reached}
        print(json.dumps({**costs, **told}, indent=1))
    else:
        print(beside(times_less(costs)))
    return 1 if not_reached else 0


if __name__ == "__main__":
    sys.exit(main())

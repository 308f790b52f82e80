"""Fifty annotators at their pace; then as much as two cores take, twice that, and after it."""

import time
from dataclasses import dataclass

from bench.load.driver import Annotator, Taken, annotators, run
from bench.load.site import Site, run_inside, site
from bench.load.table import Row

N_PEOPLE, APART, PAGE_SHARE = 50, 2.0, 0.1
N_CROWD = 400  # who save in the overload, at their own pace
N_AT_ONCE = 24  # who save without a pause, to find the most
P95 = {"postgresql": 100.0, "sqlite": 150.0}
MOST = {"postgresql": 150.0, "sqlite": 100.0}
CPU_MS = 10.0
CALM_MS, RECOVERY = 250.0, 10.0


def steady(name: str, seconds: float, web_processes: int) -> list[Row]:
    with site(name, web_processes) as here:
        workers = run_inside("bench.load.people", str(N_PEOPLE), environment=here.environment)
        people = annotators(here.port, workers)
        run(people, seconds=5, apart=APART)  # every process has read codebook and texts
        taken = run(people, seconds=seconds, apart=APART, page_share=PAGE_SHARE)
    note = f"{len(taken.saves)} saves and {len(taken.pages)} pages, p50 {taken.p(0.5):.0f} ms, "
    note += f"p99 {taken.p(0.99):.0f} ms"
    return [
        Row(name, "50 annotators, a save per 2 s, 10 % pages: p95", taken.p(0.95), "ms",
            most=P95[name], note=note),
        Row(name, "  errors", taken.n_wrong, "", most=0, note=taken.told()),
    ]  # fmt: skip


@dataclass(frozen=True)
class Over:
    """How a site did that was asked for twice what it can."""

    taken: Taken
    recovery: float


def saturation(name: str, seconds: float, web_processes: int) -> list[Row]:
    with site(name, web_processes) as here:
        workers = run_inside("bench.load.people", str(N_CROWD), environment=here.environment)
        people = annotators(here.port, workers[:N_AT_ONCE])
        run(people, seconds=2, apart=0)
        before = here.cpu
        most = run(people, seconds=seconds, apart=0)
        cpu = (here.cpu - before) * 1000 / max(len(most.saves), 1)
        over = overload(here, workers, most.saves_per_second, seconds)
    wrong = {status for status in over.taken.statuses if status not in ("200", "429", "503")}
    n_wrong = sum(over.taken.statuses[status] for status in wrong)
    asked = f"{N_AT_ONCE} without a pause, p95 {most.p(0.95):.0f} ms"
    return [
        Row(name, "CPU per save, web processes", cpu, "ms", most=CPU_MS, note=asked),
        Row(name, "saturation on two cores", most.saves_per_second, "saves/s", least=MOST[name],
            note=f"{most.n_wrong} errors"),
        Row(name, "  at twice that: answers that are not 200, 429 or 503", n_wrong, "", most=0,
            note=over.taken.told()),
        Row(name, "  recovery afterwards", over.recovery, "s", most=RECOVERY),
    ]  # fmt: skip


def overload(here: Site, workers: list[dict[str, str]], most: float, seconds: float) -> Over:
    """A crowd that wants twice as much; then one who asks until it is calm again."""
    crowd = [Annotator(here.port, worker, n) for n, worker in enumerate(workers)]
    for one in crowd:
        one.cookies["csrftoken"] = "c" * 32
    taken = run(crowd, seconds=seconds, apart=len(crowd) / (2 * most))
    return Over(taken, recovery(Annotator(here.port, workers[0], 7)))


def recovery(one: Annotator) -> float:
    """Seconds until ten requests in a row were answered soon."""
    began = time.monotonic()
    calm_since, n_calm = began, 0
    while n_calm < 10 and time.monotonic() < began + 60:
        since = time.monotonic()
        if one.open_page() == "200" and (time.monotonic() - since) * 1000 < CALM_MS:
            calm_since = calm_since if n_calm else since
            n_calm += 1
        else:
            n_calm = 0
        time.sleep(0.05)
    return calm_since - began if n_calm == 10 else 60.0

"""`python -m bench.curation`: what finding cases, opening, deciding and merging cost.

A temporary SQLite database with 1,000 articles, three annotators and 40 spans each, most
of them alike. Measured are process CPU seconds and SQL statements of the server side alone,
through Django's test client: the cases of one article with five annotators and 100 spans each
(median of RUNS); the adjudication page, opened for the first time (nothing begun, no votes kept in
the process) with the settling of unanimous cases that it then asks for, and again; one decision
(transaction statements included); counting what a rule set would make of all articles, and making
it.

    python -m bench.curation [--articles 1000] [--json]
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from bench.curation.seed import make_study
from bench.report_page.__main__ import prepare

RUNS = 5
GOALS = {
    "cases of 5 x 100 spans, CPU s": 0.3,
    "first page, queries": 15,
    "page, queries": 15,
    "decision, statements": 8,
    "merge, CPU s": 60.0,
}


def invented(n_annotators: int, n_spans: int, seed: int) -> Any:
    """An article whose annotators see the same places, but not always alike."""
    from annotations.agreement import Continuum

    dice = random.Random(seed)
    places = []
    for _ in range(n_spans):
        start = dice.randrange(19_000)
        places.append((start, start + dice.randrange(5, 120), dice.choice("rafc")))
    people: dict[str, list[Any]] = {}
    for n in range(n_annotators):
        own = people.setdefault(str(n), [])
        for start, end, label in places:
            chance = dice.random()
            if chance > 0.1:
                more = dice.randrange(1, 10) if chance < 0.3 else 0
                own.append((start, end + more, dice.choice("rafc") if chance > 0.9 else label))
    return Continuum.of(20_000, people)


def cpu_of(act: Any) -> tuple[float, Any]:
    began = time.process_time()
    found = act()
    return time.process_time() - began, found


def cases_cost() -> float:
    from annotations.curation.finding import find_cases

    articles = [invented(5, 100, seed) for seed in range(RUNS)]
    find_cases(articles[0])
    return statistics.median(cpu_of(lambda one=one: find_cases(one))[0] for one in articles)


def n_queries(captured: Any) -> int:
    """Without the statements that begin and end a transaction."""
    return sum(not one["sql"].startswith(("BEGIN", "COMMIT")) for one in captured.captured_queries)


def page_and_decision(study: Any, manager: Any, articles: list[Any]) -> dict[str, float]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")
    where = [study.pk, articles[0].pk]
    page, ops = reverse("curation:adjudicate", args=where), reverse("curation:ops", args=where)
    settle = reverse("curation:unanimous", args=where)
    client.get(reverse("curation:adjudicate", args=[study.pk, articles[1].pk]))  # the code itself
    with CaptureQueriesContext(connection) as first:
        first_cost, _ = cpu_of(lambda: client.get(page))
    n_first = n_queries(first)  # at once: the next request empties the log
    with CaptureQueriesContext(connection) as settling:
        settle_cost, _ = cpu_of(lambda: client.post(settle))
    n_settling = len(settling)
    with CaptureQueriesContext(connection) as opening:
        cost, _ = cpu_of(lambda: client.get(page))
    n_opening = n_queries(opening)
    told = client.get(ops).json()["changes"]["cases"]
    case = next(one for one in told if one["on"] == "span" and one["ver"] == 0)
    decision = {"id": case["id"], "choice": "variant", "variant": 1, "votes": case["votes"]}
    op = {"op_id": str(uuid.uuid4()), "kind": "decide", "on": "case", "ver": 0, "case": decision}
    body = {"base_rev": 10**6, "tab": str(uuid.uuid4()), "ops": [op]}
    with CaptureQueriesContext(connection) as saving:
        spent, answer = cpu_of(lambda: client.post(ops, body, content_type="application/json"))
    n_saving = len(saving)
    assert answer.status_code == 200, answer.content
    return {
        "first page, queries": n_first,
        "first page, CPU s": first_cost,
        "settling, statements": n_settling,
        "settling, CPU s": settle_cost,
        "page, queries": n_opening,
        "page, CPU s": cost,
        "decision, statements": n_saving,
        "decision, CPU s": spent,
    }


def merge_cost(study: Any, manager: Any) -> dict[str, float]:
    from annotations.curation.actions import apply_merge, count_merge, run_merge, save_merge_rules
    from annotations.curation.models import GoldSpan

    rules = save_merge_rules(
        study=study, actor=manager, unanimous=True, at_least=2, boundary="words", least_votes=2
    )

    # Without a worker the job runs as soon as it is started; with one, it is run here.
    def count() -> Any:
        merge = count_merge(study=study, actor=manager, rules=rules)
        run_merge.call(str(merge.pk))
        return merge

    def make() -> None:
        apply_merge(merge=merge, actor=manager)
        run_merge.call(str(merge.pk))

    counting, merge = cpu_of(count)
    merge.refresh_from_db()
    assert merge.state == "counted", merge.message
    making, _ = cpu_of(make)
    merge.refresh_from_db()
    assert merge.state == "done", merge.message
    return {
        "counting, CPU s": counting,
        "merge, CPU s": making,
        "gold spans": GoldSpan.objects.live().count(),
    }


def main() -> int:
    reader = argparse.ArgumentParser(prog="python -m bench.curation", description=__doc__)
    reader.add_argument("--articles", type=int, default=1000)
    reader.add_argument("--json", action="store_true")
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        figures: dict[str, float] = {"cases of 5 x 100 spans, CPU s": cases_cost()}
        study, manager, articles = make_study(asked.articles)
        figures |= page_and_decision(study, manager, articles)
        figures |= merge_cost(study, manager)
    if asked.json:
        print(json.dumps(figures))
    for name, value in {} if asked.json else figures.items():
        goal = f"goal {GOALS[name]:g}" if name in GOALS else ""
        print(f"{name:32} {value:10.3f}  {goal}")
    return int(any(figures[name] > goal for name, goal in GOALS.items()))


if __name__ == "__main__":
    sys.exit(main())

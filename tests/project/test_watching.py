"""What operators watch: readiness, figures, log lines for machines."""

import json
import logging
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from project.logs import JsonFormatter
from project.metrics import Tally

pytestmark = pytest.mark.django_db
TOKEN = "a-long-random-word"


def test_a_migrated_site_is_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready\n")


def test_a_site_with_migrations_to_apply_is_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'annotations'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"migrations to apply" in answer.content


def test_a_site_without_its_cache_table_is_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE annotations_cache RENAME TO annotations_gone")
    assert client.get("/readyz").content == b"cache table missing: run manage.py migrate\n"


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer wrong"}])
def test_figures_are_hidden_without_the_token(
    client: Client, settings: Any, given: dict[str, str]
) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers=given).status_code == 404


def test_without_a_token_in_the_settings_nobody_sees_figures(client: Client) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_figures_count_what_was_answered(
    client: Client,
    settings: Any,
    django_assert_num_queries: Any,
) -> None:
    settings.METRICS_TOKEN = TOKEN

    def figures() -> dict[str, float]:
        with django_assert_num_queries(3):
            answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
        lines = [line for line in answer.content.decode().splitlines() if line[0] != "#"]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    before = figures()
    assert before["sourcemark_queue_oldest_seconds"] == 0
    client.get("/nowhere/")
    client.get("/healthz")
    after = figures()

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0)

    mine = f'process="{os.getpid()}"'
    assert grown(f'sourcemark_answers_total{{{mine},method="GET",status="4xx"}}') == 1
    assert grown(f'sourcemark_answers_total{{{mine},method="GET",status="2xx"}}') == 2
    assert grown(f"sourcemark_answer_seconds_count{{{mine}}}") == 3
    assert grown(f'sourcemark_answer_seconds_bucket{{{mine},le="+Inf"}}') == 3


def test_one_process_shows_the_figures_of_all_and_forgets_the_dead(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.METRICS_TOKEN, settings.VAR_DIR = TOKEN, tmp_path
    pid = os.fork()
    if pid == 0:
        Tally().add("POST", 200, 0.2)
        time.sleep(60)
        os._exit(0)
    written = tmp_path / "metrics" / f"{socket.gethostname()}-{pid}"

    def figures() -> str:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        return answer.content.decode()

    wanted = f'sourcemark_answers_total{{process="{pid}",method="POST",status="2xx"}} 1\n'
    until = time.monotonic() + 30
    while wanted not in figures():
        assert time.monotonic() < until
    assert f'sourcemark_answer_seconds_bucket{{process="{pid}",le="0.1"}} 0\n' in figures()
    assert f'sourcemark_answer_seconds_bucket{{process="{pid}",le="0.25"}} 1\n' in figures()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert f'process="{pid}"' not in figures()
    assert not written.exists()


def test_json_log_lines_are_one_line_and_say_everything() -> None:
    told = {"event": "wrong password", "person": "eve\nroot"}
    record = logging.makeLogRecord({"msg": "no %s", "args": ("way\n",), "told": told})
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert {"event", "person", "at", "level", "logger", "message"} == set(json.loads(line))
    assert json.loads(line)["person"] == "eve\nroot"

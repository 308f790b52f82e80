"""Servers that tests and benchmarks start are gone when whoever started them is."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTS = """
import os, sys, time
from pathlib import Path
from project.setup.tied import Tied
sleeper = Tied(["sh", "-c", "sleep 600 & sleep 600"], cwd=Path("."), env=os.environ)
print(sleeper.pid, flush=True)
time.sleep(600)
"""


def group(pid: int) -> list[str]:
    """The living processes of the group."""
    told = subprocess.run(["ps", "-e", "-o", "pgid=,stat=,args="], capture_output=True, check=True)
    rows = [line.split(None, 2) for line in told.stdout.decode().splitlines()]
    return [row[2] for row in rows if row[0] == str(pid) and not row[1].startswith("Z")]


def test_a_tied_process_and_its_children_end_with_the_one_that_was_killed() -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTS], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout
    pid = int(starter.stdout.readline())
    until = time.monotonic() + 60
    while len(group(pid)) < 3:
        assert time.monotonic() < until
        time.sleep(0.02)
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    while group(pid):
        assert time.monotonic() < until, group(pid)
        time.sleep(0.02)
    starter.stdout.close()

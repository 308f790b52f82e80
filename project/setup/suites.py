"""Every suite there is, one after the other, and a line for each at the end.

    python -m project.setup.suites [checks] [javascript] [sqlite] [postgresql] [browser] [soak]

With none named, all run but soak, also after one failed; the exit code is 1 when anything did.
Checks and JavaScript run beside the first of the others and are told of after it.
Each long test of soak takes SOAK_SECONDS at most (tests/soaking.py).
A suite that ran no test, or left one out, has failed: nothing is green that was not tried.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from xml.etree import ElementTree

from playwright._impl._driver import compute_driver_executable

from project.setup.environment import apt
from project.setup.postgres import MissingServer, ServerFailed, database_url
from project.setup.tied import Tied

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
PROCESSES = "2"
SUITE_SECONDS = 30 * 60
FAULTS, SAVES = 300, 20_000  # of a long run without bounds: promise R1
SOAK_SECONDS = 24 * 60 * 60  # whatever is asked of it, a day is enough
# The same browser; the first of them draws no window around each page, which is quicker.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER_TESTS = "tests/browser"
BUT_BROWSER = ("tests", f"--ignore={BROWSER_TESTS}")
# Tables are made of the models in one go, which migrations lead to as well: tests of upgrades.
AT_ONCE = "--nomigrations"
LINT_IMPORTS = "import importlinter.cli as cli; cli.lint_imports_command()"
CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("mypy", ("-m", "mypy")),  # takes longest, so it begins first
    ("ruff check", ("-m", "ruff", "check")),
    ("ruff format", ("-m", "ruff", "format", "--check")),
    (
        "import-linter",
        ("-c", LINT_IMPORTS, "--no-logo"),
    ),
    ("djlint", ("-m", "djlint", "templates", "--lint", "--quiet")),
    ("migrations", ("manage.py", "makemigrations", "--check", "--dry-run")),
)


@dataclass
class Outcome:
    """What a suite came to. `failed` counts errors, left-out tests and a suite that broke off.

    `said` is what it has to tell besides, where it did not print as it went.
    """

    passed: int = 0
    failed: int = 0
    note: str = ""
    said: str = ""
    seconds: float = 0.0


def checks() -> Outcome:
    """Lint, types, layers, templates and migrations, some at once; the output of what fails."""
    outcome = Outcome()
    with ThreadPoolExecutor(int(PROCESSES)) as at_once:
        commands = [[PYTHON, *arguments] for _, arguments in CHECKS]
        ended = list(at_once.map(lambda command: _call(command, capture=True), commands))
    for (name, _), done in zip(CHECKS, ended, strict=True):
        outcome.said += f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name}\n"
        if done.returncode:
            outcome.said += done.stdout
            outcome.failed += 1
        else:
            outcome.passed += 1
    return outcome


def javascript() -> Outcome:
    """The machine's own Node from version 18 on, else the one that comes with Playwright."""
    node = shutil.which("node") or compute_driver_executable()[0]
    if fault := _loading_fault(node):
        return Outcome(failed=1, note=fault)
    files = sorted(str(path) for path in (ROOT / "tests" / "js").rglob("*.test.js"))
    if not files:
        return Outcome(failed=1, note="tests/js holds no *.test.js.")
    done = _call([node, "--test", "--test-reporter=tap", *files], capture=True)
    counts = dict(re.findall(r"^# (pass|fail|cancelled|skipped|todo) (\d+)$", done.stdout, re.M))
    passed = int(counts.pop("pass", 0))
    failed = sum(map(int, counts.values())) or int(done.returncode != 0 or not passed)
    return Outcome(passed, failed, said=done.stdout if failed else "")


def sqlite() -> Outcome:
    return _pytest(*BUT_BROWSER, "-n", PROCESSES, AT_ONCE)


def postgresql() -> Outcome:
    try:
        with database_url() as url:
            # One more: here tests wait for servers of their own that start, stop and are killed.
            return _pytest(*BUT_BROWSER, "-n", str(int(PROCESSES) + 1), AT_ONCE, DATABASE_URL=url)
    except (MissingServer, ServerFailed) as error:
        return Outcome(failed=1, note=str(error))


def browser() -> Outcome:
    if not any(map(shutil.which, CHROMIUM_NAMES)):
        note = f"Chromium is missing: install it with `{apt('chromium-headless-shell')}`."
        return Outcome(failed=1, note=note)
    if fault := _loading_fault(compute_driver_executable()[0]):
        return Outcome(failed=1, note=fault)
    return _pytest(BROWSER_TESTS, "-n", PROCESSES, AT_ONCE)


def soak() -> Outcome:
    """The long tests alone, on both databases and in the browser, some for SOAK_SECONDS each."""
    with _report_file() as tally:
        tally.touch()
        return _soak(tally, {"SOAK": "1", "SOAK_TALLY": str(tally)})


def _soak(tally: Path, told: dict[str, str]) -> Outcome:
    shown = ("-rP", "--show-capture=stdout", "--tb=short", "--durations=15")
    how = ("-m", "soak", "-n", PROCESSES, *shown, "-o", "faulthandler_timeout=0")
    long = (*BUT_BROWSER, *how)
    on_sqlite = _pytest(*long, **told)
    in_browser = _pytest(BROWSER_TESTS, *how, **told)
    with database_url() as url:
        on_postgresql = _pytest(*long, **told, DATABASE_URL=url)
    runs = (on_sqlite, in_browser, on_postgresql)
    said, too_few = _of_faults(tally)
    return Outcome(
        sum(one.passed for one in runs),
        sum(one.failed for one in runs) + too_few,
        " ".join([*(one.note for one in runs if one.note), said]),
    )


def _of_faults(tally: Path) -> tuple[str, int]:
    """How many faults and acknowledged saves there were; 1 when a run without bounds had fewer
    than the promise is proven by."""
    lines = [json.loads(line) for line in tally.read_text(encoding="utf-8").splitlines()]
    faults, saves = (sum(line[name] for line in lines) for name in ("faults", "saves"))
    is_bounded = float(os.environ.get("SOAK_SECONDS") or 20) > 0
    too_few = not is_bounded and (faults < FAULTS or saves < SAVES)
    said = f"{faults} faults, {saves:,} saves acknowledged."
    return f"{said} {FAULTS} and {SAVES:,} are promised." if too_few else said, int(too_few)


USUAL = (checks, javascript, sqlite, postgresql, browser)
QUICK = ("checks", "javascript")  # beside the first of the others: they leave a core without work
SUITES: dict[str, Callable[[], Outcome]] = {suite.__name__: suite for suite in (*USUAL, soak)}


def main(names: Sequence[str]) -> int:
    unknown = set(names) - set(SUITES)
    if unknown:
        print(f"No suite {', '.join(sorted(unknown))}; there are {', '.join(SUITES)}.")
        return 2
    asked = list(names) or [suite.__name__ for suite in USUAL]
    quick = [name for name in asked if name in QUICK]
    slow = [name for name in asked if name not in QUICK]
    outcomes: dict[str, Outcome] = {}
    with ThreadPoolExecutor(1) as beside:
        begun = {name: beside.submit(_timed, name) for name in quick}
        for name in [*slow[:1], *quick, *slow[1:]]:
            print(f"\n=== {name}", flush=True)
            outcomes[name] = begun[name].result() if name in begun else _timed(name)
            print(outcomes[name].said, end="", flush=True)
    print()
    for name in asked:
        found = outcomes[name]
        counts = f"{found.passed:>6} passed {found.failed:>4} failed {found.seconds:>6.0f} s"
        print(f"{name:<12}{counts}  {found.note}".rstrip(), flush=True)
    failed = sum(found.failed for found in outcomes.values())
    print(f"{sum(found.passed for found in outcomes.values())} passed, {failed} failed", flush=True)
    return int(failed > 0)


def _timed(name: str) -> Outcome:
    began = time.monotonic()
    outcome = SUITES[name]()
    outcome.seconds = time.monotonic() - began
    return outcome


def _loading_fault(node: str) -> str:
    """Why a Node does not start, or nothing; Playwright's needs a library that Debian may lack."""
    started = _call([node, "--version"], capture=True)
    if started.returncode == 0:
        return ""
    if "libatomic" in started.stdout:
        return f"A library of Playwright's is missing: install it with `{apt('libatomic1')}`."
    return started.stdout.strip()


def _pytest(*arguments: str, **environment: str) -> Outcome:
    with _report_file() as report:
        command = [
            PYTHON,
            "-m",
            "pytest",
            "-q",
            "--dist=worksteal",
            f"--junitxml={report}",
            *arguments,
        ]
        code = _run_tests(command, environment)
        if not report.exists():
            return Outcome(failed=1, note=f"pytest broke off with code {code}.")
        suite = ElementTree.parse(report).getroot().find("testsuite")
    if suite is None:
        return Outcome(failed=1, note="pytest wrote no report.")
    total, errors, failures, skipped = (
        int(suite.get(name) or 0) for name in ("tests", "errors", "failures", "skipped")
    )
    failed = errors + failures + skipped
    note = f"{skipped} left out" if skipped else ""
    if not failed and (code or not total):
        failed, note = 1, f"pytest ended with code {code}."
    return Outcome(max(total - errors - failures - skipped, 0), failed, note)


@contextmanager
def _report_file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sm-tests-") as folder:
        yield Path(folder) / "report.xml"


def _run_tests(command: list[str], environment: Mapping[str, str]) -> int:
    """Its exit code. However this ends, nothing that the tests started goes on."""
    most = SOAK_SECONDS if "SOAK" in environment else SUITE_SECONDS
    run = Tied(command, cwd=ROOT, env={**_environment(), **environment})
    try:
        return run.process.wait(most)
    except subprocess.TimeoutExpired:
        print(f"Stopped after {most} seconds: {' '.join(command)}", flush=True)
        return 124
    finally:
        if run.process.returncode is None:
            run.stop(20, signal.SIGINT)  # pytest takes down what it set up
        run.end()


def _call(command: list[str], *, capture: bool = False) -> subprocess.CompletedProcess[str]:
    """Run in the project's folder."""
    try:
        return subprocess.run(
            command,
            check=False,
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else None,
            stderr=subprocess.STDOUT if capture else None,
            text=True,
            timeout=SUITE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        print(f"Stopped after {SUITE_SECONDS} seconds: {' '.join(command)}", flush=True)
        return subprocess.CompletedProcess(command, 124, stdout="")


def _environment() -> dict[str, str]:
    """Ours with none of the installation's own settings.

    Python may keep what it compiled: hundreds of processes start here, and load the same modules.
    """
    ours = re.compile(
        "(DATABASE|EMAIL|TASK|WEB|SOURCEMARK)_|PYTHONDONTWRITEBYTECODE$|"
        "(SECRET_KEY|DEBUG|TLS|BEHIND_PROXY|ALLOWED_HOSTS|"
        "CSRF_TRUSTED_ORIGINS|DEFAULT_FROM_EMAIL|BIND|PORT|DJANGO_SETTINGS_MODULE)$"
    )
    return {name: value for name, value in os.environ.items() if not ours.match(name)}


def _exit_at(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _exit_at)
    signal.signal(signal.SIGHUP, _exit_at)
    raise SystemExit(main(sys.argv[1:]))

"""Chromium for tests, on pages that must be silent: no console error, no blocked resource."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError, expect

from project.setup.environment import apt
from project.setup.suites import CHROMIUM_NAMES
from tests.outside import is_here

HERE = Path(__file__).parent

# Milliseconds: a loaded machine is slow, and no test is about speed; a page that could not save
# may wait half a minute until it tries again.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)

# Playwright's sync API runs an event loop in this thread, and Django would refuse to query.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        pytest.fail(
            f"Chromium is missing: install it with `{apt('chromium-headless-shell')}`.",
            pytrace=False,
        )
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    args = [*quiet, "--no-first-run", "--disable-quic", "--disable-gpu"]
    if os.geteuid() == 0:
        args.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": found, "args": args}


@pytest.fixture
def console_errors() -> list[str]:
    """What pages complained of so far, blocked resources included."""
    return []


@pytest.fixture
def expected_console() -> list[str]:
    """Put here a part of each complaint that the test provokes, such as 'status of 500'."""
    return []


@pytest.fixture
def new_context(
    new_context: Callable[..., BrowserContext],
    console_errors: list[str],
    expected_console: list[str],
    nobody_outside_is_asked: list[str],
) -> Iterator[Callable[..., BrowserContext]]:
    """As pytest-playwright's, but a page of the context that complains fails the test."""

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            console_errors.append(f"{message.text} ({message.location.get('url', '')})")

    def note_exception(error: WebError) -> None:
        console_errors.append(str(error.error))

    def note_request(request: Request) -> None:
        to = urlsplit(request.url)
        if to.scheme not in ("data", "blob", "about") and not is_here(to.hostname):
            nobody_outside_is_asked.append(request.url)

    def listened(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(PATIENCE)
        context.on("console", note)
        context.on("weberror", note_exception)
        context.on("request", note_request)
        return context

    yield listened
    unexpected = [
        error for error in console_errors if not any(part in error for part in expected_console)
    ]
    assert unexpected == []


@pytest.fixture(autouse=True)
def _writes_survive_the_request(transactional_db: None) -> None:
    """The server is another thread: it sees only what is committed."""

"""The pictures of the guides, made from the demo: `.venv/bin/python -m project.setup.pictures`.

Makes a demo in a folder of its own, serves it, and photographs pages of it in Chromium.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from project.setup.suites import CHROMIUM_NAMES

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
SIZE: ViewportSize = {"width": 1180, "height": 760}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        environment = {**os.environ, "SOURCEMARK_VAR": folder, "PORT": str(port)}
        environment.pop("DATABASE_URL", None)
        manage(environment, "migrate", "--verbosity=0")
        manage(environment, "collectstatic", "--noinput", "--verbosity=0")
        told = manage(environment, "demo")
        gunicorn = ["-m", "gunicorn", "--config", "python:project.serving", "project.wsgi"]
        server = subprocess.Popen(
            [sys.executable, *gunicorn], cwd=ROOT, env=environment, stdout=subprocess.PIPE
        )
        try:
            assert server.stdout
            server.stdout.readline()
            photograph(f"http://127.0.0.1:{port}", told)
        finally:
            server.terminate()
            server.wait(timeout=30)


def manage(environment: dict[str, str], *command: str) -> str:
    run = [sys.executable, "manage.py", *command]
    done = subprocess.run(run, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def people(told: str, role: str) -> list[tuple[str, str]]:
    """User names and passwords of those with the role, as `manage.py demo` prints them."""
    return re.findall(rf"^\s+(\S+\.demo)\s+(\S+)\s+{role}", told, re.M)


def photograph(site: str, told: str) -> None:
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        for person in people(told, "annotator"):
            page = enter(browser.new_context(viewport=SIZE).new_page(), site, *person)
            begin = page.get_by_role("link", name=" with this article")
            if begin.count():
                take(page, "home")
                begin.first.click()
                take(page, "mark")
                break
        page = enter(
            browser.new_context(viewport=SIZE).new_page(), site, *people(told, "manager")[0]
        )
        page.locator("main h2 a").first.click()
        take(page, "overview")
        browser.close()


def enter(page: Page, site: str, name: str, password: str) -> Page:
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("E-mail address or user name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    return page


def take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()

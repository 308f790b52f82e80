"""The house of project/decisions/0001: each rule is broken once on purpose, in a copy."""

import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {"accounts", "study", "corpus", "assignment", "marking", "curation", "reports", "exchange"}
ROOMS |= {"api"}
PRIVATE = {"urls", "views", "forms"}
LINT = "import importlinter.cli as cli; cli.lint_imports_command()"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the rooms and their rules, to be spoilt."""
    ignore = shutil.ignore_patterns("static", "__pycache__")
    shutil.copytree(ROOT / "annotations", tmp_path / "annotations", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(house: Path) -> tuple[bool, str]:
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache", "--no-logo"],
        cwd=house,
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode == 0, done.stdout + done.stderr


def test_the_house_as_it_stands_keeps_its_rules(house: Path) -> None:
    kept, report = lint(house)
    assert kept, report


def test_a_stray_module_is_refused(house: Path) -> None:
    (house / "annotations" / "stray.py").write_text("")
    kept, report = lint(house)
    assert (kept, "annotations.stray" in report) == (False, True), report


def test_a_room_that_imports_upwards_is_refused(house: Path) -> None:
    (house / "annotations" / "study" / "peeking.py").write_text("import annotations.marking\n")
    kept, report = lint(house)
    assert (kept, "annotations.study.peeking" in report) == (False, True), report


def test_a_model_that_imports_its_rooms_actions_is_refused(house: Path) -> None:
    room = house / "annotations" / "curation"
    (room / "actions.py").write_text("")
    (room / "models.py").write_text("import annotations.curation.actions\n")
    kept, report = lint(house)
    assert (kept, "annotations.curation.actions" in report) == (False, True), report


@pytest.mark.parametrize("floor", ["text", "agreement"])
def test_a_floor_that_imports_django_is_refused(house: Path, floor: str) -> None:
    (house / "annotations" / floor / "heavy.py").write_text("import django.db\n")
    kept, report = lint(house)
    assert (kept, f"annotations.{floor}.heavy" in report) == (False, True), report


def test_no_room_uses_another_rooms_pages_or_forms() -> None:
    graph = grimp.build_graph("annotations", cache_dir=None)
    peeking = {
        f"{importer} imports {module}"
        for module in graph.modules
        if module.count(".") >= 2 and module.split(".")[2] in PRIVATE
        for importer in graph.find_modules_that_directly_import(module)
        if importer.split(".")[1] in ROOMS and importer.split(".")[1] != module.split(".")[1]
    }
    assert peeking == set()

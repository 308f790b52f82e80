"""The floors can be used alone, for instance from a notebook: without Django installed."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ABSENT = ("django", "allauth", "psycopg", "zeal")
IMPORT_ALL = """
import importlib, pkgutil, sys
sys.path[:0] = sys.argv[2:]
floor = importlib.import_module(sys.argv[1])
names = [m.name for m in pkgutil.walk_packages(floor.__path__, floor.__name__ + ".")]
for name in names:
    importlib.import_module(name)
try:
    import django
except ImportError:
    print("without django:", len(names))
"""


@pytest.fixture
def packages_without_django(tmp_path: Path) -> Path:
    """A folder like site-packages in which everything but Django and its kin is installed."""
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not package.name.lower().startswith(ABSENT):
            (tmp_path / package.name).symlink_to(package)
    return tmp_path


@pytest.mark.parametrize("floor", ["text", "agreement"])
def test_a_floor_imports_without_django_installed(
    floor: str, packages_without_django: Path
) -> None:
    paths = [str(ROOT), str(packages_without_django)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT_ALL, f"annotations.{floor}", *paths],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout.startswith("without django:")) == (0, True), done.stderr

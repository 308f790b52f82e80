"""The floor alone: no Django, no scipy until it is needed, and the printed example is true."""

import contextlib
import io
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import annotations.agreement

README = Path(__file__).parents[2] / "README.md"
EXAMPLE = re.compile(
    r"```python\n(from annotations\.agreement import .*?)```\s*```\n(.*?)```", re.DOTALL
)
QUIET = """
import sys
from annotations.agreement import Continuum, measure
units = [(at, at + 12, "ab"[at % 2]) for at in range(0, 900, 30)]
names = {name: [(s + n, e + n, l) for s, e, l in units] for n, name in enumerate("xyz")}
measure("gamma", Continuum.of(1000, names))
print([name for name in ("django", "scipy", "annotations.models") if name in sys.modules])
"""


def printed(code: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(code, {})
    return said.getvalue()


def test_the_example_of_the_package_runs() -> None:
    said = str(annotations.agreement.__doc__).split("usable alone.")[1]
    code = textwrap.dedent(said.split("Offsets are")[0])
    assert re.fullmatch(r"uα 0\.\d{3}, γ 0\.\d{3} ± 0\.\d{3}\n", printed(code))


def test_the_example_of_the_readme_prints_what_it_says() -> None:
    for code, shown in EXAMPLE.findall(README.read_text()):
        assert printed(code) == shown


def test_the_floor_imports_neither_django_nor_scipy() -> None:
    ran = subprocess.run([sys.executable, "-c", QUIET], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"

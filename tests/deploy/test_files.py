"""What deploy/ and docs/ name is there, and settings that they give are settings that we read."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
GIVEN = re.findall(r"^#? ?([A-Z_]+)=", (ROOT / "deploy" / "sourcemark.env").read_text(), re.M)


def test_the_example_gives_only_settings_that_are_read_and_told_of() -> None:
    read = "".join((ROOT / "project" / name).read_text() for name in ("settings.py", "serving.py"))
    told = (ROOT / "README.md").read_text()
    assert len(GIVEN) > 10
    assert [name for name in GIVEN if f'"{name}"' not in read] == []
    assert [name for name in GIVEN if f"`{name}`" not in told] == []


@pytest.mark.parametrize("unit", ["web", "worker"])
def test_units_start_programs_that_are_there(unit: str) -> None:
    text = (ROOT / "deploy" / "systemd" / f"sourcemark-{unit}.service").read_text()
    (start,) = re.findall(r"^ExecStart=(.*)$", text, re.M)
    wanted = {
        "web": "python -m gunicorn --config python:project.serving project.wsgi",
        "worker": "python manage.py db_worker",
    }
    assert start == f"/opt/sourcemark/.venv/bin/{wanted[unit]}"
    assert "NoNewPrivileges=yes" in text


@pytest.mark.parametrize("guide", DOCS, ids=lambda guide: guide.name)
def test_guides_lead_to_files_that_are_there(guide: Path) -> None:
    text = guide.read_text()
    links = [name for name in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in name]
    paths = re.findall(r"\[((?:tests|annotations)/[^\]]+)\]", text)
    named = [ROOT / part.strip() for group in paths for part in group.split(",")]
    missing = [str(path) for path in [*(guide.parent / link for link in links), *named]
               if not path.exists()]  # fmt: skip
    assert missing == []

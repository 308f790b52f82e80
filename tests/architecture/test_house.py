"""What keeps the house easy to find one's way in."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RECORDS = sorted((ROOT / "project" / "decisions").glob("*.md"))
LONGEST_FILE = 500  # lines; 300 is a smell already
LONGEST_RECORD = 20  # lines, headings and blank ones included
ROOMS = {path.name for path in (ROOT / "annotations").iterdir() if (path / "__init__.py").exists()}
BESIDE_ROOMS = {"architecture", "browser", "js", "project", "bench", "deploy"}


def sources() -> list[Path]:
    tops = [ROOT / "annotations", ROOT / "project", ROOT / "tests"]
    paths = [path for top in tops for end in ("*.py", "*.js", "*.css") for path in top.rglob(end)]
    return [path for path in paths if not {"migrations", "vendor"} & set(path.parts)]


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert lengths
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LONGEST_FILE} == {}


def test_the_tests_mirror_the_rooms() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    assert folders - ROOMS - BESIDE_ROOMS - {"__pycache__"} == set()


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_decision_is_a_short_record_of_context_decision_and_consequences(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert re.match(r"\d{4}-[a-z0-9-]+$", record.stem)
    assert [w for w in ("Context", "Decision", "Consequences") if w not in text] == []
    assert len(text.splitlines()) <= LONGEST_RECORD


def test_no_two_decisions_bear_the_same_number() -> None:
    numbers = [record.stem[:4] for record in RECORDS]
    assert len(set(numbers)) == len(numbers) > 0

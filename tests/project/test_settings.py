"""The settings as the README documents them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
READ = re.compile(
    r"""(?:env_flag|env_list|env_int|environ\.get)\(\s*['"]([A-Z_]+)['"]""", re.MULTILINE
)


def manage(*arguments: str, **environment: str) -> tuple[int, str]:
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**clean, **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def documented_production() -> dict[str, str]:
    """The settings block of the README's "Run it for a team", less its remarks."""
    block = README.split("## Run it for a team")[1].split("```")[1]
    lines = (line.split("  #")[0].strip() for line in block.splitlines())
    pairs = dict(line.split("=", 1) for line in lines if line)
    return {name: value for name, value in pairs.items() if "…" not in value}


def test_the_documented_production_settings_pass_the_deployment_check(tmp_path: Path) -> None:
    settings = {**documented_production(), "SOURCEMARK_VAR": str(tmp_path)}
    code, report = manage("check", "--deploy", "--fail-level", "WARNING", **settings)
    assert (code, "0 silenced" in report) == (0, True), report


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "changeme", "SECRET_KEY is a sample value"),
        ("SECRET_KEY", "django-insecure-abc", "SECRET_KEY is a sample value"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS=*"),
        ("DATABASE_URL", "mysql://host/name", "DATABASE_URL must be"),
        ("TLS", "perhaps", "TLS must be 1 or 0"),
        ("EMAIL_PORT", "smtp", "EMAIL_PORT must be a whole number"),
        ("TIME_ZONE", "Berlin", "TIME_ZONE must be UTC or like Europe/Berlin"),
    ],
)
def test_a_setting_that_would_be_unsafe_or_senseless_is_refused_with_a_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    code, report = manage("check", SOURCEMARK_VAR=str(tmp_path), **{name: value})
    assert (code != 0, sentence in report) == (True, True), report


def test_the_secret_key_is_made_on_first_run_kept_and_readable_by_its_owner_only(
    tmp_path: Path,
) -> None:
    show = (
        "shell",
        "--no-imports",
        "-c",
        "from django.conf import settings as s; print(s.SECRET_KEY)",
    )
    first = manage(*show, SOURCEMARK_VAR=str(tmp_path / "var"))
    second = manage(*show, SOURCEMARK_VAR=str(tmp_path / "var"))
    kept = tmp_path / "var" / "secret_key"
    assert first == second == (0, kept.read_text() + "\n")
    assert (len(kept.read_text()) >= 50, kept.stat().st_mode & 0o777) == (True, 0o600)


def test_every_setting_is_in_the_readmes_table_and_every_row_is_a_setting() -> None:
    sources = [
        ROOT / "project" / name for name in ("settings.py", "serving.py", "setup/postgres.py")
    ]
    read = {name for path in sources for name in READ.findall(path.read_text(encoding="utf-8"))}
    table = README.split("## Settings")[1].split("## More")[0]
    documented = {
        name
        for row in table.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`([A-Z_]+)`", row.split(" | ")[0])
    }
    assert documented == read - {"HOME"}


def test_what_is_acknowledged_has_reached_the_disk() -> None:
    """A power cut takes nothing that was answered; PostgreSQL's own default is to wait as well."""
    from project.settings import database

    sqlite = database("sqlite:////tmp/any.sqlite3")["OPTIONS"]["init_command"]
    assert "PRAGMA synchronous=FULL;" in sqlite
    postgresql = database("postgres://somebody@host/name")["OPTIONS"]["options"]
    assert "synchronous_commit" not in postgresql

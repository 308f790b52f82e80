"""The settings as the README documents them."""

import json
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
    return python("manage.py", *arguments, **environment)


def python(*arguments: str, **environment: str) -> tuple[int, str]:
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, *arguments],
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
    # The two that want HSTS to speak of other hosts, which is for their operators to decide.
    assert (code, "2 silenced" in report) == (0, True), report


@pytest.mark.parametrize("asked", ["", "1"])
def test_hsts_speaks_of_other_hosts_only_when_asked_to(asked: str, tmp_path: Path) -> None:
    asks = "from project import settings as s; print(s.SECURE_HSTS_SECONDS > 0, s.{}, s.{})"
    names = ("SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")
    given = {"TLS": "1", "HSTS_SUBDOMAINS": asked, "SOURCEMARK_VAR": str(tmp_path)}
    assert python("-c", asks.format(*names), **given) == (0, f"True {asked == '1'} False\n")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "changeme", "SECRET_KEY is a sample value"),
        ("SECRET_KEY", "django-insecure-" + "a" * 50, "SECRET_KEY is a sample value"),
        ("SECRET_KEY_FALLBACKS", "a-former-one,secret", "SECRET_KEY is a sample value"),
        ("SECRET_KEY", "k" * 31, "SECRET_KEY is shorter than 32 characters"),
        ("DATABASE_URL", "postgres://s:CHANGE_THIS@host/s", "the sample password CHANGE_THIS"),
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
    settings = {"SOURCEMARK_VAR": str(tmp_path), name: value}
    code, report = python("-c", "import project.settings", **settings)
    assert (code != 0, sentence in report) == (True, True), report


@pytest.mark.parametrize("door", ["serving", "wsgi", "asgi"])
def test_no_server_starts_with_debug(door: str, tmp_path: Path) -> None:
    settings = {"SOURCEMARK_VAR": str(tmp_path), "DEBUG": "on", "ALLOWED_HOSTS": "*"}
    code, report = python("-c", f"import project.{door}", **settings)
    assert (code in {1, 3}, "no server starts with it" in report) == (True, True), report
    assert "Traceback" not in report


def test_gunicorns_own_process_loads_nothing_that_an_upgrade_may_change() -> None:
    """`reload` forks from it: what it has loaded would stay old beside new modules."""
    asked = "import sys, project.serving, project.threads; print('django' in sys.modules)"
    assert python("-c", asked) == (0, "False\n")


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


def test_web_processes_wait_only_briefly_for_what_others_hold(tmp_path: Path) -> None:
    """Commands and workers as long as it takes."""
    nowhere = {"DATABASE_URL": "postgres://s@127.0.0.1:1/s", "DATABASE_POOL": "0"}
    asked = (
        "{}; from django.db import connection as c; print(c.settings_dict['OPTIONS']['options'])"
    )
    told = [
        python("-c", asked.format(first), SOURCEMARK_VAR=str(tmp_path), **nowhere,
               DJANGO_SETTINGS_MODULE="project.settings")[1]
        for first in ("import project.wsgi", "import django; django.setup()")
    ]  # fmt: skip
    assert ["lock_timeout=4s" in each for each in told] == [True, False]


def test_a_database_of_another_machine_is_given_up_when_it_vanishes() -> None:
    from project.settings import database

    far = database("postgres://somebody@host/name")["OPTIONS"]
    assert far["keepalives_idle"] + far["keepalives_interval"] * far["keepalives_count"] <= 3
    assert (far["tcp_user_timeout"], "-c tcp_user_timeout=" in far["options"]) == (3000, True)
    own = database("postgres://somebody@host/name?tcp_user_timeout=9000")["OPTIONS"]
    assert str(own["tcp_user_timeout"]) == "9000"
    near = database("postgres://somebody@%2Fvar%2Frun%2Fpostgresql/name")["OPTIONS"]
    assert ("tcp_user_timeout" in near, "tcp_" in near["options"]) == (False, False)


def test_what_is_acknowledged_has_reached_the_disk() -> None:
    """A power cut takes nothing that was answered; PostgreSQL's own default is to wait as well."""
    from project.settings import database

    sqlite = database("sqlite:////tmp/any.sqlite3")["OPTIONS"]["init_command"]
    assert "PRAGMA synchronous=FULL;" in sqlite
    postgresql = database("postgres://somebody@host/name")["OPTIONS"]["options"]
    assert "synchronous_commit" not in postgresql


SPEAKERS = """
import logging, django
from gunicorn.config import Config
from project.threads import OurLog
own = OurLog(Config())
own.error("gunicorn's\\nword")
django.setup()
from annotations.management.commands.db_worker import Command
Command().configure_logging(1)
logging.getLogger("django_tasks_db").info("the worker's")
logging.getLogger("some.package").warning("another's")
assert not own.access_log_enabled
"""


def test_whoever_speaks_in_a_process_of_ours_speaks_by_log_format(tmp_path: Path) -> None:
    settings = {"SOURCEMARK_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "project.settings"}
    code, told = python("-c", SPEAKERS, LOG_FORMAT="json", **settings)
    assert code == 0, told
    lines = [json.loads(line) for line in told.splitlines()]
    assert [(each["logger"], each["message"]) for each in lines] == [
        ("gunicorn.error", "gunicorn's\nword"),
        ("django_tasks_db", "the worker's"),
        ("some.package", "another's"),
    ]

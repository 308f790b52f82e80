"""What deploy/ and docs/ name is there, and settings that they give are settings that we read."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import load_command_class

from project.logs import SECRET

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
GIVEN = re.findall(r"^#? ?([A-Z_]+)=", (ROOT / "deploy" / "sourcemark.env").read_text(), re.M)


def test_the_example_gives_only_settings_that_are_read_and_told_of() -> None:
    read = "".join((ROOT / "project" / name).read_text() for name in ("settings.py", "serving.py"))
    told = (ROOT / "README.md").read_text()
    assert len(GIVEN) > 10
    assert [name for name in GIVEN if f'"{name}"' not in read] == []
    assert [name for name in GIVEN if f"`{name}`" not in told] == []


UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())


@pytest.mark.parametrize("timer", ["daily", "weekly"])
def test_what_runs_by_itself_runs_commands_that_are_there(timer: str) -> None:
    text = (ROOT / "deploy" / "systemd" / f"sourcemark-{timer}.service").read_text()
    starts = re.findall(
        r"^ExecStart=/opt/sourcemark/\.venv/bin/python manage\.py (.*)$", text, re.M
    )
    assert len(starts) == text.count("ExecStart=") > 0
    for start in starts:
        name, *arguments = start.split()
        load_command_class("annotations", name).create_parser("manage.py", name).parse_args(
            arguments
        )
    guide = (ROOT / "docs" / "operators.md").read_text()
    assert f"sourcemark-{timer}.timer" in guide


def test_every_unit_runs_with_the_same_narrow_rights() -> None:
    services = [path.read_text() for path in UNITS if path.suffix == ".service"]
    rights = {text.split("\nNoNewPrivileges")[1].split("[Install]")[0].strip() for text in services}
    assert (len(services), len(rights)) == (4, 1)
    (lines,) = (text.splitlines() for text in rights)
    for line in ("ProtectSystem=strict", "CapabilityBoundingSet=",
                 "SystemCallFilter=@system-service"):  # fmt: skip
        assert line in lines, line


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


def compose() -> Any:
    return yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())


def test_the_image_has_the_client_of_the_containers_postgresql() -> None:
    """pg_dump and pg_restore refuse a server that is newer than they are."""
    server = compose()["services"]["db"]["image"].partition(":")[2].split(".")[0]
    image = (ROOT / "deploy" / "Dockerfile").read_text()
    (client,) = re.findall(r"postgresql-client-(\d+)", image)
    debian = {"bookworm": "15", "trixie": "17"}
    (base,) = re.findall(r"^FROM python:[\d.]+-slim-(\w+)$", image, re.M)
    assert server == client == debian[base]


def test_the_containers_read_the_file_that_the_guide_fills_in() -> None:
    services, guide = compose()["services"], (ROOT / "docs" / "operators.md").read_text()
    guide = guide.split("## With containers")[1]
    (made,) = re.findall(r"^cp deploy/sourcemark\.env (\S+)", guide, re.M)
    assert {services[name]["env_file"] for name in ("web", "worker")} == {Path(made).name}
    calls = re.findall(r"docker compose (--env-file \S+ -f \S+)?", guide)
    assert set(calls) == {f"--env-file {made} -f deploy/compose.yaml"}
    assert made in (ROOT / ".gitignore").read_text().splitlines()


def test_the_web_container_may_migrate_long_before_it_counts_as_ill() -> None:
    """`up` gives up, and starts no worker, as soon as it does."""
    check = compose()["services"]["web"]["healthcheck"]
    assert check["start_period"] == "30m"
    assert "manage.py migrate" in (ROOT / "deploy" / "Dockerfile").read_text()


def test_the_containers_get_only_settings_that_are_read_and_files_that_are_there() -> None:
    text = (ROOT / "deploy" / "compose.yaml").read_text()
    read = "".join((ROOT / "project" / name).read_text() for name in ("settings.py", "serving.py"))
    given = compose()["services"]["web"]["environment"]
    assert [name for name in given if f'"{name}"' not in read] == []
    assert set(re.findall(r"\$\{(\w+)", text)) == {"POSTGRES_PASSWORD", "SECRET_KEY"}
    copied = re.findall(r"^COPY (\S+)", (ROOT / "deploy" / "Dockerfile").read_text(), re.M)
    kept = (ROOT / ".dockerignore").read_text().splitlines()
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert sorted(f"!{name}" for name in copied) == sorted(n for n in kept if n.startswith("!"))
    assert given["SOURCEMARK_VAR"] == compose()["services"]["web"]["volumes"][0].split(":")[1]


def test_the_proxy_writes_no_address_down_that_lets_somebody_in() -> None:
    conf = (ROOT / "deploy" / "nginx.conf").read_text()
    (quiet,) = re.findall(r"location ~ (\S+) \{\s+access_log off;", conf)
    for path in ("/invitations/T0ken/", "/accounts/password/reset/key/2b-x/",
                 "/accounts/confirm-email/K3y/"):  # fmt: skip
        assert re.match(quiet, path), path
        assert SECRET.match(path), path
    assert "proxy_set_header" not in conf.split("location ~")[1]  # else none is inherited
    assert not re.match(quiet, "/studies/a/invitations/")


@pytest.mark.parametrize("guide", DOCS, ids=lambda guide: guide.name)
def test_guides_lead_to_files_that_are_there(guide: Path) -> None:
    text = guide.read_text()
    links = [name for name in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in name]
    paths = re.findall(r"\[((?:tests|annotations)/[^\]]+)\]", text)
    named = [ROOT / part.strip() for group in paths for part in group.split(",")]
    missing = [str(path) for path in [*(guide.parent / link for link in links), *named]
               if not path.exists()]  # fmt: skip
    assert missing == []

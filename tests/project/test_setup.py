"""What a person reads when something is missing: one sentence with its remedy."""

import importlib
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.test import Client

from annotations.assignment.models import Assignment
from annotations.marking.models import Span
from project.setup import environment
from tests.project.weekly import Answer, save_a_mark

ROOT = Path(__file__).resolve().parents[2]


def start(**changes: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "project" / "setup" / "run.py")],
        env={**os.environ, **changes},
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr


def test_a_port_in_use_is_named_with_another_to_choose() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        code, sentence = start(PORT=str(port))
    assert (code, sentence.count("\n")) == (1, 1)
    assert sentence.startswith(f"Port {port} is in use: stop what listens there, or choose another")


def test_a_port_that_is_no_number_is_refused() -> None:
    sentence = "PORT must be a number from 1 to 65535, not 'eighty'.\n"
    assert start(PORT="eighty") == (1, sentence)


def test_a_missing_venv_module_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)  # as on Debian without python3-venv
    with pytest.raises(environment.Stop, match="apt-get install python3-venv`"):
        environment.check_venv()


def test_too_old_a_python_is_named_with_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(environment.Stop, match=r"needs Python 3\.11 or newer and this is 3\.9"):
        environment.check_version()


def test_static_files_are_collected_once_and_again_after_a_change(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "project" / "setup"))
    run = importlib.import_module("run")
    (tmp_path / "static").mkdir()
    called: list[str] = []
    monkeypatch.setenv("SOURCEMARK_VAR", str(tmp_path))
    monkeypatch.setattr(run, "manage", lambda name, *_: called.append(name))
    run.collect_static()
    run.collect_static()
    assert called == ["collectstatic"]
    monkeypatch.setattr(run, "static_stamp", lambda: "another")
    run.collect_static()
    assert called == ["collectstatic"] * 2


@pytest.mark.parametrize("script", ["environment.py", "run.py"])
def test_an_old_python_can_still_read_the_scripts_that_refuse_it(script: str) -> None:
    source = (ROOT / "project" / "setup" / script).read_text(encoding="utf-8")
    compile(source, script, "exec", flags=0x400, _feature_version=6)  # PyCF_ONLY_AST, Python 3.6


@pytest.mark.on_sqlite
@pytest.mark.django_db
def test_the_weekly_installation_signs_in_and_saves_a_mark(bobs: Assignment) -> None:
    client = Client(enforce_csrf_checks=True)

    def ask(method: str, path: str, body: str, headers: Mapping[str, str]) -> Answer:
        told = {key: value for key, value in headers.items() if key != "Cookie"}  # it keeps its own
        kind = told.pop("Content-Type", "")
        got = client.generic(method, path, body, kind, headers=told)
        cookies = {name: one.value for name, one in got.cookies.items()}
        return Answer(got.status_code, cookies, b"".join(got).decode())

    mark = save_a_mark(ask, "bob", "correct horse")
    assert mark
    stored = Span.objects.get(pk=mark[0])
    assert stored.assignment == bobs
    assert mark[1] == stored.fragments.get().quote

"""schemathesis asks whatever the OpenAPI file allows and much that it does not, with all checks."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.curation.actions import open_docket
from annotations.curation.queries import read_cases
from annotations.exchange.actions import make_export
from annotations.exchange.formats import find_format
from annotations.exchange.packing import Wanted
from annotations.exchange.queries.exports import fetch_reach
from annotations.reports.actions import make_report
from annotations.reports.selection import Selection
from annotations.study.models import Study
from tests.api.asking import Asker
from tests.soaking import SECONDS

# 2xx is not owed to what only the study's rows can refuse: ids that are not there, a key that was
# used, a state that is not the last, words that do not stand at an offset.
CONFIG = """
[headers]
Authorization = "Bearer {secret}"
[parameters]
"path.study_id" = "{study}"
"path.article_id" = "{article}"
"path.assignment_id" = "{assignment}"
"path.case_id" = "{case}"
"path.number" = 1
"path.report_id" = "{report}"
"path.export_id" = "{export}"
[[operations]]
include-name = "DELETE /studies/{{study_id}}/exports/{{export_id}}"
parameters = {{ "path.export_id" = "{doomed}" }}
[checks]
positive_data_acceptance.expected-statuses = [
  "2xx", "304", "401", "403", "404", "409", "410", "412", "422", "428"
]
negative_data_rejection.expected-statuses = [
  "400", "401", "403", "404", "405", "406", "409", "410", "412", "413", "415", "422", "428"
]
"""
COMMAND = "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"


def fuzz(place: Path, url: str, config: str, *options: str) -> tuple[int, str]:
    """(test cases, the end of what schemathesis says). Fails with its whole report."""
    file = place / "schemathesis.toml"
    file.write_text(config, encoding="utf-8")
    command = [sys.executable, "-c", COMMAND, "--config-file", str(file), "run"]
    command += [f"{url}/api/v1/openapi.json", "--checks=all", "--no-color", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=place)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    counted = re.search(r"([\d,]+) generated", done.stdout)
    return int(counted[1].replace(",", "")) if counted else 0, done.stdout[-800:]


@pytest.fixture
def config(study: Study, submitted: Article, bobs: Assignment, alice: User, settings: Any) -> str:
    settings.SOURCEMARK_API_PER_MINUTE = 10**6
    study.suggestions_allowed = True
    study.save()
    case = read_cases(open_docket(alice, study.pk, submitted.pk))[0]
    reach = fetch_reach(alice, study.pk)
    report = make_report(study=study, actor=alice, name="All", selection=Selection())
    export, doomed = (
        make_export(reach=reach, form=find_format("jsonl"), wanted=Wanted()) for _ in range(2)
    )
    return CONFIG.format(
        secret=Asker(alice).secret,
        study=study.pk,
        article=submitted.pk,
        assignment=bobs.pk,
        case=case.id,
        report=report.pk,
        export=export.pk,
        doomed=doomed.pk,
    )


@pytest.mark.on_sqlite
def test_a_short_run_finds_nothing(live_server: Any, config: str, tmp_path: Path) -> None:
    n, said = fuzz(tmp_path, live_server.url, config, "--phases=fuzzing", "--max-examples=1")
    assert n > 30, said


@pytest.mark.soak
def test_a_long_run_finds_nothing(live_server: Any, config: str, tmp_path: Path) -> None:
    most = os.environ.get("CASES") or "100"
    until = [] if float("inf") == SECONDS else [f"--max-time={SECONDS * 4:.0f}"]
    n, said = fuzz(tmp_path, live_server.url, config, f"--max-examples={most}", *until)
    assert n >= (1_000 if float("inf") == SECONDS else 30), said
    print(f"{connection.vendor}, schemathesis: {n} cases, no check failed")

"""Another, empty database, and the product's commands on it."""

import os
import sqlite3
import subprocess
import sys
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Elsewhere:
    """Another, empty database and the commands on it."""

    url: str
    folder: Path

    def run(self, *command: str, told: str = "") -> tuple[int, str]:
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment |= {"DATABASE_URL": self.url, "SOURCEMARK_VAR": str(self.folder)}
        environment["DJANGO_SETTINGS_MODULE"] = "project.settings"
        done = subprocess.run(
            [sys.executable, *command], check=False, cwd=ROOT, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, input=told,
        )  # fmt: skip
        return done.returncode, done.stdout

    def manage(self, *command: str) -> tuple[int, str]:
        return self.run("manage.py", *command)

    def op_ids(self) -> set[str]:
        return {
            str(uuid.UUID(str(found)))
            for found in self.ask("SELECT op_id FROM annotations_operation")
        }

    def ask(self, sql: str) -> list[Any]:
        """The first column of each row."""
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as rows:
                return [row[0] for row in rows.execute(sql)]
        with psycopg.connect(self.url) as rows:
            return [row[0] for row in rows.execute(sql)]

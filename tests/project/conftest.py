"""What tests of how it runs begin with."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from .elsewhere import Elsewhere

ON_SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    if ON_SQLITE:
        yield Elsewhere(f"sqlite:///{tmp_path}/elsewhere.sqlite3", tmp_path)
        return
    told = connection.settings_dict
    name = f"elsewhere_{uuid.uuid4().hex[:8]}"
    who = quote(told["USER"]) + (f":{quote(told['PASSWORD'])}" if told["PASSWORD"] else "")
    port = f":{told['PORT']}" if told["PORT"] else ""
    url = f"postgres://{who}@{quote(told['HOST'], safe='')}{port}/"
    with psycopg.connect(f"{url}postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield Elsewhere(url + name, tmp_path)
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

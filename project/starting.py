"""What a server looks to before it lets anybody in; `manage.py runserver` is not one of them."""

import sys

from django.conf import settings
from django.db import connection

from project.keeping.migrations import refuse_newer_database

DEBUGGING = (
    "DEBUG=1 shows settings and rows to whoever meets an error, and checks neither SECRET_KEY nor "
    "ALLOWED_HOSTS: no server starts with it. Unset DEBUG, or use `manage.py runserver`."
)
LOCK_WAIT = 4  # seconds for what somebody else holds: then 503, within the five that are promised


def refuse_to_start_unfit() -> None:
    """Code 3 tells gunicorn not to try again."""
    if settings.DEBUG:
        sys.stderr.write(f"{DEBUGGING}\n")
        raise SystemExit(3)
    refuse_newer_database()


def wait_briefly_for_locks() -> None:
    """Of web processes only: migrations, backups and workers may wait as long as it takes."""
    if connection.vendor == "postgresql":
        options = connection.settings_dict["OPTIONS"]
        options["options"] = f"{options.get('options', '')} -c lock_timeout={LOCK_WAIT}s".strip()

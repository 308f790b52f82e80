"""The product's settings as tests need them: quick passwords, plain static files, no pool."""

import os
import tempfile
from pathlib import Path

SCRATCH = Path(tempfile.gettempdir())
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0123456789" * 5)

from project.settings import *  # noqa: E402, F403
from project.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE, STORAGES  # noqa: E402

OPTIONS = DATABASES["default"]["OPTIONS"]
OPTIONS.pop("pool", None)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in production: SQLite in memory knows neither WAL nor a second connection.
    # Nobody pulls the plug on it, so nothing waits for the disk.
    OPTIONS["init_command"] += " PRAGMA synchronous=OFF;"
    DATABASES["default"]["TEST"] = {"NAME": str(SCRATCH / f"sm-tests-{os.getpid()}.sqlite3")}

# A page that asks once per row fails its test (django-zeal).
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
ZEAL_RAISE = True

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Else WhiteNoise would look at every file again for each test's first request.
STATIC_ROOT = None  # type: ignore[assignment]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

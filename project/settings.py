"""How Sourcemark runs: one file, read from the environment (README, "Settings")."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from project.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("SOURCEMARK_VAR", BASE_DIR / "var"))
SAMPLE_KEYS = {"", "change-me", "changeme", "secret", "insecure"}
SHORTEST_KEY = 32  # characters
SAMPLE_PASSWORD = "CHANGE_THIS"  # deploy/sourcemark.env


def env_flag(name: str, default: bool = False) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off or nothing."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return default


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def env_int(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip()
    try:
        return int(value) if value else default
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error


def kept_secret_key() -> str:
    """The key of this installation: made on first run, then read from the var folder.

    It appears there whole or not at all, so that two processes starting at once share one.
    """
    path = VAR_DIR / "secret_key"
    VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = VAR_DIR / f"secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64), encoding="ascii")
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


# --- what runs -------------------------------------------------------------------------

DEBUG = env_flag("DEBUG")  # no server starts with it (project/starting.py)
TLS = env_flag("TLS")  # the site is reached over https: secure cookies, HSTS, redirects
SECRET_KEY = os.environ.get("SECRET_KEY") or kept_secret_key()
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")  # former keys, still believed


def is_sample(key: str) -> bool:
    return key.lower() in SAMPLE_KEYS or key.startswith("django-insecure-")


if not DEBUG and any(map(is_sample, [SECRET_KEY, *SECRET_KEY_FALLBACKS])):
    raise ImproperlyConfigured(
        "SECRET_KEY is a sample value. Unset it (one is made and kept) or give a long random one."
    )
if not DEBUG and len(SECRET_KEY) < SHORTEST_KEY:
    raise ImproperlyConfigured(
        f"SECRET_KEY is shorter than {SHORTEST_KEY} characters. Unset it (one is made and kept) "
        "or give a long random one; the old one goes into SECRET_KEY_FALLBACKS."
    )
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
if not DEBUG and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS=* answers to any name. List the site's own names.")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "annotations",
    "project.housekeeping.HousekeepingConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "project.metrics.CountingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Before our own headers: they are about pages, and 300 bytes on each of thirty small files.
    "project.static.StaticFilesMiddleware",
    "project.csp.ContentSecurityPolicyMiddleware",
    "project.headers.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "project.overload.OverloadMiddleware",
    "project.nul.refusing_nul",
    "project.compressing.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "annotations.accounts.middleware.CurrentUserMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "project.sign_in.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    # Around what notes acts and looks: the security log has the address from here.
    "allauth.account.middleware.AccountMiddleware",
    "annotations.study.undo_offers.noting_acts",
    "annotations.study.actions.looks.noting_looks",
]

ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = None  # runserver's; project/wsgi.py is what servers load
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "project.csp.csp",
            ],
        },
    },
]


# --- where the rows live ------------------------------------------------------------------


KEPT_OPEN = 300  # seconds that a connection to SQLite serves: its schema is read but once in them
POOL_WAIT = 3  # seconds for a connection: then 503, within the five that are promised
GONE = 3  # seconds without a word from the other machine: then the connection counts as broken
# Rows lie in memory or on an SSD: reading some of a table by an index beats reading all of it.
# What is prepared (annotations/prepared.py) finds rows by keys, whatever the key: one plan for all
# values. Asked to weigh, PostgreSQL plans the longest of these statements anew each time.
PLANNER = "-c random_page_cost=1.1 -c plan_cache_mode=force_generic_plan"
# A machine that vanishes says no farewell. On either side the kernel asks after an idle one, and
# gives up when nothing is heard for so long; a web host that is gone holds no locks for hours.
OUR_SIDE = {
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 1,
    "tcp_user_timeout": GONE * 1000,
}
THEIR_SIDE = (
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=25000"
)
PREPARED_AFTER = 5  # times on one connection: then what annotations/prepared.py asks is planned
RECONNECT = 2  # seconds of trying again: then the next request tries afresh, however long it was


def database(url: str) -> dict[str, Any]:
    """Django's settings for a database URL: sqlite:///… or postgres://… (psycopg 3, pooled)."""
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    options: dict[str, Any] = config.setdefault("OPTIONS", {})
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["ENGINE"] = "project.sqlite3"
        config["CONN_MAX_AGE"] = KEPT_OPEN
        config["CONN_HEALTH_CHECKS"] = True  # project/sqlite3: is its file still the one there
        options.update(
            transaction_mode="IMMEDIATE",
            timeout=20,
            init_command=(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                "PRAGMA mmap_size=0; PRAGMA foreign_keys=ON; "
                "PRAGMA recursive_triggers=ON;"  # else REPLACE deletes past the guards
            ),
        )
    elif config["ENGINE"] == "django.db.backends.postgresql":
        size = env_int("DATABASE_POOL", 8)
        options["connect_timeout"] = POOL_WAIT
        options["prepare_threshold"] = PREPARED_AFTER
        over_tcp = bool(config["HOST"]) and not str(config["HOST"]).startswith("/")
        options.setdefault("options", PLANNER + (THEIR_SIDE if over_tcp else ""))
        if over_tcp:
            options |= OUR_SIDE | options
        config["CONN_MAX_AGE"] = 0
        config["CONN_HEALTH_CHECKS"] = True  # one that died while idle is replaced, not handed out
        if size:
            options["pool"] = {
                "min_size": 1,
                "max_size": size,
                "timeout": POOL_WAIT,
                "reconnect_timeout": RECONNECT,
            }
    else:
        raise ImproperlyConfigured(f"DATABASE_URL must be sqlite:// or postgres://, not {url!r}.")
    return config


DATABASES = {
    "default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
}
if not DEBUG and DATABASES["default"].get("PASSWORD") == SAMPLE_PASSWORD:
    raise ImproperlyConfigured(
        f"DATABASE_URL has the sample password {SAMPLE_PASSWORD}. Give the role one of its own."
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "project.counts.Counts",
        "LOCATION": "annotations_cache",
        # Beyond it a third is thrown away, and with it the count of somebody's wrong passwords.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}
TASKS = {
    "default": {
        "BACKEND": os.environ.get(
            "TASK_BACKEND", "django_tasks.backends.immediate.ImmediateBackend"
        )
    }
}

# --- who may come in ----------------------------------------------------------------------

AUTH_USER_MODEL = "annotations.User"
AUTHENTICATION_BACKENDS = [
    "annotations.accounts.backends.OneHashBackend",
    # Never asked for a password: sessions that began under its name go on.
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
# With 1, an address must be confirmed by a link before its person can sign in.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if env_flag("EMAIL_CONFIRMATION") else "none"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_USER_DISPLAY = str
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no letters to people who have no account
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Sourcemark] "
ACCOUNT_ADAPTER = "annotations.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "annotations.accounts.forms.SignInForm",
    "change_password": "annotations.accounts.forms.PasswordChangeForm",
    "reset_password": "annotations.accounts.forms.PasswordResetForm",
    "reset_password_from_key": "annotations.accounts.forms.NewPasswordForm",
    "reauthenticate": "annotations.accounts.forms.PasswordOnceMoreForm",
}
ACCOUNT_RATE_LIMITS = {"login_failed": "10/15m/key"}  # key: account and address (adapter)
ACCOUNT_SESSION_REMEMBER = True
LOGOUT_REDIRECT_URL = "account_login"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "annotations.accounts.second_factor.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from invitations
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # browsers offer keys on https and localhost only
MFA_FORMS = {
    "authenticate": "annotations.accounts.forms.CodeForm",
    "reauthenticate": "annotations.accounts.forms.CodeOnceMoreForm",
    "activate_totp": "annotations.accounts.forms.FirstCodeForm",
    "add_webauthn": "annotations.accounts.forms.KeyForm",
    "edit_webauthn": "annotations.accounts.forms.KeyNameForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env_flag("BEHIND_PROXY") else 0

SESSION_ENGINE = "annotations.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SECURE_SSL_REDIRECT = TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from inside, by http
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
# What that says of other hosts below the site's name, and of browsers' lists, is for whoever runs
# them to decide: a host without https would be out of reach for a year.
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS and env_flag("HSTS_SUBDOMAINS")
SECURE_HSTS_PRELOAD = TLS and env_flag("HSTS_PRELOAD")
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # that these are off
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_flag("BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}

# Another site's sign-in (OpenID Connect), for people who have an account here already.
OIDC_SERVER = os.environ.get("OIDC_SERVER", "")  # https://login.example.org/realms/news
OIDC_NAME = os.environ.get("OIDC_NAME") or "your organisation"
SOCIALACCOUNT_ADAPTER = "annotations.accounts.adapter.ElsewhereAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # an address that the other site has confirmed
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"APPS": []}}
if OIDC_SERVER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "oidc",
            "name": OIDC_NAME,
            "client_id": os.environ.get("OIDC_CLIENT", ""),
            "secret": os.environ.get("OIDC_SECRET", ""),
            "settings": {"server_url": OIDC_SERVER},
        }
    ]
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["OAUTH_PKCE_ENABLED"] = True
    # Chromium holds the redirect after a form to the form's policy.
    SECURE_CSP["form-action"].append("/".join(OIDC_SERVER.split("/")[:3]))

# --- limits, each with its unit -------------------------------------------------------------

SOURCEMARK_MAX_ARTICLE_BYTES = env_int("SOURCEMARK_MAX_ARTICLE_BYTES", 2_000_000)
SOURCEMARK_MAX_UPLOAD_BYTES = env_int("SOURCEMARK_MAX_UPLOAD_BYTES", 12_000_000)
SOURCEMARK_MAX_UNPACKED_BYTES = env_int("SOURCEMARK_MAX_UNPACKED_BYTES", 20_000_000)
SOURCEMARK_MAX_ZIP_ENTRIES = env_int("SOURCEMARK_MAX_ZIP_ENTRIES", 1_000)
SOURCEMARK_MAX_IMPORT_RECORDS = env_int("SOURCEMARK_MAX_IMPORT_RECORDS", 10_000)
SOURCEMARK_API_PER_MINUTE = env_int("SOURCEMARK_API_PER_MINUTE", 300)  # requests of one token
DATA_UPLOAD_MAX_MEMORY_SIZE = SOURCEMARK_MAX_UPLOAD_BYTES
DATA_UPLOAD_MAX_NUMBER_FILES = SOURCEMARK_MAX_ZIP_ENTRIES
SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds

# --- language, files, mail --------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = os.environ.get("TIME_ZONE") or "UTC"  # of the times on pages; stored are all in UTC
if TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(f"TIME_ZONE must be UTC or like Europe/Berlin, not {TIME_ZONE!r}.")
USE_I18N = False
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
SECURE_CROSS_ORIGIN_OPENER_POLICY = None  # project/headers.py sets it, on pages only
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # pages name no others; compressing takes half the time
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site has any use for our files
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "project.static.HashedModuleStorage"},
    # Files made of studies. On several machines: a folder or a store that all of them share.
    "exports": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": os.environ.get("SOURCEMARK_EXPORTS") or VAR_DIR / "exports",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}
EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "Sourcemark <sourcemark@localhost>")

# --- what is written down for whoever runs the site -------------------------------------------

LOG_FORMAT = os.environ.get("LOG_FORMAT") or "line"
if LOG_FORMAT not in {"line", "json"}:
    raise ImproperlyConfigured(f"LOG_FORMAT must be line or json, not {LOG_FORMAT!r}.")
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")  # /metrics is closed without one
BEYOND_LIMITS = ("RequestDataTooBig", "TooManyFieldsSent", "TooManyFilesSent")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"ours": {"()": "project.logs.formatter", "form": LOG_FORMAT}},
    "filters": {
        "asker": {"()": "project.told.Asker"},
        "no_fault": {"()": "project.told.NoFault"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "ours",
            "filters": ["asker"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "sourcemark": {"level": "INFO"},
        "django": {"level": "ERROR"},
        "psycopg.pool": {"level": "ERROR"},  # while the database is away: six lines a second
        "django.security": {"level": "WARNING"},  # forms and hosts that were refused
        **{f"django.security.{name}": {"filters": ["no_fault"]} for name in BEYOND_LIMITS},
    },
}

"""Django settings, and the only place that reads the environment."""

from __future__ import annotations

import json
import logging
import os
import secrets
from urllib.parse import parse_qs, unquote, urlparse

from django.utils.translation import gettext_lazy as _

from chengguan.config import base_map, data_root
from chengguan.config.data_root import REPOSITORY
from chengguan.engines import bucket


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


DATA_ROOT = data_root.default()
"""Everything the program keeps: engines' folders, photos, keys, logs, run files."""


def _secret_key() -> str:
    given = os.environ.get("CHENGGUAN_SECRET_KEY")
    if given:
        return given
    path = DATA_ROOT / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


def _running() -> dict[str, str]:
    """Addresses of the embedded engines, written by the supervisor when it started them."""
    path = DATA_ROOT / "run" / "engines.json"
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


_addresses = _running()

PORT = int(os.environ.get("CHENGGUAN_PORT") or 8000)
PORT_WAS_SET = bool(os.environ.get("CHENGGUAN_PORT"))
MQTT_PORT = int(os.environ.get("CHENGGUAN_MQTT_PORT") or 1883)
MQTT_PORT_WAS_SET = bool(os.environ.get("CHENGGUAN_MQTT_PORT"))
MQTT_BIND = os.environ.get("CHENGGUAN_MQTT_BIND") or "127.0.0.1"
MQTT_TLS_CERT = os.environ.get("CHENGGUAN_MQTT_TLS_CERT", "")
MQTT_TLS_KEY = os.environ.get("CHENGGUAN_MQTT_TLS_KEY", "")
BIND = os.environ.get("CHENGGUAN_BIND") or "127.0.0.1"
WEB_WORKERS = max(1, int(os.environ.get("CHENGGUAN_WEB_WORKERS") or 1))
"""Processes that answer the pages; each has its own memory and database connections."""
DEMO = _flag("CHENGGUAN_DEMO")
"""Demo accounts, simulators and the story button exist only in demo mode."""
DEMO_PASSWORD = "chengguan-demo"

DATABASE_URL = os.environ.get("DATABASE_URL", "")
NATS_URL = os.environ.get("NATS_URL", "")
HISTORY_URL = os.environ.get("HISTORY_URL", "")
NATS_ADDRESS = NATS_URL or _addresses.get("nats", "")
HISTORY_ADDRESS = HISTORY_URL or _addresses.get("history", "")
HISTORY_FOLDER = os.environ.get("CHENGGUAN_HISTORY_FOLDER", "")
HISTORY_MEMORY_MB = int(os.environ.get("CHENGGUAN_HISTORY_MEMORY_MB") or 900)
"""Cap of our own history process; it refuses a query rather than pass it."""
HISTORY_CLUSTER = os.environ.get("CHENGGUAN_HISTORY_CLUSTER", "")
FILES_FOLDER = os.environ.get("CHENGGUAN_FILES", "")
FILES_URL = os.environ.get("FILES_URL", "")
"""A bucket of an S3-compatible store instead of the folder (`engines/bucket.py` says how it is written)."""
if FILES_URL:
    bucket.read(FILES_URL)  # a misspelt one is said at the start, not to the first citizen
HANG_S = float(os.environ.get("CHENGGUAN_HANG_S") or 120)
"""A part that takes questions and has answered none for this long is ended and started again."""
UPSTREAM_DESIGN_RATE = float(os.environ.get("CHENGGUAN_DESIGN_RATE") or 100)
"""Messages per second the stream keeps 24 hours of room for."""
NATS_REPLICAS = int(os.environ.get("CHENGGUAN_NATS_REPLICAS") or 1)
NATS_ACCOUNTS_FILE = os.environ.get("CHENGGUAN_NATS_ACCOUNTS", "")
"""Where gateways' accounts are written for an attached NATS; empty: in the data root."""
UPSTREAM_SYNC_ALWAYS = _flag("CHENGGUAN_NATS_SYNC_ALWAYS")

BASE_MAP = base_map.read(
    os.environ.get("CHENGGUAN_BASE_MAP", ""),
    os.environ.get("CHENGGUAN_BASE_MAP_KEY", ""),
    os.environ.get("CHENGGUAN_BASE_MAP_ATTRIBUTION", ""),
    os.environ.get("CHENGGUAN_BASE_MAP_COORDINATES", ""),
    int(os.environ.get("CHENGGUAN_BASE_MAP_MAX_ZOOM") or 18),
)
"""A town's own tiles beneath our layers; empty: the county's own drawing."""

SECRET_KEY = _secret_key()
DEBUG = _flag("CHENGGUAN_DEBUG")
ALLOWED_HOSTS = [h for h in os.environ.get("CHENGGUAN_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h]
CSRF_FAILURE_VIEW = "chengguan.people.pages.session.stale_form"
CSRF_TRUSTED_ORIGINS = [h for h in os.environ.get("CHENGGUAN_TRUSTED_ORIGINS", "").split(",") if h]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(CSRF_TRUSTED_ORIGINS) and all(h.startswith("https://") for h in CSRF_TRUSTED_ORIGINS)
"""Behind a TLS proxy alone no cookie travels in the clear; plain HTTP on loopback needs it."""

PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"
"""What is prepared is not planned anew for its values: left to itself PostgreSQL did so with every report."""


def _database(url: str) -> dict:
    options: dict = {"ENGINE": "django.contrib.gis.db.backends.postgis", "CONN_MAX_AGE": 0, "OPTIONS": {"prepare_threshold": 5, "options": PLANNED_ONCE}}
    if not url:  # the private cluster, by its socket
        address = _addresses.get("postgres_socket", str(DATA_ROOT / "postgres" / "socket"))
        return options | {"NAME": "chengguan", "USER": "chengguan", "HOST": address, "PORT": _addresses.get("postgres_port", "5432")}
    parts = urlparse(url)
    asked = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if asked.get("prepare") == "no":  # a pooler between, which cannot keep a statement (engines/prepared.py)
        options["OPTIONS"] = {"prepare_threshold": None}
    return options | {
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": asked.get("host") or parts.hostname or "",
        "PORT": asked.get("port") or str(parts.port or 5432),
    }


DATABASES = {"default": _database(DATABASE_URL)}
if not _flag("CHENGGUAN_NO_POOL"):
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 12, "timeout": 20}

SUBSYSTEMS = [s for s in os.environ.get("CHENGGUAN_SUBSYSTEMS", "").split(",") if s]
"""Only these subsystems; empty means every one that is found."""

from chengguan.config.discovery import find_subsystems  # noqa: E402

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django_htmx",
    "axes",
    "procrastinate.contrib.django",
    "ninja",  # so that the page of the API is served from here
    # the river, upstream first
    "chengguan.places",
    "chengguan.people",
    "chengguan.things",
    "chengguan.observations",
    "chengguan.alarms",
    "chengguan.cases",
    "chengguan.evaluation",
    "chengguan.surveys",
    "chengguan.ingest",
    "chengguan.portal",
    "chengguan.field",
    "chengguan.console",
    *find_subsystems(SUBSYSTEMS),
    "chengguan.demo",
    "chengguan.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "chengguan.people.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "chengguan.people.middleware.WhoMiddleware",
    "chengguan.people.middleware.PolicyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "chengguan.people.middleware.UnseenMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "chengguan.people.middleware.UnfitMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "chengguan.people.access.AccountBackend"]
AUTH_USER_MODEL = "people.Account"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/signin"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "chengguan.people.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_S = int(float(os.environ.get("CHENGGUAN_SESSION_IDLE_MINUTES") or 120) * 60)
"""A session ends after this long without use, and after SESSION_COOKIE_AGE in any case."""
AUDIT_KEEP_DAYS = max(183, int(os.environ.get("CHENGGUAN_AUDIT_KEEP_DAYS") or 1096))
"""At least six months; three years by default."""
UPLOADS_KEEP_DAYS = max(1, int(os.environ.get("CHENGGUAN_UPLOADS_KEEP_DAYS") or 7))
"""A photo or document that was uploaded and never used is removed after so many days."""
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the time shown to the person is the time it takes
AXES_LOCKOUT_CALLABLE = "chengguan.people.pages.locked_out"
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False

UNFOLD = {
    "SITE_TITLE": _("城管 · 数据表"),
    "SITE_HEADER": _("城管 · 数据表"),
    "SITE_URL": "/administration",
    "SHOW_HISTORY": False,
    "SITE_FAVICONS": [{"rel": "icon", "sizes": "any", "type": "image/svg+xml", "href": lambda request: "/static/chengguan/icon.svg"}],
    "COLORS": {
        "primary": {
            "50": "#eef5f7", "100": "#e6f0f3", "200": "#c3dbe2", "300": "#92bdca", "400": "#4f93a8", "500": "#2b758c",
            "600": "#155e75", "700": "#0f4a5d", "800": "#0d3f4f", "900": "#0b3341", "950": "#07222c",
        }
    },
}  # fmt: skip

ROOT_URLCONF = "chengguan.config.urls"
ASGI_APPLICATION = "chengguan.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "chengguan.people.shell.shell",
            ]
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [REPOSITORY / "chengguan" / "config" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_ROOT / "static"
WHITENOISE_USE_FINDERS = True
SILENCED_SYSTEM_CHECKS = ["gis.W001"]  # Debian 12's GDAL is 3.6; spatial references come from our own tables
BODY_MB = max(1, int(os.environ.get("CHENGGUAN_BODY_MB") or 100))
"""Largest file a request may carry, in megabytes; strangers are held to what a report or a form may have (config/body.py)."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 30 * 1024 * 1024
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"


def refusals_in_a_line(record: logging.LogRecord) -> bool:
    """Who was told no, and where, is a line; a traceback is for what broke."""
    if getattr(record, "status_code", 500) < 500:
        record.exc_info = None
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"refusals": {"()": "django.utils.log.CallbackFilter", "callback": refusals_in_a_line}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["refusals"]}},
    "root": {"handlers": ["console"], "level": os.environ.get("CHENGGUAN_LOG", "INFO")},
    "loggers": {name: {"level": "WARNING"} for name in ("procrastinate", "axes", "httpx", "asyncio")},
}

from chengguan.config.discovery import register_subsystem as REGISTER_SUBSYSTEM  # noqa: E402, F401

"""One settings file, read from the environment at one place. Every name here that begins with DIGIBEL_ can be set there."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from digibel import machine_secrets

BASE_DIR = Path(__file__).resolve().parents[2]
# Empty is as not set: the folder somebody happens to stand in is nobody's home.
HOME = Path(os.environ.get("DIGIBEL_HOME") or BASE_DIR / "var").resolve()


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(int(default))).lower() in {"1", "true", "yes"}


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


# Pages are read and nothing is written: while data moves to another place, or when its disk is not to be trusted.
DIGIBEL_READ_ONLY = _flag("DIGIBEL_READ_ONLY")


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path),
            # A new connection reads the whole schema again: 4 ms of every page and every task.
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                # A write transaction takes its lock at the start, so that "look again" inside it is true.
                "transaction_mode": "DEFERRED" if DIGIBEL_READ_ONLY else "IMMEDIATE",
                "timeout": 20,
                # FULL: a text we have acknowledged to the gateway survives a power cut.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                + ("PRAGMA query_only=ON;" if DIGIBEL_READ_ONLY else ""),
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # How the way there is closed, where it leaves this machine: ?sslmode=verify-full&sslrootcert=/etc/ssl/data.pem
        "OPTIONS": dict(parse_qsl(parts.query))
        | ({"options": "-c default_transaction_read_only=on"} if DIGIBEL_READ_ONLY else {}),
    }


_secrets = machine_secrets.load(HOME)

DEBUG = False
DIGIBEL_DEMO = _flag("DIGIBEL_DEMO")
SECRET_KEY = _secrets["SECRET_KEY"]
DIGIBEL_MASTER_KEYS = _secrets["MASTER_KEYS"].split(",")
DIGIBEL_INDEX_KEY = _secrets["INDEX_KEY"]

DIGIBEL_PUBLIC_URL = os.environ.get("DIGIBEL_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = _list("DIGIBEL_HOSTS", "127.0.0.1,localhost,[::1]")
_public = urlsplit(DIGIBEL_PUBLIC_URL)
if _public.hostname and _public.hostname not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(_public.hostname)
CSRF_TRUSTED_ORIGINS = [DIGIBEL_PUBLIC_URL]

# --- rooms, top to bottom -------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "digibel.demo",
    "digibel.desk",
    "digibel.api",
    "digibel.upkeep",
    "digibel.backups",
    "digibel.reports",
    "digibel.privacy",
    "digibel.scheduling",
    "digibel.requests",
    "digibel.volunteers",
    "digibel.notifications",
    "digibel.directory",
    "digibel.organisations",
    "digibel.audit",
    "digibel.sealing",
    "digibel.guardrails",
    "digibel.places",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "django_q",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "digibel.desk.middleware.CompressedFiles",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "digibel.desk.middleware.Traced",
    "digibel.desk.middleware.KeptByNobody",
    "digibel.desk.refusals.Noted",
    "digibel.desk.middleware.ThreeMethods",
    "digibel.desk.middleware.MaskedAddresses",
    "csp.middleware.CSPMiddleware",
    "digibel.desk.sessions.KeptSessions",
    "django.middleware.locale.LocaleMiddleware",
    "digibel.desk.middleware.NothingEndless",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "digibel.desk.sessions.EndingSessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "digibel.desk.middleware.ProblemPages",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "digibel.urls"
ASGI_APPLICATION = "digibel.asgi.application"
WSGI_APPLICATION = "digibel.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "digibel.desk.context.desk",
            ],
        },
    }
]

# --- data -----------------------------------------------------------------------------------------------------------

DATABASES = {
    "default": _database(os.environ.get("DIGIBEL_DATABASE_URL", f"sqlite://{HOME}/digibel.sqlite3")),
    # The keys of persons live apart and are never in the data's backup: erasing must reach yesterday's backup too.
    "keys": _database(os.environ.get("DIGIBEL_KEYS_DATABASE_URL", f"sqlite://{HOME}/keys.sqlite3")),
}
DATABASE_ROUTERS = ["digibel.sealing.router.KeysRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

Q_CLUSTER = {
    "name": "digibel",
    "orm": "default",
    "workers": int(os.environ.get("DIGIBEL_WORKERS", "2")),
    # No more in memory than hands to do them: a task that waits longer than `retry` in a cluster's memory runs twice.
    "queue_limit": int(os.environ.get("DIGIBEL_WORKERS", "2")),
    "timeout": 60,
    "retry": 300,
    "ack_failures": True,
    "max_attempts": 5,
    "catch_up": False,
    "bulk": 1,
    "poll": 0.3,
    "save_limit": 250,
    "label": "Digibel",
}

# --- messages -------------------------------------------------------------------------------------------------------

# One name, or several in order: "android,by_hand". The next one takes over while the one before it fails.
DIGIBEL_GATEWAY = os.environ.get("DIGIBEL_GATEWAY", "simulator")
DIGIBEL_GATEWAYS = {
    "simulator": "digibel.notifications.gateways.simulator.Simulator",
    "by_hand": "digibel.notifications.gateways.by_hand.ByHand",
    "android": "digibel.notifications.gateways.android.Android",
    "twilio": "digibel.notifications.gateways.twilio.Twilio",
    "smpp": "digibel.notifications.gateways.smpp.Smpp",
    "kannel": "digibel.notifications.gateways.kannel.Kannel",
}

# The telephone with the gateway app, as the app shows it. Of two signing keys the app uses one.
DIGIBEL_ANDROID_URL = os.environ.get("DIGIBEL_ANDROID_URL", "").rstrip("/")
DIGIBEL_ANDROID_USER = os.environ.get("DIGIBEL_ANDROID_USER", "")
DIGIBEL_ANDROID_PASSWORD = os.environ.get("DIGIBEL_ANDROID_PASSWORD", "")
DIGIBEL_ANDROID_SIGNING_KEYS = _list("DIGIBEL_ANDROID_SIGNING_KEYS")
DIGIBEL_ANDROID_NUMBER = os.environ.get("DIGIBEL_ANDROID_NUMBER", "")
DIGIBEL_ANDROID_SIM = os.environ.get("DIGIBEL_ANDROID_SIM", "")

# A provider with Twilio's API. The first token sends, every one of them may have signed.
DIGIBEL_TWILIO_URL = os.environ.get("DIGIBEL_TWILIO_URL", "https://api.twilio.com").rstrip("/")
DIGIBEL_TWILIO_ACCOUNT = os.environ.get("DIGIBEL_TWILIO_ACCOUNT", "")
DIGIBEL_TWILIO_TOKENS = _list("DIGIBEL_TWILIO_TOKENS")
DIGIBEL_TWILIO_SENDER = os.environ.get("DIGIBEL_TWILIO_SENDER", "")

# An aggregator over SMPP: smpp://user:password@host:2775, or smpps:// for TLS. `manage.py smpp_link` keeps the link.
DIGIBEL_SMPP_URL = os.environ.get("DIGIBEL_SMPP_URL", "")
DIGIBEL_SMPP_SENDER = os.environ.get("DIGIBEL_SMPP_SENDER", "")

# A Kannel of one's own: http://user:password@host:13013/cgi-bin/sendsms, the address it can reach us at, and where from it calls.
DIGIBEL_KANNEL_URL = os.environ.get("DIGIBEL_KANNEL_URL", "")
DIGIBEL_KANNEL_SENDER = os.environ.get("DIGIBEL_KANNEL_SENDER", "")
DIGIBEL_KANNEL_SECRET = os.environ.get("DIGIBEL_KANNEL_SECRET", "")
DIGIBEL_KANNEL_CALLBACK = os.environ.get("DIGIBEL_KANNEL_CALLBACK", DIGIBEL_PUBLIC_URL).rstrip("/")
DIGIBEL_KANNEL_ADDRESSES = _list("DIGIBEL_KANNEL_ADDRESSES", "127.0.0.1,::1")

# What a segment costs over each gateway, by day: a file of one's own beside `notifications/prices.toml`.
DIGIBEL_PRICES_FILE = os.environ.get("DIGIBEL_PRICES_FILE", "")

# Asked in order; the first that returns an outcome owns the text. Nobody: a person's inbox.
INBOUND_HANDLERS = [
    "digibel.scheduling.merging.follow_pointer",
    "digibel.privacy.leaving.hear_back",
    "digibel.scheduling.freetexts.start_again",
    "digibel.notifications.stopping.handle",
    "digibel.scheduling.inbound.handle_volunteer",
    "digibel.scheduling.inbound.handle_client",
]

# Asked before, about a text from a number that is of several people.
SHARED_NUMBER_HANDLERS = ["digibel.scheduling.sharing.handle"]

# The telephone exchange posts calls that nobody took to /telephone/missed, with this secret as bearer; empty: the door is shut.
DIGIBEL_EXCHANGE_SECRET = os.environ.get("DIGIBEL_EXCHANGE_SECRET", "")
MISSED_CALL_HANDLER = "digibel.scheduling.missedcalls.handle"

# Who knows, for each kind of message or call: is it still true, what now that it was not delivered, what does this
# call outcome mean. The first prefix that fits decides; the empty one is for texts that are true for ever.
MESSAGE_OWNERS = {
    "offer": "digibel.scheduling.owners.OfferTexts",
    "visit": "digibel.scheduling.owners.VisitTexts",
    "request": "digibel.scheduling.owners.RequestTexts",
    "client": "digibel.scheduling.owners.ClientTexts",
    "slip": "digibel.scheduling.slips.SlipTexts",
    "handover": "digibel.scheduling.handovers.HandoverCalls",
    "alarm": "digibel.scheduling.owners.AlarmTexts",
    "readiness": "digibel.volunteers.owners.ReadinessTexts",
    "fraud": "digibel.scheduling.fraud.FraudCalls",
    "pause": "digibel.scheduling.pauses.PauseTexts",
    "session": "digibel.scheduling.desksessions.texts.SessionTexts",
    "privacy": "digibel.privacy.owners.PrivacyCalls",
    "gateway": "digibel.notifications.watching.GatewayCalls",
    "": "digibel.notifications.owners.PlainTexts",
}

# The demo's clock lives in the database and moves; everybody else has the machine's. A command about a demo's data has the
# demo's too, or it would judge next week's visits by today: `demo.home` leaves a mark where a demo's data is.
DIGIBEL_CLOCK = "digibel.demo.clock.now" if DIGIBEL_DEMO or (HOME / "demo.data").exists() else ""

# Street addresses are looked up on a server of one's own, or not at all: the postcode points ship with Digibel.
DIGIBEL_GEOCODER = os.environ.get("DIGIBEL_GEOCODER", "postcodes")
DIGIBEL_GEOCODER_URL = os.environ.get("DIGIBEL_GEOCODER_URL", "")
DIGIBEL_ROUTER = os.environ.get("DIGIBEL_ROUTER", "")

# Card Stop, the police, the tax office: a file of one's own with corrections to `organisations/numbers.toml`.
DIGIBEL_NUMBERS_FILE = os.environ.get("DIGIBEL_NUMBERS_FILE", "")
# What may be paid to volunteers from a day on, where it is newer than what ships.
DIGIBEL_RATES_FILE = os.environ.get("DIGIBEL_RATES_FILE", "")
# Other houses whose log-in lets staff in, such as a municipality's (OpenID Connect).
DIGIBEL_LOGINS_FILE = os.environ.get("DIGIBEL_LOGINS_FILE", "")

# Who keeps the machine and the data running, for the list of who has access: "Firm, town; a name".
DIGIBEL_OPERATORS = [one.strip() for one in os.environ.get("DIGIBEL_OPERATORS", "").split(";") if one.strip()]

# Invitations to the calendar of a volunteer who asked for them: smtp://user:password@host:587, smtps://host:465, or "file" for
# a folder of the home. Empty: no mail leaves, and nobody is asked for an address.
DIGIBEL_MAIL = os.environ.get("DIGIBEL_MAIL", "file" if DIGIBEL_DEMO else "")
DIGIBEL_MAIL_FROM = os.environ.get("DIGIBEL_MAIL_FROM", f"digibel@{_public.hostname}")
_mail = urlsplit(DIGIBEL_MAIL)
_backend = "smtp" if _mail.scheme in {"smtp", "smtps"} else "filebased"
EMAIL_BACKEND = f"django.core.mail.backends.{_backend}.EmailBackend"
EMAIL_FILE_PATH = HOME / "mail"
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "", _mail.port or (465 if _mail.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp" and _mail.hostname not in {"127.0.0.1", "::1", "localhost"}
EMAIL_TIMEOUT = 20

# How often one key of the API may ask in a minute, for each web process.
DIGIBEL_API_CALLS_A_MINUTE = int(os.environ.get("DIGIBEL_API_CALLS_A_MINUTE", "600"))

# Who may read /metrics from another machine; empty: only this one.
DIGIBEL_METRICS_TOKEN = os.environ.get("DIGIBEL_METRICS_TOKEN", "")

# Where `manage.py backup` puts its files, and who hears by mail or text when something goes wrong (`manage.py watch_house`).
DIGIBEL_BACKUPS = os.environ.get("DIGIBEL_BACKUPS", "")
DIGIBEL_ALERT_MAIL = _list("DIGIBEL_ALERT_MAIL")
DIGIBEL_ALERT_SMS = _list("DIGIBEL_ALERT_SMS")
DIGIBEL_ALERT_LANGUAGE = os.environ.get("DIGIBEL_ALERT_LANGUAGE", "nl")

# --- people and pages -----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "organisations.Staff"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
CSRF_FAILURE_VIEW = "digibel.desk.errors.too_old"
LOGIN_URL = "desk:login"
LOGIN_REDIRECT_URL = "desk:today"
LOGOUT_REDIRECT_URL = "desk:login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "digibel.organisations.passwords.Guessable"},
]
# Without an app or a passkey nobody opens a page with clients on it. The demo's people come in with one password.
DIGIBEL_TWO_STEPS = _flag("DIGIBEL_TWO_STEPS", not DIGIBEL_DEMO)
# Who walks away from the screen is out after this; whoever works is out at the end of the day all the same.
DIGIBEL_IDLE_MINUTES = int(os.environ.get("DIGIBEL_IDLE_MINUTES", "60"))

AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_CLIENT_IP_CALLABLE = "digibel.organisations.logins.came_from"
# An account is shut after a few wrong tries; an address, behind which a whole centre may sit, after many more.
DIGIBEL_TRIES_OF_ONE_ADDRESS = int(os.environ.get("DIGIBEL_TRIES_OF_ONE_ADDRESS", "60"))
# One account is locked, from wherever it is tried: whole centres share one address (axes). What is unique about an account is
# the keyed trace of its address, which is sealed (auth; `StaffManager.get_by_natural_key`).
SILENCED_SYSTEM_CHECKS = ["axes.W006", "auth.W004"]
AXES_RESET_ON_SUCCESS = True
# Whoever tries on at a door that is shut does not keep it shut for its owner.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]
AXES_HANDLER = "digibel.organisations.logins.Guard"
AXES_USERNAME_CALLABLE = "digibel.organisations.logins.counted_as"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
TIME_ZONE = "Europe/Brussels"
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
# Pages of other sites have nothing to fetch here, and what is text says in which letters.
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
_https = _public.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "digibel"
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
# Not "no-referrer": browsers then call the origin of every form "null", and no form would be accepted.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

DIGIBEL_LOG_REQUESTS = os.environ.get("DIGIBEL_LOG_REQUESTS") == "1"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "digibel.guardrails.logs.MaskedFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "digibel.guardrails.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if os.environ.get("DIGIBEL_LOG_FORMAT") == "json" else "plain",
        }
    },
    "root": {"handlers": ["console"], "level": os.environ.get("DIGIBEL_LOG_LEVEL", "WARNING")},
    # Django's own loggers print request paths, and with an error the local values: personal data. Ids only, from us.
    "loggers": {
        "digibel": {"level": "INFO"},
        "django.request": {"level": "CRITICAL"},
        # A form without its token: the path may be a link that opens a card. What was refused, `desk.refusals` says.
        "django.security.csrf": {"level": "CRITICAL"},
        "axes": {"level": "ERROR"},
    },
}

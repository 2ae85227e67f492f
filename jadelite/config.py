"""Settings from the environment (prefix JADELITE_), and where the data folders lie.

Read once, by whoever starts a process; everybody else receives a `Settings`.
"""

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

WEAK_SECRETS = frozenset({"secret", "changeme", "change-me", "development", "password"})
MIN_SECRET_LENGTH = 32
MIN_DIFFERENT = 8
MIN_TOKEN_LENGTH = 16
DATA_FOLDERS = ("migrations", "models", "translations")


class SettingsError(Exception):
    """The environment holds a setting that can't be used; the text names it."""


class Settings(BaseSettings):
    """How this installation runs. Frozen; `load_settings` builds it."""

    model_config = SettingsConfigDict(env_prefix="JADELITE_", frozen=True, extra="ignore")

    environment: Literal["production", "demo", "test"] = Field(
        default="production",
        description="production, demo (sample audit, sign-in without account) or test",
    )
    database_url: str = Field(
        default="sqlite:///instance/jadelite.sqlite3",
        description="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="signs the session cookie; at least 32 random characters",
    )
    contact: str = Field(
        default="", description="an e-mail address or page where the operator can be reached"
    )
    trusted_hosts: str = Field(
        default="", description="comma-separated host names this site answers to"
    )
    debug: bool = Field(default=False, description="refused in production")
    lease_seconds: int = Field(
        default=1200, ge=60, le=86_400, description="how long an edit is held for a reviewer"
    )
    daily_cap: int = Field(
        default=100, ge=1, le=1000, description="judgments one reviewer may give in 24 hours"
    )
    report_delay_seconds: int = Field(
        default=60,
        ge=0,
        le=86_400,
        description="how long the worker waits for more judgments before it computes a report anew",
    )

    upstreams_file: str = Field(
        default="", description="TOML file naming services and wikis at other addresses"
    )
    run_folder: Path = Field(
        default=Path("instance"),
        description="where processes of this machine share limits on outside services",
    )

    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        description="lets the monitoring read /metrics; at least 16 characters",
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        try:
            _ = urlsplit(value).port
        except ValueError as error:
            raise ValueError("must have a number as its port, or none") from error
        return value

    @property
    def is_demo(self) -> bool:
        """Whether visitors may sign in without an account (demo and test only)."""
        return self.environment != "production"

    @property
    def hosts(self) -> list[str]:
        """The host names this site answers to; empty means any (never in production)."""
        return [name.strip() for name in self.trusted_hosts.split(",") if name.strip()]

    @property
    def sqlite_path(self) -> Path | None:
        """The file of an embedded database; None for PostgreSQL."""
        if self.database_url.startswith("sqlite:///"):
            return Path(self.database_url.removeprefix("sqlite:///"))
        return None


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, `overrides` first.

    Raises SettingsError with one sentence per wrong setting, naming its variable.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks what mypy can't see
    except ValidationError as error:
        raise SettingsError("; ".join(_sentence(item) for item in error.errors())) from error


def require_safe_to_serve(settings: Settings) -> None:
    """Raise SettingsError, naming the variable, unless pages may be served with these settings.

    The command line works without: it has no visitors and no cookies.
    """
    secret = settings.secret_key.get_secret_value()
    if len(secret) < MIN_SECRET_LENGTH or len(set(secret)) < MIN_DIFFERENT:
        raise SettingsError(
            f"JADELITE_SECRET_KEY has {len(secret)} characters, {len(set(secret))} of them"
            f" different; expected at least {MIN_SECRET_LENGTH} random ones"
            " (try: openssl rand -hex 32)"
        )
    if any(weak in secret.lower() for weak in WEAK_SECRETS):
        raise SettingsError("JADELITE_SECRET_KEY contains a well-known word; expected random text")
    token = settings.metrics_token.get_secret_value()
    if token and not (len(token) >= MIN_TOKEN_LENGTH and token.isascii() and token.isprintable()):
        raise SettingsError(
            f"JADELITE_METRICS_TOKEN has {len(token)} characters; expected at least"
            f" {MIN_TOKEN_LENGTH} random letters and digits, or nothing"
        )
    if settings.environment != "production":
        return
    if settings.debug:
        raise SettingsError("JADELITE_DEBUG is on; expected off in production")
    if not settings.contact:
        raise SettingsError(
            "JADELITE_CONTACT is empty; expected an e-mail address or page in production"
        )
    if not settings.hosts:
        raise SettingsError(
            "JADELITE_TRUSTED_HOSTS is empty; expected the host name(s) of this site"
        )


def data_folder(name: str) -> Path:
    """The folder `migrations`, `models` or `translations`, in a wheel or in a checkout."""
    if name not in DATA_FOLDERS:
        raise ValueError(f"no data folder {name!r}; expected one of {', '.join(DATA_FOLDERS)}")
    package = Path(__file__).parent
    packed = package / "_data" / name
    return packed if packed.is_dir() else package.parent / name


def _sentence(item: object) -> str:
    details = dict(item)  # type: ignore[call-overload]  # an ErrorDetails is a plain mapping
    location, message = details["loc"], str(details["msg"]).removeprefix("Value error, ")
    if not location:
        return message
    name = str(location[0])
    # The sentence may end in a log: no password in it.
    given = re.sub("//[^@]*@", "//***@", repr(details.get("input")))
    return f"JADELITE_{name.upper()} is {given}: {message}"

"""The one place where parts are joined: settings in, Services out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from jadelite.config import Settings
from jadelite.db import schema
from jadelite.db.session import Database


@dataclass(frozen=True)
class Services:
    """What a door needs to call use cases: settings, the database, and what time it is."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]


def utc_now() -> datetime:
    """The time, aware and in UTC."""
    return datetime.now(UTC)


def build(settings: Settings, *, is_schema_checked: bool = True) -> Services:
    """The joined parts. Raises Conflict unless the database's schema is the one this code needs."""
    database = Database(settings.database_url)
    if is_schema_checked:
        schema.require_current(database)
    return Services(settings, database, utc_now)


def upgrade_schema(services: Services) -> schema.SchemaState:
    """Bring the schema to the newest revision."""
    return schema.upgrade(services.database)


def check_schema(services: Services) -> schema.SchemaState:
    """How the schema stands to this code's."""
    return schema.check(services.database)

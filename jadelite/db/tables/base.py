"""What all tables share: names of constraints, times in UTC, exact-match text, closed sets."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite numbers rows by itself only in a column of type INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Parent of every mapped class."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database. SQLite would lose the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database. Raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone, expected an aware time")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database. Any: what drivers give differs."""
        if value is None:
            return None
        moment: datetime = value.replace(tzinfo=UTC) if value.tzinfo is None else value
        return moment.astimezone(UTC)


def identity() -> MappedColumn[int]:
    """The primary key that counts by itself."""
    return mapped_column(BigId, primary_key=True, comment="row number")


def points_to(target: str, comment: str, **options: Any) -> MappedColumn[Any]:
    """A foreign key to `table.column`. Any: options are SQLAlchemy's own."""
    return mapped_column(BigId, ForeignKey(target), comment=comment, **options)


def short_text(comment: str, length: int = 255, **options: Any) -> MappedColumn[Any]:
    """A short text that is compared exactly."""
    return mapped_column(String(length), comment=comment, **options)


def one_of(column: str, *values: str) -> CheckConstraint:
    """The law that a column holds one of a closed set."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


__all__ = [
    "Base",
    "BigId",
    "Mapped",
    "UtcDateTime",
    "identity",
    "one_of",
    "points_to",
    "short_text",
]

"""The five things that can go wrong for a reason the caller should hear.

Doors map them to status and exit codes in one table each. `code` is stable and is what
translations hang on; `detail` is one English sentence for API, logs and command line;
`values` fill the placeholders of the translated sentence.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: its name, a stable code, one English sentence."""

    field: str
    code: str
    detail: str


class DomainError(Exception):
    """Base of the five; never raised itself."""

    def __init__(self, code: str, detail: str, **values: str | int) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.values = values


class Invalid(DomainError):
    """The input can't be right; `fields` says where."""

    def __init__(
        self, code: str, detail: str, *, fields: tuple[FieldError, ...] = (), **values: str | int
    ) -> None:
        super().__init__(code, detail, **values)
        self.fields = fields


class NotFound(DomainError):
    """There is no such thing, or the asker may not know of it."""


class Forbidden(DomainError):
    """The asker may not do this."""


class Conflict(DomainError):
    """It was right once, but something changed in the meantime."""


class Unavailable(DomainError):
    """Something outside, or the storage, does not answer now; try again later."""

    def __init__(
        self, code: str, detail: str, *, retry_after_seconds: int, **values: str | int
    ) -> None:
        super().__init__(code, detail, **values)
        self.retry_after_seconds = retry_after_seconds

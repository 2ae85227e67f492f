"""What rises, as an exit code and a sentence: the command line's row of the error table."""

from jadelite.domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
)

BAD_LINES = 2

_CODES: dict[type[DomainError], int] = {
    Invalid: 2,
    Forbidden: 3,
    NotFound: 4,
    Conflict: 5,
    Unavailable: 75,
}


def exit_code(error: Exception) -> int | None:
    """The exit code of an error; None for a bug."""
    if isinstance(error, DomainError):
        return next(code for kind, code in _CODES.items() if isinstance(error, kind))
    # Named, not imported: settings need pydantic, which the client alone does not bring.
    if type(error).__name__ == "SettingsError":
        return 2
    if isinstance(error, ModuleNotFoundError):
        return 2
    if isinstance(error, OSError):
        return 74
    return None


def sentence(error: Exception) -> str:
    """One sentence that names what was wrong and what would be right."""
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed; this command needs: pip install 'jadelite[server]'"
    if isinstance(error, OSError):
        where = f" {error.filename}" if error.filename else ""
        return f"can't use{where}: {error.strerror or error}"
    return str(error)

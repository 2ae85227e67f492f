"""What is known of a wiki by its database name. No host is ever built from input."""

from jadelite.domain.edits import Direction, Wiki

SAMPLE_PREFIX = "sample-"

_LANGUAGES: dict[str, tuple[str, Direction]] = {
    "arwiki": ("ar", "rtl"),
    "cawiki": ("ca", "ltr"),
    "enwiki": ("en", "ltr"),
    "fawiki": ("fa", "rtl"),
    "fiwiki": ("fi", "ltr"),
}


def describe(dbname: str) -> Wiki:
    """Language and direction of a wiki; "und" and "auto" where this table does not know it."""
    is_sample = dbname.startswith(SAMPLE_PREFIX)
    key = f"{dbname.removeprefix(SAMPLE_PREFIX)}wiki" if is_sample else dbname
    language, direction = _LANGUAGES.get(key, ("und", "auto"))
    return Wiki(dbname, language, direction, is_sample)

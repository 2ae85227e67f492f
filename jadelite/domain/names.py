"""What can name a wiki or a campaign: checked before anything else is done with it."""

RESERVED_SLUGS = frozenset({"new"})  # what stands below /campaigns/ beside the campaigns


def is_wiki_name(value: str) -> bool:
    """Whether a text can be the database name of a wiki: small letters, digits, - and _."""
    letters = value.replace("-", "").replace("_", "")
    return (
        len(value) <= 64
        and letters.isascii()
        and letters.isalnum()
        and value[0].isalpha()
        and value == value.lower()
    )


def is_slug(value: str) -> bool:
    """Whether a text can name a campaign in an address."""
    letters = value.replace("-", "")
    return (
        2 <= len(value) <= 60
        and bool(letters)
        and letters.isascii()
        and letters.isalnum()
        and value == value.lower()
        and value not in RESERVED_SLUGS
    )

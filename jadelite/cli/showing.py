"""How commands write what they have to say; needs click alone, so any command can use it."""

import click

format_option = click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How the summary is written.",
)


def counted(number: int, noun: str) -> str:
    """The number with its noun: "1 edit", "2 edits"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def printable(text: str) -> str:
    """The text without what could forge lines or steer a terminal, such characters as escapes."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )

"""The README tells the truth about settings, commands and fields."""

import re
from pathlib import Path

import click
import pytest

from jadelite.cli import NOUNS, root
from jadelite.config import Settings
from jadelite.domain import records

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\| `JADELITE_{name.upper()}` \|.*$", README, re.MULTILINE)
        assert row, name
        default = str(field.default)
        if default not in ("", "**********", "False"):
            assert default in row.group(), name


def test_every_setting_named_in_the_readme_exists() -> None:
    known = {f"JADELITE_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"JADELITE_[A-Z_]+", README)) - {"JADELITE_TEST_POSTGRES_URL"}
    assert named == known


@pytest.mark.parametrize(
    "keys", [records.EDIT_KEYS, records.SCORE_KEYS, records.JUDGMENT_KEYS], ids=["e", "s", "j"]
)
def test_every_import_field_is_in_the_readme(keys: tuple[str, ...]) -> None:
    assert [key for key in keys if f"`{key}`" not in README] == []


def test_every_command_of_the_readme_exists() -> None:
    context = click.Context(root)
    for line in re.findall(r"^(?:.*`)?jadelite ((?:\w+\|?)+) (\w+)", README, re.MULTILINE):
        for noun in line[0].split("|"):
            group = root.get_command(context, noun)
            assert isinstance(group, click.Group), noun
            assert line[1] in group.list_commands(context), line


def test_every_noun_of_the_command_line_can_be_loaded() -> None:
    context = click.Context(root)
    for noun in NOUNS:
        assert root.get_command(context, noun) is not None


def test_every_make_target_of_the_readme_exists() -> None:
    for target in set(re.findall(r"`?make ([a-z-]+)", README)):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def test_no_file_names_a_path_of_a_machine() -> None:
    pattern = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/\w")
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        kept = parts[0] == ".ci" or not parts[0].startswith(".")
        if not kept or parts[0] in ("instance", "build", "dist") or not path.is_file():
            continue
        if path.suffix in (".py", ".md", ".cfg", ".toml", ".html", ".js", ".json", ".po", ""):
            text = path.read_text(errors="ignore")
            assert not pattern.search(text), path

"""The `jadelite` command: noun, then verb. Each noun is a file of this room, loaded when used.

Summaries go to standard output, trouble to standard error; exit codes come from one table.
"""

import importlib
import logging
import sys

import click

from jadelite import __version__
from jadelite.cli.exits import exit_code, sentence

NOUNS = {
    "campaigns": "plan, make, draw, open, extend, close and archive campaigns",
    "db": "the database's schema",
    "demo": "the sample audit, and running it",
    "edits": "import edits",
    "gate": "hold a model version to bounds on a campaign's labels",
    "judgments": "import judgments made elsewhere, export labels",
    "metrics": "agreement, and a model against labels, from any CSV file",
    "models": "list models; train and apply local ones",
    "reports": "compute and show reports, take their files home, say what came of labels",
    "scores": "import, fetch and follow scores",
    "sites": "the real wikis that can be asked, and which agreed to audits",
    "worker": "run what the queue asks for",
}


class Nouns(click.Group):
    """Finds `jadelite.cli.<noun>.group` when the noun is used, and no sooner."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The nouns, sorted."""
        return sorted(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The group of a noun, or None if there is no such noun."""
        if cmd_name not in NOUNS:
            return None
        module = importlib.import_module(f"jadelite.cli.{cmd_name}_commands")
        group: click.Command = module.group
        return group

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of nouns, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(NOUNS.items()))


@click.group(cls=Nouns)
@click.version_option(__version__, prog_name="jadelite")
def root() -> None:
    """Wiki communities audit the machine-learning models that score their edits."""


def main() -> None:
    """Run the command line and leave with the exit code of what happened."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        # Without its standalone mode click returns the code of an Exit instead of raising it.
        code = root.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(141)
    except Exception as error:  # the entry point maps what rises to an exit code
        code = exit_code(error)
        if code is None:  # a bug stays loud
            raise
        click.echo(f"jadelite: {sentence(error)}", err=True)
        sys.exit(code)

"""Copies migrations, compiled translations and models into the package at build time.

They stand at the top of the repository where people look for them; a wheel needs them inside
the package. `jadelite.config.data_folder` finds them in both places.
"""

import shutil
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent


class BuildWithData(build_py):
    """The usual build, and the three data folders beside it."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "jadelite" / "_data"
        shutil.rmtree(target, ignore_errors=True)
        skip = shutil.ignore_patterns("__pycache__", "*.mo")
        for name in ("migrations", "models", "translations"):
            shutil.copytree(HERE / name, target / name, ignore=skip)
        compile_catalogs(target / "translations")


def compile_catalogs(folder: Path) -> None:
    """Write a .mo beside every .po below `folder`."""
    for po in folder.glob("*/LC_MESSAGES/*.po"):
        with po.open("rb") as source, po.with_suffix(".mo").open("wb") as out:
            write_mo(out, read_po(source, locale=po.parts[-3]))


setup(cmdclass={"build_py": BuildWithData})

"""The package as a wheel: it carries all it needs, and works from there outside the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    # From what is committed or about to be: build leftovers of the checkout stay out.
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
            *("--no-build-isolation", "--no-deps", "--wheel-dir", str(folder), str(source)),
        ],
        check=True,
    )
    wheel = next(folder.glob("*.whl"))
    target = folder / "unpacked"
    zipfile.ZipFile(wheel).extractall(target)
    return target


def test_the_wheel_carries_templates_styles_migrations_catalogs_and_models(unpacked: Path) -> None:
    package = unpacked / "jadelite"
    for name in (
        "py.typed",
        "web/templates/review.html",
        "web/static/jadelite.css",
        "audit/practice/fa.json",
        "audit/sample/sample-fa.edits.jsonl",
        "wiki/sites.ini",
        "_data/migrations/env.py",
        "_data/migrations/HEAD",
        "_data/translations/fa/LC_MESSAGES/messages.mo",
        "_data/models/local-damaging/1.0.0/model.skops",
    ):
        assert (package / name).is_file(), name
    assert not (unpacked / "tests").exists()


def test_the_wheel_works_outside_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(unpacked),
        "JADELITE_ENVIRONMENT": "test",
        "JADELITE_SECRET_KEY": "a-key-for-tests-only-0123456789",
        "JADELITE_DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}",
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = run("-c", "import jadelite; print(jadelite.__file__)")
    assert where.startswith(str(unpacked))
    assert "revision" in run("-m", "jadelite.cli", "db", "upgrade")
    assert "sample-fi: 30 edits" in run("-m", "jadelite.cli", "demo", "load")
    assert "local-damaging@1.0.0" in run("-m", "jadelite.cli", "models", "list")
    page = run(
        "-c",
        "from jadelite.web.app import from_environment;"
        "print(from_environment().test_client().get('/?uselang=fa').get_data(as_text=True))",
    )
    assert 'dir="rtl"' in page
    assert "Judge edits" not in page

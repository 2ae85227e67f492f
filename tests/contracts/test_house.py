"""Rules of the house that can be read off the code."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import factories
import pytest
from flask import Flask
from reader import Reader

from jadelite.config import load_settings
from jadelite.db.session import Database
from jadelite.web.app import create_app
from jadelite.web.auth import declared_action
from jadelite.wiring import Services

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "jadelite"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)
MAY_CATCH_ALL = {"cli/__init__.py"}


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
    ]


def parsed() -> list[tuple[str, ast.Module]]:
    return [(str(p.relative_to(PACKAGE)), ast.parse(p.read_text())) for p in SOURCES]


def test_one_place_commits() -> None:
    found = [name for name, tree in parsed() if calls(tree, "commit")]
    assert found == ["db/session.py"]


def test_nothing_catches_everything() -> None:
    found = set()
    for name, tree in parsed():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else "everything"
                if caught in ("everything", "Exception", "BaseException"):
                    found.add(name)
    assert found == MAY_CATCH_ALL


def test_input_is_never_checked_by_assert() -> None:
    found = [n for n, tree in parsed() if any(isinstance(x, ast.Assert) for x in ast.walk(tree))]
    assert found == []


def test_no_import_hides_inside_a_function() -> None:
    found = [
        f"{name}:{inner.lineno}"
        for name, tree in parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_every_file_says_what_it_owns() -> None:
    assert [name for name, tree in parsed() if not ast.get_docstring(tree)] == []


def test_every_public_function_says_what_comes_out() -> None:
    bare = [
        f"{name}:{node.name}"
        for name, tree in parsed()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []


def test_files_stay_readable() -> None:
    long = {name: len((PACKAGE / name).read_text().splitlines()) for name, _ in parsed()}
    assert {name: n for name, n in long.items() if n > 400} == {}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('house') / 'x.sqlite3'}")
    return create_app(Services(load_settings(environment="test", secret_key="x"), database, now))


def now():
    raise AssertionError("no request is made here")


def test_every_route_declares_its_access(app: Flask) -> None:
    bare = [name for name, view in app.view_functions.items() if declared_action(view) is None]
    assert bare == []


def test_an_undeclared_route_answers_nobody(app: Flask) -> None:
    fresh = create_app(app.extensions["jadelite"])
    fresh.add_url_rule("/undeclared", "undeclared", lambda: "secret")
    assert fresh.test_client().get("/undeclared").status_code == 500


def test_a_get_never_writes(services, new_app_reader) -> None:
    """Every page a reader can open leaves the database as it was."""
    factories.make_campaign(services.database, services.clock(), n_edits=2)
    reader = new_app_reader
    reader.get("/").post("/campaigns/a-campaign/start")
    task = reader.path
    reader.judge()
    others = {}
    for role, actions in {
        "operator": ("operate", "read-metrics"),
        "coordinator": ("coordinate",),
    }.items():
        other = Reader(reader.client.application)
        other.get("/account").post("/try").post("/account/role", role=role)
        others |= dict.fromkeys(actions, other)
    before = dump(services.database)
    for rule in reader.client.application.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        path = (
            re.sub(r"<int\([^)]*\):", "<int:", rule.rule)
            .replace("<slug>", "a-campaign")
            .replace("<task:task_id>", task.rsplit("/", 1)[-1])
            .replace("<wiki>", factories.WIKI)
            .replace("<context>", factories.WIKI)
            .replace("<model>", "damaging")
            .replace("<rev_id>", "1001")
            .replace("lists/<name>", "lists/model-sure")
            .replace("files/<name>", "files/report.zip")
            .replace("methods/<name>", "methods/precision")
            .replace("<int:rev_id>", "1001")
            .replace("<int:number>", "1")
            .replace("{slug}", "a-campaign")
        )
        assert "<" not in path, rule.rule
        view = reader.client.application.view_functions[rule.endpoint]
        who = others.get(declared_action(view), reader)
        assert who.get(path).page.status_code in (200, 404), path
    assert dump(services.database) == before


def dump(database: Database) -> dict[str, list[tuple]]:
    from sqlalchemy import select  # noqa: PLC0415

    from jadelite.db.tables import Base  # noqa: PLC0415  # only this test looks at rows

    with database.reading() as session:
        return {
            table.name: [tuple(map(str, row)) for row in session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }


def test_a_reading_session_can_not_write(database) -> None:
    from sqlalchemy import text  # noqa: PLC0415
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    from jadelite.domain.errors import DomainError  # noqa: PLC0415

    with pytest.raises((DBAPIError, DomainError)), database.reading() as session:
        session.execute(text("UPDATE facet SET name = 'x'"))


def test_no_web_process_loads_heavy_libraries() -> None:
    code = (
        "import sys, jadelite.web.app;"
        "print(sorted({'numpy', 'scipy', 'sklearn', 'skops', 'mwapi', 'click'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("[]", "['click']")  # Flask itself brings click


def test_styles_use_logical_properties_only() -> None:
    css = (PACKAGE / "web/static/jadelite.css").read_text()
    physical = re.findall(
        r"(?<![\w-])((?:margin|padding|border)-(?:left|right|top|bottom)|left|right|"
        r"(?:min-|max-)?(?:width|height)|text-align:\s*(?:left|right)|float)\s*:",
        re.sub(r"@media[^{]*", "", css),
    )
    assert physical == []


def test_templates_keep_the_content_security_policy() -> None:
    for path in (PACKAGE / "web/templates").glob("*.html"):
        text = path.read_text()
        if path.name == "report_file.html":  # no page of ours: it brings its policy and its style
            assert "Content-Security-Policy" in text
            text = text.replace("<style>{{ stylesheet }}</style>", "")
        assert not re.search(r"\sstyle=|\son\w+=|javascript:|<style|\|safe", text), path.name
        assert not re.findall(r"<script(?![^>]*src=)", text), path.name
        assert "http://" not in text, path.name
        assert "https://" not in text, path.name


def test_every_form_that_posts_carries_a_token() -> None:
    for path in (PACKAGE / "web/templates").glob("*.html"):
        for form in re.findall(r'<form method="post".*?</form>', path.read_text(), re.DOTALL):
            assert "csrf" in form, path.name


def test_locked_requirements_have_hashes_and_name_no_host() -> None:
    for name in ("server.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "index-url" not in text


def test_every_dependency_is_locked_and_has_its_reason() -> None:
    wishes = (ROOT / "requirements/server.in").read_text()
    setup = (ROOT / "setup.cfg").read_text()
    locked = (ROOT / "requirements/server.txt").read_text()
    for name in re.findall(r"^([a-z][\w-]*)", wishes, re.MULTILINE):
        assert re.search(rf"^{name}(\[[\w,]+\])?==", locked, re.MULTILINE), name
        if name not in ("setuptools", "wheel"):
            assert re.search(rf"^    {name}", setup, re.MULTILINE), name
    for line in wishes.splitlines():
        assert line.startswith("#") or "  #" in line, line

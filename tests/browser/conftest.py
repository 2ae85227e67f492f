"""What the browser tests share: a real web server and worker over the sample audit, and visitors.

A `Visitor` is one person with one browser: it finds its way by what is on the page, knows the
words of its language from the compiled catalog, and notes whatever the browser complains about.
"""

import gettext
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import factories
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from sqlalchemy import text

from jadelite.audit import demo
from jadelite.config import data_folder
from jadelite.db import edits, judgments, masking, schema, scores, tasks
from jadelite.db.edits import StoredEdit
from jadelite.db.session import Database
from jadelite.domain.judgments import Judgment
from jadelite.web.task_numbers import TaskNumbers

RTL = ("ar", "fa")
PLENTY = "plenty"  # a campaign of many edits
PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
START_SECONDS = 60
STOP_SECONDS = 15
WAIT_MILLISECONDS = 10_000
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
# Counts what sticks out sideways; what scrolls inside its own region may.
OVERFLOW = """() => {
  const root = document.documentElement;
  const wide = [...document.body.querySelectorAll("*")].filter((item) => {
    const box = item.getBoundingClientRect();
    if (!item.checkVisibility() || !box.width || !box.height) return false;
    if (item.closest(".scroll > *, .visually-hidden, .skip-link")) return false;
    return box.left < -1 || box.right > root.clientWidth + 1;
  });
  for (const by of [500, -500]) {
    scrollTo(by, scrollY);
    if (scrollX) return [`the page scrolls by ${scrollX}`, ...wide.map((item) => item.outerHTML)];
  }
  const excess = root.scrollWidth - root.clientWidth;
  return [...(excess > 0 ? [`${excess} px too wide`] : []),
          ...wide.map((item) => item.outerHTML.slice(0, 200))];
}"""
OPEN_DETAILS = """() => document.querySelectorAll("details:not(.menu)")
  .forEach((item) => { item.open = true; })"""


class Site:
    """The running site, and a look behind its pages. Tasks are named as addresses name them."""

    def __init__(self, address: str, database: Database, secret: str) -> None:
        self.address = address
        self.database = database
        self._numbers = TaskNumbers(secret)

    def _row(self, shown: int) -> int:
        task_id = self._numbers.read(str(shown))
        assert task_id is not None
        return task_id

    def edit_of(self, task_id: int) -> StoredEdit:
        """The edit that a task asks about."""
        with self.database.reading() as session:
            task = tasks.get(session, self._row(task_id))
            found = edits.load(session, task.edit_id) if task else None
        assert found is not None
        return found

    def probabilities(self, task_id: int) -> list[float]:
        """What the models said of a task's edit."""
        with self.database.reading() as session:
            task = tasks.get(session, self._row(task_id))
            assert task is not None
            return [score.probability for score in scores.of_edit(session, task.edit_id)]

    def judgments(self, task_id: int) -> list[Judgment]:
        """All judgments of a task, oldest first."""
        with self.database.reading() as session:
            return judgments.of_task(session, self._row(task_id))

    def any_edit(self, language: str, *, is_masked: bool) -> StoredEdit:
        """An edit of a sample wiki that is still being judged, or that is not any more."""
        with self.database.reading() as session:
            for edit_id in edits.of_wiki(session, f"sample-{language}"):
                found = edits.load(session, edit_id)
                if found and masking.is_masked(session, edit_id) == is_masked:
                    return found
        raise AssertionError(f"no edit of sample-{language} with is_masked={is_masked}")


class Visitor:
    """One person with one browser, who reads one language."""

    def __init__(self, site: Site, page: Page, language: str) -> None:
        self.site = site
        self.page = page
        self.language = language
        self.complaints: list[str] = []
        self.expected_statuses: set[int] = set()
        self._catalog = gettext.translation(
            "messages", data_folder("translations"), [language], fallback=True
        )
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("request", self._note_request)

    def say(self, message: str, **values: object) -> str:
        """A message in the visitor's language."""
        return self._catalog.gettext(message) % values if values else self._catalog.gettext(message)

    def say_n(self, one: str, many: str, n: int) -> str:
        """A message about n things in the visitor's language."""
        return self._catalog.ngettext(one, many, n) % {"count": self.number(n)}

    def number(self, n: int) -> str:
        """A small number as the visitor's language writes it."""
        return str(n).translate(PERSIAN_DIGITS) if self.language == "fa" else str(n)

    @property
    def slug(self) -> str:
        """The sample campaign in the visitor's language."""
        return f"sample-{self.language}"

    @property
    def task_id(self) -> int:
        """The task in the address of this page."""
        return int(urlsplit(self.page.url).path.split("/")[2])

    @property
    def heading(self) -> str:
        """The text of the page's only h1."""
        return self.page.locator("h1").inner_text()

    def open(self, path: str) -> int:
        """Go to a path; the status of the answer."""
        response = self.page.goto(self.site.address + path)
        assert response is not None
        return response.status

    def start(self) -> None:
        """From the landing page to the first edit."""
        self.open("/")
        self.page.click(".hero button")
        self.page.wait_for_selector("form[data-keys]")

    def answer(self, damaging: str = "no", goodfaith: str = "yes") -> None:
        """Choose answers on a review page by clicking their labels."""
        for name, label in (("damaging", damaging), ("goodfaith", goodfaith)):
            self.page.click(f"label:has(input[name=answer-{name}][value={label}])")

    def save(self) -> None:
        """Save the judgment on a review page and see the reveal."""
        self.page.click("form[data-keys] button.primary")
        self.page.wait_for_url("**/reveal")

    def press_to_navigate(self, key: str) -> None:
        """Press a key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def tab_to(self, selector: str) -> None:
        """Press Tab until the element has the focus."""
        for _ in range(80):
            self.page.keyboard.press("Tab")
            if self.has_focus(selector):
                return
        raise AssertionError(f"80 times Tab did not lead to {selector} on {self.page.url}")

    def has_focus(self, selector: str) -> bool:
        """Whether the focused element matches."""
        return bool(
            self.page.evaluate("selector => document.activeElement.matches(selector)", selector)
        )

    def open_details(self) -> None:
        """Unfold all that is folded, the language menu apart."""
        self.page.evaluate(OPEN_DETAILS)

    def require_language(self) -> None:
        """The page says its language and direction, and is laid out so."""
        direction = "rtl" if self.language in RTL else "ltr"
        root = self.page.locator("html")
        assert root.get_attribute("lang") == self.language
        assert root.get_attribute("dir") == direction
        laid_out = self.page.evaluate("() => getComputedStyle(document.body).direction")
        assert laid_out == direction

    def require_fit(self) -> None:
        """Nothing sticks out sideways and the page does not scroll there."""
        assert self.page.evaluate(OVERFLOW) == [], self.page.url

    def require_quiet(self) -> None:
        """The browser noted no error and no blocked content, and asked no other host."""
        assert self.complaints == []

    def accessibility_faults(self) -> str:
        """What axe finds wrong, as a report; empty if nothing."""
        results = Axe().run(self.page)
        return results.generate_report() if results.violations_count else ""

    def tour(self) -> Iterator[str]:
        """Walk through every page there is in every state; the name of each, once it is shown."""
        self.expected_statuses = {404, 422}
        masked = self.site.any_edit(self.language, is_masked=True).edit.rev_id
        unmasked = self.site.any_edit(self.language, is_masked=False).edit.rev_id
        for path, name in (
            ("/", "home"),
            ("/methods", "methods"),
            ("/account", "account signed out"),
            ("/no/such/page", "404"),
            (f"/campaigns/{self.slug}", "campaign"),
            (f"/reports/{self.slug}", "report"),
            (f"/reports/{self.slug}/lists/people-split", "report list"),
            ("/methods/precision", "the code's words"),
            (f"/edits/{self.slug}/{masked}", "edit, masked"),
            (f"/edits/{self.slug}/{unmasked}", "edit, open"),
        ):
            assert (self.open(path) == 404) == (name == "404")
            yield name
        self.start()
        yield "review"
        self.page.click("form[data-keys] button.primary")
        self.page.wait_for_selector("#problem")
        yield "review, refused"
        self.answer("unsure", "unsure")
        self.page.fill("textarea", "note")
        self.save()
        yield "reveal"
        self.page.locator("#change form").wait_for(state="attached")
        self.open_details()
        yield "reveal, form open"
        self.open("/")
        yield "home, in a sitting"
        self.open(f"/campaigns/{self.slug}/sitting")
        yield "result"
        self.open("/mine")
        yield "history"
        self.page.click(".own-list a[href*=withdraw]")
        yield "taking back"
        self.open("/mine/preferences")
        yield "preferences"
        self.page.select_option("#skip", "U")
        self.page.click("form.preferences button.primary")
        self.page.wait_for_selector("#problem")
        yield "preferences, refused"
        self.open(f"/campaigns/{self.slug}/guideline")
        yield "guideline"
        self.open("/account")
        self.page.check("input[value=coordinator]")
        yield "account signed in"
        with self.page.expect_navigation():
            self.page.click("form.roles button")
        yield "home, signed in"
        self.open(f"/campaigns/{self.slug}")
        yield "campaign, signed in"
        self.open(f"/reports/{self.slug}")
        yield "report, coordinator"
        self.open("/campaigns/new")
        yield "new campaign"
        self.open(f"/campaigns/{self.slug}/manage")
        yield "managing"
        self.open("/account")
        self.page.check("input[value=operator]")
        with self.page.expect_navigation():
            self.page.click("form.roles button")
        self.open("/operator")
        yield "operator"

    def _note_console(self, message: ConsoleMessage) -> None:
        expected = any(f"status of {status} " in message.text for status in self.expected_statuses)
        if message.type in ("error", "warning") and not expected:
            self.complaints.append(f"{message.type}: {message.text}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site.address}/", "data:")):
            self.complaints.append(f"asked elsewhere: {request.url}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample audit, served by gunicorn with a worker beside it; both end with the tests."""
    folder = tmp_path_factory.mktemp("site")
    database = Database(f"sqlite:///{folder / 'browser.sqlite3'}")
    schema.upgrade(database)
    demo.load(database, now=datetime.now(UTC), say=lambda text: None)
    with database.transaction() as session:  # room for all the visitors of this suite
        session.execute(text("UPDATE campaign SET k = 5"))
        session.execute(text("UPDATE task SET n_wanted = 5"))
    # Edits are held and fetched ahead only where there are plenty.
    factories.make_campaign(
        database, datetime.now(UTC), n_edits=60, k=9, slug=PLENTY, wiki="sample-ca"
    )
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("JADELITE_")},
        "JADELITE_ENVIRONMENT": "demo",
        "JADELITE_SECRET_KEY": secrets.token_hex(32),
        "JADELITE_DATABASE_URL": database.url,
        "JADELITE_TRUSTED_HOSTS": "127.0.0.1",
        "JADELITE_REPORT_DELAY_SECONDS": "0",
    }
    gunicorn = [
        *("gunicorn", "jadelite.web.app:from_environment()", "--no-control-socket"),
        *("--bind", f"127.0.0.1:{port}", "--threads", "4", "--log-level", "warning"),
    ]
    with (
        _running(gunicorn, environment, folder / "web.log") as web,
        _running(["jadelite.cli", "worker", "run"], environment, folder / "worker.log"),
    ):
        address = f"http://127.0.0.1:{port}"
        _wait_until_up(address, web, folder / "web.log")
        yield Site(address, database, environment["JADELITE_SECRET_KEY"])
    database.close()
    for name in ("web.log", "worker.log"):
        log = (folder / name).read_text()
        assert "Traceback" not in log, log


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests; each visitor gets a profile of its own in it."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("no chromium on PATH; run: sh tests/browser/need-chromium.sh")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def make_visitor(site: Site, chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """`make_visitor("fa", width=360)`: a fresh person; their browser is closed after the test."""
    contexts = []

    def make(
        language: str = "en",
        *,
        width: int = 1280,
        color_scheme: str = "light",
        is_javascript_on: bool = True,
        is_touch: bool = False,
    ) -> Visitor:
        context = chromium.new_context(
            locale=language,
            viewport={"width": width, "height": 800},
            color_scheme=color_scheme,
            java_script_enabled=is_javascript_on,
            has_touch=is_touch,
            is_mobile=is_touch,
            reduced_motion="reduce",
            service_workers="block",
        )
        context.set_default_timeout(WAIT_MILLISECONDS)
        contexts.append(context)
        return Visitor(site, context.new_page(), language)

    yield make
    for context in contexts:
        context.close()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(
    module: list[str], environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", *module],
            env=environment,
            cwd=log.parent,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait_until_up(address: str, web: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and web.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the web server did not come up:\n{log.read_text()}")

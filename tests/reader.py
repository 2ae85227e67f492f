"""A reader of pages: a test client that keeps cookies and fills in forms as a browser does."""

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from jadelite.web import task_numbers
from jadelite.web.task_numbers import TaskNumbers

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Reader:
    """One person with one browser, without JavaScript."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.page: TestResponse | None = None
        self.token = ""

    @property
    def text(self) -> str:
        """The page as it came."""
        assert self.page is not None
        return self.page.get_data(as_text=True)

    @property
    def path(self) -> str:
        """Where the reader is, after redirects."""
        assert self.page is not None
        return self.page.request.path

    @property
    def task_id(self) -> int:
        """The row number of the task in the address."""
        task_id = self._numbers.read(self.path.split("/")[2])
        assert task_id is not None
        return task_id

    def address_of(self, task_id: int) -> str:
        """Where a task is judged."""
        return f"/tasks/{self._numbers.shown(task_id)}"

    @property
    def _numbers(self) -> TaskNumbers:
        found: TaskNumbers = self.client.application.extensions[task_numbers.KEY]
        return found

    @property
    def words(self) -> str:
        """The page's visible text."""
        return self.words_without("script", "style", "svg")

    def words_without(self, *elements: str) -> str:
        """The page's text outside of these elements."""
        body = self.text.split("<body>", 1)[-1]
        pattern = rf"<({'|'.join(elements)})\b.*?</\1>"
        body = re.sub(pattern, " ", body, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())

    def get(self, path: str, **options: object) -> "Reader":
        """Open an address."""
        self.page = self.client.get(path, follow_redirects=True, **options)
        self._remember()
        return self

    def post(self, path: str, *, follow: bool = True, **fields: str) -> "Reader":
        """Send a form with the token of the page before."""
        data = {"csrf_token": self.token, **{k.replace("__", "-"): v for k, v in fields.items()}}
        self.page = self.client.post(path, data=data, follow_redirects=follow)
        self._remember()
        return self

    def judge(self, damaging: str = "yes", goodfaith: str = "no", note: str = "") -> "Reader":
        """Answer the questions on the review page one is on."""
        fields = {"answer-damaging": damaging, "answer-goodfaith": goodfaith, "note": note}
        return self.post(self.path, **fields)

    def _remember(self) -> None:
        found = TOKEN.search(self.text) if self.page and self.page.is_json is False else None
        if found:
            self.token = found.group(1)

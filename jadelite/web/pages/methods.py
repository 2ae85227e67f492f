"""How every number is made: in the reader's language, and in the words of the code itself."""

from flask import Blueprint, render_template

from jadelite.audit import method_texts
from jadelite.web.auth import needs

pages = Blueprint("methods", __name__)


@pages.get("/methods")
@needs("read")
def index() -> str:
    """Every figure explained."""
    return render_template(
        "methods.html", in_code=method_texts.NAMES, coverage=method_texts.coverage()
    )


@pages.get("/methods/<name>")
@needs("read")
def show(name: str) -> str:
    """What the code says of one figure, word for word."""
    return render_template("method.html", name=name, texts=method_texts.of(name))

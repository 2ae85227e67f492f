"""What came of a campaign's labels, as the people who used them tell it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from urllib.parse import urlsplit

from jadelite.domain.errors import FieldError

UseKind = Literal["training", "threshold", "finding", "answer", "other"]
USE_KINDS: tuple[UseKind, ...] = get_args(UseKind)
MAX_USE_LENGTH = 2000
MAX_URL_LENGTH = 500
MAX_MODEL_LENGTH = 255
MAX_TAG_LENGTH = 35
_TAG = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class NewLabelUse:
    """A use about to be recorded.

    `model` is the model version it led to (name@version), `n_labels` how many labels were given
    out; None where that does not apply.
    """

    kind: str
    text: str
    language: str | None = None
    url: str | None = None
    model: str | None = None
    n_labels: int | None = None


@dataclass(frozen=True)
class LabelUse:
    """A recorded use; `snapshot` is the newest report when it was recorded."""

    kind: UseKind
    text: str
    language: str | None
    url: str | None
    model: str | None
    snapshot: str | None
    n_labels: int | None
    recorded_at: datetime
    recorded_by: str | None


def check_label_use(new: NewLabelUse) -> list[FieldError]:
    """Everything that is wrong with it."""
    found = []
    if new.kind not in USE_KINDS:
        found.append(
            FieldError(
                "kind", "bad-use-kind", f"kind is {new.kind!r}, expected {', '.join(USE_KINDS)}"
            )
        )
    if not new.text.strip():
        found.append(
            FieldError(
                "text", "bad-use-text", "text is empty, expected what was done with the labels"
            )
        )
    elif len(new.text) > MAX_USE_LENGTH:
        longest = f"{MAX_USE_LENGTH} characters at most"
        found.append(
            FieldError(
                "text",
                "bad-use-text",
                f"text is {len(new.text)} characters long, expected {longest}",
            )
        )
    if new.url is not None and not _is_web_address(new.url):
        found.append(
            FieldError(
                "url",
                "bad-use-url",
                "url is no web address, expected one that begins with https://",
            )
        )
    if "\0" in new.text:
        found.append(FieldError("text", "bad-character", "text holds the character NUL"))
    if new.language is not None and not _is_tag(new.language):
        detail = f"language is {new.language!r}, expected a tag such as fi"
        found.append(FieldError("language", "bad-language-tag", detail))
    if new.model is not None and not _is_version(new.model):
        found.append(
            FieldError("model", "bad-use-model", f"model is {new.model!r}, expected name@version")
        )
    return found


def _is_tag(language: str) -> bool:
    return len(language) <= MAX_TAG_LENGTH and _TAG.fullmatch(language) is not None


def _is_version(model: str) -> bool:
    return all(model.partition("@")) and model.isprintable() and len(model) <= MAX_MODEL_LENGTH


def _is_web_address(url: str) -> bool:
    if len(url) > MAX_URL_LENGTH or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)

"""What a coordinator asks for when a campaign is made, and what of it can't be right."""

from dataclasses import dataclass
from datetime import datetime

from jadelite.domain.errors import FieldError
from jadelite.domain.facets import EDITQUALITY
from jadelite.domain.names import is_slug
from jadelite.domain.texts import GUIDELINE, NAME, limit_of

MAX_K = 50
MAX_EXTRA = 5
MAX_DAILY_CAP = 1000
MIN_SAMPLE, MAX_SAMPLE = 2, 20_000


@dataclass(frozen=True)
class NewCampaign:
    """A campaign as asked for: which edits may be drawn, how many, judged by how many.

    `models` as name@version, of which the first makes the strata. The window is [from, to), None:
    without that end; `namespaces` None: all. `name` and `guideline` are in `language` (BCP 47).
    `max_extra` further reviewers where people split; `daily_cap` of one reviewer in 24 hours, None:
    as in the settings.
    """

    slug: str
    wiki: str
    models: tuple[str, ...]
    facet: str = EDITQUALITY.name
    window_from: datetime | None = None
    window_to: datetime | None = None
    namespaces: tuple[int, ...] | None = None
    with_bots: bool = False
    by_editor: bool = False
    with_content_only: bool = False
    n_planned: int = 200
    k: int = 3
    max_extra: int = 0
    daily_cap: int | None = None
    closes_at: datetime | None = None
    name: str | None = None
    guideline: str | None = None
    language: str = "en"


def check_new_campaign(new: NewCampaign, *, now: datetime) -> tuple[FieldError, ...]:
    """Everything that is wrong with it by itself; empty if nothing is."""
    return (*_check_what(new, now), *_check_counts(new), *_check_texts(new))


def _check_what(new: NewCampaign, now: datetime) -> list[FieldError]:
    wrong = []
    if not is_slug(new.slug):
        detail = f"name is {new.slug!r}, expected 2 to 60 small letters, digits and hyphens"
        wrong.append(FieldError("slug", "bad-slug", detail))
    if not new.models:
        detail = "no model version is named, expected at least one"
        wrong.append(FieldError("models", "no-model-chosen", detail))
    if new.window_from and new.window_to and new.window_from >= new.window_to:
        detail = f"the window ends at {new.window_to}, expected an end after {new.window_from}"
        wrong.append(FieldError("window_to", "bad-window", detail))
    if new.closes_at is not None and new.closes_at <= now:
        detail = f"it ends at {new.closes_at}, expected a time to come"
        wrong.append(FieldError("closes_at", "end-in-past", detail))
    return wrong


def _check_counts(new: NewCampaign) -> list[FieldError]:
    wrong = []
    if not MIN_SAMPLE <= new.n_planned <= MAX_SAMPLE:
        detail = f"{new.n_planned} edits are asked for, expected {MIN_SAMPLE} to {MAX_SAMPLE}"
        wrong.append(FieldError("n_planned", "bad-sample-size", detail))
    if not 1 <= new.k <= MAX_K:
        detail = f"k is {new.k}, expected 1 to {MAX_K} reviewers for each edit"
        wrong.append(FieldError("k", "bad-k", detail))
    if not 0 <= new.max_extra <= MAX_EXTRA:
        detail = f"{new.max_extra} further reviewers are asked for, expected 0 to {MAX_EXTRA}"
        wrong.append(FieldError("max_extra", "bad-extra", detail))
    if new.daily_cap is not None and not 1 <= new.daily_cap <= MAX_DAILY_CAP:
        detail = f"the daily cap is {new.daily_cap}, expected 1 to {MAX_DAILY_CAP}"
        wrong.append(FieldError("daily_cap", "bad-daily-cap", detail))
    return wrong


def _check_texts(new: NewCampaign) -> list[FieldError]:
    wrong = []
    for field, text in ((NAME, new.name), (GUIDELINE, new.guideline)):
        if text is not None and "\0" in text:
            wrong.append(FieldError(field, "bad-character", f"{field} holds the character NUL"))
        if text is not None and len(text) > limit_of(field):
            detail = f"{field} has {len(text)} characters, expected at most {limit_of(field)}"
            wrong.append(
                FieldError(
                    field, "guideline-too-long" if field == GUIDELINE else "text-too-long", detail
                )
            )
    if new.name is not None and len(new.name.splitlines()) > 1:
        wrong.append(FieldError(NAME, "not-one-line", "name has several lines, expected one"))
    return wrong

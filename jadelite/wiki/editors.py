"""What kind of editor made an edit: by the edit's own row and, for accounts, by today's facts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from jadelite.domain.edits import EditorKind
from jadelite.wiki.api import WikiApi
from jadelite.wiki.fields import (
    Row,
    has_flag,
    in_batches,
    inner,
    moment,
    rows,
    text,
    texts,
    whole,
)

MAX_USERS = 50  # numbers in one question to a wiki, for askers without rights
NEWCOMER_EDITS = 10
NEWCOMER_AGE = timedelta(days=4)
_TEMPORARY = re.compile(r"~2\d{3}-")  # ~2026-1234-56: the year, then a number


@dataclass(frozen=True)
class Account:
    """What a wiki tells of an account today; None where it doesn't."""

    n_edits: int | None
    registered_at: datetime | None
    is_bot: bool


def fetch_accounts(api: WikiApi, edit_rows: Iterable[Row]) -> dict[int, Account]:
    """The accounts of rows of edits, by user number, as far as they matter for `editor_kind`.

    Those that are no account any more are left out. Raises as `WikiApi.get` does.
    """
    numbers = {whole(row, "userid") or 0 for row in edit_rows if _kind_by_row(row) is None}
    found: dict[int, Account] = {}
    for batch in in_batches(sorted(numbers - {0}), MAX_USERS):
        for answer in api.pages(
            action="query", list="users", ususerids=batch, usprop="groups|editcount|registration"
        ):
            for row in rows(inner(answer, "query"), "users"):
                number = whole(row, "userid") or 0
                numbers.discard(number)
                if not has_flag(row, "missing") and not has_flag(row, "hidden"):
                    found[number] = _account(row)
    if numbers - {0}:
        raise api.bad_answer("said nothing of an editor that was asked for")
    return found


def editor_name(row: Row) -> str | None:
    """The name in a row of an edit; None where hidden, even when the name stands beside."""
    return None if has_flag(row, "userhidden") else text(row, "user")


def editor_kind(row: Row, accounts: dict[int, Account], edited_at: datetime | None) -> EditorKind:
    """The kind of editor of a row of an edit.

    A newcomer's account was younger than NEWCOMER_AGE at the edit, or has fewer than NEWCOMER_EDITS
    edits today: a wiki doesn't tell how many there were at the edit, so that of an old edit some
    newcomers count as registered. A bot is who is in the wiki's bot group today, or whose row says
    so; global bots are not known. "unknown" where the name is hidden, was imported with the edit
    from another wiki, or can't be told from an account.
    """
    by_row = _kind_by_row(row)
    if by_row is not None:
        return by_row
    number = whole(row, "userid")
    account = accounts.get(number or 0)
    if account is None:
        return "registered" if number else "unknown"
    if account.is_bot:
        return "bot"
    is_young = (
        edited_at is not None
        and account.registered_at is not None
        and edited_at - account.registered_at < NEWCOMER_AGE
    )
    has_few = account.n_edits is not None and account.n_edits < NEWCOMER_EDITS
    return "newcomer" if is_young or has_few else "registered"


def _kind_by_row(row: Row) -> EditorKind | None:
    """The kind where the row alone tells it; None for an account that must be looked up."""
    name, number = editor_name(row), whole(row, "userid")
    if name is None or ">" in name:  # "otherwiki>Name": no name of this wiki has that sign
        return "unknown"
    if has_flag(row, "bot"):
        return "bot"
    if has_flag(row, "temp") or _TEMPORARY.match(name):
        return "temporary"
    if has_flag(row, "anon") or number == 0 or (number is None and _is_address(name)):
        return "unregistered"
    return None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _account(row: Row) -> Account:
    return Account(
        n_edits=whole(row, "editcount"),
        registered_at=moment(row, "registration"),
        is_bot="bot" in texts(row, "groups"),
    )

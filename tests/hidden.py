"""What tests of hidden content share: canaries, and a look at every byte of the data folder."""

import json
import mmap
import os
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import factories
import pytest
from sqlalchemy import text

from jadelite.db import contents, edits, hiding, wikis
from jadelite.db.contents import NewContent
from jadelite.db.session import Database
from jadelite.domain.edits import Hidden
from jadelite.wiki import sites

WIKI = "fawiki"
ALL = Hidden(text=True, editor=True, comment=True)


def canaries() -> dict[str, str]:
    """Texts that stand nowhere else, one for each part; Latin and Persian letters in each."""
    names = ("before", "after", "comment", "editor", "note")
    return {name: f"canary-{name}-{uuid.uuid4().hex}-رازها" for name in names}


def plant(database: Database, now: datetime, *, rev_id: int = 1001, **options: object) -> dict:
    """An edit of a real wiki in an open campaign, with a canary in each part but the note."""
    words = canaries()
    line = factories.edit_line(
        rev_id,
        wiki=WIKI,
        text_before=f"one\n{words['before']}",
        text_after=f"one\n{words['after']}",
        comment=words["comment"],
    )
    factories.import_rows(database, "edits", [line], now)
    settings = {"n_edits": 1, "k": 2, "kind": "import", **options}
    factories.make_campaign(database, now, wiki=WIKI, first_rev_id=rev_id, **settings)
    with database.transaction() as session:
        edit_id = edits.ids_by_rev(session, wiki_id(session), [rev_id])[rev_id]
        contents.add(session, [NewContent(edit_id, editor_name=words["editor"])], now)
    return words


def wiki_id(session) -> int:
    """The row of the wiki these tests are about."""
    return wikis.ensure(session, sites.describe(WIKI))


def hide(database: Database, now: datetime, *rev_ids: int, hidden: Hidden = ALL) -> set[int]:
    """Hide revisions as an event does."""
    with database.transaction() as session:
        changes = [(rev_id, hidden, now) for rev_id in rev_ids]
        lost = hiding.apply(session, wiki_id(session), changes, now)
    database.scrub()
    return lost


def spellings(words: Mapping[str, str]) -> list[bytes]:
    """Each canary as UTF-8, as JSON escapes it, and its Latin middle alone."""
    found = []
    for word in words.values():
        escaped = json.dumps(word)[1:-1]
        found += [word.encode(), escaped.encode(), word.split("-")[2].encode()]
    return found


def data_folder(database: Database) -> Path:
    """Where the database keeps all its files. Skips where that is another machine."""
    if database.is_sqlite:
        return Path(database.url.removeprefix("sqlite:///")).parent
    if os.environ.get("JADELITE_TEST_POSTGRES_URL"):
        pytest.skip("the PostgreSQL server's files can't be looked at from here")
    with database.reading() as session:
        return Path(session.scalar(text("SHOW data_directory")))


def bytes_on_disk(database: Database, wanted: list[bytes]) -> set[bytes]:
    """Those byte strings that lie in any file of the data folder."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            link.exec_driver_sql("CHECKPOINT")
    found = set()
    for content in _files(data_folder(database)):
        found |= {word for word in wanted if content.find(word) >= 0}
    return found


def _files(folder: Path) -> Iterator[mmap.mmap]:
    for path in sorted(folder.rglob("*")):
        try:
            if not path.is_file() or not path.stat().st_size:
                continue
            with (
                path.open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
            ):
                yield content
        except FileNotFoundError:  # other tests' databases come and go in the same server
            continue

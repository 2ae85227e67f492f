"""How long a draw of 1,000 edits takes from a frame of 1,000,000 scored ones, and its plan.

Fresh databases, SQLite and, where there is one, PostgreSQL (as in `imports`). Beside the draw is
a yardstick of the same run: one SELECT that counts the frame and one that fetches the same four
columns of the same rows with the bare driver. The goal is below 5 seconds on either.
"""

import sys
import time
from pathlib import Path

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # factories is a module of the tests
sys.path.insert(0, str(Path(__file__).parent))

from imports import NOW, postgres_pair, sqlite_pair

from jadelite.audit import drawing, planning
from jadelite.db import campaigns, facets, frames, scores, wikis
from jadelite.db.campaigns import NewCampaignRow
from jadelite.db.session import Database
from jadelite.domain.planning import FrameWanted, Wanted
from jadelite.domain.scores import ModelVersion
from jadelite.wiki import sites

N_FRAME = 1_000_000
N_DRAWN = 1_000
WIKI = "fiwiki"
MODEL = ModelVersion("damaging", "0.5.1", "damaging", "true")
FRAME = FrameWanted(WIKI, MODEL.name, is_by_editor=True)

_NUMBERS = {
    True: "WITH RECURSIVE counted(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted"
    " WHERE i < {n})",
    False: "WITH counted(i) AS (SELECT generate_series(1, {n}))",
}
# A fifth are newcomers; scores crowd near 0, as on wikis.
_EDITS = (
    "INSERT INTO edit (wiki_id, rev_id, page_title, namespace, edited_at, size_change, editor_kind,"
    " is_text_hidden, is_editor_hidden, is_comment_hidden, added_at) {numbers}"
    " SELECT :wiki, 7 * i, 'Sivu ' || i, i % 3, :at, i % 900 - 300,"
    " CASE WHEN i % 5 = 0 THEN 'newcomer' ELSE 'registered' END, :no, :no, :no, :at FROM counted"
)
_SCORES = (
    "INSERT INTO score (edit_id, model_version_id, prediction, probability, probabilities, source,"
    " answer_digest, stored_at)"
    " SELECT edit_id, :version, 'false', x * x * x * x, :pair, 'liftwing', :digest, :at FROM"
    " (SELECT edit_id, ((rev_id * 7919) % 1000003) / 1000003.0 AS x FROM edit) AS drawn"
)
_COUNT = "SELECT count(*) FROM edit JOIN score USING (edit_id) WHERE wiki_id = {wiki}"
_FETCH = (
    "SELECT edit_id, rev_id, probability, editor_kind FROM edit JOIN score USING (edit_id)"
    " WHERE wiki_id = {wiki}"
)


def fill(database: Database) -> int:
    """Store the frame and plan a campaign on it; the wiki's row number."""
    with database.transaction() as session:
        facets.ensure_builtin(session, "editquality", NOW)
        wiki_id = wikis.ensure(session, sites.describe(WIKI))
        version_id = scores.ensure_version(session, MODEL, NOW)
        at = NOW.replace(tzinfo=None).isoformat(" ") if database.is_sqlite else NOW
        numbers = _NUMBERS[database.is_sqlite].format(n=N_FRAME)
        session.execute(
            text(_EDITS.format(numbers=numbers)), {"wiki": wiki_id, "at": at, "no": False}
        )
        session.execute(
            text(_SCORES),
            {
                "version": version_id,
                "pair": '{"true": 0.1, "false": 0.9}',
                "digest": "0" * 64,
                "at": at,
            },
        )
        campaign_id = campaigns.create(
            session,
            slug="a-large-one",
            wiki_id=wiki_id,
            kind="audit",
            state="draft",
            k=3,
            facet="editquality",
            now=NOW,
            more=NewCampaignRow(n_planned=N_DRAWN),
        )
        frames.plan(session, campaign_id, FRAME, n_edits=0, n_unscored=0)
    if not database.is_sqlite:
        with database.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            connection.exec_driver_sql("ANALYZE")
    return wiki_id


def time_yardstick(database: Database, wiki_id: int) -> float:
    """Seconds to count the frame and to fetch its rows, without building anything of them."""
    with database.reading() as session:
        cursor = session.connection().connection.cursor()
        started = time.perf_counter()
        cursor.execute(_COUNT.format(wiki=wiki_id))
        cursor.fetchone()
        cursor.execute(_FETCH.format(wiki=wiki_id))
        while cursor.fetchmany(20_000):
            pass
        return time.perf_counter() - started


def measure(name: str, database: Database) -> None:
    """Print one line: the plan, the draw, the yardstick."""
    wiki_id = fill(database)
    floor = time_yardstick(database, wiki_id)
    started = time.perf_counter()
    plan = planning.preview(database, Wanted(FRAME, N_DRAWN, 3))
    planned = time.perf_counter()
    drawn = drawing.draw(database, "a-large-one", now=NOW)
    done = time.perf_counter()
    if (drawn.n_edits, drawn.n_drawn, plan.n_drawn) != (N_FRAME, N_DRAWN, N_DRAWN):
        raise SystemExit(f"{name}: drew {drawn.n_drawn} of {drawn.n_edits}")
    seconds = done - planned
    print(
        f"{name:<11}{N_FRAME:>10,}{N_DRAWN:>7,}{len(drawn.strata):>8}{planned - started:>9.2f}"
        f"{seconds:>9.2f}{floor:>14.2f}{seconds / floor:>9.1f}x"
    )


def main() -> None:
    """Measure both databases and print the table."""
    print("database        frame  drawn  strata   plan s   draw s   yardstick s   slower")
    with sqlite_pair() as (database, _):
        measure("SQLite", database)
    with postgres_pair() as found:
        if found is None:
            print("PostgreSQL: not measured (no server)")
        else:
            measure("PostgreSQL", found[0])


if __name__ == "__main__":
    main()

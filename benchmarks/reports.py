"""How long a report over 1,000,000 judgments takes, and reading it, and the running figures.

Fresh databases, SQLite and, where there is one, PostgreSQL (as in `imports`): a drawn campaign of
333,334 edits in ten strata, three judgments of each on two questions by 2,000 reviewers, a model
for each question; beside it one of 10,000 judgments. Yardstick of the same run: the bare driver
fetches the judgments with their two answers in one SELECT, and builds nothing of them. Goals: the
first computation below 10 seconds, reading it again below 50 ms, running figures of the large
campaign at most 1.5 times those of the small one.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # factories is a module of the tests
sys.path.insert(0, str(Path(__file__).parent))

from imports import NOW, postgres_pair, sqlite_pair

from jadelite.audit import reporting, reports
from jadelite.db import campaigns, facets, scores, snapshots, tallies, wikis
from jadelite.db.session import Database, Session
from jadelite.domain.scores import ModelVersion
from jadelite.wiki import sites

K = 3
N_EDITS = {"small": 3_334, "large": 333_334}
N_REVIEWERS = 2_000
N_STRATA = 10
ROUNDS = 15
WIKI = "fiwiki"
MODELS = tuple(
    ModelVersion(question, "0.5.1", question, "true") for question in ("damaging", "goodfaith")
)

_NUMBERS = {
    True: "WITH RECURSIVE counted(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM counted"
    " WHERE i + 1 < {n})",
    False: "WITH counted(i) AS (SELECT generate_series(0, {n} - 1))",
}
# Spread evenly, the same on both databases: none of them has a random number that can be repeated.
_HASH = "((({0}) * 7919 + {1}) % 1000003)"
_MOMENT = {
    True: "strftime('%Y-%m-%d %H:%M:%S', 1790000000 + ({0}), 'unixepoch') || '.{1}'",
    False: "to_timestamp(1790000000 + ({0})) + interval '0.{1} s'",
}
_REVIEWERS = (
    "INSERT INTO reviewer (pseudonym, issuer, subject, kind, session_epoch, joined_at) {numbers}"
    " SELECT 'r' || i, 'benchmark', 's' || i, 'person', 0, :now FROM counted"
)
_EDITS = (
    "INSERT INTO edit (wiki_id, rev_id, page_title, namespace, edited_at, size_change, tags,"
    " editor_kind, is_text_hidden, is_editor_hidden, is_comment_hidden, added_at) {numbers}"
    " SELECT :wiki, :first + 7 * i, 'Sivu ' || i, i % 3, {at}, i % 900 - 300,"
    " CASE WHEN i % 4 = 0 THEN '[\"mobile edit\"]' ELSE '[]' END {json},"
    " CASE WHEN i % 5 = 0 THEN 'newcomer' ELSE 'registered' END, :no, :no, :no, :now FROM counted"
)
_SCORES = (
    "INSERT INTO score (edit_id, model_version_id, prediction, probability, source, answer_digest,"
    " stored_at) SELECT edit_id, :version, 'false', {score}, 'liftwing', :digest, :now FROM edit"
    " WHERE rev_id >= :first AND rev_id < :last"
)
_TASKS = (
    "INSERT INTO task (campaign_id, edit_id, stratum_id, stream, repeat_no, inclusion_probability,"
    " n_judgments, n_wanted, place, drawn_at) SELECT :campaign, edit_id, :stratum + (rev_id % 10),"
    " 'probability', 0, 0.5, :k, :k, rev_id, :now FROM edit"
    " WHERE rev_id >= :first AND rev_id < :last"
)
_JUDGMENTS = (
    "INSERT INTO judgment (task_id, reviewer_id, revision, action, score_seen, peers_seen,"
    " ui_language, guideline_version, shown_at, answered_at, stored_at, client_key, origin)"
    " {numbers}, held AS (SELECT min(task_id) AS first FROM task WHERE campaign_id = :campaign)"
    " SELECT held.first + i / {k}, :reviewer + (i * 7 + i / 2000) % {n_reviewers}, 1, 'judge',"
    " 'no', 'no', CASE WHEN i % 3 = 0 THEN 'sv' ELSE 'fi' END, 1, {shown}, {answered}, :now,"
    " :campaign || ':' || i, 'web' FROM counted, held"
)
_ANSWERS = (
    "INSERT INTO answer (judgment_id, question_id, value) SELECT judgment_id, :question,"
    " CASE WHEN {doubt} < 40000 THEN 'unsure' WHEN {doubt} < :share * {score} * 1000003"
    " THEN 'yes' ELSE 'no' END FROM judgment JOIN task USING (task_id) JOIN edit USING (edit_id)"
    " WHERE campaign_id = :campaign"
)
_FETCH = (
    "SELECT judgment.task_id, reviewer_id, revision, action, score_seen, peers_seen, origin,"
    " ui_language, guideline_version, shown_at, answered_at, a.value, b.value"
    " FROM task JOIN judgment ON judgment.task_id = task.task_id"
    " LEFT JOIN answer AS a ON a.judgment_id = judgment.judgment_id AND a.question_id = {a}"
    " LEFT JOIN answer AS b ON b.judgment_id = judgment.judgment_id AND b.question_id = {b}"
    " WHERE campaign_id = {campaign}"
)


@dataclass(frozen=True)
class Made:
    """Row numbers of a campaign that was filled, and of the questions."""

    campaign_id: int
    questions: tuple[int, int]


def fill(database: Database, slug: str, n_edits: int, first: int) -> Made:
    """Store a drawn campaign with all its judgments; revisions from `first` on."""
    is_sqlite = database.is_sqlite
    now = NOW.replace(tzinfo=None).isoformat(" ") if is_sqlite else NOW
    with database.transaction() as session:
        facets.ensure_builtin(session, "editquality", NOW)
        wiki_id = wikis.ensure(session, sites.describe(WIKI))
        versions = [scores.ensure_version(session, model, NOW) for model in MODELS]
        campaign_id = campaigns.create(
            session,
            slug=slug,
            wiki_id=wiki_id,
            kind="audit",
            state="closed",
            k=K,
            facet="editquality",
            now=NOW,
        )

        def run(statement: str, n: int = 1, **values: object) -> None:
            numbers = _NUMBERS[is_sqlite].format(n=n)
            session.execute(text(statement.replace("{numbers}", numbers)), values)

        whose = session.execute(text("SELECT min(reviewer_id) FROM reviewer")).scalar()
        if whose is None:
            run(_REVIEWERS, N_REVIEWERS, now=now)
            whose = session.execute(text("SELECT min(reviewer_id) FROM reviewer")).scalar()
        at = _MOMENT[is_sqlite].format("i * 20", "0")
        edits = _EDITS.replace("{at}", at).replace("{json}", "" if is_sqlite else "::json")
        run(edits, n_edits, wiki=wiki_id, first=first, no=False, now=now)
        span = {"first": first, "last": first + 7 * n_edits}
        for number, version in enumerate(versions):
            x = f"({_HASH.format('rev_id', number)} / 1000003.0)"
            score = f"{x} * {x} * {x}" if number == 0 else f"1 - {x} * {x}"
            statement = _SCORES.format(score=score)
            run(statement, version=version, digest="0" * 64, now=now, **span)
        stratum = _design(session, campaign_id, versions[0], n_edits)
        run(_TASKS, campaign=campaign_id, stratum=stratum, k=K, now=now, **span)
        shown = _MOMENT[is_sqlite].format("i * 5", "25")
        answered = _MOMENT[is_sqlite].format("i * 5 + 20 + i % 40", "5")
        statement = (
            _JUDGMENTS.replace("{k}", str(K))
            .replace("{n_reviewers}", str(N_REVIEWERS))
            .replace("{shown}", shown)
            .replace("{answered}", answered)
        )
        run(statement, K * n_edits, campaign=campaign_id, reviewer=whose, now=now)
        questions = []
        for number, model in enumerate(MODELS):
            name = "SELECT question_id FROM question WHERE name = :name"
            question = int(session.execute(text(name), {"name": model.question}).scalar_one())
            x = f"({_HASH.format('rev_id', number)} / 1000003.0)"
            score = f"{x} * {x} * {x}" if number == 0 else f"(1 - {x} * {x})"
            doubt = _HASH.format("judgment_id", 17 + number)
            statement = _ANSWERS.format(doubt=doubt, score=score)
            run(statement, campaign=campaign_id, question=question, share=0.9)
            questions.append(question)
        tallies.recount(session, campaign_id)
    if not is_sqlite:
        with database.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            connection.exec_driver_sql("ANALYZE")  # as the server does by itself, a minute later
    return Made(campaign_id, (questions[0], questions[1]))


def _design(session: Session, campaign_id: int, version_id: int, n_edits: int) -> int:
    """A frame of twice the edits, a design and its strata; the first stratum's row number."""
    frame = session.execute(
        text(
            "INSERT INTO frame (campaign_id, n_edits, n_unscored) VALUES (:campaign, :n, 0)"
            " RETURNING frame_id"
        ),
        {"campaign": campaign_id, "n": 2 * n_edits},
    ).scalar_one()
    design = session.execute(
        text(
            "INSERT INTO design (frame_id, stream, allocation, model_version_id, is_by_editor,"
            " seed, drawn_at) VALUES (:frame, 'probability', 'half-neyman', :version, :no, 1, :at)"
            " RETURNING design_id"
        ),
        {"frame": frame, "version": version_id, "no": False, "at": NOW.isoformat(" ")[:26]},
    ).scalar_one()
    strata = [
        session.execute(
            text(
                "INSERT INTO stratum (design_id, label, n_edits, n_drawn) VALUES"
                " (:design, :label, :big, :small) RETURNING stratum_id"
            ),
            {
                "design": design,
                "label": f"part {number}",
                "big": 2 * -(-n_edits // N_STRATA),
                "small": -(-n_edits // N_STRATA),
            },
        ).scalar_one()
        for number in range(N_STRATA)
    ]
    return int(strata[0])


def time_yardstick(database: Database, made: Made) -> float:
    """Seconds in which the bare driver fetches the judgments and their answers."""
    with database.reading() as session:
        cursor = session.connection().connection.cursor()
        started = time.perf_counter()
        first, second = made.questions
        cursor.execute(_FETCH.format(a=first, b=second, campaign=made.campaign_id))
        while cursor.fetchmany(20_000):
            pass
        return time.perf_counter() - started


def middle(act: Callable[[], object]) -> float:
    """Median seconds of ROUNDS calls."""
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def running(database: Database, slug: str) -> Callable[[], object]:
    """What the campaign page reads of running figures."""

    def act() -> None:
        with database.reading() as session:
            (found,) = campaigns.progress(session, 1, slug)
            campaigns.n_reviewers(session, found.campaign.campaign_id)

    return act


def measure(name: str, database: Database) -> None:
    """Print the lines of one database."""
    started = time.perf_counter()
    made = {
        slug: fill(database, slug, n, 10**9 * (place + 1))
        for place, (slug, n) in enumerate(N_EDITS.items())
    }
    print(f"{name}: built in {time.perf_counter() - started:.0f} s")
    floor = time_yardstick(database, made["large"])
    print(f"  bare driver, one SELECT {floor:>10.2f} s")
    with database.reading() as session:
        (progress,) = campaigns.progress(session, 1, "large")
        started = time.perf_counter()
        snapshots.load(session, progress.campaign)
        print(f"  loading the snapshot    {time.perf_counter() - started:>10.2f} s")
    started = time.perf_counter()
    reporting.compute(database, "large", now=NOW)
    took = time.perf_counter() - started
    print(f"  first computation       {took:>10.2f} s   (goal: 10; {took / floor:.1f} SELECTs)")
    seconds = middle(lambda: reports.report_page(database, "large"))
    print(f"  reading it again        {seconds * 1000:>10.2f} ms  (goal: 50)")
    small, large = middle(running(database, "small")), middle(running(database, "large"))
    print(
        f"  running figures         {small * 1000:>10.2f} ms at 10,000 judgments,"
        f" {large * 1000:.2f} ms at 1,000,000: {large / small:.2f} times (goal: 1.5)"
    )


def main() -> None:
    """Measure both databases."""
    with sqlite_pair() as (database, _):
        measure("SQLite", database)
    with postgres_pair() as found:
        if found is None:
            print("PostgreSQL: not measured (no server)")
        else:
            measure("PostgreSQL", found[0])


if __name__ == "__main__":
    main()

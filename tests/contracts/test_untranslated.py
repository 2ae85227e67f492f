"""With `uselang=qqx` every word that is marked stands in brackets; nothing else may be a word."""

import re

import factories

from jadelite.domain.scores import FAILURE_REASONS

BRACKETS = re.compile("⧼[^⧼⧽]*⧽")
# Data and names, which no catalog translates.
DATA = re.compile(
    r"jadelite|JSON|R-[0-9A-Z]{7}|an? summary|one line|another( longer)? line|longer|Page \d+|"
    r"damaging@1\.0\.0|a-campaign|UTC|November|October|Enter|Esc|AM|PM|العربية|català|English|فارسی|suomi|"
    r"Error \d+|\b[NS]\b|\bn\b|[0-9a-f]{16}|\d+\.\d+\.\d+|Persian|at"
)


def test_no_visible_word_is_left_unmarked(services, new_app_reader) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=3, k=4)
    reader = new_app_reader
    seen = {}
    reader.get("/")
    seen["/"] = leftovers(reader.get("/?uselang=qqx").words)
    reader.post("/campaigns/a-campaign/start")
    task = reader.path
    seen["review"] = leftovers(reader.get(f"{task}?uselang=qqx").words)
    reader.judge()
    seen["reveal"] = leftovers(reader.get(f"{task}/reveal?uselang=qqx").words)
    for path in (
        "/campaigns/a-campaign",
        "/campaigns/a-campaign/sitting",
        "/campaigns/a-campaign/guideline",
        "/reports/a-campaign",
        "/methods",
        "/account",
        "/mine",
        "/mine/preferences",
        "/edits/sample-fa/1001",
        "/nope",
    ):
        reader.get(f"{path}?uselang=qqx")
        seen[path] = leftovers(reader.words_without("script", "style", "svg", "code"))
    assert {path: words for path, words in seen.items() if words} == {}


def test_why_there_is_no_score_leaves_no_word_unmarked(services, new_app_reader, now) -> None:
    factories.make_campaign(services.database, now, n_edits=1, probability=None)
    lines = []
    for number, reason in enumerate(FAILURE_REASONS):
        failure = {"reason": reason, "detail": "7"}
        line = factories.score_line(model=f"{number}-damaging", failure=failure)
        del line["probabilities"], line["prediction"]
        lines.append(line)
    value = factories.score_line(model="reference-need", value=0.5)
    del value["probabilities"], value["prediction"]
    summary = factories.import_rows(services.database, "scores", [*lines, value], now)
    assert summary.n_bad == 0
    reader = new_app_reader
    reader.get("/").post("/campaigns/a-campaign/start").judge()
    names = re.compile(r"\d-damaging|reference-need@1\.0\.0")
    assert leftovers(names.sub("", reader.get(f"{reader.path}?uselang=qqx").words)) == []
    reader.get("/account").post("/account/role", role="operator")
    told = reader.get("/operator?uselang=qqx").words
    assert (
        leftovers(re.sub(rf"{names.pattern}|sample-fa|operator|compute-report:\d+", "", told)) == []
    )


def test_the_report_leaves_no_word_unmarked(services, new_app_reader, now) -> None:
    from jadelite.audit import reporting  # noqa: PLC0415

    lines = [
        factories.judgment_line(rev, reviewer=who, campaign="a-campaign")
        for rev in (1, 2, 3)
        for who in "ab"
    ]
    factories.import_rows(services.database, "judgments", lines, now)
    scores = [factories.score_line(rev, 0.95) for rev in (1, 2, 3)]
    factories.import_rows(services.database, "scores", scores, now)
    reporting.compute(services.database, "a-campaign", now=now)
    reader = new_app_reader.get("/reports/a-campaign?uselang=qqx")
    names = ("script", "style", "svg", "code", "bdi")  # files, models, wikis
    assert leftovers(reader.words_without(*names)) == []


def leftovers(words: str) -> list[str]:
    """What is neither in brackets nor known data and still has letters."""
    rest = BRACKETS.sub(" ", words)
    # A message with a value in it: the brackets stand around both.
    while BRACKETS.search(rest):
        rest = BRACKETS.sub(" ", rest)
    return re.findall(r"[^\W\d_]{2,}", DATA.sub(" ", rest))

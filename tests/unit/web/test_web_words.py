"""The glossary: every name and code that can reach a page has words, and no word is idle."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from functools import cache
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from flask import Flask

import jadelite
from jadelite.audit import method_texts
from jadelite.audit.campaigns import DRAWN_STREAMS
from jadelite.config import load_settings
from jadelite.domain import model_reports, reports
from jadelite.domain.campaigns import CampaignState
from jadelite.domain.edits import EDITOR_KINDS
from jadelite.domain.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
)
from jadelite.domain.facets import FACETS, QUESTIONS
from jadelite.domain.figures import Figure
from jadelite.domain.judgments import MAX_NOTE_LENGTH, REASON_TAGS, SKIP_REASONS
from jadelite.domain.label_uses import USE_KINDS
from jadelite.domain.model_reports import LIST_NAMES, Target, Treatment
from jadelite.domain.people import DEFAULT_KEYS, DEMO_ROLES, ROLES
from jadelite.domain.planning import Assumption, SecondsOrigin
from jadelite.domain.sampling import EDITOR_GROUPS, OTHER
from jadelite.domain.scores import FAILURE_REASONS
from jadelite.domain.texts import OwnTexts, blocks, campaign_keys
from jadelite.scoring.service_cards import Question
from jadelite.web import words, words_campaigns, words_figures, words_forms, words_reports
from jadelite.web.app import create_app
from jadelite.wiring import Services

PACKAGE = Path(jadelite.__file__).parent
ERRORS = ("Invalid", "NotFound", "Forbidden", "Conflict", "Unavailable")

# Raised by use cases that only commands and the worker call: imports, making campaigns, loading the
# sample, asking services outside, measuring files, gates, bounds, labels for training.
COMMAND_LINE_ONLY = {
    "bad-bound",
    "bad-csv",
    "bad-discussion",
    "bad-every",
    "bad-gzip",
    "bad-k",
    "bad-question",
    "bad-recent",
    "bad-recording",
    "bad-request",
    "bad-sample",
    "bad-since",
    "bad-slug",
    "bad-weight",
    "drawn-meanwhile",
    "folder-in-use",
    "frame-changed",
    "invalid-guardrail",
    "invalid-line",
    "model-without-scores",
    "no-bounds",
    "no-column",
    "no-edits",
    "no-guardrail",
    "no-judgments",
    "no-labels",
    "no-model",
    "not-a-drawn-stream",
    "not-planned",
    "not-scrubbed",
    "nothing-left",
    "other-wiki",
    "practice-comes-last",
    "sample-too-small",
    "slug-taken",
    "source-unavailable",
    "stream-broken",
    "too-many",
    "too-many-labels",
    "too-many-streams",
    "unknown-project",
    "version-not-ours",
    "wiki-unavailable",
}
GLOSSARY = {
    name: getattr(words, name)
    for name in (
        "QUESTIONS", "QUESTION_HELP", "QUESTIONS_SHORT", "LABELS", "EDITOR_KINDS", "SKIP_REASONS",
        "KEY_JOBS", "ROLES", "ROLE_HELP", "OTHER_OUTPUTS", "NO_SCORE", "NO_SCORE_SHORT",
        "NO_DIFF", "SERVICE_STATES", "WORK_STATES", "_ERRORS", "_FIELDS",
    )
}  # fmt: skip
GLOSSARY |= {f"forms.{name}": getattr(words_forms, name) for name in ("TAGS", "TEXT_PARTS")}
GLOSSARY |= {
    f"figures.{name}": getattr(words_figures, name)
    for name in ("FIGURES", "FIGURE_HELP", "METHODS", "UNWEIGHTED", "REASONS", "COVERED")
}
GLOSSARY |= {
    f"reports.{name}": getattr(words_reports, name)
    for name in (
        "TREATMENTS", "TARGETS", "TARGET_HELP", "LIGHTS", "DOUBTS", "LISTS", "LIST_HELP", "WHY",
        "DIMENSIONS", "SECTIONS", "SIDES", "BOUND_STATES", "USES", "FILES", "NO_PROMISE", "MARKS",
        "LEVELS",
    )
}  # fmt: skip
GLOSSARY |= {
    f"campaigns.{name}": getattr(words_campaigns, name)
    for name in (
        "STATES", "STATE_HELP", "SAMPLES", "FACETS", "EDITOR_GROUPS", "ESTIMATES", "ASSUMPTIONS",
        "SECONDS_ORIGINS",
    )
}  # fmt: skip


@dataclass(frozen=True)
class Raised:
    """A domain error as the source raises it: its code and the names of its values."""

    code: str
    values: frozenset[str]


def modules(room: str) -> list[Path]:
    """The files of a room or of one module, by dotted name."""
    path = PACKAGE / room.replace(".", "/")
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def calls(paths: list[Path]) -> Iterator[tuple[str, ast.Call]]:
    for path in paths:
        for node in nodes(path):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                yield name, node


def text_of(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def raised_in(*rooms: str) -> list[Raised]:
    """Domain errors raised in these rooms. A code that is no literal would hide from this test."""
    found = []
    for name, call in calls([path for room in rooms for path in modules(room)]):
        if name in ERRORS:
            code = text_of(call.args[0]) if call.args else None
            assert code is not None, ast.unparse(call)
            extra = {word.arg for word in call.keywords if word.arg}
            found.append(Raised(code, frozenset(extra - {"fields", "retry_after_seconds"})))
    return found


def codes_in(*rooms: str) -> set[str]:
    return {error.code for error in raised_in(*rooms)}


def imported_by(path: Path) -> set[Path]:
    """Files of the package that a file imports."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("jadelite"):
            base = PACKAGE.parent / str(node.module).replace(".", "/")
            found |= {base.with_suffix(".py"), *(base / f"{a.name}.py" for a in node.names)}
    return {path for path in found if path.is_file()}


def reached_by_web() -> set[Path]:
    """Files of the package that a web process loads."""
    reached: set[Path] = set()
    waiting = set(modules("web"))
    while waiting:
        path = waiting.pop()
        reached.add(path)
        waiting |= imported_by(path) - reached
    return reached


def codes_of_estimates() -> tuple[set[str], set[str]]:
    """Reason codes and method codes that `metrics` and the making of reports can produce."""
    reasons: set[str] = set()
    methods: set[str] = set()
    paths = [*modules("metrics"), *modules("report")]
    for name, call in calls(paths):
        given = {word.arg: word.value for word in call.keywords}
        if name in ("refused", "no_figure"):
            reasons |= literals(call.args[0])
        if name == "Figure":
            for position, node in enumerate(call.args[4:6]):
                (methods if position == 0 else reasons).update(literals(node))
        reasons |= literals(given.get("reason"))
        methods |= literals(given.get("method"))
    for path in paths:
        for node in nodes(path):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).lower() == "method":
                methods |= literals(node.value)
    return reasons, methods


def literals(node: ast.AST | None) -> set[str]:
    """Texts that an expression can give: a literal, or either side of a condition."""
    if isinstance(node, ast.IfExp):
        return literals(node.body) | literals(node.orelse)
    text = text_of(node)
    return set() if text is None else {text}


@pytest.fixture(scope="module")
def app() -> Flask:
    """The application without a database: what asks for one fails."""
    settings = load_settings(environment="test", secret_key="a-key-for-tests-only-0123456789")
    return create_app(Services(settings, None, None))  # type: ignore[arg-type]


@pytest.fixture
def english(app):
    with app.test_request_context("/methods?uselang=en"):
        yield


def test_every_question_has_words_a_help_and_a_short_name():
    assert set(words.QUESTIONS) == set(words.QUESTION_HELP) == set(words.QUESTIONS_SHORT)
    assert set(words.QUESTIONS) == set(QUESTIONS)


def test_every_label_of_every_question_has_words():
    offered = {label for question in QUESTIONS.values() for label in question.labels}

    assert set(words.LABELS) == offered


def test_every_kind_of_editor_reason_to_skip_and_role_has_words():
    assert set(words.EDITOR_KINDS) == set(EDITOR_KINDS)
    assert set(words.SKIP_REASONS) == set(SKIP_REASONS)
    assert set(words.KEY_JOBS) == set(DEFAULT_KEYS)
    assert set(words.ROLES) == set(ROLES)
    assert set(words.ROLE_HELP) == set(DEMO_ROLES)


def test_every_reason_why_there_is_no_score_has_a_sentence_with_the_model_and_a_short_word():
    assert set(words.NO_SCORE) == set(words.NO_SCORE_SHORT) == set(FAILURE_REASONS)
    for sentence in words.NO_SCORE.values():
        assert re.findall(r"%\((\w+)\)s", sentence._args[0]) == ["model"]


def test_the_name_in_a_sentence_is_escaped_and_kept_apart(english):
    told = words.no_score_sentence("transient", "<x>")

    assert told.startswith('<bdi dir="ltr">&lt;x&gt;</bdi> has not scored this edit')


def test_everything_that_models_of_services_tell_has_a_short_name(english):
    for question in get_args(Question):
        assert words.question_short(question) != question
    assert words.question_short("sparkle") == "sparkle"


def test_every_reason_why_there_is_no_diff_has_words():
    told = {text_of(call.args[0]) for name, call in calls(modules("wiki")) if name == "NoDiff"}

    assert {reason for reason in told if reason} <= set(words.NO_DIFF)
    assert {None, "hidden", "missing", "too-large", "not-text", "transient"} == set(words.NO_DIFF)


def test_every_state_of_services_and_work_has_words_and_a_sign_of_its_own():
    for states, signs in (
        (words.SERVICE_STATES, words.SERVICE_SIGNS),
        (words.WORK_STATES, words.WORK_SIGNS),
    ):
        assert set(states) == set(signs)
        assert len(set(signs.values())) == len(signs)


def figures_of_reports() -> set[str]:
    """The names of all fields of a report that are figures."""
    parts = [
        part
        for module in (reports, model_reports)
        for part in vars(module).values()
        if is_dataclass(part) and part is not Figure
    ]
    return {name for part in parts for name, kind in get_type_hints(part).items() if kind is Figure}


def test_every_figure_of_a_report_has_a_name_and_an_explanation():
    found = figures_of_reports()

    assert {"precision", "krippendorff_alpha"} <= found
    assert set(words_figures.FIGURES) == set(words_figures.FIGURE_HELP) == found
    assert set(words_figures.KINDS) <= found


def test_every_name_that_leading_a_campaign_meets_has_words():
    assert set(words_campaigns.STATES) == set(words_campaigns.STATE_HELP)
    assert set(words_campaigns.STATES) == set(get_args(CampaignState))
    assert set(words_campaigns.SAMPLES) == set(DRAWN_STREAMS)
    assert set(words_campaigns.FACETS) == set(FACETS)
    assert set(words_campaigns.EDITOR_GROUPS) == {*EDITOR_GROUPS.values(), OTHER}
    assert set(words_campaigns.ASSUMPTIONS) == set(get_args(Assumption))
    assert set(words_campaigns.SECONDS_ORIGINS) == set(get_args(SecondsOrigin))


def test_every_reason_tag_has_words():
    assert set(words_forms.TAGS) == set(REASON_TAGS)


@pytest.mark.parametrize("facet", [*FACETS, "of-somebody"])
def test_the_usual_guideline_is_one_list_and_a_plain_paragraph(english, facet):
    found = [block.kind for block in blocks(words_forms.default_guideline(facet))]

    assert found == ["list", "paragraph"]


def test_every_text_of_a_campaign_says_what_it_is_for(english):
    own = OwnTexts(form={("hint.damaging.yes", "en"): "x", ("question.note", "en"): "y"})
    for key in campaign_keys(FACETS["editquality"], own):
        assert words_forms.part_name(key)


def test_every_way_to_read_votes_every_list_and_every_use_has_words():
    assert set(words_reports.TREATMENTS) == set(get_args(Treatment))
    assert set(words_reports.TARGETS) == set(words_reports.TARGET_HELP) == set(get_args(Target))
    assert set(words_reports.LISTS) == set(words_reports.LIST_HELP) == set(LIST_NAMES)
    assert set(words_reports.USES) == set(USE_KINDS)
    assert set(method_texts.NAMES) <= {*words_figures.FIGURES, *words_reports.SECTIONS}
    assert set(words_reports.LIGHTS) == set(words_reports.LIGHT_SIGNS)
    assert set(words_reports.BOUND_STATES) == set(words_reports.BOUND_SIGNS)


def test_every_reason_and_method_that_can_be_computed_has_words():
    reasons, methods = codes_of_estimates()

    assert {"empty", "constant", "no-flagged-cases", "reviewers-unknown"} <= reasons
    assert {"wilson", "delong", "item-bootstrap", "count", "point"} <= methods
    assert reasons - set(words_figures.REASONS) == set()
    assert methods - set(words_figures.METHODS) == set()


def test_every_doubt_and_every_why_of_a_report_has_words():
    found = codes_named_in("report.trust", "report.contested")

    assert {"few-judgments", "false-alarm"} <= found
    assert set(words_reports.DOUBTS) | set(words_reports.WHY) <= found


def codes_named_in(*names: str) -> set[str]:
    """Every text in these modules."""
    return {
        str(node.value)
        for name in names
        for path in modules(name)
        for node in nodes(path)
        if text_of(node) is not None
    }


def test_parts_of_edits_have_names_in_the_language_of_the_page(app):
    with app.test_request_context("/methods?uselang=fa"):
        assert words_reports.part_name("hour", "0-6") == "۰ تا ۶"
    with app.test_request_context("/methods?uselang=en"):
        assert words_reports.part_name("editor", "newcomer") == "newcomer"
        assert words_reports.part_name("namespace", "1") == "talk page"
        assert words_reports.part_name("size", "adds-much") == "adds more than 500 bytes"
        assert words_reports.part_name("size", "sparkle") == "sparkle"


def test_every_figure_with_a_measured_coverage_has_a_name_in_words(english):
    names = [found.name for found in method_texts.coverage()]
    shown = [words_figures.covered_name(name) for name in names]

    assert len(names) > 20
    assert [name for name, text in zip(names, shown, strict=True) if name == text] == []
    assert len(set(shown)) == len(shown)
    assert "Precision, by shares of the votes" in shown


def test_every_error_that_a_page_can_meet_has_words():
    raised = codes_in("audit", "domain")
    known, _ = words.known_codes()

    assert {"no-task", "invalid-judgment"} <= raised
    assert raised - COMMAND_LINE_ONLY - known == set()


def test_every_error_of_the_database_while_it_is_used_has_words():
    assert codes_in("db.session") <= words.known_codes()[0]


def test_every_error_that_web_raises_itself_has_words():
    assert codes_in("web") - words.known_codes()[0] == set()


def test_no_words_wait_for_an_error_that_nobody_raises():
    assert words.known_codes()[0] <= codes_in("audit", "domain", "db.session", "web")


def test_what_only_the_command_line_can_meet_is_raised_where_no_web_process_goes():
    reached = reached_by_web()
    rooms = [*modules("audit"), *modules("domain")]
    by_web = {code for path in rooms if path in reached for code in codes_of(path)}
    elsewhere = {code for path in rooms if path not in reached for code in codes_of(path)}

    assert "no-task" in by_web
    assert elsewhere >= COMMAND_LINE_ONLY
    assert not by_web & COMMAND_LINE_ONLY


def codes_of(path: Path) -> set[str]:
    return codes_in(".".join(path.relative_to(PACKAGE).with_suffix("").parts))


def test_every_field_error_of_a_form_has_words_and_no_others_wait():
    rooms = (
        "domain.judgments", "domain.people", "domain.new_campaigns", "domain.label_uses",
        "audit.texts",
    )  # fmt: skip
    paths = [path for room in (*rooms, "audit.campaigns", "web") for path in modules(room)]
    found: set[str] = set()
    for name, call in calls(paths):
        if name == "FieldError":
            found |= literals(call.args[1])

    assert found == words.known_codes()[1]


def test_values_of_an_error_are_those_that_its_words_ask_for():
    raised = raised_in("audit", "domain", "db.session", "web")
    for error in raised:
        if error.code in words._ERRORS:
            sentence = words._ERRORS[error.code]._args[0]
            assert set(re.findall(r"%\((\w+)\)s", sentence)) == error.values, error.code


@pytest.mark.parametrize("kind", [Invalid, NotFound, Forbidden, Conflict])
def test_an_error_is_told_in_its_words_and_not_in_its_detail(english, kind):
    assert words.error_sentence(kind("no-task", "there is no task 7")) == (
        "This edit is not waiting for you, or it was given to somebody else."
    )


def test_a_number_in_a_sentence_is_written_as_the_language_writes_it(app):
    error = Conflict("daily-cap", "1234 judgments are enough", n=1234)

    with app.test_request_context("/methods?uselang=en"):
        assert "1,234" in words.error_sentence(error)
    with app.test_request_context("/methods?uselang=fa"):
        assert "۱٬۲۳۴" in words.error_sentence(error)


def test_an_error_without_words_has_a_general_sentence(english):
    error = Unavailable("brand-new", "a detail", retry_after_seconds=5, n=3)

    assert words.error_sentence(error) == "Something is not right with this request."
    assert words.field_sentence(FieldError("x", "brand-new", "a detail")) == (
        "This value can’t be used."
    )


def test_the_words_on_a_long_note_name_the_true_limit(english):
    error = FieldError("note", "note-too-long", "a detail")

    assert str(MAX_NOTE_LENGTH) in words.field_sentence(error)


@pytest.mark.parametrize("name", GLOSSARY)
def test_every_word_of_the_glossary_can_be_translated(app, name):
    with app.test_request_context("/methods?uselang=qqx"):
        app.preprocess_request()
        shown = {key: str(word) for key, word in GLOSSARY[name].items()}

    assert shown
    assert {key: text for key, text in shown.items() if not re.fullmatch("⧼.+⧽", text)} == {}


@pytest.mark.parametrize("name", GLOSSARY)
def test_no_two_names_of_a_kind_have_the_same_words(english, name):
    shown = [str(word) for word in GLOSSARY[name].values()]

    assert len(set(shown)) == len(shown)

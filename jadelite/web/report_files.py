"""The files of a report: for programs, for spreadsheets, one that stands alone, all in one."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from flask import render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from jadelite.audit import label_uses, report_tables, reports
from jadelite.audit.reports import CampaignPage
from jadelite.domain.errors import Conflict, NotFound
from jadelite.domain.model_reports import ListedEdit
from jadelite.domain.reports import Report
from jadelite.web import words_reports
from jadelite.web.services import services

STYLESHEET = Path(__file__).parent / "static" / "jadelite.css"
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
ALL = "report.zip"
# Saved under these very names: the notebook and the check look for them, and name them.
READ_BY_NAME = frozenset({
    "report.json", "report.ipynb", "facts.json", "lists.json", "statistics.json",
    "edits.csv.gz", "judgments.csv.gz", "edits.parquet", "judgments.parquet",
})  # fmt: skip
KINDS = {
    "html": "text/html",
    "json": "application/json",
    "ipynb": "application/x-ipynb+json",
    "gz": "application/gzip",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "zip": "application/zip",
}
README = """# Report of {campaign}

Snapshot {snapshot}
Computed {computed_at} by jadelite {code_version}, seed {seed}.

report.json has every figure; edits.* and judgments.* the data they follow from. report.ipynb
computes report.json, lists.json and statistics.json anew from these and fails if a number differs;
it runs in this folder (pip install jadelite numpy).
The labels are given to the public domain: CC0 1.0, {licence}
{missing}"""


def answer(page: CampaignPage, report: Report, name: str) -> Response:
    """A file as an attachment. Raises NotFound; Conflict while its edits are judged again."""
    body = _packed(page, report) if name == ALL else _content(page, report, name)
    response = Response(body, mimetype=KINDS[name.rsplit(".", 1)[-1]])
    saved = name if name in READ_BY_NAME else f"{report.campaign}-{report.snapshot[:8]}-{name}"
    response.headers["Content-Disposition"] = f'attachment; filename="{saved}"'
    # Not the snapshot alone: lists lose names while their edits are judged again.
    response.set_etag(f"{report.snapshot[:32]}-{hashlib.sha256(body).hexdigest()[:16]}")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Link"] = f'<{LICENCE}>; rel="license"'
    return response.make_conditional(request.environ)


def _content(page: CampaignPage, report: Report, name: str) -> bytes:
    make = _MADE.get(name)
    if make is not None:
        return make(page, report)
    found = None
    if name in words_reports.FILES:
        found = reports.report_file(services().database, report.campaign, name)
    if found is None:
        raise NotFound("no-file", f"report {report.snapshot[:16]} has no file {name!r}")
    return found


def _packed(page: CampaignPage, report: Report) -> bytes:
    """Every file in a ZIP; the same report gives the same bytes."""
    missing = []
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in words_reports.FILES:
            try:
                _put(packed, name, _content(page, report, name))
            except (NotFound, Conflict) as error:
                missing.append(f"{name} is not here: {error.detail}.")
        readme = README.format(
            campaign=report.campaign,
            snapshot=report.snapshot,
            computed_at=report.computed_at.isoformat(),
            code_version=report.code_version,
            seed=report.seed,
            licence=LICENCE,
            missing="\n".join(["", *missing, ""]),
        )
        _put(packed, "README.md", readme.encode())
    return out.getvalue()


def _put(packed: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name)  # without a time of its own
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    packed.writestr(entry, content)


def _json(page: CampaignPage, report: Report) -> bytes:
    """The report without the titles, which are not frozen: the notebook computes it anew."""
    return (json.dumps(untitled(report).to_json(), ensure_ascii=False, indent=1) + "\n").encode()


def untitled(report: Report) -> Report:
    """The report with its edits named by their revisions only."""

    def bare(listed: tuple[ListedEdit, ...]) -> tuple[ListedEdit, ...]:
        return tuple(replace(edit, page_title=None) for edit in listed)

    questions = []
    for question in report.questions:
        models = (
            replace(
                model,
                lists=tuple(replace(found, first=bare(found.first)) for found in model.lists),
            )
            for model in question.models
        )
        pairs = (replace(pair, flips=bare(pair.flips)) for pair in question.comparisons)
        questions.append(replace(question, models=tuple(models), comparisons=tuple(pairs)))
    return replace(report, questions=tuple(questions))


def _html(page: CampaignPage, report: Report) -> bytes:
    """The page without forms, with its styles inside; links lead back to this site."""
    written = render_template(
        "report_file.html",
        page=page,
        report=report,
        campaign=page.progress.campaign,
        uses=label_uses.list_uses(services().database, report.campaign),
        dial=None,
        columns=words_reports.THRESHOLD_COLUMNS,
        stylesheet=Markup(STYLESHEET.read_text(encoding="utf-8")),  # noqa: S704  # our own file
        is_file=True,
        may_answer=False,
        may_ask_more=False,
    )
    return written.replace('href="/', f'href="{request.url_root}').encode()


def _table(write: Callable[[Report], str]) -> Callable[[CampaignPage, Report], bytes]:
    return lambda page, report: write(report).encode()


_MADE: dict[str, Callable[[CampaignPage, Report], bytes]] = {
    "report.json": _json,
    "report.html": _html,
    **{name: _table(write) for name, write in report_tables.TABLES.items()},
}

"""Queries on frozen reports and their files."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from jadelite.db.tables import CampaignRow, EditRow, ReportFileRow, ReportRow, WikiRow
from jadelite.domain.campaigns import EVIDENCE_KINDS

STATISTICS_FILE = "statistics.json"
_PLAIN = (".json", ".ipynb")
MAX_REPORTS = 50  # newest campaigns of a wiki whose statistics are looked at


def freeze(
    session: Session,
    campaign_id: int,
    payload: Mapping[str, Any],
    files: Mapping[str, bytes],
    *,
    computed_at: datetime,
) -> None:
    """Append a computed report, as `Report.to_json` tells it, with its files by name. Any: JSON."""
    row = ReportRow(
        campaign_id=campaign_id,
        snapshot=payload["snapshot"],
        seed=payload["seed"],
        code_version=payload["code_version"],
        computed_at=computed_at,
        payload=payload,
    )
    session.add(row)
    session.flush()
    # One by one: together they would stand in memory twice.
    for name, content in files.items():
        session.execute(
            insert(ReportFileRow).values(
                report_id=row.report_id,
                name=name,
                digest=hashlib.sha256(content).hexdigest(),
                content=_packed(name, content),
            )
        )


def newest(session: Session, campaign_id: int, n: int = 1) -> list[Any]:
    """The newest `n` frozen reports of a campaign, the newest first. Any: JSON as it was frozen."""
    query = (
        select(ReportRow.payload)
        .where(ReportRow.campaign_id == campaign_id)
        .order_by(ReportRow.report_id.desc())
        .limit(n)
    )
    return list(session.scalars(query))


def newest_file(session: Session, campaign_id: int, name: str) -> bytes | None:
    """A file of the newest report of a campaign; None without a report, or where it has none."""
    content = session.scalar(
        select(ReportFileRow.content).where(
            ReportFileRow.report_id == _newest_id(campaign_id), ReportFileRow.name == name
        )
    )
    return None if content is None else _unpacked(name, content)


def newest_file_names(session: Session, campaign_id: int) -> list[str]:
    """Names of the files of the newest report of a campaign."""
    query = select(ReportFileRow.name).where(ReportFileRow.report_id == _newest_id(campaign_id))
    return list(session.scalars(query.order_by(ReportFileRow.name)))


def titles(session: Session, wiki: str, rev_ids: Sequence[int]) -> dict[int, str]:
    """Titles of the pages of listed revisions, where they are known."""
    query = (
        select(EditRow.rev_id, EditRow.page_title)
        .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
        .where(WikiRow.dbname == wiki, EditRow.rev_id.in_(rev_ids))
    )
    return {rev_id: title for rev_id, title in session.execute(query) if title is not None}


def statistics(session: Session, wiki: str, model: str) -> dict[str, Any] | None:
    """What the newest report on a wiki says of a model, for programs. Any: plain JSON.

    `model` as name@version, or its name for whichever version was reported last. Reports of audits
    come before those of evidence. None where no report has it.
    """
    query = (
        select(CampaignRow.campaign_id)
        .join(WikiRow, WikiRow.wiki_id == CampaignRow.wiki_id)
        .where(WikiRow.dbname == wiki)
        .order_by(CampaignRow.kind.in_(EVIDENCE_KINDS), CampaignRow.campaign_id.desc())
        .limit(MAX_REPORTS)
    )
    for campaign_id in session.scalars(query).all():
        content = newest_file(session, campaign_id, STATISTICS_FILE)
        told: dict[str, Any] = json.loads(content) if content else {}
        for name, document in told.items():
            if model in (name, name.partition("@")[0]):
                found: dict[str, Any] = document
                return found
    return None


def _packed(name: str, content: bytes) -> bytes:
    """As it is stored: plain text shrinks to a fifth, the tables are packed already."""
    return zlib.compress(content) if name.endswith(_PLAIN) else content


def _unpacked(name: str, content: bytes) -> bytes:
    return zlib.decompress(content) if name.endswith(_PLAIN) else content


def _newest_id(campaign_id: int) -> Any:
    return (
        select(ReportRow.report_id)
        .where(ReportRow.campaign_id == campaign_id)
        .order_by(ReportRow.report_id.desc())
        .limit(1)
        .scalar_subquery()
    )

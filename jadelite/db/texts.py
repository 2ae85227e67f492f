"""Queries on texts of campaigns and of forms: what stands now, what stood in a version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, func, insert, literal, select, union_all
from sqlalchemy.orm import Session

from jadelite.db import facets
from jadelite.db.tables import CampaignRow, CampaignTextRow, FacetRow, FormRow, FormTextRow
from jadelite.domain.texts import NAME, OwnTexts


@dataclass(frozen=True)
class TextVersion:
    """One saved change of a campaign's texts: its number, when, and which (key, language) it holds.

    `n_guideline`: in how many languages it changed the guideline.
    """

    version: int
    written_at: datetime
    n_texts: int
    n_guideline: int


def load(
    session: Session,
    campaign_id: int,
    facet: str,
    *,
    version: int | None = None,
) -> OwnTexts:
    """Own texts of a campaign, the newest or those of a version, and its form's. One query.

    `version` 0: none of the campaign's own.
    """
    campaign: dict[tuple[str, str], str] = {}
    form: dict[tuple[str, str], str] = {}
    query = union_all(_of_campaign(campaign_id, version), _of_form(facet))
    for is_form, key, language, text in session.execute(query):
        if text:
            (form if is_form else campaign)[key, language] = text
    return OwnTexts(campaign, form)


def names(session: Session, campaign_ids: Iterable[int]) -> dict[int, OwnTexts]:
    """Names of campaigns by row number, for a list of them. One query."""
    newest = (
        _newest(None)
        .where(CampaignTextRow.campaign_id.in_(sorted(campaign_ids)), CampaignTextRow.key == NAME)
        .subquery()
    )
    query = (
        select(CampaignTextRow.campaign_id, CampaignTextRow.language, CampaignTextRow.text)
        .join(newest, newest.c.campaign_text_id == CampaignTextRow.campaign_text_id)
        .where(CampaignTextRow.text != "")
    )
    found: dict[int, dict[tuple[str, str], str]] = {}
    for campaign_id, language, text in session.execute(query):
        found.setdefault(campaign_id, {})[NAME, language] = text
    return {campaign_id: OwnTexts(campaign=texts) for campaign_id, texts in found.items()}


def add(
    session: Session,
    campaign_id: int,
    texts: Mapping[tuple[str, str], str],
    *,
    now: datetime,
    written_by: int | None,
) -> int:
    """Append texts as the campaign's next version, put it in force, and return its number.

    The campaign must be locked (`lock_version`); an empty text takes an older one back.
    """
    row = session.get_one(CampaignRow, campaign_id)
    version = (row.guideline_version or 0) + 1
    rows = [
        {
            "campaign_id": campaign_id,
            "version": version,
            "language": language,
            "key": key,
            "text": text,
            "written_at": now,
            "written_by": written_by,
        }
        for (key, language), text in texts.items()
    ]
    session.execute(insert(CampaignTextRow), rows)
    row.guideline_version = version
    return version


def lock_version(session: Session, campaign_id: int) -> int:
    """The version in force (0: none yet), kept from others until the end of the transaction."""
    query = (
        select(CampaignRow)
        .where(CampaignRow.campaign_id == campaign_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one().guideline_version or 0


def changed_since(session: Session, campaign_id: int, language: str, version: int) -> set[str]:
    """Keys whose text in a language was changed after a version."""
    query = select(CampaignTextRow.key).where(
        CampaignTextRow.campaign_id == campaign_id,
        CampaignTextRow.language == language,
        CampaignTextRow.version > version,
    )
    return set(session.scalars(query))


def versions(session: Session, campaign_id: int) -> list[TextVersion]:
    """All versions of a campaign's texts, newest first."""
    query = (
        select(
            CampaignTextRow.version,
            func.max(CampaignTextRow.written_at),
            func.count(),
            func.count().filter(CampaignTextRow.key == "guideline"),
        )
        .where(CampaignTextRow.campaign_id == campaign_id)
        .group_by(CampaignTextRow.version)
        .order_by(CampaignTextRow.version.desc())
    )
    return [TextVersion(*row) for row in session.execute(query)]


def of_newest_form(session: Session, facet: str) -> dict[tuple[str, str], str]:
    """Texts of a facet's newest form by (key, language)."""
    newest = facets.newest_form(session, facet)
    if newest is None:
        return {}
    query = select(FormTextRow.key, FormTextRow.language, FormTextRow.text).where(
        FormTextRow.form_id == newest[0]
    )
    return {(key, language): text for key, language, text in session.execute(query)}


def _newest(version: int | None) -> Select[Any]:
    """Row numbers of the newest text of each campaign, key and language.

    Row numbers and versions rise together, because a campaign is locked while its texts are added.
    """
    query = select(func.max(CampaignTextRow.campaign_text_id).label("campaign_text_id")).group_by(
        CampaignTextRow.campaign_id, CampaignTextRow.key, CampaignTextRow.language
    )
    return query if version is None else query.where(CampaignTextRow.version <= version)


def _of_campaign(campaign_id: int, version: int | None) -> Select[Any]:
    newest = _newest(version).where(CampaignTextRow.campaign_id == campaign_id).subquery()
    query: Any = select(
        literal(0).label("is_form"),
        CampaignTextRow.key,
        CampaignTextRow.language,
        CampaignTextRow.text,
    ).join(newest, newest.c.campaign_text_id == CampaignTextRow.campaign_text_id)
    return cast("Select[Any]", query)


def _of_form(facet: str) -> Select[Any]:
    newest = (
        select(FormRow.form_id)
        .join(FacetRow, FacetRow.facet_id == FormRow.facet_id)
        .where(FacetRow.name == facet)
        .order_by(FormRow.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    query: Any = select(
        literal(1).label("is_form"), FormTextRow.key, FormTextRow.language, FormTextRow.text
    ).where(FormTextRow.form_id == newest)
    return cast("Select[Any]", query)

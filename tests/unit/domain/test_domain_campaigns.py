"""Rules of campaigns and leases."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from jadelite.domain.campaigns import (
    EVIDENCE_KINDS,
    SERVED_STREAMS,
    Campaign,
    CampaignKind,
    CampaignState,
    Stream,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def make_campaign(**changes):
    facts = {
        "campaign_id": 1,
        "slug": "a-campaign",
        "wiki": "fawiki",
        "kind": "audit",
        "state": "open",
        "facet": "editquality",
        "k": 2,
    }
    return Campaign(**{**facts, **changes})


@pytest.mark.parametrize("state", get_args(CampaignState))
def test_judgments_are_taken_only_while_a_campaign_is_open(state):
    assert make_campaign(state=state).is_open == (state == "open")


@pytest.mark.parametrize("kind", get_args(CampaignKind))
def test_only_an_audit_speaks_for_a_wiki(kind):
    assert make_campaign(kind=kind).is_evidence == (kind != "audit")


def test_kinds_and_streams_that_rules_name_exist():
    assert set(EVIDENCE_KINDS) <= set(get_args(CampaignKind))
    assert set(SERVED_STREAMS) <= set(get_args(Stream))
    assert SERVED_STREAMS[0] == "probability"

"""Frozen reports as plain data."""

import json
from datetime import UTC, datetime

import pytest
import report_samples

from jadelite.domain.figures import Figure


def test_a_frozen_report_names_its_schema_and_its_time_in_utc() -> None:
    at = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
    data = report_samples.report(computed_at=at).to_json()
    assert data["schema"] == "jadelite.report/2"
    assert data["computed_at"] == "2026-11-22T12:00:30Z"
    json.dumps(data, allow_nan=False)


@pytest.mark.parametrize(("n", "is_small"), [(0, True), (29, True), (30, False)])
def test_below_thirty_a_figure_and_a_report_are_small(n, is_small) -> None:
    assert Figure(0.5, 0.4, 0.6, n, "wilson").is_small is is_small
    assert report_samples.report(n_judgments_used=n, n_judgments=99).is_small is is_small

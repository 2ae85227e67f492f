"""The language of ORES's model_info: paths, threshold queries, and the best point."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jadelite.domain.errors import Invalid
from jadelite.domain.ores import METRICS, ThresholdQuery, best, parse_paths, parse_query

POINTS = [
    {"threshold": 0.1, "recall": 0.9, "precision": 0.3, "fpr": 0.2},
    {"threshold": 0.5, "recall": 0.6, "precision": 0.8, "fpr": 0.1},
    {"threshold": 0.7, "recall": 0.6, "precision": 0.9, "fpr": 0.05},
    {"threshold": 0.9, "recall": 0.1, "precision": None, "fpr": 0.0},
]


def test_paths_are_parted_by_bars_and_their_parts_by_dots():
    assert parse_paths("statistics") == [("statistics",)]
    asked = 'statistics.roc_auc|statistics.thresholds.true."maximum recall @ precision >= 0.9"'
    assert parse_paths(asked) == [
        ("statistics", "roc_auc"),
        ("statistics", "thresholds", "true", "maximum recall @ precision >= 0.9"),
    ]


@pytest.mark.parametrize("text", ["", "a..b", ".a", "a.", "a||b", 'a."b', 'a."b"c', "|", '"'])
def test_what_can_not_be_read_is_named(text):
    with pytest.raises(Invalid, match="model_info"):
        parse_paths(text)


def test_a_long_request_is_refused():
    with pytest.raises(Invalid, match="4000"):
        parse_paths("a" * 5000)
    with pytest.raises(Invalid, match="50"):
        parse_paths("|".join(["a"] * 51))


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    try:
        paths = parse_paths(text)
    except Invalid:
        return
    assert all(paths)


@given(
    st.sampled_from(["maximum", "minimum"]),
    st.sampled_from(METRICS),
    st.sampled_from(METRICS),
    st.sampled_from([">=", "<="]),
    st.floats(0, 1),
)
def test_a_query_is_read_as_written(extreme, target, condition, sign, bound):
    query = parse_query(f"{extreme} {target} @ {condition} {sign} {bound:.6f}")
    assert query == ThresholdQuery(extreme, target, condition, sign, float(f"{bound:.6f}"))


@pytest.mark.parametrize(
    "text",
    [
        "maximum recall",
        "most recall @ precision >= 0.9",
        "maximum recall @ precision > 0.9",
        "maximum recall @ precision >= much",
        "maximum speed @ precision >= 0.9",
        "maximum recall @ colour >= 0.9",
    ],
)
def test_a_query_that_means_nothing_is_refused(text):
    with pytest.raises(Invalid, match="expected"):
        parse_query(text)


def test_the_best_point_keeps_the_bound():
    assert best(POINTS, parse_query("maximum recall @ precision >= 0.75"))["threshold"] == 0.7
    assert best(POINTS, parse_query("minimum fpr @ recall >= 0.6"))["threshold"] == 0.7
    assert best(POINTS, parse_query("maximum precision @ recall >= 0.7"))["threshold"] == 0.1
    assert best(POINTS, parse_query("maximum recall @ precision >= 0.95")) is None
    # A point without the statistic asked for is passed by.
    assert best(POINTS, parse_query("minimum fpr @ precision <= 1"))["threshold"] == 0.7

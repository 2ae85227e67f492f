"""Agreement among raters against papers, the krippendorff package and statsmodels."""

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from statsmodels.stats.inter_rater import fleiss_kappa

from jadelite.metrics.agreement import (
    compress,
    count_table,
    krippendorff_alpha_nominal,
    krippendorff_alpha_ordinal,
    percent_agreement,
)

few = settings(max_examples=50, deadline=None, database=None)
tables = hnp.arrays(
    np.int64, st.tuples(st.integers(1, 12), st.integers(2, 4)), elements=st.integers(0, 5)
)

# Wikipedia, "Krippendorff's alpha": three coders, fifteen units, alpha 0.691; 0 = missing.
CODERS = np.array(
    [
        [0, 0, 0, 0, 0, 3, 4, 1, 2, 1, 1, 3, 3, 0, 3],
        [1, 0, 2, 1, 3, 3, 4, 3, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 2, 1, 3, 4, 4, 0, 2, 1, 1, 3, 3, 0, 4],
    ]
)


def counts_of(ratings):
    """Count table of ratings, shape (raters, units), 0 = missing, 1 to 4 = labels."""
    raters, units = np.nonzero(ratings)
    labels = ratings[raters, units] - 1
    return count_table(units, labels, n_items=ratings.shape[1], n_labels=4)


def test_a_judgment_is_counted_in_the_row_of_its_item():
    counts = count_table([2, 0, 2, 2], [1, 0, 1, 0], n_items=4, n_labels=2)

    assert counts.tolist() == [[1, 0], [0, 0], [1, 2], [0, 0]]
    assert counts.dtype == np.int64


def test_no_judgments_are_counted_as_zeros():
    assert count_table([], [], n_items=2, n_labels=2).tolist() == [[0, 0], [0, 0]]
    assert count_table([], [], n_items=0, n_labels=2).shape == (0, 2)


@pytest.mark.parametrize(
    ("items", "labels", "n_items", "n_labels", "words"),
    [
        ([0, 1], [0], 2, 2, "lengths differ"),
        ([2], [0], 2, 2, "items holds 2, expected codes below 2"),
        ([0], [-1], 2, 2, "labels holds -1"),
        ([0], [0], -1, 2, "-1 items and 2 labels, expected"),
        ([], [], 0, 0, "0 items and 0 labels, expected"),
    ],
)
def test_codes_out_of_range_are_refused(items, labels, n_items, n_labels, words):
    with pytest.raises(ValueError, match=words):
        count_table(items, labels, n_items=n_items, n_labels=n_labels)


@few
@given(tables)
def test_compressed_rows_unfold_to_the_same_rows(counts):
    patterns, multiplicities = compress(counts)

    unfolded = np.repeat(patterns, multiplicities, axis=0)
    assert unfolded.tolist() == sorted(counts.tolist())
    assert len({tuple(row) for row in patterns.tolist()}) == len(patterns)


@pytest.mark.parametrize("largest", [3, 1 << 25, 1 << 40])
def test_rows_compress_alike_whatever_the_size_of_the_counts(largest):
    counts = [[0, largest], [1, 2], [0, largest], [largest, 0]]

    patterns, multiplicities = compress(counts)

    assert patterns.tolist() == [[0, largest], [1, 2], [largest, 0]]
    assert multiplicities.tolist() == [2, 1, 1]


@pytest.mark.parametrize(("shape", "n_patterns"), [((0, 3), 0), ((4, 0), 1), ((0, 0), 0)])
def test_a_table_without_cells_compresses_to_its_rows(shape, n_patterns):
    patterns, multiplicities = compress(np.zeros(shape, dtype=int))

    assert patterns.shape == (n_patterns, shape[1])
    assert multiplicities.sum() == shape[0]


def test_percent_agreement_is_what_wikipedia_prints_for_three_coders():
    result = percent_agreement(counts_of(CODERS))

    assert (result.value, result.n) == (pytest.approx(7 / 9), 12)
    assert result.method == "item-bootstrap"
    assert result.low < result.value < result.high


def test_percent_agreement_is_the_observed_part_of_fleiss_kappa():
    generator = np.random.default_rng(8)
    counts = generator.multinomial(6, [0.5, 0.3, 0.2], size=200)
    chance = ((counts.sum(axis=0) / counts.sum()) ** 2).sum()

    result = percent_agreement(counts, n_resamples=0)

    assert (result.value - chance) / (1 - chance) == pytest.approx(fleiss_kappa(counts))
    assert result.method == "point"


def test_alpha_is_what_wikipedia_prints_for_three_coders():
    result = krippendorff_alpha_nominal(counts_of(CODERS))

    assert (round(result.value, 3), result.n) == (0.691, 12)
    assert result.low < result.value < result.high


@few
@given(tables)
def test_alpha_equals_the_krippendorff_package(counts):
    pairable = counts[counts.sum(axis=1) >= 2]
    assume(np.count_nonzero(pairable.sum(axis=0)) >= 2)

    result = krippendorff_alpha_nominal(counts, n_resamples=0)

    expected = krippendorff.alpha(value_counts=pairable, level_of_measurement="nominal")
    assert result.value == pytest.approx(expected, abs=1e-12)


def test_the_interval_of_alpha_matches_a_loop_over_items():
    generator = np.random.default_rng(5)
    counts = generator.multinomial(4, [0.6, 0.4], size=80)
    counts[:40] = [4, 0]
    draws = generator.integers(0, 80, size=(600, 80))
    loop = [
        krippendorff.alpha(value_counts=c, level_of_measurement="nominal") for c in counts[draws]
    ]

    result = krippendorff_alpha_nominal(counts)

    low, high = np.quantile(loop, [0.025, 0.975])
    assert (result.low, result.high) == pytest.approx((low, high), abs=0.04)


@few
@given(tables, st.randoms(use_true_random=False))
def test_renaming_labels_and_shuffling_items_changes_no_value(counts, random):
    rows = random.sample(range(counts.shape[0]), counts.shape[0])
    columns = random.sample(range(counts.shape[1]), counts.shape[1])
    other = counts[rows][:, columns]

    for figure in (percent_agreement, krippendorff_alpha_nominal):
        before, after = figure(counts, n_resamples=0), figure(other, n_resamples=0)
        assert (before.n, before.reason) == (after.n, after.reason)
        assert before.value == pytest.approx(after.value, abs=1e-12)


def test_shuffling_the_raters_changes_nothing():
    assert krippendorff_alpha_nominal(counts_of(CODERS)) == krippendorff_alpha_nominal(
        counts_of(CODERS[[2, 0, 1]])
    )


@few
@given(tables)
def test_values_and_intervals_stay_in_bounds(counts):
    share = percent_agreement(counts, n_resamples=60)
    alpha = krippendorff_alpha_nominal(counts, n_resamples=60)

    for bound in (share.value, share.low, share.high):
        assert bound is None or 0 <= bound <= 1
    for bound in (alpha.value, alpha.low, alpha.high):
        assert bound is None or bound <= 1
    assert share.n == alpha.n == int((counts.sum(axis=1) >= 2).sum())


@few
@given(hnp.arrays(np.int64, st.integers(2, 30), elements=st.integers(2, 6)))
def test_perfect_agreement_gives_one_without_an_interval(sizes):
    counts = np.zeros((sizes.size, 2), dtype=int)
    counts[np.arange(sizes.size), np.arange(sizes.size) % 2] = sizes

    for figure in (percent_agreement, krippendorff_alpha_nominal, krippendorff_alpha_ordinal):
        result = figure(counts, n_resamples=60)
        assert (result.value, result.low, result.high) == (1.0, None, None)
        assert result.method == "point"


def test_items_with_one_rating_or_none_change_nothing():
    counts = counts_of(CODERS)
    noisy = np.vstack([counts, [[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]]])

    assert krippendorff_alpha_nominal(noisy) == krippendorff_alpha_nominal(counts)
    assert percent_agreement(noisy) == percent_agreement(counts)


@pytest.mark.parametrize("counts", [np.zeros((0, 2), int), [[0, 0]], [[1, 0], [0, 1]]])
@pytest.mark.parametrize(
    "figure", [percent_agreement, krippendorff_alpha_nominal, krippendorff_alpha_ordinal]
)
def test_without_a_pair_of_ratings_there_is_no_agreement_to_speak_of(figure, counts):
    result = figure(counts)

    assert (result.value, result.reason, result.n) == (None, "no-pairs", 0)


def test_ratings_all_alike_have_full_agreement_but_no_alpha():
    counts = [[3, 0], [2, 0], [0, 1]]

    alpha = krippendorff_alpha_nominal(counts)

    assert (alpha.value, alpha.reason, alpha.n) == (None, "constant", 2)
    assert percent_agreement(counts).value == 1.0


def test_alpha_that_often_cannot_be_computed_has_no_interval():
    # A resample of two misses the one mixed item, and with it the second label, in a quarter.
    result = krippendorff_alpha_nominal([[3, 0], [2, 1]])

    assert (result.value, result.low, result.high) == (pytest.approx(0.0), None, None)


def test_counts_in_one_dimension_are_refused():
    with pytest.raises(ValueError, match=r"counts has shape \(2,\), expected 2 dimension"):
        percent_agreement([1, 2])


@few
@given(tables)
def test_ordinal_alpha_equals_the_krippendorff_package(counts):
    pairable = counts[counts.sum(axis=1) >= 2]
    assume((pairable.sum(axis=0) > 0).sum() >= 2)

    result = krippendorff_alpha_ordinal(counts, n_resamples=0)

    expected = krippendorff.alpha(value_counts=pairable, level_of_measurement="ordinal")
    assert result.value == pytest.approx(expected, abs=1e-9)
    assert result.n == pairable.shape[0]


def test_ordinal_alpha_of_two_labels_is_nominal_alpha():
    counts = [[3, 0], [2, 1], [0, 3], [1, 2], [0, 2]]

    ordinal, nominal = krippendorff_alpha_ordinal(counts), krippendorff_alpha_nominal(counts)

    assert ordinal.value == pytest.approx(nominal.value, abs=1e-12)


def test_near_labels_disagree_less_than_far_ones():
    near = [[2, 1, 0], [0, 2, 1], [3, 0, 0], [0, 0, 3]]
    far = [[2, 0, 1], [1, 2, 0], [3, 0, 0], [0, 0, 3]]

    assert krippendorff_alpha_ordinal(near).value > krippendorff_alpha_ordinal(far).value


def test_an_ordinal_interval_comes_from_resampled_items():
    counts = counts_of(CODERS)
    draws = np.random.default_rng(7).integers(0, len(counts), (400, len(counts)))
    values = [
        krippendorff.alpha(value_counts=counts[draw], level_of_measurement="ordinal")
        for draw in draws
    ]

    result = krippendorff_alpha_ordinal(counts)

    assert result.low == pytest.approx(np.quantile(values, 0.025), abs=0.08)
    assert result.high == pytest.approx(np.quantile(values, 0.975), abs=0.08)


def test_ordinal_alpha_of_ratings_all_alike_is_refused():
    result = krippendorff_alpha_ordinal([[3, 0], [2, 0], [0, 1]])

    assert (result.value, result.reason, result.n) == (None, "constant", 2)

"""Agreement among raters against papers, the krippendorff package and statsmodels."""

from functools import partial

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from statsmodels.stats.inter_rater import fleiss_kappa

from jadelite.metrics.agreement import (
    krippendorff_alpha,
    negative_agreement,
    percent_agreement,
    positive_agreement,
)
from jadelite.metrics.counts import count_table

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


ordinal_alpha = partial(krippendorff_alpha, level="ordinal")


def counts_of(ratings):
    """Count table of ratings, shape (raters, units), 0 = missing, 1 to 4 = labels."""
    raters, units = np.nonzero(ratings)
    labels = ratings[raters, units] - 1
    return count_table(units, labels, n_items=ratings.shape[1], n_labels=4)


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
    result = krippendorff_alpha(counts_of(CODERS))

    assert (round(result.value, 3), result.n) == (0.691, 12)
    assert result.low < result.value < result.high


@few
@given(tables)
def test_alpha_equals_the_krippendorff_package(counts):
    pairable = counts[counts.sum(axis=1) >= 2]
    assume(np.count_nonzero(pairable.sum(axis=0)) >= 2)

    result = krippendorff_alpha(counts, n_resamples=0)

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

    result = krippendorff_alpha(counts)

    low, high = np.quantile(loop, [0.025, 0.975])
    assert (result.low, result.high) == pytest.approx((low, high), abs=0.04)


@few
@given(tables, st.randoms(use_true_random=False))
def test_renaming_labels_and_shuffling_items_changes_no_value(counts, random):
    rows = random.sample(range(counts.shape[0]), counts.shape[0])
    columns = random.sample(range(counts.shape[1]), counts.shape[1])
    other = counts[rows][:, columns]

    for figure in (percent_agreement, krippendorff_alpha):
        before, after = figure(counts, n_resamples=0), figure(other, n_resamples=0)
        assert (before.n, before.reason) == (after.n, after.reason)
        assert before.value == pytest.approx(after.value, abs=1e-12)


def test_shuffling_the_raters_changes_nothing():
    assert krippendorff_alpha(counts_of(CODERS)) == krippendorff_alpha(counts_of(CODERS[[2, 0, 1]]))


@few
@given(tables)
def test_values_and_intervals_stay_in_bounds(counts):
    share = percent_agreement(counts, n_resamples=60)
    alpha = krippendorff_alpha(counts, n_resamples=60)

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

    for figure in (percent_agreement, krippendorff_alpha, ordinal_alpha):
        result = figure(counts, n_resamples=60)
        assert (result.value, result.low, result.high) == (1.0, None, None)
        assert result.method == "point"


def test_items_with_one_rating_or_none_change_nothing():
    counts = counts_of(CODERS)
    noisy = np.vstack([counts, [[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]]])

    assert krippendorff_alpha(noisy) == krippendorff_alpha(counts)
    assert percent_agreement(noisy) == percent_agreement(counts)


@pytest.mark.parametrize("counts", [np.zeros((0, 2), int), [[0, 0]], [[1, 0], [0, 1]]])
@pytest.mark.parametrize("figure", [percent_agreement, krippendorff_alpha, ordinal_alpha])
def test_without_a_pair_of_ratings_there_is_no_agreement_to_speak_of(figure, counts):
    result = figure(counts)

    assert (result.value, result.reason, result.n) == (None, "no-pairs", 0)


def test_ratings_all_alike_have_full_agreement_but_no_alpha():
    counts = [[3, 0], [2, 0], [0, 1]]

    alpha = krippendorff_alpha(counts)

    assert (alpha.value, alpha.reason, alpha.n) == (None, "constant", 2)
    assert percent_agreement(counts).value == 1.0


def test_alpha_that_often_cannot_be_computed_has_no_interval():
    # A resample of two misses the one mixed item, and with it the second label, in a quarter.
    result = krippendorff_alpha([[3, 0], [2, 1]])

    assert (result.value, result.low, result.high) == (pytest.approx(0.0), None, None)


def test_counts_in_one_dimension_are_refused():
    with pytest.raises(ValueError, match=r"counts has shape \(2,\), expected 2 dimension"):
        percent_agreement([1, 2])


@few
@given(tables)
def test_ordinal_alpha_equals_the_krippendorff_package(counts):
    pairable = counts[counts.sum(axis=1) >= 2]
    assume((pairable.sum(axis=0) > 0).sum() >= 2)

    result = krippendorff_alpha(counts, level="ordinal", n_resamples=0)

    expected = krippendorff.alpha(value_counts=pairable, level_of_measurement="ordinal")
    assert result.value == pytest.approx(expected, abs=1e-9)
    assert result.n == pairable.shape[0]


def test_ordinal_alpha_of_two_labels_is_nominal_alpha():
    counts = [[3, 0], [2, 1], [0, 3], [1, 2], [0, 2]]

    ordinal, nominal = krippendorff_alpha(counts, level="ordinal"), krippendorff_alpha(counts)

    assert ordinal.value == pytest.approx(nominal.value, abs=1e-12)


def test_near_labels_disagree_less_than_far_ones():
    near = [[2, 1, 0], [0, 2, 1], [3, 0, 0], [0, 0, 3]]
    far = [[2, 0, 1], [1, 2, 0], [3, 0, 0], [0, 0, 3]]

    assert ordinal_alpha(near).value > ordinal_alpha(far).value


def test_an_ordinal_interval_comes_from_resampled_items():
    counts = counts_of(CODERS)
    draws = np.random.default_rng(7).integers(0, len(counts), (400, len(counts)))
    values = [
        krippendorff.alpha(value_counts=counts[draw], level_of_measurement="ordinal")
        for draw in draws
    ]

    result = krippendorff_alpha(counts, level="ordinal")

    assert result.low == pytest.approx(np.quantile(values, 0.025), abs=0.08)
    assert result.high == pytest.approx(np.quantile(values, 0.975), abs=0.08)


def test_ordinal_alpha_of_ratings_all_alike_is_refused():
    result = krippendorff_alpha([[3, 0], [2, 0], [0, 1]], level="ordinal")

    assert (result.value, result.reason, result.n) == (None, "constant", 2)


@few
@given(tables, st.sampled_from(["interval", "ratio"]))
def test_alpha_of_numbers_equals_the_krippendorff_package(counts, level):
    pairable = counts[counts.sum(axis=1) >= 2]
    assume((pairable.sum(axis=0) > 0).sum() >= 2)
    values = [1.5, 2.0, 7.0, 30.0][: counts.shape[1]]

    result = krippendorff_alpha(counts, level=level, values=values, n_resamples=0)

    expected = krippendorff.alpha(
        value_counts=pairable, value_domain=values, level_of_measurement=level
    )
    assert result.value == pytest.approx(expected, abs=1e-9)


def test_interval_alpha_without_values_takes_positions():
    counts = counts_of(CODERS)

    plain = krippendorff_alpha(counts, level="interval")

    assert plain.value == pytest.approx(0.811, abs=5e-4)
    assert plain == krippendorff_alpha(counts, level="interval", values=[10, 11, 12, 13])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"level": "cardinal"}, "level is 'cardinal', expected one of nominal"),
        ({"level": "ratio"}, "values is missing, expected the labels' numbers"),
        ({"level": "ratio", "values": [-1, 2]}, "values holds -1.0, expected numbers from 0 up"),
        ({"level": "interval", "values": [1]}, "expected one finite number for each of 2 labels"),
    ],
)
def test_levels_and_values_that_do_not_fit_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        krippendorff_alpha([[2, 1], [0, 2]], **arguments)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_the_formula_of_alpha_is_about_the_spread_of_resampled_items(level):
    generator = np.random.default_rng(12)
    middle = generator.integers(0, 3, size=400)
    counts = np.array([generator.multinomial(4, np.roll([0.8, 0.15, 0.05], m)) for m in middle])

    formula = krippendorff_alpha(counts, level=level, interval="analytic")
    resampled = krippendorff_alpha(counts, level=level, n_resamples=4000)

    assert formula.method == "analytic"
    assert formula.high - formula.low == pytest.approx(resampled.high - resampled.low, rel=0.1)


@few
@given(tables, st.sampled_from(["item-bootstrap", "analytic"]))
def test_an_interval_holds_its_value(counts, interval):
    figures = (
        percent_agreement,
        krippendorff_alpha,
        ordinal_alpha,
        partial(positive_agreement, positive=0),
        partial(negative_agreement, positive=0),
    )
    for figure in figures:
        result = figure(counts, interval=interval, n_resamples=60)
        if result.low is not None:
            assert result.low <= result.value <= result.high <= 1 + 1e-12


@few
@given(tables)
def test_percent_agreement_is_the_mean_of_the_labels_own_weighted_by_use(counts):
    pairable = counts[counts.sum(axis=1) >= 2]
    assume(pairable.size)
    use = (pairable / pairable.sum(axis=1, keepdims=True)).mean(axis=0)
    own = [positive_agreement(counts, positive=label, n_resamples=0) for label in range(len(use))]

    mean = sum(share * one.value for share, one in zip(use, own, strict=True) if share)

    assert mean == pytest.approx(percent_agreement(counts, n_resamples=0).value)
    assert all(
        one.reason == "no-positive-cases" for share, one in zip(use, own, strict=True) if not share
    )


def test_positive_and_negative_agreement_of_a_rare_label():
    # For two raters twice the shared choices over all choices of either.
    counts = np.repeat([[2, 0], [1, 1], [0, 2]], [90, 6, 4], axis=0)

    positive = positive_agreement(counts, positive=1)
    negative = negative_agreement(counts, positive=1)

    assert positive.value == pytest.approx(8 / 14)
    assert negative.value == pytest.approx(180 / 186)
    assert negative == positive_agreement(counts[:, ::-1], positive=1)
    assert positive.low < positive.value < positive.high
    assert positive.high - positive.low > 5 * (negative.high - negative.low)
    assert positive.n == 100


def test_a_label_that_nobody_or_everybody_chose_has_one_side_only():
    counts = [[2, 0], [3, 0]]

    assert positive_agreement(counts, positive=1).reason == "no-positive-cases"
    assert negative_agreement(counts, positive=0).reason == "no-negative-cases"
    assert positive_agreement(counts, positive=0).value == 1.0
    assert positive_agreement([[1, 0]], positive=0).reason == "no-pairs"
    with pytest.raises(ValueError, match="positive is 2, expected a column from 0 to 1"):
        positive_agreement(counts, positive=2)

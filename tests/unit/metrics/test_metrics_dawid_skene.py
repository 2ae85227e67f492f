"""Dawid and Skene's model: against a slow reading of their equations, and what must always hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jadelite.metrics.dawid_skene import dawid_skene

few = settings(max_examples=40, deadline=None, database=None)
panels = st.builds(
    lambda seed, n_items, n_raters, n_labels: panel(
        seed, n_items=n_items, n_raters=n_raters, n_labels=n_labels
    ),
    st.integers(0, 10_000),
    st.integers(1, 30),
    st.integers(1, 6),
    st.integers(2, 4),
)


def panel(seed, *, n_items, n_raters, n_labels, skill=(0.5, 0.95), share=0.7):
    """Judgments of raters of different skill, with gaps; and the truth."""
    numbers = np.random.default_rng(seed)
    truth = numbers.integers(n_labels, size=n_items)
    accuracy = numbers.uniform(*skill, size=n_raters)
    items, raters = np.nonzero(numbers.random((n_items, n_raters)) < share)
    is_right = numbers.random(items.size) < accuracy[raters]
    labels = np.where(is_right, truth[items], numbers.integers(n_labels, size=items.size))
    sizes = {"n_items": n_items, "n_raters": n_raters, "n_labels": n_labels}
    return (items, raters, labels), sizes, truth


def slow(items, raters, labels, *, n_items, n_raters, n_labels, n_steps, groups):
    """Equations 2.3 to 2.5, one judgment at a time."""
    posterior = np.zeros((n_items, n_labels))
    for item, label in zip(items, labels, strict=True):
        posterior[item, label] += 1
    posterior /= posterior.sum(axis=1, keepdims=True)
    for _ in range(n_steps):
        priors = np.stack([posterior[groups == g].mean(axis=0) for g in range(max(groups) + 1)])
        errors = np.full((n_raters, n_labels, n_labels), 1e-10)
        for item, rater, label in zip(items, raters, labels, strict=True):
            errors[rater, :, label] += posterior[item]
        errors /= errors.sum(axis=2, keepdims=True)
        logs = np.log(priors)[groups]
        for item, rater, label in zip(items, raters, labels, strict=True):
            logs[item] += np.log(errors[rater, :, label])
        posterior = np.exp(logs - logs.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
    return posterior


@pytest.mark.parametrize("n_groups", [1, 3])
def test_ten_steps_are_ten_readings_of_the_equations(n_groups):
    judgments, sizes, _ = panel(1, n_items=60, n_raters=7, n_labels=3, share=0.9)
    groups = np.arange(60) % n_groups

    found = dawid_skene(*judgments, **sizes, strata=groups, tolerance=0, max_iterations=10)

    expected = slow(*judgments, **sizes, n_steps=10, groups=groups)
    assert found.posterior == pytest.approx(expected, abs=1e-6)
    assert found.priors.shape == (n_groups, 3)


@few
@given(panels, st.booleans())
def test_rows_are_shares_and_the_likelihood_never_falls(drawn, one_coin):
    judgments, sizes, _ = drawn
    steps = [
        dawid_skene(*judgments, **sizes, one_coin=one_coin, tolerance=0, max_iterations=n)
        for n in range(1, 8)
    ]

    for found in steps:
        assert found.posterior.sum(axis=1) == pytest.approx(1)
        assert found.priors.sum(axis=1) == pytest.approx(1)
        judged = np.isin(np.arange(sizes["n_raters"]), judgments[1])
        assert found.confusions[judged].sum(axis=2) == pytest.approx(1)
        assert np.isnan(found.confusions[~judged]).all()
    likelihoods = [found.log_likelihood for found in steps]
    # The floor under empty cells costs less than this.
    assert (np.diff(likelihoods) >= -1e-6).all()


def test_leaps_go_on_climbing_and_end_where_steps_end(monkeypatch):
    judgments, sizes, _ = panel(6, n_items=300, n_raters=20, n_labels=4, share=0.2)
    plain = dawid_skene(*judgments, **sizes, tolerance=1e-12)
    monkeypatch.setattr("jadelite.metrics.dawid_skene._N_PLAIN", 3)

    steps = [
        dawid_skene(*judgments, **sizes, tolerance=0, max_iterations=n).log_likelihood
        for n in range(1, 40)
    ]
    leaping = dawid_skene(*judgments, **sizes, tolerance=1e-12)

    assert (np.diff(steps) >= -1e-6).all()
    assert leaping.is_converged
    assert leaping.n_iterations < plain.n_iterations
    assert leaping.posterior == pytest.approx(plain.posterior, abs=1e-6)


@few
@given(panels, st.randoms(use_true_random=False))
def test_names_of_labels_and_the_order_of_rows_change_nothing(drawn, chance):
    (items, raters, labels), sizes, _ = drawn
    names = np.array(chance.sample(range(sizes["n_labels"]), sizes["n_labels"]))
    order = np.array(chance.sample(range(items.size), items.size), dtype=int)

    found = dawid_skene(items, raters, labels, **sizes, max_iterations=20)
    renamed = dawid_skene(
        items[order], raters[order], names[labels][order], **sizes, max_iterations=20
    )

    assert renamed.posterior[:, names] == pytest.approx(found.posterior, abs=1e-6)
    assert renamed.priors[:, names] == pytest.approx(found.priors, abs=1e-6)


def test_names_of_strata_change_nothing():
    judgments, sizes, _ = panel(2, n_items=80, n_raters=6, n_labels=2)
    strata = np.arange(80) % 4

    found = dawid_skene(*judgments, **sizes, strata=strata)
    turned = dawid_skene(*judgments, **sizes, strata=3 - strata)

    assert turned.posterior == pytest.approx(found.posterior, abs=1e-9)
    assert turned.priors[::-1] == pytest.approx(found.priors, abs=1e-9)


def test_items_that_look_alike_are_reckoned_once_with_the_same_result():
    judgments, sizes, _ = panel(3, n_items=40, n_raters=3, n_labels=2, share=1.0)
    items, raters, labels = judgments
    times = 50  # at most 8 different items of three raters and two labels

    once = dawid_skene(*judgments, **sizes)
    often = dawid_skene(
        np.concatenate([items + 40 * n for n in range(times)]),
        np.tile(raters, times),
        np.tile(labels, times),
        n_items=40 * times,
        n_raters=3,
        n_labels=2,
    )

    assert often.posterior == pytest.approx(np.tile(once.posterior, (times, 1)), abs=1e-9)
    assert often.log_likelihood == pytest.approx(times * once.log_likelihood)


def test_strata_of_different_prevalence_tell_errors_from_prevalence():
    numbers = np.random.default_rng(4)
    strata = np.repeat([0, 1], 5000)
    truth = numbers.random(10_000) < np.where(strata == 0, 0.05, 0.6)
    items, raters = np.repeat(np.arange(10_000), 2), np.tile([0, 1], 10_000)
    is_right = numbers.random(20_000) < np.where(truth[items], 0.9, 0.97)
    labels = (truth[items] == is_right).astype(int)

    found = dawid_skene(
        items, raters, labels, n_items=10_000, n_raters=2, n_labels=2, strata=strata
    )

    assert found.priors[:, 1] == pytest.approx([0.05, 0.6], abs=0.02)
    assert found.confusions[:, 1, 1] == pytest.approx([0.9, 0.9], abs=0.02)
    assert found.confusions[:, 0, 0] == pytest.approx([0.97, 0.97], abs=0.02)


def test_one_coin_has_one_accuracy_and_evenly_spread_errors():
    judgments, sizes, truth = panel(5, n_items=400, n_raters=8, n_labels=3)

    found = dawid_skene(*judgments, **sizes, one_coin=True)

    for errors in found.confusions:
        assert np.diag(errors) == pytest.approx(errors[0, 0])
        assert errors[~np.eye(3, dtype=bool)] == pytest.approx((1 - errors[0, 0]) / 2)
    assert (found.posterior.argmax(axis=1) == truth).mean() > 0.9


def test_a_good_rater_outweighs_two_who_guess():
    numbers = np.random.default_rng(7)
    truth = numbers.integers(2, size=600)
    items, raters = np.repeat(np.arange(600), 5), np.tile(np.arange(5), 600)
    accuracy = np.array([0.98, 0.95, 0.55, 0.55, 0.5])
    labels = np.where(numbers.random(3000) < accuracy[raters], truth[items], 1 - truth[items])

    found = dawid_skene(items, raters, labels, n_items=600, n_raters=5, n_labels=2)

    votes = np.bincount(items, labels) / 5 > 0.5
    right = (found.posterior.argmax(axis=1) == truth).mean()
    assert right > (votes == truth).mean() + 0.05
    assert right > 0.96


def test_a_single_rater_is_believed():
    found = dawid_skene([0, 1, 2], [0, 0, 0], [1, 0, 1], n_items=3, n_raters=1, n_labels=2)

    assert found.posterior.argmax(axis=1).tolist() == [1, 0, 1]
    assert found.posterior.max(axis=1) == pytest.approx(1)
    assert found.is_converged


def test_judgments_that_are_all_alike_are_sure():
    found = dawid_skene([0, 0, 1], [0, 1, 1], [1, 1, 1], n_items=2, n_raters=2, n_labels=3)

    assert found.priors == pytest.approx(np.array([[0, 1, 0]]), abs=1e-9)
    assert found.log_likelihood == pytest.approx(0, abs=1e-6)


def test_no_judgments_leave_every_label_as_likely():
    found = dawid_skene([], [], [], n_items=2, n_raters=1, n_labels=4, strata=[0, 1])

    assert found.posterior.tolist() == [[0.25] * 4] * 2
    assert found.priors.tolist() == [[0.25] * 4] * 2
    assert (found.n_iterations, found.is_converged, found.log_likelihood) == (0, True, 0.0)
    assert dawid_skene([], [], [], n_items=0, n_raters=0, n_labels=1).posterior.shape == (0, 1)


def test_an_unjudged_item_has_the_prevalence_of_its_stratum():
    found = dawid_skene(
        [0, 0, 2, 2], [0, 1, 0, 1], [0, 0, 1, 1],
        n_items=5, n_raters=2, n_labels=2, strata=[0, 0, 1, 1, 2],
    )  # fmt: skip

    assert found.posterior[1] == pytest.approx([1, 0])
    assert found.posterior[3] == pytest.approx([0, 1])
    assert found.posterior[4] == pytest.approx([0.5, 0.5])  # nothing judged there: that of all


def test_too_few_steps_are_said():
    judgments, sizes, _ = panel(8, n_items=60, n_raters=5, n_labels=3)

    found = dawid_skene(*judgments, **sizes, max_iterations=2)

    assert (found.n_iterations, found.is_converged) == (2, False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_labels": 1}, "labels holds 1"),
        ({"n_labels": 0}, "0 labels, expected"),
        ({"n_items": 1}, "items holds 1"),
        ({"tolerance": -1}, "tolerance is -1"),
        ({"max_iterations": 0}, "max_iterations 0"),
        ({"strata": [0]}, "one for each item: 2"),
        ({"strata": [0, 9]}, "without gaps"),
        ({"n_raters": 1 << 61}, "expected below"),
    ],
)
def test_what_can_not_be_is_refused(changes, said):
    sizes = {"n_items": 2, "n_raters": 2, "n_labels": 2} | changes

    with pytest.raises(ValueError, match=said):
        dawid_skene([0, 1], [0, 1], [0, 1], **sizes)

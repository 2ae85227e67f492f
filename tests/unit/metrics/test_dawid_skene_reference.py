"""Dawid-Skene run to convergence on real labels, against crowd-kit's figures (expected.json).

The data is not part of the repository; without the sibling folder these tests are skipped.
"""

import csv
import gzip
import json

import numpy as np
import pytest

from jadelite.metrics.consensus import majority
from jadelite.metrics.dawid_skene import dawid_skene
from jadelite.metrics.long_form import long_form

SETS = ("snow2008-rte", "bluebirds", "adultcontent2")
WORDS = ("add-v", "appear-v", "ask-v", "color-n", "find-v", "high-j", "image-n", "know-v", "land-n")


@pytest.fixture(scope="session")
def expected(shared):
    return json.loads((shared / "expected.json").read_text(encoding="utf-8"))


def read(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    columns = [np.unique([row[name] for row in rows], return_inverse=True) for name in
               ("item", "annotator", "label")]  # fmt: skip
    (items, item), (raters, rater), (labels, label) = columns
    form = long_form(
        item,
        rater,
        label,
        n_items=items.size,
        n_raters=raters.size,
        n_labels=labels.size,
        columns=range(labels.size),
    )
    return form, items.tolist(), labels.tolist()


def converged(form):
    return dawid_skene(
        form.items,
        form.raters,
        form.labels,
        n_items=form.n_items,
        n_raters=form.n_raters,
        n_labels=form.n_labels,
    )


@pytest.mark.parametrize("name", SETS)
def test_prevalences_and_agreement_with_experts(shared, expected, name):
    figures = expected[name]["aggregation"]
    form, items, labels = read(shared / name / "labels.csv.gz")

    found = converged(form)

    assert found.is_converged
    priors = figures["dawid_skene"]["priors"]
    assert dict(zip(labels, found.priors[0], strict=True)) == pytest.approx(priors, abs=1e-4)
    with (shared / name / "gold.csv").open(encoding="utf-8", newline="") as stream:
        gold = {row["item"]: row["gold"] for row in csv.DictReader(stream)}
    judged = [(place, labels.index(gold[item])) for place, item in enumerate(items) if item in gold]
    places, truth = (np.array(column) for column in zip(*judged, strict=True))
    assert len(judged) == figures["n_gold"]
    chances = found.posterior[places, truth]
    assert chances.mean() == pytest.approx(
        figures["dawid_skene"]["mean_posterior_of_gold"], abs=1e-4
    )
    is_right = found.posterior[places].argmax(axis=1) == truth
    assert is_right.mean() == pytest.approx(figures["dawid_skene"]["accuracy"], abs=1e-4)

    votes, is_tie = majority(form.counts)
    assert is_tie.sum() == figures["majority_vote"]["tied_items"]
    untied = ~is_tie[places]
    assert (votes[places] == truth)[untied].mean() == pytest.approx(
        figures["majority_vote"]["accuracy_untied"], abs=1e-6
    )
    same = (found.posterior.argmax(axis=1) == votes)[~is_tie].mean()
    assert same == pytest.approx(figures["dawid_skene_equals_majority_on_untied"], abs=1e-6)


@pytest.mark.parametrize("word", WORDS)
def test_prevalences_of_word_senses(shared, expected, word):
    """Plateaus and saddles are among these: stopping early is off by up to 0.004."""
    figures = expected["amt-word-sense"][word]["aggregation"]
    form, _, labels = read(shared / "amt-word-sense" / f"{word}.csv.gz")

    found = converged(form)

    assert found.is_converged
    priors = figures["dawid_skene"]["priors"]
    assert dict(zip(labels, found.priors[0], strict=True)) == pytest.approx(priors, abs=1e-4)
    assert majority(form.counts)[1].sum() == figures["majority_vote"]["tied_items"]

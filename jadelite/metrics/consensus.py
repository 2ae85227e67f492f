"""One label from several judgments: shares of votes, and the decision drawn from them.

Counting judgments per edit is left to the callers, a model of raters' errors to `dawid_skene`.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import BoolArray, FloatArray, IntArray, as_counts, check_same_length

Unsure = Literal["half", "excluded", "no", "yes"]


def vote_share(
    n_yes: npt.ArrayLike, n_no: npt.ArrayLike, n_unsure: npt.ArrayLike, *, unsure: Unsure
) -> FloatArray:
    """Share of yes among the votes on each item.

    Parameters
    ----------
    n_yes, n_no, n_unsure : array-like of int, shape (N items,)
        Votes, 0 or more; unsure is an answer, a skipped item is no vote.
    unsure : {"half", "excluded", "no", "yes"}
        What an unsure vote adds: half a yes, nothing at all, a no, a yes.

    Returns
    -------
    ndarray of float64, shape (N items,)
        From 0 (all say no) to 1 (all say yes), NaN where no vote counts. One vote gives 0, 0.5 or
        1; whether that is enough is for `decide` to say. No items give an empty array.

    Raises
    ------
    ValueError
        If the lengths differ, a count is negative or not whole, or unsure is another word.

    References
    ----------
    Snow et al., "Cheap and fast - but is it good?", EMNLP (2008), section 4: averaging and voting
    over non-expert labels.

    Examples
    --------
    Ten workers an item as in Snow et al.: 7 yes and 3 no; then 4 yes, 4 no, 2 unsure.

    >>> vote_share([7, 4], [3, 4], [0, 2], unsure="half").tolist()
    [0.7, 0.5]
    >>> vote_share([7, 4], [3, 4], [0, 2], unsure="no").tolist()
    [0.7, 0.4]
    """
    yes = as_counts(n_yes, "n_yes").astype(np.float64)
    no = as_counts(n_no, "n_no").astype(np.float64)
    between = as_counts(n_unsure, "n_unsure").astype(np.float64)
    check_same_length(n_yes=yes, n_no=no, n_unsure=between)
    total = yes + no + between
    match unsure:
        case "half":
            yes = yes + between / 2
        case "yes":
            yes = yes + between
        case "excluded":
            total = yes + no
        case "no":
            pass
        case _:
            raise ValueError(f"unsure is {unsure!r}, expected half, excluded, no or yes")
    undefined = np.full(total.shape, np.nan)
    share: FloatArray = np.divide(yes, total, out=undefined, where=total > 0)
    return share


def decide(
    share: npt.ArrayLike, n_votes: npt.ArrayLike, *, min_votes: int = 2
) -> npt.NDArray[np.int8]:
    """The label that the majority gives each item, or that there is none.

    Parameters
    ----------
    share : array-like of float, shape (N items,)
        From `vote_share`: 0 to 1, NaN = undefined.
    n_votes : array-like of int, shape (N items,)
        Votes that the share rests on.
    min_votes : int
        Fewest votes that can decide, 1 or more.

    Returns
    -------
    ndarray of int8, shape (N items,)
        1 = yes, 0 = no, -1 = undecided: fewer than min_votes, a share of exactly one half, or no
        share. With the default a single rater decides nothing. No items give an empty array.

    Raises
    ------
    ValueError
        If the lengths differ, a share lies outside 0 to 1, a count is negative or not whole, or
        min_votes is below 1.

    References
    ----------
    Snow et al., "Cheap and fast - but is it good?", EMNLP (2008), section 4: majority of the
    votes; ties are left undecided here where the paper breaks them at random.

    Examples
    --------
    >>> decide([0.7, 0.5, 0.2, 1.0], [10, 10, 10, 1]).tolist()
    [1, -1, 0, -1]
    """
    shares = np.asarray(share, dtype=np.float64)
    votes = as_counts(n_votes, "n_votes")
    if min_votes < 1:
        raise ValueError(f"min_votes is {min_votes}, expected 1 or more")
    if shares.ndim != 1:
        raise ValueError(f"share has shape {shares.shape}, expected 1 dimension(s)")
    outside = (shares < 0) | (shares > 1)
    if outside.any():
        raise ValueError(f"share holds {shares[outside][0]}, expected 0 to 1 or NaN")
    check_same_length(share=shares, n_votes=votes)
    enough = votes >= min_votes
    decision = np.full(shares.shape, -1, dtype=np.int8)
    decision[enough & (shares > 0.5)] = 1
    decision[enough & (shares < 0.5)] = 0
    return decision


def vote_entropy(share: npt.ArrayLike) -> FloatArray:
    """How evenly votes are split between yes and no, in bits.

    Parameters
    ----------
    share : array-like of float, shape (N items,)
        From `vote_share`: 0 to 1, NaN = undefined.

    Returns
    -------
    ndarray of float64, shape (N items,)
        From 0 (all on one side, as with a single rater) to 1 (half and half), NaN where the share
        is. No items give an empty array.

    Raises
    ------
    ValueError
        If a share lies outside 0 to 1.

    References
    ----------
    Shannon, "A mathematical theory of communication" (1948), section 6 and figure 7.

    Examples
    --------
    >>> [round(bits, 3) for bits in vote_entropy([0.5, 0.75, 1.0]).tolist()]
    [1.0, 0.811, 0.0]
    """
    p = np.asarray(share, dtype=np.float64)
    outside = (p < 0) | (p > 1)
    if outside.any():
        raise ValueError(f"share holds {p[outside][0]}, expected 0 to 1 or NaN")
    bits = np.zeros(p.shape)
    for side in (p, 1 - p):
        bits -= side * np.log2(np.where(side > 0, side, 1.0))
    found: FloatArray = np.abs(bits)  # of a certain share nothing is left but the sign of zero
    return found


def majority(counts: npt.ArrayLike) -> tuple[IntArray, BoolArray]:
    """The label that most votes on each item are for, and where there is no single one.

    Parameters
    ----------
    counts : array-like of int, shape (N items, L labels)
        From `counts.count_table`.

    Returns
    -------
    label : ndarray of int64, shape (N items,)
        The column with the most votes; -1 where two or more share the lead, or nobody voted. A
        single vote decides; nothing is drawn by lot. No items give empty arrays.
    is_tie : ndarray of bool, shape (N items,)
        Whether two or more labels share the lead; False where nobody voted.

    Raises
    ------
    ValueError
        If counts has not two dimensions or holds anything but whole numbers from 0 up.

    References
    ----------
    Snow et al., "Cheap and fast - but is it good?", EMNLP (2008), section 4; ties are left
    undecided here where the paper breaks them at random.

    Examples
    --------
    Subjects 1 and 6 of Wikipedia, "Fleiss' kappa": all fourteen say 5; seven say 1, seven say 2.

    >>> majority([[0, 0, 0, 0, 14], [7, 7, 0, 0, 0]])
    (array([ 4, -1]), array([False,  True]))
    """
    table = as_counts(counts, "counts", ndim=2)
    if table.size == 0:
        none = np.full(table.shape[0], -1, dtype=np.int64)
        return none, np.zeros(table.shape[0], dtype=np.bool_)
    most = table.max(axis=1)
    is_voted = most > 0
    is_tie = is_voted & ((table == most[:, np.newaxis]).sum(axis=1) > 1)
    label = np.where(is_voted & ~is_tie, table.argmax(axis=1), -1)
    return label.astype(np.int64, copy=False), is_tie


def soft_labels(counts: npt.ArrayLike) -> FloatArray:
    """The share of votes that each label has on each item.

    Parameters
    ----------
    counts : array-like of int, shape (N items, L labels)
        From `counts.count_table`.

    Returns
    -------
    ndarray of float64, shape (N items, L labels)
        From 0 (nobody) to 1 (everybody); rows sum to 1, NaN where nobody voted. A single vote
        gives a 1. No items give an empty array. For shares that weigh raters by their errors take
        the posterior of `dawid_skene`.

    Raises
    ------
    ValueError
        If counts has not two dimensions or holds anything but whole numbers from 0 up.

    References
    ----------
    Uma et al., "Learning from disagreement: a survey", Journal of Artificial Intelligence Research
    72 (2021), section 3.2: the votes, normalised, as a target.

    Examples
    --------
    Subject 10 of Wikipedia, "Fleiss' kappa", with a subject that nobody rated:

    >>> soft_labels([[0, 2, 2, 3, 7], [0, 0, 0, 0, 0]]).round(2).tolist()
    [[0.0, 0.14, 0.14, 0.21, 0.5], [nan, nan, nan, nan, nan]]
    """
    table = as_counts(counts, "counts", ndim=2).astype(np.float64)
    votes = table.sum(axis=1, keepdims=True)
    undefined = np.full(table.shape, np.nan)
    shares: FloatArray = np.divide(table, votes, out=undefined, where=votes > 0)
    return shares

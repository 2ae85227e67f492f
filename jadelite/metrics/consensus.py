"""One label from several judgments: the share of yes and the decision drawn from it.

Counting judgments per edit is left to the callers, models of rater skill to later files.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from jadelite.metrics._arrays import FloatArray, as_counts, check_same_length

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

"""Whether the ids of the annotators belong to their answers: a check of the data before skill is believed.

People differ, so how often somebody agrees with the others at an item varies more from person to person than
chance alone would have it (over-dispersion). Where ids were shuffled, or are those of a form's columns, that
is gone: the ratio of the variance to that of chance falls to 1, and every skill worked out of such a table
is fiction. It happens in published data.
"""

from typing import NamedTuple

import numpy as np

from labelwright.quality.votes import Votes

FEWEST_PEOPLE = 10
FEWEST_ANSWERS = 20.0  # answers beside others', a person, on average
SIGMAS = 3.0


class Identity(NamedTuple):
    """`dispersion` is 1 where people are alike; `doubtful` where ids seem not to belong to the answers."""

    dispersion: float
    error: float
    people: int

    @property
    def doubtful(self) -> bool:
        """Whether people differ no more than chance would have it, though there are answers enough to see."""
        return self.dispersion < 1 + SIGMAS * self.error

    @property
    def words(self) -> str:
        """The finding in a sentence."""
        found = f"People differ {self.dispersion:.1f} times as much as chance alone would have it"
        if not self.doubtful:
            return f"{found}, as people do."
        return (
            f"{found}. Either all are equally good, or the ids do not belong to the answers: check where "
            "they come from before believing anybody's skill."
        )


def identity(votes: Votes) -> Identity | None:
    """The over-dispersion of how often people agree with others; None for too few people or answers.

    Under shuffled ids each answer to an item agrees with a share of the others that any of the item's answers
    has alike, which gives the mean and the variance to compare with.
    """
    size = np.bincount(votes.item, minlength=len(votes.items))
    key = votes.item * max(len(votes.categories), 1) + votes.answer
    _, place, same = np.unique(key, return_inverse=True, return_counts=True)
    met = size[votes.item] > 1
    share = (same[place.reshape(-1)] - 1) / np.maximum(size[votes.item] - 1, 1)
    mean = np.bincount(votes.item, share, len(size)) / np.maximum(size, 1)
    gap = share - mean[votes.item]
    spread = np.bincount(votes.item, gap**2, len(size)) / np.maximum(size, 1)
    people = len(votes.annotators)
    answers = np.bincount(votes.annotator[met], minlength=people)
    own = np.bincount(votes.annotator[met], gap[met], people)
    usual = np.bincount(votes.annotator[met], spread[votes.item[met]], people)
    seen = usual > 0
    count = int(seen.sum())
    if count < FEWEST_PEOPLE or answers[seen].mean() < FEWEST_ANSWERS:
        return None
    each = own[seen] ** 2 / usual[seen]
    return Identity(float(each.mean()), (2 / count) ** 0.5, count)

"""Suspects among tags: where people, a model, and what looks alike say something else than what is given.

**The score** is the chance that the given tag is wrong by a posterior over categories: a prior from the
model's out-of-sample probabilities or the neighbors' tags, and a likelihood of each vote through one
confusion matrix of the whole crowd, both found together by EM (Dawid and Skene, Applied Statistics 1979,
pooled over people; a model as the prior as in Goh, Tkachenko and Mueller, CROWDLAB, 2022). How far the model
and the neighbors are believed, an exponent for each, is not set by hand: it is the one under which the votes
are most likely. That is a chance under the model's assumptions and ranks well; it is not calibrated on gold.

**Confident learning** (Northcutt, Jiang and Chuang, Confident Learning, JAIR 2021): an item counts as a
likely error where the model is at least as sure of another category as it is, on average, on items that were
given that category. `confident_joint` gives the matrix and the items; in `tag_suspects` it is a reason.

**Neighbors**: the shares of tags among the most alike items, by the cosine of embeddings (`neighbors.py`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.quality.suspects import Suspect, ranked

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BELIEFS = (0.25, 0.5, 0.7, 1.0, 1.4, 2.0, 4.0, 8.0)  # exponents tried for the model
SECOND_BELIEFS = (0.0, 0.15, 0.3, 0.6)  # for the neighbors beside a model
ROUNDS = 12
SETTLED = 1e-5  # change of the mean log-likelihood at which a round is the last
LEAST = 1e-6
LOWEST = 0.5  # a score under which nobody is made to look, by default


class Joint(NamedTuple):
    """Given against likely true categories, in counts (categories × categories), and the likely errors.

    `thresholds` holds how sure the model is on average where a category was given, None where it never
    was. `errors` is the share of items off the diagonal, None where nothing was counted.
    """

    counts: Ints
    thresholds: tuple[float | None, ...]
    likely: Ints  # for each item its likely category, -1 where the model is not sure enough of any
    errors: float | None


class Posterior(NamedTuple):
    """Chances of each item's categories (items × categories), and how far each prior was believed."""

    chances: Floats
    model_belief: float | None
    neighbor_belief: float | None


def confident_joint(given: Ints, probabilities: Floats) -> Joint:
    """The confident joint of Northcutt et al.; `given` are positions of categories, -1 for none."""
    count, width = probabilities.shape
    known = np.flatnonzero(given >= 0)
    sums, times = np.zeros(width), np.zeros(width)
    np.add.at(sums, given[known], probabilities[known, given[known]])
    np.add.at(times, given[known], 1.0)
    bounds = np.where(times > 0, sums / np.maximum(times, 1), np.inf)
    # Sure enough of several: the one it is surest of.
    sure = np.where(probabilities >= bounds - 1e-12, probabilities, -1.0)
    likely = np.full(count, -1, np.int64)
    if width:
        best = np.argmax(sure, axis=1)
        likely = np.where(sure[np.arange(count), best] >= 0, best, -1).astype(np.int64)
    counted = np.flatnonzero((given >= 0) & (likely >= 0))
    table = np.zeros((width, width), np.int64)
    np.add.at(table, (given[counted], likely[counted]), 1)
    errors = 1 - float(np.trace(table)) / len(counted) if len(counted) else None
    thresholds = tuple(float(value) if np.isfinite(value) else None for value in bounds)
    return Joint(table, thresholds, likely, errors)


def tag_posterior(
    counts: NDArray[np.generic], probabilities: Floats | None = None, neighbors: Floats | None = None
) -> Posterior:
    """What each item probably is, by its votes (items × categories) and by what else is known of it.

    Without a model and neighbors the prior is the categories' share of votes.
    """
    votes = np.asarray(counts, np.float64)
    if not votes.size:
        return Posterior(votes, None, None)
    best, most = Posterior(votes, None, None), -np.inf
    logs = None if probabilities is None else _logs(probabilities)
    beside = None if neighbors is None else _logs(neighbors)
    for belief in BELIEFS if logs is not None else (None,):
        seconds: tuple[float | None, ...] = (None,)
        if beside is not None:
            seconds = SECOND_BELIEFS if logs is not None else BELIEFS[:4]
        for second in seconds:
            prior = np.zeros_like(votes)
            if logs is not None and belief is not None:
                prior = prior + belief * logs
            if beside is not None and second is not None:
                prior = prior + second * beside
            if logs is None and beside is None:
                prior = prior + np.log((votes.sum(axis=0) + 1) / (votes.sum() + votes.shape[1]))
            chances, likelihood = _em(_normal(prior), votes)
            if likelihood > most + 1e-9:
                best, most = Posterior(chances, belief, second), likelihood
    return best


def tag_suspects(
    items: Sequence[str],
    annotations: Sequence[str],
    given: Ints,
    categories: Sequence[str],
    *,
    counts: NDArray[np.generic] | None = None,
    probabilities: Floats | None = None,
    neighbors: Floats | None = None,
    lowest: float = LOWEST,
) -> list[Suspect]:
    """Items whose one tag is probably wrong, by score, with what should stand there.

    `given[i]` is the position in `categories` of the tag `annotations[i]` of `items[i]`. `counts` are the
    votes behind it (items × categories); without them the given tag is the only vote. `probabilities` are
    a model's, made without having learned from the same item's tag; `neighbors` come from
    `neighbor_shares`. With one vote an item and neither of both, nothing speaks against anything, and
    nobody is suspect. A score below `lowest` is left out; 0 ranks all items.
    """
    votes = np.zeros((len(items), len(categories))) if counts is None else np.asarray(counts, np.float64)
    places = np.arange(len(items))
    if counts is None:
        votes[places, given] = 1.0
    several = bool(len(items)) and bool(np.any(votes.sum(axis=1) > 1))
    if not len(items) or (probabilities is None and neighbors is None and not several):
        return []
    chances = tag_posterior(votes, probabilities, neighbors).chances
    scores = 1 - chances[places, given]
    others = chances.copy()
    others[places, given] = -1.0
    better = np.argmax(others, axis=1)
    likely = None if probabilities is None else confident_joint(given, probabilities).likely
    found: list[Suspect] = []
    for at in _places(scores >= lowest):
        is_now, instead = int(given[at]), int(better[at])
        reasons: list[str] = []
        if probabilities is not None:
            top = int(np.argmax(probabilities[at]))
            if top != is_now:
                sure = "" if likely is None or likely[at] != top else ", as sure as where it is right"
                reasons.append(f"the model says {categories[top]} ({probabilities[at, top]:.0%}{sure})")
        cast = votes[at]
        if cast.sum() > cast[is_now]:
            reasons.append(f"{cast[is_now]:g} of {cast.sum():g} people said {categories[is_now]}")
        if neighbors is not None and int(np.argmax(neighbors[at])) != is_now:
            top = int(np.argmax(neighbors[at]))
            reasons.append(f"{neighbors[at, top]:.0%} of what looks alike is {categories[top]}")
        if not reasons:
            reasons.append(f"{categories[is_now]} is often taken for {categories[instead]}")
        score = min(1.0, max(0.0, float(scores[at])))
        found.append(
            Suspect(items[at], annotations[at], "wrong_category", score, tuple(reasons), categories[instead])
        )
    return ranked(found)


def many_tag_suspects(
    items: Sequence[str],
    annotations: Sequence[Sequence[str | None]],
    categories: Sequence[str],
    probabilities: Floats,
) -> list[Suspect]:
    """Missing and extra tags where an item may have several of them.

    `annotations[i][c]` is the id of the tag of category c on item i, None where there is none;
    `probabilities[i, c]` is the model's that it applies. Each category is a question of its own: a tag
    is missing where the model is at least as sure as it is on average where the tag stands, and extra where
    it is at most as sure as where the tag does not stand (the thresholds of confident learning).
    """
    stands = np.array([[one is not None for one in row] for row in annotations], np.bool_)
    stands = stands.reshape(len(items), len(categories))
    found: list[Suspect] = []
    for column, category in enumerate(categories):
        there, sure = stands[:, column], probabilities[:, column]
        if not there.any() or there.all():
            continue  # nothing to compare with
        with_it, without = float(sure[there].mean()), float(sure[~there].mean())
        if with_it <= without:
            continue  # the model does not know this category
        for at in _places(~there & (sure >= with_it)):
            words = f"the model sees {category} ({sure[at]:.0%}; {with_it:.0%} where it is given)"
            found.append(Suspect(items[at], None, "missing", float(sure[at]), (words,), category))
        for at in _places(there & (sure <= without)):
            words = f"the model sees no {category} ({sure[at]:.0%}; {with_it:.0%} where it is given)"
            found.append(Suspect(items[at], annotations[at][column], "extra", float(1 - sure[at]), (words,)))
    return ranked(found)


def _em(prior: Floats, votes: Floats) -> tuple[Floats, float]:
    """The posterior under one confusion matrix of all people, and the votes' mean log-likelihood."""
    from scipy.sparse import csr_matrix

    width = votes.shape[1]
    logs = np.log(prior)
    cast = csr_matrix(votes)  # few of many categories
    chances, likelihood = prior, -np.inf
    for _ in range(ROUNDS):
        # Half an answer a row is spread over the row, and one lies on the diagonal: people mean well.
        confusion = np.asarray(cast.T @ chances, np.float64).T + np.eye(width) + 0.5 / width
        confusion /= confusion.sum(axis=1, keepdims=True)
        joint = logs + np.asarray(cast @ np.log(confusion).T, np.float64)
        top = joint.max(axis=1, keepdims=True)
        chances = np.exp(joint - top)
        total = chances.sum(axis=1, keepdims=True)
        chances = chances / total
        before, likelihood = likelihood, float(np.sum(top + np.log(total))) / len(votes)
        if abs(likelihood - before) < SETTLED:
            break
    return chances, likelihood


def _places(chosen: NDArray[np.bool_]) -> list[int]:
    return [int(at) for at in np.flatnonzero(chosen)]


def _logs(shares: Floats) -> Floats:
    return np.log(np.clip(np.nan_to_num(np.asarray(shares, np.float64)), LEAST, 1.0))


def _normal(logs: Floats) -> Floats:
    values = np.exp(logs - logs.max(axis=1, keepdims=True))
    values /= values.sum(axis=1, keepdims=True)
    return np.clip(values, 1e-12, 1.0)

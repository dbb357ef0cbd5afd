"""Held-out evidence: how well what a method makes of some answers foretells the others.

A part of the answers is put aside, the method merges the rest, and everybody's confusion is counted under its
result, for all methods in one way. The score is the mean logarithm of the chance that this gave to the
answers put aside: what Bayesian statistics calls the log predictive density under cross-validation
(Vehtari, Gelman and Gabry, Statistics and Computing 27, 2017). A method that is too sure of itself is scored
after its beliefs were flattened; how far that helped is `power`, 1 for not at all.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from labelwright.quality.aggregation import aggregate, in_order
from labelwright.quality.cells import Cells
from labelwright.quality.em_dense import Dense, fits
from labelwright.quality.posterior import Posterior
from labelwright.quality.statistic import Floats, Ints
from labelwright.quality.votes import Votes

FOLDS = 5
POWERS = (0.1, 0.25, 0.5, 0.75, 1.0)
OWN = 4.0  # answers that a person's row of confusion is drawn towards everybody's by
EVEN = 0.5  # answers for each pair of truth and answer beforehand
FLOOR = 1e-6


class Foretold(NamedTuple):
    """The logarithm of the chance that each held-out vote got (in the order of the votes), and the power."""

    logs: Floats
    power: float

    @property
    def mean(self) -> float:
        """The score: nearer to 0 is better."""
        return float(self.logs.mean())


def foretold(
    votes: Votes,
    methods: Sequence[str],
    generator: np.random.Generator,
    *,
    probabilities: Floats | None = None,
    folds: int = FOLDS,
) -> dict[str, Foretold]:
    """For each method what it foretold of every vote, each held out once. The votes must not be empty."""
    votes = in_order(votes)
    part = _parts(votes, folds, generator)
    logs = {name: np.zeros((len(POWERS), len(votes))) for name in methods}
    for fold in range(folds):
        away = part == fold
        train, held = votes.where(~away), votes.where(away)
        if not len(train) or not len(held):
            continue
        for name in methods:
            found = aggregate(train, name, probabilities=probabilities)
            for row, power in enumerate(POWERS):
                logs[name][row, away] = _chances(train, held, found.posterior, power)
    return {name: _best(rows) for name, rows in logs.items()}


def _parts(votes: Votes, folds: int, generator: np.random.Generator) -> Ints:
    """A fold for each vote: those of one item go to different folds as far as there are some."""
    order = np.lexsort((generator.random(len(votes)), votes.item))
    part = np.empty(len(votes), np.int64)
    part[order] = np.arange(len(votes)) % folds
    return part


def _best(rows: Floats) -> Foretold:
    best = int(rows.mean(axis=1).argmax())
    return Foretold(rows[best], POWERS[best])


def _chances(train: Votes, held: Votes, posterior: Posterior, power: float) -> Floats:
    if fits(train):
        return _by_confusion(train, held, posterior, power)
    return _by_skill(train, held, posterior, power)


def flattened(table: Floats, power: float) -> Floats:
    """Rows of chances raised to a power; what a row lacks to 1 is spread over all categories."""
    lacking = np.clip(1 - table.sum(axis=1, keepdims=True), 0, None) / table.shape[1]
    flat = (table + lacking + FLOOR) ** power
    return flat / flat.sum(axis=1, keepdims=True)


def _by_confusion(train: Votes, held: Votes, posterior: Posterior, power: float) -> Floats:
    belief = flattened(posterior.table, power)
    sheet = Dense(train, Cells.of(train))
    counts = sheet.counted(belief)
    pooled = counts.sum(axis=0) + EVEN
    pooled /= pooled.sum(axis=1, keepdims=True)
    confusion = (counts + OWN * pooled) / (sheet.totals(counts) + OWN)
    rows = confusion[held.annotator, :, held.answer]
    return np.log((belief[held.item] * rows).sum(axis=1))


def _by_skill(train: Votes, held: Votes, posterior: Posterior, power: float) -> Floats:
    """The same with one skill a person, where wrong answers come as often as they are given."""
    width = max(len(train.categories), 1)
    best, most = posterior.best
    sure = np.clip(most**power, FLOOR, 1 - FLOOR)
    agrees = (train.answer == best[train.item]) * sure[train.item]
    people = len(train.annotators)
    mean = float(agrees.mean())
    skill = (np.bincount(train.annotator, agrees, people) + OWN * mean) / (
        np.bincount(train.annotator, minlength=people) + OWN
    )
    given = (np.bincount(train.answer, minlength=width) + EVEN) / (len(train) + EVEN * width)
    own = np.clip(skill, FLOOR, 1 - FLOOR)[held.annotator]
    same = np.where(
        held.answer == best[held.item], sure[held.item], (1 - sure[held.item]) * given[held.answer]
    )
    return np.log(same * own + (1 - same) * (1 - own) * given[held.answer] + FLOOR**2)

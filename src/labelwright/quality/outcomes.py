"""Outcomes: what somebody answered beside what it should have been, and where that is known from."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Source = Literal["gold", "peer", "review"]
CHECKED: frozenset[Source] = frozenset({"gold", "review"})  # held against people who know, not against equals
DAY = 86_400.0

Floats = NDArray[np.float64]
Key = TypeVar("Key", bound=Hashable)


class Outcome(NamedTuple):
    """One answer of one person (or model) beside its reference.

    `category` is the one the answer is counted under, usually the reference's. `answered` and `reference`
    are categories; None on one side is a missing or an extra annotation. `weight` is how much the row
    counts, from 0 to 1: a peer reference that is 0.9 sure of one category and 0.1 of another makes two
    rows of those weights. `time` is in seconds since the epoch, `seconds` the active time of the answer.
    """

    annotator: str
    category: str
    answered: str | None
    reference: str | None
    source: Source
    weight: float = 1.0
    time: float = 0.0
    seconds: float | None = None

    @property
    def right(self) -> bool:
        """Whether the answer is the reference's."""
        return self.answered == self.reference


class Estimate(NamedTuple):
    """A share with its interval: `value` is the posterior mean, `evidence` the answers it rests on."""

    value: float
    low: float
    high: float
    evidence: float


def faded(rows: Sequence[Outcome], half_life_days: float | None, now: float | None = None) -> list[Outcome]:
    """The rows with weights that halve with every `half_life_days` of age; None forgets nothing.

    `now` is the time that age is counted back from, by default the latest row's.
    """
    if half_life_days is None or not rows:
        return list(rows)
    latest = max(row.time for row in rows) if now is None else now
    life = half_life_days * DAY
    return [row._replace(weight=row.weight * 0.5 ** (max(0.0, latest - row.time) / life)) for row in rows]


def tallies(rows: Iterable[Outcome], key: Callable[[Outcome], Key]) -> dict[Key, tuple[float, float]]:
    """By key: the weight of right answers and the weight of all."""
    found: dict[Key, tuple[float, float]] = {}
    for row in rows:
        right, total = found.get(key(row), (0.0, 0.0))
        found[key(row)] = (right + row.weight * row.right, total + row.weight)
    return found


def beta_interval(a: Floats, b: Floats, level: float) -> tuple[Floats, Floats]:
    """Equal-tailed intervals of Beta(a, b)."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    return np.asarray(betaincinv(a, b, tail), np.float64), np.asarray(betaincinv(a, b, 1 - tail), np.float64)

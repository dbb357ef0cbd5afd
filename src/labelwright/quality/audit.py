"""When an audit may stop: after each verdict, whether its claim is proved, refuted, or still open.

The first decision stands. A claim that is true is refuted with a chance of at most alpha, one that is false
is proved with a chance of at most alpha, however often anybody looks (`confidence_sequence.py`).

Several claims in one certificate share alpha (`shared_alpha`): the chance that any one of them is wrongly
proved stays at most alpha (Bonferroni). All of them read the same verdicts: the draws that fall into a
category are a random draw from that category.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from typing import Literal

from labelwright.core.errors import InvalidInput
from labelwright.quality.bounded_mean import BoundedMean
from labelwright.quality.bounds import whole_share
from labelwright.quality.confidence_sequence import ErrorShare, Tuning, log_chance
from labelwright.quality.stratified import StratifiedShare

State = Literal["open", "proved", "refuted"]


@dataclass(frozen=True)
class Standing:
    """Where an audit of one claim stands. Shares of the population, each bound one-sided at 1 - alpha.

    `needed_if_clean` and `needed` say how many more verdicts prove it: if all are right, and if errors go on
    as they came so far (None: they then would not prove it). Both are 0 once the claim is decided.
    """

    state: State
    audited: int
    errors: int
    estimate: float | None
    upper: float
    lower: float
    decided_at: int | None
    needed_if_clean: int | None
    needed: int | None


class ClaimAudit(ABC):
    """An audit of one claim that can stop after any verdict; the kinds differ in what they read.

    `reference_error` is the share of verdicts in which a wrong unit may pass as right: it is taken off the
    claim before the test, and added to the upper bound.
    """

    def __init__(self, claim: float, reference_error: float) -> None:
        if not 0 <= reference_error <= claim:
            raise InvalidInput(
                f"A reference that errs in {reference_error:.3%} cannot prove errors of {claim:.3%}.",
                place="reference_error",
                remedy="Claim more than the reference's own error, or audit with a better reference.",
            )
        self.claim, self.reference_error = claim, reference_error
        self.tested = claim - reference_error
        self.state: State = "open"
        self.decided_at: int | None = None

    def decide(self, audited: int, proved: bool, refuted: bool) -> None:
        """Settle the claim; what was decided first stands."""
        if self.state == "open" and (proved or refuted):
            self.state, self.decided_at = "proved" if proved else "refuted", audited

    @property
    @abstractmethod
    def standing(self) -> Standing:
        """Where the audit stands now."""

    def _standing(
        self,
        share: ErrorShare | StratifiedShare | BoundedMean,
        errors: int,
        needed: Callable[[bool], int | None],
        scale: float = 1.0,
    ) -> Standing:
        decided = self.state != "open"
        estimate = share.estimate
        return Standing(
            state=self.state,
            audited=share.audited,
            errors=errors,
            estimate=None if estimate is None else scale * estimate,
            upper=min(scale, scale * share.upper + self.reference_error),
            lower=scale * share.lower,
            decided_at=self.decided_at,
            needed_if_clean=0 if decided else needed(True),
            needed=0 if decided else needed(False),
        )


class SequentialAudit(ClaimAudit):
    """An audit of “at most `claim` of these units are wrong”, drawn without strata."""

    def __init__(
        self,
        population: int,
        claim: float,
        alpha: float = 0.05,
        tuning: Tuning = "clean",
        reference_error: float = 0.0,
    ) -> None:
        super().__init__(claim, reference_error)
        self.share = ErrorShare(population, alpha, self.tested, tuning)
        self.allowed = whole_share(self.tested, population)
        self._settle()

    def add(self, wrong: bool) -> None:
        """Take the next verdict, in the order of the draw; “cannot tell” counts as wrong."""
        self.share.add(wrong)
        self._settle()

    def _settle(self) -> None:
        share = self.share
        most = whole_share(self.claim, share.population)
        self.decide(share.audited, share.upper_count <= self.allowed, share.lower_count > most)

    @property
    def standing(self) -> Standing:
        return self._standing(self.share, self.share.errors, self._needed)

    def _needed(self, clean: bool) -> int | None:
        share = self.share
        rate = 0.0 if clean else _likely_rate(share.errors, share.audited, self.tested)
        if rate >= self.tested > 0:
            return None
        return _first(share.population - share.audited, lambda more: self._proved_after(more, rate))

    def _proved_after(self, more: int, rate: float) -> bool:
        share = self.share
        audited, errors = share.audited + more, share.errors + rate * more
        if errors > self.allowed:
            return False
        if audited - errors >= share.population - self.allowed:
            return True  # all that is left may be wrong
        null = log_chance(self.allowed + 1, share.population, errors, audited)
        # Past the most likely count the chance falls, so rejecting the first count not allowed rejects all.
        beyond = errors * (share.population + 1) <= (self.allowed + 1) * audited
        return beyond and share.log_mixture(errors, audited) - null >= log(1 / share.alpha)


class StratifiedAudit(ClaimAudit):
    """The same claim, with the verdicts in strata of like score."""

    def __init__(
        self,
        sizes: Sequence[int],
        guesses: Sequence[float],
        claim: float,
        alpha: float = 0.05,
        reference_error: float = 0.0,
        shares: Sequence[float] = (),
    ) -> None:
        super().__init__(claim, reference_error)
        self.share = StratifiedShare(sizes, guesses, alpha)
        self.allowed = whole_share(self.tested, self.share.population)
        self._shares = [share / sum(shares or sizes) for share in shares or sizes]
        self._settle()

    def add(self, stratum: int, wrong: bool) -> None:
        """Take the next verdict, in the order of the draws of its stratum."""
        self.share.add(stratum, wrong)
        self._settle()

    def _settle(self) -> None:
        share = self.share
        most = whole_share(self.claim, share.population)
        self.decide(share.audited, share.upper_count <= self.allowed, share.lower_count > most)

    @property
    def standing(self) -> Standing:
        return self._standing(self.share, self.share.errors, self._needed)

    def _needed(self, clean: bool) -> int | None:
        share = self.share
        rates = [
            0.0 if clean else _likely_rate(wrong, wrong + right, self.tested)
            for wrong, right in zip(share.wrong, share.right, strict=True)
        ]

        def proved_after(more: int) -> bool:
            wrong: list[float] = []
            right: list[float] = []
            for h, size in enumerate(share.sizes):
                drawn = min(size - share.wrong[h] - share.right[h], more * self._shares[h])
                wrong.append(share.wrong[h] + rates[h] * drawn)
                right.append(share.right[h] + (1 - rates[h]) * drawn)
            return share.rejects(self.allowed + 1, wrong, right)

        return _first(share.population - share.audited, proved_after)


class MeanAudit(ClaimAudit):
    """An audit of “at most `claim` per item on average”, where more than `cap` in one item count as `cap`."""

    def __init__(self, population: int, claim: float, cap: int, alpha: float = 0.05) -> None:
        super().__init__(claim, 0.0)
        if cap < 1 or claim > cap:
            raise InvalidInput(f"The cap is at least 1 and not below the claim of {claim}.", place="cap")
        self.cap, self.counted = cap, 0
        self.share = BoundedMean(population, alpha, claim / cap)

    def add(self, count: int) -> None:
        """Take the count of the next item, in the order of the draw."""
        self.counted += min(count, self.cap)
        self.share.add(min(count, self.cap) / self.cap)
        tested = self.claim / self.cap
        self.decide(self.share.audited, self.share.upper <= tested, self.share.lower > tested)

    @property
    def standing(self) -> Standing:
        return self._standing(self.share, self.counted, self.share.needed, self.cap)


def _likely_rate(errors: int, audited: int, claim: float) -> float:
    """The share of errors so far, drawn towards a quarter of the claim by as much as one audit."""
    return (errors + claim / 4) / (audited + 1)


def _first(most: int, holds: Callable[[int], bool]) -> int | None:
    """The least number from 1 to `most` for which it holds, when it goes on holding; None if never."""
    if most < 1 or not holds(most):
        return None
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def shared_alpha(alpha: float, weights: Sequence[float]) -> list[float]:
    """What each of several claims may fail with so that all hold at once; more weight, more of it."""
    if not weights or min(weights) <= 0:
        raise InvalidInput("Each claim needs a weight above 0.", place="weights")
    return [alpha * weight / sum(weights) for weight in weights]

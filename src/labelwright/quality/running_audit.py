"""An audit as it goes on: verdicts in, bounds of all its claims out, at any time.

A claim on a category reads only the draws of that category, which are a random draw from it. One on items
reads all. Verdicts come in the order of the draw and without a gap: one that is left out could be the error.
"""

from collections.abc import Sequence

from labelwright.core.errors import InvalidInput
from labelwright.quality.audit import MeanAudit, SequentialAudit, StratifiedAudit, shared_alpha
from labelwright.quality.bounds import clopper_pearson_upper, hypergeometric_upper
from labelwright.quality.certificate import Bound, Claim, Plan, Population, Verdict


class RunningAudit:
    """The bounds of the claims of one audit, live."""

    def __init__(self, population: Population, plan: Plan, claims: Sequence[Claim]) -> None:
        if not claims:
            raise InvalidInput("An audit needs a claim to prove.", place="claims")
        if len({claim.id for claim in claims}) < len(claims):
            raise InvalidInput("Two claims of an audit have the same id.", place="claims")
        if len(population.sizes) > 1 and len(plan.guesses) != len(population.sizes):
            raise InvalidInput("Each stratum needs a guessed share of errors.", place="plan.guesses")
        if not 0.5 <= plan.confidence < 1:
            raise InvalidInput("A confidence lies from 0.5 to below 1.", place="plan.confidence")
        alpha = round(1 - plan.confidence, 12)
        alphas = (
            shared_alpha(alpha, [claim.weight for claim in claims])
            if plan.together
            else [alpha] * len(claims)
        )
        self.population, self.plan = population, plan
        self.claims = [
            _Reading(claim, population, plan, own) for claim, own in zip(claims, alphas, strict=True)
        ]
        self.audited = 0
        self._seen: set[str] = set()

    @property
    def decided(self) -> bool:
        """Whether every claim is proved or refuted: the audit may stop."""
        return all(claim.audit.state != "open" for claim in self.claims)

    def add(self, verdict: Verdict) -> None:
        """Take the verdict on the next draw."""
        if verdict.number != self.audited + 1:
            raise InvalidInput(
                f"Verdict {verdict.number} came where number {self.audited + 1} was due.",
                place="log",
                remedy="Judge the units in the order in which they were drawn, and leave none out.",
            )
        if verdict.unit in self._seen:
            raise InvalidInput(f"The unit “{verdict.unit}” was judged twice.", place="log")
        if not 0 <= verdict.stratum < len(self.population.sizes):
            raise InvalidInput(f"There is no stratum {verdict.stratum}.", place="log")
        self._seen.add(verdict.unit)
        self.audited += 1
        for claim in self.claims:
            claim.add(verdict)

    def bounds(self) -> list[Bound]:
        """What the verdicts so far say of each claim."""
        return [claim.bound() for claim in self.claims]


class _Reading:
    """One claim and its audit: which verdicts it reads, and as what."""

    def __init__(self, claim: Claim, population: Population, plan: Plan, alpha: float) -> None:
        self.claim, self.alpha = claim, alpha
        self.of_items = claim.measure != "wrong"
        if self.of_items and population.unit != "item":
            raise InvalidInput("What is missing can be audited on items only.", place=f"claims.{claim.id}")
        self.sizes = _sizes(claim, population)
        self.audit = self._audit(plan)

    def _audit(self, plan: Plan) -> SequentialAudit | StratifiedAudit | MeanAudit:
        claim, size = self.claim, sum(self.sizes)
        if claim.measure == "missing_per_item":
            if len(self.sizes) > 1 or plan.reference_error:
                raise InvalidInput(
                    "How many annotations items lack is audited without strata and with a sure reference.",
                    place=f"claims.{claim.id}",
                    remedy="Claim the share of items that lack something (“incomplete”), or drop the strata.",
                )
            return MeanAudit(size, claim.at_most, claim.cap, self.alpha)
        if len(self.sizes) == 1:
            return SequentialAudit(size, claim.at_most, self.alpha, plan.tuning, plan.reference_error)
        return StratifiedAudit(
            self.sizes, plan.guesses, claim.at_most, self.alpha, plan.reference_error, plan.shares
        )

    def add(self, verdict: Verdict) -> None:
        missing = self._missing(verdict)
        if isinstance(self.audit, MeanAudit):
            self.audit.add(missing)
            return
        if self.of_items:
            wrong = missing > 0 or verdict.verdict == "unclear"
        elif self.claim.category in (None, verdict.category):
            wrong = verdict.verdict != "right"
        else:
            return
        if isinstance(self.audit, StratifiedAudit):
            self.audit.add(verdict.stratum, wrong)
        else:
            self.audit.add(wrong)

    def _missing(self, verdict: Verdict) -> int:
        """What the item lacks; where nobody could tell, a claim on counts takes its cap."""
        if verdict.verdict == "unclear":
            return self.claim.cap
        if self.claim.category is not None:
            return verdict.missing.get(self.claim.category, 0)
        return sum(verdict.missing.values())

    def bound(self) -> Bound:
        now, confidence, size = self.audit.standing, 1 - self.alpha, sum(self.sizes)
        plain = isinstance(self.audit, SequentialAudit) and now.audited > 0
        return Bound(
            claim=self.claim.id,
            state=now.state,
            confidence=round(confidence, 12),
            population=size,
            audited=now.audited,
            errors=now.errors,
            estimate=now.estimate,
            upper=now.upper,
            lower=now.lower,
            decided_at=now.decided_at,
            needed_if_clean=now.needed_if_clean,
            needed=now.needed,
            clopper_pearson=clopper_pearson_upper(now.errors, now.audited, confidence) if plain else None,
            hypergeometric=hypergeometric_upper(now.errors, now.audited, size, confidence) / size
            if plain
            else None,
        )


def _sizes(claim: Claim, population: Population) -> list[int]:
    """In each stratum, how many units the claim speaks of."""
    if claim.category is None or claim.measure != "wrong":
        return population.sizes
    if claim.category not in population.categories:
        raise InvalidInput(
            f"How many units have the category “{claim.category}” is not stated.", place=f"claims.{claim.id}"
        )
    return population.categories[claim.category]

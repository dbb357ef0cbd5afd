"""An audit as it goes on: verdicts in, bounds of all its claims out, at any time.

A claim on a category reads only the draws of that category, which are a random draw from it. One on items
reads all. Verdicts come in the order of the draw and without a gap: one that is left out could be the error.
"""

from collections.abc import Sequence

from labelwright.core.errors import InvalidInput
from labelwright.quality.audit import SequentialAudit, Standing, shared_alpha
from labelwright.quality.bounds import clopper_pearson_upper, hypergeometric_upper
from labelwright.quality.certificate import Bound, Claim, Plan, Population, Verdict


class RunningAudit:
    """The bounds of the claims of one audit, live."""

    def __init__(self, population: Population, plan: Plan, claims: Sequence[Claim]) -> None:
        if not claims:
            raise InvalidInput("An audit needs a claim to prove.", place="claims")
        if len({claim.id for claim in claims}) < len(claims):
            raise InvalidInput("Two claims of an audit have the same id.", place="claims")
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
            _ClaimAudit(claim, population, plan, own) for claim, own in zip(claims, alphas, strict=True)
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


class _ClaimAudit:
    def __init__(self, claim: Claim, population: Population, plan: Plan, alpha: float) -> None:
        self.claim, self.alpha = claim, alpha
        self.of_items = claim.measure != "wrong"
        if self.of_items and population.unit != "item":
            raise InvalidInput("What is missing can be audited on items only.", place=f"claims.{claim.id}")
        if claim.measure == "missing_per_item" or len(population.sizes) != 1:
            raise InvalidInput("Strata and counts of missing annotations are not audited yet.")
        sizes = population.sizes
        if claim.category is not None and not self.of_items:
            if claim.category not in population.categories:
                raise InvalidInput(
                    f"How many units have the category “{claim.category}” is not stated.",
                    place=f"claims.{claim.id}",
                )
            sizes = population.categories[claim.category]
        self.size = sum(sizes)
        self.audit = SequentialAudit(self.size, claim.at_most, alpha, plan.tuning, plan.reference_error)

    def add(self, verdict: Verdict) -> None:
        if self.of_items:
            self.audit.add(self._missing(verdict) > 0)
        elif self.claim.category is None or verdict.category == self.claim.category:
            self.audit.add(verdict.verdict != "right")

    def _missing(self, verdict: Verdict) -> int:
        if self.claim.category is not None:
            return verdict.missing.get(self.claim.category, 0)
        return sum(verdict.missing.values())

    def bound(self) -> Bound:
        now: Standing = self.audit.standing
        confidence = 1 - self.alpha
        counted = now.audited > 0
        return Bound(
            claim=self.claim.id,
            state=now.state,
            confidence=round(confidence, 12),
            population=self.size,
            audited=now.audited,
            errors=now.errors,
            estimate=now.estimate,
            upper=now.upper,
            lower=now.lower,
            decided_at=now.decided_at,
            needed_if_clean=now.needed_if_clean,
            needed=now.needed,
            clopper_pearson=clopper_pearson_upper(now.errors, now.audited, confidence) if counted else None,
            hypergeometric=hypergeometric_upper(now.errors, now.audited, self.size, confidence) / self.size
            if counted
            else None,
        )

"""A certificate: what a release claims, what was audited, and the bounds that follow from the verdicts.

It holds all that is needed to come to the bounds again: who could be drawn (the population's size and
digest), in which order (a seed, committed to before and revealed after), each verdict in that order, and
the claims that were fixed beforehand. `recompute` makes the bounds from the log; `faults` says whatever does
not fit. Signing, keys and times are the service's affair; `signed_bytes` is what is signed.

A certificate speaks of the units that were in the population, against the reference that judged them:
errors that the reference itself would make are in the claim only as `reference_error`.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from labelwright.core.errors import InvalidInput
from labelwright.quality.confidence_sequence import Tuning
from labelwright.quality.draws import commitment, draw_order, interleaved, joint_seed, population_digest

Measure = Literal["wrong", "incomplete", "missing_per_item"]
Judged = Literal["right", "wrong", "unclear"]
State = Literal["open", "proved", "refuted"]


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be proved, fixed before the first verdict: that something is at most `at_most`.

    `wrong`: the share of units judged wrong (“unclear” counts as wrong). `incomplete`: the share of items
    in which something is missing. `missing_per_item`: how many annotations an item lacks on average, where
    more than `cap` in one item count as `cap`. With `category`, only annotations of that category.
    A claim with more `weight` gets more of what all claims together may fail with.
    """

    id: str
    at_most: float
    measure: Measure = "wrong"
    category: str | None = None
    cap: int = 5
    weight: float = 1.0


class Population(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The units that could be drawn. `sizes` is their number in each stratum; one number without strata.

    `categories` has the same for the units of each category that has a claim of its own; not for items.
    """

    unit: Literal["annotation", "item"]
    digest: str
    sizes: list[int]
    categories: dict[str, list[int]] = {}
    description: str = ""

    @property
    def size(self) -> int:
        return sum(self.sizes)


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the audit is made, fixed before the first verdict.

    With `together` the claims hold all at once with `confidence`; else each by itself. For strata, `guesses`
    are the guessed share of errors in each, and `shares` how the draws are shared out among them; without
    `shares` the draw is a simple one, which the strata only sharpen. With `own_work` the experts might judge
    what they had made themselves; nothing is computed from that, but who reads the bound must know.
    """

    confidence: float = 0.95
    tuning: Tuning = "clean"
    together: bool = True
    reference_error: float = 0.0
    own_work: bool = False
    shares: list[float] = []
    guesses: list[float] = []


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an expert said of the unit drawn as `number`, from 1. None is passed over: “unclear” is a verdict.

    `missing` counts by category what an item lacks. `by` and `at` are for the reader; nothing rests on them.
    """

    number: int
    unit: str
    verdict: Judged = "right"
    category: str | None = None
    stratum: int = 0
    missing: dict[str, int] = {}
    by: str | None = None
    at: str | None = None
    note: str | None = None


class Bound(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the log says of one claim. `upper` and `lower` hold whenever the audit was stopped.

    Both are one-sided at the claim's own `confidence`, in the claim's unit. `clopper_pearson` and
    `hypergeometric` are upper bounds for an audit of a size fixed beforehand, shown beside; None where
    they do not apply. `errors` counts units, or missing annotations up to the cap.
    `needed`: verdicts still to come if errors go on as so far, None where that would not prove the claim.
    """

    claim: str
    state: State
    confidence: float
    population: int
    audited: int
    errors: int
    estimate: float | None
    upper: float
    lower: float
    decided_at: int | None = None
    needed_if_clean: int | None = None
    needed: int | None = None
    clopper_pearson: float | None = None
    hypergeometric: float | None = None


class Audit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One audit: who could be drawn, how, what is claimed, and the verdicts in the order of the draw.

    `seed` is None until it is revealed; `public` is what was mixed into it (`joint_seed`), if anything.
    """

    name: str
    population: Population
    plan: Plan
    claims: list[Claim]
    commitment: str
    seed: str | None = None
    public: str | None = None
    log: list[Verdict] = []


class Earlier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An audit of the same release that was opened before: its first claim, and how that stood."""

    opened_at: str
    commitment: str
    measure: Measure
    category: str | None
    at_most: float
    state: State
    audited: int
    errors: int
    confidence: float


class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a release can show: its audits, and what follows from each, in the order of the claims.

    `earlier` are the audits of the same release that were made before, whatever they showed: who audits
    until an audit pleases would otherwise have it easy.
    """

    version: int = 1
    project: str
    release: str
    release_digest: str
    reference: str
    made_at: str
    audits: list[Audit]
    bounds: list[list[Bound]]
    earlier: list[Earlier] = []

    @property
    def over_all(self) -> float:
        """The confidence with which the first bounds of all audits of the release hold together (Boole)."""
        failing = [1 - one.confidence for one in self.earlier]
        failing += [1 - bounds[0].confidence for bounds in self.bounds if bounds]
        return max(0.0, 1 - sum(failing))


def recompute(audit: Audit) -> list[Bound]:
    """The bounds that the log of an audit gives, one for each claim; InvalidInput where the log cannot be."""
    from labelwright.quality.running_audit import RunningAudit

    running = RunningAudit(audit.population, audit.plan, audit.claims)
    for verdict in audit.log:
        running.add(verdict)
    return running.bounds()


def audit_order(
    seed: str,
    strata: Sequence[Iterable[str]],
    plan: Plan,
    public: str | None = None,
    first: int | None = None,
) -> list[str]:
    """The units in the order in which an audit draws them, for one stratum or several."""
    key = seed if public is None else joint_seed(seed, public)
    if not plan.shares:
        return draw_order(key, (unit for units in strata for unit in units), first)
    return interleaved([draw_order(key, units, first) for units in strata], plan.shares)[:first]


def signed_bytes(certificate: Certificate) -> bytes:
    """The certificate as JSON with sorted names and no spaces: the same certificate, the same bytes."""
    return msgspec.json.encode(certificate, order="sorted")


def read_certificate(data: bytes) -> Certificate:
    """A certificate from its JSON; InvalidInput names the place where it breaks the form."""
    try:
        return msgspec.json.decode(data, type=Certificate)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"This is not a certificate: {error}.", place="certificate") from error


def faults(certificate: Certificate, units: Sequence[Sequence[Sequence[str]]] | None = None) -> list[str]:
    """What does not fit in a certificate, as sentences; an empty list when everything does.

    `units` are the ids of each audit's population, in its strata; with them the digests and the order of
    the draws are made again too. Without them only the bounds and the commitment are checked.
    """
    found: list[str] = []
    if len(certificate.bounds) != len(certificate.audits):
        found.append(f"{len(certificate.audits)} audits have bounds for {len(certificate.bounds)}.")
    for place, audit in enumerate(certificate.audits):
        stated = certificate.bounds[place] if place < len(certificate.bounds) else []
        try:
            found += [f"Audit “{audit.name}”: {fault}" for fault in _audit_faults(audit, stated)]
            if units is not None:
                found += [f"Audit “{audit.name}”: {fault}" for fault in _draw_faults(audit, units[place])]
        except InvalidInput as error:
            found.append(f"Audit “{audit.name}”: {error.message}")
    return found


def _audit_faults(audit: Audit, stated: Sequence[Bound]) -> list[str]:
    found: list[str] = []
    if audit.seed is None:
        found.append("the seed has not been revealed.")
    elif commitment(audit.seed) != audit.commitment:
        found.append("the seed is not the one that was committed to.")
    again = recompute(audit)
    if [bound.claim for bound in stated] != [bound.claim for bound in again]:
        found.append("the bounds are not those of its claims.")
    else:
        found += [
            f"the bound of claim “{one.claim}”: {one.upper:.6g} ({one.state}) is stated, "
            f"but the log gives {other.upper:.6g} ({other.state})."
            for one, other in zip(stated, again, strict=True)
            if not _alike(one, other)
        ]
    return found


def _draw_faults(audit: Audit, strata: Sequence[Sequence[str]]) -> list[str]:
    found: list[str] = []
    if [len(stratum) for stratum in strata] != audit.population.sizes:
        found.append("the population is not as large as stated.")
    if population_digest(unit for stratum in strata for unit in stratum) != audit.population.digest:
        found.append("the population is not the one that was stated.")
    if audit.seed is None:
        return found
    order = audit_order(audit.seed, strata, audit.plan, audit.public, len(audit.log))
    place = {unit: number for number, stratum in enumerate(strata) for unit in stratum}
    for verdict, unit in zip(audit.log, order, strict=False):
        if verdict.unit != unit:
            found.append(f"draw {verdict.number} was “{verdict.unit}”, but the seed gives “{unit}”.")
            break
        if verdict.stratum != place[unit]:
            found.append(f"draw {verdict.number} is not in the stratum that is stated.")
            break
    return found


def _alike(one: Bound, other: Bound) -> bool:
    """Whether two bounds are the same up to the last digits that another computer may round otherwise."""
    a, b = msgspec.structs.asdict(one), msgspec.structs.asdict(other)
    return all(
        abs(a[name] - b[name]) <= 1e-6
        if isinstance(a[name], float) and isinstance(b[name], float)
        else a[name] == b[name]
        for name in a
    )

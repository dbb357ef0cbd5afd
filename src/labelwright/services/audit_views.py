"""An audit as it stands: what its verdicts show so far, worked out from its log.

The bounds of a log are kept in the process and carried on with the verdicts that are new, so that a long
audit answers as fast as a short one; a log that is not the continued one is worked out anew.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, func, select

from labelwright.core.ontology import Ontology
from labelwright.services.acceptance import AcceptanceView, decided, plan_of_row
from labelwright.services.audit_log_of_draws import log_of, running
from labelwright.storage.schema import audit_draws, audits, members, releases

MOST_KEPT = 32

drawn = select(audit_draws).where(audit_draws.c.audit_id == bindparam("audit")).order_by(audit_draws.c.number)


class ClaimView(msgspec.Struct, frozen=True, kw_only=True):
    """A claim and what the verdicts say of it so far; `upper` and `lower` hold at any time."""

    id: str
    category: str | None
    at_most: float
    state: str
    confidence: float
    population: int
    audited: int
    errors: int
    estimate: float | None
    upper: float
    lower: float
    needed: int | None
    clopper_pearson: float | None


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """An audit as it stands. `seed` is None until it is closed; `line` is the first claim's bound over time.

    `state` is open, proved, refuted (every claim is decided, one of them against) or closed; where a delivery
    is judged, accepted or refused in place of these.
    """

    id: str
    project: str
    release: str
    tag: str
    unit: str
    state: str
    confidence: float
    commitment: str
    seed: str | None
    claims: list[ClaimView]
    judged: int
    unclear: int
    out: int
    codes: dict[str, int]
    experts: list[str]
    seconds: float
    line: list[float]
    own_work: bool
    acceptance: AcceptanceView | None
    opened_by: str
    opened_at: str
    closed_at: str | None
    categories: dict[str, str]


class EarlierAudit(msgspec.Struct, frozen=True, kw_only=True):
    """Another audit of the same release: what it claimed first, and how that stood when it ended.

    `state` is proved, refuted, or open where it was ended, or still goes on, undecided.
    """

    id: str
    unit: str
    opened_at: str
    closed_at: str | None
    at_most: float
    category: str | None
    state: str
    audited: int
    errors: int
    confidence: float


class _Kept:
    """The bounds of logs, by audit; the ones asked for longest ago go first."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, tuple[list[Any], Any, list[float]]] = OrderedDict()
        self._lock = threading.Lock()

    def bounds(self, audit: str, log: list[Any], begin: Any) -> tuple[list[Any], list[float]]:  # noqa: ANN401
        """The bounds of a log, and the first claim's after each verdict; `begin` makes an empty audit."""
        with self._lock:
            known, now, line = self._found.pop(audit, ([], None, []))
            if now is None or log[: len(known)] != known:
                known, now, line = [], begin(), []
            for verdict in log[len(known) :]:
                now.add(verdict)
                line.append(now.bounds()[0].upper)
            self._found[audit] = (log, now, line)
            while len(self._found) > MOST_KEPT:
                self._found.popitem(last=False)
            return now.bounds(), list(line)


_kept = _Kept()


def earlier_audits(tx: Connection, release_id: str, than: str | None = None) -> list[EarlierAudit]:
    """The audits of a release that were opened before another one (None: all), oldest first."""
    chosen = select(audits).where(audits.c.release_id == release_id)
    if than is not None:
        chosen = chosen.where(audits.c.id < than)
    found: list[EarlierAudit] = []
    for row in tx.execute(chosen.order_by(audits.c.id)).all():
        audit = view_of(tx, row)
        claim = audit.claims[0]
        found.append(
            EarlierAudit(
                id=audit.id,
                unit=audit.unit,
                opened_at=audit.opened_at,
                closed_at=audit.closed_at,
                at_most=claim.at_most,
                category=claim.category,
                state=claim.state,
                audited=claim.audited,
                errors=claim.errors,
                confidence=claim.confidence,
            )
        )
    return found


def view_of(tx: Connection, row: Row[Any]) -> AuditView:
    """An audit as it stands by its log."""
    from labelwright.quality.certificate import Claim, Plan, Population

    population = msgspec.convert(row.population, Population)
    plan, claims = msgspec.convert(row.plan, Plan), msgspec.convert(row.claims, list[Claim])
    judged = tx.execute(drawn.where(audit_draws.c.verdict.is_not(None)), {"audit": row.id}).all()
    log = log_of(judged)
    bounds, line = _kept.bounds(row.id, log, lambda: running(population, plan, claims))
    accepting = plan_of_row(row)
    acceptance = None if accepting is None else decided(accepting, log)
    release = tx.execute(
        select(releases.c.tag, releases.c.ontology).where(releases.c.id == row.release_id)
    ).one()
    ontology = msgspec.convert(release.ontology, Ontology)
    experts = {draw.judged_by for draw in judged}
    names = tx.execute(
        select(members.c.name).where(members.c.id.in_(experts)).order_by(members.c.name)
    ).scalars()
    held = select(func.count()).where(
        audit_draws.c.audit_id == row.id, audit_draws.c.holder.is_not(None), audit_draws.c.verdict.is_(None)
    )
    codes: dict[str, int] = {}
    for draw in judged:
        if draw.verdict == "wrong":
            codes[draw.code or "unnamed"] = codes.get(draw.code or "unnamed", 0) + 1
    return AuditView(
        id=row.id,
        project=row.project_id,
        release=row.release_id,
        tag=release.tag,
        unit=population.unit,
        state=_state(row.state, [bound.state for bound in bounds], acceptance),
        confidence=plan.confidence,
        commitment=row.commitment,
        seed=row.seed if row.state == "closed" else None,
        claims=[
            ClaimView(
                id=claim.id,
                category=claim.category,
                at_most=claim.at_most,
                state=bound.state,
                confidence=bound.confidence,
                population=bound.population,
                audited=bound.audited,
                errors=bound.errors,
                estimate=bound.estimate,
                upper=bound.upper,
                lower=bound.lower,
                needed=bound.needed,
                clopper_pearson=bound.clopper_pearson,
            )
            for claim, bound in zip(claims, bounds, strict=True)
        ],
        judged=len(judged),
        unclear=sum(draw.verdict == "unclear" for draw in judged),
        out=int(tx.execute(held).scalar_one()),
        codes=codes,
        experts=list(names),
        seconds=sum(draw.seconds for draw in judged),
        line=line,
        own_work=plan.own_work,
        acceptance=acceptance,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        categories={category.id: category.name for category in ontology.categories},
    )


def _state(state: str, claims: Sequence[str], acceptance: AcceptanceView | None) -> str:
    if state == "open" and acceptance is not None:
        return acceptance.state
    if state != "open" or "open" in claims:
        return state
    return "refuted" if "refuted" in claims else "proved"

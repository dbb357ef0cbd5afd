"""Audits: what a release claims is put to the proof on a random draw that nobody could have steered.

At opening the units of the release (its annotations, or its items) are counted and hashed, the claims are
fixed, and the hash of a secret seed goes into the audit log. The seed decides the order of the draw; it is
told when the audit is closed, so that anybody can make the draw again. Experts judge what they are given,
without knowing whose it is; after each verdict the bounds hold whenever somebody looks (see
`quality/certificate.py`). Verdicts count in the order of the draw, up to the first that is still open.
"""

import secrets
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import Connection, Row, and_, bindparam, insert, or_, select, update

from labelwright.core.document import Annotation, Document
from labelwright.core.error_codes import CODES
from labelwright.core.errors import Conflict, InvalidInput, NotFound, WrongState
from labelwright.core.ontology import Ontology
from labelwright.services.acceptance import (
    AcceptanceIn,
    AcceptancePlan,
    AcceptancePreview,
    planned,
    preview,
)
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.audit_log_of_draws import running
from labelwright.services.audit_views import AuditView, drawn, view_of
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.releases import Releases
from labelwright.storage.schema import audit_draws, audits, releases

Unit = Literal["annotation", "item"]
Judged = Literal["right", "wrong", "unclear"]

MOST_DRAWS = 10_000
HOLD = 600_000  # milliseconds that a draw is kept for who was given it
LONGEST_REASON = 2_000

_audit = select(audits).where(audits.c.id == bindparam("audit"))


class ClaimIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That at most a share is wrong; of one category (its id), or of all."""

    at_most: Annotated[float, msgspec.Meta(gt=0, lt=1)]
    category: str | None = None


class NewAudit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an audit is to show. Of items the claim is that nothing is missing in all but a share of them.

    With `own_work` experts may judge what they made or reviewed themselves; the certificate says so. With
    `acceptance` a delivery is accepted or refused by a sample; the claims only say beside it what that shows.
    """

    claims: Annotated[tuple[ClaimIn, ...], msgspec.Meta(min_length=1, max_length=20)]
    unit: Unit = "annotation"
    own_work: bool = False
    acceptance: AcceptanceIn | None = None
    confidence: Annotated[float, msgspec.Meta(ge=0.5, lt=1)] = 0.95


class DrawView(msgspec.Struct, frozen=True, kw_only=True):
    """What an expert judges: an item and the annotation in question (None: all of them, for what is missing).

    Nothing says who made it, from what, or how sure anybody was.
    """

    number: int
    item: str
    name: str
    width: int
    height: int
    annotation: str | None
    document: Document
    ontology: Ontology


class VerdictIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Right, wrong (with a code of what is wrong), or unclear (with a reason)."""

    verdict: Judged
    code: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    reason: Annotated[str, msgspec.Meta(max_length=LONGEST_REASON)] | None = None
    missing: dict[str, Annotated[int, msgspec.Meta(ge=1, le=10_000)]] = {}
    seconds: Annotated[float, msgspec.Meta(ge=0, le=3_600)] = 0.0


class NotYours(Conflict):
    """The draw was given to somebody else, or judged already."""

    code = "audit.not_yours"
    remedy = "Go on with the next one; nothing of yours was lost."

    def __init__(self, number: int) -> None:
        super().__init__(f"Draw {number} is not yours to judge now.")


class Audits:
    """The service of audits."""

    def __init__(self, context: Context, releases_: Releases) -> None:
        self.context = context
        self._releases = releases_

    def open(self, actor: Actor, release_id: str, wanted: NewAudit) -> AuditView:
        """Count what could be drawn, fix the claims, commit to a seed, and draw.

        Raises NotFound, Forbidden, InvalidInput where there is nothing to draw or a category is unknown.
        """
        release = self._releases.get(actor, release_id)
        self.context.database.read(lambda tx: project_for(tx, actor, release.project, "release.audit"))
        units, by_category = self._units(release_id, wanted.unit)
        claims, population = _fixed(wanted, units, by_category)
        seed = secrets.token_hex(32)
        from labelwright.quality.certificate import Plan, audit_order
        from labelwright.quality.draws import commitment

        plan = Plan(confidence=wanted.confidence, own_work=wanted.own_work)
        running(population, plan, claims)  # refuses what cannot be shown
        order = audit_order(seed, [units], plan, first=min(len(units), MOST_DRAWS))
        audit_id = self.context.new_id()

        def work(tx: Connection) -> None:
            asked = wanted.acceptance
            accepting = None if asked is None else planned(tx, release.project, len(units), asked)
            values = {"id": audit_id, "project_id": release.project, "release_id": release_id}
            tx.execute(
                insert(audits).values(
                    **values,
                    state="open",
                    claims=msgspec.to_builtins(claims),
                    plan=msgspec.to_builtins(plan),
                    population=msgspec.to_builtins(population),
                    acceptance=None if accepting is None else msgspec.to_builtins(accepting),
                    seed=seed,
                    commitment=commitment(seed),
                    opened_by=actor.id,
                    opened_at=self.context.now(),
                )
            )
            rows = [_draw_row(audit_id, number, unit, units[unit]) for number, unit in enumerate(order, 1)]
            tx.execute(insert(audit_draws), rows)
            detail = {"release": release_id, "tag": release.tag, "commitment": commitment(seed)}
            detail["claims"] = msgspec.to_builtins(claims)
            if accepting is not None:
                detail["acceptance"] = msgspec.to_builtins(accepting)
            record(tx, self.context, actor.id, "audit.opened", audit_id, detail)
            announce(tx, self.context, release.project, "audit.changed", audit_id, {"state": "open"})

        self.context.database.write(work)
        return self.get(actor, audit_id)

    def preview(self, actor: Actor, release_id: str, unit: Unit, wanted: AcceptanceIn) -> AcceptancePreview:
        """How a release would be judged as a delivery. Raises NotFound, Forbidden, InvalidInput."""
        release = self._releases.get(actor, release_id)
        units, _ = self._units(release_id, unit)

        def work(tx: Connection) -> AcceptancePlan:
            project_for(tx, actor, release.project, "release.audit")
            return planned(tx, release.project, max(1, len(units)), wanted)

        return preview(self.context.database.read(work))

    def list(self, actor: Actor, project_id: str, release: str | None = None) -> list[AuditView]:
        """The audits of a project or of one release, newest first. Raises NotFound."""

        def work(tx: Connection) -> list[AuditView]:
            project_for(tx, actor, project_id, "project.read")
            chosen = select(audits).where(audits.c.project_id == project_id)
            if release is not None:
                chosen = chosen.where(audits.c.release_id == release)
            return [view_of(tx, row) for row in tx.execute(chosen.order_by(audits.c.id.desc())).all()]

        return self.context.database.read(work)

    def get(self, actor: Actor, audit_id: str) -> AuditView:
        """One audit. Raises NotFound."""
        return self.context.database.read(
            lambda tx: view_of(tx, audit_for(tx, actor, audit_id, "project.read"))
        )

    def next(self, actor: Actor, audit_id: str) -> DrawView | None:
        """What the expert judges next; None when the claims are decided, or nothing is free for them.

        A draw that they were given already is given again. Raises NotFound, Forbidden.
        """

        def work(tx: Connection) -> tuple[Row[Any], Row[Any]] | None:
            row = audit_for(tx, actor, audit_id, "task.review", lock=True)
            if row.state != "open" or view_of(tx, row).state != "open":
                return None
            found = self._free(tx, actor, row)
            if found is None:
                return None
            until = self.context.clock() + HOLD
            tx.execute(_one(audit_id, found.number).values(holder=actor.id, holder_expires=until))
            return row, found

        given = self.context.database.write(work)
        return None if given is None else self._shown(*given)

    def judge(self, actor: Actor, audit_id: str, number: int, said: VerdictIn) -> AuditView:
        """Keep a verdict; saying the same again changes nothing.

        Raises NotFound, Forbidden, NotYours, WrongState once closed, InvalidInput for a verdict without
        what it needs.
        """
        if said.verdict == "wrong" and said.code not in CODES:
            listed = ", ".join(CODES)
            raise InvalidInput("What is wrong with it?", place="code", remedy=f"Name one of {listed}.")
        if said.verdict == "unclear" and not (said.reason or "").strip():
            raise InvalidInput("Why can nobody tell?", place="reason", remedy="Write the reason.")

        def work(tx: Connection) -> AuditView:
            row = audit_for(tx, actor, audit_id, "task.review", lock=True)
            draw = _draw(tx, audit_id, number)
            if draw is not None and draw.judged_by == actor.id and _is_said(draw, said):
                return view_of(tx, row)
            if row.state != "open":
                raise WrongState("The audit is closed.", remedy="Open another one for further verdicts.")
            if draw is None or draw.holder != actor.id or draw.verdict is not None:
                raise NotYours(number)
            tx.execute(
                _one(audit_id, number).values(
                    verdict=said.verdict,
                    code=said.code if said.verdict == "wrong" else None,
                    reason=said.reason,
                    missing=said.missing or None,
                    judged_by=actor.id,
                    judged_at=self.context.now(),
                    seconds=draw.seconds + said.seconds,
                    holder=None,
                    holder_expires=None,
                )
            )
            detail = {"number": number, "verdict": said.verdict, "code": said.code}
            record(tx, self.context, actor.id, "audit.judged", audit_id, detail)
            return view_of(tx, row)

        return self.context.database.write(work)

    def take_back(self, actor: Actor, audit_id: str) -> int:
        """Take the expert's own newest verdict back, which is kept beside; gives the number of the draw.

        Raises NotFound, Forbidden, WrongState where there is none or the audit is closed.
        """

        def work(tx: Connection) -> int:
            row = audit_for(tx, actor, audit_id, "task.review", lock=True)
            mine = drawn.where(audit_draws.c.judged_by == actor.id, audit_draws.c.verdict.is_not(None))
            newest = mine.order_by(None).order_by(audit_draws.c.judged_at.desc(), audit_draws.c.number.desc())
            draw = tx.execute(newest.limit(1), {"audit": audit_id}).first()
            if row.state != "open" or draw is None:
                raise WrongState("There is no verdict of yours to take back.")
            before = {"verdict": draw.verdict, "code": draw.code, "reason": draw.reason, "at": draw.judged_at}
            tx.execute(
                _one(audit_id, draw.number).values(
                    verdict=None,
                    code=None,
                    reason=None,
                    missing=None,
                    judged_by=None,
                    judged_at=None,
                    taken_back=[*(draw.taken_back or []), {**before, "by": actor.id}],
                    holder=actor.id,
                    holder_expires=self.context.clock() + HOLD,
                )
            )
            record(
                tx, self.context, actor.id, "audit.taken_back", audit_id, {"number": draw.number, **before}
            )
            return int(draw.number)

        return self.context.database.write(work)

    def _free(self, tx: Connection, actor: Actor, row: Row[Any]) -> Row[Any] | None:
        now = self.context.clock()
        free = and_(
            audit_draws.c.verdict.is_(None),
            or_(
                audit_draws.c.holder.is_(None),
                audit_draws.c.holder == actor.id,
                audit_draws.c.holder_expires <= now,
            ),
        )
        own_work = bool(row.plan.get("own_work"))
        for draw in tx.execute(drawn.where(free).limit(200), {"audit": row.id}):
            if own_work or not self._is_own(actor, row, draw):
                return draw
        return None

    def _is_own(self, actor: Actor, row: Row[Any], draw: Row[Any]) -> bool:
        entry = self._releases.entries_of(row.release_id, [draw.item_id]).get(draw.item_id)
        if entry is None:
            return False
        marks = entry.document.annotations
        chosen = [mark for mark in marks if draw.annotation_id in (None, mark.id)]
        return any(actor.id in _makers(mark) for mark in chosen)

    def _shown(self, row: Row[Any], draw: Row[Any]) -> DrawView:
        entry = self._releases.entries_of(row.release_id, [draw.item_id])[draw.item_id]
        raw = self.context.database.read(
            lambda tx: tx.execute(
                select(releases.c.ontology).where(releases.c.id == row.release_id)
            ).scalar_one()
        )
        shown = [mark for mark in entry.document.annotations if draw.annotation_id in (None, mark.id)]
        return DrawView(
            number=draw.number,
            item=draw.item_id,
            name=entry.item.name,
            width=entry.item.width,
            height=entry.item.height,
            annotation=draw.annotation_id,
            document=Document(annotations=tuple(_blind(mark) for mark in shown)),
            ontology=msgspec.convert(raw, Ontology),
        )

    def _units(self, release_id: str, unit: Unit) -> tuple[dict[str, str | None], dict[str, int]]:
        """Every unit that could be drawn with its category, and how many there are of each category."""
        units: dict[str, str | None] = {}
        counts: dict[str, int] = {}
        for entry in self._releases.entries(release_id):
            if unit == "item":
                units[entry.item.id] = None
                continue
            for mark in entry.document.annotations:
                units[f"{entry.item.id}/{mark.id}"] = mark.category
                counts[mark.category] = counts.get(mark.category, 0) + 1
        return units, counts


def units_of(releases_: Releases, release_id: str, unit: str) -> list[str]:
    """The ids of everything that an audit of a release could draw, in order."""
    if unit == "item":
        return [entry.item.id for entry in releases_.entries(release_id)]
    entries = releases_.entries(release_id)
    return [f"{entry.item.id}/{mark.id}" for entry in entries for mark in entry.document.annotations]


def audit_for(tx: Connection, actor: Actor, audit_id: str, right: str, *, lock: bool = False) -> Row[Any]:
    """The row of an audit, if the actor has a right in its project. Raises NotFound, Forbidden."""
    row = tx.execute(_audit.with_for_update() if lock else _audit, {"audit": audit_id}).first()
    if row is None:
        raise NotFound("audit", audit_id)
    try:
        project_for(tx, actor, row.project_id, right)
    except NotFound:
        raise NotFound("audit", audit_id) from None
    return row


def _fixed(wanted: NewAudit, units: dict[str, str | None], counts: dict[str, int]) -> tuple[Any, Any]:
    """The claims and the population of an audit."""
    from labelwright.quality.certificate import Claim, Population
    from labelwright.quality.draws import population_digest

    if not units:
        raise InvalidInput(
            f"The release has no {wanted.unit} to draw.", place="unit", remedy="Audit its items instead."
        )
    asked = [claim.category for claim in wanted.claims if claim.category is not None]
    unknown = [category for category in asked if category not in counts]
    if unknown:
        raise InvalidInput(
            f"The release has no annotation of the category “{unknown[0]}”.",
            place="claims",
            remedy="Leave this claim out.",
        )
    measure = "wrong" if wanted.unit == "annotation" else "incomplete"
    claims = [
        Claim(id=f"claim-{number}", at_most=one.at_most, measure=measure, category=one.category)
        for number, one in enumerate(wanted.claims, 1)
    ]
    population = Population(
        unit=wanted.unit,
        digest=population_digest(units),
        sizes=[len(units)],
        categories={category: [counts[category]] for category in asked},
    )
    return claims, population


def _draw_row(audit_id: str, number: int, unit: str, category: str | None) -> dict[str, Any]:
    item, _, annotation = unit.partition("/")
    return {
        "audit_id": audit_id,
        "number": number,
        "item_id": item,
        "annotation_id": annotation or None,
        "category": category,
        "seconds": 0.0,
    }


def _is_said(draw: Row[Any], said: VerdictIn) -> bool:
    """Whether a draw has this verdict already; with another code it is another one: take the first back."""
    code = said.code if said.verdict == "wrong" else None
    return draw.verdict == said.verdict and draw.code == code


def _draw(tx: Connection, audit_id: str, number: int) -> Row[Any] | None:
    return tx.execute(drawn.where(audit_draws.c.number == number), {"audit": audit_id}).first()


def _one(audit_id: str, number: int) -> Any:  # noqa: ANN401  # an update
    return update(audit_draws).where(audit_draws.c.audit_id == audit_id, audit_draws.c.number == number)


def _makers(mark: Annotation) -> set[str]:
    evidence = mark.evidence
    voters = {vote.annotator for vote in mark.votes}
    return {evidence.author, evidence.changed_by or "", evidence.reviewer or "", *voters} - {""}


def _blind(mark: Annotation) -> Annotation:
    """The annotation without anything that tells where it comes from."""
    return Annotation(
        id=mark.id, category=mark.category, shape=mark.shape, attributes=mark.attributes, group=mark.group
    )

"""Certificates: what an audit has shown, signed, and made again from its log by whoever asks."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update

from labelwright.core.errors import WrongState
from labelwright.services.acceptance import AcceptanceView
from labelwright.services.access import Actor
from labelwright.services.audit import record
from labelwright.services.audit_log_of_draws import log_of
from labelwright.services.audit_views import AuditView, EarlierAudit, earlier_audits, view_of
from labelwright.services.audits import Audits, audit_for, units_of
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.releases import Releases, Verification
from labelwright.services.signing import is_signed, public_key, sign
from labelwright.storage.schema import audit as audit_log
from labelwright.storage.schema import audit_draws, audits, members, projects, releases

REFERENCE = (
    "the verdicts of these experts, who saw each annotation without knowing who or what made it: {names}"
)


class CertificateView(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate as it was signed: `text` byte for byte, its signature and the key to check it with.

    `earlier` are the audits of the release before it; the bounds of all hold together with `over_all`.
    """

    audit: AuditView
    release_sha256: str
    text: str
    signature: str
    public_key: str
    statement: str
    earlier: list[EarlierAudit]
    over_all: float


class Certificates:
    """The service of certificates."""

    def __init__(self, context: Context, audits_: Audits, releases_: Releases) -> None:
        self.context = context
        self._audits = audits_
        self._releases = releases_

    def close(self, actor: Actor, audit_id: str) -> CertificateView:
        """End an audit, tell its seed, and sign what it has shown.

        Raises NotFound, Forbidden, WrongState where it is closed already or nothing was judged.
        """

        def work(tx: Connection) -> None:
            row = audit_for(tx, actor, audit_id, "release.audit", lock=True)
            if row.state != "open":
                raise WrongState("The audit is closed already.", remedy="Open its certificate.")
            text = _certificate(tx, row, self.context.now())
            accepting = _outcome(tx, row)
            signature, public = sign(self.context.settings.data, text)
            tx.execute(
                update(audits)
                .where(audits.c.id == audit_id)
                .values(
                    state="closed",
                    closed_by=actor.id,
                    closed_at=self.context.now(),
                    certificate=text.decode(),
                    signature=signature,
                    public_key=public,
                    acceptance=accepting,
                )
            )
            detail = {"release": row.release_id, "seed": row.seed, "signature": signature}
            if accepting is not None:
                detail["outcome"] = accepting["outcome"]
            record(tx, self.context, actor.id, "audit.closed", audit_id, detail)
            announce(tx, self.context, row.project_id, "audit.changed", audit_id, {"state": "closed"})

        self.context.database.write(work)
        return self.get(actor, audit_id)

    def get(self, actor: Actor, audit_id: str) -> CertificateView:
        """The certificate of a closed audit. Raises NotFound, WrongState while it is open."""

        def work(tx: Connection) -> CertificateView:
            row = audit_for(tx, actor, audit_id, "project.read")
            if row.certificate is None:
                raise WrongState("The audit is still open.", remedy="Close it to get its certificate.")
            sha256 = tx.execute(select(releases.c.sha256).where(releases.c.id == row.release_id)).scalar_one()
            audit = view_of(tx, row)
            earlier = earlier_audits(tx, row.release_id, row.id)
            over_all = max(0.0, 1 - sum(1 - one.confidence for one in (*earlier, audit.claims[0])))
            return CertificateView(
                audit=audit,
                release_sha256=sha256,
                text=row.certificate,
                signature=row.signature,
                public_key=row.public_key,
                statement=statement(audit, earlier),
                earlier=earlier,
                over_all=over_all,
            )

        return self.context.database.read(work)

    def of_release(self, actor: Actor, release_id: str) -> CertificateView | None:
        """The newest certificate of a release; None: it has none. Raises NotFound."""
        release = self._releases.get(actor, release_id)
        closed = (a for a in self._audits.list(actor, release.project, release_id) if a.state == "closed")
        newest = next(closed, None)
        return None if newest is None else self.get(actor, newest.id)

    def verify(self, actor: Actor, release_id: str, *, deep: bool = False) -> Verification:
        """Compute every hash of a release again, and make all its certificates anew from their logs."""
        found = self._releases.verify(actor, release_id, deep=deep)
        faults = [*found.faults, *self._faults(release_id)]
        return Verification(ok=not faults, entries=found.entries, faults=faults)

    def _faults(self, release_id: str) -> list[str]:
        from labelwright.quality.certificate import faults, read_certificate

        chosen = select(audits, releases.c.sha256).join(releases, releases.c.id == audits.c.release_id)
        chosen = chosen.where(audits.c.release_id == release_id, audits.c.certificate.is_not(None))
        rows = self.context.database.read(lambda tx: tx.execute(chosen.order_by(audits.c.id)).all())
        told: list[str] = []
        units: dict[str, list[str]] = {}
        for row in rows:
            name = f"certificate of {row.closed_at[:10]}"
            if not is_signed(row.certificate.encode(), row.signature, row.public_key):
                told.append(f"{name}: the signature does not fit its text")
            if row.public_key != public_key(self.context.settings.data):
                told.append(f"{name}: it is signed with another key than this server’s")
            opened = self.context.database.read(lambda tx, audit=row.id: _opened(tx, audit))
            if opened is None or opened.get("commitment") != row.commitment:
                told.append(f"{name}: the audit log does not have its commitment to the seed")
            made = read_certificate(row.certificate.encode())
            if made.release_digest != row.sha256:
                told.append(f"{name}: it speaks of other contents than the release has")
            unit = made.audits[0].population.unit
            if unit not in units:
                units[unit] = units_of(self._releases, release_id, unit)
            told += [f"{name}: {fault}" for fault in faults(made, [[units[unit]]])]
            log = self.context.database.read(lambda tx, audit=row.id: _judged(tx, audit))
            earlier = self.context.database.read(lambda tx, audit=row: _earlier(tx, audit))
            if [one.commitment for one in earlier] != [one.commitment for one in made.earlier]:
                told.append(f"{name}: it does not name all audits that were made of the release before")
            if log_of(log) != made.audits[0].log:
                told.append(f"{name}: the verdicts on record are not those it was made from")
        return told


def _outcome(tx: Connection, row: Row[Any]) -> dict[str, Any] | None:
    """The plan of a delivery with what came of it; an undecided one cannot be closed."""
    acceptance = view_of(tx, row).acceptance
    if acceptance is None:
        return None
    if acceptance.state == "open":
        raise WrongState(
            "The delivery is neither accepted nor refused yet.", remedy="Judge on until it is decided."
        )
    said = {"state": acceptance.state, "judged": acceptance.judged, "wrong": acceptance.wrong}
    return {**row.acceptance, "outcome": said}


def statement(audit: AuditView, earlier: Sequence[EarlierAudit] = ()) -> str:
    """What an audit has shown, in a sentence; and in a second one what others of the release had shown."""
    claim = audit.claims[0]
    of = _of(audit.unit, claim.category, audit.categories)
    if audit.unit == "item" and audit.acceptance is not None:
        of = "items are not as they should be"
    sure = f"{claim.confidence * 100:g} % confidence"
    judged = "1 audited one" if claim.audited == 1 else f"{claim.audited} audited ones"
    if claim.state == "refuted":
        said = f"More than {_percent(claim.at_most)} of its {of}, with {sure}, shown by {judged}."
    else:
        said = f"At most {_percent(claim.upper)} of its {of}, with {sure}, shown by {judged}."
    if audit.acceptance is not None:
        said = f"{_delivered(audit.acceptance)} {said}"
    if audit.own_work:
        said += " Experts might judge their own work."
    if not earlier:
        return said
    told = [
        f"“at most {_percent(one.at_most)} of its {_of(one.unit, one.category, audit.categories)}” was "
        f"{'not decided' if one.state == 'open' else one.state} by {one.audited}"
        for one in earlier
    ]
    all_sure = max(0.0, 1 - sum(1 - one.confidence for one in (*earlier, claim)))
    together = f"all bounds together hold with {round(all_sure * 100, 1):g} % confidence"
    return f"{said} It was audited before: {'; '.join(told)}; {together}."


def _delivered(found: AcceptanceView) -> str:
    of = f"{found.wrong} of {found.judged} were wrong"
    if found.plan.accept is not None:
        of += f", {found.plan.accept} of {found.plan.size} are allowed"
    return f"The delivery is {found.state}: {of}."


def _of(unit: str, category: str | None, names: Mapping[str, str]) -> str:
    if unit != "annotation":
        return "items lack something"
    return (
        "annotations are wrong"
        if category is None
        else f"annotations of “{names.get(category, category)}” are wrong"
    )


def _percent(share: float) -> str:
    # A bound is rounded up: what is said must hold.
    return f"{-(-share * 1000 // 1) / 10:g} %"


def _opened(tx: Connection, audit_id: str) -> dict[str, Any] | None:
    """What the audit log says of the opening of an audit."""
    found = select(audit_log.c.detail).where(
        audit_log.c.subject == audit_id, audit_log.c.action == "audit.opened"
    )
    return tx.execute(found.order_by(audit_log.c.seq).limit(1)).scalar()


def _judged(tx: Connection, audit_id: str) -> list[Row[Any]]:
    judged = select(audit_draws).where(audit_draws.c.audit_id == audit_id, audit_draws.c.verdict.is_not(None))
    return list(tx.execute(judged.order_by(audit_draws.c.number)).all())


def _earlier(tx: Connection, row: Row[Any]) -> list[Any]:
    """The audits of the release before this one, as a certificate names them."""
    from labelwright.quality.certificate import Earlier, State

    commitments = dict(
        tx.execute(
            select(audits.c.id, audits.c.commitment).where(audits.c.release_id == row.release_id)
        ).all()
    )
    return [
        Earlier(
            opened_at=one.opened_at,
            commitment=commitments[one.id],
            measure="wrong" if one.unit == "annotation" else "incomplete",
            category=one.category,
            at_most=one.at_most,
            state=msgspec.convert(one.state, State),
            audited=one.audited,
            errors=one.errors,
            confidence=one.confidence,
        )
        for one in earlier_audits(tx, row.release_id, row.id)
    ]


def _certificate(tx: Connection, row: Row[Any], now: str) -> bytes:
    from labelwright.quality.certificate import (
        Audit,
        Certificate,
        Claim,
        Plan,
        Population,
        recompute,
        signed_bytes,
    )

    judged = _judged(tx, row.id)
    log = log_of(judged)
    if not log:
        raise WrongState("Nothing was judged yet.", remedy="Judge at least the first draw.")
    release = tx.execute(select(releases).where(releases.c.id == row.release_id)).one()
    project = tx.execute(select(projects.c.name).where(projects.c.id == row.project_id)).scalar_one()
    experts = {draw.judged_by for draw in judged}
    names = tx.execute(
        select(members.c.name).where(members.c.id.in_(experts)).order_by(members.c.name)
    ).scalars()
    audit = Audit(
        name=f"{release.tag}, opened {row.opened_at}",
        population=msgspec.convert(row.population, Population),
        plan=msgspec.convert(row.plan, Plan),
        claims=msgspec.convert(row.claims, list[Claim]),
        commitment=row.commitment,
        seed=row.seed,
        log=log,
    )
    return signed_bytes(
        Certificate(
            project=project,
            release=release.tag,
            release_digest=release.sha256,
            reference=REFERENCE.format(names=", ".join(names)),
            made_at=now,
            audits=[audit],
            bounds=[recompute(audit)],
            earlier=_earlier(tx, row),
        )
    )

"""What audits have shown, in words; and certificates as files."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from labelwright.sdk.records import Audit, Certificate, Claim


def measured(release_id: str, audits: Sequence[Audit]) -> str:
    """The measured accuracy of a release by its newest closed audit."""
    closed = (audit for audit in audits if audit.release == release_id and audit.closed_at)
    newest = next(closed, None)
    return "not measured" if newest is None else shown(newest, newest.claims[0])


def shown(audit: Audit, claim: Claim) -> str:
    """What the verdicts show of one claim: “≤ 1.2 % wrong (95 %)”."""
    what = "wrong" if audit.unit == "annotation" else "incomplete"
    if claim.category is not None:
        what = f"of {audit.categories.get(claim.category, claim.category)} {what}"
    bound = f"> {percent(claim.at_most)}" if claim.state == "refuted" else f"≤ {percent(claim.upper)}"
    return f"{bound} {what} ({claim.confidence * 100:g} %)"


def percent(share: float) -> str:
    """A share in percent; rounded up, so that a bound that is told still holds."""
    return f"{-(-round(share * 1000, 9) // 1) / 10:g} %"


def told_of(made: Certificate) -> str:
    """A certificate in a few lines."""
    audit = made.audit
    lines = [made.statement]
    lines += [
        f"  {shown(audit, claim)}: {claim.audited} audited, {claim.errors} wrong" for claim in audit.claims
    ]
    lines += [
        f"  judged by {', '.join(audit.experts)}; closed {audit.closed_at}",
        f"  release sha256 {made.release_sha256}",
        f"  seed {audit.seed}, committed to as {audit.commitment}",
        f"  signed with the key {made.public_key}",
    ]
    return "\n".join(lines)


def write_certificate(made: Certificate, file: Path) -> None:
    """What was signed, byte for byte, and beside it FILE.sig with the signature and the public key."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(made.text.encode())
    beside = {"algorithm": "Ed25519", "signature": made.signature, "public_key": made.public_key}
    text = msgspec.json.format(msgspec.json.encode(beside), indent=2) + b"\n"
    file.with_name(f"{file.name}.sig").write_bytes(text)

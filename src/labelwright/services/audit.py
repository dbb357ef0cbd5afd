"""The audit log: append-only, each entry carrying the hash of the one before.

An entry's hash is SHA-256 over the previous hash and the entry's own fields in a fixed order, so a
changed, removed or inserted entry breaks the chain from there on, which `verify` reports.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, text

from labelwright.services.context import Context
from labelwright.storage.schema import audit

FIRST = "0" * 64
_LOCK = 7_310_442_001  # any constant; PostgreSQL's key for "one appender at a time"
_append = insert(audit)
_last = select(audit.c.hash).order_by(audit.c.seq.desc()).limit(1)


def record(
    tx: Connection,
    context: Context,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append an entry in the caller's transaction: it is there if and only if the deed is."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    previous = tx.execute(_last).scalar() or FIRST
    entry = {
        "at": context.now(),
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": dict(detail or {}),
    }
    tx.execute(_append, {**entry, "previous": previous, "hash": _hash(previous, entry)})


def verify(tx: Connection) -> tuple[int, str | None]:
    """How many entries there are, and the first fault in words, or None if the chain holds."""
    previous, count, last_seq = FIRST, 0, 0
    for row in tx.execution_options(yield_per=1000).execute(select(audit).order_by(audit.c.seq)):
        if row.previous != previous:
            return count, f"entry {row.seq} does not follow entry {last_seq}: one is missing or changed"
        if row.hash != _hash(previous, _entry(row)):
            return count, f"entry {row.seq} ({row.action}, {row.at}) was changed after it was written"
        previous, count, last_seq = row.hash, count + 1, row.seq
    return count, None


def _entry(row: Row[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("at", "actor", "action", "subject", "detail")}


def _hash(previous: str, entry: Mapping[str, Any]) -> str:
    fields = [entry[name] for name in ("at", "actor", "action", "subject", "detail")]
    body = msgspec.json.encode([previous, *fields], order="deterministic")
    return hashlib.sha256(body).hexdigest()

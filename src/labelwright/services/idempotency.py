"""Requests that are done once: the answer to a write is kept a day under the key its caller made.

The key is reserved before the work begins. The same request again gets the kept answer; another
request under the same key is refused; one that comes while the first is at work is told to wait.
A refusal is not kept, so that it can be tried again.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, select, text, update

from labelwright.core.errors import InProgress, KeyReused
from labelwright.services.context import Context
from labelwright.storage.schema import idempotency

KEPT = 24 * 3_600_000
ABANDONED_AFTER = 600_000
SWEPT_EVERY = 600_000
LARGEST_BODY = 1 << 20

_reserve = text(
    "INSERT INTO idempotency (member_id, key, fingerprint, created_at) "
    "VALUES (:member, :key, :fingerprint, :now) ON CONFLICT (member_id, key) DO NOTHING"
)


class KeptAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer that the first request got."""

    status: int
    body: bytes
    media_type: str | None


class Idempotency:
    """The service of requests that are done once."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._swept = 0

    def begin(self, member_id: str, key: str, fingerprint: str) -> KeptAnswer | None:
        """The kept answer; None if the request is the first and shall be done now.

        Raises KeyReused for another request under the same key, InProgress.
        """

        def work(tx: Connection) -> KeptAnswer | None:
            now = self.context.clock()
            self._sweep(tx, now)
            row = {"member": member_id, "key": key, "fingerprint": fingerprint, "now": now}
            if tx.execute(_reserve, row).rowcount == 1:
                return None
            found = tx.execute(select(idempotency).where(*_is(member_id, key)).with_for_update()).one()
            return self._again(tx, found, fingerprint, now)

        return self.context.database.write(work)

    def keep(self, member_id: str, key: str, answer: KeptAnswer) -> None:
        """Keep the answer to a request that was done."""
        values = {"status": answer.status, "body": answer.body, "media_type": answer.media_type}
        self.context.database.write(
            lambda tx: tx.execute(update(idempotency).where(*_is(member_id, key)).values(**values))
        )

    def forget(self, member_id: str, key: str) -> None:
        """Free the key of a request that was refused."""
        self.context.database.write(lambda tx: tx.execute(delete(idempotency).where(*_is(member_id, key))))

    def _again(self, tx: Connection, row: Row[Any], fingerprint: str, now: int) -> KeptAnswer | None:
        if row.fingerprint != fingerprint:
            raise KeyReused
        if row.status is not None:
            return KeptAnswer(status=row.status, body=row.body, media_type=row.media_type)
        if now - row.created_at < ABANDONED_AFTER:
            raise InProgress
        # The server was stopped while it worked on the first request.
        tx.execute(update(idempotency).where(*_is(row.member_id, row.key)).values(created_at=now))
        return None

    def _sweep(self, tx: Connection, now: int) -> None:
        if now - self._swept >= SWEPT_EVERY:
            self._swept = now
            tx.execute(delete(idempotency).where(idempotency.c.created_at < now - KEPT))


def _is(member_id: str, key: str) -> tuple[Any, Any]:
    return idempotency.c.member_id == member_id, idempotency.c.key == key

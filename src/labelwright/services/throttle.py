"""Throttling of sign-in, kept in the database so that a restart forgives nothing.

A try is counted before it is checked, so a hundred tries at once are a hundred tries. The first few
are free; after them the next try is allowed twice as long after the first as the one before, and in
the end one every quarter of an hour. A day without tries clears the count.
"""

from sqlalchemy import Connection, Row, delete, select, text, update

from labelwright.core.errors import Throttled
from labelwright.services.context import Context
from labelwright.storage.schema import throttles

FREE_TRIES = {"email": 5, "address": 20}
FIRST_WAIT = {"email": 2, "address": 60}
LONGEST_WAIT = 900
FORGOTTEN_AFTER = 86_400
_DOUBLINGS = 8

_ensure = text(
    "INSERT INTO throttles (key, failures, first_at) VALUES (:key, 0, :now) ON CONFLICT (key) DO NOTHING"
)


def keys_of(email: str, address: str) -> tuple[str, str]:
    """The counters of a sign-in: one for the account, one for where it comes from."""
    return f"address:{address[:200]}", f"email:{email[:320]}"


def count_try(tx: Connection, context: Context, keys: tuple[str, ...]) -> None:
    """Count a try against each key. Raises Throttled, counting nothing, if one must wait."""
    now = context.clock()
    for key in keys:
        tx.execute(_ensure, {"key": key, "now": now})
        row = tx.execute(select(throttles).where(throttles.c.key == key).with_for_update()).one()
        failures, first_at = _still_counted(row, now)
        wait = first_at + _seconds_until(key, failures) * 1000 - now
        if wait > 0:
            raise Throttled(-(-wait // 1000))
        values = {"failures": failures + 1, "first_at": first_at}
        tx.execute(update(throttles).where(throttles.c.key == key).values(**values))


def forgive(tx: Connection, keys: tuple[str, ...]) -> None:
    """Take back the try that succeeded, and every try at its account."""
    for key in keys:
        if key.startswith("email:"):
            tx.execute(delete(throttles).where(throttles.c.key == key))
        else:
            fewer = throttles.c.failures - 1
            tx.execute(update(throttles).where(throttles.c.key == key).values(failures=fewer))


def _still_counted(row: Row[tuple[str, int, int]], now: int) -> tuple[int, int]:
    cleared_at = row.first_at + (_seconds_until(row.key, row.failures) + FORGOTTEN_AFTER) * 1000
    return (0, now) if now > cleared_at else (row.failures, row.first_at)


def _seconds_until(key: str, failures: int) -> int:
    # Seconds from the first try to the one that is allowed after so many failures.
    kind = key.split(":", 1)[0]
    beyond = failures - FREE_TRIES[kind]
    if beyond < 0:
        return 0
    wait = FIRST_WAIT[kind] * 2 ** min(beyond, _DOUBLINGS)
    return min(wait, LONGEST_WAIT) + LONGEST_WAIT * max(0, beyond - _DOUBLINGS)

"""Who is drawn for an audit: an order that a secret seed decides and anybody can check afterwards.

Before the audit, the digest of the seed and of the population is published (`commitment`,
`population_digest`). After it, the seed is revealed, and the order can be made again from it: a unit's
place is the rank of a keyed hash of its id, so nobody who does not know the seed can tell who comes next,
and the order within any part of the population (a category, a stratum) is the order of the whole, filtered.
That is a simple random draw without replacement, as far as BLAKE2b's output cannot be told from chance.

Whoever chooses the seed could try many until the draw is pleasant. `joint_seed` takes that power away: it
mixes the secret with a value that nobody knew when the secret was committed to.
"""

import hashlib
import heapq
import re
from collections.abc import Iterable, Sequence

from labelwright.core.errors import InvalidInput

_SEED = re.compile(r"[0-9a-f]{64}")
_WHAT = "labelwright audit"


def commitment(seed: str) -> str:
    """What is published before the audit: SHA-256 of the seed's text, as hexadecimal digits.

    `seed` is 64 hexadecimal digits, from `secrets.token_hex(32)`. InvalidInput for any other: a seed that
    can be guessed is no secret.
    """
    return hashlib.sha256(f"{_WHAT}\n{_checked(seed)}".encode()).hexdigest()


def joint_seed(seed: str, public: str) -> str:
    """A seed of a committed secret and a public value that nobody knew then, such as a lottery draw."""
    return hashlib.sha256(f"{_WHAT}\n{_checked(seed)}\n{public}".encode()).hexdigest()


def population_digest(units: Iterable[str]) -> str:
    """SHA-256 over the ids of all units, in whatever order they come; InvalidInput where one comes twice."""
    whole = hashlib.sha256()
    before: str | None = None
    for unit in sorted(units):
        if unit == before:
            raise InvalidInput(f"The unit “{unit}” is in the population twice.", place="units")
        whole.update(f"{len(unit.encode())}:{unit}\n".encode())
        before = unit
    return whole.hexdigest()


def draw_order(seed: str, units: Iterable[str], first: int | None = None) -> list[str]:
    """The units in the order in which they are drawn; only the `first` few where a number is given.

    The order of `units` does not matter. With `first`, memory stays small however large the population.
    """
    key = bytes.fromhex(_checked(seed))
    keyed = ((hashlib.blake2b(unit.encode(), key=key, digest_size=16).digest(), unit) for unit in units)
    return [unit for _, unit in (sorted(keyed) if first is None else heapq.nsmallest(first, keyed))]


def interleaved(orders: Sequence[Sequence[str]], shares: Sequence[float]) -> list[str]:
    """One order of several strata's: at every moment each stratum has had about its share of the draws.

    The next draw is from the stratum furthest behind its share (the first of those that tie) that has
    units left. It looks at nothing but the shares, so it can be known before the audit starts.
    """
    if len(orders) != len(shares) or not shares or min(shares) < 0 or sum(shares) <= 0:
        raise InvalidInput("Each stratum needs one share that is not negative, and their sum more than 0.")
    total = sum(shares)
    taken = [0] * len(orders)
    drawn: list[str] = []
    for number in range(1, sum(len(order) for order in orders) + 1):
        behind = [
            (taken[h] - number * shares[h] / total, h)
            for h in range(len(orders))
            if taken[h] < len(orders[h])
        ]
        stratum = min(behind)[1]
        drawn.append(orders[stratum][taken[stratum]])
        taken[stratum] += 1
    return drawn


def _checked(seed: str) -> str:
    if not _SEED.fullmatch(seed):
        raise InvalidInput(
            "The seed of an audit is 64 hexadecimal digits (0-9, a-f).",
            place="seed",
            remedy="Make one with `secrets.token_hex(32)`.",
        )
    return seed

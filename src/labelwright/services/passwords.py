"""Passwords: hashed with Argon2id, never stored or logged as they are.

One hash takes 64 MiB and a tenth of a second on purpose, so only a few are computed at once.
"""

import threading
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from labelwright.core.errors import InvalidInput

SHORTEST, LONGEST = 10, 1024
AT_ONCE = 2

_hasher = PasswordHash((Argon2Hasher(),))
_turns = threading.BoundedSemaphore(AT_ONCE)


def check(password: str, email: str = "") -> None:
    """Raise InvalidInput for a password that is too short, too long, or the address itself."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(
            f"A password has {SHORTEST} to {LONGEST:,} characters.",
            place="password",
            remedy="Choose a longer one; a few words with spaces are easy to remember.",
        )
    if len(set(password)) < 3 or (email and password.casefold() == email.casefold()):
        raise InvalidInput("This password is too easy to guess.", place="password", remedy="Choose another.")


def hashed(password: str) -> str:
    """What is stored of a password."""
    with _turns:
        return _hasher.hash(password)


def fits(password: str, stored: str | None) -> bool:
    """Whether a password belongs to a stored hash; without one it takes as long to say no."""
    if len(password) > LONGEST:
        return False
    try:
        with _turns:
            matches = _hasher.verify(password, stored or _nobodys())
    except UnknownHashError:
        return False
    return matches and stored is not None


@cache
def _nobodys() -> str:
    return _hasher.hash("a password that nobody has")

"""Who is calling: what a session cookie or a personal token stands for.

Every request asks, so answers are kept for a few seconds. A change made in this process clears them
at once; one made in another process is felt when they run out.
"""

import threading

import msgspec

from labelwright.services.access import Actor
from labelwright.services.context import Context

KEPT_SECONDS = 5
MOST_KEPT = 10_000


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Someone known. `csrf` is there for a session; `key` is the hash of the session or token."""

    actor: Actor
    key: str = ""
    csrf: str | None = None

    @property
    def has_session(self) -> bool:
        """Whether they came with a cookie, which a browser sends by itself."""
        return self.csrf is not None

    @property
    def is_in_person(self) -> bool:
        """Whether they may manage keys: signed in, or with a token that may do everything."""
        return self.actor.scopes is None or "admin" in self.actor.scopes


class Memory:
    """Callers recognized within the last few seconds, by the hash of what they showed."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._kept: dict[str, tuple[int, Caller]] = {}
        self._age = 0
        self._lock = threading.Lock()

    @property
    def age(self) -> int:
        """How often it was cleared; give it to `keep` with what was read since."""
        return self._age

    def get(self, key: str) -> Caller | None:
        """The caller, if recognized a moment ago."""
        found = self._kept.get(key)
        if found is None or found[0] < self._context.clock():
            return None
        return found[1]

    def keep(self, key: str, caller: Caller, age: int) -> None:
        """Remember a caller, unless something changed while they were looked up."""
        until = self._context.clock() + KEPT_SECONDS * 1000
        with self._lock:
            if age != self._age:
                return
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = (until, caller)

    def forget(self) -> None:
        """Look everybody up anew: a role, a key or a person changed."""
        with self._lock:
            self._age += 1
            self._kept.clear()

"""Who a worker is. Its name is stable, so that it finds what it left behind, and held by one at a time.

On SQLite there is one worker, which holds a lock on the data folder. On PostgreSQL a worker is a slot
of its host, held by an advisory lock that ends with its connection; whoever can take the lock of
another worker knows that it is dead.
"""

import hashlib
import socket
import time
from pathlib import Path
from typing import Protocol, Self

import psycopg

from labelwright.core.errors import Conflict, StorageFailure
from labelwright.storage.folder import FolderLock

LOCK_FILE = "worker.lock"
MOST_SLOTS = 64
PAUSE = 0.1


class Identity(Protocol):
    """The name a worker holds."""

    name: str

    def check(self) -> None:
        """Raise StorageFailure if the name may be somebody else's by now."""
        ...

    def is_dead(self, name: str) -> bool:
        """Whether the worker of that name is gone."""
        ...

    def close(self) -> None:
        """Let go of the name."""
        ...


class OnlyWorker:
    """The one worker of a data folder."""

    name = "local"

    def __init__(self, folder: Path) -> None:
        self._lock = FolderLock(folder, LOCK_FILE)

    def take(self, said: str, patience: float) -> Self:
        """Hold the name; waits for a worker that is about to end. Raises Conflict."""
        deadline = time.monotonic() + patience
        while True:
            try:
                self._lock.take(said)
            except Conflict:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(PAUSE)
            else:
                return self

    def check(self) -> None:
        """The lock ends only with this process."""

    def is_dead(self, name: str) -> bool:
        """There are no others."""
        del name
        return False

    def close(self) -> None:
        """Let go of the folder."""
        self._lock.close()


class HostSlot:
    """One of the workers of a host, on a PostgreSQL database."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True, application_name="labelwright worker")
        self.name = self._take()

    def check(self) -> None:
        """Raise StorageFailure if the connection, and with it the lock, is lost."""
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error as error:
            raise StorageFailure(f"The worker lost its lock on the database ({error}).") from error

    def is_dead(self, name: str) -> bool:
        """Whether nobody holds the lock of that name."""
        if name == self.name or not self._try(name):
            return False
        self._connection.execute("SELECT pg_advisory_unlock(%s)", (_key(name),))
        return True

    def close(self) -> None:
        """Let go of the slot."""
        self._connection.close()

    def _take(self) -> str:
        host = socket.gethostname()
        for slot in range(MOST_SLOTS):
            if self._try(f"{host}.{slot}"):
                return f"{host}.{slot}"
        raise Conflict(f"{MOST_SLOTS} workers run on this host already.", remedy="Stop some of them.")

    def _try(self, name: str) -> bool:
        found = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (_key(name),)).fetchone()
        return bool(found and found[0])


def _key(name: str) -> int:
    digest = hashlib.sha256(f"labelwright worker {name}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)

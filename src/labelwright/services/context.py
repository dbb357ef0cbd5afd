"""What every service is given: stores, a clock and a source of ids. Nothing below reads the machine."""

import hashlib
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labelwright.core.ids import uuid7
from labelwright.core.ontology import Ontology
from labelwright.core.operations import iso_time
from labelwright.settings import Settings
from labelwright.storage.blobs import BlobStore
from labelwright.storage.database import Database


def _wall_clock() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, kw_only=True)
class Context:
    """Stores, clock and randomness. `clock` gives Unix milliseconds."""

    settings: Settings
    database: Database
    blobs: BlobStore
    clock: Callable[[], int] = field(default=_wall_clock)
    randomness: Callable[[int], bytes] = field(default=os.urandom)
    ontologies: dict[tuple[str, int], Ontology] = field(default_factory=dict[tuple[str, int], Ontology])
    """Ontology versions that were read before; a version never changes."""
    people: dict[str, tuple[int, Any]] = field(default_factory=dict[str, tuple[int, Any]])
    """What is known of the people of projects, by project, and of how many merges (`merging.py`)."""

    risks: dict[str, tuple[int, Any]] = field(default_factory=dict[str, tuple[int, Any]])
    """How often the people of projects err, by project, and how often that was asked (`review_risk.py`)."""

    hosts: list[Any] = field(default_factory=list[Any])
    """The processes of models, once one was asked (`models.py`)."""

    unwoken: threading.Event = field(default_factory=threading.Event)
    """Set where a transaction of somebody's work began a job: who answers them wakes the worker after it."""

    def now(self) -> str:
        """The moment as UTC text."""
        return iso_time(self.clock())

    def after(self, seconds: float) -> str:
        """The moment so many seconds from now, as UTC text."""
        return iso_time(self.clock() + int(seconds * 1000))

    def new_id(self) -> str:
        """A fresh UUIDv7."""
        return uuid7(self.clock(), self.randomness(10))

    @property
    def renditions(self) -> Path:
        """The folder of thumbnails and converted pictures; it may be deleted at any time."""
        return self.settings.data / "renditions"

    @property
    def source_cache(self) -> Path:
        """The folder of pictures that were fetched from sources; it may be deleted at any time."""
        return self.settings.data / "source-cache"

    @property
    def uploads(self) -> Path:
        """The folder of uploads that no import has taken yet."""
        return self.settings.data / "uploads"


def new_secret() -> str:
    """A token that cannot be guessed (256 bits)."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What is stored of a token: its SHA-256, so that a stolen database opens no door."""
    return hashlib.sha256(secret.encode()).hexdigest()

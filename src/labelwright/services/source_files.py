"""The bytes of items that stayed in their source: fetched when somebody needs them, into a bounded cache.

The cache is named by SHA-256, so what lies in it is right whatever became of the source. The files
used longest ago go first; those of the last minute stay, for somebody may be about to open one.
"""

import hashlib
import secrets
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from labelwright.core.errors import NotFound, SourceChanged
from labelwright.services.context import Context
from labelwright.services.source_places import opened
from labelwright.storage.schema import sources

IN_USE_SECONDS = 60
LOOK_AFTER = 200  # files fetched between two looks at the size of the cache
_lock = threading.Lock()
_fetched = 0


def fetched_file(context: Context, item: Row[Any]) -> Path:
    """A file with the bytes of an item of a source.

    Raises SourceChanged if they are not there with the hash that the item has, InvalidInput if the
    source cannot be read.
    """
    place = context.source_cache / item.sha256[:2] / item.sha256
    if place.is_file():
        place.touch()
        return place
    row = context.database.read(
        lambda tx: tx.execute(select(sources).where(sources.c.id == item.source_id)).first()
    )
    if row is None:
        raise NotFound("source", str(item.source_id))
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f".{secrets.token_hex(8)}")
    digest = hashlib.sha256()
    try:
        store = opened(context, row.kind, row.url, row.options)
        with temporary.open("wb") as file:
            for piece in store.read(item.source_key, context.settings.max_upload_bytes):
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != item.sha256:
            raise SourceChanged(item.name, row.url)
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
    _make_room(context)
    return place


def _make_room(context: Context) -> None:
    global _fetched  # of this process; each process looks after the cache by itself
    with _lock:
        _fetched += 1
        if _fetched % LOOK_AFTER != 1:
            return
        shrink(context)


def shrink(context: Context, in_use: float = IN_USE_SECONDS) -> None:
    """Take the files used longest ago until the cache is within its bound."""
    found: list[tuple[float, int, Path]] = []
    for path in context.source_cache.glob("*/*"):
        try:
            stat = path.stat()
        except OSError:
            continue  # another process was faster
        found.append((stat.st_mtime, stat.st_size, path))
    size = sum(entry[1] for entry in found)
    limit, recent = context.settings.max_source_cache_bytes, time.time() - in_use
    for used, bytes_, path in sorted(found):
        if size <= limit or used > recent:
            return
        path.unlink(missing_ok=True)
        size -= bytes_

"""Syncing a source: what is new becomes items, what changed or vanished there is marked, and no more.

The listing is gone through in chunks, each written in one transaction, and a sync that is killed goes
through the listing again: an object that is an item already, under the same tag, costs nothing. The
items of a sync are an import, so that they can be taken back like any other.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from types import SimpleNamespace
from typing import IO, Any, cast

from sqlalchemy import Connection, Row, insert, select, update

from labelwright.core.errors import LabelwrightError, UnreadableImage, WrongState
from labelwright.media.archive import clean_name
from labelwright.services.audit import record
from labelwright.services.events import announce
from labelwright.services.imports import OPEN, close_import, read_import
from labelwright.services.item_entries import FAILED, SKIPPED, Adding, failed_entry, report_of
from labelwright.services.item_import import CAREFUL_AFTER
from labelwright.services.item_reading import Reader, Ready
from labelwright.services.item_sources import ARCHIVE_ENDING, Source, SourceFile, skip_reason
from labelwright.services.job_run import JobRun
from labelwright.services.source_places import Opened, name_of, opened
from labelwright.storage.schema import import_entries, items, sources
from labelwright.storage.stores import StoredObject

CHUNK = 32
THREADS = 4  # most of the time is spent waiting for the far side
CHANGED, VANISHED = "changed", "vanished"
ARCHIVE = "An archive in a source is not unpacked."
MOST_NAMES = 100  # that a report lists of each kind


@dataclass(frozen=True)
class _Again:
    """An item whose object has another tag than before. `name` is for the report of this sync."""

    item: Any
    found: StoredObject
    name: str


@dataclass
class _Chunk:
    """What a part of the listing asks for."""

    new: list[SourceFile] = field(default_factory=list[SourceFile])
    again: list[_Again] = field(default_factory=list[_Again])
    back: list[Any] = field(default_factory=list[Any])
    skipped: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def run_sync(run: JobRun) -> dict[str, Any]:
    """The handler of the job: gives the report of the source."""
    context = run.context

    def rows(tx: Connection) -> tuple[Row[Any], Row[Any]]:
        source = tx.execute(select(sources).where(sources.c.id == run.args["source"])).one()
        return source, read_import(tx, run.args["import"])

    source, brought = context.database.read(rows)
    if brought.state != OPEN:
        return dict(source.report or {})
    if source.removed_at is not None:
        raise WrongState("The source was removed.", remedy="Connect it again.")
    return _Sync(run, source, brought).work()


class _Sync:
    """One sync at work."""

    def __init__(self, run: JobRun, source: Row[Any], brought: Row[Any]) -> None:
        self.run, self.context, self.source, self.brought = run, run.context, source, brought
        self.store: Opened = opened(run.context, source.kind, source.url, source.options)
        in_place = cast("Row[Any]", SimpleNamespace(args={"in_place": True}))  # the bytes are not kept
        self.reader = Reader(run.context, in_place, set())
        self.adding = Adding(run.context, brought, {})
        self.names = Source()
        self.known: dict[str, Any] = {}
        self.handled: set[str] = set()
        self.careful = run.crashes >= CAREFUL_AFTER
        self.seen = 0
        self.returned: list[str] = []

    def work(self) -> dict[str, Any]:
        self.context.database.read(self._load)
        left = set(self.known)
        listing = self.store.objects()
        with ThreadPoolExecutor(THREADS, thread_name_prefix="source") as pool:
            try:
                while part := list(islice(listing, 1 if self.careful else CHUNK)):
                    self.run.check()
                    left.difference_update(found.key for found in part)
                    self.seen += len(part)
                    self._take(pool, self._sort(part))
            finally:
                pool.shutdown(cancel_futures=True)
        self.run.check()
        return self.context.database.write(lambda tx: self._finish(tx, left))

    def _load(self, tx: Connection) -> None:
        self.adding.load(tx)
        self.reader.known = self.adding.known
        columns = (items.c.id, items.c.name, items.c.sha256, items.c.source_key, items.c.source_etag)
        mine = select(*columns, items.c.source_state).where(items.c.source_id == self.source.id)
        self.known = {row.source_key: row for row in tx.execute(mine)}
        names = select(import_entries.c.name).where(import_entries.c.import_id == self.brought.id)
        self.handled = set(tx.execute(names).scalars())

    def _sort(self, part: list[StoredObject]) -> _Chunk:
        chunk = _Chunk()
        for found in part:
            name = self.names.unused(clean_name(name_of(self.source.kind, found.key)))
            known = self.known.get(found.key)
            if known is not None and found.etag is not None and found.etag == known.source_etag:
                if known.source_state:
                    chunk.back.append(known)
            elif known is not None:
                chunk.again.append(_Again(known, found, name))
            elif name in self.handled:
                continue  # by this sync, before it was interrupted
            elif reason := ARCHIVE if name.lower().endswith(ARCHIVE_ENDING) else skip_reason(name):
                chunk.skipped.append((name, reason))
            else:
                chunk.new.append(SourceFile(name, found.size, None, self._opener(found.key)))
                self.adding.origins[name] = {
                    "source_id": self.source.id,
                    "source_key": found.key,
                    "source_etag": found.etag,
                    "source_state": None,
                }
        return chunk

    def _opener(self, key: str) -> Callable[[], IO[bytes]]:
        limit = self.context.settings.max_upload_bytes
        return lambda: cast("IO[bytes]", io.BufferedReader(_Stream(self.store.read(key, limit))))

    def _hash(self, key: str) -> str | LabelwrightError:
        digest = hashlib.sha256()
        try:
            for piece in self.store.read(key, self.context.settings.max_upload_bytes):
                digest.update(piece)
        except LabelwrightError as error:
            return error
        return digest.hexdigest()

    def _take(self, pool: ThreadPoolExecutor, chunk: _Chunk) -> None:
        reread = list(pool.map(self._hash, [again.found.key for again in chunk.again]))
        ready = (
            self._read_carefully(chunk.new) if self.careful else list(pool.map(self.reader.read, chunk.new))
        )

        def work(tx: Connection) -> list[str]:
            self.adding.add(tx, ready)
            self._write_skipped(tx, chunk)
            returned = self._write_known(tx, chunk, reread)
            self.run.step(tx, self.seen, None, "Reading what is new")
            return returned

        self.returned += self.context.database.write(work)
        self.adding.keep()
        self.adding.origins.clear()

    def _read_carefully(self, files: list[SourceFile]) -> list[Ready]:
        # As for other imports: the worker died again and again, so each name is written down before its
        # file is read, and the one that was being read is left out.
        mark = self.context.uploads / f"{self.brought.id}.reading"
        mark.parent.mkdir(parents=True, exist_ok=True)
        ready: list[Ready] = []
        for file in files:
            if mark.exists() and mark.read_text(encoding="utf-8") == file.name:
                error = UnreadableImage(file.name, "reading it ended the worker; it is left out")
                ready.append(Ready(file.name, error=error))
                continue
            mark.write_text(file.name, encoding="utf-8")
            ready.append(self.reader.read(file))
            mark.unlink()
        return ready

    def _write_skipped(self, tx: Connection, chunk: _Chunk) -> None:
        rows = [
            {**self._entry(name, SKIPPED), "detail": {"reason": reason}} for name, reason in chunk.skipped
        ]
        if rows:
            tx.execute(insert(import_entries), rows)

    def _write_known(self, tx: Connection, chunk: _Chunk, reread: list[str | LabelwrightError]) -> list[str]:
        returned = [row.name for row in chunk.back]
        for row in chunk.back:
            self._mark(tx, row.id, source_state=None)
        for again, sha256 in zip(chunk.again, reread, strict=True):
            row = again.item
            if isinstance(sha256, LabelwrightError):
                if again.name not in self.handled:
                    entry = {**self._entry(again.name, FAILED), "detail": failed_entry(sha256)}
                    tx.execute(insert(import_entries), [entry])
            elif sha256 == row.sha256:
                self._mark(tx, row.id, source_state=None, source_etag=again.found.etag)
                if row.source_state:
                    returned.append(row.name)
            elif row.source_state != CHANGED:
                self._mark(tx, row.id, source_state=CHANGED)
        return returned

    def _entry(self, name: str, outcome: str) -> dict[str, Any]:
        return {"import_id": self.brought.id, "name": name, "outcome": outcome, "item_id": None}

    def _mark(self, tx: Connection, item_id: str, **values: str | None) -> None:
        tx.execute(update(items).where(items.c.id == item_id).values(**values))

    def _finish(self, tx: Connection, left: set[str]) -> dict[str, Any]:
        for key in left:
            self._mark(tx, self.known[key].id, source_state=VANISHED)
        report_of_import = report_of(tx, self.brought.id)
        close_import(tx, self.context, self.brought, report_of_import)
        report = self._report(tx, report_of_import)
        values = {"synced_at": self.context.now(), "report": report}
        tx.execute(update(sources).where(sources.c.id == self.source.id).values(**values))
        counts = {name: value for name, value in report.items() if isinstance(value, int)}
        record(tx, self.context, self.run.created_by, "source.synced", self.source.id, counts)
        announce(tx, self.context, self.source.project_id, "source.changed", self.source.id, {})
        self.run.step(tx, self.seen, self.seen)
        return report

    def _report(self, tx: Connection, brought: dict[str, Any]) -> dict[str, Any]:
        marked = select(items.c.name, items.c.source_state).where(
            items.c.source_id == self.source.id, items.c.source_state.is_not(None)
        )
        states = tx.execute(marked.order_by(items.c.position)).all()
        counts = Counter(row.source_state for row in states)
        names = {
            state: [row.name for row in states if row.source_state == state][:MOST_NAMES]
            for state in (CHANGED, VANISHED)
        }
        return {
            "import": self.brought.id,
            "seen": self.seen,
            "added": brought["added"],
            "changed": counts[CHANGED],
            "vanished": counts[VANISHED],
            "returned": len(self.returned),
            "duplicates": len(brought["duplicates"]),
            "failed": len(brought["failed"]),
            "skipped": len(brought["skipped"]),
            "names": {
                **names,
                "returned": self.returned[:MOST_NAMES],
                "duplicates": [entry["name"] for entry in brought["duplicates"]][:MOST_NAMES],
                "failed": [f"{entry['name']}: {entry['message']}" for entry in brought["failed"]][
                    :MOST_NAMES
                ],
            },
        }


class _Stream(io.RawIOBase):
    """Pieces as a file that is read once."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # a writable buffer
        if not self._rest:
            self._rest = next(self._pieces, b"")
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

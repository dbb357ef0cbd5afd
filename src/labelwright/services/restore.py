"""The way back from a backup, into an empty place, or over what is there if that is said.

Every hash is checked first. The tables are then filled in one transaction, at the schema that the
backup was taken at, and brought up to date from there; blobs that were added are taken out again if
anything fails. Nothing is ever half-restored.
"""

import base64
import zipfile
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, MetaData, Table, func, insert, inspect, select, text

from labelwright.core.errors import Conflict
from labelwright.services import audit
from labelwright.services.backup import (
    ROWS,
    Manifest,
    TableEntry,
    Watcher,
    blob_names,
    table_file,
    tables_of,
    verify,
)
from labelwright.services.context import Context
from labelwright.services.signing import FILE as KEY_FILE
from labelwright.services.signing import put_key
from labelwright.storage import migrations
from labelwright.storage.blobs import CHUNK


def restore(context: Context, file: Path, *, replace: bool = False, watch: Watcher | None = None) -> Manifest:
    """Bring back a backup. Raises Conflict if something is here already, unless `replace` is said.

    The schema is brought up to date on the way. Blobs that were here stay; jobs that were running
    when the backup was taken are marked as failed, to be run again by hand.
    """
    manifest = verify(file, watch)
    if not replace and not is_empty(context):
        raise Conflict(
            "There is data here already.",
            place=str(context.settings.data),
            remedy="Name an empty folder or database, or say --replace to throw away what is here.",
        )
    added: list[str] = []
    try:
        with zipfile.ZipFile(file) as archive:
            added = _read_blobs(context, archive, watch)
            context.database.write(lambda tx: _read_tables(tx, context, archive, manifest))
            if manifest.signing_key is not None:
                put_key(context.settings.data, archive.read(KEY_FILE))
    except BaseException:
        for sha256 in added:
            context.blobs.delete(sha256)
        raise
    return manifest


def is_empty(context: Context) -> bool:
    """Whether nobody has used this place: no tables, or no members."""

    def look(tx: Connection) -> bool:
        if not inspect(tx).has_table("members"):
            return True
        return tx.execute(text("SELECT count(*) FROM members")).scalar() == 0

    return context.database.read(look)


def _read_blobs(context: Context, archive: zipfile.ZipFile, watch: Watcher | None) -> list[str]:
    added: list[str] = []
    names = blob_names(archive)
    for done, name in enumerate(names):
        if watch:
            watch(done, len(names), "Restoring")
        sha256 = name.removeprefix("blobs/")
        if context.blobs.has(sha256):
            continue
        with archive.open(name) as source:
            context.blobs.put(iter(lambda: source.read(CHUNK), b""))
        added.append(sha256)
    return added


def _read_tables(tx: Connection, context: Context, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    _drop_all(tx)
    migrations.upgrade_connection(tx, manifest.schema)
    for table in tables_of(tx):
        entry = manifest.tables.get(table.name)
        if entry is not None and entry.rows:
            _read_table(tx, table, archive, entry)
    migrations.upgrade_connection(tx)
    interrupted = {"detail": "The data was restored from a backup while this ran.", "remedy": "Run it again."}
    tx.execute(
        text("UPDATE jobs SET state = 'failed', error = :error WHERE state IN ('queued', 'running')"),
        {"error": msgspec.json.encode(interrupted).decode()},
    )
    told = {"created_at": manifest.created_at, "product": manifest.product, "rows": manifest.rows}
    audit.record(tx, context, "command line", "backup.restored", "database", told)


def _read_table(tx: Connection, table: Table, archive: zipfile.ZipFile, entry: TableEntry) -> None:
    waiting: list[dict[str, Any]] = []
    with archive.open(table_file(table.name)) as lines:
        for line in lines:
            waiting.append(_row(line, entry.binary))
            if len(waiting) == ROWS:
                tx.execute(insert(table), waiting)
                waiting = []
    if waiting:
        tx.execute(insert(table), waiting)
    if tx.dialect.name == "postgresql" and "seq" in table.c:
        _set_sequence(tx, table, table.c.seq)


def _row(line: bytes, binary: tuple[str, ...]) -> dict[str, Any]:
    row = msgspec.json.decode(line, type=dict[str, Any])
    for name in binary:
        if row.get(name) is not None:
            row[name] = base64.b64decode(row[name])
    return row


def _set_sequence(tx: Connection, table: Table, column: Column[Any]) -> None:
    # Rows that brought their own number did not move PostgreSQL's counter.
    newest = tx.execute(select(func.max(column))).scalar()
    if newest is not None:
        name = func.pg_get_serial_sequence(table.name, column.name)
        tx.execute(select(func.setval(name, newest)))


def _drop_all(tx: Connection) -> None:
    known = MetaData()
    known.reflect(tx)
    known.drop_all(tx)

"""Backups: one file with every table and every blob.

The file is a zip. `tables/NAME.jsonl` holds a table's rows as JSON lines, as both databases store
them, so that a backup of SQLite restores into PostgreSQL and back. `blobs/SHA256` holds the bytes.
`signing.key` is the key that signs certificates, where one was signed: keep backups as safe as the server.
`manifest.json` says which schema it was, and gives the hash of every table; a blob's name is its hash.

A backup is taken while the server runs: the tables are read in one transaction, and a blob never
changes. Items that are read in place stay where they are; the manifest counts them.
"""

import hashlib
import os
import secrets
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import msgspec
from sqlalchemy import Connection, LargeBinary, MetaData, Table, inspect, select, text

from labelwright import __version__
from labelwright.core.errors import BadFile, Conflict
from labelwright.services.context import Context
from labelwright.services.signing import FILE as KEY_FILE
from labelwright.storage import migrations
from labelwright.storage.blobs import CHUNK

FORMAT = "labelwright-backup"
VERSION = 1
MANIFEST = "manifest.json"
VERSION_TABLE = "alembic_version"
ROWS = 500
REMEDY = "Use another backup, or copy this one again from where it was made."

Watcher = Callable[[int, int, str], None]
"""Told how many of how many blobs are done, and what is being done."""


class TableEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One table in a backup: its rows, its hash, and which columns are bytes (base64)."""

    rows: int
    sha256: str
    binary: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself. `missing` names blobs that the tables want and the store lacked.

    `signing_key` is the hash of the key that signs certificates, where there was one.
    """

    format: str
    version: int
    product: str
    schema: str
    created_at: str
    tables: dict[str, TableEntry]
    with_blobs: bool = True
    blobs: int = 0
    blob_bytes: int = 0
    in_place: int = 0
    missing: tuple[str, ...] = ()
    signing_key: str | None = None

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(entry.rows for entry in self.tables.values())


class _Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...


def backup(
    context: Context, file: Path, *, with_blobs: bool = True, watch: Watcher | None = None
) -> Manifest:
    """Write everything into one new file.

    Without blobs it serves to go back to an earlier schema in the same data folder. Raises Conflict
    if the file exists.
    """
    if file.exists():
        raise Conflict(f"“{file}” exists already.", place=str(file), remedy="Name a new file.")
    file.parent.mkdir(parents=True, exist_ok=True)
    waiting = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        _make_private(waiting)
        with zipfile.ZipFile(waiting, "w", allowZip64=True) as archive:
            manifest = context.database.read(lambda tx: _write_tables(tx, context, archive))
            if with_blobs:
                manifest = _write_blobs(context, archive, manifest, watch)
            else:
                manifest = msgspec.structs.replace(manifest, with_blobs=False)
            manifest = _write_key(context, archive, manifest)
            archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        _flush(waiting)
        waiting.replace(file)
    finally:
        waiting.unlink(missing_ok=True)
    return manifest


def read_manifest(file: Path) -> Manifest:
    """What a backup holds. Raises BadFile if it is none, or is of a newer kind."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except (OSError, KeyError, zipfile.BadZipFile, msgspec.MsgspecError) as error:
        raise BadFile(f"“{file}” is no backup: {error}.", place=str(file), remedy=REMEDY) from None
    if manifest.format != FORMAT or manifest.version > VERSION or manifest.schema > migrations.HEAD:
        raise BadFile(
            f"“{file}” was made by Labelwright {manifest.product}, which is newer than this one.",
            place=str(file),
            remedy="Install that version, then restore.",
        )
    return manifest


def verify(file: Path, watch: Watcher | None = None) -> Manifest:
    """The manifest, once every hash was found right. Raises BadFile naming the first that is not."""
    manifest = read_manifest(file)
    with zipfile.ZipFile(file) as archive:
        for name, entry in manifest.tables.items():
            _check_entry(file, archive, table_file(name), entry.sha256)
        if manifest.signing_key is not None:
            _check_entry(file, archive, KEY_FILE, manifest.signing_key)
        names = blob_names(archive)
        if len(names) != manifest.blobs:
            raise BadFile(
                f"“{file}” holds {len(names)} of {manifest.blobs} blobs.", place=str(file), remedy=REMEDY
            )
        for done, name in enumerate(names):
            if watch:
                watch(done, len(names), "Checking")
            _check_entry(file, archive, name, name.removeprefix("blobs/"))
    return manifest


def wanted_blobs(tx: Connection) -> Iterator[str]:
    """The SHA-256 of every blob that the tables name."""
    kept = text(f"SELECT sha256 FROM items WHERE NOT ({_elsewhere(tx)})")  # noqa: S608
    yield from tx.execute(kept).scalars()
    yield from tx.execute(text("SELECT sha256 FROM guideline_images")).scalars()


def _elsewhere(tx: Connection) -> str:
    """The condition of items whose bytes we do not hold; a database that is about to be upgraded is older."""
    has_sources = any(column["name"] == "source_id" for column in inspect(tx).get_columns("items"))
    return "source_path IS NOT NULL" + (" OR source_id IS NOT NULL" if has_sources else "")


def _write_tables(tx: Connection, context: Context, archive: zipfile.ZipFile) -> Manifest:
    if tx.dialect.name == "postgresql":
        tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    schema = str(tx.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one())  # noqa: S608
    entries = {str(table.name): _write_table(tx, table, archive) for table in tables_of(tx)}
    missing = sorted({sha256 for sha256 in wanted_blobs(tx) if not context.blobs.has(sha256)})
    count = text(f"SELECT count(*) FROM items WHERE {_elsewhere(tx)}")  # noqa: S608
    return Manifest(
        format=FORMAT,
        version=VERSION,
        product=__version__,
        schema=schema,
        created_at=context.now(),
        tables=entries,
        in_place=int(tx.execute(count).scalar_one()),
        missing=tuple(missing),
    )


def _write_table(tx: Connection, table: Table, archive: zipfile.ZipFile) -> TableEntry:
    digest, rows = hashlib.sha256(), 0
    info = zipfile.ZipInfo(table_file(table.name))
    info.compress_type = zipfile.ZIP_DEFLATED
    order, names = list(table.primary_key.columns), [str(column.name) for column in table.columns]
    with archive.open(info, "w", force_zip64=True) as sink:
        rows_of = tx.execution_options(yield_per=ROWS).execute(select(table).order_by(*order))
        for row in rows_of:
            line = msgspec.json.encode(dict(zip(names, row, strict=True))) + b"\n"
            digest.update(line)
            sink.write(line)
            rows += 1
    return TableEntry(rows=rows, sha256=digest.hexdigest(), binary=_binary(table))


def _write_blobs(
    context: Context, archive: zipfile.ZipFile, manifest: Manifest, watch: Watcher | None
) -> Manifest:
    names = list(context.blobs.all())
    size = 0
    for done, sha256 in enumerate(names):
        if watch:
            watch(done, len(names), "Copying")
        path = context.blobs.path(sha256)
        size += path.stat().st_size
        info = zipfile.ZipInfo(f"blobs/{sha256}")
        with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as sink:
            _copy(source.read, sink)
    return msgspec.structs.replace(manifest, blobs=len(names), blob_bytes=size)


def _write_key(context: Context, archive: zipfile.ZipFile, manifest: Manifest) -> Manifest:
    # With another key a restored server could not stand by the certificates it signed.
    key = context.settings.data / KEY_FILE
    if not key.is_file():
        return manifest
    raw = key.read_bytes()
    archive.writestr(KEY_FILE, raw)
    return msgspec.structs.replace(manifest, signing_key=hashlib.sha256(raw).hexdigest())


def tables_of(tx: Connection) -> list[Table]:
    known = MetaData()
    known.reflect(tx)
    return [table for table in known.sorted_tables if table.name != VERSION_TABLE]


def _binary(table: Table) -> tuple[str, ...]:
    return tuple(str(column.name) for column in table.columns if isinstance(column.type, LargeBinary))


def table_file(name: str) -> str:
    return f"tables/{name}.jsonl"


def blob_names(archive: zipfile.ZipFile) -> list[str]:
    return [name for name in archive.namelist() if name.startswith("blobs/")]


def _check_entry(file: Path, archive: zipfile.ZipFile, name: str, sha256: str) -> None:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as source:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
        fault = None if digest.hexdigest() == sha256 else "is not what it was"
    except (KeyError, zipfile.BadZipFile, OSError, EOFError) as error:
        fault = f"cannot be read: {error}"
    if fault:
        raise BadFile(f"“{file}” is damaged: {name} {fault}.", place=f"{file}#{name}", remedy=REMEDY)


def _copy(read: Callable[[int], bytes], sink: _Sink) -> None:
    while chunk := read(CHUNK):
        sink.write(chunk)


def _make_private(path: Path) -> None:
    # Made before anything is in it, so that nobody else can read a word.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def summary(manifest: Manifest) -> Mapping[str, object]:
    """What there is to tell of a backup."""
    return {
        "created_at": manifest.created_at,
        "schema": manifest.schema,
        "rows": manifest.rows,
        "blobs": manifest.blobs,
        "blob_bytes": manifest.blob_bytes,
        "in_place": manifest.in_place,
        "missing": list(manifest.missing),
    }

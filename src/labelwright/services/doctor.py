"""What is wrong with a data folder and its database, and what to do about each thing.

Looks only, changes nothing, and may run beside a server. A deep look reads every blob, every item in
place, and every document, and recomputes their hashes.
"""

import hashlib
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from sqlalchemy import Connection, func, select, text

from labelwright.core.errors import LabelwrightError
from labelwright.services import audit
from labelwright.services.backup import wanted_blobs
from labelwright.services.context import Context
from labelwright.services.item_index import stale_items
from labelwright.storage import migrations
from labelwright.storage.blobs import CHUNK
from labelwright.storage.schema import documents, items, jobs, tasks

LEAST_FREE = 1 << 30
STUCK_SECONDS = 3600
SHOWN = 5
"""How many names a finding lists before it only counts."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at. `state` is ok, note (worth knowing) or wrong."""

    check: str
    state: str
    message: str
    remedy: str = ""


Check = Callable[[Context], Iterator[Finding]]


def examine(context: Context, *, deep: bool = False) -> Iterator[Finding]:
    """Every finding, as it is made. A check that fails is a finding, too."""
    for check in (*CHECKS, *(DEEP if deep else ())):
        name = check.__name__.strip("_").replace("_", " ")
        try:
            yield from check(context)
        except (LabelwrightError, OSError) as error:
            remedy = getattr(error, "remedy", "") or "Restore the newest backup into an empty folder."
            yield _wrong(name, f"This could not be looked at: {error}", remedy)


def _folder(context: Context) -> Iterator[Finding]:
    folder = context.settings.data
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        yield _wrong(
            "folder", f"Others on this machine can look into {folder} ({mode:o}).", f"chmod 700 {folder}"
        )
    else:
        yield _ok("folder", f"{folder} is for its owner only.")


def _disk(context: Context) -> Iterator[Finding]:
    free = shutil.disk_usage(context.settings.data).free
    words = f"{free / 2**30:.1f} GiB are free on the disk."
    if free < LEAST_FREE:
        remedy = "Free some space; the folder “renditions” may be deleted at any time."
        yield _wrong("disk", words, remedy)
    else:
        yield _ok("disk", words)


def _schema(context: Context) -> Iterator[Finding]:
    at = migrations.current(context.database)
    if at == migrations.HEAD:
        yield _ok("schema", f"The tables are at {at}, the newest.")
    elif at is None:
        yield _wrong("schema", "The database is empty.", "Run “labelwright migrate”.")
    elif at < migrations.HEAD:
        remedy = "Run “labelwright migrate”; it takes a backup first."
        yield _wrong("schema", f"The tables are at {at}; this version wants {migrations.HEAD}.", remedy)
    else:
        remedy = "Install the newer Labelwright again."
        yield _wrong("schema", f"The tables are at {at}, newer than {migrations.HEAD}.", remedy)


def _database(context: Context) -> Iterator[Finding]:
    faults = context.database.read(_sqlite_faults if context.database.is_sqlite else _postgres_faults)
    if faults:
        remedy = "Keep a copy of the file, then restore the newest backup into an empty folder."
        yield _wrong("database", f"The database is damaged: {_some(faults)}.", remedy)
    else:
        yield _ok("database", "SQLite is sound." if context.database.is_sqlite else "PostgreSQL answers.")


def _sqlite_faults(tx: Connection) -> list[str]:
    found = [str(row[0]) for row in tx.execute(text("PRAGMA integrity_check(20)"))]
    broken = [f"{row[0]} row {row[1]} points nowhere" for row in tx.execute(text("PRAGMA foreign_key_check"))]
    return [fault for fault in found if fault != "ok"] + broken


def _postgres_faults(tx: Connection) -> list[str]:
    tx.execute(text("SELECT count(*) FROM members"))
    return []


def _audit_log(context: Context) -> Iterator[Finding]:
    count, fault = context.database.read(audit.verify)
    if fault:
        remedy = "Compare with a backup's tables/audit.jsonl to see who changed what."
        yield _wrong("audit log", f"The chain is broken: {fault}.", remedy)
    else:
        yield _ok("audit log", f"All {count} entries follow one another.")


def _blobs(context: Context) -> Iterator[Finding]:
    wanted = context.database.read(lambda tx: sorted(set(wanted_blobs(tx))))
    missing = [sha256 for sha256 in wanted if not context.blobs.has(sha256)]
    if missing:
        remedy = "Restore a backup that holds them, or import these images again."
        yield _wrong("blobs", f"{len(missing)} of {len(wanted)} blobs are missing: {_some(missing)}.", remedy)
    else:
        yield _ok("blobs", f"All {len(wanted)} blobs are there.")


def _items_in_place(context: Context) -> Iterator[Finding]:
    paths = context.database.read(_paths_in_place)
    gone = [path for path, size, _ in paths if not _has_size(Path(path), size)]
    if gone:
        remedy = "Put the files back where they were, unchanged."
        message = f"{len(gone)} of {len(paths)} files are gone or changed: {_some(gone)}."
        yield _wrong("items in place", message, remedy)
    elif paths:
        yield _ok("items in place", f"All {len(paths)} files are where they were.")


def _paths_in_place(tx: Connection) -> list[tuple[str, int, str]]:
    statement = select(items.c.source_path, items.c.bytes, items.c.sha256)
    return [
        (str(a), int(b), str(c)) for a, b, c in tx.execute(statement.where(items.c.source_path.is_not(None)))
    ]


def _jobs(context: Context) -> Iterator[Finding]:
    before = context.after(-STUCK_SECONDS)

    def look(tx: Connection) -> tuple[list[str], int]:
        waiting = select(jobs.c.kind, jobs.c.id).where(
            jobs.c.state.in_(("queued", "running")),
            func.coalesce(jobs.c.started_at, jobs.c.created_at) < before,
        )
        failed = select(func.count()).select_from(jobs).where(jobs.c.state == "failed")
        return [f"{kind} {job}" for kind, job in tx.execute(waiting)], int(tx.execute(failed).scalar_one())

    stuck, failed = context.database.read(look)
    if stuck:
        remedy = (
            "Start the server or “labelwright worker”; if they stay, cancel and retry them on the job page."
        )
        yield _wrong("jobs", f"{len(stuck)} have not ended for over an hour: {_some(stuck)}.", remedy)
    if failed:
        yield _note("jobs", f"{failed} failed; the job page says why.")
    if not stuck and not failed:
        yield _ok("jobs", "None is stuck, none has failed.")


def _leases(context: Context) -> Iterator[Finding]:
    now = context.clock()

    def look(tx: Connection) -> int:
        expired = (tasks.c.state == "waiting") & (tasks.c.lease_expires < now)
        return int(tx.execute(select(func.count()).select_from(tasks).where(expired)).scalar_one())

    count = context.database.read(look)
    if count:
        yield _note("leases", f"{count} have expired; the next who asks gets those tasks.")
    else:
        yield _ok("leases", "None has expired.")


def _index(context: Context) -> Iterator[Finding]:
    if migrations.current(context.database) != migrations.HEAD:
        return  # it is made when the tables are brought up
    stale = context.database.read(stale_items)
    if stale:
        remedy = "Run “labelwright migrate”: it makes the index again from the annotations."
        yield _wrong("index", f"{len(stale)} items are not found by what is in them: {_some(stale)}.", remedy)
    else:
        yield _ok("index", "Every item is found by what is in it.")


def _web_application(context: Context) -> Iterator[Finding]:
    del context
    import labelwright

    index = Path(labelwright.__file__).parent / "static" / "index.html"
    if index.is_file():
        yield _ok("web application", "Its files are here.")
    else:
        remedy = "Install Labelwright again; in a source tree, run “make demo” once."
        yield _wrong("web application", "The compiled web application is missing.", remedy)


def _blob_hashes(context: Context) -> Iterator[Finding]:
    names = list(context.blobs.all())
    broken = [name for name in names if _sha256(context.blobs.path(name)) != name]
    if broken:
        remedy = "Delete these files and restore a backup, or import these images again."
        yield _wrong("blob hashes", f"{len(broken)} blobs are damaged: {_some(broken)}.", remedy)
    else:
        yield _ok("blob hashes", f"All {len(names)} blobs are what they were.")


def _hashes_in_place(context: Context) -> Iterator[Finding]:
    paths = [(Path(path), sha) for path, _, sha in context.database.read(_paths_in_place)]
    changed = [str(path) for path, sha256 in paths if path.is_file() and _sha256(path) != sha256]
    if changed:
        yield _wrong(
            "hashes in place", f"{len(changed)} files changed: {_some(changed)}.", "Put the originals back."
        )


def _document_hashes(context: Context) -> Iterator[Finding]:
    def look(tx: Connection) -> tuple[int, list[str]]:
        count, broken = 0, list[str]()
        statement = select(documents.c.id, documents.c.sha256, documents.c.body)
        for document, sha256, body in tx.execution_options(yield_per=200).execute(statement):
            count += 1
            if hashlib.sha256(body).hexdigest() != sha256:
                broken.append(document)
        return count, broken

    count, broken = context.database.read(look)
    if broken:
        remedy = "Restore the newest backup in which “labelwright doctor --deep” finds nothing."
        yield _wrong("document hashes", f"{len(broken)} documents were changed: {_some(broken)}.", remedy)
    else:
        yield _ok("document hashes", f"All {count} documents are what was handed in.")


CHECKS: tuple[Check, ...] = (
    _folder,
    _disk,
    _schema,
    _database,
    _audit_log,
    _blobs,
    _items_in_place,
    _jobs,
    _leases,
    _index,
    _web_application,
)
DEEP: tuple[Check, ...] = (_blob_hashes, _hashes_in_place, _document_hashes)


def _ok(check: str, message: str) -> Finding:
    return Finding(check=check, state="ok", message=message)


def _note(check: str, message: str) -> Finding:
    return Finding(check=check, state="note", message=message)


def _wrong(check: str, message: str, remedy: str) -> Finding:
    return Finding(check=check, state="wrong", message=message, remedy=remedy)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()

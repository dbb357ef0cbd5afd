"""Bringing items in: from an upload, or from a file, folder or zip that the server sees.

The job goes through the files in chunks. A chunk is read, hashed and decoded by two threads; then one
transaction adds its items, their first tasks, and one entry for every name, whatever came of it. So
an import that is killed goes on with the names that have no entry, with nothing twice.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from labelwright.core.errors import Forbidden, InvalidInput, UnreadableImage, WrongState
from labelwright.media.archive import ArchiveLimits
from labelwright.services.access import Actor
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.imports import (
    OPEN,
    UNDOING,
    UNDONE,
    ImportView,
    close_import,
    import_for,
    open_import,
    read_import,
    view,
)
from labelwright.services.item_entries import FAILED, SKIPPED, Adding, failed_entry, report_of
from labelwright.services.item_reading import Reader, Ready
from labelwright.services.item_sources import Source, SourceFile, found_in
from labelwright.services.job_run import JobRun
from labelwright.services.jobs import Jobs
from labelwright.services.label_look import leave_out_label_pictures
from labelwright.services.uploads import Uploads, discard
from labelwright.storage.schema import import_entries

CHUNK = 32
THREADS = 2
CAREFUL_AFTER = 2  # crashes after which files are read one by one, to find the one that does it


class ItemImports:
    """The service that starts imports of items."""

    def __init__(self, context: Context, jobs_service: Jobs) -> None:
        self.context = context
        self._jobs = jobs_service
        self._uploads = Uploads(context)

    def start(
        self,
        actor: Actor,
        project_id: str,
        *,
        upload: str | None = None,
        source: str | None = None,
        in_place: bool = False,
        keys: Mapping[str, str] | None = None,
        keep_upload: bool = False,
    ) -> ImportView:
        """An import of an upload, or of a path on the server; a job does the work.

        `keys` gives the client's own id by file name. With `keep_upload` the files of the upload stay
        for an import of the labels among them. Raises NotFound, Forbidden, InvalidInput.
        """
        if (upload is None) == (source is None):
            raise InvalidInput("Name an upload or a source, one of them.", place="source")
        if upload is not None and in_place:
            raise InvalidInput("An upload cannot be left in its place.", place="in_place")
        args: dict[str, Any] = {"in_place": in_place, "keys": _clean_keys(keys or {})}
        if upload is not None:
            self._uploads.folder(actor, upload)
            args |= {"upload": upload, "keep_upload": keep_upload}
        else:
            args["source"] = str(check_source(self.context, actor, str(source)))

        def work(tx: Connection) -> ImportView:
            import_id = open_import(tx, self.context, actor, project_id, "items", args)
            return view(import_for(tx, actor, import_id))

        made = self.context.database.write(work)
        self._jobs.wake()
        return made


def check_source(context: Context, actor: Actor, source: str) -> Path:
    """A path on the server that the actor may import from.

    Raises InvalidInput if nothing is there or it is our own folder, Forbidden if it lies outside the
    folders of the setting import_roots (or that is empty and the actor no owner).
    """
    given = Path(source)
    if "\x00" in source or not given.is_absolute():
        raise InvalidInput("A source is an absolute path on the server.", place="source")
    path = given.resolve()
    roots = [Path(root).resolve() for root in context.settings.import_roots.split(":") if root]
    if roots and not any(path.is_relative_to(root) for root in roots):
        raise Forbidden("import from this folder (see the setting import_roots)", "import_roots")
    if not roots and actor.role != "owner":
        raise Forbidden("import from a folder of the server", "owner")
    data = context.settings.data.resolve()
    if path.is_relative_to(data) or data.is_relative_to(path):
        raise InvalidInput(
            "This is the folder that Labelwright itself keeps its data in.",
            place="source",
            remedy="Name another folder.",
        )
    if not path.exists():
        raise InvalidInput(
            f"The server finds no file or folder “{source}”.", place="source", remedy="Check the path."
        )
    return path


def run_import(run: JobRun) -> dict[str, Any]:
    """The handler of the job: gives the counts of the report."""
    context = run.context
    row = context.database.read(lambda tx: read_import(tx, run.args["import"]))
    if row.state in (UNDOING, UNDONE):
        raise WrongState("The import was undone.", remedy="Start a new one.")
    if row.state == OPEN:
        root = _root(context, row)
        limits = _archive_limits(context)
        with found_in(root, limits, in_place=row.args["in_place"]) as source:
            leave_out_label_pictures(source, root)
            _ItemImport(run, row, source).work()
        row = context.database.read(lambda tx: read_import(tx, row.id))
    if "upload" in row.args and not row.args.get("keep_upload"):
        discard(context, row.args["upload"])
    return {"import": row.id, **{k: v if isinstance(v, int) else len(v) for k, v in row.report.items()}}


class _ItemImport:
    """One import at work."""

    def __init__(self, run: JobRun, row: Row[Any], source: Source) -> None:
        self.run, self.row, self.source = run, row, source
        self.context = run.context
        self.reader = Reader(run.context, row, set())
        self.adding = Adding(run.context, row, row.args["keys"])
        self.total = len(source.files) + len(source.skipped) + len(source.refused)
        self.done = 0

    def work(self) -> None:
        done = self.context.database.read(self._begin)
        self.done = len(done)
        self._add_outcomes(done)
        todo = [file for file in self.source.files if file.name not in done]
        if self.run.crashes >= CAREFUL_AFTER:
            self._go_carefully(todo)
        else:
            self._go(todo)
        self.run.check()
        self.context.database.write(self._finish)

    def _begin(self, tx: Connection) -> set[str]:
        self.adding.load(tx)
        self.reader.known = self.adding.known
        names = select(import_entries.c.name).where(import_entries.c.import_id == self.row.id)
        return set(tx.execute(names).scalars())

    def _go(self, todo: list[SourceFile]) -> None:
        files = iter(todo)
        with ThreadPoolExecutor(THREADS, thread_name_prefix="decode") as pool:
            ahead = self._ask(pool, files)
            try:
                while ahead:
                    self.run.check()
                    current, ahead = ahead, self._ask(pool, files)  # decoded while the current is written
                    self._write([future.result() for future in current])
            finally:
                pool.shutdown(cancel_futures=True)

    def _ask(self, pool: ThreadPoolExecutor, files: Iterator[SourceFile]) -> list[Any]:
        return [pool.submit(self.reader.read, file) for file in islice(files, CHUNK)]

    def _go_carefully(self, todo: list[SourceFile]) -> None:
        # The worker died at this import again and again. The name of each file is written down before
        # it is read, so that the one that kills us is known the next time, and left out.
        mark = self.context.uploads / f"{self.row.id}.reading"
        mark.parent.mkdir(parents=True, exist_ok=True)
        culprit = mark.read_text(encoding="utf-8") if mark.exists() else None
        for file in todo:
            self.run.check()
            if file.name == culprit:
                error = UnreadableImage(file.name, "reading it ended the worker; it is left out")
                self._write([Ready(file.name, error=error)])
                continue
            mark.write_text(file.name, encoding="utf-8")
            self._write([self.reader.read(file)])
        mark.unlink(missing_ok=True)

    def _write(self, chunk: list[Ready]) -> None:
        done = self.done + len(chunk)

        def work(tx: Connection) -> None:
            self.adding.add(tx, chunk)
            self.run.step(tx, done, self.total, "Reading pictures")

        self.context.database.write(work)
        self.adding.keep()
        self.done = done

    def _add_outcomes(self, done: set[str]) -> None:
        entries = [
            *((name, SKIPPED, {"reason": reason}) for name, reason in self.source.skipped),
            *((name, FAILED, failed_entry(error)) for name, error in self.source.refused),
        ]
        rows = [
            {"import_id": self.row.id, "name": name, "outcome": outcome, "item_id": None, "detail": detail}
            for name, outcome, detail in entries
            if name not in done
        ]

        def work(tx: Connection) -> None:
            if rows:
                tx.execute(insert(import_entries), rows)
            self.run.step(tx, self.done + len(rows), self.total, "Reading pictures")

        self.context.database.write(work)
        self.done += len(rows)

    def _finish(self, tx: Connection) -> None:
        report = report_of(tx, self.row.id)
        close_import(tx, self.context, self.row, report)
        counts = {"added": report["added"], "failed": len(report["failed"]), "total": report["total"]}
        record(tx, self.context, self.row.created_by, "import.finished", self.row.id, counts)
        self.run.step(tx, self.done, self.total)


def _root(context: Context, row: Row[Any]) -> Path:
    if "upload" in row.args:
        return context.uploads / row.args["upload"]
    return Path(row.args["source"])


def _archive_limits(context: Context) -> ArchiveLimits:
    settings = context.settings
    return ArchiveLimits(
        max_bytes=settings.max_archive_bytes,
        max_entries=settings.max_archive_entries,
        max_ratio=settings.max_archive_ratio,
    )


def _clean_keys(keys: Mapping[str, str]) -> dict[str, str]:
    for name, key in keys.items():
        if not 0 < len(key) <= 300 or not key.isprintable():
            raise InvalidInput(
                f"The key of “{name[:80]}” is not 1 to 300 printable characters.",
                place="keys",
                remedy="Shorten it, or leave it out.",
            )
    return dict(keys)

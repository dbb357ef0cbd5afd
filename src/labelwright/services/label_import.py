"""Bringing labels in: a preview of what will change, then the change, which is undone as one step.

The job reads the files, matches them to items and plans for each what will be done. A preview reports
the plan; else it is carried out in chunks, with one entry for each record, so that an import that is
killed goes on with the records that have none. The entry keeps what undo needs.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select

from labelwright.core.errors import BadFile, InvalidInput, WrongState
from labelwright.formats.folder import Source, ZipSource, source_of
from labelwright.formats.registry import FORMATS, choose, get
from labelwright.services import label_categories
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
from labelwright.services.item_import import check_source
from labelwright.services.job_run import JobRun
from labelwright.services.jobs import Jobs
from labelwright.services.label_plan import Plan, Planner
from labelwright.services.label_work import carry_out, take_back
from labelwright.services.uploads import Uploads, discard
from labelwright.storage.schema import import_entries

CHUNK = 50
KINDS = ("annotations", "predictions", "references")
MODES = ("add", "replace")


class LabelArgs(msgspec.Struct, frozen=True, kw_only=True):
    """How labels come in. `rename` maps names of the file to category ids."""

    format: str = "auto"
    as_: str = msgspec.field(name="as", default="annotations")
    mode: str = "add"
    model: str | None = None
    dry_run: bool = False
    create_categories: bool = False
    rename: dict[str, str] = {}


class LabelImports:
    """The service that starts imports of labels."""

    def __init__(self, context: Context, jobs_service: Jobs) -> None:
        self.context = context
        self._jobs = jobs_service
        self._uploads = Uploads(context)

    def start(
        self,
        actor: Actor,
        project_id: str,
        args: LabelArgs,
        *,
        upload: str | None = None,
        source: str | None = None,
    ) -> ImportView:
        """An import of labels, or its preview; a job does the work.

        Raises NotFound, Forbidden, InvalidInput, UnknownName for a format that there is not.
        """
        _check(args, upload, source)
        told: dict[str, Any] = msgspec.to_builtins(args)
        if upload is not None:
            self._uploads.folder(actor, upload)
            told["upload"] = upload
        else:
            told["source"] = str(check_source(self.context, actor, str(source)))

        def work(tx: Connection) -> ImportView:
            import_id = open_import(tx, self.context, actor, project_id, "labels", told)
            return view(import_for(tx, actor, import_id))

        made = self.context.database.write(work)
        self._jobs.wake()
        return made


def run_import(run: JobRun) -> dict[str, Any]:
    """The handler of the job: gives the counts of the report."""
    context = run.context
    row = context.database.read(lambda tx: read_import(tx, run.args["import"]))
    if row.state in (UNDOING, UNDONE):
        raise WrongState("The import was undone.", remedy="Start a new one.")
    args = msgspec.convert(row.args, LabelArgs)
    if row.state == OPEN:
        _Work(run, row, args).do()
        row = context.database.read(lambda tx: read_import(tx, row.id))
    if "upload" in row.args and not args.dry_run:
        discard(context, row.args["upload"])
    return {"import": row.id, "annotations": row.report["annotations"]}


def run_undo(run: JobRun) -> dict[str, Any]:
    """The handler of the job that takes an import back: how many items, and which were kept and why."""
    context = run.context
    row = context.database.read(lambda tx: read_import(tx, run.args["import"]))
    if row.state == UNDONE:
        return dict(row.report["undone"])
    chosen = select(import_entries).where(
        import_entries.c.import_id == row.id, import_entries.c.outcome.in_(("labeled", "undone", "kept"))
    )
    entries = context.database.read(
        lambda tx: tx.execute(chosen.order_by(import_entries.c.name.desc())).all()
    )
    for start in range(0, len(entries), CHUNK):
        run.check()
        part = entries[start : start + CHUNK]

        def work(tx: Connection, part: Sequence[Row[Any]] = part, start: int = start) -> None:
            for entry in part:
                take_back(tx, context, entry)
            run.step(tx, start + len(part), len(entries), "Taking labels back")

        context.database.write(work)
    removed = label_categories.remove(context, row, run.actor())

    def finish(tx: Connection) -> dict[str, Any]:
        after = tx.execute(chosen).all()
        kept = [{"item": e.detail["item"], "reason": e.detail["kept"]} for e in after if e.outcome == "kept"]
        taken_back = sum(1 for e in after if e.outcome == "undone")
        undone: dict[str, Any] = {"items": taken_back, "kept": kept, "removed_categories": removed}
        close_import(tx, context, row, {**row.report, "undone": undone}, state=UNDONE)
        return undone

    return context.database.write(finish)


class _Work:
    """One import of labels at work."""

    def __init__(self, run: JobRun, row: Row[Any], args: LabelArgs) -> None:
        self.run, self.row, self.args = run, row, args
        self.context = run.context

    def do(self) -> None:
        plan = self._plan()
        if not self.args.dry_run:
            self._carry_out(plan)
        report = plan.report(dry_run=self.args.dry_run)

        def finish(tx: Connection) -> None:
            close_import(tx, self.context, self.row, report)
            counts = {"annotations": report["annotations"], "dry_run": self.args.dry_run}
            record(tx, self.context, self.row.created_by, "import.finished", self.row.id, counts)

        self.context.database.write(finish)

    def _plan(self) -> Plan:
        source = _source(self.context, self.row.args)
        try:
            reader, reason = choose(source, self.args.format)
            planner = Planner(self.context, self.row, self.run.actor(), self.args, reader.name)
            return planner.plan(reader.read(source), reason, self.run.check)
        finally:
            if isinstance(source, ZipSource):
                source.close()

    def _carry_out(self, plan: Plan) -> None:
        done = self.context.database.read(self._done)
        todo = [entry for entry in plan.entries if entry.name not in done]
        for start in range(0, len(todo), CHUNK):
            self.run.check()
            part = todo[start : start + CHUNK]

            def work(tx: Connection, part: list[Any] = part, start: int = start) -> None:
                rows = [carry_out(tx, self.context, self.row, self.args.as_, plan, entry) for entry in part]
                tx.execute(insert(import_entries), rows)
                self.run.step(tx, len(done) + start + len(part), len(plan.entries), "Writing labels")

            self.context.database.write(work)
        plan.outcomes = self.context.database.read(self._outcomes)

    def _done(self, tx: Connection) -> set[str]:
        names = select(import_entries.c.name).where(import_entries.c.import_id == self.row.id)
        return set(tx.execute(names).scalars())

    def _outcomes(self, tx: Connection) -> list[dict[str, str]]:
        rows = tx.execute(
            select(import_entries).where(
                import_entries.c.import_id == self.row.id, import_entries.c.outcome == "skipped"
            )
        )
        return [{"item": row.detail["item"], "reason": row.detail["reason"]} for row in rows]


def _source(context: Context, args: Mapping[str, Any]) -> Source:
    if "source" in args:
        return source_of(Path(args["source"]))
    folder = context.uploads / args["upload"]
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    if not files:
        raise BadFile("The upload is empty.", remedy="Upload the label files again.")
    return source_of(files[0]) if len(files) == 1 else source_of(folder)


def _check(args: LabelArgs, upload: str | None, source: str | None) -> None:
    if (upload is None) == (source is None):
        raise InvalidInput("Name an upload or a source, one of them.", place="source")
    if args.as_ not in KINDS:
        raise InvalidInput(
            f"Labels do not come in as “{args.as_}”.", place="as", remedy=f"Use {', '.join(KINDS)}."
        )
    if args.mode not in MODES:
        raise InvalidInput(f"“{args.mode}” is no mode.", place="mode", remedy="Use add or replace.")
    if args.format != "auto" and args.format not in FORMATS:
        get(args.format)

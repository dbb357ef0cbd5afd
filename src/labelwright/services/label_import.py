"""Bringing labels in: a preview of what will change, then the change, which is undone as one step.

The job goes through the labels twice. First it reads the files, counts what they hold and puts the records
that belong to items aside on disk; then it knows which categories there are, and goes through the items in
chunks. A preview only counts what would be done. Else each chunk is carried out in one transaction, with
one entry for each item, so that an import that is killed goes on with the items that have none. The entry
keeps what undo needs, and what the report counts.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from labelwright.core.document import Evidence
from labelwright.core.errors import InvalidInput, WrongState
from labelwright.core.ontology import Ontology
from labelwright.formats.folder import Source
from labelwright.formats.format import Format, Reading
from labelwright.formats.registry import FORMATS, choose, get
from labelwright.services import label_categories
from labelwright.services.access import Actor, project_for
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
from labelwright.services.label_fitting import Fitter
from labelwright.services.label_look import NOTHING, Look, look_at
from labelwright.services.label_mapping import NO_MAPPING, LabelMapping, check_mapping
from labelwright.services.label_merge import KEEPS
from labelwright.services.label_plan import MODES, Rules
from labelwright.services.label_reading import FirstPass, Recognized, opened, recognized_as
from labelwright.services.label_second_pass import SecondPass
from labelwright.services.label_spool import Spool
from labelwright.services.label_words import Words
from labelwright.services.label_work import take_back
from labelwright.services.ontologies import read_ontology
from labelwright.services.uploads import Uploads, discard
from labelwright.storage.schema import import_entries

CHUNK = 50
KINDS = ("annotations", "predictions", "references")
TOLD_EVERY = 5000  # records between two words on how far the reading is


class LabelArgs(msgspec.Struct, frozen=True, kw_only=True):
    """How labels come in.

    `mapping` says what becomes of categories and attributes; with `create_categories` those that it does
    not name and the project lacks are created. `iou` and `keep` say how a merge finds and settles what
    both have (see `label_merge`). Annotations of an item that say the same at `duplicate_iou` are
    reported, and with `leave_out_duplicates` only the first of them comes in.
    """

    format: str = "auto"
    as_: str = msgspec.field(name="as", default="annotations")
    mode: str = "add"
    iou: float = 0.5
    keep: str = "evidence"
    duplicate_iou: float = 0.99
    leave_out_duplicates: bool = False
    model: str | None = None
    dry_run: bool = False
    create_categories: bool = False
    mapping: LabelMapping = NO_MAPPING


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
            project = project_for(tx, actor, project_id, "project.import")
            check_mapping(args.mapping, read_ontology(self.context, tx, project_id, project.ontology_version))
            import_id = open_import(tx, self.context, actor, project_id, "labels", told)
            return view(import_for(tx, actor, import_id))

        made = self.context.database.write(work)
        self._jobs.wake()
        return made

    def look(
        self, actor: Actor, project_id: str, *, upload: str | None = None, source: str | None = None
    ) -> Look:
        """What is to be imported, by names and the starts of files; nothing is written.

        Raises NotFound, Forbidden, InvalidInput, BadFile if nothing is there.
        """
        if (upload is None) == (source is None):
            raise InvalidInput("Name an upload or a source, one of them.", place="source")
        self.context.database.read(lambda tx: project_for(tx, actor, project_id, "project.import"))
        if upload is not None:
            if not any(self._uploads.folder(actor, upload).iterdir()):
                return NOTHING
            told = {"upload": upload}
        else:
            told = {"source": str(check_source(self.context, actor, str(source)))}
        with opened(self.context, told) as files:
            return look_at(files)


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
    touched = import_entries.c.outcome.in_(("labeled", "undone", "kept"))
    chosen = select(import_entries).where(import_entries.c.import_id == row.id, touched)
    names = context.database.read(
        lambda tx: list(
            tx.execute(chosen.with_only_columns(import_entries.c.name).order_by(import_entries.c.name.desc()))
            .scalars()
        )
    )  # fmt: skip
    for start in range(0, len(names), CHUNK):
        run.check()
        part = names[start : start + CHUNK]

        def work(tx: Connection, part: Sequence[str] = part, start: int = start) -> None:
            entries = chosen.where(import_entries.c.name.in_(part)).order_by(import_entries.c.name.desc())
            for entry in tx.execute(entries).all():
                take_back(tx, context, entry)
            run.step(tx, start + len(part), len(names), "Taking labels back")

        context.database.write(work)
    removed = label_categories.remove(context, row, run.actor())
    spared = {"removed_categories": removed.categories, "removed_attributes": removed.attributes}

    def finish(tx: Connection) -> dict[str, Any]:
        stayed = tx.execute(chosen.where(import_entries.c.outcome == "kept")).all()
        kept = [{"item": e.detail["item"], "reason": e.detail["kept"]} for e in stayed]
        counted = chosen.where(import_entries.c.outcome == "undone").with_only_columns(func.count())
        taken_back = int(tx.execute(counted).scalar_one())
        undone: dict[str, Any] = {"items": taken_back, "kept": kept, **spared}
        close_import(tx, context, row, {**row.report, "undone": undone}, state=UNDONE)
        return undone

    return context.database.write(finish)


class _Work:
    """One import of labels at work: read, decide about categories, then go through the items."""

    def __init__(self, run: JobRun, row: Row[Any], args: LabelArgs) -> None:
        self.run, self.row, self.args = run, row, args
        self.context = run.context

    def do(self) -> None:
        with Spool(self.context.uploads) as spool:
            first = FirstPass(self.context, self.row.project_id, spool)
            with opened(self.context, self.row.args) as source:
                likely = recognized_as(source)
                reader, reason = self._reader(source, likely)
                reading = first.read(source, reader, self._reading)
            rules = self._rules(reader)
            words = Words(self.context, self.row, self.run.actor(), self.args, reading, first.survey)
            ontology = words.settle()
            fitter = self._fitter(reading, words, ontology, rules)
            first.tally.names = {category.id: category.name for category in ontology.categories}
            second = SecondPass(self.run, self.row, ontology, fitter, rules, first.tally)
            second.go(spool, dry_run=self.args.dry_run)
        report = {
            "dry_run": self.args.dry_run,
            "format": reader.name,
            "format_title": reader.title,
            "recognized": reason,
            "other_formats": [msgspec.to_builtins(entry) for entry in likely if entry.name != reader.name],
            **first.tally.report(reading, first.survey, fitter.counts, rules),
            **words.report(reader.name),
        }
        if self.args.dry_run:
            report["pictures"] = second.samples.report()
            report["picture_categories"] = [
                {"id": category.id, "name": category.name, "color": category.color}
                for category in ontology.categories
            ]
        self._finish(report)

    def _reader(self, source: Source, likely: Sequence[Recognized]) -> tuple[Format, str]:
        if self.args.format == "auto" and likely:
            return get(likely[0].name), likely[0].reason
        return choose(source, self.args.format)

    def _finish(self, report: dict[str, Any]) -> None:
        def finish(tx: Connection) -> None:
            close_import(tx, self.context, self.row, report)
            counts = {"annotations": report["annotations"], "dry_run": self.args.dry_run}
            record(tx, self.context, self.row.created_by, "import.finished", self.row.id, counts)

        self.context.database.write(finish)

    def _reading(self, records: int) -> None:
        self.run.check()
        if records and records % TOLD_EVERY == 0:
            self.context.database.write(lambda tx: self.run.step(tx, records, None, "Reading labels"))

    def _rules(self, reader: Format) -> Rules:
        args = self.args
        model = args.model or f"{reader.name}-import"
        predicted = args.as_ == "predictions"
        return Rules(
            kind=args.as_,
            mode=args.mode,
            iou=args.iou,
            keep=args.keep,
            duplicate_iou=args.duplicate_iou,
            leave_out_duplicates=args.leave_out_duplicates,
            author=f"model:{model}" if predicted else f"import:{reader.name}",
            model=model if predicted else None,
            now=self.context.now(),
        )

    def _fitter(self, reading: Reading, words: "Words", ontology: Ontology, rules: Rules) -> Fitter:
        return Fitter(
            reading,
            ontology,
            categories=words.known,
            attributes=self.args.mapping.attributes,
            evidence=Evidence(author=rules.author, created_at=rules.now, model=rules.model),
            keeps_evidence=rules.model is None,
            new_id=self.context.new_id,
        )


def _check(args: LabelArgs, upload: str | None, source: str | None) -> None:
    if (upload is None) == (source is None):
        raise InvalidInput("Name an upload or a source, one of them.", place="source")
    if args.as_ not in KINDS:
        raise InvalidInput(
            f"Labels do not come in as “{args.as_}”.", place="as", remedy=f"Use {', '.join(KINDS)}."
        )
    if args.mode not in MODES:
        raise InvalidInput(f"“{args.mode}” is no mode.", place="mode", remedy="Use add, replace or merge.")
    if args.keep not in KEEPS:
        raise InvalidInput(
            f"“{args.keep}” is nothing to keep.", place="keep", remedy=f"Use {', '.join(KEEPS)}."
        )
    for place, value in (("iou", args.iou), ("duplicate_iou", args.duplicate_iou)):
        if not 0 < value <= 1:
            raise InvalidInput(
                f"An IoU of {value} is no threshold.", place=place, remedy="Use one above 0, up to 1."
            )
    if args.format != "auto" and args.format not in FORMATS:
        get(args.format)

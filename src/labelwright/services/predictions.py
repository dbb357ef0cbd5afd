"""Pre-labeling: what a model says of the items of a project, kept as predictions, by a durable job."""

import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, exists, func, or_, select, update

from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Found, Options, Prediction
from labelwright.core.document import Document
from labelwright.core.errors import InvalidInput, LabelwrightError, StorageFailure
from labelwright.core.model_errors import ModelDied, ModelFailure, UnfitModel
from labelwright.core.ontology import Ontology
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.documents import PREDICTION, store_document
from labelwright.services.events import announce
from labelwright.services.explore import filter_for
from labelwright.services.item_filter import EVERYTHING, ItemFilter
from labelwright.services.item_index import index_item
from labelwright.services.item_pixels import pixels_of
from labelwright.services.job_run import JobRun
from labelwright.services.jobs import Jobs, submit
from labelwright.services.models import ModelStore
from labelwright.services.ontologies import read_ontology
from labelwright.services.predicting import Fitter, suggested
from labelwright.services.segmenting import Segmenting
from labelwright.storage.schema import documents, gold, items, projects

RIGHT = "project.manage"
CHUNK = 8
READERS = 2  # threads that decode while the model works
MOST_LOOKED = 24
MOST_TOLD = 50
MOST_DEATHS = 3  # of the model in a row, after which the job gives up
FINDERS = ("tag", "detect", "segment", "keypoints", "text")
REPLACED = "old prediction"

Score = Annotated[float, msgspec.Meta(ge=0, le=1)]


class PredictIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to pre-label, by which model.

    `mapping` leads from the model's labels to ids of categories; None: those of the same name. `least_score`
    holds for all categories, `thresholds` for some, by id. `segmenter` makes masks of boxes. With `replace`
    what the model said before is replaced; without it items that have predictions of it are left out.
    """

    model: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    filter: ItemFilter = EVERYTHING
    mapping: dict[str, str] | None = None
    least_score: Score | None = None
    thresholds: dict[str, Score] = {}
    segmenter: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    replace: bool = True


class LookedAt(msgspec.Struct, frozen=True, kw_only=True):
    """What a model finds on one item, at any score."""

    item: str
    name: str
    width: int
    height: int
    found: list[Found]
    problem: str | None = None


class LookView(msgspec.Struct, frozen=True, kw_only=True):
    """A look at a sample: what is found at any score, and which categories the labels seem to mean.

    `items` is how many would be asked.
    """

    model: str
    looked: list[LookedAt]
    labels: dict[str, int]
    mapping: dict[str, str]
    least_score: float
    items: int


class PredictedBy(msgspec.Struct, frozen=True, kw_only=True):
    """What one author predicted in a project."""

    author: str
    model: str | None
    items: int
    annotations: int
    newest: str


class Predictions:
    """The service of predictions."""

    def __init__(self, context: Context, jobs: Jobs) -> None:
        self.context = context
        self._jobs = jobs
        self._store = ModelStore(context)

    def start(self, actor: Actor, project_id: str, wanted: PredictIn) -> str:
        """Pre-label by a job; gives its id. Raises Forbidden, UnknownModel, UnfitModel, InvalidInput."""
        manifest = self._finder(wanted.model)
        if wanted.segmenter is not None and "prompt" not in self._store.manifest(wanted.segmenter).tasks:
            raise UnfitModel(f"The model “{wanted.segmenter}” makes no masks of boxes.", place="segmenter")

        def work(tx: Connection) -> str:
            _, ontology = filter_for(self.context, tx, actor, project_id, wanted.filter, RIGHT)
            mapping = _checked(wanted, manifest, ontology)
            args = msgspec.to_builtins(msgspec.structs.replace(wanted, mapping=mapping))
            detail = {"model": manifest.author}
            record(tx, self.context, actor.id, "project.predicted", project_id, detail)
            return submit(tx, self.context, actor, "predict", project_id, args)

        job = self.context.database.write(work)
        self._jobs.wake()
        return job

    def look(self, actor: Actor, project_id: str, model: str, wanted: ItemFilter, count: int) -> LookView:
        """Ask a model about a few items, drawn evenly, to choose a threshold. Writes nothing."""
        manifest = self._finder(model)

        def sample(tx: Connection) -> tuple[list[Row[Any]], Ontology, int]:
            fits, ontology = filter_for(self.context, tx, actor, project_id, wanted, RIGHT)
            ids = list(tx.execute(select(items.c.id).where(fits).order_by(items.c.position)).scalars())
            drawn = random.Random(project_id).sample(ids, min(count, MOST_LOOKED, len(ids)))  # noqa: S311
            rows = tx.execute(select(items).where(items.c.id.in_(drawn)).order_by(items.c.position)).all()
            return list(rows), ontology, len(ids)

        rows, ontology, total = self.context.database.read(sample)
        looked = [self._looked(row, manifest) for row in rows]
        labels = Counter(found.label for one in looked for found in one.found)
        return LookView(
            model=manifest.author,
            looked=looked,
            labels=dict(labels.most_common()),
            mapping=suggested(manifest.labels or list(labels), ontology),
            least_score=manifest.least_score,
            items=total,
        )

    def list(self, actor: Actor, project_id: str) -> list[PredictedBy]:
        """Who predicted what in a project, the newest first."""

        def work(tx: Connection) -> list[PredictedBy]:
            project_for(tx, actor, project_id, "item.history")
            of = (documents.c.project_id == project_id) & (documents.c.kind == PREDICTION)
            newest = func.max(documents.c.created_at)
            counted = select(
                documents.c.author,
                documents.c.model,
                func.count(func.distinct(documents.c.item_id)).label("items"),
                func.sum(documents.c.annotations).label("annotations"),
                newest.label("newest"),
            )
            grouped = counted.where(of).group_by(documents.c.author, documents.c.model)
            rows = tx.execute(grouped.order_by(newest.desc(), documents.c.author))
            return [
                PredictedBy(
                    author=row.author,
                    model=row.model,
                    items=row.items,
                    annotations=int(row.annotations or 0),
                    newest=row.newest,
                )
                for row in rows
            ]

        return self.context.database.read(work)

    def remove(self, actor: Actor, project_id: str, author: str) -> int:
        """Hide what an author predicted; what people took over stays. Gives how many items had it."""

        def work(tx: Connection) -> int:
            project_for(tx, actor, project_id, RIGHT)
            of = (documents.c.project_id == project_id) & (documents.c.kind == PREDICTION)
            chosen = of & (documents.c.author == author)
            ids = list(tx.execute(select(documents.c.item_id).where(chosen).distinct()).scalars())
            tx.execute(update(documents).where(chosen).values(kind=REPLACED))
            for item_id in ids:
                index_item(tx, item_id)
            detail = {"author": author, "items": len(ids)}
            record(tx, self.context, actor.id, "predictions.removed", project_id, detail)
            return len(ids)

        return self.context.database.write(work)

    def _finder(self, model: str) -> Manifest:
        manifest = self._store.manifest(model)
        if not set(FINDERS) & set(manifest.tasks):
            raise UnfitModel(
                f"The model “{model}” does {', '.join(manifest.tasks)}: it finds nothing by itself.",
                place="model",
            )
        return manifest

    def _looked(self, row: Row[Any], manifest: Manifest) -> LookedAt:
        found: list[Found] = []
        problem = None
        try:
            options = Options(least_score=0.05)
            found = list(self._store.predict(manifest.name, [pixels_of(self.context, row)], options)[0].found)
        except LabelwrightError as error:
            problem = error.message
        return LookedAt(
            item=row.id, name=row.name, width=row.width, height=row.height, found=found, problem=problem
        )


def run_predict(run: JobRun) -> dict[str, Any]:
    """The job: chunks of items, each written in one transaction; begun again, it goes on."""
    return _Predicting(run).do()


class _Predicting:
    def __init__(self, run: JobRun) -> None:
        self._run, self._context = run, run.context
        self._wanted = msgspec.convert(run.args, PredictIn)
        self._store = ModelStore(run.context)
        self._segmenting = Segmenting(run.context)
        self._manifest = self._store.manifest(self._wanted.model)
        self._failed: list[dict[str, str]] = []
        self._failures = 0
        self._deaths = 0
        self._project, self._fitter = run.context.database.read(self._begin)

    def do(self) -> dict[str, Any]:
        ids, done = self._context.database.read(self._left)
        total = len(ids) + done
        with ThreadPoolExecutor(READERS) as readers:
            ahead = readers.submit(self._read, ids[:CHUNK])
            for start in range(0, len(ids), CHUNK):
                self._run.check()
                chunk = ahead.result()
                ahead = readers.submit(self._read, ids[start + CHUNK : start + 2 * CHUNK])
                answers = [made for answered in self._ask(chunk) if (made := self._fitted(*answered))]
                told = done + min(start + CHUNK, len(ids))
                self._context.database.write(
                    lambda tx, answers=answers, told=told: self._write(tx, answers, told, total)
                )
        return self._report(total, self._context.database.read(self._made))

    def _begin(self, tx: Connection) -> tuple[Row[Any], Fitter]:
        project = tx.execute(select(projects).where(projects.c.id == self._run.project_id)).one()
        ontology = read_ontology(self._context, tx, project.id, project.ontology_version)
        wanted = self._wanted
        least = self._manifest.least_score if wanted.least_score is None else wanted.least_score
        fitter = Fitter(
            self._manifest,
            ontology,
            wanted.mapping or {},
            new_id=self._context.new_id,
            now=self._context.now(),
            least={
                category.id: wanted.thresholds.get(category.id, least) for category in ontology.categories
            },
        )
        return project, fitter

    def _left(self, tx: Connection) -> tuple[list[str], int]:
        """The items that are still to be asked, and how many this job has done already."""
        chosen, _ = filter_for(
            self._context, tx, self._run.actor(), self._project.id, self._wanted.filter, RIGHT
        )
        # Gold items are met as work, so they have predictions where work has.
        golden = exists().where(gold.c.item_id == items.c.id, gold.c.retired_at.is_(None))
        fits = or_(chosen, (items.c.project_id == self._project.id) & golden)
        said = (documents.c.item_id == items.c.id) & (documents.c.kind == PREDICTION)
        by_this_job = exists().where(said & (documents.c.import_id == self._run.id))
        before = exists().where(said & (documents.c.author == self._manifest.author))
        done = tx.execute(select(func.count()).select_from(items).where(fits, by_this_job)).scalar_one()
        left = select(items.c.id).where(fits, ~by_this_job)
        if not self._wanted.replace:
            left = left.where(~before)
        return list(tx.execute(left.order_by(items.c.position)).scalars()), int(done)

    def _read(self, ids: Sequence[str]) -> list[tuple[Row[Any], NDArray[np.uint8] | None, str | None]]:
        chosen = select(items).where(items.c.id.in_(ids)).order_by(items.c.position)
        rows = self._context.database.read(lambda tx: tx.execute(chosen).all())
        chunk: list[tuple[Row[Any], NDArray[np.uint8] | None, str | None]] = []
        for row in rows:
            try:
                chunk.append((row, pixels_of(self._context, row), None))
            except LabelwrightError as error:
                chunk.append((row, None, error.message))
        return chunk

    def _ask(
        self, chunk: Sequence[tuple[Row[Any], NDArray[np.uint8] | None, str | None]]
    ) -> list[tuple[Row[Any], NDArray[np.uint8], Prediction]]:
        readable = [(row, pixels) for row, pixels, _ in chunk if pixels is not None]
        for row, _, problem in chunk:
            if problem is not None:
                self._fail(row, problem)
        if not readable:
            return []
        try:
            answers = self._predict([pixels for _, pixels in readable])
        except ModelFailure:
            return self._one_by_one(readable)
        self._deaths = 0
        return [(row, pixels, each) for (row, pixels), each in zip(readable, answers, strict=True)]

    def _one_by_one(
        self, readable: Sequence[tuple[Row[Any], NDArray[np.uint8]]]
    ) -> list[tuple[Row[Any], NDArray[np.uint8], Prediction]]:
        answered: list[tuple[Row[Any], NDArray[np.uint8], Prediction]] = []
        for row, pixels in readable:
            self._run.check()
            try:
                answered.append((row, pixels, self._predict([pixels])[0]))
                self._deaths = 0
            except ModelFailure as error:
                self._deaths += isinstance(error, ModelDied)
                if self._deaths >= MOST_DEATHS:
                    raise
                self._fail(row, error.message)
        return answered

    def _predict(self, pictures: list[NDArray[np.uint8]]) -> list[Prediction]:
        wanted = self._wanted.least_score
        usual = self._manifest.least_score if wanted is None else wanted
        least = min([usual, *self._wanted.thresholds.values()])
        return self._store.predict(self._manifest.name, pictures, Options(least_score=least))

    def _fitted(
        self, row: Row[Any], pixels: NDArray[np.uint8], prediction: Prediction
    ) -> tuple[Row[Any], Document] | None:
        """The document of an item; made before the transaction, for a segmenter takes its time."""
        segment = None
        try:
            if self._wanted.segmenter is not None and prediction.found:
                segment = self._segmenting.box_segmenter(row, pixels, self._wanted.segmenter)
            return row, self._fitter.document(prediction.found, segment)
        except ModelFailure as error:
            self._fail(row, error.message)
            return None

    def _write(
        self, tx: Connection, answers: Sequence[tuple[Row[Any], Document]], done: int, total: int
    ) -> None:
        for row, document in answers:
            keep_prediction(tx, self._context, self._project, row.id, self._manifest, document, self._run.id)
            announce(tx, self._context, self._project.id, "item.predicted", row.id, {})
        self._run.step(tx, done, total)

    def _fail(self, row: Row[Any], problem: str) -> None:
        self._failures += 1
        if len(self._failed) < MOST_TOLD:
            self._failed.append({"item": row.id, "name": row.name, "problem": problem})

    def _made(self, tx: Connection) -> Counter[str]:
        """The annotations of this job by category, those from before it was begun again included."""
        ontology = read_ontology(self._context, tx, self._project.id, self._project.ontology_version)
        names: dict[str, str] = {category.id: category.name for category in ontology.categories}
        of = (documents.c.project_id == self._project.id) & (documents.c.import_id == self._run.id)
        made: Counter[str] = Counter()
        for counted in tx.execute(select(documents.c.categories).where(of)).scalars():
            for category, count in counted.items():
                made[names.get(str(category), str(category))] += int(count)
        return made

    def _report(self, total: int, made: Counter[str]) -> dict[str, Any]:
        counts = self._fitter.counts
        if self._failures and self._failures == total:
            first = self._failed[0]["problem"]
            raise StorageFailure(
                f"No item could be predicted; the first: {first}", remedy="Try the model first."
            )
        return {
            "model": self._manifest.author,
            "items": total,
            "annotations": made.total(),
            "categories": dict(made.most_common()),
            "unmapped": dict(counts.unmapped.most_common()),
            "unfit": dict(counts.unfit.most_common()),
            "below_threshold": counts.weak,
            "failures": self._failures,
            "failed": self._failed,
        }


def keep_prediction(
    tx: Connection,
    context: Context,
    project: Row[Any],
    item_id: str,
    manifest: Manifest,
    document: Document,
    job_id: str,
) -> None:
    """Keep what a model says of an item now, in place of what any version of it said before."""
    of = (documents.c.item_id == item_id) & (documents.c.kind == PREDICTION)
    mine = documents.c.author.like(f"model:{manifest.name}@%")
    tx.execute(update(documents).where(of, mine).values(kind=REPLACED))
    store_document(
        tx,
        context,
        project,
        document,
        item_id=item_id,
        kind=PREDICTION,
        author=manifest.author,
        model=manifest.author,
        import_id=job_id,
        guideline_version=project.brief_version,
    )
    index_item(tx, item_id)


def _checked(wanted: PredictIn, manifest: Manifest, ontology: Ontology) -> dict[str, str]:
    """The mapping, complete. Raises InvalidInput."""
    mapping = suggested(manifest.labels, ontology) if wanted.mapping is None else wanted.mapping
    for label, category in mapping.items():
        if manifest.labels and label not in manifest.labels:
            raise InvalidInput(f"The model has no label “{label[:80]}”.", place="mapping")
        if ontology.category(category) is None:
            raise InvalidInput(f"There is no category “{category[:80]}”.", place=f"mapping.{label[:80]}")
    if not mapping:
        raise InvalidInput(
            "None of the model’s labels is named like a category of the project.",
            place="mapping",
            remedy="Say which category each label means.",
        )
    return mapping

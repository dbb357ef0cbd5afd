"""Heads of projects: they learn from what people hand in, and propose on the items that come next.

A fifth of the items, drawn by a hash of their ids, is never learned from: there each version is measured,
and a new one proposes only if it is better there than the one before.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import numpy as np
from sqlalchemy import Connection, Row, exists, func, insert, select, update

from labelwright.assist import learned
from labelwright.assist.heads import Head
from labelwright.assist.learned import Seen, Tally, f1, found_by, interval, judged
from labelwright.assist.manifest import Manifest, Source
from labelwright.core.document import decode
from labelwright.core.errors import InvalidInput, LabelwrightError, WrongState
from labelwright.core.gold import WORK
from labelwright.core.ontology import Ontology
from labelwright.core.workflow import ANNOTATE
from labelwright.services.access import Actor, project_for
from labelwright.services.audit import record
from labelwright.services.context import Context
from labelwright.services.events import announce
from labelwright.services.head_material import BOXES, EMBEDDER, TAGS, Material
from labelwright.services.job_run import JobRun
from labelwright.services.jobs import UNFINISHED, Jobs, submit
from labelwright.services.models import ModelStore
from labelwright.services.ontologies import read_ontology
from labelwright.services.predicting import Fitter
from labelwright.services.predictions import keep_prediction
from labelwright.storage.schema import documents, gold, head_plans, heads, items, jobs, projects, tasks

RIGHT = "project.manage"
KIND = "train_head"
HELD_OUT = 5  # one item in so many is measured on
LEAST_ITEMS = 2
MOST_ITEMS = 400  # that are learned from: the newest
LEAST_SCORE = 0.4
CHUNK = 4


class HeadPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a project's head learns, after how many submissions, and how far ahead it proposes."""

    enabled: bool
    every: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 10
    ahead: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 40


class HeadView(msgspec.Struct, frozen=True, kw_only=True):
    """A version. `score` is F1 on the items held out, with 95 % from `low` to `high`.

    `categories` are its F1 by id of the category; `before` that of the version before, on the same items.
    """

    version: int
    kind: str
    items: int
    things: int
    held_out: int
    score: float | None
    low: float | None
    high: float | None
    before: float | None
    categories: dict[str, float | None]
    promoted: bool
    reason: str
    created_at: str


class LearningView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a project's learning stands. `since`: submissions since it learned; `job` the newest training."""

    plan: HeadPlan
    kind: str
    since: int
    labeled: int
    versions: list[HeadView]
    job: str | None


class Heads:
    """The service of heads."""

    def __init__(self, context: Context, jobs_service: Jobs) -> None:
        self.context = context
        self._jobs = jobs_service

    def view(self, actor: Actor, project_id: str) -> LearningView:
        """The plan, the versions and what waits. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> LearningView:
            project = project_for(tx, actor, project_id, "item.history")
            ontology = read_ontology(self.context, tx, project.id, project.ontology_version)
            plan = tx.execute(select(head_plans).where(head_plans.c.project_id == project_id)).first()
            rows = tx.execute(select(heads).where(heads.c.project_id == project_id).order_by(heads.c.version))
            labeled = select(func.count()).select_from(items).where(*_labeled(project_id))
            return LearningView(
                plan=HeadPlan(enabled=False)
                if plan is None
                else HeadPlan(enabled=plan.enabled, every=plan.every, ahead=plan.ahead),
                kind=kind_of(ontology),
                since=0 if plan is None else plan.since,
                labeled=int(tx.execute(labeled).scalar_one()),
                versions=[_view(row) for row in rows],
                job=None if plan is None else plan.job_id,
            )

        return self.context.database.read(work)

    def plan(self, actor: Actor, project_id: str, wanted: HeadPlan) -> LearningView:
        """Set whether and how it learns. Raises NotFound, Forbidden."""

        def work(tx: Connection) -> None:
            project_for(tx, actor, project_id, RIGHT)
            values = {"enabled": wanted.enabled, "every": wanted.every, "ahead": wanted.ahead}
            of = head_plans.c.project_id == project_id
            if not tx.execute(update(head_plans).where(of).values(**values)).rowcount:
                tx.execute(insert(head_plans).values(project_id=project_id, since=0, **values))
            record(tx, self.context, actor.id, "head.planned", project_id, values)

        self.context.database.write(work)
        return self.view(actor, project_id)

    def train(self, actor: Actor, project_id: str) -> str:
        """Learn now, by a job; gives its id. Raises NotFound, Forbidden, WrongState while it learns."""

        def work(tx: Connection) -> str:
            project_for(tx, actor, project_id, RIGHT)
            of = head_plans.c.project_id == project_id
            plan = tx.execute(select(head_plans).where(of).with_for_update()).first()
            if plan is None:
                values = msgspec.to_builtins(HeadPlan(enabled=False))
                tx.execute(insert(head_plans).values(project_id=project_id, since=0, **values))
            elif _is_learning(tx, plan.job_id):
                raise WrongState("It is learning already.", remedy="Wait until that has ended.")
            return _begin(tx, self.context, actor, project_id)

        job = self.context.database.write(work)
        self._jobs.wake()
        return job


def count_submission(tx: Connection, context: Context, actor: Actor, project_id: str) -> bool:
    """Count a submission, and let the head learn when there are enough; whether a job was begun."""
    of = head_plans.c.project_id == project_id
    plan = tx.execute(select(head_plans).where(of, head_plans.c.enabled)).first()
    if plan is None:
        return False
    tx.execute(update(head_plans).where(of).values(since=head_plans.c.since + 1))
    if plan.since + 1 < plan.every or _is_learning(tx, plan.job_id):
        return False
    _begin(tx, context, actor, project_id)
    context.unwoken.set()
    return True


def run_train(run: JobRun) -> dict[str, Any]:
    """The job: learn, measure, promote if better, and propose on what comes next."""
    return _Training(run).do()


class _Training:
    def __init__(self, run: JobRun) -> None:
        self._run, self._context = run, run.context
        self._problems = 0
        read = run.context.database.read
        self._project = read(
            lambda tx: tx.execute(select(projects).where(projects.c.id == run.project_id)).one()
        )
        self._ontology = read(
            lambda tx: read_ontology(run.context, tx, self._project.id, self._project.ontology_version)
        )
        self._kind = kind_of(self._ontology)
        self._labels = _labels(self._ontology, self._kind)
        self._material = Material(run.context, self._kind)

    def do(self) -> dict[str, Any]:
        learned_from, held_out = self._seen()
        if len(learned_from) < LEAST_ITEMS:
            raise InvalidInput(
                f"It takes {LEAST_ITEMS} annotated items to learn from; there are {len(learned_from)}.",
                remedy="Annotate and submit a few items, then let it learn again.",
            )
        learn = learned.learn_tags if self._kind == TAGS else learned.learn_boxes
        head = learn(learned_from, self._labels)
        tallies = [self._judged(head, seen) for seen in held_out]
        before = self._context.database.read(self._promoted)
        earlier = None if before is None else f1([self._judged(before, seen) for seen in held_out])
        score = f1(tallies)
        promoted, reason = _is_better(score, earlier, len(held_out), is_first=before is None)
        version = self._context.database.write(
            lambda tx: self._keep(tx, head, learned_from, tallies, earlier, promoted=promoted, reason=reason)
        )
        proposed = self._propose(head, version) if promoted else 0
        return {
            "version": version,
            "items": len(learned_from),
            "held_out": len(held_out),
            "score": score,
            "before": earlier,
            "promoted": promoted,
            "reason": reason,
            "proposed": proposed,
            "unreadable": self._problems,
        }

    def _seen(self) -> tuple[list[Seen], list[Seen]]:
        rows = self._context.database.read(self._rows)
        learned_from: list[Seen] = []
        held_out: list[Seen] = []
        for number, (item, body) in enumerate(rows):
            self._run.check()
            try:
                seen = self._material.of(item, self._ontology.resolve(decode(body)), self._labels)
            except LabelwrightError:
                self._problems += 1
                continue
            (held_out if is_held_out(item.id) else learned_from).append(seen)
            self._tell(number + 1, len(rows), "Looking at what is annotated")
        return learned_from, held_out

    def _rows(self, tx: Connection) -> list[tuple[Row[Any], bytes]]:
        chosen = (
            select(items, documents.c.body.label("document_body"))
            .join(documents, documents.c.id == items.c.document_id)
            .where(*_labeled(self._project.id))
            .order_by(items.c.updated_at.desc(), items.c.id)
            .limit(MOST_ITEMS)
        )
        return [(row, row.document_body) for row in tx.execute(chosen)]

    def _judged(self, head: Head, seen: Seen) -> Tally:
        return judged(found_by(head, seen.vectors, seen.boxes, LEAST_SCORE), seen)

    def _promoted(self, tx: Connection) -> Head | None:
        row = promoted_head(tx, self._project.id, self._kind)
        return None if row is None else Head.from_bytes(row.weights)

    def _keep(
        self,
        tx: Connection,
        head: Head,
        learned_from: Sequence[Seen],
        tallies: Sequence[Tally],
        earlier: float | None,
        *,
        promoted: bool,
        reason: str,
    ) -> int:
        of = heads.c.project_id == self._project.id
        version = (
            int(tx.execute(select(func.coalesce(func.max(heads.c.version), 0)).where(of)).scalar_one()) + 1
        )
        low, high = interval(tallies, np.random.default_rng(version))
        figures = {
            "low": low,
            "high": high,
            "before": earlier,
            "categories": {label: f1(tallies, label) for label in self._labels},
        }
        tx.execute(
            insert(heads).values(
                id=self._context.new_id(),
                project_id=self._project.id,
                version=version,
                kind=self._kind,
                embedder=ModelStore(self._context).manifest(EMBEDDER).author,
                items=len(learned_from),
                things=sum(len(seen.marked) for seen in learned_from),
                held_out=len(tallies),
                score=f1(tallies),
                figures=figures,
                promoted=promoted,
                reason=reason,
                weights=head.as_bytes(),
                created_at=self._context.now(),
            )
        )
        detail = {"version": version, "promoted": promoted}
        record(tx, self._context, self._run.created_by, "head.trained", self._project.id, detail)
        announce(tx, self._context, self._project.id, "head.trained", self._project.id, detail)
        return version

    def _propose(self, head: Head, version: int) -> int:
        ahead = self._context.database.read(self._ahead)
        manifest = author_of(self._project.id, version, self._labels)
        same = {label: label for label in self._labels}
        fitter = Fitter(manifest, self._ontology, same, new_id=self._context.new_id, now=self._context.now())
        done = 0
        for start in range(0, len(ahead), CHUNK):
            self._run.check()
            made: list[tuple[Row[Any], Any]] = []
            for item in ahead[start : start + CHUNK]:
                try:
                    seen = self._material.of(item, None, self._labels)
                except LabelwrightError:
                    self._problems += 1
                    continue
                made.append((item, fitter.document(found_by(head, seen.vectors, seen.boxes, LEAST_SCORE))))
            done += len(made)
            told = min(start + CHUNK, len(ahead))
            self._context.database.write(
                lambda tx, made=made, told=told: self._write(tx, manifest, made, told, len(ahead))
            )
        return done

    def _ahead(self, tx: Connection) -> list[Row[Any]]:
        """The next items that wait for annotation; active gold items too, which must look like work."""
        plan = tx.execute(select(head_plans).where(head_plans.c.project_id == self._project.id)).one()
        waiting = (
            select(items)
            .join(tasks, tasks.c.item_id == items.c.id)
            .where(
                tasks.c.project_id == self._project.id,
                tasks.c.state == "waiting",
                tasks.c.stage == ANNOTATE,
                tasks.c.purpose == WORK,
            )
            .order_by(tasks.c.position)
            .limit(plan.ahead)
        )
        golden = select(items).where(items.c.project_id == self._project.id, _is_gold())
        return [*tx.execute(waiting), *tx.execute(golden)]

    def _write(
        self, tx: Connection, manifest: Manifest, made: Sequence[tuple[Row[Any], Any]], done: int, total: int
    ) -> None:
        for item, document in made:
            keep_prediction(tx, self._context, self._project, item.id, manifest, document, self._run.id)
        self._run.step(tx, done, total, "Proposing on what comes next")

    def _tell(self, done: int, total: int, note: str) -> None:
        self._context.database.write(lambda tx: self._run.step(tx, done, total, note))


def promoted_head(tx: Connection, project_id: str, kind: str) -> Row[Any] | None:
    """The version that proposes now."""
    of = (heads.c.project_id == project_id) & heads.c.promoted & (heads.c.kind == kind)
    return tx.execute(select(heads).where(of).order_by(heads.c.version.desc()).limit(1)).first()


def is_held_out(item_id: str) -> bool:
    """Whether an item is one that heads are measured on; a matter of its id alone."""
    return hashlib.sha256(f"held out {item_id}".encode()).digest()[0] % HELD_OUT == 0


def author_of(project_id: str, version: int, labels: Sequence[str]) -> Manifest:
    """A head as the author of predictions."""
    return Manifest(
        name=f"learned-{project_id[-12:]}",
        version=str(version),
        title="Learned from this project",
        adapter="head",
        tasks=("detect",),
        licence="its project's",
        source=Source(kind="learned"),
        labels=tuple(labels),
    )


def _is_better(
    score: float | None, before: float | None, measured: int, *, is_first: bool
) -> tuple[bool, str]:
    if is_first:
        return True, "the first version"
    if score is None or before is None:
        return True, "there is nothing to measure on yet"
    if score > before:
        return True, f"better on {measured} items held out"
    return False, f"no better on {measured} items held out"


def _begin(tx: Connection, context: Context, actor: Actor, project_id: str) -> str:
    job = submit(tx, context, actor, KIND, project_id, {})
    values = {"job_id": job, "since": 0}
    tx.execute(update(head_plans).where(head_plans.c.project_id == project_id).values(**values))
    return job


def _is_learning(tx: Connection, job_id: str | None) -> bool:
    return tx.execute(select(jobs.c.state).where(jobs.c.id == job_id)).scalar() in UNFINISHED


def _labeled(project_id: str) -> tuple[Any, ...]:
    """Items that somebody handed in; what is known beforehand (gold) is not learned from."""
    return items.c.project_id == project_id, items.c.document_id.is_not(None), ~_is_gold()


def _is_gold() -> Any:  # noqa: ANN401  # a condition
    return exists().where(gold.c.item_id == items.c.id)


def kind_of(ontology: Ontology) -> str:
    """Boxes where any category has shapes, else tags of the whole item."""
    return BOXES if any(set(category.shapes) - {"tag"} for category in ontology.categories) else TAGS


def _labels(ontology: Ontology, kind: str) -> list[str]:
    return [category.id for category in ontology.categories if _fits(category.shapes, kind)]


def _fits(shapes: Sequence[str], kind: str) -> bool:
    return "tag" in shapes if kind == TAGS else bool(set(shapes) - {"tag"})


def _view(row: Row[Any]) -> HeadView:
    return HeadView(
        version=row.version,
        kind=row.kind,
        items=row.items,
        things=row.things,
        held_out=row.held_out,
        score=row.score,
        low=row.figures["low"],
        high=row.figures["high"],
        before=row.figures["before"],
        categories=row.figures["categories"],
        promoted=row.promoted,
        reason=row.reason,
        created_at=row.created_at,
    )

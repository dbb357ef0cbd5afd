"""Tasks: what to do next, saving, handing in. Most requests of the product arrive here.

These routes run on the event loop and wait for the database's group commit there, not in threads.
"""

import asyncio
from functools import cache, partial
from typing import Annotated, TypeVar

import msgspec
from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool

from labelwright.api.callers import SIGNED
from labelwright.api.paging import ListQuery, Page, Text, page_of
from labelwright.api.routing import Routes
from labelwright.core.errors import (
    BrokenRules,
    Conflict,
    Forbidden,
    InvalidAnnotations,
    InvalidInput,
    LeaseLost,
    NotFound,
    OpenConflicts,
    WrongState,
)
from labelwright.core.operations import Operation
from labelwright.core.rules import BrokenRule
from labelwright.core.steps import Steps
from labelwright.services.access import Actor
from labelwright.services.brought import BroughtIn, LeftWork
from labelwright.services.drafts import MOST_OPERATIONS, Appended, DraftView
from labelwright.services.envelopes import Envelope, TaskListing
from labelwright.services.gold_scoring import Scored
from labelwright.services.services import Services
from labelwright.services.submissions import Submitting
from labelwright.storage.database import Work

T = TypeVar("T")

routes = Routes("tasks")
READERS = 3

Revision = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Operations = Annotated[tuple[Operation, ...], msgspec.Meta(max_length=MOST_OPERATIONS)]
Id = Annotated[str, msgspec.Meta(max_length=36)]
Said = Annotated[str, msgspec.Meta(max_length=10_000)]


class NextIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one can do, and which tasks one has at hand already."""

    stage: str | None = None
    holding: Annotated[list[Id], msgspec.Meta(max_length=20)] = []


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """Until when the task is held, in Unix milliseconds."""

    lease_expires: int


class OperationsIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Operations to add to the draft; `since` is the newest revision that was seen.

    `late` keeps them as a draft also where somebody else holds the task by now.
    """

    since: Revision = 0
    operations: Operations = ()
    late: bool = False


class LeftIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose work to bring in, and on which task it was done."""

    task: Id
    member: Id


class SubmissionIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last operations, and what is said of the whole; a review needs a verdict."""

    since: Revision = 0
    operations: Operations = ()
    guideline_version: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None
    verdict: str | None = None
    comment: Said | None = None

    def to_core(self) -> Submitting:
        """As the service takes it."""
        return Submitting(
            since=self.since,
            operations=self.operations,
            guideline_version=self.guideline_version,
            verdict=self.verdict,
            comment=self.comment,
        )


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """The id of a submission."""

    id: str


class SubmissionOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was handed in, where that leaves the item, and the label rules it breaks without being refused.

    `scored` tells at once how right it was, where the item's answer is known and its author is told so.
    """

    submission: Submitted
    item: str
    item_state: str
    verdict: str | None
    annotations: int
    warnings: list[BrokenRule]
    scored: Scored | None = None


class SkipIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the item is put aside: unclear, bad_image, nothing_to_label, not_my_skill or other."""

    reason: str
    comment: Said = ""


class TaskQuery(ListQuery, frozen=True, kw_only=True):
    """Which tasks."""

    stage: Text | None = None
    state: Text | None = None
    assignee: Text | None = None


@routes.post("/projects/{project}/tasks/next", "task.annotate", hot=True, raises=(Conflict, WrongState))
async def next_(project: str, body: NextIn, who: Actor, services: Services) -> Envelope | None:
    """Take the next task, with everything it needs; 204 when nothing waits."""
    work = services.queue.next_work(who, project, body.stage, body.holding)
    task = await _committed(services, work)
    if task is None:
        return None
    return await _read(services, who, task)


@routes.get("/tasks/{task}", "task.annotate", hot=True)
async def get(task: str, who: Actor, services: Services) -> Envelope:
    """A task with everything it needs, for its holder; for reviewers to look at."""
    return await _read(services, who, task)


@routes.post("/tasks/{task}/lease", "task.annotate", hot=True, raises=(LeaseLost, WrongState))
async def hold(task: str, who: Actor, services: Services) -> Lease:
    """Take a task, or hold it for longer."""
    return Lease(lease_expires=await _committed(services, services.queue.hold_work(who, task)))


@routes.delete("/tasks/{task}/lease", "task.annotate")
def give_back(task: str, who: Actor, services: Services) -> None:
    """Let go of a task; the work stays as a draft."""
    services.queue.give_back(who, task)


@routes.post("/tasks/{task}/operations", "task.annotate", hot=True, raises=(LeaseLost, WrongState))
async def append(task: str, body: OperationsIn, who: Actor, services: Services) -> Appended:
    """Save operations; they are on disk when this answers, and count once however often sent."""
    work = services.drafts.append_work(who, task, body.since, body.operations, late=body.late)
    return await _committed(services, work)


@routes.get("/tasks/{task}/steps", "task.annotate", raises=(NotFound,))
def steps(task: str, who: Actor, services: Services) -> Steps:
    """What one can undo and redo on one's own draft, from its log; the newest steps."""
    return services.drafts.steps(who, task)


@routes.get("/tasks/{task}/left", "task.annotate", raises=(NotFound,))
def left(task: str, who: Actor, services: Services) -> list[LeftWork]:
    """Changes on the item that no submission holds: of others, or one's own on an earlier task."""
    return services.brought.left(who, task)


@routes.post("/tasks/{task}/left", "task.annotate", raises=(NotFound, LeaseLost, WrongState))
def bring_in(task: str, body: LeftIn, who: Actor, services: Services) -> BroughtIn:
    """Bring such changes into one's own draft, annotation by annotation."""
    return services.brought.bring_in(who, task, body.task, body.member)


@routes.post(
    "/tasks/{task}/submission",
    "task.annotate",
    status=201,
    hot=True,
    raises=(LeaseLost, WrongState, OpenConflicts, InvalidAnnotations, BrokenRules),
)
async def submit(task: str, body: SubmissionIn, who: Actor, services: Services) -> SubmissionOut:
    """Hand in the work on a task; the item moves on. Doing it twice gives the same submission."""
    done = await _committed(services, services.submissions.submit_work(who, task, body.to_core()))
    if services.context.unwoken.is_set():
        services.context.unwoken.clear()
        await run_in_threadpool(services.jobs.wake)
    return SubmissionOut(
        submission=Submitted(id=done.submission),
        item=done.item,
        item_state=done.item_state,
        verdict=done.verdict,
        annotations=done.annotations,
        warnings=list(done.warnings),
        scored=done.scored,
    )


@routes.post("/tasks/{task}/skip", "task.annotate", raises=(LeaseLost, WrongState, InvalidInput))
def skip(task: str, body: SkipIn, who: Actor, services: Services) -> None:
    """Put the item aside, saying why."""
    services.submissions.skip(who, task, body.reason, body.comment)


@routes.get("/projects/{project}/tasks", "project.read", raises=(NotFound, Forbidden))
def list_(project: str, query: TaskQuery, who: Actor, services: Services) -> TaskListing:
    """The tasks of a project; annotators see their own and those that are free."""
    return services.envelopes.list(
        who,
        project,
        stage=query.stage,
        state=query.state,
        assignee=query.assignee,
        cursor=query.cursor,
        limit=query.limit,
    )


@routes.get("/drafts", SIGNED)
def drafts(query: ListQuery, who: Actor, services: Services) -> Page[DraftView]:
    """One's own work that no submission holds, newest first."""
    return page_of(services.drafts.unsent(who), query)


async def _read(services: Services, who: Actor, task: str) -> Envelope:
    # A few readers at a time are faster than many: they would only take the interpreter from another.
    reader = partial(services.envelopes.get, who, task)
    return await to_thread.run_sync(reader, limiter=_readers())


@cache
def _readers() -> CapacityLimiter:
    return CapacityLimiter(READERS)


async def _committed(services: Services, work: Work[T]) -> T:
    return await asyncio.wrap_future(services.context.database.submit(work))

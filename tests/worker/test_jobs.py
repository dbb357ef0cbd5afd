"""A job ends in one of three ways, each in words, and can be asked for again."""

import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from labelwright.core.errors import Conflict, Forbidden, NotFound, StorageFailure, WrongState
from labelwright.services.context import Context
from labelwright.services.job_run import JobRun
from labelwright.services.jobs import JobView, submit
from labelwright.worker.jobs import KINDS, MOST_CRASHES, handler_of, perform
from labelwright.worker.thread import WorkerThread
from tests.services.conftest import World
from tests.worker.conftest import wait_until

Handler = Callable[[JobRun], Any]


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Callable[[Handler], str]:
    """Makes a kind of job of a function."""
    module = ModuleType("tests_worker_handlers")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def make(handler: Handler) -> str:
        name = f"test_{len(vars(module))}"
        setattr(module, name, handler)
        monkeypatch.setitem(KINDS, name, f"{module.__name__}:{name}")
        return name

    return make


def ask(world: World, kind: str, project: str | None = None, **args: object) -> str:
    """A waiting job."""
    context = world.context
    return context.database.write(lambda tx: submit(tx, context, world.owner, kind, project, args))


def run(world: World, job_id: str, first: int = 0) -> JobView:
    """The job after a run."""
    perform(world.context, job_id, first, threading.Event())
    return world.services.jobs.get(world.owner, job_id)


def test_every_kind_names_a_handler_that_exists() -> None:
    for name in ("import_items", "undo_items"):
        assert callable(handler_of(name))


def test_a_job_that_ends_well_has_its_report(world: World, kind) -> None:
    def handler(run: JobRun) -> dict[str, Any]:
        run.context.database.write(lambda tx: run.step(tx, 2, 5, "Counting"))
        return {"counted": run.args["number"]}

    job = run(world, ask(world, kind(handler), number=5))

    assert (job.state, job.report, job.attempts, job.error) == ("done", {"counted": 5}, 1, None)
    assert (job.progress.done, job.progress.total, job.progress.note) == (2, 5, "Counting")
    assert job.started_at
    assert job.finished_at


def test_an_error_of_ours_is_told_with_its_remedy(world: World, kind) -> None:
    def handler(run: JobRun) -> None:
        raise StorageFailure("The disk is full.", remedy="Free some space.")

    job = run(world, ask(world, kind(handler)))

    assert job.state == "failed"
    assert job.error is not None
    assert (job.error["code"], job.error["detail"]) == ("storage.failed", "The disk is full.")
    assert job.error["remedy"] == "Free some space."


def test_an_unforeseen_error_fails_the_job_and_not_the_worker(world: World, kind) -> None:
    def handler(run: JobRun) -> None:
        raise ZeroDivisionError("by zero")

    job = run(world, ask(world, kind(handler)))

    assert job.state == "failed"
    assert job.error is not None
    assert "ZeroDivisionError: by zero" in job.error["detail"]
    assert "again" in job.error["remedy"]


def test_an_unknown_kind_fails_in_words(world: World) -> None:
    job = run(world, ask(world, "sing"))

    assert job.error is not None
    assert job.error["detail"] == "There is no kind of job “sing”."


def test_a_failed_job_is_retried_and_counts_its_attempts(world: World, kind) -> None:
    failing = [True]

    def handler(run: JobRun) -> str:
        if failing.pop():
            raise Conflict("Not yet.")
        return "well"

    job_id = ask(world, kind(handler))
    run(world, job_id)
    failing.append(False)
    waiting = world.services.jobs.retry(world.owner, job_id)
    done = run(world, job_id, first=waiting.attempts)

    assert (waiting.state, waiting.error) == ("queued", None)
    assert (done.state, done.report, done.attempts) == ("done", "well", 2)


def test_a_job_that_ended_is_not_run_again(world: World, kind) -> None:
    calls: list[str] = []
    job_id = ask(world, kind(lambda run: calls.append(run.id)))

    run(world, job_id)
    run(world, job_id)

    assert calls == [job_id]
    with pytest.raises(WrongState):
        world.services.jobs.retry(world.owner, job_id)
    with pytest.raises(WrongState):
        world.services.jobs.cancel(world.owner, job_id)


def test_a_job_is_cancelled_before_it_begins_or_at_its_next_check(world: World, kind) -> None:
    def handler(run: JobRun) -> None:
        world.services.jobs.cancel(world.owner, run.id)
        run.check()

    waiting, running = ask(world, kind(handler)), ask(world, kind(handler))
    world.services.jobs.cancel(world.owner, waiting)

    assert run(world, waiting).attempts == 0
    assert run(world, waiting).state == "cancelled"
    assert run(world, running).state == "cancelled"


def test_a_job_that_is_interrupted_waits_for_the_next_worker(world: World, kind) -> None:
    stopping = threading.Event()
    stopping.set()
    job_id = ask(world, kind(lambda run: run.check()))

    perform(world.context, job_id, 0, stopping)

    assert world.services.jobs.get(world.owner, job_id).state == "queued"


def test_a_job_that_kills_its_worker_again_and_again_is_given_up(world: World, kind) -> None:
    job_id = ask(world, kind(lambda run: None))

    job = run(world, job_id, first=-MOST_CRASHES)

    assert job.state == "failed"
    assert job.error is not None
    assert f"ended {MOST_CRASHES} times" in job.error["detail"]


def test_jobs_are_seen_by_those_who_manage_their_project(world: World, kind) -> None:
    mine, other = world.project(), world.project("Other")
    chief = world.person("ada", "annotator")
    worker = world.person("ann", "annotator", mine.id)
    make_manager(world, mine.id, chief.id)
    seen = ask(world, kind(lambda run: None), mine.id)
    hidden = ask(world, kind(lambda run: None), other.id)
    jobs = world.services.jobs

    assert [job.id for job in jobs.list(chief)] == [seen]
    assert [job.id for job in jobs.list(world.owner)] == [hidden, seen]
    assert [job.id for job in jobs.list(world.owner, mine.id)] == [seen]
    assert jobs.get(chief, seen).id == seen
    with pytest.raises(Forbidden):
        jobs.list(worker)
    for who, job_id in ((chief, hidden), (chief, "none")):
        with pytest.raises(NotFound):
            jobs.get(who, job_id)


def make_manager(world: World, project: str, member: str) -> None:
    """A member of the project with the role of a manager."""
    world.services.accounts.project_members.set_role(world.owner, project, member, "manager")


def test_the_engine_runs_jobs_in_a_thread_of_a_command(context: Context, world: World, kind) -> None:
    within = WorkerThread(context, world.services.jobs)
    within.open()
    done: list[str] = []
    ids = [ask(world, kind(lambda run: done.append(run.id))) for _ in range(5)]
    world.services.jobs.wake()

    wait_until(lambda: world.services.jobs.unfinished() == 0)
    within.close()

    assert sorted(done) == sorted(ids)


def test_a_job_whose_workflow_was_lost_is_run_all_the_same(context: Context, world: World, kind) -> None:
    from sqlalchemy import update

    from labelwright.storage.schema import jobs

    job_id = ask(world, kind(lambda run: "found"))
    context.database.write(lambda tx: tx.execute(update(jobs).values(state="running", attempts=3)).rowcount)

    within = WorkerThread(context, world.services.jobs)
    within.wake()
    wait_until(lambda: world.services.jobs.unfinished() == 0)
    within.close()

    assert world.services.jobs.get(world.owner, job_id).report == "found"

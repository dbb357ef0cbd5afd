"""A worker may die at any moment: its job is finished by the next one, with nothing twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labelwright import settings as all_settings
from labelwright.services.services import Services
from labelwright.settings import Settings
from labelwright.worker.child import WorkerProcess, environment
from tests.services.conftest import World
from tests.worker.conftest import Hosts, added, noisy_pictures, wait_until

PICTURES = 300


@pytest.fixture
def beside(world: World) -> Iterator[WorkerProcess]:
    """The worker of a server."""
    made = WorkerProcess(world.services.jobs, world.context.settings)
    made.open()
    yield made
    made.close()


def state(world: World, import_id: str) -> str:
    """The state of an import."""
    return world.services.imports.get(world.owner, import_id).state


def check_complete(world: World, project: str, import_id: str) -> None:
    """Every picture is there, once, and reported."""
    names = [item.name for item in world.services.items.list(world.owner, project, limit=1000).items]
    made = world.services.imports.get(world.owner, import_id)
    assert made.state == "done"
    assert made.report is not None
    assert made.report["added"] == PICTURES
    assert names == [f"{number:04d}.png" for number in range(PICTURES)]


def test_there_is_no_worker_until_there_is_a_job(world: World, beside: WorkerProcess) -> None:
    assert beside.pid is None


@pytest.mark.timeout(240)
def test_a_killed_worker_is_followed_by_one_that_goes_on(
    world: World, beside: WorkerProcess, tmp_path: Path
) -> None:
    project = world.project()
    source = noisy_pictures(tmp_path / "source", PICTURES)

    made = world.services.item_imports.start(world.owner, project.id, source=str(source))
    for least in (20, 120):
        wait_until(lambda least=least: added(world, project.id) >= least)
        first = beside.pid
        os.kill(int(first or 0), signal.SIGKILL)
        wait_until(lambda first=first: beside.pid not in (first, None) or state(world, made.id) == "done")
    wait_until(lambda: state(world, made.id) == "done")

    check_complete(world, project.id, made.id)
    assert world.services.jobs.get(world.owner, str(made.job)).attempts >= 2


@pytest.mark.timeout(240)
def test_what_a_dead_server_left_is_finished_at_the_next_start(world: World, tmp_path: Path) -> None:
    project = world.project()
    source = noisy_pictures(tmp_path / "source", PICTURES)
    made = world.services.item_imports.start(world.owner, project.id, source=str(source))
    before = WorkerProcess(world.services.jobs, world.context.settings)
    before.open()
    wait_until(lambda: added(world, project.id) >= 20)
    before.close()
    half = added(world, project.id)

    after = WorkerProcess(world.services.jobs, world.context.settings)
    after.open()
    wait_until(lambda: state(world, made.id) == "done")
    after.close()

    assert half < PICTURES
    check_complete(world, project.id, made.id)


@pytest.mark.timeout(120)
def test_a_worker_ends_when_it_is_idle_and_comes_back_for_the_next_job(world: World, tmp_path: Path) -> None:
    project = world.project()
    context = replace(world.context, settings=replace(world.context.settings, worker_idle_seconds=1))
    services = Services(context)
    beside = WorkerProcess(services.jobs, context.settings)
    beside.open()
    first = services.item_imports.start(
        world.owner, project.id, source=str(noisy_pictures(tmp_path / "a", 3))
    )
    wait_until(lambda: state(world, first.id) == "done")
    wait_until(lambda: beside.pid is None)

    second = services.item_imports.start(
        world.owner, project.id, source=str(noisy_pictures(tmp_path / "b", 4))
    )
    wait_until(lambda: state(world, second.id) == "done")
    beside.close()

    assert added(world, project.id) == 7


@pytest.mark.timeout(240)
def test_a_worker_adopts_what_a_dead_host_left(
    world: World, hosts: Hosts, tmp_path: Path, database_kind: str
) -> None:
    if database_kind == "sqlite":
        pytest.skip("on SQLite there is one worker")
    project = world.project()
    source = noisy_pictures(tmp_path / "source", PICTURES)
    made = world.services.item_imports.start(world.owner, project.id, source=str(source))
    one = hosts.start("one")
    wait_until(lambda: added(world, project.id) >= 20)
    one.kill()
    one.wait()

    hosts.start("two")
    wait_until(lambda: state(world, made.id) == "done")

    check_complete(world, project.id, made.id)


@pytest.mark.timeout(240)
def test_several_hosts_do_each_job_once(
    world: World, hosts: Hosts, tmp_path: Path, database_kind: str
) -> None:
    if database_kind == "sqlite":
        pytest.skip("on SQLite there is one worker")
    project = world.project()
    source = noisy_pictures(tmp_path / "source", 40)
    hosts.start("one")
    hosts.start("two")

    made = [world.services.item_imports.start(world.owner, project.id, source=str(source)) for _ in range(6)]
    wait_until(lambda: all(state(world, one.id) == "done" for one in made))
    jobs = [world.services.jobs.get(world.owner, str(one.job)) for one in made]

    assert added(world, project.id) == 40
    assert [job.attempts for job in jobs] == [1] * 6


def test_the_server_side_of_the_worker_does_not_load_the_engine() -> None:
    code = "import sys, labelwright.worker.child, labelwright.services.services; print('dbos' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "False"


def test_settings_travel_to_the_child(tmp_path: Path) -> None:
    given = Settings(data=tmp_path, database="postgresql://a:b@c/d", secure_cookies=True, port=1234)

    assert all_settings.load(environment(given)) == given
    assert all_settings.load(environment(Settings())) == Settings()

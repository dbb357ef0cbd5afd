"""Live events: what happens reaches who listens, and ends when it should."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from labelwright.api import live as live_module
from labelwright.api.live import Live
from labelwright.services.events import announce
from tests.api.conftest import V1, Api
from tests.services.conftest import World


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "PAUSE", 0.02)
    monkeypatch.setattr(live_module, "HEARTBEAT", 0.1)


def tell(world: World, project: str, kind: str) -> None:
    world.context.database.write(lambda tx: announce(tx, world.context, project, kind, "subject", {"n": 1}))


async def until(stream: AsyncIterator[bytes], wanted: bytes) -> list[bytes]:
    seen: list[bytes] = []
    async with asyncio.timeout(20):
        async for event in stream:
            seen.append(event)
            if wanted in event:
                return seen
    raise AssertionError(f"the stream ended without {wanted!r}: {seen}")


def test_an_event_reaches_the_listeners_of_its_project_only(world: World) -> None:
    async def scene() -> list[bytes]:
        live = Live(world.context)
        stream = live.listen("p1", None, lambda: True)
        await anext(stream)
        await asyncio.to_thread(tell, world, "p2", "item.changed")
        await asyncio.to_thread(tell, world, "p1", "job.changed")
        seen = await until(stream, b"job.changed")
        await stream.aclose()
        assert live._reader is None
        return seen

    seen = asyncio.run(scene())

    assert not any(b"item.changed" in event for event in seen)
    assert b'"subject":"subject"' in seen[-1]


def test_who_comes_back_gets_what_they_missed(world: World) -> None:
    for kind in ("first", "second", "third"):
        tell(world, "p1", kind)

    async def scene() -> list[bytes]:
        stream = Live(world.context).listen("p1", 1, lambda: True)
        seen = await until(stream, b"third")
        await stream.aclose()
        return seen

    seen = b"".join(asyncio.run(scene()))

    assert b"event: first" not in seen
    assert b"id: 2\nevent: second" in seen


def test_a_silent_stream_shows_that_it_lives_and_ends_with_the_right_to_listen(world: World) -> None:
    allowed = iter([True, True, False])

    async def scene() -> list[bytes]:
        return [event async for event in Live(world.context).listen("p1", None, lambda: next(allowed))]

    seen = asyncio.run(scene())

    assert seen.count(live_module.BEAT) == 2


def test_closing_ends_every_stream(world: World) -> None:
    async def scene() -> list[bytes]:
        live = Live(world.context)
        stream = live.listen("p1", None, lambda: True)
        await anext(stream)
        live.close()
        return [event async for event in stream]

    assert asyncio.run(asyncio.wait_for(scene(), 10)) == []


def test_a_listener_that_falls_behind_is_told_to_load_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "LONGEST_QUEUE", 5)

    async def scene() -> list[bytes]:
        stream = Live(world.context).listen("p1", None, lambda: True)
        await anext(stream)
        for _ in range(20):
            await asyncio.to_thread(tell, world, "p1", "item.changed")
        await asyncio.sleep(0.2)
        return await until(stream, b"reload")

    assert asyncio.run(scene())[-1] == live_module.RELOAD


def test_the_stream_is_served_as_events(api: Api) -> None:
    project = api.world.project().id
    client = api.person(api.world.owner)

    with client.stream("GET", f"{V1}/projects/{project}/events") as answer:
        first = next(answer.iter_raw())

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert first == b"retry: 2000\n\n"

"""The transport without sockets streams both ways, and passes on what the application raises."""

import threading

import httpx
import pytest

from labelwright.sdk.in_process import AHEAD, InProcess


def client_of(app) -> httpx.Client:
    return httpx.Client(transport=InProcess(app, {"who": "me"}), base_url="http://in-process")


async def _drain(receive) -> list[bytes]:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message["body"])
        if not message["more_body"]:
            return parts


def test_a_body_is_sent_in_the_pieces_it_is_made_of() -> None:
    seen: list[bytes] = []

    async def app(scope, receive, send) -> None:
        seen.extend(await _drain(receive))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    with client_of(app) as client:
        answer = client.put("/x", content=(piece for piece in (b"a", b"b")))

    assert answer.status_code == 204
    assert seen == [b"a", b"b", b""]


def test_a_long_answer_waits_for_its_reader() -> None:
    sent: list[int] = []

    async def app(scope, receive, send) -> None:
        await _drain(receive)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(200):
            await send({"type": "http.response.body", "body": bytes([number]), "more_body": True})
            sent.append(number)
        await send({"type": "http.response.body", "body": b""})

    with client_of(app) as client, client.stream("GET", "/x") as answer:
        parts = answer.iter_raw()
        first = next(parts)
        ahead = len(sent)
        rest = b"".join(parts)

    assert first + rest == bytes(range(200))
    assert ahead <= AHEAD + 2


def test_a_caller_that_goes_away_stops_the_answer() -> None:
    stopped = threading.Event()

    async def app(scope, receive, send) -> None:
        await _drain(receive)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while True:
                await send({"type": "http.response.body", "body": b"x", "more_body": True})
        finally:
            stopped.set()

    with client_of(app) as client:
        with client.stream("GET", "/x") as answer:
            next(answer.iter_raw())
        assert stopped.wait(10)


def test_what_the_application_raises_is_raised_here() -> None:
    async def app(scope, receive, send) -> None:
        raise RuntimeError("broken")

    with client_of(app) as client, pytest.raises(RuntimeError, match="broken"):
        client.get("/x")


def test_the_scope_carries_what_only_this_process_can_put_there() -> None:
    seen: dict[str, object] = {}

    async def app(scope, receive, send) -> None:
        seen.update(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    with client_of(app) as client:
        assert client.get("/a%20b?c=d").text == "ok"

    assert (seen["who"], seen["path"], seen["query_string"]) == ("me", "/a b", b"c=d")

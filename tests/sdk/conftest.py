"""A small ASGI application that answers as told, and a client of it without sockets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from labelwright.sdk import Client
from labelwright.sdk.in_process import InProcess

Answer = tuple[int, Any]


@dataclass
class Stub:
    """Answers by method and path; keeps what it was asked."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope, receive, send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message["more_body"]:
                break
        name = f"{scope['method']} {scope['path'].removeprefix('/api/v1')}"
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        self.asked.append(
            {"name": name, "query": scope["query_string"].decode(), "body": body, "headers": headers}
        )
        answer = self.answers[name]
        if isinstance(answer, list):
            answer = answer.pop(0)
        status, value = answer if isinstance(answer, tuple) else (200, answer)
        content = value if isinstance(value, bytes) else msgspec.json.encode(value)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"" if status == 204 else content})


@pytest.fixture
def stub() -> Stub:
    """The application."""
    return Stub()


@pytest.fixture
def client(stub: Stub) -> Iterator[Client]:
    """A client of the application that never waits."""
    with Client("http://in-process", "secret", transport=InProcess(stub), pause=lambda _: None) as made:
        yield made


Problem = Callable[..., Answer]


@pytest.fixture
def problem() -> Problem:
    """Makes problem documents."""

    def make(status: int, code: str, detail: str = "It is so.", **more: object) -> Answer:
        return status, {"title": "No", "status": status, "code": code, "detail": detail, **more}

    return make

"""The tagging service and webhooks, through the client."""

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from labelwright.sdk.connection import Connection


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag; `category` and `name` are those of the project that was named."""

    label: str
    confidence: float
    category: str | None = None
    name: str | None = None


class TagResult(msgspec.Struct, frozen=True, kw_only=True):
    """The tags of a picture. `state` is done, pending, answered or skipped; see `Tagging.request`."""

    model: str
    version: str
    width: int
    height: int
    tags: list[Tag]
    boxes: list[dict[str, Any]] | None = None
    unmapped: list[str] = []
    state: str = "done"
    request: str | None = None
    answer: dict[str, Any] | None = None


class TagOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one picture of a batch: a result, or an error with code, message and remedy."""

    index: int
    name: str | None = None
    result: TagResult | None = None
    error: dict[str, str | None] | None = None


class TagRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that a person answers: pending, answered, skipped or removed."""

    id: str
    project: str
    item: str
    state: str
    said: dict[str, Any]
    answer: dict[str, Any] | None = None


class _Outcomes(msgspec.Struct, frozen=True):
    items: list[TagOutcome]


class Tagging:
    """The tagging service.

    Options of `tag` and `batch`: model, project (its id), mapping (label to id of a category),
    least_confidence, boxes, ask_below, and fetch, the word that the server may fetch addresses.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tag(self, picture: Path | str | bytes, **options: Any) -> TagResult:  # noqa: ANN401  # JSON
        """The tags of a file, of bytes, or of an address (a text)."""
        body = {**_given(picture), **_said(options)}
        return self._connection.post("/tag", TagResult, body)

    def batch(
        self,
        pictures: Iterable[Path | str | bytes],
        **options: Any,  # noqa: ANN401  # JSON
    ) -> list[TagOutcome]:
        """The outcome of each of up to 64 pictures, in their order."""
        body = {"images": [_given(picture) for picture in pictures], **_said(options)}
        return self._connection.post("/tag/batch", _Outcomes, body).items

    def request(self, request_id: str) -> TagRequest:
        """A request to a person, with the answer if there is one."""
        return self._connection.get(f"/tag/requests/{request_id}", TagRequest)


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook; `secret` is there only in the answer to its making."""

    id: str
    url: str
    events: list[str]
    active: bool
    failures: int = 0
    problem: str | None = None
    waiting: int = 0
    secret: str | None = None


class Webhooks:
    """The webhooks of projects."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, project_id: str) -> list[Webhook]:
        """The webhooks of a project."""
        return self._connection.get(f"/projects/{project_id}/webhooks", list[Webhook])

    def add(self, project_id: str, url: str, *events: str, secret: str | None = None) -> Webhook:
        """A new webhook; keep the secret of the answer."""
        body = {"url": url, "events": events} | ({} if secret is None else {"secret": secret})
        return self._connection.post(f"/projects/{project_id}/webhooks", Webhook, body)

    def turn(self, webhook_id: str, *, on: bool) -> Webhook:
        """Turn a webhook on or off."""
        return self._connection.patch(f"/webhooks/{webhook_id}", Webhook, {"active": on})

    def test(self, webhook_id: str) -> dict[str, Any]:
        """Send a test message now; gives how it went."""
        return self._connection.post(f"/webhooks/{webhook_id}/test", dict[str, Any])

    def remove(self, webhook_id: str) -> None:
        """Remove a webhook."""
        self._connection.delete(f"/webhooks/{webhook_id}")


def _given(picture: Path | str | bytes) -> dict[str, str]:
    if isinstance(picture, str):
        return {"address": picture}
    if isinstance(picture, bytes):
        return {"image": base64.b64encode(picture).decode()}
    return {"image": base64.b64encode(picture.read_bytes()).decode(), "name": picture.name}


def _said(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}

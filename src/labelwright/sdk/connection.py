"""One connection to a server: requests, pages, and refusals turned into exceptions.

Every write carries an idempotency key, so a request whose answer got lost may be sent again; it is,
a few times, when the network fails. A server that answers is never asked twice.
"""

import time
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import msgspec

from labelwright.sdk.errors import Unreachable, refusal

T = TypeVar("T")
API = "/api/v1"
TRIES = 3
PAUSE_SECONDS = 0.3
PAGE = 200


class Connection:
    """An HTTP client that knows the server's address and the caller's token."""

    def __init__(
        self,
        server: str,
        token: str | None = None,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.server = server.rstrip("/")
        self.pause = pause
        self._http = httpx.Client(
            base_url=self.server,
            headers=headers,
            transport=transport,
            timeout=httpx.Timeout(60, connect=10),
        )

    def close(self) -> None:
        """Let go of the network."""
        self._http.close()

    def get(self, path: str, kind: type[T], **params: object) -> T:
        """What lies at a path, as a record."""
        return _decode(self._send("GET", path, params=_without_none(params)), kind)

    def text(self, path: str) -> str:
        """What lies at a path, as text."""
        return self._send("GET", path).text

    def post(self, path: str, kind: type[T], body: object = None) -> T:
        """The answer to a request that makes or does something."""
        return _decode(self._send("POST", path, body=body), kind)

    def put(self, path: str, kind: type[T], body: object, **params: object) -> T:
        """The answer to a request that replaces something."""
        return _decode(self._send("PUT", path, body=body, params=_without_none(params)), kind)

    def patch(self, path: str, kind: type[T], body: object) -> T:
        """The answer to a request that changes something."""
        return _decode(self._send("PATCH", path, body=body), kind)

    def delete(self, path: str) -> None:
        """Remove what lies at a path."""
        self._send("DELETE", path)

    def upload(self, path: str, body: Callable[[], Iterator[bytes]], **params: object) -> None:
        """Send a file's bytes to their place; `body` opens them anew for each try."""
        self._send("PUT", path, params=_without_none(params), raw=body)

    def put_bytes(self, path: str, kind: type[T], body: bytes) -> T:
        """The answer to a request that replaces something by a file."""
        return _decode(self._send("PUT", path, raw=lambda: iter((body,))), kind)

    def post_bytes(self, path: str, kind: type[T], body: Callable[[], Iterator[bytes]]) -> T:
        """The answer to a request that makes something of a file's bytes."""
        return _decode(self._send("POST", path, raw=body), kind)

    def pages(self, path: str, kind: type[T], **params: object) -> Iterator[T]:
        """Every entry of a list, fetched page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, dict[str, Any], limit=PAGE, cursor=cursor, **params)
            yield from msgspec.convert(page["items"], list[kind], strict=False)
            cursor = page.get("next")
            if not cursor:
                return

    @contextmanager
    def stream(self, path: str, **params: object) -> Generator[httpx.Response]:
        """An open answer whose body is read in chunks."""
        try:
            with self._http.stream("GET", API + path, params=_without_none(params), timeout=None) as response:
                if response.status_code >= 400:
                    response.read()
                    raise refusal(response)
                yield response
        except httpx.TransportError as error:
            raise Unreachable(f"The answer of {self.server} broke off: {error}.") from error

    def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object = None,
        raw: Callable[[], Iterator[bytes]] | None = None,
    ) -> httpx.Response:
        headers: dict[str, str] = {}
        if method != "GET":
            headers["Idempotency-Key"] = uuid.uuid4().hex
        content = None if body is None else msgspec.json.encode(body)
        headers["Content-Type"] = "application/octet-stream" if raw else "application/json"
        if content is None and raw is None:
            del headers["Content-Type"]
        for attempt in range(TRIES):
            try:
                response = self._http.request(
                    method, API + path, params=params, headers=headers, content=raw() if raw else content
                )
            except httpx.TransportError as error:
                if attempt + 1 == TRIES:
                    raise Unreachable(f"{self.server} does not answer: {error}.") from error
                self.pause(PAUSE_SECONDS * 2**attempt)
                continue
            if response.status_code >= 400:
                raise refusal(response)
            return response
        raise AssertionError("unreachable")


def _decode(response: httpx.Response, kind: type[T]) -> T:
    if kind is type(None) or not response.content:
        return None  # pyright: ignore[reportReturnType]
    return msgspec.json.decode(response.content, type=kind, strict=False)


def _without_none(params: Mapping[str, object]) -> dict[str, Any]:
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in params.items()
        if value is not None
    }

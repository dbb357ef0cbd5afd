"""A small HTTP/1.1 client for load: keep-alive, one connection a client, little work of its own.

Both peers are driven through it, so that the client's share of the machine is the same for both.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


class Connection:
    """One keep-alive connection; `request` gives status, headers (lower case) and body."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.port = port
        self.common = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def request(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/json"
    ) -> tuple[int, dict[str, str], bytes]:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{self.common}"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        return await self._answer()

    async def _answer(self) -> tuple[int, dict[str, str], bytes]:
        assert self.reader is not None
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ", 2)[1])
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        if headers.get("transfer-encoding") == "chunked":
            body = await self._chunks()
        else:
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self.close()
        return status, headers, body

    async def _chunks(self) -> bytes:
        assert self.reader is not None
        parts: list[bytes] = []
        while size := int(await self.reader.readline(), 16):
            parts.append(await self.reader.readexactly(size))
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return b"".join(parts)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


@dataclass
class Timing:
    """Times of many requests, in seconds, and the time for all."""

    name: str
    each: list[float] = field(default_factory=list)
    wall: float = 0.0

    def percentile(self, share: float) -> float:
        ordered = sorted(self.each)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def per_second(self) -> float:
        return len(self.each) / self.wall

    def line(self) -> str:
        p50, p95 = self.percentile(0.5) * 1000, self.percentile(0.95) * 1000
        return f"{self.per_second:8.1f}/s   p50 {p50:8.1f} ms   p95 {p95:8.1f} ms"


async def together(name: str, clients: int, each: Callable[[int], Awaitable[list[float]]]) -> Timing:
    """Run `each(client)` for every client at once; it gives the times of its requests."""
    start = time.perf_counter()
    times = await asyncio.gather(*(each(client) for client in range(clients)))
    timing = Timing(name, [t for own in times for t in own])
    timing.wall = time.perf_counter() - start
    return timing


async def timed(
    call: Awaitable[tuple[int, dict[str, str], bytes]], expected: tuple[int, ...]
) -> tuple[float, bytes]:
    """The seconds a request took, and its body; raises on another status than expected."""
    start = time.perf_counter()
    status, _, body = await call
    seconds = time.perf_counter() - start
    if status not in expected:
        raise RuntimeError(f"answered {status}: {body[:500].decode(errors='replace')}")
    return seconds, body

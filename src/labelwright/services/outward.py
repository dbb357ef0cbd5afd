"""Requests that the server makes to addresses which somebody typed: judged, short, and no further.

The address is resolved once and that very IP is connected to, as in `storage/http_list.py`. Redirects
are not followed, answers are read up to a limit, and the whole exchange has one deadline, which a
server that sends a byte now and then cannot stretch.
"""

import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager

import httpx
import msgspec

from labelwright.core.errors import InvalidInput, LabelwrightError
from labelwright.services.context import Context
from labelwright.storage.http_list import judged

LONGEST_URL = 2_000
AGENT = "Labelwright"


class NotReached(LabelwrightError):
    """An address that gave no answer that can be used."""

    code = "address.not_reached"
    remedy = "Check the address, and that the server can reach it."


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What an address answered."""

    status: int
    body: bytes


def check_address(context: Context, url: str) -> str:
    """The IP behind an address of http or https. Raises InvalidInput where it may not be asked."""
    if len(url) > LONGEST_URL:
        raise InvalidInput(f"An address has at most {LONGEST_URL} characters.", place="url")
    try:
        parts = httpx.URL(url) if url.isprintable() else httpx.URL("")
        if parts.userinfo:
            raise InvalidInput("An address cannot hold a name and password.", place="url")
        return judged(url, private=context.settings.private_models)
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError) as error:
        if isinstance(error, InvalidInput):
            raise _in_our_words(error) from None
        raise InvalidInput("This is no address of http or https.", place="url") from None


def ask(
    context: Context,
    method: str,
    url: str,
    *,
    seconds: float,
    most: int,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """What an address answers, whatever the status. Raises InvalidInput, NotReached."""
    ends = time.monotonic() + seconds
    ip = check_address(context, url)
    target = httpx.URL(url)
    with (
        httpx.Client(timeout=httpx.Timeout(seconds), trust_env=False, follow_redirects=False) as client,
        _in_words(url, seconds),
    ):
        request = client.build_request(
            method,
            target.copy_with(host=ip),
            content=body,
            headers={
                "Host": target.netloc.decode(),
                "User-Agent": AGENT,
                "Accept-Encoding": "identity",  # what arrives is what is counted
                "Connection": "close",
                **(headers or {}),
            },
        )
        request.extensions["sni_hostname"] = target.host
        with _closed_in_time(client, ends) as is_late:
            try:
                return _reply(client, request, url, most)
            except Exception as error:
                if is_late():
                    raise NotReached(
                        f"{_host(url)} gave no whole answer within {seconds:g} seconds."
                    ) from error
                raise


def _reply(client: httpx.Client, request: httpx.Request, url: str, most: int) -> Reply:
    answer = client.send(request, stream=True)
    try:
        pieces: list[bytes] = []
        size = 0
        for piece in answer.iter_raw():
            size += len(piece)
            if size > most:
                raise NotReached(f"{_host(url)} sends more than the {most:,} bytes that are read.")
            pieces.append(piece)
        return Reply(status=answer.status_code, body=b"".join(pieces))
    finally:
        answer.close()


@contextmanager
def _closed_in_time(client: httpx.Client, ends: float) -> "Generator[_IsLate]":
    # Timeouts of sockets count from the last byte; only closing the connection ends one that drips.
    late = _IsLate()
    timer = threading.Timer(max(0.0, ends - time.monotonic()), late.end, (client,))
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


class _IsLate:
    """Whether the deadline was met with nothing to show."""

    def __init__(self) -> None:
        self._late = False

    def end(self, client: httpx.Client) -> None:
        self._late = True
        client.close()

    def __call__(self) -> bool:
        return self._late


@contextmanager
def _in_words(url: str, seconds: float) -> Generator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise NotReached(f"{_host(url)} gave no whole answer within {seconds:g} seconds.") from error
    except httpx.ConnectError as error:
        raise NotReached(f"{_host(url)} takes no connection ({error}).") from error
    except (httpx.HTTPError, httpx.StreamError, RuntimeError, OSError) as error:
        raise NotReached(f"{_host(url)} broke off ({type(error).__name__}).") from error


def _host(url: str) -> str:
    return f"“{httpx.URL(url).host}”"


def _in_our_words(error: InvalidInput) -> InvalidInput:
    remedy = error.remedy
    if "private address" in error.message:
        remedy = "The server's owner allows such addresses with LABELWRIGHT_PRIVATE_MODELS=yes."
    return InvalidInput(error.message, place="url", remedy=remedy)

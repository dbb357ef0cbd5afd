"""Bodies of requests: read with a limit, decoded once, refused with the place of the fault."""

import json
import re
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from labelwright.api.errors import from_validation
from labelwright.core.errors import InvalidInput, Malformed, TooLarge, WrongMediaType

LARGE = 256 * 1024
_NUL = re.compile(rb"\\u0000")


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body. Raises TooLarge before reading more than `limit` bytes."""
    if declared_length(request) > limit:
        raise TooLarge("The request", limit, "max_body_bytes")
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge("The request", limit, "max_body_bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def declared_length(request: Request) -> int:
    """How long the body says it is; 0 if it does not say, or not in digits."""
    said = request.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 20 else 0


def check_is_json(request: Request) -> None:
    """Raise WrongMediaType unless the body says it is JSON, which no plain form of a page can say."""
    sent = request.headers.get("content-type", "")
    kind = sent.partition(";")[0].strip().lower()
    if kind != "application/json":
        raise WrongMediaType(sent[:100] or "of no kind", "application/json")


async def decode(data: bytes, decoder: msgspec.json.Decoder[Any], *, strict: bool) -> Any:  # noqa: ANN401
    """What a JSON body says. `strict` also refuses a name that stands twice in one object.

    Raises Malformed for what is no JSON, InvalidInput with the place for what does not fit.
    """
    if len(data) > LARGE:
        return await run_in_threadpool(_decode, data, decoder, strict)
    return _decode(data, decoder, strict)


def from_query(request: Request, kind: type[Any]) -> Any:  # noqa: ANN401
    """The query as a struct; empty values count as left out. Raises InvalidInput."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise InvalidInput(f"“{name}” stands twice in the query.", place=name[:100])
        if "\x00" in value:
            raise InvalidInput("A text holds the character NUL.", place=name[:100])
        if value:
            given[name] = value
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        refused = from_validation(error)
        refused.place = (refused.place or "").removeprefix("$.") or None
        raise refused from None


def _decode(data: bytes, decoder: msgspec.json.Decoder[Any], strict: bool) -> Any:  # noqa: ANN401
    if _NUL.search(data):
        raise InvalidInput("A text holds the character NUL.", remedy="Leave that character out.")
    try:
        if strict:
            json.loads(data, object_pairs_hook=_once, parse_constant=_refuse_constant)
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise from_validation(error) from None
    except RecursionError:
        raise Malformed("The JSON is nested too deeply.") from None
    except msgspec.DecodeError as error:
        raise Malformed(f"{error}.") from None
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise Malformed(f"{error.msg} (byte {error.pos}).") from None


def _once(pairs: list[tuple[str, Any]]) -> None:
    names = {name for name, _ in pairs}
    if len(names) != len(pairs):
        twice = next(name for index, (name, _) in enumerate(pairs) if name in dict(pairs[:index]))
        raise Malformed(f"The name “{twice[:100]}” stands twice in one object.")


def _refuse_constant(name: str) -> None:
    raise Malformed(f"{name} is no number of JSON.")

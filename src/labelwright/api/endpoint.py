"""From a request to a handler and back: what every route has done for it, in one order.

Who is calling, whether they may, what they sent, whether it was done before; then the handler; then
its answer. Each step refuses with an error of ours and `api/errors` makes it an answer.
"""

import hashlib
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.bodies import check_is_json, decode, from_query, read_body
from labelwright.api.callers import PUBLIC, check_right, identify
from labelwright.api.routing import Spec
from labelwright.core.errors import InvalidInput, NotFound
from labelwright.services.access import Actor
from labelwright.services.idempotency import LARGEST_BODY, KeptAnswer
from labelwright.services.recognition import Caller
from labelwright.services.services import Services

KEY_HEADER = "Idempotency-Key"
LONGEST_KEY, LONGEST_ID = 200, 200
_encoder = msgspec.json.Encoder()


class Endpoint:
    """Answers the requests of one route."""

    def __init__(self, spec: Spec, services: Services) -> None:
        self.spec = spec
        self._services = services
        self._decoder = msgspec.json.Decoder(spec.body) if spec.body else None
        self._limit = services.context.settings.max_body_bytes
        self._once = spec.method == "POST" and not (spec.hot or spec.secret or spec.reads)

    async def answer(self, request: Request) -> Response:
        """The answer."""
        spec = self.spec
        caller = None
        if spec.right != PUBLIC:
            caller = await identify(request, self._services)
            check_right(caller, spec.right, organization=spec.organization)
        given: dict[str, Any] = {name: _id_of(request, name) for name in spec.names}
        if spec.query is not None:
            given["query"] = from_query(request, spec.query)
        data = b""
        if self._decoder is not None:
            check_is_json(request)
            data = await read_body(request, self._limit)
            given["body"] = await decode(data, self._decoder, strict=not spec.hot)
        for name, kind in spec.wants.items():
            given[name] = self._provide(kind, request, caller)
        if self._once and caller is not None and KEY_HEADER in request.headers:
            return await self._do_once(request, caller, data, given)
        return await self._do(given)

    def _provide(self, kind: type[Any], request: Request, caller: Caller | None) -> Any:  # noqa: ANN401
        if kind is Services:
            return self._services
        if kind is Request:
            return request
        if caller is None:
            raise TypeError("a public route has no caller")
        return caller.actor if kind is Actor else caller

    async def _do(self, given: dict[str, Any]) -> Response:
        if self.spec.is_async:
            result = await self.spec.handler(**given)
        else:
            result = await run_in_threadpool(self.spec.handler, **given)
        if isinstance(result, Response):
            return result
        if result is None:
            return Response(status_code=204)
        return Response(_encoder.encode(result), self.spec.status, media_type="application/json")

    async def _do_once(
        self, request: Request, caller: Caller, data: bytes, given: dict[str, Any]
    ) -> Response:
        key, member = _key_of(request), caller.actor.id
        store = self._services.idempotency
        kept = await run_in_threadpool(store.begin, member, key, _fingerprint(request, data))
        if kept is not None:
            headers = {"Idempotency-Replayed": "true"}
            return Response(kept.body, kept.status, headers, kept.media_type)
        try:
            answer = await self._do(given)
        except BaseException:
            await run_in_threadpool(store.forget, member, key)
            raise
        body = bytes(answer.body)
        if len(body) <= LARGEST_BODY:
            done = KeptAnswer(status=answer.status_code, body=body, media_type=answer.media_type)
            await run_in_threadpool(store.keep, member, key, done)
        return answer


def _id_of(request: Request, name: str) -> str:
    value = str(request.path_params[name])
    if len(value) > LONGEST_ID or "\x00" in value:
        raise NotFound(name, value[:40].replace("\x00", "�"))
    return value


def _key_of(request: Request) -> str:
    key = request.headers[KEY_HEADER]
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise InvalidInput(f"A key has 1 to {LONGEST_KEY} printable characters.", place=KEY_HEADER)
    return key


def _fingerprint(request: Request, data: bytes) -> str:
    said = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(said + data).hexdigest()

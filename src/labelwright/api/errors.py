"""From errors to answers: the one place that knows which status an error has.

Every refusal is a problem document (RFC 9457) with a stable `code`, the `place` in what was sent,
and the `remedy`. What nobody expected becomes a 500 with an id that is also in the log; its text
and traceback never leave the server.
"""

from typing import Any, cast

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from labelwright.core import errors as core
from labelwright.core import model_errors
from labelwright.core.rules import BrokenRule
from labelwright.core.shapes import Bounds
from labelwright.formats.format import WouldDrop

HUNG_UP = 499  # in the log only: nobody is there to read it
MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[core.LabelwrightError], int] = {
    core.Malformed: 400,
    core.SignInRequired: 401,
    core.SignInFailed: 401,
    core.Forbidden: 403,
    core.Forged: 403,
    core.NotFound: 404,
    core.Conflict: 409,
    core.TooLarge: 413,
    core.WrongMediaType: 415,
    core.InvalidInput: 422,
    core.BadFile: 422,
    core.UnknownName: 422,
    core.Throttled: 429,
    model_errors.ModelFailure: 502,
    core.StorageFailure: 503,
    core.LabelwrightError: 400,
}

TITLES = {
    400: "This cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not done here",
    409: "It has moved on",
    413: "Too large",
    415: "Another kind of body",
    422: "This cannot be accepted",
    429: "Too many tries",
    500: "Something broke",
    502: "The model gave no answer",
    503: "The store refused",
}


MOST_FAULTS = 200  # that one answer lists; its sentence gives the number of all


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of several things that are wrong; `annotation` is the id of the annotation it is about.

    For a broken label rule also the rule's id, every annotation it is about, and the place to look at.
    """

    fault: str
    annotation: str | None = None
    rule: str | None = None
    annotations: tuple[str, ...] = ()
    place: Bounds | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A refusal: what happened, where, and what to do. RFC 9457 with members of our own."""

    title: str
    status: int
    detail: str
    code: str
    type: str = msgspec.field(default="about:blank")
    place: str | None = None
    remedy: str | None = None
    errors: list[Fault] = []
    request: str | None = None
    report: Any = None


def status_of(error: type[core.LabelwrightError]) -> int:
    """The status of a class of errors: its own in the table, or its nearest ancestor's."""
    return next(STATUS[kind] for kind in error.__mro__ if kind in STATUS)


def refusal(error: core.LabelwrightError) -> Response:
    """The answer to a request that was refused with an error of ours."""
    faults: list[Fault] = []
    if isinstance(error, core.InvalidAnnotations):
        faults = [Fault(annotation=annotation, fault=fault) for annotation, fault in error.faults]
    elif isinstance(error, core.BrokenRules):
        faults = [_fault_of(cast("BrokenRule", broken)) for broken in error.broken[:MOST_FAULTS]]
    status = status_of(type(error))
    headers: dict[str, str] = {}
    if isinstance(error, core.Throttled):
        headers["Retry-After"] = str(error.seconds)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return problem(
        status,
        error.code,
        error.message,
        place=error.place,
        remedy=error.remedy or None,
        errors=faults,
        report=error.report if isinstance(error, WouldDrop) else None,
        headers=headers,
    )


def _fault_of(broken: BrokenRule) -> Fault:
    return Fault(
        fault=broken.sentence,
        annotation=broken.annotations[0] if broken.annotations else None,
        rule=broken.rule,
        annotations=broken.annotations,
        place=broken.place,
    )


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    **members: Any,  # noqa: ANN401  # further members of the document
) -> Response:
    """A problem document as an answer."""
    body = Problem(title=TITLES.get(status, "Refused"), status=status, detail=detail, code=code, **members)
    fields = {"type": body.type, **msgspec.to_builtins(body)}
    return Response(msgspec.json.encode(fields), status, headers, MEDIA_TYPE)


def unexpected(request_id: str) -> Response:
    """The answer when something broke that nobody foresaw."""
    return problem(
        500,
        "internal",
        "Something broke on the server; nothing was half-written.",
        remedy=f"Try again. If it stays, tell whoever runs this server: request {request_id}.",
        request=request_id,
    )


def from_validation(error: msgspec.ValidationError) -> core.InvalidInput:
    """What msgspec has against a body, with the place as a path, `$.operations[3].at`."""
    text, _, path = str(error).partition(" - at `")
    cause = error.__cause__
    if isinstance(cause, core.LabelwrightError):
        refused = core.InvalidInput(cause.message, place=path.rstrip("`") or cause.place, remedy=cause.remedy)
        refused.code = cause.code
        return refused
    return core.InvalidInput(f"{text}.", place=path.rstrip("`") or "$")


async def on_ours(_request: Request, error: Exception) -> Response:
    """Handler of the application for errors of ours."""
    if not isinstance(error, core.LabelwrightError):
        raise error
    return refusal(error)


async def on_framework(_request: Request, error: Exception) -> Response:
    """Handler of the application for what the framework refuses: unknown paths, wrong methods."""
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    if error.status_code == 405:
        allowed = headers.get("Allow", "")
        return problem(
            405,
            "method_not_allowed",
            "That method does not exist here.",
            remedy=f"Use {allowed}." if allowed else None,
            headers=headers,
        )
    if error.status_code == 404:
        return problem(404, "not_found", "There is nothing at this address.")
    return problem(error.status_code, "refused", str(error.detail), headers=headers)


async def on_unexpected(request: Request, error: Exception) -> Response:
    """Handler for what nobody foresaw, which the gate logs; and for a caller who hung up."""
    if isinstance(error, ClientDisconnect):
        return Response(status_code=HUNG_UP)
    return unexpected(request.scope.get("labelwright.request", ""))


HANDLERS: dict[int | type[Exception], Any] = {
    core.LabelwrightError: on_ours,
    HTTPException: on_framework,
    Exception: on_unexpected,
}

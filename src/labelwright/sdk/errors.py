"""What a server refused, as exceptions. Each carries the problem document's code, place and remedy.

Refused
├── NotFound        ├── InvalidInput     ├── SignInRequired
├── Conflict        ├── BadFile          ├── Forbidden
│   ├── StaleVersion├── TooLarge         ├── Throttled
│   ├── LeaseLost   ├── UnknownName      ├── ServerFailure
│   ├── NameTaken
│   └── WrongState
Unreachable         no answer at all
JobFailed           a job that was waited for ended badly
"""

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from labelwright.core.errors import LabelwrightError


class Refused(LabelwrightError):
    """The server answered, and the answer was no. `errors` lists the faults where there are several."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "error",
        status: int = 0,
        place: str | None = None,
        remedy: str | None = None,
        errors: list[Any] | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, place=place, remedy=remedy)
        self.code = code
        self.status = status
        self.errors = errors or []
        self.problem = dict(problem or {})


class NotFound(Refused):
    """Nothing by that id that this person may see."""


class Conflict(Refused):
    """The thing has moved on."""


class StaleVersion(Conflict):
    """Somebody saved a newer version first."""


class LeaseLost(Conflict):
    """Someone else holds the task now."""


class NameTaken(Conflict):
    """A name that must be unique exists already."""


class WrongState(Conflict):
    """The state of the thing does not allow this."""


class InvalidInput(Refused):
    """What was sent cannot be accepted."""


class BadFile(Refused):
    """A file that cannot be used."""


class TooLarge(Refused):
    """Above a limit of the server."""


class UnknownName(Refused):
    """A name that no registry knows."""


class SignInRequired(Refused):
    """No token, or one that is not valid."""


class Forbidden(Refused):
    """The token's member or scopes do not allow this."""


class Throttled(Refused):
    """Too many tries."""


class ServerFailure(Refused):
    """The server failed; nothing was half-written."""


class Unreachable(LabelwrightError):
    """There was no answer."""

    code = "unreachable"
    remedy = "Check the address, and that the server runs: “labelwright serve”."


class JobFailed(LabelwrightError):
    """A job ended without doing its work. `job` is its record."""

    code = "job.failed"

    def __init__(self, message: str, job: object, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy or "Look at the job's page; “retry” runs it again.")
        self.job = job


BY_CODE: dict[str, type[Refused]] = {
    "not_found": NotFound,
    "conflict": Conflict,
    "conflict.stale_version": StaleVersion,
    "conflict.name_taken": NameTaken,
    "conflict.wrong_state": WrongState,
    "task.lease_lost": LeaseLost,
    "invalid": InvalidInput,
    "file": BadFile,
    "too_large": TooLarge,
    "unknown_name": UnknownName,
    "sign_in": SignInRequired,
    "forbidden": Forbidden,
    "throttled": Throttled,
    "storage": ServerFailure,
}
BY_STATUS: dict[int, type[Refused]] = {
    401: SignInRequired,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    422: InvalidInput,
    429: Throttled,
}


def refusal(response: httpx.Response) -> Refused:
    """The exception for an answer of 400 and above, whose body has been read."""
    problem = _problem(response)
    code = str(problem.get("code") or f"http.{response.status_code}")
    message = str(
        problem.get("detail") or problem.get("title") or f"The server answered {response.status_code}."
    )
    errors: Any = problem.get("errors")
    kind = BY_CODE.get(code) or BY_CODE.get(code.split(".")[0]) or BY_STATUS.get(response.status_code)
    if kind is None:
        kind = ServerFailure if response.status_code >= 500 else Refused
    return kind(
        message,
        code=code,
        status=response.status_code,
        place=problem.get("place"),
        remedy=problem.get("remedy") or "",
        errors=errors if isinstance(errors, list) else None,  # pyright: ignore[reportUnknownArgumentType]
        problem=problem,
    )


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        return msgspec.json.decode(response.content, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}

"""The process of one model: reads questions from standard input, answers on standard output.

python -m labelwright.assist.host_process   (see `assist/host.py`)
"""

import os
import sys
from pathlib import Path
from typing import IO, Any

from labelwright.assist.adapters import load
from labelwright.assist.host import LENGTH
from labelwright.assist.manifest import Manifest
from labelwright.assist.messages import GIVEN, Begin, Limits, Told, packed, unpacked
from labelwright.core.errors import LabelwrightError
from labelwright.core.model_errors import ModelFailure, ModelOutOfMemory

LEAST_MEMORY = 1 << 30  # what the libraries map for themselves


def main() -> None:
    """Load the model when it is first asked, and answer until the other end closes."""
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what libraries print goes nowhere
    begun = unpacked(_next(incoming), Begin)
    folder, manifest, limits = Path(begun.folder), begun.manifest, begun.limits
    _limit(limits)
    model: Any = None
    while True:
        try:
            method, data = unpacked(_next(incoming), tuple[str, bytes])
        except EOFError:
            return
        fine = True
        try:
            given = unpacked(data, GIVEN[method])
            model = model or load(folder, manifest, limits.threads)
            answer = getattr(model, method)(*given)
        except BaseException as error:  # noqa: BLE001  # the other end tells it
            fine, answer = False, Told.of(_as_ours(error, manifest))
        data = packed([fine, packed(answer)])
        outgoing.write(LENGTH.pack(len(data)))
        outgoing.write(data)
        outgoing.flush()


def _next(incoming: IO[bytes]) -> bytes:
    head = incoming.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    return incoming.read(LENGTH.unpack(head)[0])


def _as_ours(error: BaseException, manifest: Manifest) -> LabelwrightError:
    if isinstance(error, LabelwrightError):
        return error
    if isinstance(error, MemoryError):
        return ModelOutOfMemory(manifest.name)
    if isinstance(error, AttributeError):
        return ModelFailure(manifest.name, "does not do this", remedy="Choose a model that does.")
    return ModelFailure(manifest.name, f"failed ({type(error).__name__}: {str(error)[:200]})")


def _limit(limits: Limits) -> None:
    if sys.platform == "win32":
        return
    import resource

    most = max(limits.memory, LEAST_MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main()

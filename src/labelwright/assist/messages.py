"""What a model's process is told and what it answers, as bytes: MessagePack with arrays as extensions.

Both ends know by the method what comes, so nothing is read as anything else than that.
"""

from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.assist.manifest import Manifest
from labelwright.assist.predictor import Options, Prediction, Prompt, Segmented
from labelwright.core import errors, model_errors
from labelwright.core.errors import LabelwrightError
from labelwright.core.model_errors import ModelFailure

ARRAY = 1  # the extension: its type and shape as text, a line's end, its bytes
Array = NDArray[Any]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a model may take: seconds for an answer, bytes of memory, threads (0: as many as cores)."""

    seconds: float = 120.0
    memory: int = 8 * 2**30
    threads: int = 0


class Begin(msgspec.Struct, frozen=True, kw_only=True):
    """The first message to a process: which model it is."""

    folder: str
    manifest: Manifest
    limits: Limits


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An error on its way between the processes."""

    kind: str
    message: str
    place: str | None = None
    remedy: str = ""

    @classmethod
    def of(cls, error: LabelwrightError) -> "Told":
        return cls(kind=type(error).__name__, message=error.message, place=error.place, remedy=error.remedy)

    def raised(self) -> LabelwrightError:
        """The error again."""
        found = getattr(model_errors, self.kind, None) or getattr(errors, self.kind, None)
        kind = found if isinstance(found, type) and issubclass(found, LabelwrightError) else ModelFailure
        error = kind.__new__(kind)
        LabelwrightError.__init__(error, self.message, place=self.place, remedy=self.remedy)
        return error


GIVEN: dict[str, Any] = {
    "predict": tuple[list[np.ndarray], Options],
    "embed": tuple[list[np.ndarray]],
    "look": tuple[np.ndarray],
    "prompt": tuple[np.ndarray, tuple[int, int], Prompt],
}
"""What each method of a model is given."""

ANSWERED: dict[str, Any] = {
    "predict": list[Prediction],
    "embed": np.ndarray,
    "look": np.ndarray,
    "prompt": Segmented,
}
"""What each method answers."""


def packed(message: object) -> bytes:
    """A message as bytes."""
    return msgspec.msgpack.encode(message, enc_hook=_packed)


def unpacked(data: bytes | bytearray, kind: Any) -> Any:  # noqa: ANN401  # as `kind` says
    """A message of a known kind. Raises msgspec.ValidationError for anything else."""
    return msgspec.msgpack.decode(data, type=kind, dec_hook=_typed, ext_hook=_array)


def begin(folder: Path, manifest: Manifest, limits: Limits) -> bytes:
    """The first message."""
    return packed(Begin(folder=str(folder), manifest=manifest, limits=limits))


def _packed(value: Any) -> Any:  # noqa: ANN401  # whatever is no plain value
    if isinstance(value, np.generic):
        return cast("Any", value).item()
    if not isinstance(value, np.ndarray):
        raise NotImplementedError(type(value).__name__)
    array: Array = np.ascontiguousarray(cast("Array", value))
    head = f"{array.dtype.str} {' '.join(map(str, array.shape))}\n".encode()
    return msgspec.msgpack.Ext(ARRAY, head + array.tobytes())


def _array(code: int, data: memoryview) -> Array:
    if code != ARRAY:
        raise ValueError(f"no message has an extension {code}")
    text = bytes(data)
    head, _, body = text.partition(b"\n")
    kind, *shape = head.decode().split(" ")
    return np.frombuffer(body, np.dtype(kind)).reshape([int(side) for side in shape if side]).copy()


def _typed(kind: Any, value: Any) -> Any:  # noqa: ANN401  # an array where one is due
    if isinstance(value, np.ndarray) and "ndarray" in str(kind):
        return cast("Array", value)
    raise NotImplementedError(str(kind))

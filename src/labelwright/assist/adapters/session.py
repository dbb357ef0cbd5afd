"""An ONNX file that can be run: opened once, its answers checked for numbers that mean nothing."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelwright.assist.manifest import Manifest
from labelwright.assist.onnx_shapes import with_free_shapes
from labelwright.core.model_errors import BadModelFile, ModelFailure, ModelNonsense, ModelOutOfMemory

Array = NDArray[Any]

PREFERRED = ("CUDAExecutionProvider", "CPUExecutionProvider")
_MEMORY = ("bad_alloc", "Failed to allocate memory", "out of memory", "bad allocation")


class Session:
    """An opened model: `inputs` and `outputs` are names with their shapes, `metadata` is its maker's."""

    def __init__(self, path: Path, name: str, threads: int = 0, *, any_size: bool = False) -> None:
        ort: Any = import_module("onnxruntime")  # heavy, and only the process of a model needs it

        options = ort.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = threads
        providers = [provider for provider in PREFERRED if provider in ort.get_available_providers()]
        try:
            model = with_free_shapes(path.read_bytes()) if any_size else str(path)
            self._session: Any = ort.InferenceSession(model, options, providers=providers)
        except Exception as error:  # its own classes share no base
            if is_memory(error):
                raise ModelOutOfMemory(name) from error
            raise BadModelFile(path.name, f"onnxruntime cannot read it ({in_short(error, path)})") from error
        self.name = name
        self.inputs: dict[str, Sequence[int | str | None]] = {
            entry.name: tuple(entry.shape) for entry in self._session.get_inputs()
        }
        self.outputs: dict[str, Sequence[int | str | None]] = {
            entry.name: tuple(entry.shape) for entry in self._session.get_outputs()
        }
        self.types: dict[str, str] = {entry.name: entry.type for entry in self._session.get_inputs()}
        self.answer_types: dict[str, str] = {entry.name: entry.type for entry in self._session.get_outputs()}
        self.metadata: Mapping[str, str] = self._session.get_modelmeta().custom_metadata_map
        self.provider: str = self._session.get_providers()[0]

    def run(self, feeds: Mapping[str, Array], wanted: Sequence[str] | None = None) -> list[Array]:
        """The outputs asked for, in order (all, if none are named).

        Raises ModelNonsense for a NaN or infinity, ModelOutOfMemory, ModelFailure for what the model refuses.
        """
        names = list(wanted or self.outputs)
        try:
            answers = [np.asarray(answer) for answer in self._session.run(names, dict(feeds))]
        except Exception as error:  # as above
            if is_memory(error):
                raise ModelOutOfMemory(self.name) from error
            raise ModelFailure(self.name, f"refused what it was given ({in_short(error)})") from error
        for name, answer in zip(names, answers, strict=True):
            if answer.dtype.kind == "f" and not np.isfinite(answer).all():
                raise ModelNonsense(self.name, f"answered with values that are no numbers (in “{name}”)")
        return answers


def open_session(
    folder: Path, manifest: Manifest, threads: int = 0, role: str = "model", *, any_size: bool = False
) -> Session:
    """The file of a role, opened; with `any_size` the sizes that it states are left open.

    Raises BadModelFile, ModelOutOfMemory.
    """
    return Session(folder / manifest.file(role).name, manifest.name, threads, any_size=any_size)


def is_memory(error: BaseException) -> bool:
    """Whether an error means that there was not enough memory."""
    return isinstance(error, MemoryError) or any(word in str(error) for word in _MEMORY)


def in_short(error: BaseException, path: Path | None = None) -> str:
    """The first line of what a library says, without its own source lines and our folders."""
    said = str(error) if path is None else str(error).replace(str(path), path.name)
    text = said.strip().splitlines() or [type(error).__name__]
    line = text[0].rpartition(" : ")[2] if text[0].startswith("[ONNXRuntimeError]") else text[0]
    return line[:200]

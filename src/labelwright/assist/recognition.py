"""Which adapter reads an ONNX file, told from its inputs, outputs and what its maker wrote into it."""

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec

from labelwright.assist.adapters.session import Session
from labelwright.assist.manifest import Input, Manifest, ModelFile, Source, sha256_of
from labelwright.core.errors import InvalidInput
from labelwright.core.model_errors import BadModelFile, UnfitModel

SIDE = 640  # where a model takes any size
CLASSIFIER_SIDE = 224
IMAGENET = Input(divide=255.0, mean=(0.485, 0.456, 0.406), scale=(0.229, 0.224, 0.225))
LARGEST = 4 * 2**30
Shape = Sequence[int | str | None]

_WANTED = (
    "classes (n, C), YOLO boxes (1, 4 + C, cells), boxes after suppression (1, N, 6), "
    "DETR logits and boxes (1, N, C) and (1, N, 4), or regions (1, C, h, w)"
)


def recognized(file: Path, name: str, given: Mapping[str, Any]) -> Manifest:
    """The manifest of an ONNX file. What is `given` (title, version, licence, labels, input) goes before.

    Raises BadModelFile, UnfitModel, InvalidInput.
    """
    if not file.is_file() or not 0 < file.stat().st_size <= LARGEST:
        raise BadModelFile(file.name, "it is empty, missing or larger than 4 GiB")
    session = Session(file, file.name)
    reads, task = _signature(session)
    source = Source(kind="file", package=file.name)
    stored = ModelFile(name="model.onnx", sha256=sha256_of(file), bytes=file.stat().st_size)
    return Manifest(
        name=name,
        version=str(given.get("version") or stored.sha256[:8]),
        title=str(given.get("title") or name),
        adapter="own-onnx",
        tasks=(task,),
        licence=str(given.get("licence") or "not stated"),
        source=source,
        files=(stored,),
        input=_input(session, reads, given.get("input")),
        labels=tuple(given.get("labels") or _labels(session.metadata)),
        least_score=0.05 if task == "tag" else 0.3,
        options={"reads": reads},
    )


def _signature(session: Session) -> tuple[str, str]:
    outputs = list(session.outputs.values())
    ranks = sorted(len(shape) for shape in outputs)
    if len(session.inputs) == 1 and len(next(iter(session.inputs.values()))) == 4:
        if ranks == [2]:
            return "classes", "tag"
        if len(ranks) >= 2 and ranks[:2] == [3, 3] and any(shape[-1] == 4 for shape in outputs):
            return "detr", "detect"
        if ranks == [3]:
            return ("yolo-end" if outputs[0][2] == 6 else "yolo"), "detect"
        if ranks == [4]:
            return "regions", "segment"
    seen = ", ".join(f"{name} {_told(shape)}" for name, shape in session.outputs.items())
    raise UnfitModel(
        f"No adapter reads this model: it takes {len(session.inputs)} inputs and answers {seen}.",
        place="outputs",
        remedy=f"Read are {_WANTED}. Others need an adapter: docs/models.md says how one is written.",
    )


def _input(session: Session, reads: str, given: Any) -> Input:  # noqa: ANN401  # JSON
    name, shape = next(iter(session.inputs.items()))
    is_last = shape[3] in (1, 3) and shape[1] not in (1, 3)
    height, width = (shape[1], shape[2]) if is_last else (shape[2], shape[3])
    side = CLASSIFIER_SIDE if reads == "classes" else SIDE
    base = Input(divide=255.0) if reads.startswith("yolo") else IMAGENET
    fit = {"yolo": "letterbox", "yolo-end": "letterbox", "classes": "crop"}.get(reads, "stretch")
    kinds = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(uint8)": "uint8"}
    kind = kinds.get(session.types[name])
    if kind is None:
        raise UnfitModel(f"The model takes {session.types[name]}, which no adapter gives.", place=name)
    found = msgspec.structs.replace(
        base,
        width=width if isinstance(width, int) and width > 0 else side,
        height=height if isinstance(height, int) and height > 0 else side,
        layout="nhwc" if is_last else "nchw",
        fit=fit,
        pad=114 if reads.startswith("yolo") else 0,
        kind=kind,
    )
    try:
        return msgspec.convert({**msgspec.to_builtins(found), **(given or {})}, Input)
    except (msgspec.ValidationError, TypeError) as error:
        raise InvalidInput(f"The input cannot be described so: {error}.", place="input") from None


def _labels(metadata: Mapping[str, str]) -> Sequence[str]:
    """The labels that exporters write: a dict or list in Python's or JSON's way."""
    written = metadata.get("names") or metadata.get("classes") or metadata.get("labels")
    if not written:
        return ()
    try:
        said: Any = ast.literal_eval(written)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        said = [line for line in written.replace(",", "\n").splitlines() if line.strip()]
    if not isinstance(said, dict):
        return tuple(str(name).strip() for name in said)
    by_place = cast("dict[Any, Any]", said)
    return tuple(str(by_place[place]).strip() for place in sorted(by_place))


def _told(shape: Shape) -> str:
    return "(" + ", ".join("?" if side is None else str(side) for side in shape) + ")"

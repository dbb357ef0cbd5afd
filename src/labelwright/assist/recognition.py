"""Which adapter reads an ONNX file, told from its inputs, outputs and what its maker wrote into it."""

import ast
import shutil
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import msgspec

from labelwright.assist.adapters.sam import POINTS, features_of, fed_by
from labelwright.assist.adapters.session import Session
from labelwright.assist.manifest import Input, Manifest, ModelFile, Source, sha256_of
from labelwright.core.errors import InvalidInput
from labelwright.core.model_errors import BadModelFile, UnfitModel

SIDE = 640  # where a model takes any size
_SIDES = {"classes": 224, "sam": 1024, "sam2": 1024}
_FITS = {"yolo": "letterbox", "yolo-end": "letterbox", "classes": "crop", "sam": "corner"}
IMAGENET = Input(divide=255.0, mean=(0.485, 0.456, 0.406), scale=(0.229, 0.224, 0.225))
LARGEST = 4 * 2**30
Shape = Sequence[int | str | None]

_WANTED = (
    "classes (n, C), YOLO boxes (1, 4 + C, cells) with or without masks, turned boxes or keypoints, boxes "
    "after suppression (1, N, 6), DETR logits and boxes (1, N, C) and (1, N, 4), outputs named boxes, scores "
    "and labels, regions (1, C, h, w) or (1, h, w), and encoder and decoder of SAM or SAM 2 together"
)
_MANY_CELLS = 1000  # so many boxes are none that are left after suppression
_TASKS = {"masks": "segment", "keypoints": "keypoints"}
_PAIR = "Add its encoder and its decoder together, as a zip of both files."


class _Signature(NamedTuple):
    """How a model is read, what it does, and what else its adapter is to know."""

    reads: str
    task: str
    options: Mapping[str, Any] = MappingProxyType({})
    keypoints: int = 0


def recognized(file: Path, name: str, given: Mapping[str, Any]) -> Manifest:
    """The manifest of an ONNX file. What is `given` (title, version, licence, labels, input) goes before.

    Raises BadModelFile, UnfitModel, InvalidInput.
    """
    session = _opened(file)
    signature = _signature(session)
    stored = _stored(file, "model.onnx", "model")
    return Manifest(
        name=name,
        version=str(given.get("version") or stored.sha256[:8]),
        title=str(given.get("title") or name),
        adapter="own-onnx",
        tasks=(signature.task,),
        licence=str(given.get("licence") or "not stated"),
        source=Source(kind="file", package=file.name),
        files=(stored,),
        input=_input(session, signature.reads, given.get("input")),
        labels=tuple(given.get("labels") or _labels(session.metadata)),
        keypoints=tuple(str(place + 1) for place in range(signature.keypoints)),
        least_score=0.05 if signature.task == "tag" else 0.3,
        options={"reads": signature.reads, **signature.options},
    )


def recognized_pair(files: Sequence[Path], name: str, given: Mapping[str, Any]) -> Manifest:
    """The manifest of an encoder and a decoder, whichever comes first; both keep their names.

    Raises BadModelFile, UnfitModel, InvalidInput.
    """
    by_role: dict[str, tuple[Path, Session]] = {}
    for file in files:
        session = _opened(file)
        by_role["decoder" if set(session.inputs) & set(POINTS) else "encoder"] = (file, session)
    if len(files) != 2 or len(by_role) != 2:
        raise UnfitModel(
            f"These {len(files)} files are not one encoder and one decoder that takes {' or '.join(POINTS)}.",
            place="files",
            remedy=_PAIR,
        )
    (encoder_file, encoder), (decoder_file, decoder) = by_role["encoder"], by_role["decoder"]
    features = features_of(decoder.inputs)
    given_by_it = {output: tuple(shape) for output, shape in encoder.outputs.items()}
    lacking = [wanted for wanted, shape in features.items() if fed_by(wanted, shape, given_by_it) is None]
    if lacking or len(encoder.inputs) != 1:
        told = ", ".join(f"{output} {_told(shape)}" for output, shape in encoder.outputs.items())
        raise UnfitModel(
            f"The encoder gives {told}; the decoder wants {', '.join(lacking) or 'another one'} too.",
            place="files",
            remedy="Export both from the same model.",
        )
    stored = (
        _stored(encoder_file, encoder_file.name, "encoder"),
        _stored(decoder_file, decoder_file.name, "decoder"),
    )
    return Manifest(
        name=name,
        # Of both: encoders are trained anew for the decoder of another.
        version=str(given.get("version") or "".join(file.sha256[:4] for file in stored)),
        title=str(given.get("title") or name),
        adapter="sam",
        tasks=("prompt",),
        licence=str(given.get("licence") or "not stated"),
        source=Source(kind="file", package=decoder_file.name),
        files=stored,
        input=_input(encoder, "sam2" if _is_second(features) else "sam", given.get("input")),
    )


def taken_in(file: Path, folder: Path, name: str, given: Mapping[str, Any]) -> Manifest:
    """Copy a model of one's own into an empty folder, and its manifest: an ONNX file, or a zip of a pair.

    Raises BadModelFile, UnfitModel, InvalidInput.
    """
    if not zipfile.is_zipfile(file):
        manifest = recognized(file, name, given)
        shutil.copyfile(file, folder / manifest.file().name)
        return manifest
    try:
        with zipfile.ZipFile(file) as archive:
            inside = [entry for entry in archive.infolist() if entry.filename.lower().endswith(".onnx")]
            if len(inside) != 2 or any(entry.file_size > LARGEST for entry in inside):
                raise BadModelFile(file.name, f"it holds {len(inside)} ONNX files, and a pair is two")
            places = [folder / f"{place}.onnx" for place in range(2)]
            for entry, place in zip(inside, places, strict=True):
                with archive.open(entry) as stream, place.open("wb") as out:
                    shutil.copyfileobj(stream, out)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        raise BadModelFile(file.name, "the zip cannot be read") from error
    return recognized_pair(places, name, given)


def _opened(file: Path) -> Session:
    if not file.is_file() or not 0 < file.stat().st_size <= LARGEST:
        raise BadModelFile(file.name, "it is empty, missing or larger than 4 GiB")
    return Session(file, file.name)


def _stored(file: Path, name: str, role: str) -> ModelFile:
    return ModelFile(name=name, sha256=sha256_of(file), role=role, bytes=file.stat().st_size)


def _is_second(features: Mapping[str, Any]) -> bool:
    """Whether a decoder wants features of several sizes, as that of SAM 2 does."""
    return len([name for name in features if not name.endswith("positional_embeddings")]) > 1


def _signature(session: Session) -> _Signature:
    shapes = session.outputs
    outputs = list(shapes.values())
    ranks = sorted(len(shape) for shape in outputs)
    pictures = list(session.inputs.values())
    if {"boxes", "scores", "labels"} <= set(shapes) and len(pictures) <= 2 and len(pictures[0]) in (3, 4):
        return _Signature("boxes", "detect")
    remedy = f"Read are {_WANTED}. Others need an adapter: docs/models.md says how one is written."
    if set(session.inputs) & set(POINTS):
        remedy = _PAIR
    elif "character" in session.metadata:
        remedy = "It reads lines that another model finds: “labelwright models add rapidocr” brings both."
    elif len(pictures) == 1 and len(pictures[0]) == 4:
        if tuple(outputs[0])[-3:] == (256, 64, 64) and 1024 in pictures[0]:
            remedy = _PAIR
        elif ranks == [2]:
            return _Signature("classes", "tag")
        elif len(ranks) >= 2 and ranks[:2] == [3, 3] and any(shape[-1] == 4 for shape in outputs):
            return _Signature("detr", "detect")
        elif len(outputs) == 1 and "int" in next(iter(session.answer_types.values())) and ranks[0] in (3, 4):
            return _Signature("map", "segment")
        elif ranks in ([3], [3, 4]):
            return _yolo(session)
        elif set(ranks) == {4} and all(shape[1] == outputs[0][1] for shape in outputs):
            return _Signature("regions", "segment")
    seen = ", ".join(f"{name} {_told(shape)}" for name, shape in session.outputs.items())
    raise UnfitModel(
        f"No adapter reads this model: it takes {len(session.inputs)} inputs and answers {seen}.",
        place="outputs",
        remedy=remedy,
    )


def _yolo(session: Session) -> _Signature:
    rows = next(shape for shape in session.outputs.values() if len(shape) == 3)
    grids = [shape for shape in session.outputs.values() if len(shape) == 4]
    extra = grids[0][1] if grids else 0
    rest, keypoints = ("masks" if grids else ""), 0
    task = session.metadata.get("task")
    if task == "obb":
        rest, extra = "angle", 1
    elif task == "pose":
        shape = _literal(session.metadata.get("kpt_shape", ""))
        if isinstance(shape, list | tuple) and len(cast("list[Any]", shape)) == 2:
            keypoints, each = (int(side) for side in cast("list[Any]", shape))
            rest, extra = "keypoints", keypoints * each
    width = 6 + extra if isinstance(extra, int) else None
    is_few = not isinstance(rows[1], int) or rows[1] <= _MANY_CELLS
    reads = "yolo-end" if rows[2] == width and is_few and rest != "angle" else "yolo"
    options = {"rest": rest, "extra": extra if isinstance(extra, int) else 0} if rest else {}
    return _Signature(reads, _TASKS.get(rest, "detect"), options, keypoints)


def _input(session: Session, reads: str, given: Any) -> Input:  # noqa: ANN401  # JSON
    name, shape = next(iter(session.inputs.items()))
    is_last = len(shape) == 4 and shape[3] in (1, 3) and shape[1] not in (1, 3)
    height, width = (shape[1], shape[2]) if is_last else (shape[-2], shape[-1])
    side = _SIDES.get(reads, SIDE)
    # YOLO's classifiers scale as its detectors do, and say in their metadata what they are.
    plain = reads.startswith("yolo") or reads == "boxes" or session.metadata.get("task") == "classify"
    base = Input(divide=255.0) if plain else IMAGENET
    fit = _FITS.get(reads, "stretch")
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
    said: Any = _literal(written)
    if said is None:
        said = [line for line in written.replace(",", "\n").splitlines() if line.strip()]
    if not isinstance(said, dict):
        return tuple(str(name).strip() for name in said)
    by_place = cast("dict[Any, Any]", said)
    return tuple(str(by_place[place]).strip() for place in sorted(by_place))


def _literal(written: str) -> Any:  # noqa: ANN401  # whatever a maker wrote
    try:
        return ast.literal_eval(written)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _told(shape: Shape) -> str:
    return "(" + ", ".join("?" if side is None else str(side) for side in shape) + ")"

"""Adapters: how models of one kind read pictures and answer. One file each, and a line in this table.

An adapter is a class that is made with the model's folder, its manifest and how many threads it may
use, and has the methods of `assist/predictor.py` that fit what its models do.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from labelwright.assist.manifest import Manifest
from labelwright.core.model_errors import UnknownModel

ADAPTERS: dict[str, str] = {
    "nanodet": "nanodet:NanoDet",
    "embedding-classifier": "embedding_classifier:EmbeddingClassifier",
    "centerface": "centerface:CenterFace",
    "minisam": "minisam:MiniSam",
    "movenet": "movenet:MoveNet",
    "rapidocr": "rapidocr:RapidOcr",
    "sam": "sam:Sam",
    "own-onnx": "own_onnx:OwnOnnx",
}
"""Every adapter by name, as `module:Class` of this package."""


def load(folder: Path, manifest: Manifest, threads: int = 0) -> Any:  # noqa: ANN401  # any of the contracts
    """The model of a folder, ready to be asked. Raises UnknownModel, BadModelFile, UnfitModel."""
    try:
        module, name = ADAPTERS[manifest.adapter].split(":")
    except KeyError:
        raise UnknownModel(manifest.adapter, ADAPTERS, kind="adapter") from None
    return getattr(import_module(f"{__name__}.{module}"), name)(folder, manifest, threads)

"""What a model is: its name, what it does, where its files are from, their licence, and how it is read.

A manifest is the file `model.json` beside the model's files, in a folder named like the model.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

import msgspec

from labelwright.core.errors import InvalidInput
from labelwright.core.model_errors import ModelFileChanged, UnknownModel

MANIFEST = "model.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class ModelFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of a model: `role` is what its adapter asks for it by (`model`, `encoder`, `decoder`, …)."""

    name: str
    sha256: str
    role: str = "model"
    bytes: int = 0


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the files come from: `built-in`, `pypi`, `npm`, `file` or `url`, and what of it.

    `package` and `version` name a package of a registry, `paths` the path inside it of each file.
    """

    kind: str
    package: str = ""
    version: str = ""
    paths: dict[str, str] = {}


class Input(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How pixels are given: size, fit, colors and scale.

    `fit` is `stretch`, `letterbox` (padded in the middle), `corner` (padded right and below) or `crop`
    (the middle). A value v of channel c becomes (v / `divide` - `mean`[c]) / `scale`[c]. `layout` is
    `nchw` or `nhwc`, `order` `rgb` or `bgr`, `pad` the gray of the padding, 0 to 255. `kind` is
    the type that the model takes: `float32`, `float16`, `uint8` or `int32`.
    """

    width: int = 0
    height: int = 0
    fit: str = "stretch"
    order: str = "rgb"
    layout: str = "nchw"
    divide: float = 1.0
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    pad: int = 0
    kind: str = "float32"


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model. `labels` are its own words in the order of its outputs; `options` belong to its adapter."""

    name: str
    version: str
    title: str
    adapter: str
    tasks: tuple[str, ...]
    licence: str
    source: Source
    files: tuple[ModelFile, ...] = ()
    about: str = ""
    input: Input = Input()
    labels: tuple[str, ...] = ()
    keypoints: tuple[str, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()
    least_score: float = 0.3
    overlap: float = 0.5
    options: dict[str, Any] = {}

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidInput(
                f"A model cannot be named “{self.name[:80]}”.",
                place="name",
                remedy="Use up to 64 small letters, digits, dots, dashes and underscores.",
            )
        for file in self.files:
            if Path(file.name).name != file.name or file.name in ("", ".", "..", MANIFEST):
                raise InvalidInput(f"A model's file cannot be named “{file.name[:80]}”.", place="files")

    @property
    def author(self) -> str:
        """How the model is named as the author of what it predicts: `model:NAME@VERSION`."""
        return f"model:{self.name}@{self.version}"

    def file(self, role: str = "model") -> ModelFile:
        """The file of a role. Raises UnknownModel."""
        for file in self.files:
            if file.role == role:
                return file
        raise UnknownModel(role, [file.role for file in self.files], kind=f"file of the model {self.name}")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder. Raises InvalidInput naming what is wrong with it."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise InvalidInput(
            f"The manifest of the model in “{folder.name}” cannot be read: {error}.", place=MANIFEST
        ) from None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a folder, whole or not at all."""
    part = folder / f"{MANIFEST}.part"
    part.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    part.replace(folder / MANIFEST)


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its hash. Raises ModelFileChanged."""
    for file in manifest.files:
        path = folder / file.name
        if not path.is_file():
            raise ModelFileChanged(f"{manifest.name}/{file.name}", "it is missing")
        if sha256_of(path) != file.sha256:
            raise ModelFileChanged(f"{manifest.name}/{file.name}", "its hash is not the one of the manifest")


def sha256_of(path: Path) -> str:
    """The hash of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

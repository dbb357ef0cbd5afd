"""A release on this machine, as trainers want it.

`Client.releases.open(project, tag, folder)` fetches a release once, in our own format with its pictures;
`open_release(folder)` opens such a folder later and without a server. Tables, pictures and their hashes are
checked as they are read. Libraries of trainers are imported when they are asked for.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from labelwright.core.document import Annotation
from labelwright.core.errors import BadFile, LabelwrightError
from labelwright.core.ontology import Ontology
from labelwright.core.shapes import (
    Bounds,
    Box,
    Cuboid,
    Ellipse,
    Mask,
    Polygon,
    RotatedBox,
    Shape,
    hull,
    polygon_of,
)
from labelwright.formats.folder import FolderSink, source_of
from labelwright.formats.format import LabeledItem, WouldDrop
from labelwright.formats.labelwright_reading import MANIFEST_FILE
from labelwright.formats.naming import Found, Naming
from labelwright.formats.outlines import corners, ellipse_ring
from labelwright.formats.raster import mask_of_polygon
from labelwright.formats.registry import get
from labelwright.formats.report import Losses
from labelwright.formats.rle import grid_of

TASKS = {"detect": "yolo", "segment": "yolo-seg", "obb": "yolo-obb", "pose": "yolo-pose"}
"""The tasks of Ultralytics' trainers and the formats of their folders."""


class MissingLibrary(LabelwrightError):
    """A library is asked for that is not installed."""

    code = "sdk.missing_library"

    def __init__(self, name: str) -> None:
        super().__init__(f"This needs the library “{name}”.", remedy=f"Install it: pip install {name}.")


@dataclass(frozen=True)
class Sample:
    """One item: its picture and what was accepted of it, categories and attributes by their names."""

    name: str
    width: int
    height: int
    split: str | None
    annotations: tuple[Annotation, ...]
    read: Callable[[], bytes] = field(repr=False)

    def image(self) -> Image.Image:
        """The picture, upright, in RGB. Raises UnreadableLabels if it is not the one that was released."""
        with Image.open(BytesIO(self.read())) as opened:
            return opened.convert("RGB")

    def boxes(self) -> list[tuple[str, Bounds]]:
        """The category and the bounds of everything that has a shape, in pixels."""
        return [(entry.category, entry.shape.bounds) for entry in self.annotations if entry.shape is not None]


class ReleaseData:
    """The samples of a release, in its order; `split` gives a part of them.

    >>> data = open_release(Path("cells-v1"))  # doctest: +SKIP
    >>> for sample in data.split("train"):  # doctest: +SKIP
    ...     print(sample.name, sample.boxes())
    """

    def __init__(self, folder: Path, *, only: str | None = None) -> None:
        self.folder = folder
        self._only = only

    @property
    def tables(self) -> dict[str, Path]:
        """The Parquet tables, for Polars, DuckDB and others that read them as they lie."""
        return {name: self.folder / f"{name}.parquet" for name in ("items", "annotations")}

    @cached_property
    def ontology(self) -> Ontology:
        """The categories in their order, which is the class order of everything here."""
        return self._naming.ontology

    @property
    def classes(self) -> list[str]:
        """The names of the categories in their order."""
        return [category.name for category in self.ontology.categories]

    @cached_property
    def splits(self) -> list[str]:
        """The splits that there are."""
        return sorted({sample.split for sample in self if sample.split is not None})

    def split(self, name: str) -> "ReleaseData":
        """The samples of one split. Raises BadFile naming the splits if there is none of that name."""
        if name not in self.splits:
            known = ", ".join(self.splits) or "none"
            raise BadFile(f"There is no split “{name}”.", place=name, remedy=f"There are: {known}.")
        return ReleaseData(self.folder, only=name)

    def __iter__(self) -> Iterator[Sample]:
        return map(_sample, self._read())

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, place: int) -> Sample:
        return _sample(self._all[place])

    def write(self, folder: Path, format: str, *, drop: bool = False) -> Losses:  # noqa: A002
        """Write another format; the report says what was kept. Raises WouldDrop unless `drop` allows it."""
        writer, naming = get(format), self._naming
        with FolderSink(folder) as sink:
            losses = writer.write(lambda: map(naming.item, self._read()), naming.ontology, sink)
            if losses.loses and not drop:
                raise WouldDrop(writer.title, losses)
        return losses

    def ultralytics(self, folder: Path, task: str = "detect") -> Path:
        """A folder that Ultralytics trains on, images and labels in it; gives the path of its data.yaml.

        What the task has no place for (a polygon's outline in boxes) is left out.
        """
        if task not in TASKS:
            raise BadFile(f"“{task}” is no task.", place=task, remedy=f"Use one of {', '.join(TASKS)}.")
        self.write(folder, TASKS[task], drop=True)
        return folder / "data.yaml"

    def torch(self, transform: Callable[[Any], Any] | None = None, *, masks: bool = False) -> "TorchData":
        """A map-style dataset for PyTorch's DataLoader, with targets as torchvision's detectors want them."""
        return TorchData(self, transform, masks=masks)

    def huggingface(self) -> Any:  # noqa: ANN401  # a datasets.Dataset; the library is no part of us
        """A Hugging Face dataset: image, name, split, and objects with boxes of x, y, width, height."""
        datasets = _library("datasets")
        objects = {
            "bbox": [[datasets.Value("float32")]],
            "category": [datasets.ClassLabel(names=self.classes)],
            "area": [datasets.Value("float32")],
        }
        features = datasets.Features(
            image=datasets.Image(),
            name=datasets.Value("string"),
            split=datasets.Value("string"),
            objects=objects,
        )
        # The library keeps what was made by the hash of these: another release in the folder is another.
        digest = hashlib.sha256((self.folder / MANIFEST_FILE).read_bytes()).hexdigest()
        of = {"folder": str(self.folder), "only": self._only, "manifest": digest}
        return datasets.Dataset.from_generator(_rows, gen_kwargs=of, features=features)

    def fiftyone(self, name: str) -> Any:  # noqa: ANN401  # a fiftyone.Dataset; the library is no part of us
        """A FiftyOne dataset; its files are written beside the release."""
        fiftyone = _library("fiftyone")
        place = self.folder.with_name(f"{self.folder.name}-fiftyone{f'-{self._only}' if self._only else ''}")
        if not place.exists():
            self.write(place, "fiftyone", drop=True)
        kind = fiftyone.types.FiftyOneDataset
        return fiftyone.Dataset.from_dir(dataset_dir=str(place), dataset_type=kind, name=name)

    def _read(self) -> Iterator[LabeledItem]:
        reading = get("labelwright").read(source_of(self.folder))
        chosen = (item for item in reading.items if self._only is None or item.split == self._only)
        for item in chosen:
            if reading.faults:  # a release is whole or it is none
                fault = reading.faults[0]
                raise BadFile(
                    f"{fault.file}: {fault.reason}.", place=fault.place, remedy="Fetch the release again."
                )
            yield item

    @cached_property
    def _all(self) -> list[LabeledItem]:
        return list(self._read())

    @cached_property
    def _naming(self) -> Naming:
        return Naming(Found(get("labelwright").read(source_of(self.folder))))


class TorchData:
    """A release for PyTorch: `(picture, target)` by number.

    The picture is what `transform` makes of the PIL image (without one, a float tensor of 3 × height ×
    width from 0 to 1). The target has `boxes` (N × 4: left, top, right, bottom in pixels), `labels` (N,
    from 1; 0 is the background), `area`, `iscrowd`, `image_id`, and with `masks` those (N × height ×
    width, uint8). Tags have no place in it.
    """

    def __init__(
        self, data: ReleaseData, transform: Callable[[Any], Any] | None = None, *, masks: bool = False
    ) -> None:
        self._data, self._transform, self._masks = data, transform, masks
        self._numbers = {name: place for place, name in enumerate(data.classes, 1)}
        self._torch = _library("torch")

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, place: int) -> tuple[Any, dict[str, Any]]:
        torch, sample = self._torch, self._data[place]
        shaped = [entry for entry in sample.annotations if entry.shape is not None]
        boxes = [list(entry.shape.bounds) for entry in shaped if entry.shape is not None]
        target = {
            "boxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
            "labels": torch.tensor([self._numbers[entry.category] for entry in shaped], dtype=torch.int64),
            "area": torch.tensor([entry.shape.area for entry in shaped if entry.shape], dtype=torch.float32),
            "iscrowd": torch.tensor([bool(entry.flags.get("iscrowd")) for entry in shaped]),
            "image_id": place,
        }
        if self._masks:
            target["masks"] = self._grids(sample, shaped)
        picture = sample.image()
        return (self._transform or self._tensor)(picture), target

    def _grids(self, sample: Sample, shaped: Sequence[Annotation]) -> Any:  # noqa: ANN401  # a tensor
        grids = np.zeros((len(shaped), sample.height, sample.width), dtype=np.uint8)
        for grid, entry in zip(grids, shaped, strict=True):
            mask = None if entry.shape is None else _mask_of(entry.shape)
            if mask is not None:
                left, top = max(0, mask.left), max(0, mask.top)
                part = grid[top : mask.top + mask.height, left : mask.left + mask.width]
                inside = grid_of(mask)[top - mask.top :, left - mask.left :]
                part[:] = inside[: part.shape[0], : part.shape[1]]
        return self._torch.from_numpy(grids)

    def _tensor(self, picture: Image.Image) -> Any:  # noqa: ANN401  # a tensor
        numbers = self._torch.frombuffer(bytearray(picture.tobytes()), dtype=self._torch.uint8)
        return numbers.reshape(picture.height, picture.width, 3).permute(2, 0, 1).float() / 255


def open_release(folder: Path) -> ReleaseData:
    """A release that was fetched before. Raises UnreadableLabels if the folder holds none."""
    get("labelwright").read(source_of(folder))
    return ReleaseData(folder)


def _rows(folder: str, only: str | None, manifest: str) -> Iterator[dict[str, Any]]:
    del manifest
    data = ReleaseData(Path(folder), only=only)
    order = {name: place for place, name in enumerate(data.classes)}
    for sample in data:
        boxes = sample.boxes()
        yield {
            "image": {"bytes": sample.read(), "path": sample.name},
            "name": sample.name,
            "split": sample.split,
            "objects": {
                "bbox": [[box.left, box.top, box.width, box.height] for _, box in boxes],
                "category": [order[category] for category, _ in boxes],
                "area": [box.width * box.height for _, box in boxes],
            },
        }


def _sample(item: LabeledItem) -> Sample:
    media = item.media
    if media is None:
        raise BadFile(
            f"{item.name}: its picture is not in the folder.",
            place=item.name,
            remedy="Export the release with its pictures (--media copy).",
        )

    def read() -> bytes:
        found = media()
        return found if isinstance(found, bytes) else found.read_bytes()

    return Sample(item.name, item.width, item.height, item.split, item.document.annotations, read)


def _mask_of(shape: Shape) -> Mask | None:
    """The pixels that a shape covers; None for lines, points and skeletons, which cover none."""
    match shape:
        case Mask():
            return shape
        case Polygon():
            return mask_of_polygon(shape)
        case Box():
            return mask_of_polygon(polygon_of(corners(shape)))
        case RotatedBox():
            return mask_of_polygon(polygon_of(shape.corners()))
        case Ellipse():
            return mask_of_polygon(polygon_of(ellipse_ring(shape)))
        case Cuboid():
            return mask_of_polygon(polygon_of(hull((*shape.front, *shape.back))))
        case _:
            return None


def _library(name: str) -> Any:  # noqa: ANN401  # a module
    try:
        return import_module(name)
    except ImportError:
        raise MissingLibrary(name) from None

"""Hugging Face datasets: ImageFolder with metadata, and Parquet shards with the pictures in them.

Written is a folder for each split (train, validation, test) with its pictures and `metadata.jsonl`: a line
a picture with `file_name`, its size, `objects` (lists side by side: bbox as left, top, width, height in
pixels; categories by number; segmentation, rings as flat lists, empty for boxes; details, JSON of
attributes, flags, group and score) and `labels`, the tags by number. `README.md` is the dataset's card; its
header names the columns and, as class labels, the classes in the ontology's order, so that
`datasets.load_dataset` gives them with their types.
Read are metadata.jsonl, metadata.csv and metadata.parquet beside pictures, and tables such as
`data/train-00000-of-00001.parquet`, where a picture is bytes and a path. Classes are named by the card, or
by what the table says of its columns; else they are called by their numbers. Columns of text are noted.
Layout: Hugging Face's documentation, “Create an image dataset”.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from labelwright.core.document import Annotation
from labelwright.core.ontology import Category, Ontology
from labelwright.core.shapes import Polygon, Shape
from labelwright.formats import huggingface_reading
from labelwright.formats.beside import Beside, splits_in
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.fitting import Place, fitting
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.report import Losses
from labelwright.formats.splits import written_split

PLACE = Place(kinds=("box", "polygon", "tag"), holes=False)
FOLDERS = {"train": "train", "val": "validation", "test": "test"}

Record = dict[str, Any]


class HuggingFace(Format):
    """Hugging Face datasets."""

    name = "huggingface"
    title = "Hugging Face dataset"
    keeps = frozenset({"box", "polygon", "tag"})
    about = "Pictures with metadata.jsonl and a card; also Parquet with pictures. Boxes, polygons, tags."
    limits = Limits()
    made_for = ("Hugging Face", "datasets", "ImageFolder", "transformers", "Parquet shards")

    def recognize(self, source: Source) -> str | None:
        """A metadata file with file names, or shards of Parquet."""
        return huggingface_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every metadata file and every shard."""
        return huggingface_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write a folder for each split, and the card."""
        losses = Losses()
        beside = Beside(items, losses, _below)
        splits = splits_in(items(), losses)
        for split in splits or ["train"]:
            sink.lines(f"{FOLDERS[split]}/metadata.jsonl", _lines(beside, split, ontology, losses))
        sink.lines("README.md", _card(ontology, splits or ["train"]))
        beside.copy(sink)
        return losses


def _below(item: LabeledItem, name: str) -> str:
    return f"{FOLDERS[written_split(item.split)]}/{name}"


def _lines(beside: Beside, split: str, ontology: Ontology, losses: Losses) -> Iterator[str]:
    categories = {category.id: category for category in ontology.categories}
    numbers = {category.id: number for number, category in enumerate(ontology.categories)}
    for item, path in beside.named():
        if written_split(item.split) != split:
            continue
        objects: dict[str, list[Any]] = {"bbox": [], "categories": [], "segmentation": [], "details": []}
        labels: list[int] = []
        for annotation, category, shape in fitting(item, categories, PLACE, losses):
            if shape is None:
                labels.append(numbers[category.id])
                note_lost_fields(losses, item.name, annotation)
                continue
            flags = annotation.flags
            note_lost_fields(losses, item.name, annotation, attributes=True, flags=flags, group=True)
            left, top, right, bottom = shape.bounds
            objects["bbox"].append([left, top, right - left, bottom - top])
            objects["categories"].append(numbers[category.id])
            objects["segmentation"].append(_rings(shape))
            objects["details"].append(_details(annotation, category))
        name = path.removeprefix(f"{FOLDERS[split]}/")
        row = {
            "file_name": name,
            "width": item.width,
            "height": item.height,
            "objects": objects,
            "labels": labels,
        }
        yield msgspec.json.encode(row).decode()


def _rings(shape: Shape) -> list[list[float]]:
    if not isinstance(shape, Polygon):
        return []
    return [[float(value) for point in part[0] for value in point] for part in shape.parts]


def _details(annotation: Annotation, category: Category) -> str:
    said: Record = {
        "attributes": named_attributes(annotation, category),
        "flags": annotation.flags,
        "group": annotation.group,
        "score": annotation.evidence.score,
    }
    kept = {key: value for key, value in said.items() if value not in (None, {})}
    return msgspec.json.encode(kept).decode() if kept else ""


def _label(ontology: Ontology) -> object:
    # Made anew for each column: YAML would write the second as an alias of the first.
    names = {str(number): category.name for number, category in enumerate(ontology.categories)}
    return {"class_label": {"names": names}} if names else "int64"


def _features(ontology: Ontology) -> list[Record]:
    objects = [
        {"name": "bbox", "list": {"list": "float64", "length": 4}},
        {"name": "categories", "list": _label(ontology)},
        {"name": "segmentation", "list": {"list": {"list": "float64"}}},
        {"name": "details", "list": "string"},
    ]
    return [
        {"name": "image", "dtype": "image"},
        {"name": "width", "dtype": "int64"},
        {"name": "height", "dtype": "int64"},
        {"name": "objects", "struct": objects},
        {"name": "labels", "list": _label(ontology)},
    ]


def _card(ontology: Ontology, splits: list[str]) -> list[str]:
    files = [{"split": FOLDERS[split], "path": f"{FOLDERS[split]}/**"} for split in splits]
    # Those of the configuration give columns their types; the others are what the hub shows.
    config = {"config_name": "default", "data_files": files, "features": _features(ontology)}
    header = {"configs": [config], "dataset_info": {"features": _features(ontology)}}
    said = yaml.safe_dump(header, sort_keys=False, allow_unicode=True, width=1000).splitlines()
    text = "Exported by Labelwright. `datasets.load_dataset` reads this folder as it lies."
    return ["---", *said, "---", "", "# Dataset", "", text]

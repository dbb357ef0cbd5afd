"""SageMaker Ground Truth: augmented manifests, one JSON object a line.

A line names its picture by `source-ref` (an s3:// address), and has for each labeling job an attribute
with the answer and beside it `ATTRIBUTE-metadata`: boxes (`image_size`, and `annotations` with class_id,
left, top, width and height in pixels), one class (a number), or several (a list of numbers). The numbers
are named by `class-map` or `class-name` of the metadata. Written are `bounding-box` and, for items with
tags, `tags`, into `output.manifest`, or for items of a split into `train.manifest` and so on; pictures lie
below `images/` and are called `s3://BUCKET/images/…`: put the bucket's name for BUCKET after uploading.
`class_labels.json` (the label category configuration) lists the classes in the ontology's order.
Attributes, flags and groups of boxes stand beside `confidence`, where readers pass over them.
Also read are masks of semantic segmentation whose PNG lies beside. Of boxes that a later job has adjusted
the newest are read. Video, point clouds and verifications are named in the notes.
Layout: Amazon's documentation, “Labeling job output data” and “Label category configuration file”.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from labelwright.core.document import Annotation
from labelwright.core.ontology import Category, Ontology
from labelwright.formats import sagemaker_reading
from labelwright.formats.beside import Beside, below_images
from labelwright.formats.boxes import boxed
from labelwright.formats.fields import note_lost_fields
from labelwright.formats.figures import without_pairs
from labelwright.formats.folder import Sink, Source
from labelwright.formats.format import Format, Items, LabeledItem, Limits, Reading, named_attributes
from labelwright.formats.report import Losses
from labelwright.formats.sagemaker_reading import BOXES, BUCKET, CLASSES, TAGS
from labelwright.formats.splits import SPLITS, split_of

NO_DATE = "1970-01-01T00:00:00"
MULTI = "groundtruth/image-classification-multilabel"


class SageMaker(Format):
    """Ground Truth's augmented manifests."""

    name = "sagemaker"
    title = "SageMaker Ground Truth"
    keeps = frozenset({"box", "tag"})
    about = "Augmented manifests: a JSON object a line. Boxes and tags. Put in the name of your bucket."
    limits = Limits()
    made_for = ("Amazon SageMaker Ground Truth", "AWS", "Rekognition Custom Labels", "augmented manifest")
    label_pictures = ("*consolidated-annotation/output/*",)

    def recognize(self, source: Source) -> str | None:
        """A manifest whose first line has a source-ref."""
        return sagemaker_reading.recognize(source)

    def read(self, source: Source) -> Reading:
        """Every manifest."""
        return sagemaker_reading.read(source)

    def write(self, items: Items, ontology: Ontology, sink: Sink) -> Losses:
        """Write the manifests, the list of the classes and the pictures."""
        losses = Losses()
        beside = Beside(items, losses, below_images)
        found = {split_of(item.split) for item in items()}
        for split in [None, *SPLITS] if found else ():
            if split in found:
                sink.lines(f"{split or 'output'}.manifest", _lines(beside, split, ontology, losses))
        if not found:
            sink.lines("output.manifest", ())
        labels = [{"label": category.name} for category in ontology.categories]
        sink.lines(CLASSES, [_json({"document-version": "2018-11-28", "labels": labels})])
        beside.copy(sink)
        return losses


def _lines(beside: Beside, split: str | None, ontology: Ontology, losses: Losses) -> Iterator[str]:
    numbers = {category.id: number for number, category in enumerate(ontology.categories)}
    for item, path in beside.named():
        if split_of(item.split) != split:
            continue
        if item.split and split is None:
            losses.drop(item.name, "split", "only train, val and test have a manifest of their own")
        line: dict[str, Any] = {"source-ref": BUCKET + path}
        tags = [a for a in item.document.annotations if a.shape is None and a.category in numbers]
        line |= _boxes(item, ontology, numbers, losses)
        line |= _tags(item, tags, ontology, numbers, losses) if tags else {}
        yield _json(line)


def _boxes(item: LabeledItem, ontology: Ontology, numbers: dict[str, int], losses: Losses) -> dict[str, Any]:
    words = {category.id: category.name for category in ontology.categories}
    rows: list[dict[str, Any]] = []
    objects: list[dict[str, Any]] = []
    made: list[Annotation] = []
    for annotation in without_pairs(item, losses):
        if annotation.shape is None and annotation.category in words:
            continue
        shape = boxed(annotation, item, words, losses)
        if shape is None:
            continue
        left, top, right, bottom = shape.bounds
        place = {"left": left, "top": top, "width": right - left, "height": bottom - top}
        rows.append({"class_id": numbers[annotation.category], **place})
        category = ontology.categories[numbers[annotation.category]]
        objects.append(_beside(annotation, category))
        note_lost_fields(losses, item.name, annotation, attributes=True, flags=annotation.flags, group=True)
        made.append(annotation)
    size = {"width": item.width, "height": item.height, "depth": 3}
    meta = _meta(made, "groundtruth/object-detection", words, numbers)
    return {
        BOXES: {"image_size": [size] if item.width and item.height else [], "annotations": rows},
        f"{BOXES}-metadata": {"objects": objects, **meta},
    }


def _tags(
    item: LabeledItem, tags: list[Annotation], ontology: Ontology, numbers: dict[str, int], losses: Losses
) -> dict[str, Any]:
    words = {category.id: category.name for category in ontology.categories}
    for tag in tags:
        losses.keep()
        note_lost_fields(losses, item.name, tag)
    sure = {str(numbers[tag.category]): _confidence(tag) for tag in tags}
    meta = _meta(tags, MULTI, words, numbers)
    said = [numbers[tag.category] for tag in tags]
    return {TAGS: said, f"{TAGS}-metadata": {"confidence-map": sure, **meta}}


def _meta(
    made: list[Annotation], kind: str, words: dict[str, str], numbers: dict[str, int]
) -> dict[str, Any]:
    used = sorted({numbers[annotation.category]: words[annotation.category] for annotation in made}.items())
    return {
        "class-map": {str(number): word for number, word in used},
        "type": kind,
        "human-annotated": "no" if made and all(a.evidence.model for a in made) else "yes",
        "creation-date": max((a.evidence.created_at for a in made), default="") or NO_DATE,
        "job-name": "labelwright",
    }


def _beside(annotation: Annotation, category: Category) -> dict[str, Any]:
    said = {
        "attributes": named_attributes(annotation, category),
        "flags": annotation.flags,
        "group": annotation.group,
    }
    return {"confidence": _confidence(annotation), **{key: value for key, value in said.items() if value}}


def _confidence(annotation: Annotation) -> float:
    return 1 if annotation.evidence.score is None else annotation.evidence.score


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()

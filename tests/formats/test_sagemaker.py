"""Ground Truth's manifests, as Amazon's documentation shows them."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from labelwright.core.document import Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Mask
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.registry import choose
from labelwright.formats.sagemaker import SageMaker
from tests.conformance.conftest import annotation, item, written

BOXES = {
    "source-ref": "s3://AWSDOC-EXAMPLE-BUCKET/example/image.png",
    "bounding-box-attribute-name": {
        "image_size": [{"width": 500, "height": 400, "depth": 3}],
        "annotations": [
            {"class_id": 0, "left": 111, "top": 134, "width": 61, "height": 128},
            {"class_id": 5, "left": 161, "top": 250, "width": 30, "height": 30},
            {"class_id": 5, "left": 20, "top": 20, "width": 0, "height": 30},
            {"class_id": 7, "left": 20, "top": 20, "width": 30, "height": 30},
        ],
    },
    "bounding-box-attribute-name-metadata": {
        "objects": [{"confidence": 0.8}, {"confidence": 0.9}],
        "class-map": {"0": "dog", "5": "bone"},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2018-10-18T22:18:13.527256",
        "job-name": "identify-dogs-and-toys",
    },
}
ONE = {
    "source-ref": "s3://bucket/2.png",
    "sport": 0,
    "sport-metadata": {
        "class-name": "football",
        "confidence": 0.25,
        "type": "groundtruth/image-classification",
        "human-annotated": "no",
        "job-name": "auto",
    },
}
SEVERAL = {
    "source-ref": "s3://bucket/3.png",
    "things": [1, 3],
    "things-metadata": {
        "class-map": {"1": "person", "3": "tennis racket"},
        "confidence-map": {"1": 0.95, "3": 0.77},
        "type": "groundtruth/image-classification-multilabel",
    },
}


def read(root: Path, *lines: object, name: str = "output.manifest") -> tuple[Reading, dict[str, LabeledItem]]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (root / name).write_text(text)
    reading = SageMaker().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def test_boxes_with_their_classes_and_confidence(tmp_path: Path) -> None:
    reading, found = read(tmp_path, BOXES)
    image = found["example/image.png"]

    assert (image.width, image.height) == (500, 400)
    assert [(a.category, a.shape, a.evidence.score) for a in image.document.annotations] == [
        ("dog", Box(left=111, top=134, right=172, bottom=262), 0.8),
        ("bone", Box(left=161, top=250, right=191, bottom=280), 0.9),
    ]
    assert reading.categories == ["dog", "bone"]
    assert [fault.place for fault in reading.faults] == [
        "line 1, bounding-box-attribute-name, box 3",
        "line 1, bounding-box-attribute-name, box 4",
    ]
    assert choose(source_of(tmp_path))[0].name == "sagemaker"


def test_one_class_and_several(tmp_path: Path) -> None:
    reading, found = read(tmp_path, ONE, SEVERAL, {"source-ref": "s3://bucket/4.png"}, name="train.manifest")

    (tag,) = found["2.png"].document.annotations
    assert (tag.category, tag.shape, tag.evidence.score, tag.evidence.model) == (
        "football",
        None,
        0.25,
        "auto",
    )
    assert [(a.category, a.evidence.score) for a in found["3.png"].document.annotations] == [
        ("person", 0.95),
        ("tennis racket", 0.77),
    ]
    assert not found["4.png"].document.annotations
    assert {entry.split for entry in found.values()} == {"train"}
    assert set(reading.categories) == {"football", "person", "tennis racket"}


def test_of_boxes_that_were_adjusted_the_newest_are_read(tmp_path: Path) -> None:
    meta = {**BOXES["bounding-box-attribute-name-metadata"], "adjustment-status": "adjusted"}
    newer = {"image_size": [], "annotations": [{"class_id": 5, "left": 1, "top": 2, "width": 3, "height": 4}]}
    _, found = read(tmp_path, {**BOXES, "adjusted": newer, "adjusted-metadata": meta})

    (only,) = found["example/image.png"].document.annotations
    assert only.shape == Box(left=1, top=2, right=4, bottom=6)


def test_a_mask_of_colors_beside_the_manifest(tmp_path: Path) -> None:
    place = tmp_path / "annotations/consolidated-annotation/output"
    place.mkdir(parents=True)
    drawn = Image.new("RGB", (6, 5), (255, 255, 255))
    drawn.putpixel((2, 3), (0x2A, 0xCF, 0x59))
    drawn.putpixel((3, 3), (0x2A, 0xCF, 0x59))
    out = io.BytesIO()
    drawn.save(out, "PNG")
    (place / "0_2020.png").write_bytes(out.getvalue())
    meta = {
        "internal-color-map": {
            "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff"},
            "1": {"class-name": "buildings", "hex-color": "#2acf59"},
        },
        "type": "groundtruth/semantic-segmentation",
    }
    line = {
        "source-ref": "s3://b/1.jpg",
        "city-ref": "s3://b/job/annotations/consolidated-annotation/output/0_2020.png",
        "city-ref-metadata": meta,
    }
    reading, found = read(tmp_path, line, {**line, "source-ref": "s3://b/2.jpg", "city-ref": "s3://b/no.png"})

    (only,) = found["1.jpg"].document.annotations
    assert (only.category, only.shape) == ("buildings", Mask(left=2, top=3, width=2, height=1, runs=(0, 2)))
    assert (found["1.jpg"].width, found["1.jpg"].height) == (6, 5)
    assert [(fault.place, fault.reason) for fault in reading.faults] == [
        ("line 2, city-ref", "its mask no.png is not here")
    ]
    assert reading.categories == ["buildings"]


def test_bad_lines_are_faults_and_others_are_noted(tmp_path: Path) -> None:
    checked = {
        "source-ref": "s3://b/9.png",
        "ok": 1,
        "ok-metadata": {"type": "groundtruth/label-verification"},
    }
    wild = {"source-ref": "s3://b/8.png", "x": {"annotations": [5]}, "x-metadata": 7}
    reading, found = read(tmp_path, ONE, "{nope", {"source": 1}, {"source-ref": "s3://b/../x"}, checked, wild)

    assert set(found) == {"2.png", "9.png", "8.png"}
    assert [fault.place for fault in reading.faults] == ["line 2", "line 3", "line 4", "line 6, x, box 1"]
    assert reading.notes == ["Not read: 1 answers of type groundtruth/label-verification."]


def test_no_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels):
        read(tmp_path, '{"a": 1}', name="x.jsonl")


def test_a_manifest_for_each_split_and_the_classes_in_order(tmp_path: Path) -> None:
    sure = annotation(1, Box(left=1, top=2, right=4, bottom=6), "aa", evidence=Evidence(score=0.5))
    both = Document(annotations=(sure, annotation(2, None, "zz")))
    written(SageMaker(), [item("a.png", both, split="val"), item("b.png", Document())], tmp_path / "o")

    line = json.loads((tmp_path / "o/val.manifest").read_text())
    assert line["source-ref"] == "s3://BUCKET/images/a.png"
    assert line["bounding-box"]["annotations"] == [
        {"class_id": 1, "left": 1, "top": 2, "width": 3, "height": 4}
    ]
    assert line["bounding-box-metadata"]["objects"] == [{"confidence": 0.5}]
    assert line["bounding-box-metadata"]["class-map"] == {"1": "Ärger & <Schmutz> “1”"}
    assert line["tags"] == [0]
    assert json.loads((tmp_path / "o/output.manifest").read_text())["bounding-box"]["annotations"] == []
    labels = json.loads((tmp_path / "o/class_labels.json").read_text())["labels"]
    assert [entry["label"] for entry in labels] == ["Zelle", "Ärger & <Schmutz> “1”", "never used"]

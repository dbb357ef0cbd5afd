"""FiftyOne: documents as MongoDB writes them, masks in NumPy's own files, predictions, skeletons."""

import json
import zlib
from base64 import b64decode, b64encode
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Keypoint, Mask, Point, Points, Polygon, Polyline, Skeleton
from labelwright.formats.fiftyone import FiftyOne
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.registry import choose
from tests.conformance.conftest import BOX, MASK, SKELETON, annotation, item, picture, written


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = FiftyOne().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def array(values: np.ndarray, data: bytes | None = None) -> dict[str, object]:
    """An array as FiftyOne stores it and as MongoDB's JSON has it."""
    out = BytesIO()
    np.save(out, values)
    packed = zlib.compress(out.getvalue() if data is None else data)
    return {"$binary": {"base64": b64encode(packed).decode(), "subType": "00"}}


def sample(
    name: str = "a.png", size: tuple[int, int] | None = (50, 40), **fields: object
) -> dict[str, object]:
    made: dict[str, object] = {
        "_id": {"$oid": "66449253131be5d46bb03ee4"},
        "filepath": f"data/{name}",
        "tags": ["validation"],
        "_media_type": "image",
        "_rand": 0.5,
        **fields,
    }
    if size is not None:
        made["metadata"] = {"_cls": "ImageMetadata", "width": size[0], "height": size[1]}
    return made


def detections(*labels: dict[str, object]) -> dict[str, object]:
    return {"_cls": "Detections", "detections": [{"_cls": "Detection", **label} for label in labels]}


def file(root: Path, *samples: object, **metadata: object) -> Path:
    (root / "samples.json").write_text(json.dumps({"samples": samples}))
    (root / "metadata.json").write_text(json.dumps({"version": "1.7.1", "media_type": "image", **metadata}))
    return root


def test_every_kind_of_label(tmp_path: Path) -> None:
    box = {
        "_id": {"$oid": "66449253131be5d46bb03ee5"},
        "attributes": {"old": {"_cls": "CategoricalAttribute", "value": "yes"}},
        "label": "cat",
        "bounding_box": [0.1, 0.2, 0.5, 0.25],
        "confidence": 0.75,
        "index": 3,
        "iscrowd": 0,
        "color": "red",
        "mask": None,
    }
    bits = np.array([[1, 0, 1], [1, 1, 0]], dtype=bool)
    mask = {"label": "cat", "bounding_box": [0.1, 0.1, 0.06, 0.05], "mask": array(bits)}
    lines = [
        {"_cls": "Polyline", "label": "lane", "points": [[[0, 0], [1, 1]]], "closed": False, "filled": False},
        {"_cls": "Polyline", "label": "area", "points": [[[0, 0], [1, 0], [1, 1]]], "closed": True},
    ]
    places = [{"_cls": "Keypoint", "label": "eye", "points": [[0.5, 0.5], [{"$numberDouble": "NaN"}] * 2]}]
    entry = sample(
        ground_truth=detections(box, mask),
        lines={"_cls": "Polylines", "polylines": lines},
        eyes={"_cls": "Keypoints", "keypoints": places},
        weather={"_cls": "Classification", "label": "sunny", "confidence": None},
        uniqueness=0.3,
    )
    reading, found = read(file(tmp_path, entry, default_classes=["dog", "cat"]))

    made = found["a.png"].document.annotations
    assert [(a.category, a.shape) for a in made] == [
        ("cat", Box(left=5, top=8, right=30, bottom=18)),
        ("cat", Mask(left=5, top=4, width=3, height=2, runs=(0, 1, 1, 3, 1))),
        ("lane", Polyline(points=(Point(0, 0), Point(50, 40)))),
        ("area", Polygon(parts=(((Point(0, 0), Point(50, 0), Point(50, 40)),),))),
        ("eye", Points(points=(Point(25, 20),))),
        ("sunny", None),
    ]
    assert made[0].attributes == {"old": "yes", "color": "red"}
    assert (made[0].flags, made[0].evidence.score) == ({"track": 3}, 0.75)
    assert found["a.png"].split == "val"
    assert reading.categories == ["dog", "cat", "lane", "area", "eye", "sunny"]
    assert not reading.faults
    assert choose(source_of(tmp_path))[0].name == "fiftyone"


def test_a_segmentation_is_a_mask_for_each_of_its_values(tmp_path: Path) -> None:
    values = np.zeros((40, 50), dtype=np.uint8)
    values[0, :2], values[5:7, 3] = 1, 7
    field = {"_cls": "Segmentation", "mask": array(values)}
    _, found = read(file(tmp_path, sample(ground=field), default_mask_targets={"1": "road"}))

    assert [(a.category, a.shape) for a in found["a.png"].document.annotations] == [
        ("road", Mask(left=0, top=0, width=2, height=1, runs=(0, 2))),
        ("7", Mask(left=3, top=5, width=1, height=2, runs=(0, 2))),
    ]


def test_predictions_are_read_only_where_there_is_nothing_else(tmp_path: Path) -> None:
    box = {"label": "cat", "bounding_box": [0, 0, 0.5, 0.5], "confidence": 0.5}
    _, alone = read(file(tmp_path, sample(predictions=detections(box))))
    both = sample(predictions=detections(box, box), ground_truth=detections(box))
    reading, found = read(file(tmp_path, both))

    assert alone["a.png"].document.annotations[0].evidence.score == 0.5
    assert len(found["a.png"].document.annotations) == 1
    assert "predictions" in reading.notes[0]


def test_keypoints_of_a_field_with_a_skeleton(tmp_path: Path) -> None:
    label = {"_cls": "Keypoint", "label": "person", "points": [[0.5, 0.5], [None, None], [1, 1]]}
    skeleton = {"labels": ["nose", "left ear", "right ear"], "edges": [[1, 0, 2]]}
    fields = {"people": {"_cls": "Keypoints", "keypoints": [label]}}
    reading, found = read(file(tmp_path, sample(**fields), skeletons={"people": skeleton}))

    (entry,) = found["a.png"].document.annotations
    assert entry.shape == Skeleton(keypoints=(Keypoint(25, 20, 2), Keypoint(0, 0, 0), Keypoint(50, 40, 2)))
    assert reading.definitions["person"].skeleton.edges == ((1, 0), (0, 2))


def test_without_a_size_boxes_stay_shares_unless_the_picture_is_there(tmp_path: Path) -> None:
    box = {"label": "cat", "bounding_box": [0, 0, 0.5, 0.5]}
    root = file(tmp_path, *(sample(name, None, g=detections(box)) for name in ("a.png", "b.png")))
    (root / "data").mkdir()
    (root / "data/b.png").write_bytes(picture(20, 10))
    _, found = read(root)

    assert found["a.png"].in_shares
    assert found["b.png"].document.annotations[0].shape == Box(left=0, top=0, right=10, bottom=5)


def test_bad_labels_are_faults(tmp_path: Path) -> None:
    pickled = BytesIO()
    np.save(pickled, np.array([[{}]], dtype=object))
    huge = BytesIO()
    np.save(huge, np.zeros((1, 1)))
    lying = huge.getvalue().replace(b"(1, 1)", b"(9, 9)")
    bad = [
        {"label": "cat", "bounding_box": [0, 0, 0.5]},
        {"label": "cat", "bounding_box": [0, 0, 1, 1], "mask": array(np.zeros(1), pickled.getvalue())},
        {"label": "cat", "bounding_box": [0, 0, 1, 1], "mask": array(np.zeros(1), lying)},
        {"label": "cat", "bounding_box": [0, 0, 1, 1], "mask": array(np.zeros(1), b"no array")},
        {"label": "cat", "bounding_box": [0, 0, 1, 1], "mask": "?"},
        {"label": "cat", "bounding_box": [0, 0, 1, 1], "mask_path": "masks/no.png"},
        {"label": "cat"},
    ]
    reading, found = read(file(tmp_path, sample(g=detections(*bad)), {"tags": []}, 7))

    assert found["a.png"].document.annotations == ()
    places = [f"$.samples[0].g[{number}]" for number in range(7)]
    assert [fault.place for fault in reading.faults] == [*places, "$.samples[1]", "$.samples[2]"]


def test_what_is_written_is_what_fiftyone_imports(tmp_path: Path) -> None:
    document = Document(
        annotations=(
            annotation(1, BOX, attributes={"a1": "o1"}, flags={"track": 4.0}),
            annotation(2, MASK, "aa"),
            annotation(3, SKELETON),
        )
    )
    losses = written(FiftyOne(), [item("s/a.png", document, split="train")], tmp_path / "out")
    (made,) = json.loads((tmp_path / "out/samples.json").read_text())["samples"]
    metadata = json.loads((tmp_path / "out/metadata.json").read_text())

    box, mask = made["detections"]["detections"]
    assert made["filepath"] == "data/s/a.png"
    assert made["tags"] == ["train"]
    assert box["bounding_box"] == pytest.approx([1.5 / 50, 2.25 / 40, 28.6 / 50, 18.45 / 40])
    assert (box["Stain"], box["index"], box["attributes"]) == ("Giemsa blue", 4, {})
    data = zlib.decompress(b64decode(mask["mask"]["$binary"]["base64"]))
    assert np.load(BytesIO(data)).tolist() == [[True, True, False], [True, False, True]]
    assert made["keypoints"]["keypoints"][0]["points"][2] == [{"$numberDouble": "NaN"}] * 2
    assert "version" not in metadata
    assert (tmp_path / "out/data/s/a.png").exists()
    assert not losses.dropped


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "samples.json").write_text('{"other": []}')

    with pytest.raises(UnreadableLabels, match="FiftyOne"):
        FiftyOne().read(source_of(tmp_path))

"""Segment Anything: Datumaro's sample, and masks that do not fit their picture."""

import json
from pathlib import Path

from labelwright.core.document import Document, Evidence
from labelwright.core.shapes import Mask
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from labelwright.formats.segment_anything import SegmentAnything
from tests.conformance.conftest import MASK, annotation, item, written
from tests.formats.label_map_files import read, sample


def test_datumaros_sample() -> None:
    place = sample("segment_anything_dataset")
    reading, found = read(SegmentAnything(), place)

    (only,) = found["a.jpg"].document.annotations
    assert (found["a.jpg"].width, found["a.jpg"].height) == (10, 5)
    assert only.shape == Mask(left=3, top=1, width=1, height=4, runs=(0, 4))
    assert only.category == "object"
    assert only.evidence.score == 0.2633798018925796
    assert only.flags == {"stability_score": 0.47182999738062237}
    assert found["b.jpg"].document == Document()
    assert [fault.file for fault in reading.faults] == ["b.json"]  # its mask is 10 × 5, its picture 5 × 10
    assert choose(source_of(place))[0].name == "segment-anything"


def test_masks_that_do_not_fit_are_faults(tmp_path: Path) -> None:
    good = {"segmentation": {"size": [2, 3], "counts": [0, 6]}, "predicted_iou": 0.5}
    bad = [
        {"segmentation": {"size": [3, 2], "counts": [0, 6]}},
        {"segmentation": {"size": [2, 3], "counts": [0, 5]}},
        {"segmentation": {"size": [2, 3], "counts": [6]}},
        {},
    ]
    image = {"image_id": 1, "width": 3, "height": 2, "file_name": "sa_1.jpg"}
    (tmp_path / "sa_1.json").write_text(json.dumps({"image": image, "annotations": [good, *bad]}))
    reading, found = read(SegmentAnything(), tmp_path)

    assert len(found["sa_1.jpg"].document.annotations) == 1
    assert [fault.place for fault in reading.faults] == [f"annotations {place}" for place in range(1, 5)]


def test_masks_may_overlap_and_have_the_runs_of_coco(tmp_path: Path) -> None:
    scored = annotation(2, MASK, "aa", evidence=Evidence(score=0.25), flags={"stability_score": 0.5})
    written(
        SegmentAnything(),
        [item("a.png", Document(annotations=(annotation(1, MASK), scored)))],
        tmp_path / "out",
    )

    said = json.loads((tmp_path / "out/a.json").read_text())
    assert [entry["bbox"] for entry in said["annotations"]] == [[3, 4, 3, 2]] * 2
    assert said["annotations"][1]["predicted_iou"] == 0.25
    _, found = read(SegmentAnything(), tmp_path / "out")
    back = found["a.png"].document.annotations[1]
    assert (back.shape, back.flags, back.evidence.score) == (MASK, scored.flags, 0.25)

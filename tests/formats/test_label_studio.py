"""Label Studio's own files, and what we write for it, checked by hand."""

import json
from math import radians
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.core.document import Annotation, Document
from labelwright.core.shapes import Box, Mask, Points, RotatedBox
from labelwright.formats import label_studio_rle
from labelwright.formats.folder import source_of
from labelwright.formats.label_studio import LabelStudio
from labelwright.formats.label_studio_reading import path_in
from labelwright.formats.registry import choose
from labelwright.formats.rle import windowed
from tests.conformance.conftest import BOX, ONTOLOGY, annotation, item, written
from tests.shared_data import shared_data

REGION = {"from_name": "label", "to_name": "image", "original_width": 200, "original_height": 100}


def read(folder: Path):
    """Everything in a folder."""
    reading = LabelStudio().read(source_of(folder))
    return reading, list(reading.items)


def tasks(folder: Path, *listed: dict) -> Path:
    """A file of tasks."""
    (folder / "tasks.json").write_text(json.dumps(listed))
    return folder


def task(*results: dict, **values: object) -> dict:
    """A task with one annotation."""
    done = {"result": list(results), "was_cancelled": False}
    return {"id": 1, "data": {"image": "a.png"}, "annotations": [done], **values}


def rectangle(uid: str, label: str, **value: object) -> dict:
    """A box of Label Studio's."""
    drawn = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": [label], **value}
    return {**REGION, "id": uid, "type": "rectanglelabels", "value": drawn}


@given(
    st.integers(1, 20).flatmap(
        lambda width: st.lists(
            st.lists(st.booleans(), min_size=width, max_size=width), min_size=1, max_size=20
        )
    )
)
def test_any_mask_comes_back_from_its_packed_bytes(rows: list[list[bool]]) -> None:
    pixels = np.array(rows)
    if not pixels.any():
        return
    mask = windowed(pixels)

    packed = label_studio_rle.pack(mask, pixels.shape[1], pixels.shape[0])

    assert label_studio_rle.unpack(packed, pixels.shape[1], pixels.shape[0]) == mask


def test_packed_bytes_are_those_of_label_studios_converter() -> None:
    mask = Mask(left=1, top=0, width=1, height=2, runs=(0, 2))

    # 16 values of 8 bits; then 4 × 0, 4 × 255, 4 × 0, 4 × 255, each as 1 00 011 and the value.
    bits = f"{16:032b}" + "00111" + "0010" + "0011" + "0111" + "1111"
    bits += ("100011" + "00000000" + "100011" + "11111111") * 2
    bits += "0" * (8 - len(bits) % 8)
    assert label_studio_rle.pack(mask, 2, 2) == [int(bits[n : n + 8], 2) for n in range(0, len(bits), 8)]


def test_a_value_for_each_place_is_read_too() -> None:
    # A block of 8 values, one after the other: red, green, blue and alpha of two pixels.
    bits = f"{8:032b}" + "00111" + "0010" + "0011" + "0111" + "1111" + "000111"
    bits += "".join(f"{value:08b}" for value in (9, 9, 9, 0, 9, 9, 9, 7))
    bits += "0" * (-len(bits) % 8)
    packed = [int(bits[n : n + 8], 2) for n in range(0, len(bits), 8)]

    assert label_studio_rle.unpack(packed, 2, 1) == Mask(left=1, top=0, width=1, height=1, runs=(0, 1))


@pytest.mark.parametrize("packed", [[], [0, 0, 0, 16], [255] * 40])
def test_bytes_that_are_no_mask_are_refused(packed: list[int]) -> None:
    with pytest.raises(ValueError, match="packed mask"):
        label_studio_rle.unpack(packed, 2, 2)


def test_a_rectangle_turns_about_its_upper_left_corner(tmp_path: Path) -> None:
    _, (one,) = read(tasks(tmp_path, task(rectangle("a", "cell", rotation=90), rectangle("b", "cell"))))

    turned, box = (entry.shape for entry in one.document.annotations)
    # 60 × 40 pixels from (20, 20), turned clockwise: now 40 to the left and 60 down.
    assert isinstance(turned, RotatedBox)
    assert (turned.x, turned.y) == pytest.approx((0, 50))
    assert (turned.width, turned.height, turned.angle) == pytest.approx((60, 40, radians(90)))
    assert box == Box(left=20, top=20, right=80, bottom=60)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/data/upload/1/abcd1234-my%20cell.jpg", "my cell.jpg"),
        ("/data/local-files/?d=images/a/b%20c.png", "a/b c.png"),
        ("s3://bucket/plates/one.tif?version=3", "plates/one.tif"),
        ("https://example.com/x/one.png?token=a/b", "x/one.png"),
        ("one.png", "one.png"),
    ],
)
def test_the_name_of_a_picture_is_in_its_address(url: str, name: str) -> None:
    path, is_upload = path_in(url)

    assert path == (f"abcd1234-{name}" if is_upload else name)


def test_two_uploads_of_one_name_stay_apart(tmp_path: Path) -> None:
    urls = ("/data/upload/1/abcd1234-a.jpg", "/data/upload/1/ffff0000-a.jpg")
    _, items = read(tasks(tmp_path, *(task(data={"image": url}) for url in urls)))

    assert [one.name for one in items] == ["a.jpg", "ffff0000-a.jpg"]


def test_the_newest_annotation_that_was_not_cancelled_is_read(tmp_path: Path) -> None:
    results = {"old": "2024-01-01", "newest": "2024-03-01", "cancelled": "2024-04-01", "newer": "2024-02-01"}
    listed = [
        {"result": [rectangle("a", word)], "was_cancelled": word == "cancelled", "updated_at": at}
        for word, at in results.items()
    ]
    reading, (one,) = read(tasks(tmp_path, task(annotations=listed)))

    assert [entry.category for entry in one.document.annotations] == ["newest"]
    assert "newest" in reading.notes[0]


def test_predictions_are_read_where_there_is_nothing_else(tmp_path: Path) -> None:
    predicted = {"result": [rectangle("a", "cell")], "score": 0.75}
    only = task(annotations=[], predictions=[predicted], total_annotations=0)
    reading, (one,) = read(tasks(tmp_path, only))
    assert [entry.evidence.score for entry in one.document.annotations] == [0.75]

    reading, items = read(tasks(tmp_path, only, task(rectangle("b", "dirt"))))
    assert [len(entry.document.annotations) for entry in items] == [0, 1]
    assert reading.notes == ["Predictions are not read, on no task, because some tasks have annotations."]

    skipped = task(annotations=[{"result": [], "was_cancelled": True}], predictions=[predicted])
    reading, (one,) = read(tasks(tmp_path, skipped))
    assert [entry.evidence.score for entry in one.document.annotations] == [0.75]


def test_answers_about_a_region_are_its_attributes_and_those_about_the_picture_are_tags(
    tmp_path: Path,
) -> None:
    place = {"x": 10, "y": 20, "width": 30, "height": 40}
    asked = (
        {"from_name": "stain", "type": "choices", "value": {**place, "choices": ["Giemsa"]}},
        {"from_name": "size", "type": "number", "value": {**place, "number": 4}},
        {"from_name": "kind", "type": "taxonomy", "value": {**place, "taxonomy": [["Cells", "Red"]]}},
    )
    whole = (
        {"from_name": "quality", "id": "q", "type": "choices", "value": {"choices": ["sharp", "clean"]}},
        {"from_name": "stars", "id": "s", "type": "rating", "value": {"rating": 4}},
    )
    of_region = ({**REGION, "id": "a", **one} for one in asked)
    _, (one,) = read(tasks(tmp_path, task(rectangle("a", "cell"), *of_region, *whole)))

    cell, *tags = one.document.annotations
    assert cell.attributes == {"stain": "Giemsa", "size": 4, "kind": "Cells / Red"}
    assert [(tag.category, tag.shape, tag.attributes) for tag in tags] == [
        ("sharp", None, {}),
        ("clean", None, {}),
        ("stars", None, {"value": 4}),
    ]


def test_a_region_of_several_labels_is_an_annotation_for_each(tmp_path: Path) -> None:
    both = rectangle("a", "cell", rectanglelabels=["cell", "dirt"])
    _, (one,) = read(tasks(tmp_path, task(both)))

    assert [(entry.category, entry.group) for entry in one.document.annotations] == [
        ("cell", "a"),
        ("dirt", "a"),
    ]


def test_json_min_is_read(tmp_path: Path) -> None:
    value = {**rectangle("a", "cell")["value"], "original_width": 200, "original_height": 100}
    _, (one,) = read(tasks(tmp_path, {"id": 1, "image": "a.png", "label": [value], "annotator": 1}))

    assert [entry.shape for entry in one.document.annotations] == [Box(left=20, top=20, right=80, bottom=60)]
    assert (one.name, one.width, one.height) == ("a.png", 200, 100)


def test_one_bad_result_is_one_fault(tmp_path: Path) -> None:
    bad = rectangle("b", "cell", width="wide")
    reading, (one,) = read(tasks(tmp_path, task(rectangle("a", "cell"), bad)))

    assert [entry.id for entry in one.document.annotations] == ["a"]
    assert [(fault.file, "wide" in fault.reason) for fault in reading.faults] == [("tasks.json", True)]


def test_the_configuration_says_the_categories_and_what_is_asked(tmp_path: Path) -> None:
    said = annotation(1, BOX, attributes={"a1": "o1", "a2": "seen"})
    written(LabelStudio(), [item("one.png", Document(annotations=(said,)))], tmp_path / "out")

    reading, _ = read(tmp_path / "out")

    zelle = reading.definitions["Zelle"]
    assert [(spec.name, spec.kind) for spec in zelle.attributes] == [("Stain", "choice"), ("Remark", "text")]
    assert zelle.skeleton == ONTOLOGY.categories[0].skeleton
    assert [relation.name for relation in reading.relations] == ["part of", "touches"]
    assert not reading.relations[1].directed
    results = json.loads((tmp_path / "out" / "tasks.json").read_text())[0]["annotations"][0]["result"]
    assert [(one["id"], one["from_name"], one["type"]) for one in results] == [
        ("1", "box", "rectanglelabels"),
        ("1", "Stain", "choices"),
        ("1", "Remark", "textarea"),
    ]


SAMPLES = {
    "test_export_coco": (1, {"box": 1, "polygon": 1, "points": 2}),
    "test_export_yolo": (7, {"box": 5, "points": 3, "rotated_box": 25, "polygon": 1}),
    "test_export_doclang": (3, {"box": 2, "tag": 1}),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_label_studios_own_files_are_read(name: str) -> None:
    source = source_of(shared_data("formats") / "label_studio" / name)
    found, _ = choose(source)
    assert found.name == "label-studio"

    reading = found.read(source)
    items = list(reading.items)

    kinds: dict[str, int] = {}
    every: list[Annotation] = [entry for one in items for entry in one.document.annotations]
    for entry in every:
        kinds[entry.kind] = kinds.get(entry.kind, 0) + 1
    assert (len(items), kinds, reading.faults) == (*SAMPLES[name], [])
    if name == "test_export_coco":
        assert every[0].shape.left == pytest.approx(159.709618874773)
        assert isinstance(every[2].shape, Points)

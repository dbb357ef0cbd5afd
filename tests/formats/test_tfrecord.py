"""TensorFlow's records: framing, protobuf, and the features of the Object Detection API."""

import io
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from labelwright.core.document import Document, Evidence
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Mask
from labelwright.formats.conversion import convert
from labelwright.formats.crc32c import crc32c, masked
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.registry import choose
from labelwright.formats.report import Fault
from labelwright.formats.tf_example import framed, parsed, records, serialized
from labelwright.formats.tfrecord import TfRecord
from tests.conformance.conftest import BOX, MASK, TRIANGLE, annotation, item, picture, written
from tests.shared_data import shared_data

BOXES = {
    "image/object/bbox/xmin": [0.25, 0.0],
    "image/object/bbox/ymin": [0.5, 0.0],
    "image/object/bbox/xmax": [0.5, 1.0],
    "image/object/bbox/ymax": [0.75, 1.0],
}


def read(
    root: Path, *examples: dict | bytes, name: str = "train.record"
) -> tuple[Reading, list[LabeledItem]]:
    data = (entry if isinstance(entry, bytes) else framed(serialized(entry)) for entry in examples)
    (root / name).write_bytes(b"".join(data))
    reading = TfRecord().read(source_of(root))
    return reading, list(reading.items)


def said(entry: LabeledItem) -> list[tuple[str, object]]:
    return [(a.category, a.shape) for a in entry.document.annotations]


@pytest.mark.parametrize(
    ("data", "sum_of"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
    ],
)
def test_checksums_are_those_of_the_standard(data: bytes, sum_of: int) -> None:
    assert crc32c(data) == sum_of


@given(st.binary(min_size=1, max_size=64), st.integers(2040, 9000))
def test_long_data_has_the_sum_of_its_bytes_one_after_the_other(seed: bytes, length: int) -> None:
    data = (seed * (length // len(seed) + 1))[:length]
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = state >> 1 ^ (0x82F63B78 if state & 1 else 0)

    assert crc32c(data) == state ^ 0xFFFFFFFF


features = st.dictionaries(
    st.text(max_size=8),
    st.one_of(
        st.lists(st.binary(max_size=9), max_size=4),
        st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=4),
        st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=4),
    ),
)


@given(features)
def test_an_example_comes_back(example: dict) -> None:
    assert parsed(serialized(example)) == example


@given(st.binary(max_size=200))
def test_any_bytes_are_an_example_or_refused(data: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(parsed(data), dict)


def test_lists_that_are_not_packed_are_read() -> None:
    values = b"".join(b"\x0d" + struct.pack("<f", value) for value in (0.5, 0.25))
    entry = b"\x0a\x01k" + b"\x12" + bytes([len(values) + 2]) + b"\x12" + bytes([len(values)]) + values
    message = b"\x0a" + bytes([len(entry)]) + entry

    assert parsed(b"\x0a" + bytes([len(message)]) + message) == {"k": [0.5, 0.25]}


def test_damage_is_a_fault_with_its_record() -> None:
    whole = [framed(serialized({"n": [number]})) for number in range(4)]
    flipped = whole[1][:-5] + bytes([whole[1][-5] ^ 1]) + whole[1][-4:]
    faults: list[Fault] = []

    found = [
        parsed(data)["n"]
        for _, data in records(io.BytesIO(whole[0] + flipped + whole[2] + b"xx"), "f", faults)
    ]

    assert found == [[0], [2]]
    assert [(fault.place, fault.reason) for fault in faults] == [
        ("record 2", "its data is damaged: the checksum is another"),
        ("record 4", "the file ends in the middle of it"),
    ]


@pytest.mark.parametrize("length", [2**40, 100])
def test_a_length_that_is_a_lie_takes_no_memory(length: int) -> None:
    head = struct.pack("<Q", length)
    faults: list[Fault] = []

    assert not list(records(io.BytesIO(head + struct.pack("<I", masked(head)) + b"abc"), "f", faults))
    assert len(faults) == 1


def test_datumaros_records() -> None:
    place = shared_data("formats/datumaro_assets/tf_detection_api_dataset")
    reading = TfRecord().read(source_of(place))
    found = {(entry.name, entry.split): entry for entry in reading.items}

    first = found["1.jpg", "train"]
    assert (first.width, first.height) == (16, 16)
    assert said(first) == [
        ("label_2", Box(left=0, top=4, right=4, bottom=12)),
        ("label_3", Box(left=0, top=4, right=4, bottom=8)),
    ]
    assert said(found["2.jpg", "val"]) == [("label_3", Box(left=1, top=2, right=5, bottom=4))]
    assert reading.categories == [f"label_{number}" for number in range(10)]
    assert [(fault.place, fault.reason) for fault in reading.faults] == [
        ("record 1, object 3", "it has no class")
    ]
    assert choose(source_of(place))[0].name == "tfrecord"


def test_roboflows_records_have_no_pictures() -> None:
    reading = TfRecord().read(source_of(shared_data("formats/datumaro_assets/roboflow_dataset/tfrecord")))
    found = {entry.name: entry for entry in reading.items}

    one = found["train_001.jpg"]
    assert (one.split, one.width, one.height, one.media) == ("train", 10, 5, None)
    ((category, box),) = said(one)
    assert category == "label_0"
    assert tuple(box.bounds) == pytest.approx((2, 1, 5, 2), abs=1e-5)
    assert sorted(found) == ["train_001.jpg", "train_002.jpg", "val_001.jpg"]


def test_numbers_are_named_by_the_label_map_and_flags_are_kept(tmp_path: Path) -> None:
    (tmp_path / "map.pbtxt").write_text("item { id: 2 name: 'dog' }\nitem { id: 1 name: 'cat' }\n")
    labels = {
        "image/object/class/label": [2, 7],
        "image/object/difficult": [1, 0],
        "image/object/score": [0.5, 0.25],
    }
    size = {"image/height": [4], "image/width": [8], "image/filename": [b"a.png"]}
    tags = {"image/class/text": [b"indoors"]}
    reading, (found,) = read(
        tmp_path, {**BOXES, **labels, **size, **tags}, name="coco_val.record-00000-of-00010"
    )

    assert said(found) == [
        ("dog", Box(left=2, top=2, right=4, bottom=3)),
        ("7", Box(left=0, top=0, right=8, bottom=4)),
        ("indoors", None),
    ]
    first, second, _ = found.document.annotations
    assert (first.flags, second.flags) == ({"difficult": True}, {})
    assert (first.evidence.score, second.evidence.score) == (0.5, 0.25)
    assert found.split == "val"
    assert reading.categories == ["cat", "dog", "7", "indoors"]


def test_bad_objects_are_faults_and_the_others_stay(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.fromarray(np.ones((3, 3), dtype=np.uint8)).save(out, "PNG")
    texts = {"image/object/class/text": [b"a", b"b", b"c", b"d"], "image/filename": [b"x.png"]}
    edges = {key: [*values, 0.5, 0.25] for key, values in BOXES.items()}
    drawn = {"image/object/mask": [b"", out.getvalue(), b"no picture", b""]}
    size = {"image/height": [4], "image/width": [8]}
    reading, found = read(
        tmp_path, {**edges, **texts, **drawn, **size}, framed(b"\xff\xff"), {"image/filename": [b"../up"]}
    )

    (only,) = found
    assert said(only) == [("a", Box(left=2, top=2, right=4, bottom=3))]
    assert [fault.place for fault in reading.faults] == [
        "record 1, object 2",
        "record 1, object 3",
        "record 1, object 4",
        "record 2",
        "record 3",
    ]


def test_without_a_size_shares_stay_shares(tmp_path: Path) -> None:
    _, (found,) = read(tmp_path, {**BOXES, "image/object/class/text": [b"a", b"b"]})

    assert found.in_shares
    assert said(found)[0] == ("a", Box(left=0.25, top=0.5, right=0.5, bottom=0.75))


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "train.tfrecord").write_bytes(b"this is no record of anything")

    with pytest.raises(UnreadableLabels):
        TfRecord().read(source_of(tmp_path))


def test_what_is_written_are_the_features_of_the_api(tmp_path: Path) -> None:
    marks = (
        annotation(1, BOX, "aa", flags={"truncated": True}, evidence=Evidence(score=0.5)),
        annotation(2, MASK),
        annotation(3, TRIANGLE),
        annotation(4, None, "aa"),
    )
    losses = written(TfRecord(), [item("a.png", Document(annotations=marks), split="val")], tmp_path / "o")
    with (tmp_path / "o/val.tfrecord").open("rb") as file:
        ((_, data),) = records(file, "f", [])
    example = parsed(data)

    assert example["image/encoded"] == [picture(50, 40)]
    assert (example["image/width"], example["image/height"], example["image/format"]) == (
        [50],
        [40],
        [b"png"],
    )
    assert example["image/object/bbox/xmin"] == pytest.approx([0.03, 0.06, 0.04], abs=0.02)
    assert example["image/object/class/text"][0].decode() == "Ärger & <Schmutz> “1”"
    assert example["image/object/class/label"] == [2, 1, 1]
    assert example["image/object/truncated"] == [1, 0, 0]
    assert example["image/object/kind"] == [b"box", b"mask", b"mask"]
    assert example["image/class/label"] == [2]
    pixels = np.asarray(Image.open(io.BytesIO(example["image/object/mask"][1])))
    assert pixels.shape == (40, 50)
    assert np.argwhere(pixels).tolist() == [[4, 3], [4, 4], [5, 3], [5, 5]]
    assert list(losses.converted) == [
        "polygon: it is written as a mask; its outline moves 0.71 pixels at most"
    ]
    (back,) = TfRecord().read(source_of(tmp_path / "o")).items
    assert isinstance(back.document.annotations[0].shape, Box)
    assert back.document.annotations[1].shape == Mask(left=3, top=4, width=3, height=2, runs=MASK.runs)


def test_pictures_inside_come_along_when_converting(tmp_path: Path) -> None:
    document = Document(annotations=(annotation(1),))
    items = [item("a.png", document, 50, 40), item("b/c.png", document, 60, 30, split="val")]
    written(TfRecord(), items, tmp_path / "records")

    convert(tmp_path / "records", tmp_path / "yolo", to="yolo")

    assert (tmp_path / "yolo/images/train/a.png").read_bytes() == picture(50, 40)
    assert (tmp_path / "yolo/images/val/b/c.png").read_bytes() == picture(60, 30)


def test_two_records_of_one_name_are_told_apart_by_their_files(tmp_path: Path) -> None:
    for name in ("train.tfrecord", "test.tfrecord"):
        _, found = read(tmp_path, {**BOXES, "image/filename": [b"1.png"]}, name=name)

    assert [entry.name for entry in found] == ["test/1.png", "train/1.png"]

"""Datumaro's binary files: the bytes as its package writes them, encrypted and broken ones."""

import struct
from pathlib import Path

import pytest

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Point, Points, Polygon
from labelwright.formats.datumaro_binary import DatumaroBinary
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from tests.conformance.conftest import annotation, item, some, written


def read(root: Path) -> tuple[Reading, list[LabeledItem]]:
    reading = DatumaroBinary().read(source_of(root))
    return reading, list(reading.items)


def text(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def datum(root: Path, records: list[bytes], encryption: bytes = b"") -> Path:
    """A file put together by hand, with one item."""
    labels = b'{"label":{"labels":[{"name":"cat","parent":"","attributes":[]}]}}'
    one = text(b"a") + text(b"train") + struct.pack("<I", 2) + text(b"a.png") + struct.pack("<ii", 40, 50)
    blob = one + text(b"") + struct.pack("<I", len(records)) + b"".join(records)
    content = b"".join(
        (
            b"signature:datumaro_binary",
            text(text(b'{"dm_format_version":"1.0","media_encryption":false}')),
            text(encryption),
            text(text(b"")),
            text(text(labels)),
            text(text(b'{"media_type":2}')),
            text(struct.pack("<Ii", 1, len(blob))),
            blob,
        )
    )
    (root / "annotations").mkdir(parents=True)
    (root / "annotations/train.datum").write_bytes(content)
    return root


def start(kind: int, attributes: bytes = b"", group: int = 0, track: int = -1) -> bytes:
    return struct.pack("<Bqqi", kind, 0, group, track) + text(attributes)


def floats(*values: float) -> bytes:
    return struct.pack(f"<I{len(values)}f", len(values), *values)


def test_records_as_datumaro_packs_them(tmp_path: Path) -> None:
    box = start(6, b'{"occluded":true}', 3, 8) + struct.pack("<ii", 0, 0) + floats(1.5, 2, 5, 6)
    polygon = start(4) + struct.pack("<ii", 2**31 - 1, 0) + floats(1, 1, 5, 1, 5, 5)
    points = start(3) + struct.pack("<ii", 0, 0) + floats(1, 2, 3, 4) + struct.pack("<Iii", 2, 2, 0)
    tag = start(1) + struct.pack("<i", 0)
    caption = start(7) + text("ein Kätzchen".encode())
    reading, (found,) = read(datum(tmp_path, [box, polygon, points, tag, caption]))

    first, second, third, fourth, fifth = found.document.annotations
    assert (found.name, found.width, found.height, found.split) == ("a.png", 50, 40, "train")
    assert first.shape == Box(left=1.5, top=2, right=5, bottom=6)
    assert (first.category, first.group, first.flags) == ("cat", "3", {"occluded": True, "track": 8})
    assert (second.category, second.shape) == (
        "unlabeled",
        Polygon(parts=(((Point(1, 1), Point(5, 1), Point(5, 5)),),)),
    )
    assert third.shape == Points(points=(Point(1, 2),))
    assert fourth.shape is None
    assert fifth.attributes == {"text": "ein Kätzchen"}
    assert not reading.faults


def test_what_is_written_begins_as_datumaro_does(tmp_path: Path) -> None:
    written(DatumaroBinary(), [item("a.png", some(DatumaroBinary(), "zz"))], tmp_path / "out")

    data = (tmp_path / "out/annotations/default.datum").read_bytes()
    version = b'{"dm_format_version":"1.0","media_encryption":false}'
    assert data.startswith(b"signature:datumaro_binary" + text(text(version)) + text(b""))


def test_many_items_go_into_several_blobs(tmp_path: Path) -> None:
    document = Document(annotations=tuple(annotation(n) for n in range(5000)))
    written(DatumaroBinary(), [item(f"{n}.png", document) for n in range(8)], tmp_path / "out")

    _, found = read(tmp_path / "out")
    assert [len(entry.document.annotations) for entry in found] == [5000] * 8


def test_an_encrypted_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLabels, match="encrypted"):
        DatumaroBinary().read(source_of(datum(tmp_path, [], b"gAAAA")))


@pytest.mark.parametrize("rest", [struct.pack("<ii", 0, 0) + struct.pack("<I", 2**31), b"", b"\1"])
def test_a_record_that_promises_too_much_is_a_fault(tmp_path: Path, rest: bytes) -> None:
    reading, found = read(datum(tmp_path, [start(4) + rest]))

    assert found == []
    assert "it ends before" in reading.faults[0].reason


def test_a_figure_in_space_is_a_fault_and_the_rest_is_read(tmp_path: Path) -> None:
    space = start(8) + struct.pack("<i", 0) + floats(*range(9))
    tag = start(1) + struct.pack("<i", 0)
    reading, (found,) = read(datum(tmp_path, [space, tag]))

    assert len(found.document.annotations) == 1
    assert "cuboid_3d" in reading.faults[0].reason

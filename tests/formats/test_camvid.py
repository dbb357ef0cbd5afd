"""CamVid: Datumaro's sample, SegNet's numbers, the first release, and lists of colors."""

from pathlib import Path

from PIL import Image

from labelwright.core.document import Document
from labelwright.formats.camvid import CamVid
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from tests.conformance.conftest import MASK, annotation, item, moved, written
from tests.formats.label_map_files import put, read, said, sample


def test_datumaros_sample() -> None:
    place = sample("camvid_dataset")
    reading, found = read(CamVid(), place)

    assert {name: entry.split for name, entry in found.items()} == {
        "0001TP_006690.png": "train",
        "0016E5_07959.png": "val",
        "0001TP_008550.png": "test",
        "0001TP_008580.png": "test",
    }
    assert said(found["0001TP_006690.png"]) == [("Bicyclist", (0, 0, 5, 1), 4), ("Road", (2, 0, 3, 1), 1)]
    assert len(reading.categories) == 31
    assert "Void" not in reading.categories
    assert not reading.faults
    assert choose(source_of(place))[0].name == "camvid"


def test_segnets_copy_has_numbers(tmp_path: Path) -> None:
    put(tmp_path, "train/a.png", [[0, 0, 0]])
    put(tmp_path, "trainannot/a.png", [[0, 3, 11]])
    (tmp_path / "train.txt").write_text("/SegNet/CamVid/train/a.png /SegNet/CamVid/trainannot/a.png\n")
    reading, found = read(CamVid(), tmp_path)

    assert said(found["a.png"]) == [("Sky", (0, 0, 1, 1), 1), ("Road", (1, 0, 2, 1), 1)]
    assert "SegNet" in reading.notes[0]


def test_the_first_release_has_its_own_folders(tmp_path: Path) -> None:
    put(tmp_path, "701_StillsRaw_full/a.png", [[0, 0]])
    put(tmp_path, "LabeledApproved_full/a_L.png", [[(1, 2, 3), (7, 7, 7)]])
    (tmp_path / "label_colors.txt").write_text("0 0 0\t\tVoid\n1 2 3\t\tTree house\n")
    reading, found = read(CamVid(), tmp_path)

    assert said(found["a.png"]) == [("Tree house", (0, 0, 1, 1), 1)]
    assert "(7, 7, 7)" in reading.faults[0].reason


def test_what_is_written_has_lists_and_colors(tmp_path: Path) -> None:
    document = Document(annotations=(annotation(1, MASK, "zz"), annotation(2, moved(MASK, 1), "aa")))
    losses = written(CamVid(), [item("a b.png", document, split="val")], tmp_path / "out")

    assert (tmp_path / "out/val.txt").read_text() == '"/val/a b.png" "/valannot/a b.png"\n'
    assert (tmp_path / "out/label_colors.txt").read_text().splitlines()[:2] == ["0 0 0 Void", "128 0 0 cell"]
    assert losses.kept == 2
    with Image.open(tmp_path / "out/valannot/a b.png") as image:
        assert (image.mode, image.getpixel((3, 4))) == ("RGB", (128, 0, 0))

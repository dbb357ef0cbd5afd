"""YOLO: the layouts that are about, shares and pixels, and lines that are none."""

from pathlib import Path

import pytest
import yaml
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Mask, Polygon
from labelwright.formats.folder import source_of
from labelwright.formats.registry import choose
from labelwright.formats.yolo import Yolo, YoloSegment
from tests.conformance.conftest import (
    BOX,
    MASK,
    ONTOLOGY,
    TWO_PARTS,
    WITH_HOLE,
    annotation,
    item,
    picture,
    without_media,
    written,
)
from tests.shared_data import shared_data


def dataset(folder: Path, lines: str, *, name: str = "a", size: tuple[int, int] | None = (100, 50)) -> Path:
    (folder / "data.yaml").write_text("names: [cell, dirt]\n")
    for part in ("images", "labels"):
        (folder / part).mkdir()
    (folder / f"labels/{name}.txt").write_text(lines)
    if size:
        (folder / f"images/{name}.png").write_bytes(picture(*size))
    return folder


def test_shares_become_pixels_of_the_picture_beside(tmp_path: Path) -> None:
    (found,) = Yolo().read(source_of(dataset(tmp_path, "1 0.5 0.5 0.2 0.4\n"))).items

    (entry,) = found.document.annotations
    assert (found.name, found.width, found.height, found.in_shares) == ("a.png", 100, 50, False)
    assert entry.category == "dirt"
    assert entry.shape.bounds == pytest.approx((40, 15, 60, 35))


def test_without_a_picture_they_stay_shares(tmp_path: Path) -> None:
    reading = Yolo().read(source_of(dataset(tmp_path, "1 0.5 0.5 0.2 0.4\n", size=None)))
    (found,) = reading.items

    assert (found.width, found.in_shares) == (0, True)
    assert found.document.annotations[0].shape.right == pytest.approx(0.6)
    assert any("no picture" in note for note in reading.notes)


def test_pictures_that_stay_behind_are_listed_by_name(tmp_path: Path) -> None:
    document = Document(annotations=(annotation(1, BOX),))
    written(Yolo(), [without_media(item("a/b c.png", document, split="val"))], tmp_path / "out")

    (found,) = Yolo().read(source_of(tmp_path / "out")).items

    assert (found.name, found.split, found.in_shares) == ("a/b c.png", "val", True)
    assert yaml.safe_load((tmp_path / "out/data.yaml").read_text())["val"] == "val.txt"


def test_the_yaml_names_classes_in_the_ontologys_order_and_real_folders(tmp_path: Path) -> None:
    written(Yolo(), [item("a.png", Document())], tmp_path / "out")

    told = yaml.safe_load((tmp_path / "out/data.yaml").read_text())
    assert list(told["names"].values()) == [category.name for category in ONTOLOGY.categories]
    assert all((tmp_path / "out" / told[split]).is_dir() for split in ("train", "val"))


def test_what_reaches_over_the_border_is_cut_and_said(tmp_path: Path) -> None:
    over, beside = Box(left=-10, top=5, right=20, bottom=60), Box(left=60, top=0, right=70, bottom=9)
    document = Document(annotations=(annotation(1, over), annotation(2, beside)))

    losses = written(Yolo(), [item("a.png", document)], tmp_path / "out")
    (back,) = Yolo().read(source_of(tmp_path / "out")).items

    numbers = [float(n) for n in (tmp_path / "out/labels/train/a.txt").read_text().split()[1:]]
    assert all(0 <= number <= 1 for number in numbers)
    assert [entry.shape.bounds for entry in back.document.annotations] == [pytest.approx((0, 5, 20, 40))]
    assert sum(losses.converted.values()) == sum(losses.dropped.values()) == 1


@pytest.mark.parametrize("shape", [WITH_HOLE, TWO_PARTS, MASK, BOX])
def test_one_ring_covers_the_same_area(tmp_path: Path, shape: Polygon | Mask | Box) -> None:
    document = Document(annotations=(annotation(1, shape),))

    losses = written(YoloSegment(), [item("a.png", document)], tmp_path / "out")
    (back,) = YoloSegment().read(source_of(tmp_path / "out")).items

    assert back.document.annotations[0].shape.area == pytest.approx(shape.area)
    assert not losses.dropped
    assert sum(losses.converted.values()) == 1


def test_polygons_are_cut_at_the_border(tmp_path: Path) -> None:
    ring = ((-10, -10), (25, 20), (-10, 50))
    document = Document(annotations=(annotation(1, Polygon(parts=((ring,),))),))

    losses = written(YoloSegment(), [item("a.png", document)], tmp_path / "out")

    numbers = [float(n) for n in (tmp_path / "out/labels/train/a.txt").read_text().split()[1:]]
    assert all(0 <= number <= 1 for number in numbers)
    assert sum(losses.converted.values()) == 1


def test_bad_lines_are_faults_with_their_number(tmp_path: Path) -> None:
    good, bad = "0 0.5 0.5 0.1 0.1", ["x 1 2 3 4", "9 0.5 0.5 0.1 0.1", "0 0.5 0.5 0 0.1"]
    bad += ["0 nan 0.5 0.1 0.1", "0 1 2", "-1 0 0 1 1"]

    reading = Yolo().read(source_of(dataset(tmp_path, "\n".join([good, *bad]))))
    (found,) = reading.items

    assert len(found.document.annotations) == 1
    assert [fault.place for fault in reading.faults] == [f"line {n}" for n in range(2, 8)]
    assert {fault.file for fault in reading.faults} == {"labels/a.txt"}


def test_a_models_score_is_kept(tmp_path: Path) -> None:
    (found,) = Yolo().read(source_of(dataset(tmp_path, "0 0.5 0.5 0.1 0.1 0.875\n"))).items

    assert found.document.annotations[0].evidence.score == 0.875


@pytest.mark.parametrize(
    "names", ["[", "names: 5", "names: {a: b}", "names: {-1: b}", "names: {999999999: b}"]
)
def test_a_list_of_classes_that_is_none_is_a_named_error(tmp_path: Path, names: str) -> None:
    dataset(tmp_path, "")
    (tmp_path / "data.yaml").write_text(f"# names\n{names}\n")

    with pytest.raises(UnreadableLabels, match=r"data\.yaml"):
        Yolo().read(source_of(tmp_path))


def test_a_number_without_a_name_keeps_its_place(tmp_path: Path) -> None:
    dataset(tmp_path, "3 0.5 0.5 0.1 0.1\n")
    (tmp_path / "data.yaml").write_text("names:\n  0: cell\n  3: dirt\n")

    reading = Yolo().read(source_of(tmp_path))

    assert reading.categories == ["cell", "1", "2", "dirt"]
    assert next(reading.items).document.annotations[0].category == "dirt"


@pytest.mark.parametrize(
    ("folder", "name", "items", "annotations"),
    [
        ("labelformat/object_detection/YOLOv8", "a-difficult subfolder/a-weird Filename.asdf.jpg", 2, None),
        ("datumaro_assets/yolo_dataset/labels", "1.jpg", 2, 4),
        ("datumaro_assets/yolo_dataset/annotations", "Images/1.jpg", 1, 2),
        ("datumaro_assets/yolo_dataset/strict", "obj_train_data/1.jpg", 1, 2),
        ("label_studio/test_import_yolo_data", "img_1.jpg", 7, None),
        ("label_studio/test_import_yolo_data_unif_dims", "img_1.jpg", 5, None),
    ],
)
def test_other_tools_layouts_are_recognized_and_read(
    folder: str, name: str, items: int, annotations: int | None
) -> None:
    source = source_of(shared_data(f"formats/{folder}"))

    found, _ = choose(source)
    reading = found.read(source)
    read = list(reading.items)

    assert found.name == "yolo"
    assert not reading.faults
    assert len(read) == items
    assert name in {entry.name for entry in read}
    assert all(entry.width > 0 for entry in read)
    total = sum(len(entry.document.annotations) for entry in read)
    assert total == (annotations or total) > 0


def test_lines_of_polygons_are_recognized_as_such() -> None:
    source = source_of(shared_data("formats/labelformat/instance_segmentation/YOLOv8"))

    found, _ = choose(source)
    items = list(found.read(source).items)

    assert found.name == "yolo-seg"
    assert {entry.name for entry in items} == {"000000109005.jpg", "000000036086.jpg"}
    assert {annotation.kind for entry in items for annotation in entry.document.annotations} == {"polygon"}


ALIASES = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        ALIASES + "names: *i\n",
        ALIASES + "names: {0: *i}\n",
        "names: {.inf: a}\n",
        "names: [[a], {b: c}]\n",
        "names: {99999999999: a}\n",
        "names: " + "[" * 50_000,
        "names: [" + "a, " * 400_000 + "a]\n",
    ],
    ids=["aliases", "aliases in a table", "infinity", "nested", "far number", "deep", "long"],
)
def test_yaml_that_means_harm_is_a_named_error(tmp_path: Path, text: str) -> None:
    source = dataset(tmp_path, "0 .5 .5 .1 .1\n")
    (source / "data.yaml").write_text(text)

    with pytest.raises(UnreadableLabels, match=r"data\.yaml"):
        Yolo().read(source_of(source))


def test_yaml_makes_no_objects(tmp_path: Path) -> None:
    source = dataset(tmp_path, "")
    (source / "data.yaml").write_text("names: !!python/object/apply:builtins.list ['ab']\n")

    assert Yolo().read(source_of(source)).categories == ["ab"]  # as it stands, not the list of “ab”


def test_a_class_may_be_called_no(tmp_path: Path) -> None:
    source = dataset(tmp_path, "0 .5 .5 .1 .1\n")
    (source / "data.yaml").write_text("names: [no, 2024-01-01, 1.50]\n")

    assert Yolo().read(source_of(source)).categories == ["no", "2024-01-01", "1.50"]


def test_a_list_of_pictures_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    source = dataset(tmp_path, "0 .5 .5 .1 .1\n")
    (source / "train.txt").write_bytes(b"\xff\xfe")

    reading = Yolo().read(source_of(source))

    assert len(list(reading.items)) == 1
    assert [fault.file for fault in reading.faults] == ["train.txt"]


@pytest.mark.parametrize("orientation", [1, 6])
def test_shares_are_of_the_upright_picture(tmp_path: Path, orientation: int) -> None:
    source = dataset(tmp_path, "0 .5 .5 .1 .1\n", size=None)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (100, 50)).save(source / "images/a.png", exif=exif)

    (found,) = Yolo().read(source_of(source)).items

    assert (found.width, found.height) == ((100, 50) if orientation == 1 else (50, 100))


@pytest.mark.parametrize("name", ["bomb_20000x12000_rgb.png", "bomb_30000x30000_1bit.png"])
def test_the_size_of_a_bomb_is_not_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    source = dataset(tmp_path, "0 .5 .5 .1 .1\n", size=None)
    (source / "images/a.png").write_bytes(shared_data(f"hostile/generated/{name}").read_bytes())
    monkeypatch.setattr(PngImageFile, "load", refuse_to_decode)

    (found,) = Yolo().read(source_of(source)).items

    assert found.in_shares


def test_a_png_is_not_decoded_for_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = dataset(tmp_path, "0 .5 .5 .1 .1\n")
    monkeypatch.setattr(PngImageFile, "load", refuse_to_decode)

    (found,) = Yolo().read(source_of(source)).items

    assert (found.width, found.height) == (100, 50)


def refuse_to_decode(_: object) -> None:
    pytest.fail("the picture is decoded")

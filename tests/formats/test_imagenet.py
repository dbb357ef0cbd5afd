"""ImageNet's lists, as Datumaro, Caffe and the challenge itself have them."""

from pathlib import Path

from labelwright.core.document import EMPTY, Document
from labelwright.core.shapes import Box
from labelwright.formats.folder import source_of
from labelwright.formats.format import Reading
from labelwright.formats.imagenet import ImageNet
from labelwright.formats.registry import choose
from tests.conformance.conftest import annotation, item, picture, written
from tests.shared_data import shared_data


def read(root: Path) -> tuple[Reading, dict[str, list[str]]]:
    reading = ImageNet().read(source_of(root))
    return reading, {
        entry.name: [tag.category for tag in entry.document.annotations] for entry in reading.items
    }


def test_datumaros_lists() -> None:
    place = shared_data("formats/datumaro_assets/imagenet_txt_dataset/basic")
    reading, found = read(place)

    assert reading.categories == [f"label_{number}" for number in range(10)]
    assert found == {"1.jpg": ["label_0"], "2.jpg": ["label_5"], "3.jpg": ["label_3"], "4.jpg": ["label_5"]}
    assert not reading.faults
    assert {entry.split for entry in ImageNet().read(source_of(place)).items} == {"train"}
    assert choose(source_of(place))[0].name == "imagenet"


def test_without_a_list_of_classes_they_are_numbers() -> None:
    reading, found = read(shared_data("formats/datumaro_assets/imagenet_txt_dataset/no_labels"))

    assert found == {"1.jpg": ["4"]}
    assert reading.categories == ["0", "1", "2", "3", "4"]
    assert "called by their numbers" in reading.notes[0]


def test_lines_with_quotes_spaces_and_several_classes(tmp_path: Path) -> None:
    (tmp_path / "synsets.txt").write_text("cat\ndog\n")
    (tmp_path / "val.txt").write_text('"a b/c 1.jpg" 0 1\nd e.jpg 1\nnone.jpg\nf.jpg 2\n../up.jpg 0\n')
    reading, found = read(tmp_path)

    assert found == {"a b/c 1.jpg": ["cat", "dog"], "d e.jpg": ["dog"], "none.jpg": []}
    assert [(fault.place, fault.reason) for fault in reading.faults] == [
        ("line 4", "there is no class 2: 2 are named"),
        ("line 5", "“../up.jpg” leads out of the folder"),
    ]


def test_the_challenge_names_classes_by_words_and_boxes_in_pixels(tmp_path: Path) -> None:
    (tmp_path / "LOC_synset_mapping.txt").write_text(
        "n01440764 tench, Tinca tinca\nn02012849 crane\nn03126707 crane\n"
    )
    (tmp_path / "LOC_val_solution.csv").write_text(
        "ImageId,PredictionString\nILSVRC2012_val_1,n02012849 10 20 30 40 n01440764 1 2 3.5 4 n09 1 2 3 4\n"
    )
    lists = tmp_path / "ILSVRC/ImageSets/CLS-LOC"
    lists.mkdir(parents=True)
    (lists / "train_cls.txt").write_text("n03126707/n03126707_10 1\n")
    pictures = tmp_path / "ILSVRC/Data/CLS-LOC/train/n03126707"
    pictures.mkdir(parents=True)
    (pictures / "n03126707_10.JPEG").write_bytes(picture(9, 7))
    reading = ImageNet().read(source_of(tmp_path))
    solved, listed = reading.items

    assert reading.categories == ["tench, Tinca tinca", "crane", "crane (n03126707)"]
    assert [(a.category, a.shape) for a in solved.document.annotations] == [
        ("crane", Box(left=10, top=20, right=30, bottom=40)),
        ("tench, Tinca tinca", Box(left=1, top=2, right=3.5, bottom=4)),
    ]
    assert [fault.place for fault in reading.faults] == ["line 2, class 3"]
    assert (solved.split, listed.split) == ("val", "train")
    assert [a.category for a in listed.document.annotations] == ["crane (n03126707)"]
    assert (listed.name, listed.width, listed.height) == ("n03126707/n03126707_10.JPEG", 9, 7)


def test_what_is_written_is_a_list_of_numbers(tmp_path: Path) -> None:
    two = Document(annotations=(annotation(1, None, "aa"), annotation(2, None, "zz")))
    losses = written(ImageNet(), [item("a b.png", two), item("c.png", EMPTY, split="val")], tmp_path / "out")

    assert (tmp_path / "out/train.txt").read_text() == '"a b.png" 1 0\n'
    assert (tmp_path / "out/val.txt").read_text() == "c.png\n"
    assert (tmp_path / "out/images/a b.png").exists()
    assert losses.kept == 2

"""Folders by class: where the split, the class and the name of a picture are in its path."""

from pathlib import Path

import pytest

from labelwright.core.document import EMPTY, Document
from labelwright.core.errors import UnreadableLabels
from labelwright.formats.folder import source_of
from labelwright.formats.imagefolder import ImageFolder
from labelwright.formats.registry import choose
from tests.conformance.conftest import annotation, item, picture, written
from tests.shared_data import shared_data


def folders(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(picture(8, 6))
    return root


def read(root: Path) -> dict[str, tuple[str | None, list[str]]]:
    reading = ImageFolder().read(source_of(root))
    found = {}
    for entry in reading.items:
        assert entry.name not in found
        found[entry.name] = (entry.split, [tag.category for tag in entry.document.annotations])
    return found


def test_the_first_folder_is_the_split_the_next_the_class(tmp_path: Path) -> None:
    folders(tmp_path, "train/cat/1.png", "train/dog/deep/2.png", "valid/cat/3.png", "test/dog/4.png")

    assert read(tmp_path) == {
        "1.png": ("train", ["cat"]),
        "deep/2.png": ("train", ["dog"]),
        "3.png": ("val", ["cat"]),
        "4.png": ("test", ["dog"]),
    }


def test_folders_that_all_have_in_common_say_nothing(tmp_path: Path) -> None:
    folders(tmp_path, "pets v2/data/cat/1.png", "pets v2/data/dog/2.png")

    assert read(tmp_path) == {"1.png": (None, ["cat"]), "2.png": (None, ["dog"])}


def test_pictures_of_one_name_in_two_classes_stay_apart(tmp_path: Path) -> None:
    folders(tmp_path, "cat/1.png", "dog/1.png", "dog/2.png")

    assert read(tmp_path) == {
        "cat/1.png": (None, ["cat"]),
        "dog/1.png": (None, ["dog"]),
        "2.png": (None, ["dog"]),
    }


def test_a_picture_beside_the_classes_has_no_tag(tmp_path: Path) -> None:
    reading = ImageFolder().read(source_of(folders(tmp_path, "cat/1.png", "dog/2.png", "3.png")))

    assert [len(entry.document.annotations) for entry in reading.items] == [0, 1, 1]
    assert "1 pictures are in no folder" in reading.notes[0]


def test_datumaros_imagenet_with_and_without_splits() -> None:
    places = [
        shared_data(f"formats/datumaro_assets/{name}_dataset") for name in ("imagenet", "imagenet_subsets")
    ]
    plain, split = map(read, places)

    assert plain == {
        "label_0_1.jpg": (None, ["label_0"]),
        "label_0_2.jpg": (None, []),
        "label_1_1.jpg": (None, ["label_1"]),
        "label_1_1/label_1_1.jpg": (None, ["label_1"]),
    }
    assert len(split) == 12
    assert split["test/label_0/label_0_1.jpg"] == ("test", ["label_0"])
    assert {where for where, _ in split.values()} == {"train", "val", "test"}
    assert [choose(source_of(place))[0].name for place in places] == ["imagefolder"] * 2


def test_pictures_and_their_masks_are_no_classes(tmp_path: Path) -> None:
    folders(tmp_path, "images/1.png", "masks/1.png")

    with pytest.raises(UnreadableLabels):
        choose(source_of(tmp_path))


def test_pictures_beside_other_labels_are_not_claimed(tmp_path: Path) -> None:
    folders(tmp_path, "cat/1.png", "dog/2.png")
    assert choose(source_of(tmp_path))[0].name == "imagefolder"

    (tmp_path / "labels.csv").write_text("x,y\n1,2\n")

    assert ImageFolder().recognize(source_of(tmp_path)) is None


def test_written_folders_are_split_class_and_name(tmp_path: Path) -> None:
    tagged = item("a/b.png", Document(annotations=(annotation(1, None, "aa"),)), split="val")
    written(ImageFolder(), [tagged, item("c/d.png", EMPTY)], tmp_path / "out")

    found = sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert found == ["classes.txt", "train/c_d.png", "val/dirt_2/a/b.png"]
    assert (tmp_path / "out/classes.txt").read_text().split() == ["cell", "dirt_2", "never-used"]


def test_a_second_tag_is_in_the_losses(tmp_path: Path) -> None:
    two = Document(annotations=(annotation(1, None, "aa"), annotation(2, None, "zz")))
    losses = written(ImageFolder(), [item("a.png", two)], tmp_path / "out")

    assert losses.kept == 1
    assert list(losses.dropped) == ["tag: an item has one category here; only its first tag is written"]


def test_the_same_scenes_in_other_ways_are_no_classes(tmp_path: Path) -> None:
    folders(tmp_path, "near/1.png", "near/2.png", "far/1.png", "far/2.png")

    assert ImageFolder().recognize(source_of(tmp_path)) is None

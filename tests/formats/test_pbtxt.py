"""TensorFlow's label maps: protobuf's text, as several tools spell it."""

from pathlib import Path

import pytest

from labelwright.core.errors import UnreadableLabels
from labelwright.formats.folder import source_of
from labelwright.formats.pbtxt import is_label_map, label_map, labels_of, maps_of
from tests.shared_data import shared_data


def labels(folder: Path, text: str) -> dict[int, str]:
    (folder / "m.pbtxt").write_text(text)
    return labels_of(source_of(folder), "m.pbtxt")


@pytest.mark.parametrize(
    "text",
    [
        "item {\n  id: 1\n  name: 'cat'\n}\nitem {\n  name: \"dog\"\n  id: 2\n}\n",
        "# classes\nitem{id:1 name:'cat'} item{id:2,name:'d' 'og';}",
        "item < id: 1 name: 'cat' >\nitem: { id: 2 display_name: 'dog' }",
        "item { id: 1 name: 'cat' keypoints { id: 9 label: 'nose' } }\nitem { id: 2 name: 'd\\157g' }",
    ],
)
def test_classes_are_read_by_number(tmp_path: Path, text: str) -> None:
    assert labels(tmp_path, text) == {1: "cat", 2: "dog"}


def test_tools_own_maps() -> None:
    place = source_of(shared_data("formats/datumaro_assets/tf_detection_api_dataset"))

    assert maps_of(place) == ["label_map.pbtxt"]
    assert labels_of(place, "label_map.pbtxt") == {n + 1: f"label_{n}" for n in range(10)}


def test_any_name_comes_back(tmp_path: Path) -> None:
    names = ["it's", 'a "b"', "back\\slash", "Ärger & <x>", "two\nlines", "{id: 3}"]

    text = "\n".join(label_map(names))
    assert list(labels(tmp_path, text).values()) == names
    assert is_label_map(text.encode())


def test_escaped_bytes_are_utf8(tmp_path: Path) -> None:
    assert labels(tmp_path, r"item { id: 1 name: '\303\204rger \xc3\xa4' }") == {1: "Ärger ä"}


@pytest.mark.parametrize("text", ["", "item {", "model { ssd { num_classes: 3 } }", "}}}}{"])
def test_what_is_no_label_map_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableLabels):
        labels(tmp_path, text)

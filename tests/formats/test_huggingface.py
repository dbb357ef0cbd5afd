"""Hugging Face's folders with metadata, and shards of Parquet as `datasets` writes them."""

import json
from pathlib import Path

import pyarrow
import pytest
import yaml
from pyarrow import parquet

from labelwright.core.document import Document
from labelwright.core.errors import UnreadableLabels
from labelwright.core.shapes import Box, Point, Polygon
from labelwright.formats.conversion import convert
from labelwright.formats.folder import source_of
from labelwright.formats.format import LabeledItem, Reading
from labelwright.formats.huggingface import HuggingFace
from labelwright.formats.registry import choose
from tests.conformance.conftest import TWO_PARTS, annotation, item, picture, written

CARD = """---
license: mit
dataset_info:
  features:
  - name: image
    dtype: image
  - name: objects
    sequence:
    - name: bbox
      sequence: float32
      length: 4
    - name: categories
      dtype:
        class_label:
          names:
            '0': no
            '1': mask
  - name: label
    dtype:
      class_label:
        names: [day, night]
---
# Things
"""


def read(root: Path) -> tuple[Reading, dict[str, LabeledItem]]:
    reading = HuggingFace().read(source_of(root))
    return reading, {entry.name: entry for entry in reading.items}


def said(entry: LabeledItem) -> list[tuple[str, object]]:
    return [(a.category, a.shape) for a in entry.document.annotations]


def metadata(root: Path, *rows: object, name: str = "train/metadata.jsonl") -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))


def test_boxes_beside_pictures_with_classes_of_the_card(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    objects = {"bbox": [[302.0, 109.0, 73.0, 52.0], [1, 2, 3, 4]], "categories": [0, 1]}
    metadata(tmp_path, {"file_name": "0001.png", "objects": objects}, {"file_name": "0002.png", "label": 1})
    (tmp_path / "train/0001.png").write_bytes(picture(400, 300))
    reading, found = read(tmp_path)

    first = found["0001.png"]
    assert (first.width, first.height, first.split) == (400, 300, "train")
    assert said(first) == [
        ("no", Box(left=302, top=109, right=375, bottom=161)),
        ("mask", Box(left=1, top=2, right=4, bottom=6)),
    ]
    assert said(found["0002.png"]) == [("night", None)]
    assert reading.categories == ["no", "mask", "day", "night"]
    assert choose(source_of(tmp_path))[0].name == "huggingface"


def test_without_a_card_classes_are_their_words_or_numbers(tmp_path: Path) -> None:
    rows = [
        {"file_name": "a.png", "objects": [{"bbox": [0, 0, 1, 1], "category": "cat"}]},
        {"file_name": "b.png", "objects": {"bbox": [[0, 0, 1, 1]], "category": [3]}},
        {"file_name": "c.png", "faces": {"bbox": [[0, 0, 1, 1]]}},
        {"file_name": "d.png", "text": "a caption", "label": "day"},
    ]
    metadata(tmp_path, *rows, name="metadata.jsonl")
    reading, found = read(tmp_path)

    assert [said(entry)[0][0] for entry in found.values()] == ["cat", "3", "face", "day"]
    assert reading.notes == ["Not read: columns of text and others (text)."]


def test_a_table_of_metadata(tmp_path: Path) -> None:
    metadata(tmp_path, "file_name,label", "a.png,cat", "b.png,", name="validation/metadata.csv")
    _, found = read(tmp_path)

    assert {name: (entry.split, said(entry)) for name, entry in found.items()} == {
        "a.png": ("val", [("cat", None)]),
        "b.png": ("val", []),
    }


def test_shards_with_pictures_and_types(tmp_path: Path) -> None:
    label = {"feature": {"names": ["cat", "dog"], "_type": "ClassLabel"}, "_type": "List"}
    features = {
        "image": {"_type": "Image"},
        "objects": {"bbox": {"feature": {"_type": "Value"}, "_type": "List"}, "category": label},
        "label": {"names": ["in", "out"], "_type": "ClassLabel"},
    }
    table = pyarrow.table(
        {
            "image": [{"bytes": picture(8, 6), "path": "x/1.png"}, {"bytes": picture(5, 4), "path": None}],
            "objects": [{"bbox": [[1.0, 1.0, 2.0, 3.0]], "category": [1]}, {"bbox": [], "category": []}],
            "label": [0, 1],
        }
    )
    info = json.dumps({"info": {"features": features}}).encode()
    (tmp_path / "data").mkdir()
    place = tmp_path / "data/validation-00000-of-00001.parquet"
    parquet.write_table(table.replace_schema_metadata({b"huggingface": info}), place)
    reading, found = read(tmp_path)

    first, second = found["x/1.png"], found["val_2.png"]
    assert (first.width, first.height, first.split) == (8, 6, "val")
    assert said(first) == [("dog", Box(left=1, top=1, right=3, bottom=4)), ("in", None)]
    assert said(second) == [("out", None)]
    assert first.media is not None
    assert first.media() == picture(8, 6)
    assert reading.categories == ["cat", "dog", "in", "out"]
    assert choose(source_of(tmp_path))[0].name == "huggingface"


def test_bad_rows_and_objects_are_faults(tmp_path: Path) -> None:
    objects = {"bbox": [[1, 2, 0, 4], [1, 2], "x", [1, 2, 3, 4]], "categories": ["a", "a", "a", "a"]}
    metadata(
        tmp_path,
        {"file_name": "a.png", "objects": objects},
        "{",
        {"label": 1},
        {"file_name": "../up.png"},
        {"file_name": "b.png", "objects": {"bbox": [[1, 2, 3, 4]], "categories": []}},
    )
    reading, found = read(tmp_path)

    assert [fault.place for fault in reading.faults] == [
        *(f"line 1, objects[{number}]" for number in range(3)),
        "line 2",
        "line 3",
        "line 4",
        "line 5, objects[0]",
    ]
    assert {name: len(said(entry)) for name, entry in found.items()} == {"a.png": 1, "b.png": 0}


def test_a_card_that_means_harm_is_passed_over(tmp_path: Path) -> None:
    bomb = "---\na: &a [x,x]\nb: &b [*a,*a]\ndataset_info: {features: *b}\n---\n"
    (tmp_path / "README.md").write_text(bomb)
    metadata(tmp_path, {"file_name": "a.png", "label": 0})
    _, found = read(tmp_path)

    assert said(found["a.png"]) == [("0", None)]


def test_nothing_of_the_kind_is_refused(tmp_path: Path) -> None:
    metadata(tmp_path, {"name": 1}, name="metadata.jsonl")

    with pytest.raises(UnreadableLabels):
        read(tmp_path)


def test_a_folder_for_each_split_and_a_card_are_written(tmp_path: Path) -> None:
    marks = annotation(1, Box(left=1, top=2, right=4, bottom=6), "aa"), annotation(2, TWO_PARTS)
    document = Document(annotations=(*marks, annotation(3, None, "aa")))
    written(HuggingFace(), [item("a.png", document, split="val")], tmp_path / "o")

    row = json.loads((tmp_path / "o/validation/metadata.jsonl").read_text())
    assert (tmp_path / "o/validation/a.png").exists()
    assert row["objects"]["bbox"] == [[1, 2, 3, 4], [1, 1, 29, 30]]
    assert row["objects"]["categories"] == [1, 0]
    assert row["objects"]["segmentation"][0] == []
    assert row["objects"]["segmentation"][1][0] == [1, 1, 9, 1, 5, 9]
    assert row["labels"] == [1]
    header = yaml.safe_load((tmp_path / "o/README.md").read_text().split("---")[1])
    names = header["dataset_info"]["features"][-1]["list"]["class_label"]["names"]
    assert list(names.values()) == ["Zelle", "Ärger & <Schmutz> “1”", "never used"]
    assert header["configs"][0]["features"] == header["dataset_info"]["features"]
    (back,) = HuggingFace().read(source_of(tmp_path / "o")).items
    assert isinstance(back.document.annotations[1].shape, Polygon)
    assert back.document.annotations[1].shape.parts[0][0][0] == Point(1, 1)


def test_pictures_inside_of_shards_come_along_when_converting(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for split, side in (("train", 8), ("test", 9)):
        image = [{"bytes": picture(side + n, 6), "path": f"{n}.png"} for n in range(3)]
        rows = pyarrow.table({"image": image, "label": ["cat", "dog", "cat"]})
        parquet.write_table(rows, tmp_path / f"data/{split}-00000-of-00001.parquet")

    convert(tmp_path / "data", tmp_path / "out", to="imagefolder")

    found = {
        p.relative_to(tmp_path / "out").as_posix(): p.read_bytes() for p in (tmp_path / "out").rglob("*.png")
    }
    assert found["test/dog/1.png"] == picture(10, 6)
    assert found["train/cat/train/2.png"] == picture(10, 6)
    assert len(found) == 6


def test_pictures_of_one_name_in_two_folders_are_told_apart(tmp_path: Path) -> None:
    metadata(tmp_path, {"file_name": "a.png"}, name="train/metadata.jsonl")
    metadata(tmp_path, {"file_name": "a.png"}, {"file_name": "b.png"}, name="test/metadata.jsonl")
    _, found = read(tmp_path)

    assert {name: entry.split for name, entry in found.items()} == {
        "test/a.png": "test",
        "b.png": "test",
        "train/a.png": "train",
    }

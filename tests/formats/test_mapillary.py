"""Mapillary Vistas: Datumaro's sample of two versions, labels without instances, and what is written."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from labelwright.core.document import Document
from labelwright.formats.folder import source_of
from labelwright.formats.mapillary import Mapillary
from labelwright.formats.registry import choose
from tests.conformance.conftest import MASK, annotation, item, moved, written
from tests.formats.label_map_files import put, read, said, sample


def config(root: Path, *names: str) -> None:
    labels = [{"name": name, "readable": name, "instances": True, "color": [1, 2, 3]} for name in names]
    (root / "config.json").write_text(json.dumps({"labels": labels}))


def test_datumaros_sample() -> None:
    place = sample("mapillary_vistas_dataset")
    reading, found = read(Mapillary(), place)

    bird, separator, bicycle = reading.categories
    assert bird == "animal--bird"
    assert {name: entry.split for name, entry in found.items()} == {
        "2.jpg": "train",
        "0.jpg": "val",
        "1.jpg": "val",
    }
    assert [(word, area) for word, _, area in said(found["1.jpg"])] == [
        (separator, 5),
        (bicycle, 10),
        (bicycle, 10),
    ]
    assert [word for word, _, _ in said(found["2.jpg"])] == [bird] * 3 + [separator] * 2
    assert "v1.2 is there too" in reading.notes[0]
    assert not reading.faults
    assert choose(source_of(place))[0].name == "mapillary"


def test_labels_alone_and_the_class_of_nothing(tmp_path: Path) -> None:
    config(tmp_path, "cat", "void--unlabeled")
    put(tmp_path, "training/labels/a.png", [[0, 1, 7]])
    reading, found = read(Mapillary(), tmp_path)

    assert said(found["a.jpg"]) == [("cat", (0, 0, 1, 1), 1)]
    assert found["a.jpg"].split == "train"
    assert [fault.reason for fault in reading.faults] == ["there is no class of the number 7"]


def test_instances_are_numbered_in_their_class(tmp_path: Path) -> None:
    document = Document(
        annotations=tuple(annotation(n, moved(MASK, n), word) for n, word in enumerate(("zz", "aa", "aa")))
    )
    losses = written(Mapillary(), [item("a.png", document, split="val")], tmp_path / "out")

    with Image.open(tmp_path / "out/val/v2.0/instances/a.png") as image:
        numbers = np.unique(np.asarray(image)).tolist()
    with Image.open(tmp_path / "out/val/v2.0/labels/a.png") as image:
        assert (image.mode, image.getpixel((0, 0))) == ("P", 3)
    assert numbers == [0, 256, 257, 3 * 256]
    assert losses.kept == 3

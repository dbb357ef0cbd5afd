"""What we write opens in other tools' own readers, with the same items and the same annotations.

The readers live in an environment of their own (`scripts/oracles.py`).
"""

import json
import os
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from labelwright.core.document import Annotation, Document
from labelwright.core.shapes import Box, Mask, Polygon
from labelwright.formats import registry
from tests.conformance.conftest import MASK, PLAIN, TRIANGLE, annotation, item, written

PYTHON = Path(__file__).resolve().parents[2] / ".venv" / "oracles" / "bin" / "python"
SCRIPT = Path(__file__).with_name("oracle.py")

BOXES = tuple(
    annotation(n, Box(left=2 + n, top=3 * n + 1, right=20 + n, bottom=25 + n), category)
    for n, category in enumerate(("zz", "aa", "zz"), 1)
)
AREAS = (annotation(1, TRIANGLE), annotation(2, MASK, "aa"))
TAG = (annotation(1, None, "aa"),)

# The format, the reader, what is written, and how far a side of a box may be off (pixels).
CASES = [
    ("coco", "pycocotools:", (*BOXES, *AREAS), 1.0),
    ("coco", "labelformat:coco", BOXES, 0.001),
    ("coco", "datumaro:coco", BOXES, 0.01),
    ("yolo", "labelformat:yolo", BOXES, 0.001),
    ("yolo", "datumaro:yolo", BOXES, 0.01),
    ("voc", "datumaro:voc", BOXES, 1.0),
    ("cvat", "datumaro:cvat", BOXES, 0.01),
    ("label-studio", "label_studio:", BOXES, 0.01),
    ("mot", "datumaro:mot_seq", BOXES, 1.0),
    ("datumaro", "datumaro:datumaro", (*BOXES, AREAS[0]), 0.01),
    ("datumaro-binary", "datumaro:datumaro_binary", BOXES, 0.01),
    ("kitti", "datumaro:kitti_detection", BOXES, 0.01),
    ("openimages", "datumaro:open_images", BOXES, 0.01),
    ("widerface", "datumaro:wider_face", BOXES, 1.0),
    ("roboflow-coco", "datumaro:roboflow_coco", BOXES, 0.01),
    ("labelme-xml", "datumaro:label_me", BOXES, 0.01),
    ("vott", "datumaro:vott_json", BOXES, 0.01),
    ("imagefolder", "datumaro:imagenet_with_subset_dirs", TAG, 0),
    ("huggingface", "huggingface:", BOXES, 0.01),
]


def found_by(reader: str, folder: Path) -> dict[str, list[list]]:
    """What a reader finds."""
    if not PYTHON.exists():
        pytest.skip("the readers of other tools are not here (python scripts/oracles.py)")
    done = subprocess.run(
        [PYTHON, SCRIPT, reader, folder],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(folder.parent / "cache")},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_readers_are_here_where_everything_is_tested() -> None:
    assert PYTHON.exists() or not os.environ.get("CI"), "run: python scripts/oracles.py"


@pytest.mark.parametrize(
    ("name", "reader", "given", "bound"), CASES, ids=[f"{c[0]} in {c[1]}" for c in CASES]
)
def test_another_tools_reader_finds_what_was_written(
    tmp_path: Path, name: str, reader: str, given: tuple[Annotation, ...], bound: float
) -> None:
    names = ("one.png", "two.png")
    items = [item(word, Document(annotations=given), split="train") for word in names]
    written(registry.get(name), items, tmp_path / "out", PLAIN)

    found = found_by(reader, tmp_path / "out")

    assert len(found) == len(names)
    for rows in found.values():
        wanted = [row_of(entry) for entry in given]
        assert len(rows) == len(wanted)
        for want, row in zip(sorted(wanted, key=str), sorted(rows, key=str), strict=True):
            if name == "huggingface":  # numbers there: the names stand in the card
                want[0] = str([category.name for category in PLAIN.categories].index(want[0]))
            assert name == "widerface" or str(row[0]) == want[0]  # which says no category
            assert row[1:] == pytest.approx(want[1:], abs=bound)
    stems = {PurePosixPath(word).stem.rpartition(":")[2] for word in found}
    assert stems == {"one", "two"} or name == "mot"  # frames have numbers there


def row_of(entry: Annotation) -> list:
    """A category and a box, as the readers tell them."""
    name = PLAIN.category(entry.category).name
    if entry.shape is None:
        return [name]
    assert isinstance(entry.shape, Box | Polygon | Mask)
    return [name, *entry.shape.bounds]
